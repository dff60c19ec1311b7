"""Is a level a copy? The stretch of it that some map of the corpus has too, almost tile for tile.

Two stretches of 28 columns, one of the level and one of a map, are compared cell by cell::

    share = cells that hold the same tile, other than empty / cells where either is not empty

so that empty sky, which all levels share, says nothing, while ground counts as any other tile.
From a share of 0.95 on the level is a near copy; 28 columns are what Volz et al. 2018 cut maps
into, about a screen's width. Every stretch of every map is a candidate, at every column.

Bare ground is nobody's: a stretch of a map is in the index only if it holds at least ``kinds``
(5) different columns. Flat ground is one kind, an enemy or a gap on it a second. With four or more
things on two rows of ground, a share of 0.95 allows two cells that differ, so that the match
cannot be made of ground alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from makar.core.types import Prompt, Works
from makar.domains.levels.level.columns import distinct_columns
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.play.analysis import tiles_of
from makar.domains.levels.tiles.diagonals import beside, likest, stretches

COLUMNS = 28
SHARE = 0.95
KINDS = 5
_AT_ONCE = 64  # levels whose columns are laid beside the corpus together
_BYTES = 1 << 27  # that this may take, whatever the size of the corpus
_BYTE = np.iinfo(np.uint8).max
_MOST_CELLS = np.iinfo(np.int16).max  # of a stretch, so that they can be counted


class Matches(NamedTuple):
    """The likest stretch of the corpus for each level; of equal ones the first.

    Attributes:
        share: ``(B,)`` of their tiles that are equal; 0 where nothing is.
        source: ``(B,)`` number of the map, -1 for none.
        start: ``(B,)`` first column of the stretch in the level.
        source_start: ``(B,)`` first column of the stretch in the map.
    """

    share: Float[np.ndarray, " B"]
    source: Int[np.ndarray, " B"]
    start: Int[np.ndarray, " B"]
    source_start: Int[np.ndarray, " B"]


@dataclass(frozen=True)
class WindowIndex:
    """A corpus of maps, laid end to end, to find copies of its stretches in.

    Maps and levels of unequal height are set on the same floor, with empty rows above.

    Attributes:
        tiles: ``(K, H)`` every column that the corpus has, once; 0 is empty, else tile + 1.
        kind: ``(L,)`` which of them stands where.
        offsets: ``(maps + 1,)`` where each map begins.
        legend: The game's tiles.
        columns: Width of a stretch; of levels that are narrower, all.
        share: From here on a stretch is a near copy.
        kinds: Different columns that a stretch of a map holds at least, to be anybody's.
    """

    tiles: UInt8[np.ndarray, "K H"]
    kind: Int[np.ndarray, " L"]
    offsets: Int[np.ndarray, " S"]
    legend: Legend
    columns: int = COLUMNS
    share: float = SHARE
    kinds: int = KINDS

    @classmethod
    def of(
        cls,
        maps: Sequence[Level],
        legend: Legend,
        *,
        columns: int = COLUMNS,
        share: float = SHARE,
        kinds: int = KINDS,
    ) -> WindowIndex:
        """Index the maps, whose tile numbers are the legend's.

        Raises:
            ValueError: there is no map, or one with another legend's tiles.
        """
        if not len(maps):
            raise ValueError("no map to compare with: give the maps the model learned from")
        for number, level in enumerate(maps):
            if level.names != legend.names:
                raise ValueError(f"map {number} has other tiles than the legend: read it with it")
        emptied = _emptied(legend)
        tallest = max(len(level.tiles) for level in maps)
        sides = [_taller(emptied[level.tiles].T, tallest) for level in maps]
        tiles, kind = distinct_columns(np.concatenate(sides))
        offsets = np.r_[0, np.cumsum([len(side) for side in sides])]
        return cls(tiles, kind, offsets, legend, columns, share, kinds)

    def nearest(self, works: Works[Level]) -> Matches:
        """For each level the likest stretch of the corpus, exactly."""
        tiles, emptied = tiles_of(works, self.legend), _emptied(self.legend)
        B, H, W = tiles.shape
        width = min(self.columns, W)
        standing = _taller(self.tiles, max(H, self.tiles.shape[1]), width)
        corpus = stretches(self.kind, self.offsets, width, self.kinds)
        zero = np.zeros(1, np.uint16 if standing.shape[1] > _BYTE else np.uint8)
        at_once, piece = _pieces(W, width, len(self.kind), zero.itemsize)
        found = np.tile([0, 1, 0, 0], (B, 1))
        for first in range(0, B, at_once):
            rows = slice(first, first + at_once)
            some = emptied[tiles[rows]].transpose(0, 2, 1)
            for begin in range(0, W - width + 1, piece - width + 1):
                part = some[:, begin : begin + piece]
                own, kind = distinct_columns(_taller(part.reshape(-1, H), standing.shape[1], width))
                same, other = beside(own, standing, self.kind, part.shape[1], zero)
                kinds = kind.reshape(part.shape[:2])
                _keep_better(found[rows], likest(kinds, same, other, corpus, width), begin)
        equal, unequal, start, found = found.T
        source = np.where(equal > 0, np.searchsorted(self.offsets, found, side="right") - 1, -1)
        return Matches(
            equal / np.maximum(equal + unequal, 1),
            source,
            np.where(equal > 0, start, 0),
            np.where(equal > 0, found - self.offsets[source], 0),
        )

    def too_near(self, works: Works[Level]) -> Bool[np.ndarray, " B"]:
        """True for levels with a stretch that is a near copy."""
        return self.nearest(works).share >= self.share

    def __call__(
        self, works: Works[Level], _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """The share of the likest stretch, as a reward part."""
        return self.nearest(works).share


def _emptied(legend: Legend) -> UInt8[np.ndarray, " A"]:
    """The tile numbers with 0 for all that is empty."""
    numbers = (np.arange(len(legend.tiles)) + 1).astype(np.uint8)
    numbers[legend.having("empty")] = 0
    return numbers


def _taller(
    columns: UInt8[np.ndarray, "N H"], height: int, width: int = 1
) -> UInt8[np.ndarray, "N T"]:
    """The columns with empty cells on top; ValueError if stretches of them are beyond counting."""
    if height * width > _MOST_CELLS:
        raise ValueError(
            f"near copies are found in stretches of at most {_MOST_CELLS} cells, got {width} "
            f"columns of {height} rows: compare fewer columns"
        )
    return np.pad(columns, ((0, 0), (height - columns.shape[1], 0)))


def _pieces(columns: int, width: int, corpus: int, size: int) -> tuple[int, int]:
    """How many levels, and how many of their columns, are laid beside the corpus together.

    Args:
        columns: Of a level.
        width: Of a stretch.
        corpus: Its columns.
        size: Bytes in which a column's rows are counted.
    """
    size *= 2  # equal and unequal ones
    if (most := _BYTES // (size * columns * (corpus + 2 * columns))) >= 1:
        return min(most, _AT_ONCE), columns
    piece = min(_BYTES // (2 * size * (corpus + 1)), math.isqrt(_BYTES // (4 * size)))
    return 1, max(piece, 2 * width)


def _keep_better(found: Int[np.ndarray, "B 4"], later: Int[np.ndarray, "B 4"], begin: int) -> None:
    """Replace matches by those of a later piece of the levels, which begins at a column."""
    better = later[:, 0] * found[:, 1] > found[:, 0] * later[:, 1]
    later[:, 2] += begin
    found[better] = later[better]
