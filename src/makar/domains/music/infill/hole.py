"""Which bars of which part are to be made: what a composer says, checked against the piece.

Bars count from the first full bar, which is bar 1; an upbeat is bar 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.melody.codec import METRES
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.piece import DURATION, ONSET, Metre, NoteRows, Part, Piece

LEGATO = 3
"""Ticks (a thirty-second) by which a note may run into the next without being a second voice."""
_LISTED = 12
_RANGE = re.compile(r"\s*(\d{1,6})\s*(?:[-–]\s*(\d{1,6})\s*)?")
Span = tuple[int, int]
"""First and last bar."""


@dataclass(frozen=True)
class Hole:
    """Bars of one part that are to be made.

    Attributes:
        part: Number of the part, from 0.
        bars: The bars, in order.
    """

    part: int
    bars: tuple[Bar, ...]

    @property
    def first(self) -> int:
        """Number of the first bar."""
        return self.bars[0].number

    @property
    def last(self) -> int:
        """Number of the last bar."""
        return self.bars[-1].number

    @property
    def start(self) -> int:
        """Tick at which it begins."""
        return self.bars[0].start

    @property
    def end(self) -> int:
        """Tick at which it ends."""
        return self.bars[-1].end


@dataclass(frozen=True)
class Fill:
    """What goes into a hole.

    Attributes:
        hole: Where.
        made: Its notes, in ticks of the piece.
        kept: Notes that sound over its bar lines, which stay as they are.
    """

    hole: Hole
    made: NoteRows
    kept: NoteRows


def spans(text: str, *, path: str, option: str) -> tuple[Span, ...]:
    """``"1-4,9-12"`` as pairs of first and last bar, in order.

    Raises:
        HoleError: written otherwise, backwards, or a bar is named twice.
    """
    found: list[Span] = []
    for piece in text.split(","):
        match = _RANGE.fullmatch(piece)
        if match is None:
            raise HoleError(path, f"{option} {text!r} names no bars", remedy="Write 1-4,9-12")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise HoleError(
                path, f"{option} {piece.strip()} runs backwards", remedy="Turn it round"
            )
        found.append((first, last))
    found.sort()
    for (_, before), (after, _) in pairwise(found):
        if after <= before:
            raise HoleError(
                path,
                f"{option} {text!r} names bar {after} twice: holes must not overlap",
                remedy="Name each bar once",
            )
    return tuple(found)


def gaps(kept: Sequence[Span], bars: Sequence[Bar], *, path: str) -> tuple[Span, ...]:
    """The bars that are not kept. An upbeat is kept, named or not.

    Raises:
        HoleError: a kept bar is not in the piece, or all of them are kept.
    """
    here = 1
    found: list[Span] = []
    for span in kept:
        within(span, bars, path=path)
        if span[0] > here:
            found.append((here, span[0] - 1))
        here = span[1] + 1
    if here <= bars[-1].number:
        found.append((here, bars[-1].number))
    if not found:
        raise HoleError(
            path, "every bar is kept: there is nothing to make", remedy="Keep fewer bars"
        )
    return tuple(found)


def within(span: Span, bars: Sequence[Bar], *, path: str) -> None:
    """Refuse bars that the piece does not have.

    Raises:
        HoleError: naming those it has.
    """
    low, high = bars[0].number, bars[-1].number
    wrong = next((n for n in span if not low <= n <= high), None)
    if wrong is not None:
        upbeat = " (bar 0 is the upbeat)" if not low else ""
        raise HoleError(
            path,
            f"there is no bar {wrong}: the piece has bars {low} to {high}{upbeat}",
            remedy="Name bars that it has; --bars 8 goes on after the end",
        )


def choose_part(piece: Piece, wish: str | None, *, path: str) -> int:
    """The part that is meant: by name, the beginning of a name, or number from 1.

    Without a wish it is the uppermost part with notes that is not percussion.

    Raises:
        HoleError: there is no such part, several are meant, or it is percussion.
    """
    melodic = [n for n, part in enumerate(piece.parts) if len(part.notes) and not part.percussion]
    if wish is None:
        if not melodic:
            raise HoleError(
                path,
                "has percussion only, and makar writes melodies",
                remedy="Choose a piece with a pitched part",
            )
        return melodic[0]
    found = _named(piece.parts, wish.strip())
    if len(found) != 1:
        fault = f"has no part {wish!r}" if not found else f"has {len(found)} parts {wish!r}"
        raise HoleError(path, f"{fault}; there are: {listed(piece.parts)}", remedy=_ONE)
    if piece.parts[found[0]].percussion:
        others = listed(piece.parts, only=melodic)
        raise HoleError(
            path,
            f"part {wish!r} is percussion, which makar does not write",
            remedy=f"Choose a pitched part: {others}" if melodic else "Choose another piece",
        )
    return found[0]


_ONE = "Name one of them, or its number: --parts 2"


def _named(parts: Sequence[Part], wish: str) -> list[int]:
    wanted = wish.casefold()
    names = [part.name.casefold() for part in parts]
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = [n for n, name in enumerate(names) if wanted and fits(name, wanted)]
        if found:
            return found
    number = int(wish) if wish.isdecimal() and len(wish) < 6 else 0
    return [number - 1] if 0 < number <= len(parts) else []


def listed(parts: Sequence[Part], *, only: Sequence[int] | None = None) -> str:
    """The parts by number and name; of very many the first ones."""
    numbers = list(range(len(parts)) if only is None else only)
    shown = ", ".join(f"{n + 1} {parts[n].name}" for n in numbers[:_LISTED])
    more = len(numbers) - _LISTED
    return shown + (f" and {more} more" if more > 0 else "")


def find_hole(piece: Piece, bars: Sequence[Bar], part: int, span: Span, *, path: str) -> Hole:
    """The bars of that part, if makar has a right way of filling them.

    Raises:
        HoleError: an upbeat, bars that are not there or not full, a change of metre, a metre
            that no model has learned, or several voices at once.
    """
    within(span, bars, path=path)
    if span[0] == 0:
        raise HoleError(
            path, "bar 0 is the upbeat, which is kept as it is", remedy="Begin with bar 1"
        )
    hole = Hole(part, tuple(b for b in bars if span[0] <= b.number <= span[1]))
    _check_metre(hole, path)
    _check_line(piece.parts[part], hole, path)
    return hole


def _check_metre(hole: Hole, path: str) -> None:
    first = hole.bars[0].metre
    changed = next((b for b in hole.bars if str(b.metre) != str(first)), None)
    if changed is not None:
        raise HoleError(
            path,
            f"the metre changes within bars {hole.first}-{hole.last}: "
            f"bar {changed.number} is in {changed.metre}",
            remedy=f"Fill the bars up to {changed.number - 1} and from {changed.number} on "
            "one after the other",
        )
    grid_metre(first, path=path)
    odd = next((b for b in hole.bars if b.end - b.start != b.metre.bar), None)
    if odd is not None:
        raise HoleError(
            path,
            f"bar {odd.number} is not a full bar of {odd.metre}",
            remedy="Leave it out of the bars to be made",
        )


def _check_line(part: Part, hole: Hole, path: str) -> None:
    notes = sounding_in(part.notes, hole)
    notes = notes[np.argsort(notes[:, ONSET], kind="stable")]
    ends = np.maximum.accumulate(notes[:, ONSET] + notes[:, DURATION])[:-1]
    together = (notes[1:, ONSET] < ends - LEGATO) | (np.diff(notes[:, ONSET]) == 0)
    if together.any():
        raise HoleError(
            path,
            f"part {part.name!r} has several notes at once in bars {hole.first}-{hole.last}, "
            "and makar makes one line",
            remedy="Give the line a part of its own, or choose a part of one voice (--parts)",
        )


def sounding_in(notes: NoteRows, hole: Hole) -> NoteRows:
    """The notes of which something sounds within the hole."""
    ends = notes[:, ONSET] + notes[:, DURATION]
    return notes[(notes[:, ONSET] < hole.end) & (ends > hole.start)]


def grid_metre(metre: Metre, *, path: str) -> Metre:
    """The metre that the model knows it as: 2/2 has bars as long as 4/4.

    Raises:
        HoleError: it has learned no such metre.
    """
    name = "4/4" if str(metre) == "2/2" else str(metre)
    if name not in METRES:
        raise HoleError(
            path,
            f"no tunes in {metre} were learned from",
            remedy=f"Choose bars in one of {', '.join(METRES)}",
        )
    return Metre(0, *(int(n) for n in name.split("/")))


def beyond(bars: Sequence[Bar], count: int) -> tuple[Bar, ...]:
    """``count`` bars after the end, in the last bar's metre."""
    last = bars[-1]
    length = last.metre.bar
    return tuple(
        Bar(
            last.number + 1 + n,
            last.end + n * length,
            last.end + (n + 1) * length,
            last.metre,
            False,
        )
        for n in range(count)
    )
