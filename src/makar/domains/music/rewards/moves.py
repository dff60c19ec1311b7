"""From note to note: the steps a melody takes, in semitones, scale degrees and time.

What is said of moves is true in every key: a tune and its transposition are the same tune.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from makar.domains.music.melody.melody import Melodies

LONGEST_GAP = 16 * 96
"""Sixteen whole notes in ticks: longer waits count as this long in keys."""
_DEGREE = np.array([0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6])
"""Semitones above the tonic to letter steps, both thirds, sixths and sevenths on one letter."""


@dataclass(frozen=True)
class Moves:
    """The ``N - 1`` moves between the notes of each melody; 0 beyond ``count``.

    Attributes:
        interval: ``(B, M)`` semitones, positive upwards.
        steps: ``(B, M)`` scale degrees, so that a motif and its repeat a third higher agree
            although a major third became a minor one.
        gap: ``(B, M)`` ticks from a note's beginning to the next one's: a shortened note or
            a little rest does not change it.
        count: ``(B,)`` moves in each melody.
    """

    interval: Int[np.ndarray, "B M"]
    steps: Int[np.ndarray, "B M"]
    gap: Int[np.ndarray, "B M"]
    count: Int[np.ndarray, " B"]

    @property
    def present(self) -> Bool[np.ndarray, "B M"]:
        """True where a column holds a move."""
        return np.arange(self.interval.shape[1]) < self.count[:, None]

    @property
    def keys(self) -> Int[np.ndarray, "B M"]:
        """Interval in semitones and gap, as one number: equal keys sound alike in any key."""
        return (self.interval + 128) * (LONGEST_GAP + 1) + np.minimum(self.gap, LONGEST_GAP)

    @property
    def scale_keys(self) -> Int[np.ndarray, "B M"]:
        """Scale steps and gap, as one number: equal keys are the same motif in the scale."""
        return (self.steps + 128) * (LONGEST_GAP + 1) + np.minimum(self.gap, LONGEST_GAP)


def moves_of(melodies: Melodies) -> Moves:
    """The moves of each melody."""
    count = np.maximum(melodies.count - 1, 0)
    present = np.arange(max(melodies.pitch.shape[1] - 1, 0)) < count[:, None]

    def differences(columns: np.ndarray) -> np.ndarray:
        return np.where(present, np.diff(columns, axis=1)[:, : present.shape[1]], 0)

    return Moves(
        differences(melodies.pitch),
        differences(degrees(melodies)),
        differences(melodies.onset),
        count,
    )


def degrees(melodies: Melodies) -> Int[np.ndarray, "B N"]:
    """Scale degree of each note, seven to the octave, 0 on the tonic of MIDI's octave 0."""
    above = melodies.pitch - melodies.tonic[:, None]
    return above // 12 * 7 + _DEGREE[above % 12]


def gaps(melodies: Melodies) -> Int[np.ndarray, "B N"]:
    """Ticks from each note's beginning to the next one's, for the last note to the end."""
    following = np.zeros_like(melodies.onset)
    following[:, :-1] = melodies.onset[:, 1:]
    rows = np.flatnonzero(melodies.count > 0)
    last = melodies.count[rows] - 1
    sounding = melodies.onset[rows, last] + melodies.duration[rows, last]
    following[rows, last] = np.maximum(melodies.length[rows], sounding)
    return np.where(melodies.sounding, following - melodies.onset, 0)


def share(yes: Bool[np.ndarray, "B M"], of: Bool[np.ndarray, "B M"]) -> Float[np.ndarray, " B"]:
    """Share of the places in ``of`` where ``yes`` holds too; NaN where there are none."""
    total = of.sum(1)
    return np.where(total > 0, (yes & of).sum(1) / np.maximum(total, 1), np.nan)
