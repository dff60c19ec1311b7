"""Colour emoji as pictures, drawn from a font that holds them as bitmaps."""

from __future__ import annotations

import struct
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from makar.core.errors import UnreadableError
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.strokes.drawing import WHITE

SIZE = (136, 128)
"""Pixels of a bitmap of Noto Color Emoji."""
_POINTS = 109
"""The one size that the font has."""
_MAX_BYTES = 100_000_000
_MAX_GROUPS = 100_000
_PICTURES = range(0x1F300, 0x1FB00)
"""Code points that are pictures rather than signs."""
_ALIKE = frozenset({*range(0x1F3FB, 0x1F400), *range(0x1F550, 0x1F568), *range(0x1F9B0, 0x1F9B4)})
"""Swatches of skin, 24 clocks that differ by their hands, and hair without a head."""
_LETTERS = range(0x1F500, 0x1F54A)
"""Buttons, arrows and squares."""


def emoji_of(font: Path) -> list[int]:
    """The code points that the font has a picture for.

    Raises:
        UnreadableError: the file is not a font with such a table.
    """
    return [
        point
        for point in code_points(font)
        if point in _PICTURES and point not in _ALIKE and point not in _LETTERS
    ]


def draw_emoji(
    points: list[int], font: Path, ground: tuple[float, float, float] = WHITE
) -> list[Picture]:
    """Each code point as a picture of 136 × 128 pixels, titled with its name in Unicode.

    Raises:
        UnreadableError: the file is not a font, or has no bitmaps of that size.
    """
    try:
        face = ImageFont.truetype(str(font), _POINTS, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        fault = f"is not a font of colour bitmaps ({error})"
        raise UnreadableError(str(font), fault, remedy="Install the font again") from error
    colour = tuple(round(value * 255) for value in ground)
    made = []
    for point in points:
        sheet = Image.new("RGBA", SIZE, (*colour, 255))
        ImageDraw.Draw(sheet).text((0, 0), chr(point), font=face, embedded_color=True)
        name = unicodedata.name(chr(point), f"U+{point:04X}").lower()
        made.append(Picture(np.array(sheet.convert("RGB")), title=name))
    return made


def code_points(font: Path) -> list[int]:
    """The code points of a font, by its character map of format 12 (OpenType, "cmap").

    Raises:
        UnreadableError: the file is not a font with such a map.
    """
    data = _bytes_of(font)
    try:
        map_at = _table(data, b"cmap")
        (tables,) = struct.unpack_from(">H", data, map_at + 2)
        for row in range(tables):
            (offset,) = struct.unpack_from(">I", data, map_at + 8 + 8 * row)
            (form,) = struct.unpack_from(">H", data, map_at + offset)
            if form == 12:
                return _points_of(data, map_at + offset)
    except struct.error as error:
        raise UnreadableError(str(font), "is cut off", remedy="Install it again") from error
    except ValueError as error:
        raise UnreadableError(str(font), str(error), remedy="Install it again") from error
    fault = "has no character map of format 12"
    raise UnreadableError(str(font), fault, remedy="Take a font of colour emoji")


def _bytes_of(font: Path) -> bytes:
    try:
        with font.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(str(font), f"cannot be read ({error})") from error
    if len(data) > _MAX_BYTES:
        raise UnreadableError(str(font), f"is larger than {_MAX_BYTES / 1e6:g} MB")
    return data


def _table(data: bytes, tag: bytes) -> int:
    """Where a table begins."""
    (count,) = struct.unpack_from(">H", data, 4)
    for row in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * row)
        if name == tag:
            return offset
    raise ValueError(f"is not a font: it has no table “{tag.decode()}”")


def _points_of(data: bytes, at: int) -> list[int]:
    (groups,) = struct.unpack_from(">I", data, at + 12)
    if groups > _MAX_GROUPS:
        raise ValueError(f"claims {groups:,} groups of characters")
    found: set[int] = set()
    for row in range(groups):
        first, last, _ = struct.unpack_from(">III", data, at + 16 + 12 * row)
        if not first <= last <= 0x10FFFF:
            raise ValueError(f"claims characters from {first:#x} to {last:#x}")
        found.update(range(first, last + 1))
    return sorted(found)
