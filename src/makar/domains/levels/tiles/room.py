"""Room for the hero where a level begins: no enemy stands beside the start."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.play.reach import START_COLUMNS

_FAR = -(1 << 20)
"""Column and row of a start that there is not."""


class StartingRoom:
    """Keeps enemies and starts apart in levels in the making.

    Args:
        legend: The game.
        clear: Columns and rows from the start in which no enemy stands; 0: one may stand anywhere.
        grid: ``(B, W, H)`` what is written, column by column from the ground up.
    """

    def __init__(self, legend: Legend, clear: int, grid: Int[np.ndarray, "B W H"]) -> None:
        self.enemies, self.starts = legend.having("enemy"), legend.having("start")
        self.clear, self.grid = clear, grid
        self.start = np.full((len(grid), 2), _FAR)

    def note(self, column: int, row: int, written: Int[np.ndarray, " B"]) -> None:
        """Remember where a start was written."""
        self.start[self.starts[written]] = column, row

    def keep(
        self,
        column: int,
        row: int,
        begins: Bool[np.ndarray, " B"],
        allowed: Bool[np.ndarray, "B A"],
    ) -> None:
        """Take away enemies beside the start, and a start beside enemies.

        Args:
            column: Of the cell to be written.
            row: The same, from the ground up.
            begins: Whether each level has its left end.
            allowed: Tiles that may stand there.
        """
        if not self.clear or not self.enemies.any() or not begins.any():
            return
        if not self.starts.any():
            if column - (START_COLUMNS - 1) < self.clear:
                allowed &= ~(begins[:, None] & self.enemies)
            return
        beside = np.abs(self.start - (column, row)).max(1) < self.clear
        allowed &= ~((begins & beside)[:, None] & self.enemies)
        if (allowed & self.starts).any():
            allowed &= ~((begins & self._ambushed(column, row))[:, None] & self.starts)

    def _ambushed(self, column: int, row: int) -> Bool[np.ndarray, " B"]:
        """Whether an enemy was written beside a cell."""
        first = max(column - self.clear + 1, 0)
        rows = slice(max(row - self.clear + 1, 0), row + self.clear)
        before = self.enemies[self.grid[:, first:column, rows]].any((1, 2))
        return np.logical_or(before, self.enemies[self.grid[:, column, rows.start : row]].any(1))


def without_ambush(
    tiles: UInt8[np.ndarray, "B H W"], legend: Legend, clear: int
) -> UInt8[np.ndarray, "B H W"]:
    """The levels without the enemies that stand beside a start."""
    tiles, enemies = tiles.copy(), legend.having("enemy")
    for b, y, x in np.argwhere(legend.having("start")[tiles]).tolist():
        rows, columns = (slice(max(at - clear + 1, 0), at + clear) for at in (y, x))
        around = tiles[b, rows, columns]
        around[enemies[around]] = legend.empty
    return tiles
