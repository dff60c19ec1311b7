"""The reward of the ``tune`` recipe, put together from the catalogue, the corpus and the user."""

from __future__ import annotations

from collections.abc import Mapping

from makar.core.rewards import Component, RewardTree
from makar.core.scoring import Scorer
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.rewards.catalogue import (
    CATALOGUE,
    Quantiles,
    build,
    fit_bands,
    people_quantiles,
)
from makar.domains.music.rewards.register import OutOfReach
from makar.models.token_policy import TokenPolicy
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import ExplainedReward, Weighting

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "form_contrast": 3.0,
    "close": 2.0,
    "phrase_endings": 2.0,
    "motif_recurrence": 2.0,
    "bar_recurrence": 2.0,
    "mean_interval": 0.25,
    "step_share": 0.25,
    "leap_share": 0.25,
    "pitch_range": 0.25,
    "direction_kept": 0.25,
    "pitch_class_entropy": 0.25,
    "pitch_autocorrelation": 0.25,
}
"""Weights that differ from 1.

A small model that has learned from tunes already moves as they do; what it lacks is form, coming
back to what was said, and coming home. So these are paid for, and how the tune moves is only held.
"""
WEIGHTING = Weighting(CATALOGUE, DEFAULT_WEIGHTS)


def melody_reward(
    config: RewardConfig,
    *,
    train: MelodyGrids,
    known: MelodyGrids,
    judges: MelodyGrids,
    prior: TokenPolicy[MelodyGrid],
    functions: Mapping[str, Scorer] | None = None,
    program: int = 73,
) -> ExplainedReward:
    """The blend, people's 5-95 % range of every part, and each part in plain words.

    Args:
        config: Weights and the user's own rewards.
        train: The tunes that novelty and near copies are measured against.
        known: Those of them that are of the kind asked for: people's measure.
        judges: Such tunes that are not among them, for what compares with the corpus.
        prior: For the style.
        functions: Rewards given as Python functions, by name.
        program: General MIDI program that plays.

    Raises:
        UnknownRewardError: a weight is given for a reward that does not exist.
        CustomRewardError: a user's own reward cannot be loaded.
    """
    scorers, quantiles = _measured(train, known, judges, program)
    return WEIGHTING.blend(
        config, scorers, quantiles, functions=functions or {}, prior=prior, judges=judges
    )


def plain_reward(
    config: RewardConfig,
    *,
    train: MelodyGrids,
    known: MelodyGrids,
    judges: MelodyGrids,
    program: int = 73,
) -> RewardTree:
    """The catalogue's rewards alone, which need no model; see ``melody_reward``."""
    scorers, quantiles = _measured(train, known, judges, program)
    return RewardTree(WEIGHTING.components(config, scorers, quantiles))


def _measured(
    train: MelodyGrids, known: MelodyGrids, judges: MelodyGrids, program: int
) -> tuple[dict[str, Scorer], dict[str, Quantiles]]:
    """The catalogue's rewards for that instrument, and people's quantiles of each.

    Only the register looks at the keys that people's tunes are heard in; the others look at the
    melodies, which are made once for all of them.
    """
    scorers = build(list(CATALOGUE), train.melodies)
    quantiles = people_quantiles(scorers, known.melodies, judges.melodies)
    scorers["register"] = register = OutOfReach(program)
    return scorers, quantiles | fit_bands({"register": register}, known)


def checked_rewards(config: RewardConfig, functions: Mapping[str, Scorer]) -> list[Component]:
    """The user's own rewards, loaded; see ``Weighting.checked`` for what is refused."""
    return WEIGHTING.checked(config, functions)
