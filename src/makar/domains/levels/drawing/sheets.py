"""The pictures of tilesets: one image for all tiles, or an image for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.drawing.art import opened
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import objects, read_bounded, whole, word
from makar.domains.levels.tiled.files.content import tileset_document
from makar.domains.levels.tiled.files.references import permitted
from makar.domains.levels.tiled.read import TiledMap
from makar.domains.levels.tiled.tilesets import MAX_TILESET_BYTES, Tileset

_ACROSS, _DOWN, _TURNED = 0x8000_0000, 0x4000_0000, 0x2000_0000
"""Tiled's flip bits: mirrored left and right, top and bottom, along the diagonal."""
_LARGEST = 4_096
Pixels = UInt8[np.ndarray, "Y X 4"]


@dataclass(frozen=True, eq=False)
class _Sheet:
    """A tileset's own description, and its image where it has one for all tiles."""

    entry: Mapping[str, Any]
    path: Path
    image: Pixels | None


@dataclass
class Pictures:
    """The tiles of a game as pictures of one size, opened as they are asked for.

    Attributes:
        size: Pixels across.
        root: Images may lie in this folder, or in that of the map or tileset that names them.
    """

    size: int
    root: Path
    _sheets: dict[tuple[str, Path], _Sheet | None] = field(
        default_factory=dict[tuple[str, Path], "_Sheet | None"]
    )
    _images: dict[Path, Pixels] = field(default_factory=dict[Path, Pixels])

    def shows(self, tileset: Tileset, tiled: TiledMap) -> bool:
        """Whether the tileset's image can be opened."""
        sheet = self._sheet(tileset, tiled)
        return sheet is not None and (sheet.image is not None or bool(tileset.sizes))

    def cell(
        self, tileset: Tileset, local: int, flips: int, tiled: TiledMap, *, fills: bool = False
    ) -> UInt8[np.ndarray, "S S 4"] | None:
        """One tile as it is drawn; None for one without a picture that can be opened.

        Args:
            tileset: The tileset.
            local: Its number there.
            flips: How it is turned.
            tiled: The map that refers to the tileset.
            fills: Whether a picture of other proportions is stretched, or keeps them.
        """
        sheet = self._sheet(tileset, tiled)
        if sheet is None or local < 0:
            return None
        try:
            picture = _cut(sheet, local) if sheet.image is not None else self._own(sheet, local)
        except UnreadableLevelError:
            return None  # a picture is no reason to refuse a game
        if picture is None or not all(picture.shape[:2]):
            return None
        picture = picture.transpose(1, 0, 2) if flips & _TURNED else picture
        picture = picture[:, ::-1] if flips & _ACROSS else picture
        picture = picture[::-1] if flips & _DOWN else picture
        return stretched(picture, self.size, self.size) if fills else fitted(picture, self.size)

    def _sheet(self, tileset: Tileset, tiled: TiledMap) -> _Sheet | None:
        key = (tileset.name, tileset.source or tiled.path)
        if key not in self._sheets:
            try:
                self._sheets[key] = self._opened(tileset, tiled)
            except UnreadableLevelError:
                self._sheets[key] = None
        return self._sheets[key]

    def _opened(self, tileset: Tileset, tiled: TiledMap) -> _Sheet:
        path = tileset.source or tiled.path
        if tileset.source is not None:
            data = read_bounded(tileset.source, MAX_TILESET_BYTES)
            entry = tileset_document(data, str(tileset.source))
        else:
            entries = objects(tiled.document, "tilesets", str(path))
            entry = next(one for one in entries if one.get("firstgid") == tileset.first)
        image = word(entry, "image", str(path))
        return _Sheet(entry, path, self._image(image, path) if image else None)

    def _own(self, sheet: _Sheet, local: int) -> Pixels | None:
        """The picture of a tile that has one of its own, or the part of it that is meant."""
        where = str(sheet.path)
        tiles = objects(sheet.entry, "tiles", where)
        tile = next((one for one in tiles if one.get("id") == local), {})
        image = word(tile, "image", where)
        if not image:
            return None
        pixels = self._image(image, sheet.path)
        x, y = (whole(tile, k, where, low=0, high=_LARGEST, default=0) for k in "xy")
        width = whole(tile, "width", where, low=0, high=_LARGEST, default=pixels.shape[1])
        height = whole(tile, "height", where, low=0, high=_LARGEST, default=pixels.shape[0])
        return pixels[y : y + height, x : x + width]

    def _image(self, image: str, path: Path) -> Pixels:
        file = permitted(image, path, self.root, what="image")
        if file not in self._images:
            self._images[file] = opened(file)
        return self._images[file]


def _cut(sheet: _Sheet, local: int) -> Pixels | None:
    """A tile of an image that holds all of them, in rows."""
    assert sheet.image is not None
    where = str(sheet.path)
    wide, high, margin, spacing = (
        whole(sheet.entry, key, where, low=low, high=_LARGEST, default=low)
        for key, low in (("tilewidth", 1), ("tileheight", 1), ("margin", 0), ("spacing", 0))
    )
    columns = max((sheet.image.shape[1] - 2 * margin + spacing) // (wide + spacing), 1)
    row, column = divmod(local, columns)
    y, x = margin + row * (high + spacing), margin + column * (wide + spacing)
    cell = sheet.image[y : y + high, x : x + wide]
    return cell if cell.shape[:2] == (high, wide) else None


def fitted(picture: Pixels, size: int) -> UInt8[np.ndarray, "S S 4"]:
    """A picture in a square cell: as large as fits, on its floor, in the middle."""
    height, width = picture.shape[:2]
    if (height, width) == (size, size):
        return picture
    longer = max(height, width)
    rows, columns = max(height * size // longer, 1), max(width * size // longer, 1)
    found = np.zeros((size, size, 4), np.uint8)
    left = (size - columns) // 2
    found[size - rows :, left : left + columns] = stretched(picture, rows, columns)
    return found


def stretched(picture: Pixels, rows: int, columns: int) -> Pixels:
    """A picture in another size, pixel by pixel."""
    height, width = picture.shape[:2]
    return picture[np.arange(rows) * height // rows][:, np.arange(columns) * width // columns]
