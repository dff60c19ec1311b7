"""Lines that lie side by side move until the paper between them is shared evenly.

Streamlines come in or end where two are one separation too far apart or too near: to their left
and right the gap differs by up to two. Each point is moved across its line towards the middle
between its neighbours, the movement smoothed along the line, a few times over. Where lines are
sparse nobody sees the difference, but would see them wander: there they stay as they are.
"""

from __future__ import annotations

from typing import NamedTuple, no_type_check

import numpy as np
from numba import njit

from makar.domains.images.plotter.paths import Paths

ROUNDS = 6
SMOOTH = 1.2
"""Millimetres along a line over which its movement is shared (half the window), and …"""
_SMOOTH_GAPS = 4.0
"""… that many of the line's separations, where that is more: what is sparse bends gently."""
_PULL = 0.5
"""Share of the way to the middle that is gone in a round."""
_EVERY = 3
"""Points of which one looks for its neighbours and the others follow it."""
_TANGENT = 4
"""Points to either side that tell the direction of a line."""
_SIGHT = 3.0
"""Separations within which a neighbour is looked for."""


class _Cells(NamedTuple):
    """Points in cells of a grid: the last of each, and for each point the one before it."""

    last: np.ndarray
    before: np.ndarray
    cell: float


def relaxed(
    paths: Paths, separation: np.ndarray, pitch: float, *, sparse: float, rounds: int = ROUNDS
) -> Paths:
    """The same lines, evenly spaced.

    Args:
        paths: Lines of points a short way apart.
        separation: ``(H, W)`` millimetres between lines; infinite where none is to be.
        pitch: Millimetres a pixel of it.
        sparse: The separation from which lines stay as they are; from half of it on they move less.
        rounds: How often they are moved.
    """
    if not len(paths):
        return paths
    H, W = separation.shape
    points = np.clip(paths.points, 0.0, (W * pitch, H * pitch))
    step = float(np.median(np.linalg.norm(np.diff(points[:1000], axis=0), axis=1)))
    window = _windows(points, paths.start, separation, pitch, step)
    finite = separation[np.isfinite(separation)]
    cell = max(2 * step, float(finite.min()) if len(finite) else step)
    for _ in range(rounds):
        cells = _cells(points, W * pitch, H * pitch, cell)
        shift = _shift(points, paths.start, separation, pitch, cells, step, sparse)
        for _ in range(2):  # a mean of means falls off gently to both sides
            shift = _mean_along(shift, paths.start, window)
        points = _ironed(points + shift, paths.start)
        points = np.clip(points, 0.0, (W * pitch, H * pitch))
    return Paths(points, paths.start)


def _windows(
    points: np.ndarray, start: np.ndarray, separation: np.ndarray, pitch: float, step: float
) -> np.ndarray:
    """Points to either side of one that share a movement, for each line."""
    middle = points[(start[:-1] + start[1:]) // 2]
    column, row = (middle / pitch).astype(int).T
    here = separation[
        np.minimum(row, separation.shape[0] - 1), np.minimum(column, separation.shape[1] - 1)
    ]
    reach = np.maximum(SMOOTH, _SMOOTH_GAPS * np.where(np.isfinite(here), here, 0.0))
    return np.maximum(1, np.rint(reach / max(step, 1e-3))).astype(np.int64)


def _cells(points: np.ndarray, wide: float, high: float, cell: float) -> _Cells:
    last = np.full((int(high / cell) + 1, int(wide / cell) + 1), -1, np.int32)
    before = np.empty(len(points), np.int32)
    _sort_in(points, last, before, cell)
    return _Cells(last, before, cell)


@njit(cache=True)
@no_type_check
def _sort_in(points, last, before, cell):
    for p in range(len(points)):
        row, column = int(points[p, 1] / cell), int(points[p, 0] / cell)
        before[p] = last[row, column]
        last[row, column] = p


@njit(cache=True)
@no_type_check
def _sides(points, p, nx, ny, sight, step, cells):
    """Distance across to the nearest neighbour on the one side and on the other."""
    down, across = cells.last.shape
    reach = int(sight / cells.cell) + 1
    x, y = points[p, 0], points[p, 1]
    row, column = int(y / cells.cell), int(x / cells.cell)
    left, right = np.inf, np.inf
    for r in range(max(0, row - reach), min(down, row + reach + 1)):
        for c in range(max(0, column - reach), min(across, column + reach + 1)):
            q = cells.last[r, c]
            while q >= 0:
                dx, dy = points[q, 0] - x, points[q, 1] - y
                q = cells.before[q]
                if abs(dy * nx - dx * ny) > step:  # not beside: before or behind
                    continue
                away = dx * nx + dy * ny
                if 1e-6 < away < right:
                    right = away
                elif 1e-6 < -away < left:
                    left = -away
    return left, right


@njit(cache=True)
@no_type_check
def _shift(points, start, separation, pitch, cells, step, sparse):
    """Where each point would like to go, in millimetres."""
    H, W = separation.shape
    out = np.zeros_like(points)
    for line in range(len(start) - 1):
        first, end = start[line], start[line + 1]
        for p in range(first, end):
            if (p - first) % _EVERY:  # it is smoothed along the line anyway
                out[p] = out[p - 1]
                continue
            a, b = max(first, p - _TANGENT), min(end - 1, p + _TANGENT)
            tx, ty = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
            size = np.sqrt(tx * tx + ty * ty)
            row = min(H - 1, int(points[p, 1] / pitch))
            sep = separation[row, min(W - 1, int(points[p, 0] / pitch))]
            if size < 1e-9 or sep >= sparse:
                continue
            nx, ny = -ty / size, tx / size
            left, right = _sides(points, p, nx, ny, _SIGHT * sep, step, cells)
            left = sep if left > _SIGHT * sep else left  # nobody there: at ease on that side
            right = sep if right > _SIGHT * sep else right
            way = _PULL * min(1.0, 2 - 2 * sep / sparse) * (right - left) / 2
            out[p, 0], out[p, 1] = way * nx, way * ny
    return out


@njit(cache=True)
@no_type_check
def _mean_along(values, start, windows):
    """The mean of so many neighbours to either side along each line."""
    out = np.empty_like(values)
    for line in range(len(start) - 1):
        first, end = start[line], start[line + 1]
        sx, sy, low, high, window = 0.0, 0.0, first, first, windows[line]
        for p in range(first, end):
            while high < min(end, p + window + 1):
                sx, sy, high = sx + values[high, 0], sy + values[high, 1], high + 1
            while low < p - window:
                sx, sy, low = sx - values[low, 0], sy - values[low, 1], low + 1
            out[p, 0] = sx / (high - low)
            out[p, 1] = sy / (high - low)
    return out


@njit(cache=True)
@no_type_check
def _ironed(points, start):
    """Lines without the smallest wrinkles; their ends stay where they are."""
    out = points.copy()
    for line in range(len(start) - 1):
        for p in range(start[line] + 1, start[line + 1] - 1):
            for k in range(2):
                out[p, k] = (points[p - 1, k] + 2 * points[p, k] + points[p + 1, k]) / 4
    return out
