"""An object of the designer's that a new one is a copy of, from whichever map it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from makar.domains.levels.tiled.layers import FLIPS
from makar.domains.levels.tiled.read import TiledMap
from makar.domains.levels.tiled.things.outline import shape_of
from makar.domains.levels.tiled.things.standing import Placed
from makar.domains.levels.tiled.tilesets import ALIGNMENTS

Box = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""
_SHAPES = ("polygon", "polyline", "ellipse", "capsule", "point", "text")


@dataclass(frozen=True, eq=False)
class Example:
    """One object, and the map that it stands in.

    Attributes:
        placed: The object and where it stands.
        tiled: Its map.
        grid: Where that map's cells begin, in pixels from its corner.
    """

    placed: Placed
    tiled: TiledMap
    grid: tuple[float, float]

    @property
    def item(self) -> Mapping[str, Any]:
        """The object as its document has it."""
        return self.placed.thing.item


def standing_at(
    example: Example, cell: tuple[int, int], tile_size: tuple[int, int], offset: Sequence[float],
    *, sinks: bool,
) -> dict[str, Any]:  # fmt: skip
    """A copy of the example in another cell, that stands there as it stood in its own.

    Args:
        example: What is copied.
        cell: Row and column.
        tile_size: Of the map that it goes to.
        offset: From where that map's cells begin to where its layer does, in pixels.
        sinks: Whether it may reach down into the cell below, as something that stands on solid
            ground may.
    """
    left, _, right, bottom = example.placed.box
    own = example.tiled.tile_size
    at = example.placed.at or (0, 0)
    inside = [(left + right) / 2 - at[1] * own[0], bottom - at[0] * own[1]]
    if not sinks:
        inside[1] = min(inside[1], own[1])
    moved = dict(example.item)
    was = (example.grid[n] - example.placed.thing.layer.offset[n] for n in range(2))
    feet = ((left + right) / 2, bottom)
    for n, (key, before) in enumerate(zip("xy", was, strict=True)):
        new = cell[1 - n] * tile_size[n] + inside[n] * tile_size[n] / own[n] - offset[n]
        moved[key] = _plain(example.item.get(key, 0) + new - (feet[n] + before))
    return moved


def filling(example: Example, box: Box) -> dict[str, Any]:
    """A copy of the example that fills a box: a rectangle, or the tile that it shows.

    Args:
        example: What is copied.
        box: In pixels from where its layer begins.
    """
    left, top, width, height = box
    thing = example.placed.thing
    item = thing.item
    if thing.template is not None and shape_of(thing) not in ("rectangle", "tile"):
        item = {key: value for key, value in thing.whole.items() if key != "template"}
    made = {key: value for key, value in item.items() if key not in _SHAPES}
    x, y = left, top
    if thing.owner is not None:
        tileset, local = thing.owner
        across, down = ALIGNMENTS[tileset.alignment]
        picture = tileset.sizes.get(local, tileset.tile_size)
        x, y = left + across * width, top + down * height
        if all(picture):
            x -= tileset.shift[0] * width / picture[0]
            y -= tileset.shift[1] * height / picture[1]
    place = {"x": x, "y": y, "width": width, "height": height, "rotation": 0}
    return made | {key: _plain(value) for key, value in place.items()}


def gid_in(example: Example, firsts: Mapping[str, int]) -> int | None:
    """The number of the tile that the example itself names, in a map of other tilesets."""
    thing = example.placed.thing
    if thing.owner is None or not thing.item.get("gid"):
        return None
    return (firsts[thing.owner[0].name] + thing.owner[1]) | (thing.flips & FLIPS)


def _plain(value: float) -> float | int:
    """A whole number of pixels as such."""
    value = round(value, 6)
    return int(value) if value == int(value) else value
