"""The reward of platform levels: playable first, as hard as asked, and of the corpus's kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from makar.core.rewards import Component
from makar.core.scoring import Scorer
from makar.core.transforms import Band, Ramp
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.platform.config import PlatformConfig
from makar.domains.levels.rewards.catalogue import LEVEL_CATALOGUE, LevelCorpus
from makar.domains.levels.tiles.near_copies import SHARE
from makar.measures.catalogue import Quantiles
from makar.models.token_policy import TokenPolicy
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import ExplainedReward, Weighting

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "challenge": 6.0,
    "variety": 4.0,
    "reachable": 4.0,
    "reward_heights": 1.0,
    "pattern_divergence": 2.0,
    "leniency": 0.0,
    "enemies": 0.0,
    "gaps": 0.0,
    "enemy_spread": 0.0,
    "gap_spread": 0.0,
    "gap_width": 0.0,
}
"""Weights that differ from 1.

What a challenge consists of is left to the model, so that counts of enemies and gaps are only
watched: a level asked to be hard needs more of them than most have. That prizes are within reach is
most easily had by laying them low, so that their heights count too.
"""
PROGRESS, VARIETY, CHALLENGE = "progress", "variety", "challenge"
NEAR_COPY, REACHABLE = "near_copy", "reachable"
MISSED = 0.15
"""A challenge that is so far from the one asked for gets half marks."""
STRANDED = 0.5
"""A level has no marks for reach where so little of what lies in it can be taken."""
NEAR = 0.9
"""Share of equal tiles in its likest stretch from which on a level loses marks: all of them where
it is a near copy. A gate alone would say nothing of those that are nearly too near."""
STUCK = 0.1
"""Of the marks of a level that can be won, what one is left with that fails at its very end."""
_WEIGHTING = Weighting(LEVEL_CATALOGUE, DEFAULT_WEIGHTS)


@dataclass(frozen=True)
class Won:
    """Full marks for a level that can be won, else ``STUCK`` for each share of the way."""

    def __call__(self, values: Float[np.ndarray, " B"]) -> Float[np.ndarray, " B"]:
        """The marks; NaN is kept."""
        return np.where(values < 1, STUCK * values, values)

    def __str__(self) -> str:
        return f"1 if won, else {STUCK:g} of the way"


def platform_reward(
    config: RewardConfig,
    corpus: LevelCorpus,
    *,
    known: Levels,
    judges: Levels,
    prior: TokenPolicy[Level],
    functions: Mapping[str, Scorer] | None = None,
) -> ExplainedReward:
    """The blend, the corpus's 5-95 % range of every part, and each part in plain words.

    How far one gets multiplies everything else: a gate, which gives nothing to every level that
    cannot be won, would tell a model nothing of how near it came. What says nothing of any level
    of the corpus, such as how enemies are spread in a game that has none, is left out.

    Args:
        config: Weights and the user's own rewards.
        corpus: What the model learned from.
        known: Levels of it, of the size asked for: the measure of most parts.
        judges: Such levels that are not in it, for what compares with the corpus.
        prior: For the style.
        functions: Rewards given as Python functions, by name.

    Raises:
        UnknownRewardError: a weight is given for a reward that does not exist.
        CustomRewardError: a user's own reward cannot be loaded.
    """
    scorers = LEVEL_CATALOGUE.build(list(LEVEL_CATALOGUE), corpus)
    quantiles = LEVEL_CATALOGUE.people_quantiles(scorers, known, judges)
    scorers = {name: scorer for name, scorer in scorers.items() if _can_tell(name, quantiles)}
    blend, bands, words = _WEIGHTING.blend(
        with_defaults(config), scorers, quantiles,
        functions=functions or {}, prior=prior, judges=judges,
    )  # fmt: skip
    usual = quantiles[VARIETY][2]
    components = [_graded(part, usual) for part in blend.components]
    return replace(blend, components=components), bands, words


def _can_tell(name: str, quantiles: Mapping[str, Quantiles]) -> bool:
    entry, told = LEVEL_CATALOGUE[name], bool(np.isfinite(quantiles[name][2]))
    if name == REACHABLE:  # where nothing is ever to be collected
        return told
    return told or entry.fixed is not None or entry.kind == "asked"


def with_defaults(config: RewardConfig) -> RewardConfig:
    """The user's weights over ours."""
    return config.model_copy(update={"weights": {**DEFAULT_WEIGHTS} | config.weights})


def _graded(part: Component, variety: float) -> Component:
    """The part as it is used here; ``variety`` is what levels of the corpus usually have."""
    if part.name == PROGRESS:
        return replace(part, role="penalty", transform=Won())
    if part.name == NEAR_COPY:
        return replace(part, role="penalty", transform=Ramp(SHARE, NEAR))
    if part.name == CHALLENGE:
        return replace(part, transform=Band(0.0, 0.0, MISSED))
    if part.name == REACHABLE:
        return replace(part, transform=Ramp(STRANDED, 1.0))
    if part.name == VARIETY:
        return replace(part, transform=Ramp(variety / 2, variety))
    return replace(part, role="watch") if part.name == "playable" else part


def checked_rewards(config: RewardConfig, functions: Mapping[str, Scorer]) -> list[Component]:
    """The user's own rewards, loaded; see ``Weighting.checked`` for what is refused."""
    return _WEIGHTING.checked(with_defaults(config), functions)


def rewarded_parts(config: PlatformConfig) -> list[str]:
    """Names of the parts that the total is made of; see ``Weighting.rewarded``."""
    return _WEIGHTING.rewarded(with_defaults(config.reward))
