"""The shortest solution of a small sokoban map, or the certainty that there is none.

Breadth first over boards, where crates are not told apart and none is pushed to where it could
not be helped. A board is one number: a bit for each crate and six for the player's cell.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8, UInt64
from numba import njit

from makar.domains.levels.problems.sokoban_board import distance_to_win, find_traps, read_board

LIMIT = 100_000
"""So many boards are looked at, at least, before the answer is "unknown"."""
CELLS = 58
"""Cells a map may have, with its border."""
UNKNOWN = -1
ONE = np.uint64(1)


@njit(cache=True)
def solve(tiles: UInt8[np.ndarray, "H W"]) -> tuple[int, int]:
    """Find the shortest solution of a map with one player and as many crates as targets.

    Returns:
        Distance to a win from the nearest board that can be reached (0: it can be solved, -1:
        unknown, as there were too many boards), and the steps of the solution (0:
        none found).

    Raises:
        ValueError: the map has more than ``CELLS`` cells with its border, or there are not as
            many crates as targets.
    """
    stride = tiles.shape[1] + 2
    walls, player, crates, targets = read_board(tiles)
    if len(walls) > CELLS:
        raise ValueError("the map is too large for this solver")
    if len(crates) != len(targets):
        raise ValueError("there must be as many crates as targets")
    traps = find_traps(walls, targets, stride)
    size = 256
    while size < 2 * _count_boards(walls, len(crates)):
        size *= 2
    seen, boards = np.zeros(size, np.uint64), np.empty(size // 2, np.uint64)
    boards[0] = _board(crates, player)
    _is_new(boards[0], seen)
    won, nearest = _mask(targets), distance_to_win(crates, targets, stride)
    head, made, steps, end = 0, 1, 0, 1
    while head < made:
        if head == end:
            steps, end = steps + 1, made
        if made + 4 > len(boards):
            return UNKNOWN, 0
        mask = boards[head] & ((ONE << np.uint64(CELLS)) - ONE)
        if mask == won:
            return 0, steps
        before = made
        made = _expand(boards, head, made, walls, traps, stride, seen)
        nearest = min(nearest, _nearest(boards[before:made], mask, targets, stride))
        head += 1
    return nearest, 0


@njit(cache=True)
def _count_boards(walls: Bool[np.ndarray, " N"], crates: int) -> int:
    """Boards there may be, with room for one more step; not more than ``LIMIT``."""
    free = len(walls) - walls.sum()
    boards = free
    for crate in range(crates):
        boards = min(boards * (free - crate) // (crate + 1), LIMIT)
    return boards + 4


@njit(cache=True)
def _mask(cells: Int[np.ndarray, " C"]) -> np.uint64:
    """A bit for each cell."""
    mask = np.uint64(0)
    for cell in cells:
        mask |= ONE << np.uint64(cell)
    return mask


@njit(cache=True)
def _board(crates: Int[np.ndarray, " C"], player: int) -> np.uint64:
    return _mask(crates) | (np.uint64(player) << np.uint64(CELLS))


@njit(cache=True)
def _is_new(board: np.uint64, seen: UInt64[np.ndarray, " T"]) -> bool:
    """Note a board; False if it was noted before."""
    mixed = board * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(len(seen) - 1))
    while seen[at] != 0:
        if seen[at] == board:
            return False
        at = (at + 1) & (len(seen) - 1)
    seen[at] = board
    return True


@njit(cache=True)
def _expand(
    boards: UInt64[np.ndarray, " M"],
    head: int,
    made: int,
    walls: Bool[np.ndarray, " N"],
    traps: Bool[np.ndarray, " N"],
    stride: int,
    seen: UInt64[np.ndarray, " T"],
) -> int:
    """Write the new boards that one step leads to behind those already made."""
    mask = boards[head] & ((ONE << np.uint64(CELLS)) - ONE)
    player = np.int64(boards[head] >> np.uint64(CELLS))
    for step in (-1, 1, -stride, stride):
        cell, beyond, after = player + step, player + 2 * step, mask
        if walls[cell]:
            continue
        if (mask >> np.uint64(cell)) & ONE:
            if walls[beyond] or traps[beyond] or (mask >> np.uint64(beyond)) & ONE:
                continue
            after = mask ^ (ONE << np.uint64(cell)) ^ (ONE << np.uint64(beyond))
        board = after | (np.uint64(cell) << np.uint64(CELLS))
        if _is_new(board, seen):
            boards[made] = board
            made += 1
    return made


@njit(cache=True)
def _nearest(
    boards: UInt64[np.ndarray, " M"],
    mask: np.uint64,
    targets: Int[np.ndarray, " C"],
    stride: int,
) -> int:
    """The least distance to a win of those boards whose crates are not where they were."""
    nearest = 1 << 30
    crates = np.empty(len(targets), np.int64)
    for board in boards:
        if (board & ((ONE << np.uint64(CELLS)) - ONE)) != mask:
            count = 0
            for cell in range(CELLS):
                if (board >> np.uint64(cell)) & ONE:
                    crates[count] = cell
                    count += 1
            nearest = min(nearest, distance_to_win(crates, targets, stride))
    return nearest
