"""Colours as people write them."""

from __future__ import annotations

import re

from PIL import ImageColor

_BARE = re.compile("[0-9a-fA-F]{6}|[0-9a-fA-F]{3}")


def colour_named(text: str) -> tuple[float, float, float]:
    """SRGB 0..1 of ``#rrggbb``, ``#rgb`` (with or without the sign), or a name that CSS knows.

    Raises:
        ValueError: it is none, or has an opacity, for which there is no place.
    """
    said = text.strip()
    try:
        channels = ImageColor.getrgb(f"#{said}" if _BARE.fullmatch(said) else said)
    except ValueError:
        channels = ()
    if len(channels) != 3:
        raise ValueError(f"{text!r} is no colour: write it as #rrggbb, or by name, such as tomato")
    red, green, blue = (channel / 255 for channel in channels)
    return red, green, blue
