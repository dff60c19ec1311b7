"""One run put together: from settings, a policy, a reward and works to what the loop needs.

Every recipe ends here, whatever its corpus, its codec or process, and its network are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

import numpy as np
import torch
from jaxtyping import Bool

from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Learner, Prompt, Trainable, Works
from makar.learners.policy_gradient import PolicyGradient, TrainablePolicy
from makar.learners.policy_settings import PolicyGradientConfig
from makar.measures.variety import SPREAD, FeatureSpread
from makar.recipes.craft import Craft
from makar.recipes.creator import Baselines, Creator, chance_of
from makar.recipes.devices import device_or_cpu
from makar.recipes.preparation import Prepared, calibrate
from makar.recipes.settings import LearnConfig, RecipeConfig, SettlingConfig
from makar.recipes.upkeep.bonuses import bonuses_like
from makar.recipes.upkeep.watch_prices import watched
from makar.recipes.valued import valued
from makar.recipes.weighting import ExplainedReward
from makar.recipes.words import Asked, Words
from makar.runs.errors import CheckpointError
from makar.runs.report.contents import Picture

W = TypeVar("W")
P = TypeVar("P", bound=torch.nn.Module)


def begin(config: RecipeConfig) -> None:
    """Threads and the seed of what is initialised, before any network is made."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.prior_seed)


def placed(
    policy: P, config: RecipeConfig, prior: Mapping[str, torch.Tensor] | None
) -> tuple[P, bool]:
    """The policy on the device asked for, and whether it has taken over a prior's weights.

    Raises:
        CheckpointError: the weights are of another version's model.
    """
    policy = policy.to(device_or_cpu(config.device))  # for training, others were refused before
    if prior is None:
        return policy, False
    try:
        policy.load_state_dict(prior)
    except RuntimeError as fault:
        raise CheckpointError(
            "the run's weights do not fit this version's model: train it again, or open it with "
            "the version of makar that its run.json names"
        ) from fault
    return policy, True


def assemble(
    config: RecipeConfig,
    policy: Trainable[W],
    *,
    prior: Trainable[W],
    blended: ExplainedReward,
    ask: Prompt,
    asked: Asked,
    words: Words,
    craft: Craft[W],
    human: Works[W],
    known: Works[W] | None = None,
    prompts: Callable[[int], Sequence[Prompt]] | None = None,
    human_prompts: Sequence[Prompt] | None = None,
    learn: PolicyGradientConfig | None = None,
    learner: Learner | None = None,
    varied: float | None = None,
    baselines: Baselines[W] | None = None,
    notes: Sequence[str] = (),
    fit: Callable[[Judgement], Bool[np.ndarray, " B"]] | None = None,
    picture: Callable[[Mapping[str, Works[W]]], Picture] | None = None,
) -> Prepared[W]:
    """Try the reward on the untrained model's works, and put everything together.

    Args:
        config: The run's settings.
        policy: What learns.
        prior: The same as it is now, never changed (``frozen(policy)``).
        blended: The reward, people's range of each part, and each part in plain words.
        ask: The one prompt that stands for the run.
        asked: The same in words.
        words: How works are spoken of.
        craft: How they are kept, shown and handed out.
        human: Works to compare with, held out.
        known: Works whose variety is to be kept up; ``human`` by default.
        prompts: What to ask for, by iteration; ``ask`` of every work by default.
        human_prompts: What would ask for ``human``; ``ask`` by default.
        learn: How policy gradients learn; ``config.learn`` by default.
        learner: How to learn, where it is not by policy gradient.
        varied: Variety of people's sets of a batch's size, where it is not that of ``known``.
        baselines: Works by chance and by a table, to compare with; by default the untrained
            model's, drawn evenly from all that it may choose.
        notes: Sentences that the user should read.
        fit: Which works may be handed out; all by default.
        picture: Draws sets of works as one picture for the report.

    Raises:
        ConfigError: the policy cannot learn by the algorithm that is asked for.
    """
    blend, bands, explanations = blended
    blend, start = calibrate(
        blend, prior, ask, seed=config.prior_seed, scaled=config.reward.scale_parts
    )
    every = [ask] * config.loop.works
    learns = config.learn
    if learner is None and isinstance(learns, LearnConfig) and (kind := learns.kind):
        policy, learner = valued(policy, prior, config, kind)
    elif learner is None:
        _check_value(config, prior, ask)
        learner = PolicyGradient(
            cast(TrainablePolicy, policy), _settling(learn or config.learn, config),
            prior=cast(TrainablePolicy, prior), seed=config.seed,
        )  # fmt: skip
    if isinstance(craft.variety, FeatureSpread):
        words = replace(words, varied=SPREAD)
    asking = human_prompts or [replace(ask)] * len(human)
    theirs = watched(blend.for_sources(human, asking))
    bonuses = bonuses_like(
        human if known is None else known, craft.variety, config.loop, theirs, watched(start),
        peoples=varied,
    )  # fmt: skip
    creator = Creator(
        policy=policy,
        prior=prior,
        reward=blend,
        learner=learner,
        prompts=prompts or (lambda _iteration: every),
        ask=ask,
        asked=asked,
        words=words,
        craft=craft,
        bonuses=bonuses,
        baselines=baselines or Baselines(chance_of(prior)),
        human=human,
        human_prompts=asking,
        notes=notes,
        explanations=explanations,
        fit=fit,
        picture=picture,
    )
    return Prepared(creator, bands, start)


def _settling(learn: PolicyGradientConfig, config: RecipeConfig) -> PolicyGradientConfig:
    """How to learn, with a learning rate that reaches 0 where the run ends if that is asked."""
    if not isinstance(learn, SettlingConfig) or learn.decay_updates is not None:
        return learn
    return learn.model_copy(update={"decay_updates": config.loop.iterations})


def _check_value(config: RecipeConfig, prior: Trainable[Any], ask: Prompt) -> None:
    """Refuse an algorithm that needs a value head, where the policy has none."""
    if not config.learn.uses_value:
        return
    made = prior.sample([ask] * 2, seeds=Seeds(config.prior_seed))
    if cast(TrainablePolicy, prior).evaluate(made).value is None:
        raise ConfigError(
            f"learn.algorithm {config.learn.algorithm!r} needs a policy with a value head, and "
            f"{config.recipe}'s has none: choose reinforce, rloo or grpo"
        )
