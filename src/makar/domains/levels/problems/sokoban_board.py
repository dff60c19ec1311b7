"""A sokoban board as a search sees it: walls, targets, and cells that no crate may enter."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

SOLID, PLAYER, CRATE, TARGET = 1, 2, 3, 4


@njit(cache=True)
def read_board(
    tiles: UInt8[np.ndarray, "H W"],
) -> tuple[Bool[np.ndarray, " N"], int, Int[np.ndarray, " C"], Int[np.ndarray, " T"]]:
    """Walls of the bordered map, and the cells of the player, the crates and the targets."""
    H, W = tiles.shape
    walls = np.ones((H + 2) * (W + 2), np.bool_)
    crates, targets = np.empty(H * W, np.int64), np.empty(H * W, np.int64)
    player = n_crates = n_targets = 0
    for y in range(H):
        for x in range(W):
            cell, tile = (y + 1) * (W + 2) + x + 1, tiles[y, x]
            walls[cell] = tile == SOLID
            if tile == PLAYER:
                player = cell
            elif tile == CRATE:
                crates[n_crates] = cell
                n_crates += 1
            elif tile == TARGET:
                targets[n_targets] = cell
                n_targets += 1
    return walls, player, crates[:n_crates], targets[:n_targets]


@njit(cache=True)
def find_traps(
    walls: Bool[np.ndarray, " N"], targets: Int[np.ndarray, " T"], stride: int
) -> Bool[np.ndarray, " N"]:
    """Cells from which no crate comes to a target again.

    These are corners, and stretches along a wall from corner to corner, without a target.
    """
    is_target = np.zeros(len(walls), np.bool_)
    for target in targets:
        is_target[target] = True
    corners = np.zeros(len(walls), np.bool_)
    for cell in range(stride + 1, len(walls) - stride - 1):
        upright = walls[cell - stride] or walls[cell + stride]
        level = walls[cell - 1] or walls[cell + 1]
        if not walls[cell] and not is_target[cell]:
            corners[cell] = upright and level
    traps = corners.copy()
    for corner in range(len(corners)):
        if corners[corner]:
            _mark_stretch(corner, 1, stride, walls, is_target, corners, traps)
            _mark_stretch(corner, stride, 1, walls, is_target, corners, traps)
    return traps


@njit(cache=True)
def _mark_stretch(
    corner: int,
    along: int,
    across: int,
    walls: Bool[np.ndarray, " N"],
    is_target: Bool[np.ndarray, " N"],
    corners: Bool[np.ndarray, " N"],
    traps: Bool[np.ndarray, " N"],
) -> None:
    """Mark what lies from a corner to the next one, if there is a wall beside all of it."""
    cell = corner + along
    while not (walls[cell] or is_target[cell] or corners[cell]):
        if not (walls[cell - across] or walls[cell + across]):
            return
        cell += along
    if corners[cell]:
        for between in range(corner + along, cell, along):
            traps[between] = True


@njit(cache=True)
def distance_to_win(
    crates: Int[np.ndarray, " C"], targets: Int[np.ndarray, " C"], stride: int
) -> int:
    """Steps from each crate to the nearest target that no earlier crate took, without walls."""
    taken = np.zeros(len(targets), np.bool_)
    total = 0
    for crate in crates:
        nearest, best = -1, 0
        for t in range(len(targets)):
            rows = abs(crate // stride - targets[t] // stride)
            steps = rows + abs(crate % stride - targets[t] % stride)
            if not taken[t] and (nearest < 0 or steps < best):
                nearest, best = t, steps
        taken[nearest] = True
        total += best
    return total
