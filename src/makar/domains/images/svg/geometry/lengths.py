"""Lengths as SVG gives them: with units, or as a share of what they lie in."""

from __future__ import annotations

import math
import re

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
NEXT = re.compile(rf" ?,? ?({NUMBER})")
LENGTH = re.compile(rf"\s*({NUMBER})\s*(px|mm|cm|in|pt|pc|q|em|ex|rem|%)?\s*", re.IGNORECASE)
MILLIMETRES_PER_PIXEL = 25.4 / 96
"""A pixel of CSS is a 96th of an inch."""
PIXELS = {
    "": 1.0,
    "px": 1.0,
    "mm": 1 / MILLIMETRES_PER_PIXEL,
    "cm": 10 / MILLIMETRES_PER_PIXEL,
    "q": 0.25 / MILLIMETRES_PER_PIXEL,
    "in": 96.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
}
"""Pixels of each unit; letters are taken to be as large as a browser's."""
LARGEST = 1e7
"""Units of a sheet's side, and of a place."""


def length(text: str, whole: float, default: float = 0.0) -> float:
    """A length in pixels.

    Args:
        text: As it is written.
        whole: What 100 % is.
        default: Where it is missing, not understood or not finite.
    """
    match = LENGTH.fullmatch(text)
    if match is None:
        return default
    value, unit = float(match[1]), (match[2] or "").lower()
    value = value * whole / 100 if unit == "%" else value * PIXELS[unit]
    return value if math.isfinite(value) else default


def side(text: str) -> float | None:
    """Width or height of a sheet in pixels; None where none is given, or none that is one."""
    value = length(text, math.nan) if "%" not in text else 0.0
    return value if 0 < value <= LARGEST else None


def scan(text: str) -> tuple[list[float], bool]:
    """The numbers of a list up to the first fault, and whether there was none.

    White space is made single first, so that no text takes longer than its length says.
    """
    text = " ".join(text.split())
    found = NEXT.findall(text)
    whole = not NEXT.sub("", text).strip()
    if not whole:
        found, place = [], 0
        while match := NEXT.match(text, place):
            found.append(match[1])
            place = match.end()
    return [float(word) for word in found], whole


def numbers(text: str) -> list[float]:
    """All numbers of a list; empty where there is anything else in it, or one is not finite."""
    values, whole = scan(text)
    return values if whole and all(map(math.isfinite, values)) else []
