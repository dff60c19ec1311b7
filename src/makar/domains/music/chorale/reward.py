"""The reward of works in four voices."""

from __future__ import annotations

from collections.abc import Mapping

from makar.core.rewards import Component, RewardTree
from makar.core.scoring import Scorer
from makar.domains.music.harmony.catalogue import VOICES_CATALOGUE
from makar.domains.music.harmony.copies import LineCopies
from makar.domains.music.voices.voices import SOPRANO, VoiceGrid, VoiceGrids
from makar.models.token_policy import TokenPolicy
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import ExplainedReward, Weighting

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "parallels": 3.0,
    "cadence": 2.0,
    "struck_dissonance": 2.0,
    "progressions": 2.0,
    "overlap": 0.5,
    "root_position": 0.5,
    "consonance": 0.5,
    "chord_novelty": 0.5,
    "struck_together": 0.25,
    "inner_leaps": 0.25,
    "line_steps": 0.25,
    "bass_leaps": 0.25,
}
"""Weights that differ from 1.

A small model that has learned from chorales moves its voices as they do; what it breaks are the
rules between voices, and what it lacks is a harmony that goes somewhere. So these are paid for.
"""
WEIGHTING = Weighting(VOICES_CATALOGUE, DEFAULT_WEIGHTS)


def chorale_reward(
    config: RewardConfig,
    *,
    train: VoiceGrids,
    known: VoiceGrids,
    judges: VoiceGrids,
    prior: TokenPolicy[VoiceGrid],
    functions: Mapping[str, Scorer] | None = None,
    melody_given: bool = False,
) -> ExplainedReward:
    """The blend, people's 5-95 % range of every part, and each part in plain words.

    Args:
        config: Weights and the user's own rewards.
        train: The chorales, whole, that copies and progressions are measured against.
        known: Phrases of them, of the kind asked for: people's measure.
        judges: Such phrases that are not among them, for what compares with the corpus.
        prior: For the style.
        functions: Rewards given as Python functions, by name.
        melody_given: The soprano is the user's, so that it is nobody's copy.

    Raises:
        UnknownRewardError: a weight is given for a reward that does not exist.
        CustomRewardError: a user's own reward cannot be loaded.
    """
    scorers = VOICES_CATALOGUE.build(list(VOICES_CATALOGUE), train)
    if melody_given:
        scorers["line_copy"] = LineCopies.of(train, given=(SOPRANO,))
    quantiles = VOICES_CATALOGUE.people_quantiles(scorers, known, judges)
    return WEIGHTING.blend(
        config, scorers, quantiles, functions=functions or {}, prior=prior, judges=judges
    )


def plain_reward(
    config: RewardConfig, *, train: VoiceGrids, known: VoiceGrids, judges: VoiceGrids
) -> RewardTree:
    """The catalogue's rewards alone, which need no model; see ``chorale_reward``."""
    scorers = VOICES_CATALOGUE.build(list(VOICES_CATALOGUE), train)
    quantiles = VOICES_CATALOGUE.people_quantiles(scorers, known, judges)
    return RewardTree(WEIGHTING.components(config, scorers, quantiles))


def checked_rewards(config: RewardConfig, functions: Mapping[str, Scorer]) -> list[Component]:
    """The user's own rewards, loaded; see ``Weighting.checked`` for what is refused."""
    return WEIGHTING.checked(config, functions)
