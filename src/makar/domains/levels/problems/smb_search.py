"""A Super Mario level as gym-pcgrl plays it: A*, then greedily, with a limit on both.

The player may stand, go right, jump, or jump to the right. A jump rises up to four cells, one
more step hangs in the air, then the player falls. The way the program moves is kept: nobody
falls out of the map, as its bottom holds, and nothing but solid tiles is in the way.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from makar.domains.levels.problems.heap import pop, push

LIMIT = 10000
"""Moments looked at in one search."""
PLANS = (1.0, 0.0)
"""Weight of the time passed against the columns left, in each plan."""
AIR = 5
"""Moments that a jump lasts, with the one in which it begins."""
SKY = 6
"""Rows above the map that a player can rise to, and one to spare."""
X, Y, ASCENT, DEPTH, PARENT, JUMPED = 0, 1, 2, 3, 4, 5
"""Columns of a moment: place, what is left of a jump, moments passed, the one before, and
whether a jump began on the way here."""


@njit(cache=True)
def play_2020(solid: Bool[np.ndarray, "H W"], start_y: int) -> tuple[int, Int[np.ndarray, " J"]]:
    """Columns left to the exit (0: won), and the columns in which the player jumped.

    Args:
        solid: The map with three columns before and behind it; the exit is the last but one.
        start_y: Row in which the player starts, in column 1.
    """
    moments = np.zeros((4 * LIMIT + 1, 6), np.int32)
    rank, heap = np.zeros(len(moments), np.float64), np.zeros(len(moments), np.int32)
    far = solid.shape[1] - 2
    last = 0
    for balance in PLANS:
        last = _search(solid, start_y, balance, moments, rank, heap)
        if moments[last, X] >= far:
            break
    jumps = np.zeros(moments[last, DEPTH], np.int32)
    count, node = 0, last
    while node > 0:
        if moments[node, JUMPED]:
            jumps[count] = moments[moments[node, PARENT], X]
            count += 1
        node = moments[node, PARENT]
    return far - moments[last, X], jumps[:count][::-1]


@njit(cache=True)
def _search(
    solid: Bool[np.ndarray, "H W"],
    start_y: int,
    balance: float,
    moments: Int[np.ndarray, "N 6"],
    rank: Float[np.ndarray, " N"],
    heap: Int[np.ndarray, " N"],
) -> int:
    """The moment that won, or the one that came nearest."""
    H, W = solid.shape
    visited = np.zeros((H + SKY, W, AIR + 1), np.bool_)
    moments[0] = np.array([1, start_y, 0, 0, 0, 0])
    rank[0] = W - 3
    best, made, waiting, taken = 0, 1, 1, 0
    heap[0] = 0
    while taken < LIMIT and waiting > 0:
        node = pop(heap, waiting, rank)
        taken, waiting = taken + 1, waiting - 1
        x, y, ascent = moments[node, X], moments[node, Y], moments[node, ASCENT]
        if x >= W - 2:
            return node
        if visited[y + SKY, x, ascent]:
            continue
        visited[y + SKY, x, ascent] = True
        ahead = x > moments[best, X]
        if ahead or (x == moments[best, X] and moments[node, DEPTH] < moments[best, DEPTH]):
            best = node
        for move in range(4):
            to_x, to_y, rest, jumped = advance(solid, x, y, ascent, move % 2, move >= 2)
            moments[made, X], moments[made, Y], moments[made, ASCENT] = to_x, to_y, rest
            moments[made, DEPTH], moments[made, PARENT] = moments[node, DEPTH] + 1, node
            moments[made, JUMPED] = jumped
            rank[made] = W - 2 - to_x + balance * moments[made, DEPTH]
            push(heap, waiting, rank, made)
            made, waiting = made + 1, waiting + 1
    return best


@njit(cache=True)
def _is_free(solid: Bool[np.ndarray, "H W"], x: int, y: int) -> bool:
    """Whether a player can be there; above the map there is room everywhere."""
    H, W = solid.shape
    return y < 0 or (0 <= x < W and y < H and not solid[y, x])


@njit(cache=True)
def advance(
    solid: Bool[np.ndarray, "H W"], x: int, y: int, ascent: int, right: int, up: bool
) -> tuple[int, int, int, bool]:
    """The next moment: x, y, what is left of a jump (``ascent``), and whether a jump began."""
    grounded = -1 <= y < len(solid) - 1 and solid[y + 1, x]
    if right and _is_free(solid, x + 1, y):
        x += 1
    jumped = up and grounded and _is_free(solid, x, y - 1)
    if jumped:
        ascent = AIR
    elif not up:
        ascent = min(ascent, 1)
    if ascent > 1:
        rises = _is_free(solid, x, y - 1)
        return x, y - int(rises), ascent - 1 if rises else 1, jumped
    if ascent == 1:
        return x, y, 0, jumped
    return x, y + int(_is_free(solid, x, y + 1)), 0, jumped
