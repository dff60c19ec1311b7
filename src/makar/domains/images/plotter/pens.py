"""Pens: what colours of ink there are, and how wide they write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from makar.core.errors import ConfigError
from makar.domains.images.pictures.named import colour_named

THINNEST, WIDEST = 0.05, 5.0
"""Millimetres."""
MOST = 12
_WIDTH = re.compile(r"(\d*\.?\d+)\s*(?:mm)?", re.IGNORECASE)
EXAMPLE = "black:0.3mm,red:0.5mm"


@dataclass(frozen=True)
class Pen:
    """A pen.

    Attributes:
        name: As the user calls it: a colour's name, or its number sign and digits.
        colour: sRGB, 0..1.
        width: Millimetres that its line is wide.
    """

    name: str
    colour: tuple[float, float, float]
    width: float

    def __str__(self) -> str:
        return f"{self.name} {self.width:g}mm"


BLACK = Pen("black", (0.0, 0.0, 0.0), 0.3)


def parse_pens(text: str) -> tuple[Pen, ...]:
    """From what a user writes, ``black:0.3mm,red:0.5mm``; drawn in this order.

    A colour is a name that CSS knows or ``#rgb``, ``#rrggbb``; a width is in millimetres.

    Raises:
        ConfigError: tells which pen is at fault, what it lacks and what it should look like.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise ConfigError(f"plotter pens {text!r}: none. Write for example {EXAMPLE}")
    if len(parts) > MOST:
        raise ConfigError(f"plotter pens: {len(parts)}, at most {MOST}")
    pens = tuple(_parsed(part) for part in parts)
    for n, pen in enumerate(pens):
        if pen in pens[:n]:
            raise ConfigError(f"plotter pens: {pen} is there twice. Leave one out")
    return pens


def _parsed(part: str) -> Pen:
    name, colon, width = (piece.strip() for piece in part.partition(":"))
    if not colon or not name:
        raise ConfigError(
            f"plotter pen {part!r}: a pen is a colour, a colon and a width. Write for example "
            f"{EXAMPLE}"
        )
    found = _WIDTH.fullmatch(width)
    if found is None:
        raise ConfigError(f"plotter pen {part!r}: {width!r} is no width. Write for example 0.3mm")
    size = float(found[1])
    if not THINNEST <= size <= WIDEST:
        raise ConfigError(
            f"plotter pen {part!r}: {size:g} mm. A pen is {THINNEST:g} to {WIDEST:g} mm wide"
        )
    return Pen(name.lower(), _colour(part, name), size)


def _colour(part: str, name: str) -> tuple[float, float, float]:
    try:
        return colour_named(name)
    except ValueError:
        raise ConfigError(
            f"plotter pen {part!r}: {name!r} is no colour. Write a name such as black, red or "
            "navy, or #rrggbb"
        ) from None
