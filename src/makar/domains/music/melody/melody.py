"""Melodies in columns: the view of music that the rewards and measures score.

Both grids and pieces give one, so that a generated tune, a human tune and a user's file are
judged by the same code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Int

from makar.domains.music.piece.piece import (
    DURATION,
    ONSET,
    PITCH,
    TICKS_PER_QUARTER,
    Piece,
    Pieces,
)

SIXTEENTH = TICKS_PER_QUARTER // 4
"""Ticks in a sixteenth."""


@dataclass(frozen=True)
class Melodies:
    """One voice per work, padded to the longest; times in ticks (24 per quarter).

    Attributes:
        onset, duration, pitch: ``(B, N)``; 0 beyond ``count``.
        count: ``(B,)`` notes in each melody.
        length: ``(B,)`` ticks from the first bar line to the end, rests included.
        bar: ``(B,)`` ticks per bar; bar lines are at multiples of it.
        beat: ``(B,)`` ticks per felt beat.
        tonic: ``(B,)`` pitch class 0..11.
        minor: ``(B,)`` True in a minor key.
    """

    onset: Int[np.ndarray, "B N"]
    duration: Int[np.ndarray, "B N"]
    pitch: Int[np.ndarray, "B N"]
    count: Int[np.ndarray, " B"]
    length: Int[np.ndarray, " B"]
    bar: Int[np.ndarray, " B"]
    beat: Int[np.ndarray, " B"]
    tonic: Int[np.ndarray, " B"]
    minor: Bool[np.ndarray, " B"]

    def __len__(self) -> int:
        return len(self.count)

    @property
    def sounding(self) -> Bool[np.ndarray, "B N"]:
        """True where a column holds a note."""
        return np.arange(self.onset.shape[1]) < self.count[:, None]

    @cached_property
    def between(self) -> Int[np.ndarray, " K"]:
        """Rows with a note that begins between the sixteenths; computed once."""
        return np.flatnonzero((self.onset % SIXTEENTH > 0).any(1))

    def take(self, indices: Iterable[int]) -> Melodies:
        """The melodies at ``indices``, in that order."""
        rows = np.fromiter(indices, dtype=np.int64)
        return Melodies(*(getattr(self, f.name)[rows] for f in fields(self)))


@runtime_checkable
class HasMelodies(Protocol):
    """A batch of works that can show one melody per work."""

    @property
    def melodies(self) -> Melodies:
        """The melodies, computed once."""
        ...


def melodies_of(works: object) -> Melodies:
    """The melodies of any batch of musical works; raises TypeError for anything else."""
    if isinstance(works, Melodies):
        return works
    if isinstance(works, HasMelodies):
        return works.melodies
    if isinstance(works, Pieces):
        return _from_pieces(works)
    raise TypeError(f"{type(works).__name__} has no melodies: pass MelodyGrids or Pieces")


def odd_beats(onset: Int[np.ndarray, " N"], length: int, beat: int) -> Bool[np.ndarray, " K"]:
    """True for each beat in which a note begins between the sixteenths."""
    odd = np.zeros(-(-length // beat), bool)
    odd[onset[onset % SIXTEENTH > 0] // beat] = True
    return odd


def skyline(piece: Piece) -> Int[np.ndarray, "N 3"]:
    """The top voice as rows of (onset, duration, pitch).

    It is the highest note at each onset of the first melodic part, cut where the next begins.
    Onsets count from the first full bar, so a pickup is negative.
    """
    part = next((p for p in piece.parts if len(p.notes) and not p.percussion), None)
    if part is None:
        return np.zeros((0, 3), np.int64)
    order = np.lexsort((-part.notes[:, PITCH], part.notes[:, ONSET]))
    notes = part.notes[order].astype(np.int64)
    first_at_onset = np.r_[True, np.diff(notes[:, ONSET]) > 0]
    top = notes[first_at_onset][:, [ONSET, DURATION, PITCH]]
    until_next = np.r_[np.diff(top[:, 0]), np.iinfo(np.int64).max]
    top[:, 1] = np.minimum(top[:, 1], until_next)
    top[:, 0] -= piece.pickup
    return top


def _from_pieces(pieces: Pieces) -> Melodies:
    tops = [skyline(p) for p in pieces]
    tops = [t[t[:, 0] >= 0] for t in tops]  # bars are compared with bars: leave the upbeat out
    width = max((len(t) for t in tops), default=0)
    columns = np.zeros((3, len(tops), width), np.int64)
    for row, top in enumerate(tops):
        columns[:, row, : len(top)] = top.T
    bar = np.array([p.metre.bar for p in pieces], np.int64)
    ends = np.array([p.end - p.pickup for p in pieces], np.int64)
    return Melodies(
        *columns,
        count=np.array([len(t) for t in tops], np.int64),
        length=np.maximum(-(-ends // np.maximum(bar, 1)) * bar, bar),
        bar=bar,
        beat=np.array([p.metre.beat for p in pieces], np.int64),
        tonic=np.array([p.key.tonic for p in pieces], np.int64),
        minor=np.array([p.key.is_minor for p in pieces], bool),
    )
