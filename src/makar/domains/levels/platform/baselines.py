"""Levels that nobody had to learn to make: columns that follow one another as in the maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int, UInt8

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.level.columns import distinct_columns
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Levels
from makar.domains.levels.tiles.codec import COLUMNS
from makar.domains.levels.tiles.ends import with_ends


class ColumnChain:
    """A table of which column follows which two (Dahlskog, Togelius & Nelson 2014).

    Where no column ever followed these two, one is drawn that followed the last; where none did,
    any.

    Args:
        levels: Whose columns it knows.
        legend: What their tiles are.
    """

    def __init__(self, levels: Levels, legend: Legend) -> None:
        tiles = levels.tiles
        flat = np.ascontiguousarray(tiles.transpose(0, 2, 1).reshape(-1, tiles.shape[1]))
        self.columns, kind = distinct_columns(flat)
        self.names, self.legend = levels.names, legend
        self.starts: list[tuple[int, int]] = []
        self.after: dict[tuple[int, ...], list[int]] = {}
        for row in kind.reshape(len(tiles), tiles.shape[2]).tolist():
            self.starts.append((row[0], row[1]))
            for first, second, third in zip(row, row[1:], row[2:], strict=False):
                self.after.setdefault((first, second), []).append(third)
                self.after.setdefault((second,), []).append(third)

    def __call__(self, asked: Sequence[Prompt], seeds: Seeds) -> Levels:
        """A level a prompt, as many columns wide as it asks, with both its ends."""
        made = [
            self._one(int(p.condition[COLUMNS]), seeds.generator(i)) for i, p in enumerate(asked)
        ]
        return with_ends(Levels(np.stack(made), self.names), self.legend)

    def _one(self, width: int, random: np.random.Generator) -> UInt8[np.ndarray, "H W"]:
        row = [*self.starts[random.integers(len(self.starts))]]
        while len(row) < width:
            known = self.after.get((row[-2], row[-1])) or self.after.get((row[-1],))
            row.append(
                int(random.choice(known)) if known else int(random.integers(len(self.columns)))
            )
        picked: Int[np.ndarray, " W"] = np.array(row[:width])
        return np.ascontiguousarray(self.columns[picked].T)
