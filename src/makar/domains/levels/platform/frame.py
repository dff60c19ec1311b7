"""The part of a large level that a model goes on from: some of its rows, and its last columns.

A model writes columns of one height, and reads the level that is given tile by tile. What is
higher goes on in the rows that the quickest way leaves it in; of what is wider the last columns are
read. The rows above and below go on as the last column has them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.play.analysis import Analyst

MOST_GIVEN = 4_200
"""Cells that are read, such as 300 columns of 14 rows: a step of the network each."""
FEWEST_COLUMNS = 60
"""Columns that are read, however high they are."""
OVERHEAD = 2 / 3
"""Of the rows of a frame so many lie above the place that the way ends in."""


@dataclass(frozen=True)
class Frame:
    """A level, and what of it is gone on from.

    Attributes:
        whole: The level; as high as the model's or higher.
        top: The first row that is read.
        rows: How many are: the model's height.
        first: The first column that is read.
        legend: The game.
    """

    whole: Level
    top: int
    rows: int
    first: int
    legend: Legend

    @classmethod
    def of(cls, level: Level, rows: int, legend: Legend) -> Frame:
        """The frame of a level for a model whose levels have ``rows`` rows."""
        high, wide = level.tiles.shape
        columns = max(MOST_GIVEN // rows, FEWEST_COLUMNS)
        padded = np.pad(
            level.tiles, ((max(rows - high, 0), 0), (0, 0)), constant_values=legend.empty
        )
        top = _end(level, legend) - round(OVERHEAD * rows) if high > rows else 0
        top = min(max(top, 0), len(padded) - rows)
        return cls(Level(padded, level.names), top, rows, max(wide - columns, 0), legend)

    @property
    def given(self) -> Level:
        """What the model is given."""
        tiles = self.whole.tiles[self.top : self.top + self.rows, self.first :]
        return Level(tiles, self.whole.names)

    @property
    def is_whole(self) -> bool:
        """Whether all of the level is."""
        return self.given.tiles.shape == self.whole.tiles.shape

    def joined(self, made: Level) -> Level:
        """The whole level with the columns that a model added to what it was given."""
        if self.is_whole:
            return made
        new = made.tiles[:, self.given.tiles.shape[1] :]
        last = self.whole.tiles[:, -1:]
        last = np.where(self.legend.having("solid")[last], last, self.legend.empty)
        added = np.repeat(last, new.shape[1], axis=1).astype(np.uint8)
        added[self.top : self.top + self.rows] = new
        return Level(np.hstack((self.whole.tiles, added)), self.whole.names)

    @property
    def note(self) -> str:
        """What of the level is read, in words; empty if all of it is."""
        high, wide = self.whole.tiles.shape
        rows = f"of its {high} rows {self.top + 1} to {self.top + self.rows}"
        columns = f"of its {wide} columns the last {wide - self.first}"
        parts = [rows] * (high > self.rows) + [columns] * (self.first > 0)
        return f"gone on from, and judged, are {' and '.join(parts)}" if parts else ""


def _end(level: Level, legend: Legend) -> int:
    """The row in which the quickest way through a level ends, or its lowest one."""
    analysis = Analyst(legend)(Levels(level.tiles[None], level.names))
    way = analysis.way(0)
    return int(way[-1, 1]) if len(way) else len(level.tiles) - 1
