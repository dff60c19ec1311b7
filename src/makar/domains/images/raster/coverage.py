"""How much of each pixel a stroke covers: a chain of segments with round ends, edges smoothed.

A pixel whose middle is ``d`` away from the middle line is covered by ``clip(r - d + 1/2)``, r the
radius there: the share of a pixel that a straight edge at that distance leaves. A line thinner
than a pixel covers no more than it is wide.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float, Int
from numba import njit

EXACT = {"nnan", "ninf", "nsz"}
"""What a compiler may take for granted: numbers are finite. Sums keep their order: with other
licences the same seed gave other strokes wherever the code was compiled anew."""
FAR = np.float32(1e9)
MOST_SEGMENTS = 48
FLAT, ROUGH = 0.08, 0.25
"""Pixels that a chain of segments may be off its curve: where it is shown, where it is tried."""


@njit(cache=True, fastmath=EXACT)
def flattened(
    points: Float[np.ndarray, "4 2"], chain: Float[np.ndarray, "K 2"], flat: float
) -> int:
    """Fill ``chain`` with points of a cubic Bézier curve, evenly in its parameter.

    Returns:
        The number of segments: as many as keep it within ``flat`` pixels of the curve.
    """
    bend = 0.0
    for i in range(2):
        x = points[i, 0] - 2 * points[i + 1, 0] + points[i + 2, 0]
        y = points[i, 1] - 2 * points[i + 1, 1] + points[i + 2, 1]
        bend = max(bend, math.hypot(x, y))
    # The second derivative is at most 6 bends; a chord is off by 1/8 of that times its length².
    count = min(max(math.ceil(math.sqrt(0.75 * bend / flat)), 1), MOST_SEGMENTS)
    for k in range(count + 1):
        t = k / count
        u = 1 - t
        a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        for i in range(2):
            chain[k, i] = a * points[0, i] + b * points[1, i] + c * points[2, i] + d * points[3, i]
    return count


@njit(cache=True, fastmath=EXACT)
def stamped(
    chain: Float[np.ndarray, "K 2"],
    count: int,
    start: float,
    end: float,
    reach: float,
    near: Float[np.ndarray, "H W"],
    low: Int[np.ndarray, " H"],
    high: Int[np.ndarray, " H"],
) -> tuple[int, int]:
    """Mark how far each pixel around a stroke is outside its edge (negative inside).

    Args:
        chain: Points of the middle line.
        count: Segments of it.
        start: Radius at the first point.
        end: Radius at the last; it changes evenly from segment to segment.
        reach: How far outside the edge pixels are marked at least.
        near: Takes the marks, from ``low`` to ``high`` of each row that is returned.
        low: Takes the first column marked of each row.
        high: Takes the column after the last marked.

    Returns:
        The first row, and the row after the last.
    """
    rows, columns = near.shape
    most = max(start, end) + reach
    above, below = chain[0, 1], chain[0, 1]
    for k in range(1, count + 1):
        above, below = min(above, chain[k, 1]), max(below, chain[k, 1])
    first = min(max(math.ceil(above - 0.5 - most), 0), rows)
    last = min(max(math.floor(below - 0.5 + most) + 1, first), rows)
    for y in range(first, last):
        low[y], high[y] = columns, 0
    taper = (end - start) / count
    for k in range(count):
        _segment(chain, k, start + taper * k, taper, reach, near, low, high)
    return first, last


@njit(cache=True, fastmath=EXACT)
def _segment(
    chain: Float[np.ndarray, "K 2"],
    k: int,
    radius: float,
    taper: float,
    reach: float,
    near: Float[np.ndarray, "H W"],
    low: Int[np.ndarray, " H"],
    high: Int[np.ndarray, " H"],
) -> None:
    """Mark the pixels around one segment, row by row, where it is within reach."""
    rows, columns = near.shape
    ax, ay = chain[k, 0] - 0.5, chain[k, 1] - 0.5
    ux, uy = chain[k + 1, 0] - 0.5 - ax, chain[k + 1, 1] - 0.5 - ay
    most = max(radius, radius + taper) + reach
    squared = ux * ux + uy * uy
    inverse = 1.0 / squared if squared > 1e-12 else 0.0
    top = max(math.ceil(min(ay, ay + uy) - most), 0)
    bottom = min(math.floor(max(ay, ay + uy) + most) + 1, rows)
    for y in range(top, bottom):
        t0, t1 = 0.0, 1.0  # the part of the segment that is within reach of this row
        if abs(uy) > 1e-9:
            s0, s1 = (y - most - ay) / uy, (y + most - ay) / uy
            t0, t1 = max(t0, min(s0, s1)), min(t1, max(s0, s1))
            if t0 > t1:
                continue
        x0, x1 = ax + t0 * ux, ax + t1 * ux
        left = max(math.ceil(min(x0, x1) - most), 0)
        right = min(math.floor(max(x0, x1) + most) + 1, columns)
        if left >= right:
            continue
        _opened(near, low, high, y, left, right)
        dy = y - ay
        for x in range(left, right):
            dx = x - ax
            h = min(max((dx * ux + dy * uy) * inverse, 0.0), 1.0)
            ex, ey = dx - h * ux, dy - h * uy
            value = np.float32(math.sqrt(ex * ex + ey * ey) - radius - taper * h)
            near[y, x] = min(near[y, x], value)


@njit(cache=True)
def _opened(
    near: Float[np.ndarray, "H W"],
    low: Int[np.ndarray, " H"],
    high: Int[np.ndarray, " H"],
    y: int,
    left: int,
    right: int,
) -> None:
    """Have a row's marks reach from ``left`` to ``right``; what is new there is far off."""
    if low[y] >= high[y]:
        low[y], high[y] = left, left
    for x in range(left, low[y]):
        near[y, x] = FAR
    for x in range(high[y], right):
        near[y, x] = FAR
    low[y], high[y] = min(low[y], left), max(high[y], right)


@njit(cache=True, fastmath=EXACT)
def covered(value: float, thin: float) -> float:
    """Share of a pixel that is covered ``value`` pixels outside the edge; ``thin`` at most."""
    return min(min(max(0.5 - value, 0.0), 1.0), thin)
