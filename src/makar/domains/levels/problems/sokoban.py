"""Statistics of a warehouse: as many crates as targets, and how long it takes to put them there."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.problems.flood import count_regions, lay_out
from makar.domains.levels.problems.sokoban_search import solve_2020
from makar.domains.levels.problems.sokoban_solver import solve

TILES = ("empty", "solid", "player", "crate", "target")
STATISTICS = ("player", "crate", "target", "regions", "ratio", "dist-win", "sol-length")
PASSABLE = np.array([True, False, True, True, True])


@njit(cache=True)
def measure(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 7"],
) -> None:
    """Write ``STATISTICS`` of the maps asked for; numbers stand for ``TILES``.

    ``ratio`` is how many crates there are more or fewer than targets, ``sol-length`` the steps
    of the shortest solution, 0 if there is none. ``dist-win`` is 0 where there is one and -1
    where the solver gave up; a map that cannot be played is as far off as ``H * W * (H + W)``.
    """
    for b in range(len(tiles)):
        if rows[b] and count_things(tiles[b], statistics[b]):
            statistics[b, 5], statistics[b, 6] = solve(tiles[b])


@njit(cache=True)
def measure_2020(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 7"],
) -> None:
    """See ``measure``; ``dist-win`` and ``sol-length`` are those of ``solve_2020``."""
    for b in range(len(tiles)):
        if rows[b] and count_things(tiles[b], statistics[b]):
            statistics[b, 5], statistics[b, 6] = solve_2020(tiles[b])


@njit(cache=True)
def count_things(tiles: UInt8[np.ndarray, "H W"], statistics: Int[np.ndarray, " 7"]) -> bool:
    """Write all but the solution; whether there is anything to solve."""
    H, W = tiles.shape
    statistics[:] = 0
    for y in range(H):
        for x in range(W):
            if tiles[y, x] >= 2:
                statistics[tiles[y, x] - 2] += 1
    cells = (H + 2) * (W + 2)
    ground = np.zeros(cells, np.int16)
    lay_out(tiles, PASSABLE, ground)
    distance, queue = np.empty(cells, np.int16), np.empty(cells, np.int16)
    statistics[3] = count_regions(ground, W + 2, distance, queue)
    statistics[4] = abs(statistics[1] - statistics[2])
    statistics[5] = H * W * (H + W)
    alone = statistics[0] == 1 and statistics[3] == 1
    return alone and statistics[1] == statistics[2] and statistics[1] > 0
