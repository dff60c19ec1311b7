"""The user's own rewards, asked about two works before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from makar.core.errors import CustomRewardError
from makar.core.scoring import (
    AnswerFault,
    KeepsTime,
    RewardFault,
    RewardLost,
    RewardTimeout,
    Scorer,
)
from makar.core.seeds import Seeds
from makar.core.types import Generator as Maker
from makar.core.types import Judgement, Prompt, Rollout
from makar.evaluation.rows import EVALUATION
from makar.recipes.own_rewards.loading import load_reward
from makar.recipes.own_rewards.spec import read_spec
from makar.recipes.preparation import Preparation, Prepared
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig, RewardConfig

WORKS = 2
DRAWN = EVALUATION + 3
"""Iteration number of these works."""
SECONDS = 60.0
"""That a reward may take for the very first works: some load a model by then."""
NEVER_RIGHT = frozenset(
    {"AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError"}
)
"""Errors that lie in the program, not in a work that cannot be judged."""


def tried_early(
    work: Preparation, config: RecipeConfig, functions: Mapping[str, Scorer] | None
) -> Preparation:
    """What ``work`` does; as soon as a model can write, the user's own rewards are tried."""
    untried = bool(config.reward.custom)
    with closing(work):
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                prepared: Prepared[Any] = end.value
                break
            if untried and progress.policy is not None:
                _try_on(progress.policy, recipe_of(config).prompt(config), config, functions)
                untried = False
            yield progress
    if untried:
        _try_on(prepared.creator.prior, prepared.creator.ask, config, functions)
    return prepared


def _try_on(
    model: Maker[Any], ask: Prompt, config: RecipeConfig, functions: Mapping[str, Scorer] | None
) -> None:
    made = model.sample([ask] * WORKS, seeds=Seeds(config.seed, DRAWN))
    try_rewards(config.reward, functions, made)


def try_rewards(
    config: RewardConfig, functions: Mapping[str, Scorer] | None, made: Rollout[Any]
) -> None:
    """Refuse own rewards that would never judge a work, or that say what none may say.

    One that merely cannot judge these works (it raises, or says NaN) is not refused.

    Args:
        config: Which there are.
        functions: Those that are Python functions, by name.
        made: Two works of the untrained model, and what was asked of each.

    Raises:
        CustomRewardError: which one, in which file, what is wrong, and what to do.
    """
    for spec in config.custom:
        scorer = load_reward(spec, functions).scorer
        if not isinstance(scorer, KeepsTime):
            continue
        try:
            said = scorer.within(made.works, made.prompts, seconds=SECONDS)
        except (AnswerFault, RewardLost, RewardTimeout) as fault:
            raise _refused(spec, str(fault)) from None
        except RewardFault as fault:
            if fault.kind in NEVER_RIGHT:
                raise _refused(spec, str(fault)) from None
            continue
        outside = [f for f in said.faults or {} if f.startswith("outside ")]
        if outside:
            raise _refused(spec, f"its numbers lie {outside[0]}")


def _refused(spec: str, fault: str) -> CustomRewardError:
    return CustomRewardError(
        f"reward {spec!r}, tried on {WORKS} works before training: {fault}. Mend the function; "
        "what a reward may do is in docs/add-a-reward.md"
    )


def said_at_first(config: RewardConfig, judged: Judgement) -> list[str]:
    """What went wrong with own rewards over the untrained model's works, in sentences."""
    own = {read_spec(spec).name for spec in config.custom}
    return [
        f"reward {fault} ({times} of {len(judged.total)} works of the untrained model)"
        for fault, times in judged.faults.items()
        if fault.partition(":")[0] in own
    ]
