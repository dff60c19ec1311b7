"""A part cut into what notation can write: at every onset and end, bar line and key change.

What sounds through a cut is tied over it. Lengths are plain, dotted or doubly dotted; what does
not fit the binary grid (triplets) is gathered into groups of three in the time of two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from makar.domains.music.piece.piece import DURATION, ONSET, PITCH, NoteRows

BINARY = 3
"""Ticks in the shortest note that is written without a tuplet: a thirty-second."""
_WRITABLE = sorted(base * dots // 4 for base in (12, 24, 48, 96, 192) for dots in (4, 6, 7))
_PLAIN = tuple(reversed([3, 6, 9, *(n for n in _WRITABLE if n >= 12 and n % BINARY == 0)]))
_LONGEST_GROUP = 9


@dataclass(frozen=True)
class Slice:
    """A stretch of time in which the same notes sound.

    Attributes:
        start: Tick.
        length: Ticks.
        pitches: What sounds, low to high; empty for a rest.
        tied: Those pitches that sound on without being struck again.
        group: Slices in the triplet group that begins here; 0 within one or outside.
        in_group: True where the length is written half as long again, within a group.
    """

    start: int
    length: int
    pitches: tuple[int, ...]
    tied: frozenset[int]
    group: int = 0
    in_group: bool = False


def slices(notes: NoteRows, start: int, end: int, cuts: Iterable[int]) -> list[Slice]:
    """Cut the notes from ``start`` to ``end``, one bar, at their ends, onsets and ``cuts``."""
    rows = [(int(n[ONSET]), int(n[ONSET] + n[DURATION]), int(n[PITCH])) for n in notes]
    times = {start, end, *cuts, *(t for row in rows for t in row[:2])}
    inside = sorted(t for t in times if start <= t <= end)
    struck = {(onset, pitch) for onset, _, pitch in rows}
    raw: list[Slice] = []
    for begin, stop in pairwise(inside):
        sounding = sorted({p for onset, off, p in rows if onset <= begin < off})
        held = {p for onset, off, p in rows if onset <= begin and off > stop}
        tied = frozenset(p for p in held if (stop, p) not in struck)
        raw.append(Slice(begin, stop - begin, tuple(sounding), tied))
    return _grouped(raw, start)


def _grouped(raw: Sequence[Slice], bar: int) -> list[Slice]:
    """Split what is on the binary grid into writable lengths, gather the rest into groups."""
    written: list[Slice] = []
    waiting: list[Slice] = []
    for piece in raw:
        off = (piece.start - bar) % BINARY or piece.length % BINARY
        if not off and not waiting:
            written += _split(piece)
            continue
        waiting.append(piece)
        closed = (piece.start + piece.length - bar) % BINARY == 0
        if closed or len(waiting) == _LONGEST_GROUP:
            written += _group(waiting)
            waiting = []
    return written + _group(waiting)


def _group(parts: Sequence[Slice]) -> list[Slice]:
    return [
        Slice(p.start, p.length, p.pitches, p.tied, 0 if n else len(parts), True)
        for n, p in enumerate(parts)
    ]


def _split(piece: Slice) -> list[Slice]:
    """The slice in writable lengths, longest first, tied together."""
    done: list[Slice] = []
    start, left = piece.start, piece.length
    while left:
        length = next(n for n in _PLAIN if n <= left)
        left -= length
        tied = frozenset(piece.pitches) if left else piece.tied
        done.append(Slice(start, length, piece.pitches, tied))
        start += length
    return done
