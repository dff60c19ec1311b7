"""The RL Tuner's nine rules of music theory, as published, faults and all.

Source: Jaques et al. 2017, *Sequence Tutor: Conservative Fine-Tuning of Sequence Generation
Models with KL-control*, arXiv 1611.02796, §4.2, with amounts and conditions as the published
program has them. Each rule takes ``(B, T)`` tokens of the 38-token grid in C major and returns
what each step earns, ``(B, T)``. Deviations: none in the numbers; all steps of a batch at once
instead of one note at a time. What is wrong with the rules, and better ones: ``mended``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from makar.core.types import JudgedPart, Judgement, Prompt, Works
from makar.domains.music.melody.grid import (
    FIRST_PITCH_TOKEN,
    HOLD,
    OFF,
    PADDING,
    TOKENS,
    MelodyGrid,
    MelodyGrids,
)
from makar.reproductions.rl_tuner import facts

Tokens = Int[np.ndarray, "B T"]
Steps = Float[np.ndarray, "B T"]
Rule = Callable[[Tokens], Steps]

TONIC = 14
"""Middle C, the only tonic the rules know."""
LAST_BEAT = 4
"""Steps in the last beat, where the tonic is to be struck and held."""
_PITCH_CLASS = (np.arange(TOKENS) - FIRST_PITCH_TOKEN) % 12
IN_KEY = np.isin(_PITCH_CLASS, (0, 2, 4, 5, 7, 9, 11)) | (np.arange(TOKENS) < FIRST_PITCH_TOKEN)
"""True for the tokens of C major; note-off and hold are in every key."""
_STABLE = np.isin(_PITCH_CLASS, (0, 7)) & (np.arange(TOKENS) >= FIRST_PITCH_TOKEN)
INTERVALS = {2: 0.08, 4: 0.09, 5: 0.07, 7: 0.02, 9: 0.05, 11: -0.3}
"""What an interval earns by its semitones, up or down; others up to an octave earn nothing."""


def key(tokens: Tokens) -> Steps:
    """−1 for a note that is not in C major."""
    return -(~IN_KEY[tokens]).astype(np.float64)


def tonic(tokens: Tokens) -> Steps:
    """+3 for middle C at the beginning and on the last beat, and for letting it be there."""
    earned = np.zeros(tokens.shape)
    last = tokens.shape[1] - LAST_BEAT
    for start in (0, last):
        earned[:, start] = 3.0 * (tokens[:, start] == TONIC)
    earned[:, last + 1] = 3.0 * (tokens[:, last + 1] == HOLD)
    earned[:, last + 2 :] = 3.0 * np.isin(tokens[:, last + 2 :], (HOLD, OFF))
    return earned


def repeating(tokens: Tokens) -> Steps:
    """−100 for a token that repeats too often, holds and note-offs included."""
    return -100.0 * facts.excessively_repeated(tokens)


def autocorrelation(tokens: Tokens) -> Steps:
    """−3 |ρ| for each lag of 1 to 3 at which the work so far repeats itself by more than 0.15."""
    size = np.abs(np.nan_to_num(facts.autocorrelations(tokens.astype(np.float64))))
    return -3.0 * np.where(size > 0.15, size, 0.0).sum(2)


def motif(tokens: Tokens) -> Steps:
    """+3 where the last eight steps have three different pitches, +0.3 for each one more."""
    pitches = facts.motif_pitches(tokens)
    return np.where(facts.in_motif(tokens), 3.0 + 0.3 * (pitches - facts.MOTIF_PITCHES), 0.0)


def repeated_motif(tokens: Tokens) -> Steps:
    """+4 where such a motif was there before, exactly; +1 for each pitch beyond three."""
    more = facts.motif_pitches(tokens) - facts.MOTIF_PITCHES
    return np.where(facts.in_repeated_motif(tokens), 4.0 + more, 0.0)


def intervals(tokens: Tokens) -> Steps:
    """5 × what the interval from the last pitch is worth, or the rest or hold after it."""
    before = facts.previous_pitch(tokens)
    since = np.maximum(before, 0)
    size = np.abs(tokens - since)
    worth = np.zeros(tokens.shape)
    for semitones, amount in INTERVALS.items():
        worth[size == semitones] = amount
    worth[size > 12] = -1.0
    pitch_class = _PITCH_CLASS[since]
    worth[(size == 7) & np.isin(pitch_class, (0, 7))] = 0.1
    worth[(size == 4) & np.isin(pitch_class, (0, 4))] = 0.15
    stable = _STABLE[since]
    worth = np.where(tokens == OFF, np.where(stable, 0.15, 0.05), worth)
    worth = np.where(tokens == HOLD, np.where(stable, 0.3, 0.075), worth)
    return 5.0 * np.where(before == facts.NOTHING_BEFORE, 0.0, worth)


def leaps(tokens: Tokens) -> Steps:
    """+5 where a leap of a fifth or more is resolved, −5 where another follows the same way."""
    return 5.0 * facts.leap_outcome(tokens)


def extrema(tokens: Tokens) -> Steps:
    """At the last step, +3 if the highest note occurs once and +3 if the lowest does."""
    earned = np.zeros(tokens.shape)
    unique = facts.highest_is_unique(tokens).astype(np.float64) + facts.lowest_is_unique(tokens)
    earned[:, -1] = 3.0 * unique
    return earned


RULES: Mapping[str, Rule] = {
    "key": key,
    "tonic": tonic,
    "repeating": repeating,
    "autocorrelation": autocorrelation,
    "motif": motif,
    "repeated_motif": repeated_motif,
    "intervals": intervals,
    "leaps": leaps,
    "extrema": extrema,
}
"""The nine rules, in the order of the paper."""


def tokens_of(works: Works[MelodyGrid]) -> Tokens:
    """The works' tokens as full rows.

    Raises:
        ValueError: the works are not all of one length, or too short for a last beat.
    """
    if not isinstance(works, MelodyGrids):
        works = MelodyGrids.stack([works[i] for i in range(len(works))])
    tokens = works.tokens.astype(np.int64)
    if (tokens == PADDING).any():
        raise ValueError("the RL Tuner's rules need works of one length: sort them by length")
    if len(tokens) and tokens.shape[1] <= LAST_BEAT:
        raise ValueError(f"the RL Tuner's rules need more than {LAST_BEAT} sixteenths in a work")
    return tokens


@dataclass(frozen=True)
class RuleReward:
    """The weighted sum of rules, each paid at the very step that earned it.

    Attributes:
        rules: Rules by name.
        weights: Factor of each rule; 1 where none is given.
        least: Lowest that a rule may pay at one step before its weight, by name: the published
            −100 drowns all others.
    """

    rules: Mapping[str, Rule] = field(default_factory=lambda: RULES)
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    least: Mapping[str, float] = field(default_factory=dict[str, float])

    def __call__(self, works: Works[MelodyGrid], prompts: Sequence[Prompt]) -> Judgement:
        """Judge each work; ``credit`` is ``(B, T)`` and sums to ``total``."""
        del prompts
        tokens = tokens_of(works)
        credit = np.zeros(tokens.shape)
        parts: dict[str, JudgedPart] = {}
        for name, rule in self.rules.items():
            earned, weight = rule(tokens), self.weights.get(name, 1.0)
            credit += weight * np.maximum(earned, self.least.get(name, -np.inf))
            total = earned.sum(1)
            parts[name] = JudgedPart(total, total, weight, "score", "as it is")
        return Judgement(credit.sum(1), parts, credit)
