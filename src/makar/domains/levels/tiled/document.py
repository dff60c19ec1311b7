"""A copy of a map's document with other cells in the level's layers and all else as it was."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt32

from makar.domains.levels.tiled.objects import COLLISION, OBJECTS
from makar.domains.levels.tiled.read import TiledMap
from makar.domains.levels.tiled.tilesets import Tileset

_PACKING = ("encoding", "compression", "chunks", "startx", "starty")


@dataclass(frozen=True)
class NewCells:
    """The new cells of a tile layer.

    Attributes:
        cells: ``(H, W)`` global ids with flip bits, of the new map's size.
        moved: Pixels that are taken off the layer's own offset, as its cells were moved instead.
    """

    cells: UInt32[np.ndarray, "H W"]
    moved: tuple[float, float] = (0.0, 0.0)


def copied(
    template: TiledMap,
    new: Mapping[tuple[int, ...], NewCells],
    size: tuple[int, int],
    path: Path,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The document for a file at ``path``, and what could not be kept.

    Layers that are not in ``new`` stay as they are, but a tile layer that is larger than the new
    map is cut to it: on the right, and at the top as levels stand on the map's floor.
    What lies in files is found from the new place: tilesets and their images, templates of
    objects; the pictures of image layers stay as they are written.

    Args:
        template: The map that is copied.
        new: Layers with new cells, by their place in the document.
        size: Rows and columns of the new map.
        path: Its file.
    """
    height, width = size
    document = dict(template.document)
    notes: list[str] = []
    old = {other.place: other.cells for other in template.layers}
    document["layers"] = _layers(document.get("layers", []), (), old, new, size, notes)
    document |= {"height": height, "width": width}
    by_first = {tileset.first: tileset for tileset in template.tilesets}
    document["tilesets"] = [
        moved_tileset(item, by_first[item["firstgid"]], template.path, path)
        for item in document.get("tilesets", [])
    ]
    document["nextlayerid"] = _free(document, "nextlayerid", _layer_ids(document["layers"]))
    document["nextobjectid"] = _free(document, "nextobjectid", _object_ids(document["layers"]))
    ours = sum(item.get("name") in (OBJECTS, COLLISION) for item in document["layers"])
    others = len(document["layers"]) - ours > 1
    if others and (rows := height - template.size[0]):
        notes.append(
            f"the level is {abs(rows)} rows {'higher' if rows > 0 else 'lower'} than "
            f"{template.path.name}: other layers stand so much too {'high' if rows > 0 else 'low'}"
        )
    if path.parent != template.path.parent and _pictures(document["layers"]):
        notes.append(f"image layers name pictures beside {template.path.name}: copy them too")
    return document, tuple(notes)


def _layers(
    layers: list[dict[str, Any]],
    place: tuple[int, ...],
    old: Mapping[tuple[int, ...], UInt32[np.ndarray, "H W"]],
    new: Mapping[tuple[int, ...], NewCells],
    size: tuple[int, int],
    notes: list[str],
) -> list[dict[str, Any]]:
    """The layers at ``place``: some with new cells, others so that they fit."""
    rows, columns = size
    found: list[dict[str, Any]] = []
    for n, layer in enumerate(layers):
        cells, changed = old.get((*place, n)), new.get((*place, n))
        if changed is not None:
            found.append(_with_cells(layer, changed.cells) | _offset(layer, changed.moved))
        elif layer.get("type") == "group" and "layers" in layer:
            inside = _layers(layer["layers"], (*place, n), old, new, size, notes)
            found.append(layer | {"layers": inside})
        elif cells is not None and (cells.shape[0] > rows or cells.shape[1] > columns):
            notes.append(f"tile layer {layer.get('name')!r} was larger than the level and is cut")
            found.append(_with_cells(layer, cells[-rows:, :columns]))
        else:
            found.append(layer)
    return found


def _offset(layer: Mapping[str, Any], moved: tuple[float, float]) -> dict[str, float | int]:
    """The layer's own offset, where it changes."""
    found: dict[str, float | int] = {}
    for key, pixels in zip(("offsetx", "offsety"), moved, strict=True):
        if pixels:
            left = layer.get(key, 0) - pixels
            found[key] = int(left) if left == int(left) else left
    return found


def _with_cells(layer: Mapping[str, Any], cells: UInt32[np.ndarray, "H W"]) -> dict[str, Any]:
    written = {key: value for key, value in layer.items() if key not in _PACKING}
    height, width = cells.shape
    return written | {"data": cells.ravel().tolist(), "height": height, "width": width}


def moved_tileset(
    entry: Mapping[str, Any], tileset: Tileset, before: Path, path: Path
) -> dict[str, Any]:
    """A tileset of the map at ``before`` as it is named from the new place."""
    moved = dict(entry)
    if tileset.source is not None:
        moved["source"] = _relative(tileset.source, path)
        return moved
    if "image" in moved:
        moved["image"] = named_from(moved["image"], before, path)
    if "tiles" in moved:
        moved["tiles"] = [
            tile | {"image": named_from(tile["image"], before, path)} if "image" in tile else tile
            for tile in moved["tiles"]
        ]
    return moved


def named_from(source: str, before: Path, path: Path) -> str:
    """What the file at ``before`` calls ``source``, as the one at ``path`` must call it."""
    return _relative(before.parent / source.replace("\\", "/"), path)


def with_templates_named_from(
    layers: list[dict[str, Any]], before: Path, path: Path
) -> list[dict[str, Any]]:
    """The layers, whose objects name their templates from the new place."""
    found: list[dict[str, Any]] = []
    for layer in layers:
        if inside := _inside(layer):
            layer = layer | {"layers": with_templates_named_from(inside, before, path)}
        elif any("template" in item for item in layer.get("objects", ())):
            layer = layer | {"objects": [_renamed(one, before, path) for one in layer["objects"]]}
        found.append(layer)
    return found


def _renamed(item: dict[str, Any], before: Path, path: Path) -> dict[str, Any]:
    source = item.get("template")
    if not isinstance(source, str) or not source or "\0" in source:
        return item
    return item | {"template": named_from(source, before, path)}


def _relative(file: Path, path: Path) -> str:
    return Path(os.path.relpath(file, path.parent)).as_posix()


def _free(document: Mapping[str, Any], key: str, taken: list[int]) -> int:
    """An id above all that are taken and not below the one that Tiled keeps."""
    kept = document.get(key)
    return max([kept if type(kept) is int else 1, 1, *(number + 1 for number in taken)])


def _layer_ids(layers: list[dict[str, Any]]) -> list[int]:
    found: list[int] = []
    for layer in layers:
        found += [layer["id"]] if type(layer.get("id")) is int else []
        found += _layer_ids(_inside(layer))
    return found


def _object_ids(layers: list[dict[str, Any]]) -> list[int]:
    found: list[int] = []
    for layer in layers:
        for item in layer.get("objects", []) if layer.get("type") == "objectgroup" else ():
            found += [item["id"]] if type(item.get("id")) is int else []
        found += _object_ids(_inside(layer))
    return found


def _inside(layer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A group's own layers."""
    return layer.get("layers", []) if layer.get("type") == "group" else []


def _pictures(layers: list[dict[str, Any]]) -> bool:
    return any(layer.get("type") == "imagelayer" or _pictures(_inside(layer)) for layer in layers)
