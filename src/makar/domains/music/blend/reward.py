"""What is rewarded of a blend: its place between the genres, and that it is a tune at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from makar.core.errors import UnknownRewardError
from makar.core.rewards import Component, RewardTree
from makar.core.scoring import Scorer
from makar.core.transforms import AtMost, Ramp
from makar.domains.music.blend.config import BlendConfig
from makar.domains.music.blend.judges import Distance, Judge
from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.piece.piece import Pieces
from makar.domains.music.rewards.catalogue import CATALOGUE, build, fit_bands
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.rewards.register import OutOfReach
from makar.recipes.own_rewards.loading import load_reward

NEAR_ENOUGH = 0.05
"""A phrase this near to what was asked has full marks: nobody is to be a caricature."""
MEASURED, PLACE, REGISTER = "measured_distance", "asked_place", "register"
TUNEFUL = (
    "mean_interval", "step_share", "leap_share", "pitch_range", "direction_kept",
    "tonal_stability", "strong_beat_chord", "syncopation", "metric_strength", "bar_recurrence",
)  # fmt: skip
"""Rewards of tunes that both genres keep to, each in the range of the two taken together. A place
between two genres is no quality: notes by chance lie between any two."""
WEIGHTS: Mapping[str, float] = {PLACE: 1.0} | dict.fromkeys(TUNEFUL, 1 / len(TUNEFUL))
"""Half of the score is the place, half that it is a tune."""


def blend_reward(
    config: BlendConfig,
    judges: tuple[Judge, Judge],
    *,
    known: Pieces,
    index: CopyIndex,
    limit: float,
    functions: Mapping[str, Scorer],
) -> RewardTree:
    """No near copies; the place between the genres, and a tune; the place by another judge.

    Only watched is what that judge says, and whether the instrument has the notes.

    Args:
        config: Weights and the user's own rewards.
        judges: The one that rewards and the one that measures.
        known: Phrases of both genres that were learned from.
        index: Of them, for near copies.
        limit: Moves that a phrase may share with one of them.
        functions: Rewards given as Python functions, by name.

    Raises:
        UnknownRewardError, CustomRewardError: as ``own_rewards``.
    """
    own = own_rewards(config, functions)
    rewards, measures = (Distance(judge, config.corpus.names) for judge in judges)
    melodies = melodies_of(known)
    tuneful = build(list(TUNEFUL), melodies)
    quantiles = fit_bands(tuneful, melodies)
    parts = [
        Component("near_copy", index, AtMost(limit), role="gate", seconds=None, copying=True),
        Component(PLACE, rewards, Ramp(1, NEAR_ENOUGH), seconds=None),
        *(
            Component(
                name, scorer, CATALOGUE.default_transform(name, quantiles[name]), seconds=None
            )
            for name, scorer in tuneful.items()
        ),
        Component(MEASURED, measures, Ramp(1, 0), role="watch", seconds=None),
        Component(REGISTER, OutOfReach(config.ask.program), Ramp(1, 0), role="watch", seconds=None),
    ]
    weights = _weights(config)
    return RewardTree([*(replace(p, weight=weights.get(p.name, p.weight)) for p in parts), *own])


def words_of_parts() -> dict[str, str]:
    """What each part asks of a phrase, in words."""
    return {name: CATALOGUE[name].words for name in (*TUNEFUL, REGISTER)} | {
        PLACE: "a classifier is as much in doubt between the two genres as was asked",
        MEASURED: "how far another classifier, never rewarded, finds it from what was asked",
    }


def rewarded(config: BlendConfig) -> list[str]:
    """Names of the parts that the total is made of."""
    own = [c.name for c in own_rewards(config, {}) if c.role == "score" and c.weight > 0]
    return [name for name in WEIGHTS if _weights(config)[name] > 0] + own


def _weights(config: BlendConfig) -> dict[str, float]:
    """The user's weights over ours."""
    return {**WEIGHTS, **config.reward.weights}


def own_rewards(config: BlendConfig, functions: Mapping[str, Scorer]) -> list[Component]:
    """The user's own rewards, loaded.

    Raises:
        UnknownRewardError: a weight is given for a reward that does not exist.
        CustomRewardError: a user's own reward cannot be loaded.
    """
    if unknown := set(config.reward.weights) - set(WEIGHTS):
        raise UnknownRewardError(
            f"reward.weights names {', '.join(sorted(unknown))}; there are: {', '.join(WEIGHTS)}"
        )
    seconds = config.reward.seconds
    return [replace(load_reward(spec, functions), seconds=seconds) for spec in config.reward.custom]
