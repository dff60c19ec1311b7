"""How far every cell is from another: the flood that counts regions and measures paths.

Maps are flat and bordered: ``(H + 2) * (W + 2)`` cells, nothing passable on the border, so that
no neighbour needs to be checked against the edges. A cell holds the steps it takes to get there:
-1 where one can walk but has not been yet, and 0 where one cannot walk.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit


@njit(cache=True)
def lay_out(
    tiles: UInt8[np.ndarray, "H W"],
    passable: Bool[np.ndarray, " A"],
    ground: Int[np.ndarray, " N"],
) -> None:
    """Write into ``ground`` where one can walk (-1) and where not (0); its border must be 0."""
    H, W = tiles.shape
    for y in range(H):
        row = (y + 1) * (W + 2) + 1
        for x in range(W):
            ground[row + x] = -1 if passable[tiles[y, x]] else 0


@njit(cache=True)
def spread(
    distance: Int[np.ndarray, " N"], begin: int, stride: int, queue: Int[np.ndarray, " N"]
) -> int:
    """Walk from ``begin`` to all that can be reached.

    Args:
        distance: The ground; steps from ``begin`` are written into it.
        begin: A cell.
        stride: Cells in a row, with the border.
        queue: Receives the cells reached, nearest first.

    Returns:
        Cells reached, with the first.
    """
    distance[begin] = 0
    queue[0] = begin
    head, tail = 0, 1
    while head < tail:
        cell = queue[head]
        head += 1
        for step in (-1, 1, -stride, stride):
            other = cell + step
            if distance[other] < 0:
                distance[other] = distance[cell] + 1
                queue[tail] = other
                tail += 1
    return tail


@njit(cache=True)
def count_regions(
    ground: Int[np.ndarray, " N"],
    stride: int,
    distance: Int[np.ndarray, " N"],
    queue: Int[np.ndarray, " N"],
) -> int:
    """Connected parts of the ground; ``distance`` is overwritten."""
    distance[:] = ground
    regions = 0
    for cell in range(len(distance)):
        if distance[cell] < 0:
            spread(distance, cell, stride, queue)
            regions += 1
    return regions
