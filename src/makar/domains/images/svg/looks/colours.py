"""Colours as SVG and CSS write them."""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache

from PIL import ImageColor

from makar.domains.images.svg.geometry.lengths import NUMBER

Colour = tuple[float, float, float]
"""sRGB, 0..1."""
FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)")
VALUE = re.compile(rf"({NUMBER})(%|deg|rad|turn)?")
BLACK: Colour = (0.0, 0.0, 0.0)


@lru_cache(4096)
def colour(text: str) -> tuple[Colour, float] | None:
    """A colour and its opacity; None where it is none that is known.

    Names, ``#rgb``, ``#rrggbb``, with alpha or without, ``rgb()``, ``rgba()``, ``hsl()`` and
    ``hsla()`` with commas or without, numbers or percentages. A colour profile's own colour that
    follows is passed over.
    """
    said = text.strip().lower().split(" icc-color")[0].strip()
    if said == "transparent":
        return BLACK, 0.0
    if said.startswith("#"):
        return _digits(said[1:])
    if match := FUNCTION.fullmatch(said):
        return _function(match[1], match[2])
    named = ImageColor.colormap.get(said)
    if isinstance(named, tuple):  # Pillow puts the channels there, once somebody has asked
        red, green, blue = (channel / 255 for channel in named[:3])
        return (red, green, blue), 1.0
    return _digits(named[1:]) if named else None


def _digits(text: str) -> tuple[Colour, float] | None:
    if len(text) in (3, 4):
        text = "".join(digit * 2 for digit in text)
    if len(text) not in (6, 8) or not re.fullmatch("[0-9a-f]+", text):
        return None
    red, green, blue, *alpha = (int(text[at : at + 2], 16) / 255 for at in range(0, len(text), 2))
    return (red, green, blue), alpha[0] if alpha else 1.0


def _function(name: str, written: str) -> tuple[Colour, float] | None:
    words = written.replace(",", " ").replace("/", " ").split()
    values = [match.groups() for word in words if (match := VALUE.fullmatch(word))]
    if len(values) != len(words) or len(words) not in (3, 4):
        return None
    alpha = _share(*values[3], whole=1.0) if len(values) == 4 else 1.0
    if name == "rgb":
        red, green, blue = (_share(*value, whole=255.0) for value in values[:3])
        return (red, green, blue), alpha
    turns = {"deg": 360.0, None: 360.0, "rad": 6.283185307179586, "turn": 1.0, "%": 100.0}
    hue = float(values[0][0]) / turns[values[0][1]] % 1.0
    full, light = (_share(*value, whole=100.0) for value in values[1:3])
    return colorsys.hls_to_rgb(hue, light, full), alpha


def _share(value: str, unit: str | None, *, whole: float) -> float:
    """A number of ``whole``, or a percentage, as 0..1."""
    share = float(value) / (100.0 if unit == "%" else whole)
    return min(max(share, 0.0), 1.0)
