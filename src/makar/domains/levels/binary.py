"""Statistics of a cave: how many parts it falls into, and how long its longest path is."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.spreading import lay_out, spread

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
    ground = np.zeros(cells, np.bool_)
    there, back = np.empty(cells, np.int32), np.empty(cells, np.int32)
    queue = np.empty(cells, np.int32)
    for b in range(B):
        if rows[b]:
            lay_out(tiles[b], passable, ground)
            regions, path = _regions_and_path(ground, W + 2, there, back, queue)
            statistics[b, 0], statistics[b, 1] = regions, path


@njit(cache=True)
def _regions_and_path(
    ground: Bool[np.ndarray, " N"],
    stride: int,
    there: Int[np.ndarray, " N"],
    back: Int[np.ndarray, " N"],
    queue: Int[np.ndarray, " N"],
) -> tuple[int, int]:
    """Parts of the cave, and its longest path.

    The path is found by two walks in each part: to a cell farthest from the part's first one,
    and on from there. Exact in a cave without loops, else a lower bound, as in gym-pcgrl; of
    several farthest cells the first in reading order begins the second walk.
    """
    there[:] = -1
    back[:] = -1
    regions = longest = 0
    for cell in range(len(ground)):
        if ground[cell] and there[cell] < 0:
            regions += 1
            reached = spread(ground, cell, stride, there, queue)
            farthest = there[queue[reached - 1]]
            far, i = queue[reached - 1], reached - 2
            while i >= 0 and there[queue[i]] == farthest:
                far = min(far, queue[i])
                i -= 1
            reached = spread(ground, far, stride, back, queue)
            longest = max(longest, back[queue[reached - 1]])
    return regions, longest
