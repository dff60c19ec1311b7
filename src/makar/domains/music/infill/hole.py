"""Bars of one part that are to be made: what is in them, and whether makar can fill them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from makar.domains.music.infill.asked.bars import Span
from makar.domains.music.infill.asked.parts import overlapping
from makar.domains.music.infill.errors import HoleError
from makar.domains.music.melody.codec import METRES
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.piece.piece import DURATION, ONSET, Metre, NoteRows, Part, Piece

LEGATO = 3
"""Ticks (a thirty-second) by which a note may run into the next without being a second voice."""


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
    def name(self) -> str:
        """The bars as printed: ``5`` or ``5-8``."""
        first, last = self.bars[0].name, self.bars[-1].name
        return first if first == last else f"{first}-{last}"

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
        kept: Notes from before that sound on into it, which stay as they are.
        varied: Where only pitches change: the notes that were there, row by row those of
            ``made``. None where the bars are made anew.
    """

    hole: Hole
    made: NoteRows
    kept: NoteRows
    varied: NoteRows | None = None


def begins_in(notes: NoteRows, hole: Hole) -> Bool[np.ndarray, " N"]:
    """Which notes belong to the hole: those that begin in it, however long they sound on.

    One that is struck less than a thirty-second before a bar line and lies mostly beyond it is
    that bar's downbeat, played early, and belongs to it.
    """
    inside = (notes[:, ONSET] >= hole.start) & (notes[:, ONSET] < hole.end)
    return (inside & ~_early(notes, hole.end)) | _early(notes, hole.start)


def _early(notes: NoteRows, line: int) -> Bool[np.ndarray, " N"]:
    before = line - notes[:, ONSET]
    return (before > 0) & (before < LEGATO) & (notes[:, DURATION] > 2 * before)


def tails(notes: NoteRows, hole: Hole) -> NoteRows:
    """What notes of the hole have written in the bars after it, where it is struck anew."""
    ends = notes[:, ONSET] + notes[:, DURATION]
    over = notes[begins_in(notes, hole) & (ends > hole.end)].copy()
    over[:, DURATION] -= hole.end - over[:, ONSET]
    over[:, ONSET] = hole.end
    return over


def around(notes: NoteRows, hole: Hole, *, written: bool) -> NoteRows:
    """What is left of a part once the hole is empty.

    Args:
        notes: The part's.
        hole: The bars.
        written: True in notation, where the bars after the hole hold a part of what is tied
            into them; False where a note is one whole that goes.
    """
    rest = notes[~begins_in(notes, hole)]
    return np.concatenate([rest, tails(notes, hole)]) if written else rest


def find_hole(
    piece: Piece, bars: Sequence[Bar], part: int, span: Span, *, path: str, line: bool = False
) -> Hole:
    """The bars of that part, if makar has a right way of filling them.

    Args:
        piece: The music.
        bars: Its bars.
        part: Number of the part.
        span: First and last bar, by ``Bar.number``.
        path: For messages.
        line: True where the part is one line chosen from several, whose notes may overlap.

    Raises:
        HoleError: an upbeat, bars that are not full, a change of metre, a metre that no model
            has learned, or several voices at once.
    """
    if span[0] == 0:
        name = bars[0].name
        raise HoleError(
            path,
            f"bar {name} is the upbeat, which is kept as it is",
            remedy=f"Begin with bar {bars[1].name if len(bars) > 1 else 1}",
        )
    hole = Hole(part, tuple(b for b in bars if span[0] <= b.number <= span[1]))
    _check_metre(hole, path)
    if not line:
        _check_line(piece.parts[part], hole, path)
    return hole


def _check_metre(hole: Hole, path: str) -> None:
    first = hole.bars[0].metre
    changed = next((b for b in hole.bars if str(b.metre) != str(first)), None)
    if changed is not None:
        before = [b for b in hole.bars if b.start < changed.start][-1]
        raise HoleError(
            path,
            f"the metre changes within bars {hole.name}: bar {changed.name} is in {changed.metre}",
            remedy=f"Fill the bars up to {before.name} and from {changed.name} on "
            "one after the other",
        )
    grid_metre(first, path=path, length=hole.end - hole.start)
    odd = next((b for b in hole.bars if not full(b)), None)
    if odd is not None:
        raise HoleError(
            path,
            f"bar {odd.name} is not a full bar of {odd.metre}",
            remedy="Leave it out of the bars to be made",
        )


def full(bar: Bar) -> bool:
    """True where a bar is as long as its metre asks for."""
    return bar.end - bar.start == bar.metre.bar


def _check_line(part: Part, hole: Hole, path: str) -> None:
    if overlapping(sounding_in(part.notes, hole), LEGATO):
        raise HoleError(
            path,
            f"part {part.name!r} has several notes at once in bars {hole.name}, "
            "and makar makes one line",
            remedy="Choose a line of it: --line top (or bottom), in a score with several voices "
            "--voice 1; or another part (--parts)",
        )


def sounding_in(notes: NoteRows, hole: Hole) -> NoteRows:
    """The notes of which something sounds within the hole."""
    ends = notes[:, ONSET] + notes[:, DURATION]
    return notes[(notes[:, ONSET] < hole.end) & (ends > hole.start)]


def grid_metre(metre: Metre, *, path: str, length: int = 0) -> Metre:
    """The metre that the model knows it as: 2/2 has bars as long as 4/4, one of 8/4 is two.

    Args:
        metre: As it is written.
        path: For messages.
        length: Ticks to be made, where short bars are to be read as longer ones: two of 3/8
            are one of 6/8.

    Raises:
        HoleError: it has learned no such metre.
    """
    alike = [m for m in map(_metre, METRES) if _compound(m) == _compound(metre)]
    known = sorted(alike, key=lambda m: -m.bar)
    same = [m for m in known if m.bar == metre.bar]
    parts = [m for m in known if metre.bar % m.bar == 0]
    sums = [m for m in known if length and length % m.bar == 0 and m.bar % metre.bar == 0]
    for found in (*same, *parts, *sums):
        return found
    raise HoleError(
        path,
        f"no tunes in {metre} were learned from",
        remedy=f"Choose bars in one of {', '.join(METRES)}",
    )


def _compound(metre: Metre) -> bool:
    """Beats of three, as in 6/8 and 3/8."""
    return metre.unit >= 8 and metre.beats % 3 == 0


def _metre(name: str) -> Metre:
    return Metre(0, *(int(n) for n in name.split("/")))


def beyond(bars: Sequence[Bar], count: int) -> tuple[Bar, ...]:
    """``count`` bars after the end, in the last bar's metre."""
    last = bars[-1]
    length = last.metre.bar
    printed = int(last.name) if last.name.isdecimal() else last.number
    return tuple(
        Bar(
            last.number + 1 + n,
            last.end + n * length,
            last.end + (n + 1) * length,
            last.metre,
            False,
            str(printed + 1 + n),
        )
        for n in range(count)
    )
