"""The tile layers of a map that hold the level, each by the legend, laid over one another.

In a cell that several layers have a tile in, what matters most to the hero counts: start and goal
before enemies, these before hazards, solid, rewards, decoration, empty space; of equals the upper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, UInt32

from makar.domains.levels.level.legend import Role
from makar.domains.levels.level.legend_file import ANY_TILESET, GameLegend
from makar.domains.levels.tiled.layers import FLIPS
from makar.domains.levels.tiled.read import TiledMap, TileLayer
from makar.domains.levels.tiled.tilesets import owner_of

PRECEDENCE: tuple[Role, ...] = (
    "empty", "decoration", "reward", "solid", "hazard", "enemy", "goal", "start"
)  # fmt: skip
"""From what gives way to what stays where layers, or objects, meet in a cell."""
UNNAMED, NOTHING = -1, -2
"""Instead of a tile's number: one that the legend does not name, and no tile at all."""
_ALIKE = 1e-6
_COUNTED = 1 << 16
"""Global ids below which each is counted."""


@dataclass(frozen=True, eq=False)
class KnownLayer:
    """A tile layer by the legend.

    Attributes:
        layer: The layer.
        numbers: ``(K,)`` the different global ids on it, without flip bits.
        index: ``(H, W)`` which of them each cell has.
        tiles: ``(K,)`` the tile's number in the legend, ``UNNAMED`` or ``NOTHING``.
        counts: ``(K,)`` cells.
    """

    layer: TileLayer
    numbers: UInt32[np.ndarray, " K"]
    index: Int[np.ndarray, "H W"]
    tiles: Int[np.ndarray, " K"]
    counts: Int[np.ndarray, " K"]

    @property
    def named(self) -> int:
        """Cells with a tile that the legend names."""
        return int(self.counts[self.tiles >= 0].sum())

    @property
    def used(self) -> int:
        """Cells with any tile."""
        return int(self.counts[self.tiles != NOTHING].sum())

    @property
    def whole(self) -> bool:
        """Whether the legend names every tile on it."""
        return self.named == self.used > 0


@dataclass(frozen=True, eq=False)
class Merged:
    """Tile layers laid over one another.

    Attributes:
        tiles: ``(H, W)`` numbers of tiles; ``NOTHING`` where no layer has a named one.
        owner: ``(H, W)`` which of the layers it comes from; -1 none.
        cells: ``(H, W)`` its global id with flip bits, 0 none.
        cut: Named cells by layer that lie outside the map.
    """

    tiles: Int[np.ndarray, "H W"]
    owner: Int[np.ndarray, "H W"]
    cells: UInt32[np.ndarray, "H W"]
    cut: tuple[int, ...]


def known_layer(layer: TileLayer, tiled: TiledMap, game: GameLegend) -> KnownLayer:
    """What the legend names on a layer."""
    plain = layer.cells & ~np.uint32(FLIPS)
    if int(plain.max()) < _COUNTED:  # counting is many times as quick as sorting
        every = np.bincount(plain.ravel())
        numbers = np.flatnonzero(every).astype(np.uint32)
        places, counts = np.zeros(len(every), np.intp), every[numbers]
        places[numbers] = np.arange(len(numbers))
        index = places[plain]
    else:
        numbers, index, counts = np.unique(plain, return_inverse=True, return_counts=True)
    tiles = np.array([_tile(number, tiled, game) for number in numbers.tolist()])
    return KnownLayer(layer, numbers, index.reshape(layer.cells.shape), tiles, counts)


def _tile(number: int, tiled: TiledMap, game: GameLegend) -> int:
    if number == 0:
        return NOTHING
    owner = owner_of(tiled.tilesets, number)
    named = game.number(owner[0].name, owner[1]) if owner else None
    return UNNAMED if named is None else named


def owners_of(known: KnownLayer, tiled: TiledMap) -> list[str]:
    """The tilesets that a layer is drawn with, by name."""
    found = (owner_of(tiled.tilesets, n) for n in known.numbers.tolist() if n)
    return sorted({owner[0].name for owner in found if owner})


def of_tileset(known: KnownLayer, tileset: str, tiled: TiledMap, game: GameLegend) -> KnownLayer:
    """The layer where ids without a tileset's name mean those of ``tileset`` only."""
    tiles = known.tiles.copy()
    for n, number in enumerate(known.numbers.tolist()):
        owner = owner_of(tiled.tilesets, number) if number else None
        if owner and owner[0].name != tileset and (owner[0].name, owner[1]) not in game.ids:
            tiles[n] = UNNAMED
    return KnownLayer(known.layer, known.numbers, known.index, tiles, known.counts)


def solid_everywhere(known: KnownLayer, game: GameLegend) -> bool:
    """Whether nothing could ever move on the layer."""
    solid = game.legend.having("solid")
    return all(tile >= 0 and solid[tile] for tile in known.tiles.tolist())


def grid_of(main: TileLayer | None, tiled: TiledMap) -> tuple[float, float]:
    """Pixels from the map's corner to where its cells begin: the main layer's, if not whole."""
    if main is None:
        return 0.0, 0.0
    rows, columns = shift_of(main, tiled, (0.0, 0.0))
    wide, high = tiled.tile_size
    return main.offset[0] - columns * wide, main.offset[1] - rows * high


def shift_of(layer: TileLayer, tiled: TiledMap, grid: tuple[float, float]) -> tuple[int, int]:
    """Rows and columns by which a layer is moved, its offset rounded to whole cells."""
    across, down = _in_cells(layer, tiled, grid)
    return _rounded(down), _rounded(across)


def _rounded(cells: float) -> int:
    """To the nearest; half a cell does not count, so that nothing leaves the map for it."""
    return int(math.copysign(math.ceil(abs(cells) - 0.5), cells))


def is_whole(layer: TileLayer, tiled: TiledMap, grid: tuple[float, float]) -> bool:
    """Whether a layer is moved by whole cells."""
    return all(abs(n - round(n)) < _ALIKE for n in _in_cells(layer, tiled, grid))


def _in_cells(layer: TileLayer, tiled: TiledMap, grid: tuple[float, float]) -> tuple[float, float]:
    """The offset in cells, without the last bits that adding up groups may leave."""
    across, down = (round((layer.offset[n] - grid[n]) / tiled.tile_size[n], 9) for n in range(2))
    return across, down


def ranks(game: GameLegend) -> Int[np.ndarray, " A"]:
    """How much each tile of the legend matters where several meet."""
    return np.array([PRECEDENCE.index(tile.role) for tile in game.legend.tiles])


def merged(
    layers: Sequence[KnownLayer], shifts: Sequence[tuple[int, int]], game: GameLegend,
    size: tuple[int, int],
) -> Merged:  # fmt: skip
    """The layers, from the bottom up, laid over one another in a map of ``size``."""
    rank = np.append(ranks(game), [-1, -1])  # of UNNAMED and NOTHING, which are no tiles
    tiles, owner = np.full(size, NOTHING), np.full(size, -1)
    cells = np.zeros(size, np.uint32)
    cut: list[int] = []
    for n, (known, shift) in enumerate(zip(layers, shifts, strict=True)):
        own = known.tiles[known.index]
        there, here = overlap(own.shape, shift, size)
        new = own[there]
        better = (new >= 0) & (rank[new] >= rank[tiles[here]])
        tiles[here] = np.where(better, new, tiles[here])
        owner[here] = np.where(better, n, owner[here])
        cells[here] = np.where(better, known.layer.cells[there], cells[here])
        cut.append(known.named - int((new >= 0).sum()))
    return Merged(tiles, owner, cells, tuple(cut))


def overlap(
    own: tuple[int, ...], shift: tuple[int, int], size: tuple[int, int]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The part of a layer that lies in a map of ``size``, and where it lies there."""
    there, here = list[slice](), list[slice]()
    for n in range(2):
        first = max(0, -shift[n])
        last = max(min(own[n], size[n] - shift[n]), first)
        there.append(slice(first, last))
        here.append(slice(first + shift[n], last + shift[n]))
    return (there[0], there[1]), (here[0], here[1])


def without_names(game: GameLegend) -> bool:
    """Whether the legend gives ids without saying of which tileset."""
    return any(tileset == ANY_TILESET for tileset, _ in game.ids)
