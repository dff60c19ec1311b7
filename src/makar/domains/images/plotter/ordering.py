"""The order of paths that keeps the way with the pen up short.

First always the nearest end that is left (a grid finds it), each path from whichever end is nearer;
then stretches of the order are turned round where that shortens the way (2-opt, Croes 1958), looked
for within a window of the order.
"""

from __future__ import annotations

import math
from typing import NamedTuple, no_type_check

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from makar.domains.images.plotter.paths import Paths

WORK = 40_000_000
"""Pairs of paths that are looked at in a sweep, at most: of many paths only those whose places in
the order are near to one another."""
_SWEEPS = 30


def ordered(paths: Paths, *, begin: tuple[float, float] = (0.0, 0.0)) -> Paths:
    """The same paths in an order with little way between them, some drawn from the other end.

    Args:
        paths: In millimetres.
        begin: Where the pen waits at first.
    """
    if len(paths) < 2:
        return paths
    first, last = paths.points[paths.start[:-1]], paths.points[paths.start[1:] - 1]
    rows, turned = nearest_order(first, last, begin)
    shorten(first, last, rows, turned, np.asarray(begin, np.float64))
    return paths.take(rows, turned)


def nearest_order(
    first: Float[np.ndarray, "N 2"], last: Float[np.ndarray, "N 2"], begin: tuple[float, float]
) -> tuple[Int[np.ndarray, " N"], Bool[np.ndarray, " N"]]:
    """Always on to the nearest end that is left: rows in order, and which are turned."""
    ends = np.stack((first, last), 1).reshape(-1, 2)
    low = ends.min(0)
    extent = np.maximum(ends.max(0) - low, 1e-6)
    cell = max(math.sqrt(float(extent.prod()) / len(ends)), float(extent.max()) / 2000)
    across, down = int(extent[0] / cell) + 1, int(extent[1] / cell) + 1
    place = ((ends - low) / cell).astype(np.int64)
    key = place[:, 1] * across + place[:, 0]
    order = np.argsort(key, kind="stable")
    bounds = np.searchsorted(key[order], np.arange(across * down + 1))
    grid = _Grid(ends, order, bounds[:-1].copy(), bounds[1:].copy(), low, cell, across, down)
    return _walk(grid, np.asarray(begin, np.float64))


class _Grid(NamedTuple):
    """Ends by the cells that they lie in; ``begin`` to ``end`` of each cell are left in order."""

    ends: np.ndarray
    order: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    low: np.ndarray
    cell: float
    across: int
    down: int


def shorten(
    first: np.ndarray, last: np.ndarray, rows: np.ndarray, turned: np.ndarray, begin: np.ndarray
) -> None:
    """Improves an order in place; the pen begins at ``begin`` and may end anywhere."""
    a = np.where(turned[:, None], last[rows], first[rows])
    b = np.where(turned[:, None], first[rows], last[rows])
    window = max(30, WORK // len(rows))
    _improve(
        np.concatenate((begin[None], a)), np.concatenate((begin[None], b)), rows, turned, window
    )


@njit(cache=True)
@no_type_check
def _scan(grid, cell, x, y, done, best, far):
    """The nearest end in a cell; ends of paths that are drawn are dropped from it."""
    k = grid.begin[cell]
    while k < grid.end[cell]:
        e = grid.order[k]
        if done[e // 2]:
            grid.end[cell] -= 1
            grid.order[k] = grid.order[grid.end[cell]]
            continue
        d = (grid.ends[e, 0] - x) ** 2 + (grid.ends[e, 1] - y) ** 2
        if d < far or (d == far and e < best):
            best, far = e, d
        k += 1
    return best, far


@njit(cache=True)
@no_type_check
def _nearest(grid, x, y, done):
    """The nearest end that is left: ring after ring of cells."""
    column = min(grid.across - 1, max(0, int((x - grid.low[0]) / grid.cell)))
    row = min(grid.down - 1, max(0, int((y - grid.low[1]) / grid.cell)))
    best, far = -1, np.inf
    for reach in range(max(grid.across, grid.down) + 1):
        if best >= 0 and far <= (max(0, reach - 1) * grid.cell) ** 2:
            break
        for r in range(max(0, row - reach), min(grid.down, row + reach + 1)):
            step = 1 if abs(r - row) == reach else max(1, 2 * reach)
            for c in range(column - reach, column + reach + 1, step):
                if 0 <= c < grid.across:
                    best, far = _scan(grid, r * grid.across + c, x, y, done, best, far)
    return best


@njit(cache=True)
@no_type_check
def _walk(grid, begin):
    count = len(grid.ends) // 2
    rows, turned = np.empty(count, np.int64), np.empty(count, np.bool_)
    done = np.zeros(count, np.bool_)
    x, y = begin[0], begin[1]
    for n in range(count):
        e = _nearest(grid, x, y, done)
        rows[n], turned[n] = e // 2, e % 2 == 1
        done[e // 2] = True
        x, y = grid.ends[e ^ 1, 0], grid.ends[e ^ 1, 1]
    return rows, turned


@njit(cache=True)
@no_type_check
def _gap(b, a, i, j):
    """From where path i ends to where path j begins; nothing after the last."""
    if j >= len(a):
        return 0.0
    return np.sqrt((b[i, 0] - a[j, 0]) ** 2 + (b[i, 1] - a[j, 1]) ** 2)


@njit(cache=True)
@no_type_check
def _improve(a, b, rows, turned, window):
    """Sweeps until nothing is to be gained; a[0] and b[0] are where the pen begins.

    A path whose surroundings did not change in the last sweep is not tried again.
    """
    N = len(a)
    fresh = np.ones(N, np.bool_)
    for _ in range(_SWEEPS):
        changed = np.zeros(N, np.bool_)
        gained = False
        for i in range(N - 1):
            if not (fresh[i] or changed[i]):
                continue
            j = _best_turn(a, b, i, window)
            if j > 0:
                _turn(a, b, rows, turned, i + 1, j)
                gained = True
                for k in (i, i + 1, j, min(N - 1, j + 1)):
                    changed[k] = True
        fresh = changed
        if not gained:
            break


@njit(cache=True)
@no_type_check
def _best_turn(a, b, i, window):
    """The end of the stretch after i that gains most when it is turned round, 0 for none."""
    N = len(a)
    best, gain = 0, 1e-9
    here = _gap(b, a, i, i + 1)
    for j in range(i + 1, min(N, i + 1 + window)):
        # the stretch i+1..j turned: from the end of i to the end of j, and from the beginning
        # of i+1 to the beginning of j+1
        new = np.sqrt((b[i, 0] - b[j, 0]) ** 2 + (b[i, 1] - b[j, 1]) ** 2)
        if new >= here + gain and j + 1 < N and new - here >= _gap(b, a, j, j + 1):
            continue
        after = 0.0
        if j + 1 < N:
            after = np.sqrt((a[i + 1, 0] - a[j + 1, 0]) ** 2 + (a[i + 1, 1] - a[j + 1, 1]) ** 2)
        won = here + _gap(b, a, j, j + 1) - new - after
        if won > gain:
            best, gain = j, won
    return best


@njit(cache=True)
@no_type_check
def _turn(a, b, rows, turned, i, j):
    """Turns the stretch i..j round, each path of it drawn from its other end."""
    while i <= j:
        for k in range(2):
            ai, bi, aj, bj = a[i, k], b[i, k], a[j, k], b[j, k]
            a[i, k], b[i, k], a[j, k], b[j, k] = bj, aj, bi, ai
        m, n = i - 1, j - 1  # rows do not count the beginning
        rows[m], rows[n] = rows[n], rows[m]
        turned_n = not turned[m]
        turned[m] = not turned[n]
        turned[n] = turned_n
        i, j = i + 1, j - 1
