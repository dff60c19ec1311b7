"""Objects of the designer's own that stand for tiles: a spawn point, a flag, an enemy's place.

They are known by their class, or by their name where they have no class that the legend knows.
The cell of an object is the one that its feet are in: the middle of its lower edge, or the point
itself; a point on the line between two cells stands on that line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.feet import standing_row
from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.reading import quoted
from makar.domains.levels.tiled.objects import COLLISION, OBJECTS
from makar.domains.levels.tiled.read import TiledMap

_OURS = (OBJECTS, COLLISION)
_PLACE = "Put it into a cell of the map that lets the player in"
_LAYER = "objects"
"""Name of the layer that they are written to where the map has no object layer."""


def with_objects(
    tiles: UInt8[np.ndarray, "H W"],
    tiled: TiledMap,
    game: GameLegend,
    said: list[str] | None = None,
) -> UInt8[np.ndarray, "H W"]:
    """The tiles of a map, with those that its objects stand for.

    An object whose feet are in something solid stands on it, where there is room.

    Args:
        tiles: The map's own.
        tiled: The map.
        game: Which objects stand for tiles.
        said: Receives a sentence for each object that was moved so.

    Raises:
        UnreadableLevelError: an object stands outside the map or deep in something solid.
    """
    tiles, solid = tiles.copy(), game.legend.having("solid")[tiles]
    for item in _known(tiled.document, game, str(tiled.path)):
        x, y = _cell(item, tiled)
        fault = f"the object {quoted(_told(item))} stands"
        if not (0 <= x < tiles.shape[1] and 0 <= y < tiles.shape[0]):
            raise UnreadableLevelError(str(tiled.path), f"{fault} outside the map", remedy=_PLACE)
        place = f"line {y + 1}, column {x + 1}"
        if (row := standing_row(solid, y, x)) is None:
            fault = f"{fault} in something solid, {place}"
            raise UnreadableLevelError(str(tiled.path), fault, remedy=_PLACE)
        if row != y and said is not None:
            said.append(f"{tiled.path.name}: {fault} in something solid, {place}: put on top of it")
        tiles[row, x] = game.objects[_word(item, game)]
    return tiles


def place_objects(
    document: dict[str, Any], level: Level, template: TiledMap, game: GameLegend
) -> dict[str, Any]:
    """A copy of ``document`` whose objects stand where the level has their tiles.

    Each is a copy of the template's object in the same cell, or of the first of its class, so
    that it keeps its size, its picture and its properties; where the template has none it is a
    point. They go to the layer that the template has its first such object in.
    """
    if not game.objects:
        return document
    examples: dict[tuple[int, ...], Mapping[str, Any]] = {}
    for item in _known(template.document, game, str(template.path)):
        tile = game.objects[_word(item, game)]
        examples.setdefault((tile,), item)
        examples.setdefault((tile, *_cell(item, template)), item)
    words = {tile: word for word, tile in game.objects.items()}
    number, made = document["nextobjectid"], list[dict[str, Any]]()
    lower = template.size[0] - level.tiles.shape[0]  # levels stand on the template's floor
    for y, x in np.argwhere(np.isin(level.tiles, list(words))).tolist():
        tile = int(level.tiles[y, x])
        example = examples.get((tile, x, y + lower)) or examples.get((tile,))
        item = _at(example, (x, y), template) if example else _point(words[tile], (x, y), template)
        made.append(item | {"id": number + len(made)})
    rest = list(made)
    document = document | {
        "layers": _rewritten(document["layers"], game, rest), "nextobjectid": number + len(made)
    }  # fmt: skip
    if rest:  # the template has no such object
        layer = {
            "id": document["nextlayerid"], "name": _LAYER, "type": "objectgroup", "objects": rest,
            "draworder": "topdown", "opacity": 1, "visible": True, "x": 0, "y": 0,
        }  # fmt: skip
        document["layers"] = [*document["layers"], layer]
        document["nextlayerid"] += 1
    return document


def _rewritten(
    layers: Sequence[dict[str, Any]], game: GameLegend, made: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The layers without known objects; the first that had one takes those in ``made``."""
    found: list[dict[str, Any]] = []
    for layer in layers:
        if layer.get("type") == "group" and "layers" in layer:
            layer = layer | {"layers": _rewritten(layer["layers"], game, made)}
        elif _has_objects(layer):
            others = [item for item in layer["objects"] if not _word(item, game)]
            if len(others) < len(layer["objects"]):
                layer = layer | {"objects": [*others, *made]}
                made.clear()
        found.append(layer)
    return found


def _known(holder: Mapping[str, Any], game: GameLegend, path: str) -> Iterator[dict[str, Any]]:
    """The objects that the legend knows, from the lowest layer up."""
    for layer in holder.get("layers", []) if game.objects else ():
        if layer.get("type") == "group":
            yield from _known(layer, game, path)
        elif _has_objects(layer):
            for item in layer["objects"]:
                if _word(item, game):
                    _check(item, path)
                    yield item


def _has_objects(layer: Mapping[str, Any]) -> bool:
    return (
        layer.get("type") == "objectgroup" and "objects" in layer and layer.get("name") not in _OURS
    )


def _word(item: Mapping[str, Any], game: GameLegend) -> str:
    """The class or name that the legend knows the object by; empty: it does not."""
    words = (item.get("type"), item.get("class"), item.get("name"))  # class: Tiled 1.9
    return next((w for w in words if isinstance(w, str) and w and w in game.objects), "")


def _told(item: Mapping[str, Any]) -> str:
    return str(item.get("name") or item.get("type") or item.get("class"))


def _check(item: Mapping[str, Any], path: str) -> None:
    for key in ("x", "y", "width", "height"):
        value = item.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            fault = (
                f"{key} of the object {quoted(_told(item))} must be a number, got {quoted(value)}"
            )
            raise UnreadableLevelError(path, fault)


def _cell(item: Mapping[str, Any], tiled: TiledMap) -> tuple[int, int]:
    """Column and row of the object's feet."""
    wide, high = tiled.tile_size
    down = 0 if "gid" in item else item.get("height", 0)  # a tile object's y is its lower edge
    x = (item.get("x", 0) + item.get("width", 0) / 2) / wide
    y = (item.get("y", 0) + down) / high
    return math.floor(x), max(math.ceil(y) - 1, 0) if y >= 0 else -1


def _at(item: Mapping[str, Any], cell: tuple[int, int], tiled: TiledMap) -> dict[str, Any]:
    """The object in another cell, as it stood in its own."""
    was = _cell(item, tiled)
    moved = dict(item)
    for axis, key in enumerate("xy"):
        moved[key] = item.get(key, 0) + (cell[axis] - was[axis]) * tiled.tile_size[axis]
    return moved


def _point(word: str, cell: tuple[int, int], tiled: TiledMap) -> dict[str, Any]:
    wide, high = tiled.tile_size
    return {
        "name": word, "type": word, "point": True, "visible": True, "rotation": 0,
        "width": 0, "height": 0, "x": (cell[0] + 0.5) * wide, "y": (cell[1] + 0.5) * high,
    }  # fmt: skip
