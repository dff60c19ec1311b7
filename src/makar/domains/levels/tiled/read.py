"""A Tiled map, XML or JSON, as it stands: its document, its tile layers unpacked, its objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt32

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import (
    MAX_CELLS,
    quoted,
    read_bounded,
    whole,
)
from makar.domains.levels.tiled.files.content import map_document
from makar.domains.levels.tiled.files.infinite import bounded
from makar.domains.levels.tiled.layer_tree import all_layers
from makar.domains.levels.tiled.layers import cells_of, size_of
from makar.domains.levels.tiled.things.thing import Thing, things_in
from makar.domains.levels.tiled.tilesets import Tileset, read_tilesets

LOCKED = "makar locked"
"""Name of the tile layer on which the designer stamps the cells that shall stay as they are."""
MAX_TILE_PIXELS = 4_096
_ORTHOGONAL = (
    "makar reads orthogonal maps, seen from the side: in Tiled choose Map > Map Properties > "
    "Orientation: Orthogonal, or leave the map out"
)


@dataclass(frozen=True, eq=False)
class TileLayer:
    """One tile layer.

    Attributes:
        name: Its name in Tiled.
        place: Where it stands in the document's ``layers``, and in theirs.
        cells: ``(H, W)`` global tile ids with their flip bits; 0 is no tile.
        offset: Pixels by which it is drawn to the right and down, its groups' added.
        visible: False where it, or a group it is in, is hidden.
    """

    name: str
    place: tuple[int, ...]
    cells: UInt32[np.ndarray, "H W"]
    offset: tuple[float, float] = (0.0, 0.0)
    visible: bool = True


@dataclass(frozen=True, eq=False)
class TiledMap:
    """A map file.

    Attributes:
        path: Where it lies, absolute: its tilesets are found from here.
        document: The file's JSON, or what its JSON would be; an infinite map's has a fixed size.
        size: Rows and columns.
        tile_size: Width and height of a cell in pixels.
        tilesets: By their first number.
        layers: Its tile layers, those in groups too, from the bottom up.
        root: Where its tilesets and templates may lie, besides its own folder.
        notes: What became of it in reading, in words.
    """

    path: Path
    document: Mapping[str, Any]
    size: tuple[int, int]
    tile_size: tuple[int, int]
    tilesets: tuple[Tileset, ...]
    layers: tuple[TileLayer, ...]
    root: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def locked(self) -> TileLayer | None:
        """The layer that says which cells shall stay."""
        return next((layer for layer in self.layers if layer.name == LOCKED), None)

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """Its objects, from the lowest layer up; see ``things.thing``.

        Raises:
            UnreadableLevelError: a template of theirs cannot be read.
        """
        root = self.path.parent if self.root is None else self.root
        return tuple(things_in(self.document, self.tilesets, self.path, root))


def read_tiled(path: Path | str, root: Path | None = None) -> TiledMap:
    """Read a map; external tilesets and templates may lie in its folder or in ``root``.

    Raises:
        UnreadableLevelError: no orthogonal, bounded Tiled map, broken, or referring to files
            elsewhere.
    """
    path = Path(path).absolute()
    shown_path = str(path)
    document = map_document(read_bounded(path), shown_path)
    if (orientation := document.get("orientation")) != "orthogonal":
        fault = f"its orientation is {quoted(orientation)}"
        raise UnreadableLevelError(shown_path, fault, remedy=_ORTHOGONAL)
    pixels = [
        whole(document, key, shown_path, low=1, high=MAX_TILE_PIXELS)
        for key in ("tilewidth", "tileheight")
    ]
    notes: tuple[str, ...] = ()
    if (infinite := document.get("infinite", False)) not in (False, 0):
        if infinite not in (True, 1):
            raise UnreadableLevelError(shown_path, f"infinite is {quoted(infinite)}")
        document = bounded(document, shown_path)
        size = f"{document['width']} x {document['height']} cells"
        notes = (
            f"an infinite map: the {size} that hold tiles are read, and written of fixed size",
        )
    return TiledMap(
        path,
        document,
        size_of(document, shown_path),
        (pixels[0], pixels[1]),
        read_tilesets(document, path, path.parent if root is None else root),
        tuple(_tile_layers(document, shown_path)),
        root,
        notes,
    )


def _tile_layers(document: Mapping[str, Any], path: str) -> Iterator[TileLayer]:
    cells = 0
    for found in all_layers(document, path):
        if found.kind != "tilelayer":
            continue
        name = found.names[0]
        where = f"{path}: layer {quoted(name)}"
        height, width = size_of(found.layer, where)
        cells += height * width
        if cells > MAX_CELLS:
            fault = f"its tile layers have more than {MAX_CELLS:,} cells together"
            raise UnreadableLevelError(path, fault, remedy="Split the map")
        yield TileLayer(
            name, found.place, cells_of(found.layer, where), found.offset, found.visible
        )
