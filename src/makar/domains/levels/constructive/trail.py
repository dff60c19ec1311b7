"""A level while it is built from left to right, and what every piece of it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.level.legend import MARIO

ROWS = 14
"""Rows of a level in the Video Game Level Corpus's alphabet."""

_NUMBER = {tile.symbol: number for number, tile in enumerate(MARIO.tiles)}
SKY, COIN, _GROUND = _NUMBER["-"], _NUMBER["o"], _NUMBER["X"]
BLOCKS = frozenset(_NUMBER[symbol] for symbol in "S?Q")
"""Bricks and question blocks."""


@dataclass
class Trail:
    """The columns built so far. Altitude 0 is the bottom row.

    Attributes:
        random: Where chance comes from.
        hardness: 0 easy to 1 hard, at the place being built.
        height: Rows of ground at the right end; a hero who stands on it is at that altitude.
        columns: Tiles of each column, from the bottom up.
    """

    random: np.random.Generator
    hardness: float
    height: int
    columns: list[list[int]] = field(default_factory=list[list[int]])

    def __len__(self) -> int:
        return len(self.columns)

    def tiles(self) -> UInt8[np.ndarray, "H W"]:
        """The map, row 0 on top."""
        return np.array(self.columns, np.uint8).T[::-1]

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return bool(self.random.random() < share)

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included; ``low`` if they cross."""
        return int(self.random.integers(low, max(low, high) + 1))

    def up_to(self, low: int, high: int) -> int:
        """A whole number from ``low`` to what hardness allows of ``high``."""
        return self.between(low, low + round((high - low) * self.hardness))

    def one_of(self, symbols: str) -> str:
        """One of the characters."""
        return symbols[int(self.random.integers(len(symbols)))]

    def ground(self, columns: int, *, height: int | None = None) -> int:
        """Lay ground, of a new height if one is given; return its first column."""
        first = len(self)
        self.height = self.height if height is None else height
        for _ in range(columns):
            self.columns.append([_GROUND] * self.height + [SKY] * (ROWS - self.height))
        return first

    def gap(self, columns: int) -> int:
        """Leave the ground out; return the first column."""
        first = len(self)
        self.columns += [[SKY] * ROWS for _ in range(columns)]
        return first

    def put(self, column: int, altitude: int, symbol: str) -> None:
        """Set one tile; nothing is set above the map."""
        if altitude < ROWS:
            self.columns[column][altitude] = _NUMBER[symbol]

    def row(self, column: int, altitude: int, symbols: Sequence[str]) -> None:
        """Set tiles side by side."""
        for i, symbol in enumerate(symbols):
            self.put(column + i, altitude, symbol)

    def pipe(self, column: int, rows: int) -> None:
        """A pipe of two columns on the ground."""
        for altitude in range(self.height, self.height + rows - 1):
            self.row(column, altitude, "[]")
        self.row(column, self.height + rows - 1, "<>")

    def cannon(self, column: int, rows: int) -> None:
        """A cannon on its stand, on the ground."""
        for altitude in range(self.height, self.height + rows - 1):
            self.put(column, altitude, "b")
        self.put(column, self.height + rows - 1, "B")

    def patrol(self, first: int, last: int, altitude: int, *, most: int = 3) -> None:
        """Perhaps set a few enemies on what carries columns ``first`` to ``last``, off its ends."""
        count = self.up_to(1, most)
        if last - first - 3 >= count and self.chance(0.4 + 0.6 * self.hardness):
            column = self.between(first + 2, last - 1 - count)
            self.row(column, altitude, "E" * count)

    def arc(self, first: int, columns: int, altitude: int) -> None:
        """Coins along a jump over ``columns``; they are passed through."""
        for i in range(columns):
            away = abs(2 * i - (columns - 1)) / max(columns, 2)
            self.put(first + i, altitude + 3 - round(2 * away * away), "o")
