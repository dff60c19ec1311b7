"""A short way through many places: the travelling salesman's, near enough to the best.

From a greedy way (``fragments``), two edges are exchanged for two shorter ones (2-opt, Croes 1958)
and runs of up to three places are moved elsewhere (or-opt, I. Or 1976), tried only among the
nearest neighbours of a place and only where something has changed nearby (Bentley 1992).
"""

from __future__ import annotations

from typing import no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.domains.images.plotter.styles.fragments import greedy

NEIGHBOURS = 7
_MOVED = 3
_FAR = 1_000
"""Places between a run and where it is moved to, at most."""


def tour(places: Float[np.ndarray, "N 2"]) -> Int[np.ndarray, " N"]:
    """The order of a short closed way, begun after its longest step."""
    count = len(places)
    if count < 5:
        return np.arange(count, dtype=np.int64)
    near = _neighbours(places, min(NEIGHBOURS, count - 1))
    order = greedy(places, near)
    _improve(places, near, order)
    step = np.linalg.norm(places[order] - places[np.roll(order, -1)], axis=1)
    return np.roll(order, -(int(np.argmax(step)) + 1))


def _neighbours(places: np.ndarray, count: int) -> Int[np.ndarray, "N K"]:
    """The nearest others of each, the nearest first."""
    low = places.min(0)
    extent = np.maximum(places.max(0) - low, 1e-9)
    cell = max(float(np.sqrt(extent[0] * extent[1] / len(places)) * 1.5), float(extent.max()) / 4e3)
    across = int(extent[0] / cell) + 1
    key = ((places[:, 1] - low[1]) / cell).astype(np.int64) * across
    key += ((places[:, 0] - low[0]) / cell).astype(np.int64)
    order = np.argsort(key, kind="stable")
    rows = int(extent[1] / cell) + 1
    begin = np.searchsorted(key[order], np.arange(rows * across + 1))
    return _nearest(places, order, begin, low, cell, across, count)


@njit(cache=True)
@no_type_check
def _nearest(places, order, begin, low, cell, across, count):
    rows = (len(begin) - 1) // across
    out = np.empty((len(places), count), np.int32)
    for p in range(len(places)):
        row = int((places[p, 1] - low[1]) / cell)
        column = int((places[p, 0] - low[0]) / cell)
        best = np.full(count, np.inf)
        reach = 0
        # A ring of cells is one cell further off: what is in it is at least reach - 1 cells away.
        while reach <= max(rows, across) and best[-1] > ((reach - 1) * cell) ** 2:
            for r in range(max(0, row - reach), min(rows, row + reach + 1)):
                edge = r == row - reach or r == row + reach
                for c in range(
                    column - reach, column + reach + 1, 1 if edge else max(1, 2 * reach)
                ):
                    if c < 0 or c >= across:
                        continue
                    for k in range(begin[r * across + c], begin[r * across + c + 1]):
                        _take(places, p, order[k], best, out[p])
            reach += 1
    return out


@njit(cache=True)
@no_type_check
def _take(places, p, q, best, row):
    """Puts another place among the nearest if it is one."""
    far = (places[p, 0] - places[q, 0]) ** 2 + (places[p, 1] - places[q, 1]) ** 2
    if q == p or far >= best[-1]:
        return
    k = len(best) - 1
    while k > 0 and best[k - 1] > far:
        best[k], row[k] = best[k - 1], row[k - 1]
        k -= 1
    best[k], row[k] = far, q


@njit(cache=True)
@no_type_check
def _far(places, a, b):
    return np.sqrt((places[a, 0] - places[b, 0]) ** 2 + (places[a, 1] - places[b, 1]) ** 2)


@njit(cache=True)
@no_type_check
def _turn(order, at, i, j):
    """Turns round what lies from position i to position j (round the end), the shorter way."""
    N = len(order)
    inside = (j - i) % N + 1
    if 2 * inside > N:
        i, j = (j + 1) % N, (i - 1) % N
        inside = N - inside
    for _ in range(inside // 2):
        order[i], order[j] = order[j], order[i]
        at[order[i]], at[order[j]] = i, j
        i = i + 1 if i + 1 < N else 0
        j = j - 1 if j > 0 else N - 1


@njit(cache=True)
@no_type_check
def _exchange(places, near, order, at, a, way, touched):
    """2-opt at one place and one of its two edges. Was there something to gain?"""
    N = len(order)
    b = order[(at[a] + way) % N]
    d_ab = _far(places, a, b)
    for k in range(near.shape[1]):
        c = near[a, k]
        gain = d_ab - _far(places, a, c)
        if gain <= 1e-9:
            return False
        d = order[(at[c] + way) % N]
        if c == b or d == a:
            continue
        if gain + _far(places, c, d) - _far(places, b, d) > 1e-7:
            i, j = (at[b], at[c]) if way == 1 else (at[c], at[b])
            _turn(order, at, i, j)
            touched[0], touched[1], touched[2], touched[3] = a, b, c, d
            touched[4], touched[5] = a, b
            return True
    return False


@njit(cache=True)
@no_type_check
def _move(places, near, order, at, a, way, touched):
    """Or-opt: the run that begins at a place goes to one of its neighbours. Was it worth it?"""
    N = len(order)
    if N < 8:
        return False
    p = order[(at[a] - way) % N]
    for size in range(1, _MOVED + 1):
        last = order[(at[a] + way * (size - 1)) % N]
        after = order[(at[last] + way) % N]
        saved = _far(places, p, a) + _far(places, last, after) - _far(places, p, after)
        for k in range(near.shape[1]):
            c = near[a, k]
            if saved - _far(places, a, c) <= 1e-9:
                break
            away = ((at[c] - at[a]) * way) % N
            if away < size:  # within the run
                continue
            for side in range(2):  # between c and the one after it, or before it
                e = order[(at[c] + (way if side == 0 else -way)) % N]
                if (side == 0 and c == p) or (side == 1 and c == after):
                    continue
                cost = _far(places, a, c) + _far(places, last, e) - _far(places, c, e)
                if saved - cost > 1e-7 and min(away, N - away) < _FAR:
                    _carry(order, at, at[a], at[last], at[c], at[e], way)
                    touched[0], touched[1], touched[2], touched[3] = a, p, c, after
                    touched[4], touched[5] = last, e
                    return True
    return False


@njit(cache=True)
@no_type_check
def _carry(order, at, i, j, c, e, way):
    """Carries the run i..j between the neighbours c and e, its beginning next to c.

    Two turns put the run on the other side of what lies between; a third turns the run itself
    where it comes to lie with its wrong end to c.
    """
    N = len(order)
    if way == -1:
        i, j = j, i  # now forwards: the run is i..j, its beginning at j
    size = (j - i) % N + 1
    ahead = (c - i) % N < (i - c) % N
    begin, other = order[i] if way == 1 else order[j], order[c]
    if ahead:
        k = max((c - i) % N, (e - i) % N) - 1
        k = (i + k) % N  # the last position before the gap
        _turn_exact(order, at, i, j)
        _turn_exact(order, at, (j + 1) % N, k)
        _turn_exact(order, at, i, k)
        first = (k - size + 1) % N
    else:
        k = max((i - c) % N, (i - e) % N) - 1
        k = (i - k) % N  # the first position after the gap
        _turn_exact(order, at, i, j)
        _turn_exact(order, at, k, (i - 1) % N)
        _turn_exact(order, at, k, j)
        first = k
    end = (first + size - 1) % N
    right = order[(first - 1) % N] == other if order[first] == begin else False
    right = right or (order[end] == begin and order[(end + 1) % N] == other)
    if not right:
        _turn_exact(order, at, first, end)


@njit(cache=True)
@no_type_check
def _turn_exact(order, at, i, j):
    """Turns round exactly what lies from position i to position j."""
    N = len(order)
    for _ in range(((j - i) % N + 1) // 2):
        order[i], order[j] = order[j], order[i]
        at[order[i]], at[order[j]] = i, j
        i = i + 1 if i + 1 < N else 0
        j = j - 1 if j > 0 else N - 1


@njit(cache=True)
@no_type_check
def _improve(places, near, order):
    """Exchanges and moves until nothing is to be gained."""
    N = len(order)
    at = np.empty(N, np.int64)
    for k in range(N):
        at[order[k]] = k
    waiting, queued = order.copy(), np.ones(N, np.bool_)
    head, count = 0, N
    touched = np.empty(6, np.int64)
    budget = 200 * N
    while count > 0 and budget > 0:
        a = waiting[head]
        head = head + 1 if head + 1 < N else 0
        count -= 1
        queued[a] = False
        budget -= 1
        for way in (1, -1):
            if _exchange(places, near, order, at, a, way, touched) or _move(
                places, near, order, at, a, way, touched
            ):
                for k in range(6):
                    if not queued[touched[k]]:
                        waiting[(head + count) % N] = touched[k]
                        queued[touched[k]] = True
                        count += 1
                if not queued[a]:
                    waiting[(head + count) % N] = a
                    queued[a] = True
                    count += 1
                break
