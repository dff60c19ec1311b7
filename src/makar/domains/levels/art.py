"""What a game's tiles look like in makar's pictures: our own art, or the game's own tileset."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.art_pieces import piece, rim
from makar.domains.levels.errors import UnreadableLevelError
from makar.domains.levels.legend import Legend

MAX_SIDE = 8192
"""Pixels across the largest tileset image that is opened."""


@dataclass(frozen=True, eq=False)
class Art:
    """Pictures of tiles, ``S`` pixels square, red, green, blue and how much they cover.

    Attributes:
        tiles: ``(A, S, S, 4)`` by tile number.
        rims: ``(A, S, S, 4)`` painted over a tile under which another kind lies, or nothing.
    """

    tiles: UInt8[np.ndarray, "A S S 4"]
    rims: UInt8[np.ndarray, "A S S 4"]

    @property
    def size(self) -> int:
        """Pixels across a tile."""
        return self.tiles.shape[1]

    def paint(self, tiles: UInt8[np.ndarray, "H W"]) -> UInt8[np.ndarray, "Y X 4"]:
        """The map, cell by cell, with nothing behind it."""
        painted = self.tiles[tiles]
        above = np.vstack((tiles[:1], tiles[:-1]))
        rims = self.rims[tiles]
        covers = (rims[..., 3:] > 0) & (above != tiles)[..., None, None, None]
        height, width = tiles.shape
        cells = np.where(covers, rims, painted)
        return cells.transpose(0, 2, 1, 3, 4).reshape(height * self.size, width * self.size, 4)

    def sheet(self) -> bytes:
        """All tiles in a row as a PNG, such as Tiled takes for a tileset."""
        from PIL import Image

        row = self.tiles.transpose(1, 0, 2, 3).reshape(self.size, -1, 4)
        return png_bytes(Image.fromarray(np.ascontiguousarray(row), "RGBA"))


def art_of(legend: Legend) -> Art:
    """Our own art for any game's legend."""
    return Art(
        np.stack([piece(tile) for tile in legend.tiles]),
        np.stack([rim(tile) for tile in legend.tiles]),
    )


def art_from_image(
    legend: Legend, image: Path, ids: Mapping[int, int], *, tile_size: int, margin: int = 0,
    spacing: int = 0,
) -> Art:  # fmt: skip
    """The game's own art, cut from its tileset image.

    Args:
        legend: The game's tiles.
        image: The picture with all tiles, row by row.
        ids: Which of them shows each tile number, counted from 0; a tile that is left out, or
            lies outside of the picture, is shown by our own art.
        tile_size: Pixels across a tile.
        margin: Pixels around the whole picture.
        spacing: Pixels between tiles.

    Raises:
        UnreadableLevelError: no picture, or a larger one than any tileset is.
    """
    sheet = _opened(image)
    columns = max((sheet.shape[1] - 2 * margin + spacing) // (tile_size + spacing), 1)
    own = art_of(legend)
    across = (np.arange(tile_size) * own.size) // tile_size
    tiles = own.tiles[:, across][:, :, across]
    rims = own.rims[:, across][:, :, across]
    for number, local in ids.items():
        y = margin + local // columns * (tile_size + spacing)
        x = margin + local % columns * (tile_size + spacing)
        cell = sheet[y : y + tile_size, x : x + tile_size]
        if cell.shape[:2] == (tile_size, tile_size):
            tiles[number], rims[number] = cell, 0
    return Art(tiles, rims)


def _opened(path: Path) -> UInt8[np.ndarray, "Y X 4"]:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if max(picture.size) > MAX_SIDE:
                raise UnreadableLevelError(
                    str(path),
                    f"it is {picture.size[0]} x {picture.size[1]} pixels",
                    remedy=f"Use a tileset image of at most {MAX_SIDE} pixels across",
                )
            return np.asarray(picture.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, UnreadableLevelError):
            raise
        raise UnreadableLevelError(str(path), f"it is no picture ({error})") from error


def png_bytes(image: object) -> bytes:
    """A pillow image as the bytes of a PNG file."""
    from PIL import Image

    assert isinstance(image, Image.Image)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
