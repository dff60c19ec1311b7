"""A copy of a map's document with other cells in one layer and all else as it was."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt32

from makar.domains.levels.tiled.objects import COLLISION, OBJECTS
from makar.domains.levels.tiled.read import TiledMap, TileLayer

_PACKING = ("encoding", "compression", "chunks", "startx", "starty")


def copied(
    template: TiledMap, layer: TileLayer, cells: UInt32[np.ndarray, "H W"], path: Path
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The document for a file at ``path``, and what could not be kept.

    Other layers stay as they are, but a tile layer that is larger than the new map is cut to it:
    on the right, and at the top as levels stand on the map's floor.
    What lies in files is found from the new place: tilesets and their images; the pictures of
    image layers stay as they are written.
    """
    height, width = cells.shape
    document = dict(template.document)
    notes: list[str] = []
    drawn = {other.place: other.cells for other in template.layers} | {layer.place: cells}
    kept = _layers(document["layers"], (), drawn, layer.place, notes)
    document["layers"] = [item for item in kept if item.get("name") not in (OBJECTS, COLLISION)]
    document |= {"height": height, "width": width}
    document["tilesets"] = [_moved(item, template, path) for item in document["tilesets"]]
    document["nextlayerid"] = _free(document, "nextlayerid", _layer_ids(document["layers"]))
    document["nextobjectid"] = _free(document, "nextobjectid", _object_ids(document["layers"]))
    others = len(document["layers"]) > 1
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
    drawn: Mapping[tuple[int, ...], UInt32[np.ndarray, "H W"]],
    level: tuple[int, ...],
    notes: list[str],
) -> list[dict[str, Any]]:
    """The layers at ``place``, where the one at ``level`` has its new cells and others fit it."""
    rows, columns = drawn[level].shape
    found: list[dict[str, Any]] = []
    for n, layer in enumerate(layers):
        cells = drawn.get((*place, n))
        if (*place, n) == level:
            found.append(_with_cells(layer, drawn[level]))
        elif layer.get("type") == "group" and "layers" in layer:
            inside = _layers(layer["layers"], (*place, n), drawn, level, notes)
            found.append(layer | {"layers": inside})
        elif cells is not None and (cells.shape[0] > rows or cells.shape[1] > columns):
            notes.append(f"tile layer {layer.get('name')!r} was larger than the level and is cut")
            found.append(_with_cells(layer, cells[-rows:, :columns]))
        else:
            found.append(layer)
    return found


def _with_cells(layer: Mapping[str, Any], cells: UInt32[np.ndarray, "H W"]) -> dict[str, Any]:
    written = {key: value for key, value in layer.items() if key not in _PACKING}
    height, width = cells.shape
    return written | {"data": cells.ravel().tolist(), "height": height, "width": width}


def _moved(entry: Mapping[str, Any], template: TiledMap, path: Path) -> dict[str, Any]:
    """A tileset as it is named from the new place."""
    moved = dict(entry)
    tileset = next(t for t in template.tilesets if t.first == entry["firstgid"])
    if tileset.source is not None:
        moved["source"] = _relative(tileset.source, path)
        return moved
    if "image" in moved:
        moved["image"] = _relative(template.path.parent / moved["image"], path)
    if "tiles" in moved:
        moved["tiles"] = [
            tile | {"image": _relative(template.path.parent / tile["image"], path)}
            if "image" in tile
            else tile
            for tile in moved["tiles"]
        ]
    return moved


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
