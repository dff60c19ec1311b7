"""Paths whose ends meet become one: the pen stays down."""

from __future__ import annotations

from typing import no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.domains.images.plotter.paths import Paths

MEETING = 0.02
"""Millimetres between two ends that count as one."""
_AHEAD = 0.75
"""Cosine: so nearly straight on lies the other end, and so nearly opposed do both point."""


def joined(paths: Paths, within: float = MEETING) -> Paths:
    """Paths whose ends are no further apart than that, the nearest first, made one."""
    reach = np.full(2 * len(paths), within)
    return _linked(paths, _mates(_ends(paths), np.zeros((0, 2)), reach))


def bridged(paths: Paths, reach: Float[np.ndarray, " N2"]) -> Paths:
    """Lines that run towards each other are made one across the gap that is between them.

    Args:
        paths: Smooth lines.
        reach: Millimetres that each end looks ahead: first and last of each path in turn.
    """
    ends = _ends(paths)
    inner = np.empty_like(ends)
    inner[0::2] = paths.points[np.minimum(paths.start[:-1] + 2, paths.start[1:] - 1)]
    inner[1::2] = paths.points[np.maximum(paths.start[1:] - 3, paths.start[:-1])]
    outward = ends - inner
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-12)
    return _linked(paths, _mates(ends, outward, reach))


def resampled(paths: Paths, step: float) -> Paths:
    """The same paths with their points no further apart than ``step``."""
    return Paths(*_resampled(paths.points, paths.start, step))


@njit(cache=True)
@no_type_check
def _resampled(points, start, step):
    extra = np.zeros(len(points), np.int64)
    for line in range(len(start) - 1):
        for p in range(start[line], start[line + 1] - 1):
            way = np.sqrt(((points[p + 1] - points[p]) ** 2).sum())
            extra[p] = max(0, int(np.ceil(way / step - 0.01)) - 1)
    out = np.empty((len(points) + extra.sum(), 2))
    starts = np.zeros_like(start)
    used = 0
    for line in range(len(start) - 1):
        for p in range(start[line], start[line + 1]):
            out[used] = points[p]
            used += 1
            for k in range(extra[p]):
                share = (k + 1) / (extra[p] + 1)
                out[used] = (1 - share) * points[p] + share * points[p + 1]
                used += 1
        starts[line + 1] = used
    return out, starts


def _ends(paths: Paths) -> Float[np.ndarray, "N2 2"]:
    """First and last point of each path in turn."""
    out = np.empty((2 * len(paths), 2))
    out[0::2], out[1::2] = paths.points[paths.start[:-1]], paths.points[paths.start[1:] - 1]
    return out


def _mates(ends: np.ndarray, outward: np.ndarray, reach: np.ndarray) -> Int[np.ndarray, " N2"]:
    """The end that each is joined to, -1 for none: the nearest pairs first."""
    mate = np.full(len(ends), -1, np.int64)
    if len(ends) < 2:
        return mate
    cell = max(float(reach.max()), 1e-6)
    place = np.floor((ends - ends.min(0)) / cell).astype(np.int64)
    key = place[:, 1] * (place[:, 0].max() + 2) + place[:, 0]
    order = np.argsort(key, kind="stable")
    pairs, far = _pairs(ends, outward, reach, order, key[order], int(place[:, 0].max() + 2))
    _settle(pairs[np.argsort(far, kind="stable")], mate)
    return mate


@njit(cache=True)
@no_type_check
def _pairs(ends, outward, reach, order, keys, across):
    """Pairs of ends that could be joined, and how far apart they are."""
    pairs = np.empty((max(16, 8 * len(ends)), 2), np.int64)
    far = np.empty(len(pairs))
    count = 0
    for i in range(len(order)):
        a = order[i]
        for row in range(-1, 2):
            first = np.searchsorted(keys, keys[i] + row * across - 1)
            last = np.searchsorted(keys, keys[i] + row * across + 1, side="right")
            for j in range(first, last):
                b = order[j]
                if b <= a or count == len(pairs):
                    continue
                dx, dy = ends[b, 0] - ends[a, 0], ends[b, 1] - ends[a, 1]
                gap = np.sqrt(dx * dx + dy * dy)
                if gap <= min(reach[a], reach[b]) and _facing(outward, a, b, dx, dy, gap):
                    pairs[count, 0], pairs[count, 1], far[count] = a, b, gap
                    count += 1
    return pairs[:count].copy(), far[:count].copy()


@njit(cache=True)
@no_type_check
def _facing(outward, a, b, dx, dy, gap):
    """Do two ends run towards each other? Always, where no directions are given."""
    if not len(outward):
        return True
    opposed = -(outward[a, 0] * outward[b, 0] + outward[a, 1] * outward[b, 1])
    ahead = (outward[a, 0] * dx + outward[a, 1] * dy) / max(gap, 1e-12)
    back = -(outward[b, 0] * dx + outward[b, 1] * dy) / max(gap, 1e-12)
    return opposed > _AHEAD and ahead > _AHEAD and back > _AHEAD


@njit(cache=True)
@no_type_check
def _settle(pairs, mate):
    """Each end takes at most one other; the two ends of one path never take each other."""
    for n in range(len(pairs)):
        a, b = pairs[n, 0], pairs[n, 1]
        if mate[a] < 0 and mate[b] < 0 and a // 2 != b // 2:
            mate[a], mate[b] = b, a


def _linked(paths: Paths, mate: np.ndarray) -> Paths:
    """Paths along the chains that mated ends make; a ring is opened where it begins."""
    if not len(paths):
        return paths
    rows, turned, first = _chains(mate)
    one_each = paths.take(rows, turned)
    return Paths(one_each.points, one_each.start[np.r_[first, len(rows)]])


@njit(cache=True)
@no_type_check
def _chains(mate):
    """Paths in the order of the chains, whether each is turned, and where each chain begins."""
    count = len(mate) // 2
    rows, turned = np.empty(count, np.int64), np.zeros(count, np.bool_)
    first, seen = np.empty(count, np.int64), np.zeros(count, np.bool_)
    used, chains = 0, 0
    for ring in range(2):  # what has a free end first; then only rings are left
        for path in range(count):
            for side in range(2):
                if seen[path] or (ring == 0 and mate[2 * path + side] >= 0):
                    continue
                first[chains] = used
                chains += 1
                end = 2 * path + side  # the end at which the pen comes in
                while end >= 0 and not seen[end // 2]:
                    seen[end // 2] = True
                    rows[used], turned[used] = end // 2, end % 2 == 1
                    used += 1
                    end = mate[end ^ 1]
    return rows, turned, first[:chains].copy()
