"""Which tile may stand where: rules that a corpus keeps without being told.

Of things that are two tiles wide, such as a tube, the left half always has the right half beside
it, and on both stands more tube or its rim; who walks needs a floor. Such rules are found in the
maps, so that a model can be kept from breaking them, whatever the game.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.play.reach import START_COLUMNS

ALWAYS = 0.9
"""Share of cases from which on two tiles are halves of one thing: maps have their slips."""
WALKS = 0.45
"""Share of an enemy's places from which on it is one that stands: some maps drop it from above."""
SELDOM_UPPER, SELDOM_LOWER = 0.01, 0.05
"""Something on or under half a thing is a slip if rarer than these shares of upper and lower."""
BESIDE, APART = 3, 8
"""Cells that an enemy keeps from the start: as many as in the maps, within these."""
NONE = -1


@dataclass(frozen=True)
class TileRules:
    """Rules for ``A`` tiles.

    Attributes:
        over: ``over[a, b]``: whether tile ``b`` may stand on tile ``a``; in row ``A``, whether on
            the lower edge of the map.
        right_half: Of each tile the one that must be at its right, or ``NONE``.
        left_half: The same at its left.
        once: Tiles of which a map has one at most.
        empty: The tile that may stand where nothing else may.
        within: Columns from a map's left end in which starts stand, and from its right end in
            which goals do; a map that may have its goal anywhere is soon one that is won at once.
        clear: Columns and rows from the start in which no enemy stands.
    """

    over: Bool[np.ndarray, "A1 A"]
    right_half: Int[np.ndarray, " A"]
    left_half: Int[np.ndarray, " A"]
    once: Bool[np.ndarray, " A"]
    empty: int
    within: tuple[int, int]
    clear: int = BESIDE

    @classmethod
    def of(cls, maps: Sequence[UInt8[np.ndarray, "H W"]], legend: Legend) -> TileRules:
        """The rules that these maps keep."""
        A = len(legend.tiles)
        stands, beside = np.zeros((A + 1, A), np.int64), np.zeros((A, A), np.int64)
        for tiles in maps:
            floor = np.vstack((tiles[1:], np.full((1, tiles.shape[1]), A, np.uint8)))
            np.add.at(stands, (floor, tiles), 1)
            np.add.at(beside, (tiles[:, :-1], tiles[:, 1:]), 1)
        upper, lower = np.maximum(stands.sum(0), 1), np.maximum(stands.sum(1, keepdims=True), 1)
        right, left = _halves(beside)
        half = (right != NONE) | (left != NONE)
        often = (stands >= SELDOM_UPPER * upper) | (stands >= SELDOM_LOWER * lower)
        over = (stands > 0) & (often | ~(np.append(half, False)[:, None] | half[None]))
        solid = np.append(legend.having("solid"), False)
        walks = legend.having("enemy") & (stands[solid].sum(0) >= WALKS * upper)
        over[:, walks] = solid[:, None]
        over |= solid[:, None] & legend.having("start", "goal")
        within = _within(maps, legend)
        return cls(
            _mirrored(over, right), right, left, legend.having("start"), legend.empty, within,
            _clearance(maps, legend),
        )  # fmt: skip

    def settled(self, tiles: UInt8[np.ndarray, "H W"]) -> UInt8[np.ndarray, "H W"]:
        """The map with what may not float put down where it would land, or taken away."""
        tiles, falls = tiles.copy(), ~self.over[self.empty]
        falls[self.empty] = False
        falls &= (self.right_half == NONE) & (self.left_half == NONE)
        for y in range(len(tiles) - 2, -1, -1):
            for x in np.flatnonzero(falls[tiles[y]] & (tiles[y + 1] == self.empty)):
                below = tiles[y + 1 :, x]
                landed = np.flatnonzero(below != self.empty)
                tile, tiles[y, x] = tiles[y, x], self.empty
                if len(landed) and self.over[below[landed[0]], tile]:
                    tiles[y + landed[0], x] = tile
        return tiles

    def broken(self, tiles: UInt8[np.ndarray, "B H W"]) -> Bool[np.ndarray, " B"]:
        """Maps in which a rule is broken; what the sides cut through is none."""
        A = len(self.over) - 1
        floor = np.concatenate((tiles[:, 1:], np.full_like(tiles[:, :1], A)), 1)
        bad = (~self.over[floor, tiles]).any((1, 2))
        here, right = tiles[:, :, :-1], tiles[:, :, 1:]
        parted = (self.right_half[here] != NONE) & (self.right_half[here] != right)
        parted |= (self.left_half[right] != NONE) & (self.left_half[right] != here)
        return bad | parted.any((1, 2)) | (self.once[tiles].sum((1, 2)) > 1)


def _halves(beside: Int[np.ndarray, "A A"]) -> tuple[np.ndarray, np.ndarray]:
    """Right and left halves, from how often which tile is at the right of which."""
    right = np.full(len(beside), NONE)
    left = right.copy()
    for a, b in np.argwhere(beside > 0):
        both = beside[a, b] / max(beside[a].sum(), beside[:, b].sum())
        if a != b and both >= ALWAYS:
            right[a], left[b] = b, a
    return right, left


def _within(maps: Sequence[UInt8[np.ndarray, "H W"]], legend: Legend) -> tuple[int, int]:
    """How far from their ends the maps have their starts and goals."""
    starts, goals = legend.having("start"), legend.having("goal")
    left = [int(np.flatnonzero(starts[m].any(0)).max(initial=-1)) + 1 for m in maps]
    right = [int((m.shape[1] - np.flatnonzero(goals[m].any(0))).max(initial=0)) for m in maps]
    return max(left, default=0), max(right, default=0)


def _clearance(maps: Sequence[UInt8[np.ndarray, "H W"]], legend: Legend) -> int:
    """How far the nearest enemy of all maps is from a start: in columns or rows, the more of both.

    In a game without a start tile that is the end of the columns in which the hero starts.
    """
    starts, enemies, nearest = legend.having("start"), legend.having("enemy"), APART
    for tiles in maps:
        there = np.argwhere(enemies[tiles])
        if not starts.any():
            away = there[:, 1:] - (START_COLUMNS - 1)
        else:
            away = np.abs(there[:, None] - np.argwhere(starts[tiles])[None]).max(2)
        nearest = min(nearest, int(away.min(initial=APART)))
    return max(nearest, BESIDE)


def _mirrored(
    over: Bool[np.ndarray, "A1 A"], right_half: Int[np.ndarray, " A"]
) -> Bool[np.ndarray, "A1 A"]:
    """The rules without what would leave a right half nothing to stand on.

    Beside a left half on some floor, its right half must be able to stand on the same floor, or
    on that floor's own right half.
    """
    A = len(right_half)
    over, itself = over.copy(), np.arange(A)
    beside = np.where(right_half == NONE, itself, right_half)
    floor = np.append(beside, A)
    halves = right_half != NONE
    concerned = np.append(halves, False)[:, None] | halves[None]
    return over & (~concerned | over[floor][:, beside])


@njit(cache=True)
def fits(
    left: Int[np.ndarray, "B H"],
    inner: Bool[np.ndarray, "B 2"],
    over: Bool[np.ndarray, "A1 A"],
    right_half: Int[np.ndarray, " A"],
    left_half: Int[np.ndarray, " A"],
    once: Bool[np.ndarray, " A"],
    can: Bool[np.ndarray, "B H A"],
) -> None:
    """Write which tiles can stand where in a column, so that it can be filled up to its top.

    Args:
        left: The column before, from the ground up; -1 where there is none.
        inner: Whether the column may begin with right halves, and end with left ones.
        over: Which tile may stand on which; see ``TileRules`` for this and what follows.
        right_half: What each tile must have at its right.
        left_half: What each tile must have at its left.
        once: Tiles of which a map has one at most.
        can: Receives the answer, but for what the tile right below allows.
    """
    B, H = left.shape
    A = len(right_half)
    for b in range(B):
        for row in range(H - 1, -1, -1):
            beside = left[b, row]
            owed = right_half[beside] if beside >= 0 else NONE
            for tile in range(A):
                if owed != NONE:
                    good = tile == owed
                else:
                    good = left_half[tile] == NONE or (beside < 0 and inner[b, 0])
                    good = good and (right_half[tile] == NONE or inner[b, 1])
                if good and row + 1 < H:
                    good = False
                    for upper in range(A):
                        if can[b, row + 1, upper] and over[tile, upper] and not once[upper]:
                            good = True
                            break
                can[b, row, tile] = good
