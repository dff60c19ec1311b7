"""A way through places to begin with: the shortest edges first, then fragment after fragment.

The greedy edge heuristic (Bentley 1992): every edge between near neighbours, the shortest first, is
taken where it leaves each place with two edges at most and closes no ring. What comes of it are
fragments, which are drawn one after another like any paths.
"""

from __future__ import annotations

from typing import no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.domains.images.plotter.ordering import nearest_order


def greedy(places: Float[np.ndarray, "N 2"], near: Int[np.ndarray, "N K"]) -> Int[np.ndarray, " N"]:
    """An order of all places.

    Args:
        places: In millimetres.
        near: The neighbours of each, between which edges are tried.
    """
    a = np.repeat(np.arange(len(places)), near.shape[1])
    b = near.ravel().astype(np.int64)
    once = a < b
    once |= ~(near[b] == a[:, None]).any(1)  # a is a neighbour of b, but b is none of a
    a, b = a[once], b[once]
    far = np.linalg.norm(places[a] - places[b], axis=1)
    shortest = np.argsort(far, kind="stable")
    order, starts = _fragments(len(places), a[shortest], b[shortest])
    first, last = order[starts[:-1]], order[starts[1:] - 1]
    rows, turned = nearest_order(places[first], places[last], tuple(places[first[0]]))
    parts = [
        order[starts[r] : starts[r + 1]][:: -1 if t else 1]
        for r, t in zip(rows, turned, strict=True)
    ]
    return np.concatenate(parts)


@njit(cache=True)
@no_type_check
def _root(parent, k):
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


@njit(cache=True)
@no_type_check
def _fragments(count, a, b):
    """Places fragment after fragment, and where each begins."""
    link = np.full((count, 2), -1, np.int64)
    parent = np.arange(count)
    for n in range(len(a)):
        p, q = a[n], b[n]
        if link[p, 1] >= 0 or link[q, 1] >= 0:
            continue
        rp, rq = _root(parent, p), _root(parent, q)
        if rp != rq:
            parent[rp] = rq
            link[p, 1 if link[p, 0] >= 0 else 0] = q
            link[q, 1 if link[q, 0] >= 0 else 0] = p
    order, starts = np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    seen = np.zeros(count, np.bool_)
    used, lines = 0, 0
    for p in range(count):
        if seen[p] or link[p, 1] >= 0:  # a fragment is walked from one of its ends
            continue
        before, here = -1, p
        while here >= 0:
            seen[here] = True
            order[used] = here
            used += 1
            ahead = link[here, 0] if link[here, 0] != before else link[here, 1]
            before, here = here, ahead
        lines += 1
        starts[lines] = used
    return order, starts[: lines + 1].copy()
