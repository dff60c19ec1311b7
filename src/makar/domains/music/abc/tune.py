"""What is known of one tune in ABC: the piece, its bars as written, and what was left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Int

from makar.domains.music.piece.piece import Piece

FINE = 1680
"""Parts of a tick in which ABC lengths are added up: exact for tuplets of 5, 7 and 9."""
MAX_NOTES = 100_000
"""Notes in one tune after its repeats; more is not a tune."""
MAX_BARS = 50_000
"""Bars in one tune after its repeats."""
MAX_QUARTERS = 400_000
"""Quarter notes in one tune."""
MAX_PASSES = 16
"""Times a section may be repeated."""
MAX_VOICES = 64
"""Voices in one tune."""
MAX_TUNES = 100_000
"""Tunes in a book, twice what the largest collections on the net hold; more are no collection."""
MAX_BYTES = 20_000_000
"""Size of an ABC file."""

Dropped = Counter[str]
"""How often each thing that was in the notation is not in the piece, by name."""


class TuneError(ValueError):
    """One tune cannot be read; the others of its file can."""


@dataclass(frozen=True)
class BarTable:
    """The bars of a piece as they were written, upbeat left out.

    Attributes:
        start: ``(N,)`` tick at which each bar begins.
        length: ``(N,)`` ticks in it; less than its metre's where it was written short.
        beats, unit: ``(N,)`` the written metre; 0 beats in free metre.
        heard: ``(N,)`` ticks of it that belong to its section: less than ``length`` where the
            next section's upbeat completes the bar.
        opens: ``(N,)`` True at the first full bar of a section.
    """

    start: Int[np.ndarray, " N"]
    length: Int[np.ndarray, " N"]
    beats: Int[np.ndarray, " N"]
    unit: Int[np.ndarray, " N"]
    heard: Int[np.ndarray, " N"]
    opens: Bool[np.ndarray, " N"]

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def of(cls, piece: Piece) -> BarTable:
        """The bars that a piece's metres give; its sections are not known."""
        lines = np.array([t for t in piece.bar_lines() if t >= piece.pickup], np.int64)
        table = np.array([(m.tick, m.bar, m.beats, m.unit) for m in piece.metres], np.int64)
        force = np.searchsorted(table[:, 0], lines, side="right") - 1
        _, bar, beats, unit = table[force].T
        return cls(lines, bar, beats, unit, heard=bar, opens=np.arange(len(lines)) == 0)


@dataclass(frozen=True)
class AbcTune:
    """One tune of an ABC file."""

    number: str
    piece: Piece
    bars: BarTable
    dropped: Dropped = field(default_factory=Counter[str])


@dataclass(frozen=True)
class AbcBook:
    """The tunes of one ABC file.

    Attributes:
        tunes: What could be read.
        skipped: Tune number and reason, for what could not.
        dropped: Everything dropped or ignored, summed over the tunes.
    """

    tunes: tuple[AbcTune, ...]
    skipped: tuple[tuple[str, str], ...]
    dropped: Dropped
