"""Lengths to note values: what a length is written as, and where it must be tied.

A bar is tiled with windows that halve and halve again. A window whose onsets fall on its
thirds and not on its middle is a triplet; all else stands on the grid of thirty-seconds.
Every whole number of ticks can be written so: one tick is a triplet sixty-fourth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Metre

_NAMES = {
    192: "breve", 96: "whole", 48: "half", 24: "quarter", 12: "eighth", 6: "16th", 3: "32nd",
}  # fmt: skip
STRAIGHT = {
    **{ticks: (name, 0) for ticks, name in _NAMES.items()},
    **{ticks * 3 // 2: (name, 1) for ticks, name in _NAMES.items() if ticks > 3},
}
"""Type and dots of a plain length in ticks."""
_TRIPLET_NAMES = {
    64: "whole", 32: "half", 16: "quarter", 8: "eighth", 4: "16th", 2: "32nd", 1: "64th",
}  # fmt: skip
TRIPLET = {
    **{ticks: (name, 0) for ticks, name in _TRIPLET_NAMES.items()},
    **{ticks * 3 // 2: (name, 1) for ticks, name in _TRIPLET_NAMES.items() if ticks > 1},
}
"""The same for lengths within a triplet."""
FINEST = 3
"""Ticks of the shortest plain value, a thirty-second."""


class Value(NamedTuple):
    """A note or rest as it is written.

    Attributes:
        start, end: Ticks from the start of the (virtual, whole) bar.
        type: ``"quarter"`` ...
        dots: 0 or 1.
        triplet: Type of the triplet's third, or "" outside triplets.
        opens, closes: True on the first and last value of a triplet.
    """

    start: int
    end: int
    type: str
    dots: int
    triplet: str = ""
    opens: bool = False
    closes: bool = False


class Triplet(NamedTuple):
    """Three in the time of two, in ticks of the bar."""

    start: int
    end: int


def triplets(boundaries: Iterable[int], metre: Metre) -> list[Triplet]:
    """Where a bar with notes that begin and end at ``boundaries`` needs triplets."""
    inside = sorted(set(boundaries))
    unit = TICKS_PER_QUARTER * 4 // metre.unit
    halves_well = not metre.beats & (metre.beats - 1)
    size = min(unit * metre.beats, TICKS_PER_QUARTER * 4) if halves_well else unit
    found: list[Triplet] = []
    for start in range(0, max(inside, default=0), size):
        _search(start, size, [b for b in inside if start < b < start + size], found)
    return found


def _search(start: int, size: int, inside: Sequence[int], found: list[Triplet]) -> None:
    if all(b % FINEST == 0 for b in inside):
        return
    middle = start + size // 2
    grain = max(size // 6, 1)  # the triplet's thirds, or halves of them
    if size == FINEST or (middle not in inside and all((b - start) % grain == 0 for b in inside)):
        found.append(Triplet(start, start + size))
        return
    _search(start, size // 2, [b for b in inside if b < middle], found)
    _search(middle, size // 2, [b for b in inside if b > middle], found)


def values(start: int, end: int, metre: Metre, groups: Sequence[Triplet]) -> list[Value]:
    """The values that fill ``start`` to ``end``, to be tied together; triplets not yet opened."""
    written: list[Value] = []
    here = start
    while here < end:
        group = next((g for g in groups if g.end > here), None)
        if group is None or group.start >= end:
            written += _plain(here, end, metre)
            break
        if here < group.start:
            written += _plain(here, group.start, metre)
            here = group.start
        stop = min(end, group.end)
        written += _in_triplet(here, stop, group)
        here = stop
    return written


def _plain(start: int, end: int, metre: Metre) -> list[Value]:
    if end - start in STRAIGHT:
        return [Value(start, end, *STRAIGHT[end - start])]
    cut = _strongest(start, end, metre)
    return _plain(start, cut, metre) + _plain(cut, end, metre)


def _strongest(start: int, end: int, metre: Metre) -> int:
    """The metrically strongest place between two others."""
    beat = metre.beat
    for grid in (beat * 4, beat * 2, beat, 24, 12, 6):
        place = (start // grid + 1) * grid
        if place < end:
            return place
    return start + FINEST


def _in_triplet(start: int, end: int, group: Triplet) -> list[Value]:
    third = _TRIPLET_NAMES[(group.end - group.start) // 3]
    written: list[Value] = []
    while start < end:
        length = max(t for t in TRIPLET if t <= end - start)
        written.append(Value(start, start + length, *TRIPLET[length], third))
        start += length
    return written


def bracketed(written: Sequence[Value], groups: Sequence[Triplet]) -> list[Value]:
    """The values of one voice's bar, the first and last of each triplet marked."""
    marked: list[Value] = []
    for i, value in enumerate(written):
        group = next((g for g in groups if g.start <= value.start < g.end), None)
        if group is not None:
            first = i == 0 or written[i - 1].start < group.start
            last = i + 1 == len(written) or written[i + 1].start >= group.end
            value = value._replace(opens=first, closes=last)
        marked.append(value)
    return marked
