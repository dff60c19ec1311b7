"""What a game's tiles look like in makar's pictures: our own art, or the game's own tileset."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, UInt8

from makar.core.disk.plain import open_plain
from makar.domains.levels.drawing.art_pieces import piece, rim
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.tiled.variants import TileVariants

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE = 8192
"""Pixels across the largest tileset image that is opened."""


@dataclass(frozen=True, eq=False)
class Art:
    """Pictures of tiles, ``S`` pixels square, red, green, blue and how much they cover.

    Attributes:
        tiles: ``(A, S, S, 4)`` by tile number.
        rims: ``(A, S, S, 4)`` painted over a tile that another kind, or nothing, lies on.
        variants: Which look a tile has in which surroundings; None: always the same.
        looks: ``(L, S, S, 4)`` pictures of these looks.
        drawn: ``(L,)`` whether there is a picture of a look.
        things: ``(A,)`` tiles that objects stand for: they are painted over such a look.
    """

    tiles: UInt8[np.ndarray, "A S S 4"]
    rims: UInt8[np.ndarray, "A S S 4"]
    variants: TileVariants | None = None
    looks: UInt8[np.ndarray, "L S S 4"] | None = None
    drawn: Bool[np.ndarray, " L"] | None = None
    things: Bool[np.ndarray, " A"] | None = None

    @property
    def size(self) -> int:
        """Pixels across a tile."""
        return self.tiles.shape[1]

    def paint(self, tiles: UInt8[np.ndarray, "H W"]) -> UInt8[np.ndarray, "Y X 4"]:
        """The map, cell by cell, with nothing behind it."""
        above = np.vstack((tiles[:1], tiles[:-1]))
        rims = self.rims[tiles]
        covered = (rims[..., 3:] > 0) & (above != tiles)[..., None, None, None]
        cells = np.where(covered, rims, self.tiles[tiles])
        if self.variants is not None and self.looks is not None and self.drawn is not None:
            look = self.variants.of(tiles)
            known = (look >= 0) & np.append(self.drawn, False)[look]
            cells[known] = self.looks[look[known]]
            if self.things is not None:
                over = known & self.things[tiles]
                front = self.tiles[tiles[over]]
                cells[over] = np.where(front[..., 3:] > 0, front, cells[over])
        height, width = tiles.shape
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


def scaled(art: Art, size: int) -> Art:
    """The same tiles in another size, pixel by pixel."""
    at = np.arange(size) * art.size // size
    return Art(art.tiles[:, at][:, :, at], art.rims[:, at][:, :, at])


def opened(path: Path) -> UInt8[np.ndarray, "Y X 4"]:
    """A picture file that nobody vouches for.

    Raises:
        UnreadableLevelError: no picture, or a larger one than any tileset is.
    """
    from PIL import Image

    remedy = f"Use a PNG of at most {MAX_SIDE} pixels across"
    try:
        with open_plain(path, follow=True) as file, Image.open(file) as picture:
            if max(picture.size) > MAX_SIDE:
                size = " x ".join(map(str, picture.size))
                raise UnreadableLevelError(str(path), f"it is {size} pixels", remedy=remedy)
            return np.asarray(picture.convert("RGBA"))
    except UnreadableLevelError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableLevelError(
            str(path), f"it is no picture ({error})", remedy=remedy
        ) from error


def png_bytes(image: Image.Image) -> bytes:
    """A picture as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
