"""A Tiled map (``.tmj``) as it stands: its document untouched, its tile layers unpacked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt32

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import (
    MAX_CELLS,
    objects,
    parse_object,
    quoted,
    read_bounded,
    whole,
    word,
)
from makar.domains.levels.tiled.layers import cells_of, size_of
from makar.domains.levels.tiled.tilesets import Tileset, read_tilesets

LOCKED = "makar locked"
"""Name of the tile layer on which the designer stamps the cells that shall stay as they are."""
MAX_LAYERS = 256
MAX_GROUPS = 16
MAX_TILE_PIXELS = 4_096
_EXPORT = "Export it as .tmj: tiled --export-map {path} {stem}.tmj"


@dataclass(frozen=True)
class TileLayer:
    """One tile layer.

    Attributes:
        name: Its name in Tiled.
        place: Where it stands in the document's ``layers``, and in theirs.
        cells: ``(H, W)`` global tile ids with their flip bits; 0 is no tile.
    """

    name: str
    place: tuple[int, ...]
    cells: UInt32[np.ndarray, "H W"]


@dataclass(frozen=True)
class TiledMap:
    """A map file.

    Attributes:
        path: Where it lies, absolute: its tilesets are found from here.
        document: The file's JSON.
        size: Rows and columns.
        tile_size: Width and height of a cell in pixels.
        tilesets: By their first number.
        layers: Its tile layers, those in groups too, from the bottom up.
    """

    path: Path
    document: Mapping[str, Any]
    size: tuple[int, int]
    tile_size: tuple[int, int]
    tilesets: tuple[Tileset, ...]
    layers: tuple[TileLayer, ...]

    @property
    def locked(self) -> TileLayer | None:
        """The layer that says which cells shall stay."""
        return next((layer for layer in self.layers if layer.name == LOCKED), None)


def read_tiled(path: Path | str, root: Path | None = None) -> TiledMap:
    """Read a map; external tilesets may lie in its folder or in ``root``.

    Raises:
        UnreadableLevelError: not an orthogonal, bounded Tiled map of fixed size, broken, or
            referring to files elsewhere.
    """
    path = Path(path).absolute()
    shown_path = str(path)
    if path.suffix.lower() == ".tmx":
        remedy = _EXPORT.format(path=path.name, stem=path.stem)
        raise UnreadableLevelError(shown_path, "is a map in XML", remedy=remedy)
    document = parse_object(read_bounded(path), shown_path)
    if (kind := document.get("type", "map")) != "map":
        raise UnreadableLevelError(shown_path, f"is no Tiled map, but {quoted(kind)}")
    if (orientation := document.get("orientation")) != "orthogonal":
        fault = f"its orientation is {quoted(orientation)}"
        raise UnreadableLevelError(shown_path, fault, remedy="Use an orthogonal map")
    if document.get("infinite", False) is not False:
        remedy = "Take Infinite out in Map > Map Properties"
        raise UnreadableLevelError(shown_path, "is an infinite map", remedy=remedy)
    size = size_of(document, shown_path)
    pixels = [
        whole(document, key, shown_path, low=1, high=MAX_TILE_PIXELS)
        for key in ("tilewidth", "tileheight")
    ]
    return TiledMap(
        path,
        document,
        size,
        (pixels[0], pixels[1]),
        read_tilesets(document, path, path.parent if root is None else root),
        tuple(_tile_layers(document, shown_path)),
    )


def _tile_layers(document: Mapping[str, Any], path: str) -> Iterator[TileLayer]:
    cells = 0
    for count, (place, layer) in enumerate(_all_layers(document, (), path)):
        if count >= MAX_LAYERS:
            raise UnreadableLevelError(path, f"has more than {MAX_LAYERS} layers")
        if layer.get("type") != "tilelayer":
            continue
        name = word(layer, "name", path)
        where = f"{path}: layer {quoted(name)}"
        height, width = size_of(layer, where)
        cells += height * width
        if cells > MAX_CELLS:
            fault = f"its tile layers have more than {MAX_CELLS:,} cells together"
            raise UnreadableLevelError(path, fault, remedy="Split the map")
        yield TileLayer(name, place, cells_of(layer, where))


def _all_layers(
    holder: Mapping[str, Any], place: tuple[int, ...], path: str
) -> Iterator[tuple[tuple[int, ...], dict[str, Any]]]:
    """Every layer, groups before their own layers."""
    if len(place) > MAX_GROUPS:
        raise UnreadableLevelError(path, f"its groups nest deeper than {MAX_GROUPS}")
    for n, layer in enumerate(objects(holder, "layers", path)):
        yield (*place, n), layer
        if layer.get("type") == "group":
            yield from _all_layers(layer, (*place, n), path)
        elif layer.get("type") == "objectgroup":
            objects(layer, "objects", path)
