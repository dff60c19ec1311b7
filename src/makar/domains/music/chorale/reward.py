"""The reward of works in four voices, and the figures by which they are held against Bach's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from makar.core.rewards import Component, RewardTree
from makar.core.scoring import Scorer
from makar.core.types import Judgement, Prompt
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
_SCORE, _COPIES = "harmony score", "near copies"
_RATES = {"parallels": "parallels per bar", "range_faults": "notes out of range per work"}


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


@dataclass(frozen=True)
class HarmonyFigure:
    """One figure of works in four voices beside Bach's.

    Attributes:
        name: What is counted.
        works: Mean over the works.
        people: Mean over Bach's held-out phrases.
        low, high: Their 10 and 90 % quantiles.
        holds: For the score, whether the works' mean lies between the two; for faults and
            copies, whether it is not above Bach's mean.
    """

    name: str
    works: float
    people: float
    low: float
    high: float
    holds: bool


def harmony_figures(
    blend: RewardTree, works: VoiceGrids, people: VoiceGrids
) -> list[HarmonyFigure]:
    """Parallels per bar, notes out of range, the harmony score and near copies, beside Bach's.

    The harmony score is the weighted mean of the scores, without gates: a near copy is counted by
    itself and its harmony is still judged.

    Args:
        blend: As ``chorale_reward`` made it, or scaled.
        works: The works to be reported on.
        people: Held-out phrases, which the blend's bands were not taken from.
    """
    ours, theirs = _judged(blend, works), _judged(blend, people)
    figures = [
        _figure(name, ours.parts[part].raw, theirs.parts[part].raw) for part, name in _RATES.items()
    ]
    score = _figure(_SCORE, ours.total, theirs.total)
    inside = score.low <= score.works <= score.high
    copies = _figure(_COPIES, _stopped(blend, ours), _stopped(blend, theirs))
    return [*figures, replace(score, holds=inside), copies]


def _judged(blend: RewardTree, works: VoiceGrids) -> Judgement:
    """Everything judged and nothing stopped: gates are only watched."""
    open_gates = [replace(c, role="watch") if c.role == "gate" else c for c in blend.components]
    return replace(blend, components=open_gates)(works, [Prompt()] * len(works))


def _stopped(blend: RewardTree, judgement: Judgement) -> Float[np.ndarray, " B"]:
    """1 for each work that a gate would stop."""
    gates = [c.name for c in blend.components if c.role == "gate"]
    stopped = [judgement.parts[name].value < 0.5 for name in gates]
    return np.any(stopped, axis=0).astype(float) if stopped else np.zeros(len(judgement.total))


def _figure(
    name: str, works: Float[np.ndarray, " B"], people: Float[np.ndarray, " N"]
) -> HarmonyFigure:
    low, high = np.nanquantile(people, [0.1, 0.9])
    ours, theirs = float(np.nanmean(works)), float(np.nanmean(people))
    return HarmonyFigure(name, ours, theirs, float(low), float(high), ours <= theirs)
