"""A walker among blocks: where somebody two tiles high can stand, step and jump.

After Jiang et al. 2022, *Learning Controllable 3D Level Generators*, CoG, arXiv 2206.13623, whose
program's walker this one resembles. Who stands has the feet in air, air for the head above them,
and a block, or the bottom of the map, below; the head stays within the map. To one of the four
sides one can

- walk on, to where one can stand at the same height;
- step down or up by one, if the lower end has air for one tile more over the head;
- jump over one column that is open for two tiles below the lower end at least, to where one can
  stand at the same height or one higher or lower. All three columns need air for one tile over
  the head at the higher end.

Every move can be made back. Deviations from that program:

1. There, a jump up needs less air than the jump back down; here both need the same.
2. There, the bottom of the map can be walked on, but no walk begins there.
3. There, a path is as long as the cells that it goes through; here, as it has moves.

Maps are flat, with a border of blocks: one cell at the sides, two below and above.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

BELOW = 2
"""Layers of border below the map, and above."""


@njit(cache=True)
def lay_out_voxels(tiles: UInt8[np.ndarray, "D H W"], air: Bool[np.ndarray, " N"]) -> None:
    """Write into ``air`` where tile 0 is; its border must be False."""
    D, H, W = tiles.shape
    for z in range(D):
        for y in range(H):
            row = ((z + BELOW) * (H + 2) + y + 1) * (W + 2) + 1
            for x in range(W):
                air[row + x] = tiles[z, y, x] == 0


@njit(cache=True)
def stands(air: Bool[np.ndarray, " N"], cell: int, layer: int) -> bool:
    """Whether one can stand with the feet in this cell; ``layer`` is the cells of a layer."""
    return air[cell] and air[cell + layer] and not air[cell - layer]


@njit(cache=True)
def _lands(air: Bool[np.ndarray, " N"], cell: int, step: int, layer: int) -> int:
    """The cell that a jump over the next column in the direction ``step`` leads to, or -1."""
    over, landing = cell + step, cell + 2 * step
    if not (air[over] and air[over - layer] and air[over - 2 * layer] and air[over + 2 * layer]):
        return -1  # so it is with most, and soon known
    for rise in range(-1, 2):
        if not stands(air, landing + rise * layer, layer):
            continue
        lowest, highest = min(rise, 0) - 2, max(rise, 0) + 2
        for height in range(lowest, highest + 1):
            if not air[over + height * layer]:
                return -1
        for height in range(2, highest + 1):
            if not air[cell + height * layer] or not air[landing + height * layer]:
                return -1
        return landing + rise * layer
    return -1


@njit(cache=True)
def move(air: Bool[np.ndarray, " N"], cell: int, step: int, layer: int) -> tuple[int, bool]:
    """Where the move in one direction leads, -1 where there is none; and whether it is a jump."""
    beside = cell + step
    if stands(air, beside, layer):
        return beside, False
    if stands(air, beside - layer, layer) and air[beside + layer]:
        return beside - layer, False
    if stands(air, beside + layer, layer) and air[cell + 2 * layer]:
        return beside + layer, False
    landing = _lands(air, cell, step, layer)
    return landing, landing >= 0


@njit(cache=True)
def walk_voxels(
    air: Bool[np.ndarray, " N"],
    begin: int,
    stride: tuple[int, int],
    distance: Int[np.ndarray, " N"],
    jumps: Int[np.ndarray, " N"],
    queue: Int[np.ndarray, " N"],
) -> int:
    """Go from ``begin`` to all that can be reached.

    Args:
        air: Where there is no block.
        begin: A cell where one can stand.
        stride: Cells in a row, and in a layer, with the border.
        distance: -1 where nobody was yet; receives the moves from ``begin``.
        jumps: Receives the fewest jumps among ways of so many moves.
        queue: Receives the cells reached, nearest first.

    Returns:
        Cells reached, with the first.
    """
    row, layer = stride
    distance[begin], jumps[begin], queue[0] = 0, 0, begin
    head, tail = 0, 1
    while head < tail:
        cell = queue[head]
        head += 1
        for step in (-1, 1, -row, row):
            other, jumped = move(air, cell, step, layer)
            if other < 0:
                continue
            if distance[other] < 0:
                distance[other], jumps[other] = distance[cell] + 1, jumps[cell] + jumped
                queue[tail] = other
                tail += 1
            elif distance[other] == distance[cell] + 1:
                jumps[other] = min(jumps[other], jumps[cell] + jumped)
    return tail


@njit(cache=True)
def farthest(distance: Int[np.ndarray, " N"], queue: Int[np.ndarray, " N"], reached: int) -> int:
    """Of the cells that took the most moves, the first in reading order, lowest layer first."""
    far = queue[reached - 1]
    for i in range(reached - 2, -1, -1):
        if distance[queue[i]] < distance[far]:
            break
        far = min(far, queue[i])
    return far
