"""Our own tiles, sixteen pixels square, painted by code: nothing here is anybody's sprite.

A tile is painted by its name where it is one of the pieces of ``MARIO``, else by its role, in an
ink that its name chooses, so that two kinds of stone differ.
"""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.level.legend import Role, Tile

SIZE = 16
"""Pixels across a tile."""

LIQUIDS = {"lava", "water", "acid"}
"""Words in the name of a tile that is painted as a liquid."""

Canvas = UInt8[np.ndarray, "S S 4"]


def fill(canvas: Canvas, box: tuple[int, int, int, int], colour: str) -> None:
    """Paint columns ``x0`` to ``x1`` and rows ``y0`` to ``y1``, all included, ``#rrggbb``."""
    x0, y0, x1, y1 = box
    canvas[y0 : y1 + 1, x0 : x1 + 1] = (*bytes.fromhex(colour[1:]), 255)


def dots(canvas: Canvas, places: str, colour: str) -> None:
    """Paint single pixels, each given as two hexadecimal digits: column and row."""
    for place in places.split():
        x, y = int(place[0], 16), int(place[1], 16)
        fill(canvas, (x, y, x, y), colour)


def _disc(canvas: Canvas, centre: tuple[float, float], radius: float, colour: str) -> None:
    y, x = np.mgrid[:SIZE, :SIZE]
    inside = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 <= radius**2
    canvas[inside] = (*bytes.fromhex(colour[1:]), 255)


def _diamond(canvas: Canvas, reach: float, colour: str) -> None:
    y, x = np.mgrid[:SIZE, :SIZE]
    canvas[abs(x - 7.5) + abs(y - 7.5) <= reach] = (*bytes.fromhex(colour[1:]), 255)


def earth(canvas: Canvas) -> None:
    """Soil, the same on all sides so that it runs on."""
    fill(canvas, (0, 0, 15, 15), "#8a5f52")
    for box in ((2, 3, 4, 4), (10, 1, 11, 2), (7, 8, 9, 9), (13, 11, 14, 12), (1, 12, 3, 13)):
        fill(canvas, box, "#774f45")
    dots(canvas, "64 c6 38 ad 0f d9 81", "#a2766a")


def turf(canvas: Canvas) -> None:
    """The rim of soil that has nothing above it."""
    fill(canvas, (0, 0, 15, 4), "#4f9d69")
    fill(canvas, (0, 0, 15, 1), "#86cf7d")
    dots(canvas, "12 52 92 d2", "#86cf7d")
    dots(canvas, "05 15 25 45 55 65 95 a5 d5 e5 f5 16 56 a6 e6", "#4f9d69")
    dots(canvas, "35 75 85 b5 c5 06 26 46 66 96 d6 f6 17 57 a7 e7", "#5b4039")


def bricks(canvas: Canvas) -> None:
    """Two courses of brick."""
    fill(canvas, (0, 0, 15, 15), "#94462f")
    rows = ((0, ((0, 7), (9, 15))), (4, ((0, 3), (5, 12), (14, 15))))
    for top in (0, 8):
        for down, runs in rows:
            for x0, x1 in runs:
                fill(canvas, (x0, top + down, x1, top + down + 2), "#cf7350")
                fill(canvas, (x0, top + down, x1, top + down), "#e39774")


def _crate(canvas: Canvas, face: str, light: str, dark: str) -> None:
    fill(canvas, (0, 0, 15, 15), dark)
    fill(canvas, (1, 1, 14, 14), face)
    fill(canvas, (1, 1, 14, 1), light)
    fill(canvas, (1, 1, 1, 14), light)
    dots(canvas, "33 c3 3c cc", dark)


def prize(canvas: Canvas) -> None:
    """A golden box with a star inside."""
    _crate(canvas, "#f4b63f", "#ffdf86", "#a9691d")
    _diamond(canvas, 4.5, "#b9761f")
    _diamond(canvas, 3.5, "#fff3c9")
    dots(canvas, "77 87 78 88", "#f4b63f")


def spent(canvas: Canvas) -> None:
    """The same box, emptied."""
    _crate(canvas, "#b49c86", "#cdb9a6", "#7d6857")
    _diamond(canvas, 3.5, "#9c8470")


_TUBE = ("#2f4f7f", "#7fa6dd", "#5f87c4", "#4a6fab", "#3c5d95")


def _tube(canvas: Canvas, *, left: bool, rim: bool) -> None:
    """Half of a blue flue: lit from the left, shaded to the right."""
    outline, shine, face, side, deep = _TUBE
    inset = 0 if rim else 2
    bands = [(0, outline), (1, face), (4, shine), (7, face)] if left else [
        (0, face), (4, side), (9, deep), (15, outline)]  # fmt: skip
    ends = [x for x, _ in bands[1:]] + [16]
    for (x0, colour), x1 in zip(bands, ends, strict=True):
        first, last = (x0 + inset, x1 - 1 + inset) if left else (x0 - inset, x1 - 1 - inset)
        fill(canvas, (max(first, 0), 0, min(last, 15), 15), colour)
    if left and inset:
        canvas[:, :inset] = 0
    elif inset:
        canvas[:, -inset:] = 0
    if rim:
        fill(canvas, (0, 0, 15, 0), outline)
        fill(canvas, (0, 1, 15, 2), shine if left else face)
        fill(canvas, (0, 14, 15, 15), outline)
        fill(canvas, (0 if left else 15, 0, 0 if left else 15, 15), outline)


def coin(canvas: Canvas) -> None:
    """A gold disc."""
    _disc(canvas, (7.5, 7.5), 5.6, "#a9691d")
    _disc(canvas, (7.5, 7.5), 4.7, "#ffcb47")
    _disc(canvas, (7.5, 7.5), 2.6, "#e0a02b")
    fill(canvas, (7, 5, 8, 10), "#ffe9a8")
    dots(canvas, "54 45 46", "#fff6da")


def blob(canvas: Canvas, ink: str = "#8a4fa6") -> None:
    """A round creature that scowls."""
    dark, light = _shade(ink, 0.6), _shade(ink, 1.4)
    fill(canvas, (2, 13, 5, 15), dark)
    fill(canvas, (10, 13, 13, 15), dark)
    _disc(canvas, (7.5, 8.5), 6.6, dark)
    _disc(canvas, (7.5, 8.3), 5.7, ink)
    _disc(canvas, (5.6, 5.2), 1.9, light)
    fill(canvas, (3, 7, 6, 10), "#ffffff")
    fill(canvas, (9, 7, 12, 10), "#ffffff")
    fill(canvas, (5, 8, 6, 10), "#241a2e")
    fill(canvas, (9, 8, 10, 10), "#241a2e")
    dots(canvas, "36 46 57 67 97 a7 b6 c6", dark)
    fill(canvas, (6, 12, 9, 12), dark)


def cannon(canvas: Canvas) -> None:
    """A dark barrel with a red ring."""
    fill(canvas, (1, 2, 14, 15), "#2b2e3d")
    fill(canvas, (2, 3, 13, 14), "#454a61")
    fill(canvas, (2, 3, 13, 4), "#666d8c")
    fill(canvas, (0, 5, 2, 12), "#2b2e3d")
    fill(canvas, (13, 5, 15, 12), "#2b2e3d")
    _disc(canvas, (7.5, 8.8), 4.2, "#2b2e3d")
    _disc(canvas, (7.5, 8.8), 3.2, "#e2574c")
    _disc(canvas, (7.5, 8.8), 1.7, "#2b2e3d")


def stand(canvas: Canvas) -> None:
    """What a cannon stands on."""
    fill(canvas, (2, 0, 13, 15), "#2b2e3d")
    fill(canvas, (3, 0, 12, 15), "#5a5f7a")
    fill(canvas, (3, 0, 5, 15), "#757c9b")
    fill(canvas, (2, 7, 13, 8), "#2b2e3d")
    dots(canvas, "43 b3 4b bb", "#2b2e3d")


def _stone(canvas: Canvas, ink: str) -> None:
    fill(canvas, (0, 0, 15, 15), _shade(ink, 0.72))
    for x0, y0, x1, y1 in ((0, 0, 8, 6), (10, 0, 15, 6), (0, 8, 4, 14), (6, 8, 15, 14)):
        fill(canvas, (x0, y0, x1, y1), ink)
        fill(canvas, (x0, y0, x1, y0), _shade(ink, 1.22))


def _spikes(canvas: Canvas, ink: str) -> None:
    for x in (0, 4, 8, 12):
        for row in range(12):
            half = row // 6
            fill(canvas, (x + 1 - half, 4 + row, x + 2 + half, 4 + row), "#aeb6c8")
            fill(canvas, (x + 2, 4 + row, x + 2 + half, 4 + row), "#7c869c")
        fill(canvas, (x + 1, 4, x + 2, 6), ink)


def _liquid(canvas: Canvas, ink: str) -> None:
    fill(canvas, (0, 3, 15, 15), ink)
    fill(canvas, (0, 3, 15, 4), _shade(ink, 1.35))
    dots(canvas, "02 12 22 82 92 a2 b2 48 58 c7 d7 8b 9b 1c 2c", _shade(ink, 1.35))


def _flag(canvas: Canvas, ink: str) -> None:
    fill(canvas, (3, 1, 4, 15), "#6b5648")
    fill(canvas, (5, 2, 13, 8), ink)
    fill(canvas, (5, 2, 13, 3), _shade(ink, 1.3))
    dots(canvas, "d5 d4 d6 c5", ink)
    canvas[4:7, 13] = 0
    canvas[5, 12] = 0
    fill(canvas, (1, 14, 6, 15), "#57453a")


def _gem(canvas: Canvas, ink: str) -> None:
    _diamond(canvas, 6.5, _shade(ink, 0.6))
    _diamond(canvas, 5.5, ink)
    _diamond(canvas, 2.5, _shade(ink, 1.5))


def _bush(canvas: Canvas, ink: str) -> None:
    for centre, radius in (((4.0, 11.5), 4.0), ((11.0, 11.5), 4.2), ((7.5, 9.0), 4.4)):
        _disc(canvas, centre, radius, ink)
    _disc(canvas, (6.4, 7.6), 1.8, _shade(ink, 1.25))
    canvas[..., 3] = np.where(canvas[..., 3] > 0, 190, 0)


def _shade(ink: str, light: float) -> str:
    """A lighter or darker ink."""
    return "#" + "".join(f"{min(255, round(c * light)):02x}" for c in bytes.fromhex(ink[1:]))


def _ink(tile: Tile) -> str:
    """An ink that the tile's name chooses, within what suits its role."""
    low, span, saturation, value = _HUES[tile.role]
    hue = (low + span * (zlib.crc32(tile.name.encode()) % 997 / 997)) % 1
    return "#" + "".join(
        f"{round(255 * c):02x}" for c in colorsys.hsv_to_rgb(hue, saturation, value)
    )


_HUES: Mapping[Role, tuple[float, float, float, float]] = MappingProxyType(
    {
        "empty": (0.0, 0.0, 0.0, 1.0),
        "solid": (0.02, 0.7, 0.32, 0.72),
        "hazard": (0.97, 0.08, 0.75, 0.9),
        "start": (0.56, 0.05, 0.7, 0.85),
        "goal": (0.1, 0.04, 0.8, 0.97),
        "enemy": (0.7, 0.3, 0.55, 0.68),
        "reward": (0.4, 0.6, 0.55, 0.95),
        "decoration": (0.25, 0.2, 0.4, 0.72),
    }
)
"""First hue, breadth of hues, saturation and value of a role's inks."""
_ROLES: Mapping[Role, Callable[[Canvas, str], None]] = MappingProxyType(
    {
        "solid": _stone,
        "hazard": _spikes,
        "start": _flag,
        "goal": _flag,
        "enemy": blob,
        "reward": _gem,
        "decoration": _bush,
    }
)
_NAMED: Mapping[str, Callable[[Canvas], None]] = MappingProxyType(
    {
        "ground": earth,
        "breakable": bricks,
        "question": prize,
        "used question": spent,
        "enemy": blob,
        "tube top left": lambda canvas: _tube(canvas, left=True, rim=True),
        "tube top right": lambda canvas: _tube(canvas, left=False, rim=True),
        "tube left": lambda canvas: _tube(canvas, left=True, rim=False),
        "tube right": lambda canvas: _tube(canvas, left=False, rim=False),
        "coin": coin,
        "cannon": cannon,
        "cannon stand": stand,
    }
)


def piece(tile: Tile) -> Canvas:
    """The picture of a tile; where its fourth channel is 0, what lies behind shows."""
    canvas = np.zeros((SIZE, SIZE, 4), np.uint8)
    if tile.role == "empty":
        return canvas
    if LIQUIDS & set(tile.name.lower().split()):
        _liquid(canvas, _ink(tile))
    elif tile.name in _NAMED:
        _NAMED[tile.name](canvas)
    else:
        _ROLES[tile.role](canvas, _ink(tile))
    return canvas


def rim(tile: Tile) -> Canvas:
    """What is painted over a tile that another kind, or nothing, lies on; mostly nothing."""
    canvas = np.zeros((SIZE, SIZE, 4), np.uint8)
    if tile.name == "ground" and tile.role == "solid":
        turf(canvas)
    return canvas
