"""What every reader of music files hands back, and how large a file it reads at all.

A corpus is whatever a user's folder holds, so a reader must come to an end in bounded time
and memory on any bytes, and must say what it left out of the ones it read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from makar.core.disk.plain import open_plain
from makar.core.errors import UnreadableError
from makar.domains.music.piece.piece import (
    DURATION,
    ONSET,
    PITCH,
    TICKS_PER_QUARTER,
    VELOCITY,
    Metre,
    NoteRows,
    Piece,
)

MAX_BYTES = 8_000_000
"""Largest file that is opened. A symphony movement is about 1 MB as MIDI or as .mxl."""
MAX_NOTES = 200_000
MAX_PARTS = 512
MAX_QUARTERS = 20_000
"""Longest piece in quarter notes: nearly three hours at 120 to the minute."""


@dataclass(frozen=True)
class Reading:
    """Pieces from one file, and what the reader could not take over as it stood.

    Attributes:
        pieces: The music.
        changes: How often what was dropped, moved or assumed, such as ``{"grace notes
            dropped": 3}``; empty when everything was kept.
        largest_snap: Ticks (24 per quarter) by which the worst onset or end was moved to fit.
        each: The same as ``changes`` piece by piece, where a file holds several; empty where
            ``changes`` are those of its only piece.
    """

    pieces: tuple[Piece, ...]
    changes: Counter[str] = field(default_factory=Counter[str])
    largest_snap: float = 0.0
    each: tuple[Counter[str], ...] = ()

    def changes_of(self, number: int) -> Counter[str]:
        """What could not be taken over as it stood in that piece."""
        return self.each[number] if self.each else self.changes


def file_bytes(path: str | Path) -> bytes:
    """The bytes of a file that is small enough to be music.

    Raises:
        UnreadableError: it cannot be opened, is empty, or is larger than ``MAX_BYTES``.
    """
    try:
        with open_plain(path, follow=True) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(str(path), f"cannot be opened ({error.strerror})") from error
    if not data:
        raise UnreadableError(str(path), "is empty")
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            str(path),
            f"is larger than {MAX_BYTES // 1_000_000} MB",
            remedy="Split it into movements",
        )
    return data


def check_size(path: str, *, notes: int, parts: int, ticks: float) -> None:
    """Refuse a piece too large to be worked with.

    Raises:
        UnreadableError: too many notes or parts, or too long.
    """
    if notes > MAX_NOTES:
        raise UnreadableError(path, f"holds more than {MAX_NOTES:,} notes", remedy="Split it")
    if parts > MAX_PARTS:
        raise UnreadableError(path, f"holds {parts:,} parts; up to {MAX_PARTS} are read")
    if ticks > MAX_QUARTERS * TICKS_PER_QUARTER:
        raise UnreadableError(
            path, f"is longer than {MAX_QUARTERS:,} quarter notes", remedy="Split it"
        )


def sorted_notes(rows: NoteRows) -> NoteRows:
    """Rows in the order every piece keeps: onset, pitch, duration, velocity."""
    keys = (rows[:, VELOCITY], rows[:, DURATION], rows[:, PITCH], rows[:, ONSET])
    return rows[np.lexsort(keys)]


def holds(metre: Metre) -> bool:
    """True where a bar of this metre is a whole number of ticks."""
    whole = TICKS_PER_QUARTER * 4 * metre.beats
    return metre.beats > 0 and metre.unit > 0 and whole >= metre.unit and not whole % metre.unit
