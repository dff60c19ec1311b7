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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from numba import njit

from makar.core.types import Prompt, Works
from makar.domains.levels.level.columns import distinct_columns
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.play.analysis import tiles_of

COLUMNS = 28
SHARE = 0.95
KINDS = 5
_AT_ONCE = 64  # levels whose columns are laid beside the corpus together
_BYTES = 1 << 27  # that this may take, whatever the size of the corpus


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
            ValueError: there is no map, or one with another legend's tiles or above 255 rows.
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
        tallest = max(H, self.tiles.shape[1])
        corpus, ours = _stretches(self.kind, self.offsets, width, self.kinds), []
        standing = _taller(self.tiles, tallest)
        most = _BYTES // (2 * W * (len(self.kind) + 2 * W))
        at_once = min(max(most, 1), _AT_ONCE)
        for first in range(0, B, at_once):
            some = emptied[tiles[first : first + at_once]].transpose(0, 2, 1)
            own, kind = distinct_columns(_taller(some.reshape(-1, H), tallest))
            same, other = _beside(own, standing, self.kind, W)
            ours.append(_likest(kind.reshape(-1, W), same, other, corpus, width))
        equal, unequal, start, found = np.concatenate(ours or [np.zeros((0, 4), np.int64)]).T
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


def _taller(columns: UInt8[np.ndarray, "N H"], height: int) -> UInt8[np.ndarray, "N T"]:
    """The columns with empty cells on top; ValueError beyond what a byte counts."""
    if height > 255:
        raise ValueError(f"near copies are found in levels of at most 255 rows, got {height}")
    return np.pad(columns, ((0, 0), (height - columns.shape[1], 0)))


@njit(cache=True)
def _stretches(
    kind: Int[np.ndarray, " L"], offsets: Int[np.ndarray, " S"], width: int, kinds: int
) -> Bool[np.ndarray, " L"]:
    """True where a stretch begins that ends in the same map and has enough kinds of columns."""
    begins = np.zeros(len(kind), np.bool_)
    seen = np.full(len(kind), -1, np.int64)  # the last stretch that a kind was met in
    for source in range(len(offsets) - 1):
        for j in range(offsets[source], offsets[source + 1] - width + 1):
            met = 0
            for column in kind[j : j + width]:
                met += seen[column] != j
                seen[column] = j
            begins[j] = met >= kinds
    return begins


@njit(cache=True)
def _beside(
    own: UInt8[np.ndarray, "O H"],
    corpus: UInt8[np.ndarray, "K H"],
    kind: Int[np.ndarray, " L"],
    margin: int,
) -> tuple[UInt8[np.ndarray, "O M"], UInt8[np.ndarray, "O M"]]:
    """Every column of the levels beside every column of the corpus.

    Returns:
        Cells with the same tile, and cells with another; ``margin`` columns before and after.
    """
    rows = np.ascontiguousarray(corpus.T)
    same = np.zeros((len(own), len(kind) + 2 * margin), np.uint8)
    other = np.zeros((len(own), len(kind) + 2 * margin), np.uint8)
    equal, unequal = np.zeros(len(corpus), np.uint8), np.zeros(len(corpus), np.uint8)
    for o in range(len(own)):
        equal[:] = 0
        unequal[:] = 0
        for y in range(len(rows)):
            tile, row = own[o, y], rows[y]
            for k in range(len(row)):
                unequal[k] += row[k] != tile
            if tile:
                for k in range(len(row)):
                    equal[k] += row[k] == tile
        for j in range(len(kind)):
            same[o, margin + j] = equal[kind[j]]
            other[o, margin + j] = unequal[kind[j]]
    return same, other


@njit(cache=True)
def _likest(
    works: Int[np.ndarray, "B W"],
    same: UInt8[np.ndarray, "O M"],
    other: UInt8[np.ndarray, "O M"],
    begins: Bool[np.ndarray, " L"],
    width: int,
) -> Int[np.ndarray, "B 4"]:
    """Equal cells, unequal cells, first column in the level and in the corpus of the best match.

    Place ``d`` of ``equal`` belongs to one diagonal: the stretch of the level that begins at
    ``i`` beside that of the corpus that begins at ``d + i - W``. From ``i`` to ``i + 1`` all
    diagonals take one pair of columns in and let one go, in one pass that the machine does many
    at a time.
    """
    B, W = works.shape
    diagonals = same.shape[1] - W
    allowed = np.zeros(same.shape[1], np.int32)
    allowed[W : W + len(begins)] = begins
    answer = np.zeros((B, 4), np.int64)
    for b in range(B):
        equal, unequal = np.zeros(diagonals, np.int16), np.zeros(diagonals, np.int16)
        for t in range(width):
            equal += same[works[b, t], t : t + diagonals]
            unequal += other[works[b, t], t : t + diagonals]
        best_equal, best_unequal = 0, 1
        for i in range(W - width + 1):
            if i:
                out, into, last = works[b, i - 1], works[b, i + width - 1], i + width - 1
                _slide(equal, same[out, i - 1 :], same[into, last:])
                _slide(unequal, other[out, i - 1 :], other[into, last:])
            if _any_better(equal, unequal, allowed[i:], best_equal, best_unequal):
                for d in range(diagonals):
                    more = equal[d] * best_unequal > best_equal * unequal[d]
                    if more and allowed[i + d]:
                        best_equal, best_unequal = np.int64(equal[d]), np.int64(unequal[d])
                        answer[b] = best_equal, best_unequal, i, d + i - W
    return answer


@njit(cache=True)
def _slide(
    sums: Int[np.ndarray, " N"], out: UInt8[np.ndarray, " M"], into: UInt8[np.ndarray, " P"]
) -> None:
    """Every stretch loses the column pair before it and takes in the one at its end."""
    for d in range(len(sums)):
        sums[d] += np.int16(into[d]) - np.int16(out[d])


@njit(cache=True)
def _any_better(
    equal: Int[np.ndarray, " N"],
    unequal: Int[np.ndarray, " N"],
    allowed: Int[np.ndarray, " M"],
    best_equal: int,
    best_unequal: int,
) -> bool:
    """Whether an allowed stretch has a larger share than the best."""
    a, b, found = np.int32(best_unequal), np.int32(best_equal), np.int32(0)
    for d in range(len(equal)):
        better = np.int32(equal[d]) * a > b * np.int32(unequal[d])
        found |= np.int32(better) & allowed[d]
    return found != 0
