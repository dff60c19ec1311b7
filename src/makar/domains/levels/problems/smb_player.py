"""Can a Super Mario level be won, and with how few jumps? An exact search.

The moves are those of ``smb_search``, but who comes to the bottom row has nothing to stand on
and is lost. What a player can be in the middle of is told by column, row and what is left of a
jump. No move leads back to the left, so the columns are swept once for every jump made: all
rows of a column at once, as the bits of one number, with bit ``SKY + y`` for row ``y``.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt64
from numba import njit

from makar.domains.levels.problems.smb_search import AIR, SKY, advance

ROWS = 64 - SKY
"""Rows that a map may have."""
START_COLUMN = 1
ONE = np.uint64(1)


@njit(cache=True)
def play(
    solid: Bool[np.ndarray, "H W"], start_y: int
) -> tuple[int, Int[np.ndarray, " J"], Int[np.ndarray, "N 2"]]:
    """Play with as few jumps as possible.

    Args:
        solid: The map with three columns before and behind it; the exit is the last but one.
        start_y: Row in which the player starts, in column 1.

    Returns:
        Columns left to the exit (0: it can be won) from the furthest column one can get to, the
        columns of the jumps on the way there, and the way: x and y of every moment.

    Raises:
        ValueError: the map has more than ``ROWS`` rows.
    """
    H, W = solid.shape
    if H > ROWS:
        raise ValueError("the map has too many rows for this player")
    walls = _columns(solid)
    alive = (ONE << np.uint64(SKY + H - 1)) - ONE
    been = np.zeros((W, AIR), np.uint64)
    swept = np.zeros((16, W, AIR), np.uint64)  # what was new after each number of jumps
    swept[0, START_COLUMN, 0] = ONE << np.uint64(SKY + start_y)
    jumps, furthest, jumps_there = 0, START_COLUMN, 0
    while swept[jumps].any() and furthest < W - 2:
        if jumps + 1 == len(swept):
            swept = np.concatenate((swept, np.zeros_like(swept)))
        column = _sweep(walls, alive, swept[jumps], swept[jumps + 1], been)
        if column > furthest:
            furthest, jumps_there = column, jumps
        jumps += 1
    taken, way = _trace(solid, swept, jumps_there, furthest)
    return W - 2 - furthest, taken, way


@njit(cache=True)
def _columns(solid: Bool[np.ndarray, "H W"]) -> UInt64[np.ndarray, " W"]:
    """The solid cells of each column as bits."""
    H, W = solid.shape
    walls = np.zeros(W, np.uint64)
    for y in range(H):
        for x in range(W):
            walls[x] |= np.uint64(solid[y, x]) << np.uint64(SKY + y)
    return walls


@njit(cache=True)
def _sweep(
    walls: UInt64[np.ndarray, " W"],
    alive: np.uint64,
    new: UInt64[np.ndarray, "W R"],
    later: UInt64[np.ndarray, "W R"],
    been: UInt64[np.ndarray, "W R"],
) -> int:
    """Go as far as can be gone without another jump.

    Args:
        walls: Solid cells.
        alive: Rows in which one is not lost.
        new: Where one is, by column and what is left of a jump; all that follows is added.
        later: Receives where one jump more leads to.
        been: Where one was with fewer jumps; all that is new is added.

    Returns:
        The furthest column.
    """
    furthest = 0
    for x in range(len(walls) - 1):
        for rest in range(AIR):
            new[x, rest] &= alive & ~been[x, rest]
        if not new[x].any():
            continue
        furthest = x
        if x == len(walls) - 2:
            break
        _move(walls[x], walls[x], new[x], new[x], later[x])
        _fall(walls[x], alive, new[x])
        for rest in range(AIR):
            new[x, rest] &= alive & ~been[x, rest]
            been[x, rest] |= new[x, rest]
        _move(walls[x], walls[x + 1], new[x], new[x + 1], later[x + 1])
    return furthest


@njit(cache=True)
def _move(
    here: np.uint64,
    there: np.uint64,
    before: UInt64[np.ndarray, " R"],
    after: UInt64[np.ndarray, " R"],
    jumped: UInt64[np.ndarray, " R"],
) -> None:
    """Add what one move into a column leads to, and what all do that lead up in the same one.

    Args:
        here: Walls of the column one is in.
        there: Walls of the column one goes to; into a wall one does not go.
        before: Where one is, by what is left of a jump.
        after: Receives where one gets to; may be ``before``.
        jumped: Receives where one gets to with a jump.
    """
    free = ~there
    headroom = (free << ONE) | ONE
    grounded = here >> ONE
    for rest in range(AIR - 1, -1, -1):
        going = before[rest] & free
        jumped[AIR - 1] |= (going & grounded & headroom) >> ONE
        if rest > 1:
            after[rest - 1] |= (going & ~grounded & headroom) >> ONE
            after[1] |= going & ~headroom
        if rest > 0:
            after[0] |= going
    falling = before[0] & free
    after[0] |= ((falling & (free >> ONE)) << ONE) | (falling & ~(free >> ONE))


@njit(cache=True)
def _fall(walls: np.uint64, alive: np.uint64, new: UInt64[np.ndarray, " R"]) -> None:
    """Add all that is fallen through in one column."""
    falling = new[0]
    while falling:
        falling = (falling << ONE) & ~walls & alive & ~new[0]
        new[0] |= falling


@njit(cache=True)
def _trace(
    solid: Bool[np.ndarray, "H W"], swept: UInt64[np.ndarray, "C W R"], jumps: int, column: int
) -> tuple[Int[np.ndarray, " J"], Int[np.ndarray, "N 2"]]:
    """Columns of the jumps on the way to a column, and the way, found from its end."""
    columns = np.empty(jumps, np.int32)
    way = np.empty((AIR * (len(solid) + SKY) * solid.shape[1], 2), np.int32)
    x, y, rest = column, 0, 0
    while swept[jumps, x, rest] == 0:
        rest += 1
    while not swept[jumps, x, rest] >> np.uint64(SKY + y) & ONE:
        y = y + 1 if y < len(solid) - 1 else -SKY
    length, going = 0, True
    while going:
        length += 1
        way[-length, 0], way[-length, 1] = x, y
        jumped = rest == AIR - 1
        jumps -= jumped
        going, x, y, rest = _come_from(solid, swept[max(jumps, 0)], x, y, rest)
        if jumped:
            columns[jumps] = x
    return columns, way[-length:]


@njit(cache=True)
def _come_from(
    solid: Bool[np.ndarray, "H W"], been: UInt64[np.ndarray, "W R"], x: int, y: int, rest: int
) -> tuple[bool, int, int, int]:
    """A moment from which one move leads to the one given; False if it is the first."""
    for x_before in (x - 1, x):
        for y_before in range(y - 1, y + 2):
            for rest_before in range(AIR):
                if not been[x_before, rest_before] >> np.uint64(SKY + y_before) & ONE:
                    continue
                same = x_before == x and y_before == y and rest_before == rest
                if not same and _leads(solid, x_before, y_before, rest_before, x, y, rest):
                    return True, x_before, y_before, rest_before
    return False, x, y, rest


@njit(cache=True)
def _leads(
    solid: Bool[np.ndarray, "H W"],
    x_before: int,
    y_before: int,
    rest_before: int,
    x: int,
    y: int,
    rest: int,
) -> bool:
    """Whether one move leads from one moment to another."""
    for up in (False, True):
        to_x, to_y, left, _ = advance(solid, x_before, y_before, rest_before, x - x_before, up)
        if to_x == x and to_y == y and left == rest:
            return True
    return False
