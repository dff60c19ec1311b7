"""Infinite maps, whose tile layers come in chunks, as maps of the size of what is on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import UInt32

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    objects,
    whole,
)
from makar.domains.levels.tiled.layers import cells_of, packing_of

MAX_CHUNKS = 20_000
FARTHEST = 1 << 20
"""Cells from the middle of an infinite map to its farthest chunk."""
NEAR = 16
"""Cells around the tiles in which objects still belong to the level: a spawn point in the air."""
_FAR = 1e9
"""Pixels beyond which nothing is told of a place: it is refused later, by name."""
_PIXELS = ("tilewidth", "tileheight")
_PACKING = ("chunks", "startx", "starty", "encoding", "compression")
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in cells; right and bottom are the first beyond."""
Patches = list[tuple[int, int, UInt32[np.ndarray, "H W"]]]


def bounded(document: dict[str, Any], path: str) -> dict[str, Any]:
    """An infinite map's document with a fixed size: the tiles' box, and objects close to it.

    What lies at the box's corner then lies at 0, 0, objects and pictures too.

    Raises:
        UnreadableLevelError: no tiles, too many, or too far from one another.
    """
    pixels = [whole(document, key, path, low=1, high=1 << 16) for key in _PIXELS]
    patches: dict[int, Patches] = {}
    for layer in _flat(document, path):
        if layer.get("type") == "tilelayer":
            patches[id(layer)] = _patches(layer, path)
    box = _box(patches.values(), path)
    box = _with_objects(box, pixels, document, path)
    _refuse_size(box, len(patches), path)
    by = [-box[n] * pixels[n] for n in range(2)]
    moved = [_moved(layer, patches, box, by) for layer in document["layers"]]
    size = {"width": box[2] - box[0], "height": box[3] - box[1], "infinite": False}
    return document | size | {"layers": moved}


def _flat(holder: Mapping[str, Any], path: str, depth: int = 0) -> Iterator[dict[str, Any]]:
    for layer in objects(holder, "layers", path) if depth < 17 else ():  # deeper is refused later
        yield layer
        if layer.get("type") == "group":
            yield from _flat(layer, path, depth + 1)


def _patches(layer: Mapping[str, Any], path: str) -> Patches:
    """The chunks of a layer that hold a tile, cut to their tiles."""
    chunks = objects(layer, "chunks", path) if "chunks" in layer else [layer]
    if len(chunks) > MAX_CHUNKS:
        raise UnreadableLevelError(path, f"has more than {MAX_CHUNKS:,} chunks in a layer")
    found: Patches = []
    total = 0
    for chunk in chunks:
        if not chunk.get("data"):
            continue
        where = f"{path}: a chunk"
        x, y = (whole(chunk, k, where, low=-FARTHEST, high=FARTHEST, default=0) for k in "xy")
        cells = cells_of({**packing_of(layer), **chunk}, where)
        total += cells.size
        if total > MAX_CELLS:
            fault = f"a layer has more than {MAX_CELLS:,} cells"
            raise UnreadableLevelError(path, fault, remedy="Split the map")
        rows, columns = np.nonzero(cells.any(1))[0], np.nonzero(cells.any(0))[0]
        if len(rows):
            top, left = int(rows[0]), int(columns[0])
            cut = cells[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
            found.append((x + left, y + top, cut))
    return found


def _box(layers: Any, path: str) -> Box:
    places = [
        (x, y, x + cells.shape[1], y + cells.shape[0]) for found in layers for x, y, cells in found
    ]
    if not places:
        raise UnreadableLevelError(path, "is an infinite map without a tile", remedy="Draw some")
    left, top, right, bottom = zip(*places, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _with_objects(box: Box, pixels: Sequence[int], document: Mapping[str, Any], path: str) -> Box:
    """The box with the places of objects that are at most ``NEAR`` cells away from it."""
    left, top, right, bottom = box
    wide, high = pixels
    for layer in _flat(document, path):
        for item in objects(layer, "objects", path) if layer.get("type") == "objectgroup" else ():
            place = [item.get(key, 0) for key in ("x", "y", "width", "height")]
            if not all(isinstance(n, int | float) and abs(n) < _FAR for n in place):
                continue
            down = 0 if "gid" in item else place[3]  # a tile object's y is its lower edge
            x = math.floor((place[0] + place[2] / 2) / wide)
            y = math.ceil((place[1] + down) / high) - 1
            if box[0] - NEAR <= x < box[2] + NEAR and box[1] - NEAR <= y < box[3] + NEAR:
                left, top = min(left, x), min(top, y)
                right, bottom = max(right, x + 1), max(bottom, y + 1)
    return left, top, right, bottom


def _refuse_size(box: Box, layers: int, path: str) -> None:
    width, height = box[2] - box[0], box[3] - box[1]
    if width > MAX_COLUMNS or height > MAX_ROWS or width * height * layers > MAX_CELLS:
        fault = (
            f"its tiles lie {width:,} columns and {height:,} rows apart on {layers} layers, more "
            f"than {MAX_COLUMNS:,} columns, {MAX_ROWS:,} rows or {MAX_CELLS:,} cells"
        )
        raise UnreadableLevelError(path, fault, remedy="Split the map, or take far tiles out")


def _moved(
    layer: dict[str, Any], patches: Mapping[int, Patches], box: Box, by: Sequence[int]
) -> dict[str, Any]:
    """A layer as it is when the box's corner is 0, 0."""
    if id(layer) in patches:
        return _fixed(layer, patches[id(layer)], box)
    kind = layer.get("type")
    if kind == "group":
        return layer | {"layers": [_moved(o, patches, box, by) for o in layer.get("layers", [])]}
    if kind == "objectgroup":
        return layer | {"objects": [_shifted(o, by, "xy") for o in layer.get("objects", [])]}
    return _shifted(layer, by, ("offsetx", "offsety")) if kind == "imagelayer" else layer


def _fixed(layer: dict[str, Any], patches: Patches, box: Box) -> dict[str, Any]:
    cells = np.zeros((box[3] - box[1], box[2] - box[0]), np.uint32)
    for x, y, patch in patches:
        rows = slice(y - box[1], y - box[1] + patch.shape[0])
        columns = slice(x - box[0], x - box[0] + patch.shape[1])
        cells[rows, columns] = np.where(patch, patch, cells[rows, columns])
    kept = {key: value for key, value in layer.items() if key not in _PACKING}
    size = {"height": cells.shape[0], "width": cells.shape[1], "x": 0, "y": 0}
    return kept | size | {"data": cells.ravel().tolist()}


def _shifted(item: dict[str, Any], by: Sequence[int], keys: Sequence[str]) -> dict[str, Any]:
    moved = dict(item)
    for key, pixels in zip(keys, by, strict=True):
        value = item.get(key, 0)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _FAR:
            moved[key] = value + pixels
    return moved
