"""Which chord follows which: a composer's progressions, learned from works in four voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from makar.core.types import Prompt
from makar.domains.music.harmony.chords import CHORDS, beat_chords, changes
from makar.domains.music.voices.voices import VoiceGrids, voices_of

_BEGIN = CHORDS
"""Stands before the first chord."""


@dataclass(frozen=True)
class ChordProgressions:
    """How likely each chord is after the one before it, relative to the tonic.

    One model for major and one for minor, over the chords of the beats with repeats left out (so
    that standing still is no progression). Interpolated Witten-Bell smoothing (Witten & Bell 1991,
    method C):

        P(c | h) = (N(h c) + K(h) P(c)) / (N(h) + K(h)),

    K(h) the number of different chords seen after h; P(c) in turn is backed by 1/48. A history of
    two chords predicts Bach's other chorales no better: the corpus is too small for it.

    Attributes:
        logp: ``(2, 49, 48)`` nats: mode, last chord, chord.
    """

    logp: Float[np.ndarray, "2 49 48"]

    @classmethod
    def of(cls, grids: VoiceGrids) -> ChordProgressions:
        """Learn from a corpus."""
        mode, last, chord, present = _pairs(grids)
        counts = np.zeros((2, CHORDS + 1, CHORDS))
        np.add.at(counts, (mode[present], last[present], chord[present]), 1)
        p = np.full((2, 1, CHORDS), 1 / CHORDS)
        for seen in (counts.sum(1, keepdims=True), counts):
            kinds = (seen > 0).sum(2, keepdims=True)
            whole = seen.sum(2, keepdims=True) + kinds
            p = np.where(whole > 0, (seen + kinds * p) / np.maximum(whole, 1), p)
        return cls(np.log(p))

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Mean log-probability of a work's chords, in nats a chord; NaN for fewer than two."""
        mode, last, chord, present = _pairs(voices_of(works))
        logp = np.where(present, self.logp[mode, last, chord], 0.0).sum(1)
        count = present.sum(1)
        return np.where(count > 1, logp / np.maximum(count, 1), np.nan)

    def nats_per_chord(self, grids: VoiceGrids) -> float:
        """Cross-entropy of all chords of the works together; NaN for no chords."""
        mode, last, chord, present = _pairs(grids)
        logp = self.logp[mode, last, chord][present]
        return float(-logp.mean()) if len(logp) else float("nan")


def _pairs(
    grids: VoiceGrids,
) -> tuple[
    Int[np.ndarray, "B N"],
    Int[np.ndarray, "B N"],
    Int[np.ndarray, "B N"],
    Bool[np.ndarray, "B N"],
]:
    """Mode (1 minor), last chord, chord, and where there is one."""
    row, count = changes(beat_chords(grids))
    present = np.arange(row.shape[1]) < count[:, None]
    last = np.pad(row, ((0, 0), (1, 0)), constant_values=_BEGIN)[:, :-1]
    mode = np.broadcast_to(grids.minor.astype(int)[:, None], row.shape)
    return mode, last, np.where(present, row, 0), present
