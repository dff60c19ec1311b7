"""Statistics of a cave: how many parts it falls into, and how long its longest path is."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.problems.flood import lay_out, spread

STATISTICS = ("regions", "path-length")


@njit(cache=True)
def measure(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 2"],
) -> None:
    """Write ``STATISTICS`` of the maps asked for; tile 0 is open, tile 1 rock."""
    B, H, W = tiles.shape
    cells = (H + 2) * (W + 2)
    passable = np.array([True, False])
    there, back = np.zeros(cells, np.int16), np.empty(cells, np.int16)
    queue = np.empty(cells, np.int16)
    for b in range(B):
        if rows[b]:
            lay_out(tiles[b], passable, there)
            regions, path = _regions_and_path(there, W + 2, back, queue)
            statistics[b, 0], statistics[b, 1] = regions, path


@njit(cache=True)
def _regions_and_path(
    there: Int[np.ndarray, " N"],
    stride: int,
    back: Int[np.ndarray, " N"],
    queue: Int[np.ndarray, " N"],
) -> tuple[int, int]:
    """Parts of the cave, and its longest path.

    The path is found by two walks in each part: to a cell farthest from the part's first one,
    and on from there. Exact in a cave without loops, else a lower bound, as in gym-pcgrl; of
    several farthest cells the first in reading order begins the second walk.
    """
    back[:] = there
    regions = longest = 0
    for cell in range(len(there)):
        if there[cell] < 0:
            regions += 1
            reached = spread(there, cell, stride, queue)
            farthest = there[queue[reached - 1]]
            far, i = queue[reached - 1], reached - 2
            while i >= 0 and there[queue[i]] == farthest:
                far = min(far, queue[i])
                i -= 1
            reached = spread(back, far, stride, queue)
            longest = max(longest, int(back[queue[reached - 1]]))
    return regions, longest
