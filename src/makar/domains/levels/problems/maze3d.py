"""Statistics of a maze of blocks: its parts, its longest way, and the jumps on that way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.problems.voxel_walker import (
    BELOW,
    farthest,
    lay_out_voxels,
    move,
    stands,
    walk_voxels,
)

TILES = ("air", "dirt")
STATISTICS = ("regions", "path-length", "n_jump")


@njit(cache=True)
def measure(
    depth: int,
    tiles: UInt8[np.ndarray, "B DH W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 3"],
) -> None:
    """Write ``STATISTICS`` of the maps asked for; numbers stand for ``TILES``.

    Parts of the air that touch by their faces; the moves of the longest way of the walker of
    ``makar.domains.levels.problems.voxel_walker``; the fewest jumps with which that way can be
    gone. The way is found as in ``binary``: by two walks in each part, so that it is a lower bound
    where ways run in circles. Of ways equally long the first in reading order counts.

    Args:
        depth: Layers of a map, which lie below one another, the lowest first.
        tiles: The maps.
        rows: Which of them to look at.
        statistics: Receives the numbers.
    """
    B, DH, W = tiles.shape
    H = DH // depth
    stride = (W + 2, (H + 2) * (W + 2))
    cells = (depth + 2 * BELOW) * stride[1]
    air = np.zeros(cells, np.bool_)
    there, back = np.empty(cells, np.int32), np.empty(cells, np.int32)
    jumps, queue = np.empty(cells, np.int32), np.empty(cells, np.int32)
    for b in range(B):
        if rows[b]:
            lay_out_voxels(tiles[b].reshape(depth, H, W), air)
            statistics[b, 0] = _count_parts(air, stride, there)
            _, end = _longest(air, stride, there, back, jumps, queue)
            statistics[b, 1:] = 0
            if end >= 0:
                statistics[b, 1], statistics[b, 2] = back[end], jumps[end]


@njit(cache=True)
def _count_parts(
    air: Bool[np.ndarray, " N"], stride: tuple[int, int], parent: Int[np.ndarray, " N"]
) -> int:
    """Parts of the air, by joining each cell with those before it; ``parent`` is overwritten."""
    parts = 0
    for cell in range(len(air)):
        if not air[cell]:
            continue
        parent[cell] = cell
        parts += 1
        for step in (1, stride[0], stride[1]):
            if air[cell - step]:
                one, other = _root(parent, cell), _root(parent, cell - step)
                parts -= one != other
                parent[max(one, other)] = min(one, other)
    return parts


@njit(cache=True)
def _root(parent: Int[np.ndarray, " N"], cell: int) -> int:
    """The first cell of a part; the way there is made shorter."""
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell


@njit(cache=True)
def _longest(
    air: Bool[np.ndarray, " N"],
    stride: tuple[int, int],
    there: Int[np.ndarray, " N"],
    back: Int[np.ndarray, " N"],
    jumps: Int[np.ndarray, " N"],
    queue: Int[np.ndarray, " N"],
) -> tuple[int, int]:
    """Both ends of the longest way, -1 where nobody can stand.

    ``back`` and ``jumps`` receive moves and jumps from the first end, wherever one can stand
    and is connected with some farthest cell.
    """
    there[:], back[:] = -1, -1
    begin = end = -1
    for cell in range(len(air)):
        if there[cell] < 0 and stands(air, cell, stride[1]):
            reached = walk_voxels(air, cell, stride, there, jumps, queue)
            far = farthest(there, queue, reached)
            reached = walk_voxels(air, far, stride, back, jumps, queue)
            other = farthest(back, queue, reached)
            if end < 0 or back[other] > back[end]:
                begin, end = far, other
    return begin, end


@dataclass(frozen=True)
class Walk:
    """The longest way through a maze.

    Attributes:
        path: ``(N, 3)`` x, y and layer of the feet, from end to end; empty where nobody can stand.
        reachable: ``(D, H, W)`` where one can get to from there.
    """

    path: Int[np.ndarray, "N 3"]
    reachable: Bool[np.ndarray, "D H W"]


def longest_walk(tiles: UInt8[np.ndarray, "D H W"]) -> Walk:
    """The way whose moves and jumps ``measure`` counts, to be drawn."""
    D, H, W = tiles.shape
    row, layer = W + 2, (H + 2) * (W + 2)
    cells = (D + 2 * BELOW) * layer
    air, back = np.zeros(cells, bool), np.empty(cells, np.int32)
    jumps, queue = np.empty(cells, np.int32), np.empty(cells, np.int32)
    lay_out_voxels(tiles, air)
    begin, end = _longest(air, (row, layer), np.empty(cells, np.int32), back, jumps, queue)
    path = _retraced(air, end, (row, layer), back, jumps) if end >= 0 else []
    back[:] = -1
    if begin >= 0:
        walk_voxels(air, begin, (row, layer), back, jumps, queue)
    reachable = (back >= 0).reshape(D + 2 * BELOW, H + 2, W + 2)[BELOW:-BELOW, 1:-1, 1:-1]
    z, y, x = np.unravel_index(np.array(path, int), (D + 2 * BELOW, H + 2, W + 2))
    return Walk(np.stack((x - 1, y - 1, z - BELOW), 1), reachable)


def _retraced(
    air: Bool[np.ndarray, " N"],
    end: int,
    stride: tuple[int, int],
    back: Int[np.ndarray, " N"],
    jumps: Int[np.ndarray, " N"],
) -> list[int]:
    """Cells from the end back to where ``back`` is 0, by a way with so many jumps."""
    path = [end]
    while back[path[-1]] > 0:
        path.append(_before(air, path[-1], stride, back, jumps))
    return path


def _before(
    air: Bool[np.ndarray, " N"],
    cell: int,
    stride: tuple[int, int],
    back: Int[np.ndarray, " N"],
    jumps: Int[np.ndarray, " N"],
) -> int:
    """The cell before this one on such a way: found by moving back, where that can be done."""
    row, layer = stride
    steps, moves, hops = (-1, 1, -row, row), back[cell] - 1, jumps[cell]
    for step in steps:
        other, jumped = move(air, cell, step, layer)
        if other >= 0 and (back[other], jumps[other]) == (moves, hops - jumped):
            return other
    for step in steps:  # not every move can be made back: one may land where another way is nearer
        for other in [cell - far * step + rise * layer for far in (1, 2) for rise in (-1, 0, 1)]:
            if back[other] == moves:
                reached, jumped = move(air, other, step, layer)
                if reached == cell and jumps[other] == hops - jumped:
                    return other
    raise AssertionError("whoever is anywhere came from somewhere")
