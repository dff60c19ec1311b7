"""Bar lines of a tune as it is read: upbeat, complemented bars, irregular bars, metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from makar.domains.music.abc.tune import FINE, BarTable, Dropped
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Metre

WHOLE = 4 * TICKS_PER_QUARTER * FINE


@dataclass(frozen=True)
class Segment:
    """What stands between two bar signs: a bar or a part of one, in fine ticks."""

    start: int
    length: int
    metre: tuple[int, int]
    opens: bool

    @property
    def full(self) -> int:
        """Length that the metre asks for; 0 in free metre."""
        return WHOLE * self.metre[0] // self.metre[1]


@dataclass
class _Row:
    start: int
    length: int
    full: int
    heard: int
    opens: bool
    metre: tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """Upbeat in ticks, metres, and the table of bars of one reading of a tune."""

    pickup: int
    metres: tuple[Metre, ...]
    table: BarTable


def lay_out_bars(segments: Sequence[Segment], dropped: Dropped) -> Layout:
    """Turn what stands between bar signs into bars.

    A short first bar is the upbeat. Short neighbours that together make a full bar are one bar:
    a section's last bar and the next upbeat. Several bars' worth without a line are several
    bars. What remains is irregular, counted, and gets a metre of its own.
    """
    pickup, first = 0, segments[0].metre
    if len(segments) > 1 and segments[0].length < segments[0].full:
        pickup = segments[0].length
        opening = segments[1]
        segments = [Segment(opening.start, opening.length, opening.metre, True), *segments[2:]]
    rows = _rows(segments)
    metres = _metres(rows, dropped, upbeat_in=first if pickup else None)
    ticks = [
        (round(r.start / FINE), round(r.length / FINE), *r.metre, round(r.heard / FINE), r.opens)
        for r in rows
    ]
    *columns, opens = np.array(ticks, np.int64).reshape(-1, 6).T
    return Layout(round(pickup / FINE), metres, BarTable(*columns, opens=opens.astype(bool)))


def _rows(segments: Sequence[Segment]) -> list[_Row]:
    rows: list[_Row] = []
    waiting: list[Segment] = []
    for segment in segments:
        total = segment.length + sum(s.length for s in waiting)
        same = not waiting or waiting[0].metre == segment.metre
        if not same or (waiting and total > segment.full):
            _emit(rows, waiting)
            waiting, total = [], segment.length
        waiting.append(segment)
        if total >= segment.full:
            _emit(rows, waiting)
            waiting = []
    _emit(rows, waiting)
    if rows:
        rows[0].opens = True
    return rows


def _emit(rows: list[_Row], parts: Sequence[Segment]) -> None:
    """Add the bar, or bars, that the parts make together."""
    if not parts:
        return
    first, length = parts[0], sum(p.length for p in parts)
    full = first.full
    cut = next((p.start - first.start for p in parts[1:] if p.opens), length)
    opens = first.opens or (bool(rows) and rows[-1].heard < rows[-1].length)
    bars = length // full if full and length % full == 0 else 1
    for k in range(bars):
        size = length // bars
        heard = min(max(cut - k * size, 0), size)
        rows.append(_Row(first.start + k * size, size, full, heard, opens and not k, first.metre))


def _metres(
    rows: Sequence[_Row], dropped: Dropped, *, upbeat_in: tuple[int, int] | None
) -> tuple[Metre, ...]:
    """Time signatures so that bar lines fall where they are written."""
    metres = [Metre(0, *upbeat_in)] if upbeat_in else []
    for number, row in enumerate(rows):
        metre = row.metre if row.full else (4, 4)
        last = number == len(rows) - 1
        if row.full and row.length != row.full and not (last and row.length < row.full):
            dropped["bars of irregular length (kept)"] += 1
            metre = _metre_of(row.length, row.metre[1]) or metre
        if not metres or metre != (metres[-1].beats, metres[-1].unit):
            metres.append(Metre(round(row.start / FINE) if metres else 0, *metre))
    return tuple(metres) or (Metre(),)


def _metre_of(length: int, unit: int) -> tuple[int, int] | None:
    """A time signature for a bar of this length, or None where there is none."""
    for finer in (unit, 8, 16, 32):
        if finer >= unit and length % (WHOLE // finer) == 0:
            return length // (WHOLE // finer), finer
    return None
