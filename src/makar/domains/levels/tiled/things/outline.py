"""Where Tiled draws an object: its outline in the map's pixels, its feet, the cells it covers.

``x`` and ``y`` of an object are the upper left corner of a rectangle, the place of a point, and
for one that shows a tile what its tileset's ``objectalignment`` says, the lower left corner where
it says nothing. Rotation is about that place, clockwise. Offsets of the layer and its groups are
added. Mirroring stays within the box; a tileset's ``tileoffset`` grows with the object.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import objects
from makar.domains.levels.tiled.layer_tree import pixels
from makar.domains.levels.tiled.things.thing import Thing
from makar.domains.levels.tiled.tilesets import ALIGNMENTS, Tileset

Outline = Float[np.ndarray, "N 2"]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""
_ROUND = 64
"""Points that an ellipse is drawn with."""
_EXACT = 6
"""Decimals of a pixel that count: a quarter turn is not exact."""


def shape_of(thing: Thing) -> str:
    """``tile``, ``point``, ``polygon``, ``polyline``, ``ellipse``, ``text`` or ``rectangle``."""
    if thing.owner is not None:
        return "tile"
    shapes = ("point", "polygon", "polyline", "ellipse", "capsule", "text")
    return next((shape for shape in shapes if thing.whole.get(shape)), "rectangle")


def box_of(thing: Thing, path: str) -> Box:
    """The box around what Tiled draws, in pixels from the map's corner.

    Raises:
        UnreadableLevelError: a place or a size is no number.
    """
    item, shape = thing.whole, shape_of(thing)
    if item.get("rotation", 0) != 0 or shape not in ("rectangle", "tile", "point", "text"):
        return around(outline_of(thing, path))
    told = thing.told
    x = pixels(item, "x", path, told) + thing.layer.offset[0]
    y = pixels(item, "y", path, told) + thing.layer.offset[1]
    width, height = pixels(item, "width", path, told), pixels(item, "height", path, told)
    if thing.owner is not None:
        left, top, width, height = _tile_box(thing.owner, width, height)
        x, y = x + left, y + top
    elif shape == "point":
        width = height = 0.0
    return (
        round(x, _EXACT), round(y, _EXACT), round(x + width, _EXACT), round(y + height, _EXACT)
    )  # fmt: skip


def around(outline: Outline) -> Box:
    """The box around an outline."""
    (left, top), (right, bottom) = outline.min(0).tolist(), outline.max(0).tolist()
    return left, top, right, bottom


def is_straight(thing: Thing) -> bool:
    """Whether what Tiled draws fills the box around it: a rectangle that is not turned."""
    return not thing.whole.get("rotation") and shape_of(thing) in ("rectangle", "tile", "text")


def outline_of(thing: Thing, path: str) -> Outline:
    """The corners of what Tiled draws, in pixels from the map's corner.

    Raises:
        UnreadableLevelError: a place or a size is no number.
    """
    told = thing.told
    x, y, width, height, turn = (
        pixels(thing.whole, key, path, told) for key in ("x", "y", "width", "height", "rotation")
    )
    shape = shape_of(thing)
    if thing.owner is not None:
        corners = _rectangle(*_tile_box(thing.owner, width, height))
    elif shape in ("polygon", "polyline"):
        corners = _points(thing.whole, shape, path, told)
    elif shape == "point":
        corners = np.zeros((1, 2))
    elif shape in ("ellipse", "capsule"):
        angles = np.arange(_ROUND) * 2 * np.pi / _ROUND
        corners = (np.stack([np.cos(angles), np.sin(angles)], 1) + 1) / 2 * (width, height)
    else:
        corners = _rectangle(0.0, 0.0, width, height)
    place = np.array([x + thing.layer.offset[0], y + thing.layer.offset[1]])
    return np.round(corners @ _rotation(turn) + place, _EXACT)


def _tile_box(owner: tuple[Tileset, int], width: float, height: float) -> Box:
    """Left, top, width and height of a tile, from the place of its object."""
    tileset, local = owner
    picture = tileset.sizes.get(local, tileset.tile_size)
    width, height = width or picture[0], height or picture[1]
    across, down = ALIGNMENTS[tileset.alignment]
    left, top = -across * width, -down * height
    if all(picture):
        left += tileset.shift[0] * width / picture[0]
        top += tileset.shift[1] * height / picture[1]
    return left, top, width, height


def _rectangle(left: float, top: float, width: float, height: float) -> Outline:
    right, bottom = left + width, top + height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _points(item: Mapping[str, Any], shape: str, path: str, told: str) -> Outline:
    points = objects(item, shape, path)
    if not points:
        fault = f"the object {told!r} has no points"
        raise UnreadableLevelError(path, fault, remedy="Take it out in Tiled")
    return np.array([[pixels(point, key, path, told) for key in "xy"] for point in points])


def _rotation(degrees: float) -> Float[np.ndarray, "2 2"]:
    """Turns rows of x and y clockwise, as y grows downwards."""
    angle = math.radians(degrees % 360)
    return np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])


def feet(box: Box, tile_size: tuple[int, int]) -> tuple[int, int]:
    """Column and row of the cell that something stands in: the middle of its lower edge.

    What stands on the line between two rows stands in the upper one.
    """
    column = math.floor((box[0] + box[2]) / 2 / tile_size[0])
    return column, math.ceil(box[3] / tile_size[1]) - 1 if box[3] else 0


def free_cell(
    outline: Outline, solid: Bool[np.ndarray, "H W"], tile_size: tuple[int, int]
) -> tuple[int, int] | None:
    """Row and column of the lowest free cell that something large covers, next to its feet.

    The way out of a level is often a tall box that reaches into the floor, or one that borders
    on the map from outside: that is taken to lie a cell further in.
    """
    column = feet(around(outline), tile_size)[0]
    size = np.array([solid.shape[1] * tile_size[0], solid.shape[0] * tile_size[1]])
    before, behind = -outline.max(0), outline.min(0) - size
    further = np.where((before >= 0) & (before < tile_size), before + tile_size, 0)
    further = np.where((behind >= 0) & (behind < tile_size), -behind - tile_size, further)
    area = covered(outline + further, tile_size, (solid.shape[0], solid.shape[1]))
    free = area.cells & ~solid[area.rows, area.columns]
    if not free.any():
        return None
    row = int(np.flatnonzero(free.any(1))[-1])
    columns = np.flatnonzero(free[row]) + area.columns.start
    return area.rows.start + row, int(columns[np.abs(columns - column).argmin()])


@dataclass(frozen=True, eq=False)
class Area:
    """Cells of a map: those of a part of it that are true.

    Attributes:
        rows: The part's rows.
        columns: Its columns.
        cells: ``(H, W)`` of the part.
    """

    rows: slice
    columns: slice
    cells: Bool[np.ndarray, "H W"]


def covered(outline: Outline, tile_size: tuple[int, int], size: tuple[int, int]) -> Area:
    """The cells of a map of ``size`` whose middle lies within the outline."""
    rows, columns = box_cells(around(outline), tile_size, size)
    found = np.zeros((rows.stop - rows.start, columns.stop - columns.start), bool)
    middles = (np.arange(columns.start, columns.stop) + 0.5) * tile_size[0]
    ends = np.roll(outline, -1, 0)
    for row in range(rows.start, rows.stop):
        middle = (row + 0.5) * tile_size[1]
        crossing = (outline[:, 1] <= middle) != (ends[:, 1] <= middle)
        one, two = outline[crossing], ends[crossing]
        share = (middle - one[:, 1]) / (two[:, 1] - one[:, 1])
        at = np.sort(np.round(one[:, 0] + share * (two[:, 0] - one[:, 0]), _EXACT))
        # inside is what has an odd number of edges to its left; one on an edge lies right of it
        found[row - rows.start] = np.searchsorted(at, middles, side="right") % 2 == 1
    return Area(rows, columns, found)


def box_cells(box: Box, tile_size: tuple[int, int], size: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a map of ``size`` whose middles lie within a box."""
    left, top, right, bottom = box
    return (
        _within(top, bottom, tile_size[1], size[0]), _within(left, right, tile_size[0], size[1])
    )  # fmt: skip


def _within(low: float, high: float, cell: int, count: int) -> slice:
    """The cells of ``count`` in a line whose middles lie from ``low`` to below ``high``."""
    first = min(max(_index(low, cell), 0), count)
    return slice(first, max(min(_index(high, cell), count), first))


def _index(edge: float, cell: int) -> int:
    """The first cell whose middle lies at or beyond the edge."""
    return math.ceil(edge / cell - 0.5)
