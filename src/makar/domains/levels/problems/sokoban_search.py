"""Sokoban as gym-pcgrl solves it: breadth first, then A* with less and less regard to length.

The answers depend on the order of the search and on its limit, and are kept: crates are told
apart, four plans are made one after the other with ``LIMIT`` boards each, and the first
solution found counts, however long.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.problems.heap import pop, push
from makar.domains.levels.problems.sokoban_board import distance_to_win, find_traps, read_board

LIMIT = 5000
"""Boards looked at in one search."""
TABLE = 1 << 14
"""Places for the numbers of boards that were looked at; more than twice ``LIMIT``."""
BREADTH_FIRST = -1.0
PLANS = (BREADTH_FIRST, 1.0, 0.5, 0.0)
"""Weight of the steps taken against those that seem to be left, in each plan."""


@njit(cache=True)
def solve_2020(tiles: UInt8[np.ndarray, "H W"]) -> tuple[int, int]:
    """Distance to a win (0: won) and steps of the solution (0: none) of a map with one player."""
    stride = tiles.shape[1] + 2
    walls, player, crates, targets = read_board(tiles)
    traps = find_traps(walls, targets, stride)
    nearest = 0
    for balance in PLANS:
        nearest, steps = _search(walls, traps, player, crates, targets, stride, balance)
        if nearest == 0:
            return 0, steps
    return nearest, 0


@njit(cache=True)
def _search(
    walls: Bool[np.ndarray, " N"],
    traps: Bool[np.ndarray, " N"],
    player: int,
    crates: Int[np.ndarray, " C"],
    targets: Int[np.ndarray, " C"],
    stride: int,
    balance: float,
) -> tuple[int, int]:
    """The nearest that was come to a win, and the steps to there."""
    boards = np.empty((4 * LIMIT + 1, 1 + len(crates)), np.int16)
    boards[0, 0] = player
    boards[0, 1:] = crates
    left, depth = np.empty(len(boards), np.int64), np.zeros(len(boards), np.int64)
    left[0] = distance_to_win(crates, targets, stride)
    rank, heap = np.empty(len(boards), np.float64), np.zeros(len(boards), np.int32)
    rank[0] = left[0] + balance * depth[0]
    visited = np.full(TABLE, -1, np.int32)
    best, made, waiting, taken = 0, 1, 1, 0
    while taken < LIMIT and waiting > 0:
        node = taken if balance == BREADTH_FIRST else pop(heap, waiting, rank)
        taken, waiting = taken + 1, waiting - 1
        if left[node] == 0:
            return 0, depth[node]
        if _is_new(boards, node, visited):
            nearer = left[node] < left[best]
            if nearer or (left[node] == left[best] and depth[node] < depth[best]):
                best = node
            before = made
            made = _expand(boards, node, made, walls, traps, stride)
            for child in range(before, made):
                depth[child] = depth[node] + 1
                left[child] = distance_to_win(boards[child, 1:], targets, stride)
                rank[child] = left[child] + balance * depth[child]
                push(heap, waiting, rank, child)
                waiting += 1
    return left[best], depth[best]


@njit(cache=True)
def _is_new(boards: Int[np.ndarray, "N M"], node: int, visited: Int[np.ndarray, " T"]) -> bool:
    """Note that a board is looked at; False if it was before."""
    place = np.uint64(0)
    for part in boards[node]:
        place = (place ^ np.uint64(part)) * np.uint64(0x9E3779B97F4A7C15)
        place ^= place >> np.uint64(29)
    at = np.int64(place % np.uint64(TABLE))
    while visited[at] >= 0:
        if (boards[visited[at]] == boards[node]).all():
            return False
        at = (at + 1) % TABLE
    visited[at] = node
    return True


@njit(cache=True)
def _expand(
    boards: Int[np.ndarray, "N M"],
    node: int,
    made: int,
    walls: Bool[np.ndarray, " N"],
    traps: Bool[np.ndarray, " N"],
    stride: int,
) -> int:
    """Write what one step left, right, up and down leads to behind the boards already made."""
    for step in (-1, 1, -stride, stride):
        cell = boards[node, 0] + step
        pushed = _crate_at(boards[node], cell)
        beyond = cell + step
        if walls[cell]:
            continue
        if pushed > 0 and (walls[beyond] or _crate_at(boards[node], beyond) > 0):
            continue
        boards[made] = boards[node]
        boards[made, 0] = cell
        if pushed > 0:
            boards[made, pushed] = beyond
        if pushed == 0 or not traps[boards[made, 1:]].any():
            made += 1
    return made


@njit(cache=True)
def _crate_at(board: Int[np.ndarray, " M"], cell: int) -> int:
    """Number of the crate on a cell, from 1; 0 if there is none."""
    for crate in range(1, len(board)):
        if board[crate] == cell:
            return crate
    return 0
