"""Which part is meant, and which line of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.piece.piece import DURATION, ONSET, PITCH, NoteRows, Part, Piece

LINES = ("top", "bottom")
_LISTED = 12
_ONE = "Name one of them, or its number: --parts 2"
_OCTAVE = 12
_NEAR = 96
"""Ticks around a note in which the line's other notes say how high the line lies."""


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


def outer_line(notes: NoteRows, which: str) -> Bool[np.ndarray, " N"]:
    """Which notes are the uppermost (``top``) or lowest (``bottom``) line of a part.

    At each onset the outermost note, unless one of the line that lies further out still sounds;
    nor one that lies more than an octave within what the line has around it: that is
    accompaniment heard in the line's rests. (The skyline of Uitdenbogerd & Zobel 1998, with a
    floor.)
    """
    sign = 1 if which == "top" else -1
    order = np.lexsort((-sign * notes[:, PITCH], notes[:, ONSET]))
    line: list[int] = []
    for row in order.tolist():
        onset, _, pitch, _ = notes[row].tolist()
        if line:
            before, length, height, _ = notes[line[-1]].tolist()
            if onset == before or (before + length > onset and sign * height > sign * pitch):
                continue
        line.append(row)
    found = np.zeros(len(notes), bool)
    found[line] = True
    onsets, heights = notes[line, ONSET], sign * notes[line, PITCH]
    for row, onset, height in zip(line, onsets.tolist(), heights.tolist(), strict=True):
        low, high = np.searchsorted(onsets, [onset - _NEAR, onset + _NEAR + 1])
        found[row] = height >= np.quantile(heights[low:high], 0.75) - _OCTAVE
    return found


def split(piece: Piece, part: int, mine: Bool[np.ndarray, " N"], *, name: str) -> Piece:
    """The piece with one line as the part, and the part's other notes as a part at the end."""
    whole = piece.parts[part]
    line = replace(whole, notes=whole.notes[mine], name=f"{whole.name} ({name})")
    rest = replace(whole, notes=whole.notes[~mine], name=f"{whole.name} (the rest)")
    parts = list(piece.parts)
    parts[part] = line
    return replace(piece, parts=(*parts, rest))


def overlapping(notes: NoteRows, slack: int) -> bool:
    """True where two notes sound at once for longer than ``slack`` ticks, or begin together."""
    notes = notes[np.argsort(notes[:, ONSET], kind="stable")]
    ends = np.maximum.accumulate(notes[:, ONSET] + notes[:, DURATION])[:-1]
    together = (notes[1:, ONSET] < ends - slack) | (np.diff(notes[:, ONSET]) == 0)
    return bool(together.any())
