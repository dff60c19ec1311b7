"""Which bars are meant: named as they are printed, counted from the first full one elsewhere.

An upbeat that has no printed number is bar 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.musicxml.bars import Bar

_RANGE = re.compile(r"\s*(\d{1,6})\s*(?:[-–]\s*(\d{1,6})\s*)?")
Span = tuple[int, int]
"""First and last bar: as named by the user, or by ``Bar.number``."""


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


def numbered(named: Sequence[Span], bars: Sequence[Bar], *, path: str) -> tuple[Span, ...]:
    """Bars named as printed, by ``Bar.number``.

    A bar without a number of its own, such as the second half of one that is split, belongs to
    the bar before it.

    Raises:
        HoleError: the piece has no such bar.
    """
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    here: int | None = None
    for bar in bars:
        if bar.name.isdecimal():
            here = int(bar.name)
            first.setdefault(here, bar.number)
        if here is not None:
            last[here] = bar.number
    for wrong in (n for span in named for n in span if n not in first):
        names = [bar.name for bar in bars if bar.name.isdecimal()] or [bars[0].name]
        upbeat = "" if bars[0].number else f" (bar {bars[0].name} is the upbeat)"
        raise HoleError(
            path,
            f"there is no bar {wrong}: the piece has bars {names[0]} to {names[-1]}{upbeat}",
            remedy="Name bars that it has; --bars 8 goes on after the end",
        )
    return tuple((first[begin], last[end]) for begin, end in named)


def gaps(kept: Sequence[Span], bars: Sequence[Bar], *, path: str) -> tuple[Span, ...]:
    """The bars that are not kept, all by ``Bar.number``. An upbeat is kept, named or not.

    Raises:
        HoleError: all bars are kept.
    """
    here = 1
    found: list[Span] = []
    for span in kept:
        if span[0] > here:
            found.append((here, span[0] - 1))
        here = max(span[1] + 1, here)
    if here <= bars[-1].number:
        found.append((here, bars[-1].number))
    if not found:
        raise HoleError(
            path, "every bar is kept: there is nothing to make", remedy="Keep fewer bars"
        )
    return tuple(found)
