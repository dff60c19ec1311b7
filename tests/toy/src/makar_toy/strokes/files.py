"""Drawings as text: a stroke a line, an empty line between drawings, ``# title`` above each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from makar.core.errors import UnreadableError
from makar_toy.strokes.drawing import MOST, NAMES, Drawing

HAND = Path(__file__).with_name("hand.strokes")
"""Drawn by hand, to compare with."""
_NUMBERS: Mapping[str, int] = {
    spelled: number
    for number, name in enumerate(NAMES)
    for spelled in (name, "-".join(reversed(name.split("-"))))
}


def stroke_of(line: str) -> int | None:
    """The stroke that a line of text is; None where it is a title or empty.

    Raises:
        ValueError: it is none of these.
    """
    text = line.strip().lower()
    if not text or text.startswith("#"):
        return None
    if text not in _NUMBERS:
        raise ValueError(f"{line.strip()!r} is no stroke: write one as a1-a3, from a1 to e5")
    return _NUMBERS[text]


def read_drawings(path: Path) -> dict[str, Drawing]:
    """The drawings in a file, by title.

    Raises:
        UnreadableError: a line is no stroke, or a drawing is too long, or there is none.
    """
    try:
        blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
        drawings = [(_title(block), _strokes(block)) for block in blocks]
    except (OSError, ValueError) as fault:
        raise UnreadableError(str(path), str(fault)) from None
    found: dict[str, Drawing] = {}
    for number, (title, drawing) in enumerate(drawings, 1):
        if drawing:
            name = title or path.stem
            found[f"{name} {number}" if name in found else name] = drawing
    if not found or max(map(len, found.values())) > MOST:
        raise UnreadableError(str(path), f"it holds no drawing of 1 to {MOST} strokes")
    return found


def _title(block: str) -> str:
    titles = [line for line in block.splitlines() if line.startswith("#")]
    return titles[0][1:].strip() if titles else ""


def _strokes(block: str) -> Drawing:
    strokes = (stroke_of(line) for line in block.splitlines())
    return tuple(stroke for stroke in strokes if stroke is not None)


def as_text(drawing: Drawing, *, title: str = "") -> str:
    """The drawing as such a file has it."""
    head = f"# {title}\n" if title else ""
    return head + "".join(f"{NAMES[stroke]}\n" for stroke in drawing)
