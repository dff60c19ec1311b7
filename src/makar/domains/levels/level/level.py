"""Levels: maps of named tiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from jaxtyping import UInt8

from makar.core.types import Works


@dataclass(frozen=True, eq=False)
class Level:
    """One map.

    Attributes:
        tiles: ``(H, W)`` numbers of tiles, row 0 on top.
        names: What each number stands for.
    """

    tiles: UInt8[np.ndarray, "H W"]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.tiles.ndim != 2 or not self.tiles.size:
            raise ValueError(f"a level is a map of rows and columns, got {self.tiles.shape}")
        unknown = np.argwhere(self.tiles >= len(self.names))
        if len(unknown):
            y, x = unknown[0]
            raise ValueError(
                f"line {y + 1}, column {x + 1}: tile {self.tiles[y, x]} has no name: "
                f"use 0 to {len(self.names) - 1} ({', '.join(self.names)})"
            )

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Level)
            and self.names == other.names
            and np.array_equal(self.tiles, other.tiles)
        )

    def __hash__(self) -> int:
        return hash((self.names, self.tiles.shape, self.tiles.tobytes()))


@dataclass(frozen=True, eq=False)
class Levels(Sequence[Level]):
    """A batch of maps of one size.

    Attributes:
        tiles: ``(B, H, W)`` numbers of tiles, row 0 on top.
        names: What each number stands for.
    """

    tiles: UInt8[np.ndarray, "B H W"]
    names: tuple[str, ...]

    @classmethod
    def of(
        cls, works: Sequence[Level] | Works[Level], names: tuple[str, ...], size: tuple[int, int]
    ) -> Levels:
        """Single levels as a batch, of ``size`` where there is none; a batch is left as it is."""
        if isinstance(works, Levels):
            return works
        tiles = [works[i].tiles for i in range(len(works))]
        return cls(np.stack(tiles) if tiles else np.zeros((0, *size), np.uint8), names)

    def __len__(self) -> int:
        return len(self.tiles)

    @overload
    def __getitem__(self, index: int, /) -> Level: ...
    @overload
    def __getitem__(self, index: slice, /) -> Sequence[Level]: ...
    def __getitem__(self, index: int | slice, /) -> Level | Sequence[Level]:
        if isinstance(index, slice):
            return Levels(self.tiles[index], self.names)
        return Level(self.tiles[index], self.names)

    def take(self, indices: Iterable[int]) -> Levels:
        """See ``core.types.Works``."""
        return Levels(self.tiles[np.fromiter(indices, int)], self.names)
