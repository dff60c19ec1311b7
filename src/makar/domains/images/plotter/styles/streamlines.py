"""Evenly spaced streamlines (Jobard & Lefer 1997), their separation different from place to place.

A line grows both ways from its seed along the flow until it comes too near to another line or to
its own beginning; new seeds lie beside the lines that are there, one separation away. How near is
too near is told by the place where a line would go, not by the line that is there: a sparse line
in a light place does not keep dark neighbours away.
"""

from __future__ import annotations

from typing import NamedTuple, no_type_check

import numpy as np
from numba import njit

from makar.domains.images.plotter.paths import Paths

TIGHT = 0.7
"""A line that grows may come this near to others, in separations."""
APART = 0.85
"""A seed lies a whole separation from the line that it is beside, and this far from all others."""
_OWN = 3.0
"""Separations along itself within which a line is no obstacle to itself."""
_FOLD = 0.5
"""Cosine of the sharpest turn from a step to the next: the flow is folded where it is sharper."""


class _Ground(NamedTuple):
    """What lines grow on, and how."""

    field: np.ndarray
    separation: np.ndarray
    pitch: float
    step: float
    nearest: float


class _Store(NamedTuple):
    """Points of all lines, in cells of a grid: the last of each cell, and the one before it.

    ``tag`` is the line of a point and how far along it from its seed it is.
    """

    points: np.ndarray
    tag: np.ndarray
    before: np.ndarray
    last: np.ndarray
    cell: float


def streamlines(
    field: np.ndarray,
    separation: np.ndarray,
    pitch: float,
    *,
    step: float,
    shortest: float,
    nearest: float,
    seeds: np.ndarray,
) -> Paths:
    """Lines along a flow.

    Args:
        field: ``(H, W, 2)`` unit vectors; the sign means nothing.
        separation: ``(H, W)`` millimetres between lines; infinite where none is to be.
        pitch: Millimetres a pixel of both.
        step: Millimetres from point to point of a line.
        shortest: Millimetres below which a line is given up.
        nearest: Millimetres that lines keep from each other everywhere.
        seeds: ``(S, 2)`` where lines are tried first, in millimetres, in this order.
    """
    H, W = separation.shape
    cell = 2 * max(step, nearest)
    room = int(2 * H * W * pitch**2 / (nearest * step)) + 10_000
    store = _Store(
        np.empty((room, 2)),
        np.empty((room, 2)),
        np.empty(room, np.int32),
        np.full((int(H * pitch / cell) + 1, int(W * pitch / cell) + 1), -1, np.int32),
        cell,
    )
    ground = _Ground(np.ascontiguousarray(field), separation, pitch, step, nearest)
    borders = _grow_all(ground, store, np.ascontiguousarray(seeds), shortest)
    return Paths(*_in_order(store.points, borders))


@njit(cache=True)
@no_type_check
def _free(store, x, y, near, line, along):
    """Is no point this near, but those of the same line that are next to it?"""
    down, across = store.last.shape
    reach = int(near / store.cell) + 1
    row, column = int(y / store.cell), int(x / store.cell)
    for r in range(max(0, row - reach), min(down, row + reach + 1)):
        for c in range(max(0, column - reach), min(across, column + reach + 1)):
            p = store.last[r, c]
            while p >= 0:
                dx, dy = store.points[p, 0] - x, store.points[p, 1] - y
                if dx * dx + dy * dy < near * near:
                    own = store.tag[p, 0] == line
                    if not own or abs(store.tag[p, 1] - along) > _OWN * near:
                        return False
                p = store.before[p]
    return True


@njit(cache=True)
@no_type_check
def _add(store, used, x, y, line, along):
    """One more point."""
    store.points[used, 0], store.points[used, 1] = x, y
    store.tag[used, 0], store.tag[used, 1] = line, along
    row, column = int(y / store.cell), int(x / store.cell)
    store.before[used] = store.last[row, column]
    store.last[row, column] = used


@njit(cache=True)
@no_type_check
def _drop(store, used, first):
    """Takes back every point from ``first`` on, the newest first."""
    for p in range(used - 1, first - 1, -1):
        row = int(store.points[p, 1] / store.cell)
        column = int(store.points[p, 0] / store.cell)
        store.last[row, column] = store.before[p]


@njit(cache=True)
@no_type_check
def _way(ground, x, y, fx, fy):
    """The flow here, between pixels, turned the way that one was going."""
    H, W = ground.separation.shape
    column, row = x / ground.pitch - 0.5, y / ground.pitch - 0.5
    c, r = int(np.floor(column)), int(np.floor(row))
    wx, wy = column - c, row - r
    sx, sy = 0.0, 0.0
    for j in range(2):
        for i in range(2):
            a, b = min(H - 1, max(0, r + j)), min(W - 1, max(0, c + i))
            vx, vy = ground.field[a, b, 0], ground.field[a, b, 1]
            weight = (wx if i else 1 - wx) * (wy if j else 1 - wy)
            if vx * fx + vy * fy < 0:
                weight = -weight
            sx += weight * vx
            sy += weight * vy
    size = np.sqrt(sx * sx + sy * sy)
    if size < 1e-9:
        return fx, fy
    return sx / size, sy / size


@njit(cache=True)
@no_type_check
def _separation(ground, x, y):
    """Millimetres to keep from other lines here; infinite where none is to be."""
    H, W = ground.separation.shape
    if x < 0 or y < 0 or x >= W * ground.pitch or y >= H * ground.pitch:
        return np.inf
    here = ground.separation[min(H - 1, int(y / ground.pitch)), min(W - 1, int(x / ground.pitch))]
    return here


@njit(cache=True)
@no_type_check
def _extend(ground, store, used, line, x, y, sign):
    """Grows one way from a seed; the seed itself is there already. How many points there are."""
    along = 0.0
    fx, fy = _way(ground, x, y, 1.0, 0.0)
    fx, fy = sign * fx, sign * fy
    while used < len(store.points):
        half = ground.step / 2
        mx, my = _way(ground, x + fx * half, y + fy * half, fx, fy)
        if mx * fx + my * fy < _FOLD:
            break
        fx, fy = mx, my
        x, y, along = x + fx * ground.step, y + fy * ground.step, along + sign * ground.step
        separation = _separation(ground, x, y)
        near = max(ground.nearest, TIGHT * separation)
        if not np.isfinite(separation) or not _free(store, x, y, near, line, along):
            break
        _add(store, used, x, y, line, along)
        used += 1
    return used


@njit(cache=True)
@no_type_check
def _beside(ground, store, number):
    """The seed beside a point that is there: two of each, left and right."""
    point, side = number // 2, 1.0 - 2.0 * (number % 2)
    x, y = store.points[point, 0], store.points[point, 1]
    fx, fy = _way(ground, x, y, 1.0, 0.0)
    away = _separation(ground, x, y) * 1.001
    there = _separation(ground, x - side * fy * away, y + side * fx * away)
    if np.isfinite(there) and there > away:  # it is lighter over there
        away = there * 1.001
    return x - side * fy * away, y + side * fx * away


@njit(cache=True)
@no_type_check
def _grow_all(ground, store, seeds, shortest):
    """Where lines begin, where their second half begins, and the end; the points are in store."""
    borders = np.empty((len(store.points) // 2 + 1, 2), np.int64)
    used, lines, tried, beside = 0, 0, 0, 0
    while beside < 2 * used or tried < len(seeds):
        if beside < 2 * used:
            x, y = _beside(ground, store, beside)
            beside += 1
        else:
            x, y = seeds[tried, 0], seeds[tried, 1]
            tried += 1
        separation = _separation(ground, x, y)
        full = used >= len(store.points) or lines + 1 >= len(borders)
        if (
            full
            or not np.isfinite(separation)
            or not _free(store, x, y, APART * separation, -1.0, 0.0)
        ):
            continue
        _add(store, used, x, y, lines, 0.0)
        middle = _extend(ground, store, used + 1, lines, x, y, 1.0)
        end = _extend(ground, store, middle, lines, x, y, -1.0)
        if (end - used - 1) * ground.step < shortest:
            _drop(store, end, used)
            continue
        borders[lines, 0], borders[lines, 1] = used, middle
        used = end
        lines += 1
    borders[lines, 0], borders[lines, 1] = used, used
    return borders[: lines + 1].copy()


@njit(cache=True)
@no_type_check
def _in_order(points, borders):
    """Points of each line from its one end to the other, and where each begins."""
    out = np.empty((borders[-1, 0], 2))
    for line in range(len(borders) - 1):
        first, middle, end = borders[line, 0], borders[line, 1], borders[line + 1, 0]
        at = first
        for p in range(end - 1, middle - 1, -1):
            out[at] = points[p]
            at += 1
        for p in range(first, middle):
            out[at] = points[p]
            at += 1
    return out, borders[:, 0].copy()
