"""What comes before a run's loop, whatever the recipe: how far it is, and what it comes to."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.types import Generator as Maker
from makar.core.types import Judgement, Prompt, Rollout, Trainable
from makar.learners.likelihood import PretrainConfig
from makar.models.token_policy import TokenPolicy
from makar.recipes.creator import Creator
from makar.recipes.pretrained import pretrained

W = TypeVar("W")
TRIAL = 256
"""Works of the untrained model that the reward is first tried on."""


@dataclass(frozen=True)
class Progress:
    """How far the preparation is.

    Attributes:
        stage: What is being done, for the user.
        done, total: Steps done, and to do at most.
        text: What there is to say about it.
        policy: Usable as it is so far, once the model can write at all.
        warning: What has to be said whether or not anybody looks at the progress.
    """

    stage: str
    done: int = 0
    total: int = 0
    text: str = ""
    policy: Maker[Any] | None = None
    warning: str = ""


@dataclass(frozen=True)
class Prepared(Generic[W]):
    """What is ready to be taught.

    Attributes:
        creator: Model, reward, learner and craft.
        bands: People's 5-95 % range of each reward part.
        start: What is said of works of the untrained model.
    """

    creator: Creator[W]
    bands: dict[str, tuple[float, float]]
    start: Judgement


Preparation = Generator[Progress, None, Prepared[Any]]


def pretrain(
    policy: TokenPolicy[Any],
    examples: Rollout[Any],
    heldout: Rollout[Any],
    config: PretrainConfig,
    *,
    seed: int,
    settings: str,
    stage: str,
) -> Iterator[Progress]:
    """Teach the policy by example, or find it taught; say on the way how well it does.

    Args:
        policy: Ends with the best weights found.
        examples: What to learn from.
        heldout: What to test on.
        config: How long and how fast.
        seed: Order of the examples.
        settings: Everything else that the weights depend on.
        stage: What to call it.
    """
    work = pretrained(policy, examples, heldout, config, seed=seed, settings=settings)
    with closing(work):  # asked to stop, it keeps what it has learned
        for report in work:
            if report is None:
                yield Progress(stage, text="another process is at it; waiting for what it learns")
                continue
            text = f"loss {report.nll:.3f}"
            if math.isfinite(report.best):
                text += f", on works held out {report.best:.3f} nats a step"
            yield Progress(stage, report.update + 1, config.updates, text, policy)


def calibrate(
    blend: RewardTree, prior: Trainable[Any], ask: Prompt, *, seed: int, scaled: bool
) -> tuple[RewardTree, Judgement]:
    """What the reward says of the untrained model's works, which may scale its parts first.

    Args:
        blend: The reward.
        prior: The untrained model.
        ask: What is asked of it.
        seed: Of the works.
        scaled: Divide each part's weight by its spread among these works.

    Returns:
        The reward as it will be taught, and its judgement of the works.
    """
    trial = prior.sample([ask] * TRIAL, seeds=Seeds(seed, 2**41))
    start = blend.lean(trial.works, trial.prompts)
    if scaled:
        blend = blend.scaled(start)
        start = blend.lean(trial.works, trial.prompts)
    return blend, start
