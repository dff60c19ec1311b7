"""The tile layers that a new level is drawn on: each tile goes to the layer of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, UInt8, UInt32

from makar.domains.levels.level.errors import LegendError
from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.level.level import Level
from makar.domains.levels.tiled.document import NewCells
from makar.domains.levels.tiled.meaning import Reading
from makar.domains.levels.tiled.merging import overlap, shift_of
from makar.domains.levels.tiled.read import LOCKED, TiledMap, TileLayer

Cells = UInt32[np.ndarray, "H W"]


@dataclass(frozen=True, eq=False)
class Sheets:
    """The layers of a map that a level is drawn on, and what of them stays.

    Attributes:
        template: The map.
        reading: What it means.
        path: The legend's file, for messages.
        layers: Those that were read, then all others that may be needed.
        kept: ``(H, W)`` cells of each, of the new level's size: what the legend does not name.
        own: ``(H, W)`` cells of each as the map has them.
        locked: ``(H, W)`` cells that the designer has locked.
        tiles: ``(H, W)`` their tiles.
        lost: Locked cells that do not fit into the new level.
    """

    template: TiledMap
    reading: Reading
    path: str
    layers: tuple[TileLayer, ...]
    kept: tuple[Cells, ...]
    own: tuple[Cells, ...]
    locked: Bool[np.ndarray, "H W"]
    tiles: UInt8[np.ndarray, "H W"]
    lost: int

    @classmethod
    def of(
        cls, template: TiledMap, reading: Reading, game: GameLegend, size: tuple[int, ...]
    ) -> Sheets:
        """The layers of a map for a level of ``size``, which stands on the map's floor."""
        shape = (size[0], size[1])
        read = [known.layer for known in reading.layers]
        others = [
            layer
            for layer in template.layers
            if layer.name != LOCKED
            and not any(layer is one for one in read)
            and (layer.name in game.layers if game.layers else layer.visible)
        ]
        layers = (*read, *others)
        own = tuple(_fitted(layer.cells, layer, reading, template, shape) for layer in layers)
        kept = [
            _fitted(np.where(known.tiles[known.index] >= 0, 0, known.layer.cells).astype(np.uint32),
                    known.layer, reading, template, shape)
            for known in reading.layers
        ]  # fmt: skip
        locked, lost = np.zeros(shape, bool), 0
        if (marks := template.locked) is not None:
            stamped = _fitted(marks.cells, marks, reading, template, shape)
            locked = stamped != 0
            within = _fitted(marks.cells, marks, reading, template, template.size)
            lost = int((within != 0).sum() - locked.sum())
        tiles = np.zeros(shape, np.uint8)
        there, here = overlap(template.size, (shape[0] - template.size[0], 0), shape)
        tiles[here] = reading.level.tiles[there]
        kept += own[len(read) :]
        return cls(template, reading, str(game.path), layers, tuple(kept), own, locked, tiles, lost)

    def drawn(
        self, level: Level, cells: Cells, homes: Mapping[int, str]
    ) -> dict[tuple[int, ...], NewCells]:
        """The new cells of each layer that changes, by its place in the document.

        Args:
            level: The level, with locked tiles.
            cells: How each of its cells is drawn.
            homes: Names of the layers that tiles lie on in the other maps of the game.

        Raises:
            LegendError: something is to be drawn, and the map has no layer for it.
        """
        new = [kept.copy() for kept in self.kept]
        changed = set(range(len(self.reading.layers)))
        for tile in np.unique(level.tiles).tolist():
            where = (level.tiles == tile) & ~self.locked & (cells != 0)
            if where.any():
                home = self._home(tile, homes)
                new[home][where] = cells[where]
                changed.add(home)
        for n in changed:
            new[n][self.locked] = self.own[n][self.locked]
        return {self.layers[n].place: NewCells(new[n], self._moved(n)) for n in sorted(changed)}

    def _home(self, tile: int, homes: Mapping[int, str]) -> int:
        """The layer that a tile goes to: where this map has it, or others, or the main one."""
        counts = [int(k.counts[k.tiles == tile].sum()) for k in self.reading.layers]
        if any(counts):
            return counts.index(max(counts))
        names = [layer.name for layer in self.layers]
        if tile in homes and homes[tile] in names:
            return names.index(homes[tile])
        if self.reading.main is not None:
            return self.reading.main
        if not self.layers:
            fault = f"{self.template.path.name} has no visible tile layer to draw on"
            raise LegendError(self.path, fault, remedy="Add one in Tiled")
        return 0

    def _moved(self, n: int) -> tuple[float, float]:
        rows, columns = shift_of(self.layers[n], self.template, self.reading.grid)
        return columns * self.template.tile_size[0], rows * self.template.tile_size[1]


def _fitted(
    cells: Cells, layer: TileLayer, reading: Reading, template: TiledMap, size: tuple[int, int]
) -> Cells:
    """A layer's cells where they lie in a level of ``size`` that stands on the map's floor."""
    rows, columns = shift_of(layer, template, reading.grid)
    found = np.zeros(size, np.uint32)
    frame = np.zeros(template.size, np.uint32)
    there, here = overlap(cells.shape, (rows, columns), template.size)
    frame[here] = cells[there]
    there, here = overlap(template.size, (size[0] - template.size[0], 0), size)
    found[here] = frame[there]
    return found
