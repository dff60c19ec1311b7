"""A piece in stretches of whole bars of one metre: what is judged, or learned from, at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from makar.domains.music.piece.piece import ONSET, KeyChange, Metre, Part, Piece

FEWEST_BARS = 2
"""Bars between changes of metre from which on they are a phrase of their own."""
ALONE = "a bar alone between changes of metre"
"""Why fewer are left out."""


@dataclass(frozen=True)
class Stretch:
    """Bars of one metre.

    Attributes:
        start: Tick of the first bar line, counted from the first full bar of the piece.
        bars: How many.
        metre: Theirs.
    """

    start: int
    bars: int
    metre: Metre

    @property
    def length(self) -> int:
        """In ticks."""
        return self.bars * self.metre.bar


def stretches(piece: Piece, bars: int) -> tuple[list[Stretch], dict[str, int]]:
    """A piece in stretches of so many bars; the second is what is in none, by reason.

    They begin anew where the metre changes, so that none goes over a change; what is shorter, the
    whole piece or the bars between two changes, is one stretch. A bar alone is left out.

    Args:
        piece: The piece; its upbeat is in no stretch.
        bars: How many.
    """
    found: list[Stretch] = []
    left_out: dict[str, int] = {}
    runs = list(_runs(piece))
    for run in runs:
        if run.bars < min(FEWEST_BARS, bars) and len(runs) > 1:
            left_out[ALONE] = left_out.get(ALONE, 0) + 1
            continue
        length = min(bars, run.bars)
        found += [
            Stretch(run.start + first * run.metre.bar, length, run.metre)
            for first in range(0, run.bars - length + 1, length)
        ]
    return found, left_out


def _runs(piece: Piece) -> Iterator[Stretch]:
    """The bars up to where the last note ends, in runs of one metre; at least one bar."""
    metres, at = piece.metres, 0
    tick = first = piece.pickup
    count, current = 0, piece.metre
    while not count or tick < piece.end:
        while at + 1 < len(metres) and metres[at + 1].tick <= tick:
            at += 1
        metre = metres[at]
        if count and (metre.beats, metre.unit) != (current.beats, current.unit):
            yield Stretch(first - piece.pickup, count, _bare(current))
            first, count = tick, 0
        current = metre
        count += 1
        tick += metre.bar
    yield Stretch(first - piece.pickup, count, _bare(current))


def _bare(metre: Metre) -> Metre:
    return Metre(0, metre.beats, metre.unit)


def beginning_at(piece: Piece, stretch: Stretch) -> Piece:
    """The piece seen from a stretch: its first bar line at tick 0, its metre throughout."""
    by = stretch.start + piece.pickup
    parts = tuple(_earlier(part, by) for part in piece.parts)
    keys = (KeyChange(0, piece.key),)
    return replace(piece, parts=parts, keys=keys, metres=(stretch.metre,), pickup=0)


def _earlier(part: Part, by: int) -> Part:
    notes = part.notes.copy()
    notes[:, ONSET] -= by
    return replace(part, notes=notes)
