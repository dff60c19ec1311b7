"""Paths cut at the edges of the drawing area, and without the points that nobody would see."""

from __future__ import annotations

from typing import no_type_check

import numpy as np
from numba import njit

from makar.domains.images.plotter.paths import Paths

TOLERANCE = 0.05
"""Millimetres by which a simplified path may leave the given one."""


def clipped(paths: Paths, area: tuple[float, float, float, float]) -> Paths:
    """What of the paths lies in a rectangle (left, top, right, bottom), exactly to its edges.

    A path that leaves and comes back becomes two.
    """
    return Paths(*_clip(paths.points, paths.start, *(float(edge) for edge in area)))


def simplified(paths: Paths, tolerance: float = TOLERANCE) -> Paths:
    """With as few of their points as lie no further off (Ramer 1972, Douglas & Peucker 1973)."""
    keep = _needed(paths.points, paths.start, tolerance)
    counts = np.r_[np.int64(0), np.cumsum(keep)]
    return Paths(paths.points[keep], counts[paths.start])


@njit(cache=True)
@no_type_check
def _clip(points, start, left, top, right, bottom):
    """Each piece cut by Liang & Barsky (1984); pieces that go on from one another are one path."""
    out = np.empty((2 * len(points) + 2, 2))
    starts = np.zeros(len(points) + 2, np.int64)
    used, lines = 0, 0
    for line in range(len(start) - 1):
        open_ = False
        for p in range(start[line], start[line + 1] - 1):
            x, y = points[p]
            x1, y1 = points[p + 1]
            dx, dy = x1 - x, y1 - y
            begin, end = _span(x, dx, left, right, 0.0, 1.0)
            begin, end = _span(y, dy, top, bottom, begin, end)
            if begin > end or (begin == end and (dx != 0 or dy != 0)):
                continue  # outside, or touches the edge in a point
            if not open_ or begin > 0:
                if used > starts[lines]:
                    lines += 1
                    starts[lines] = used
                out[used, 0] = min(right, max(left, (1 - begin) * x + begin * x1))
                out[used, 1] = min(bottom, max(top, (1 - begin) * y + begin * y1))
                used += 1
            out[used, 0] = min(right, max(left, (1 - end) * x + end * x1))
            out[used, 1] = min(bottom, max(top, (1 - end) * y + end * y1))
            used += 1
            open_ = end == 1.0
        if used > starts[lines]:
            lines += 1
            starts[lines] = used
    return out[:used].copy(), starts[: lines + 1].copy()


@njit(cache=True)
@no_type_check
def _span(x, dx, low, high, begin, end):
    """The part of a piece, as shares of its way, that lies between two edges."""
    if dx == 0:
        return (begin, end) if low <= x <= high else (1.0, 0.0)
    a, b = (low - x) / dx, (high - x) / dx
    return max(begin, min(a, b)), min(end, max(a, b))


@njit(cache=True)
@no_type_check
def _needed(points, start, tolerance):
    """Which points stay: both ends, and the furthest from a chord wherever that is too far."""
    keep = np.zeros(len(points), np.bool_)
    stack = np.empty((len(points) + 2, 2), np.int64)
    for line in range(len(start) - 1):
        if start[line + 1] == start[line]:
            continue
        keep[start[line]] = keep[start[line + 1] - 1] = True
        stack[0, 0], stack[0, 1] = start[line], start[line + 1] - 1
        depth = 1
        while depth > 0:
            depth -= 1
            first, last = stack[depth, 0], stack[depth, 1]
            far, at = _furthest(points, first, last)
            if far > tolerance:
                keep[at] = True
                stack[depth, 0], stack[depth, 1] = first, at
                stack[depth + 1, 0], stack[depth + 1, 1] = at, last
                depth += 2
    return keep


@njit(cache=True)
@no_type_check
def _furthest(points, first, last):
    """The point between two that lies furthest from the straight piece between them."""
    x, y = points[first]
    dx, dy = points[last, 0] - x, points[last, 1] - y
    square = dx * dx + dy * dy
    best, at = -1.0, first
    for p in range(first + 1, last):
        ox, oy = points[p, 0] - x, points[p, 1] - y
        t = min(1.0, max(0.0, (ox * dx + oy * dy) / square)) if square > 0 else 0.0
        far = (ox - t * dx) ** 2 + (oy - t * dy) ** 2
        if far > best:
            best, at = far, p
    return np.sqrt(max(0.0, best)), at
