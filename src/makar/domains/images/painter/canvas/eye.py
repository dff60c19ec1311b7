"""The eye: looks where the picture lacks most, as its lack runs, and tells the hand what it sees.

What one opaque stroke could win at a pixel is ``|lack|² - |target - colour|²``: what is wrong
there now, less what would be wrong under the stroke's colour. The eye takes the target's mean
colour around the place for that colour. The frame is turned along the longer axis of what could be
won, by its second moments (as Shiraishi & Yamaguchi 2000 placed brush strokes), and flipped so
that more of it lies ahead and on the positive side: four views become one.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.domains.images.raster.coverage import EXACT

LEVELS = 4
"""Sizes of the picture the eye looks at: each half the one before."""
GRID = 11
"""Cells of a side of each window."""
SCALES = np.array([0.3, 0.8, 2.2])
"""Size of a cell in each window, in units."""
PLANES = 3
"""What is seen in each cell: what could be won, lack of the place's own colour, unlikeness."""
TELLS = 12
SEEN = len(SCALES) * PLANES * GRID * GRID + TELLS
"""Numbers in an observation."""
LOOK = 13
"""Cells of a side of the window in which the eye finds its direction."""
REACH = 1.5
"""Units within which things count for it: the deviation of a bell."""
FAINT = 0.02
"""Lack below this, 0..1 per plane, is not made to look larger."""
CLIP = 3.0


@njit(cache=True, fastmath=EXACT)
def gaze(
    target: Float[np.ndarray, "3 S S"],
    canvas: Float[np.ndarray, "3 S S"],
    sizes: Float[np.ndarray, "L 6 S S"],
) -> None:
    """Fill ``sizes`` with lack (three planes) and target, in pixels and ever coarser."""
    side = target.shape[1]
    for c in range(3):
        for y in range(side):
            for x in range(side):
                sizes[0, c, y, x] = target[c, y, x] - canvas[c, y, x]
                sizes[0, 3 + c, y, x] = target[c, y, x]
    for level in range(1, sizes.shape[0]):
        side //= 2
        for c in range(6):
            for y in range(side):
                for x in range(side):
                    sizes[level, c, y, x] = 0.25 * (
                        sizes[level - 1, c, 2 * y, 2 * x]
                        + sizes[level - 1, c, 2 * y, 2 * x + 1]
                        + sizes[level - 1, c, 2 * y + 1, 2 * x]
                        + sizes[level - 1, c, 2 * y + 1, 2 * x + 1]
                    )


@njit(cache=True, fastmath=EXACT)
def pick(
    lack: Float[np.ndarray, "G G"], total: float, uniform: Float[np.ndarray, " 3"], side: int
) -> tuple[float, float]:
    """A place drawn by how much each cell lacks."""
    cells = len(lack)
    cell, rest = 0, uniform[0] * total
    while cell < cells * cells - 1 and rest >= lack[cell // cells, cell % cells]:
        rest -= lack[cell // cells, cell % cells]
        cell += 1
    x = (cell % cells + uniform[1]) * side / cells
    y = (cell // cells + uniform[2]) * side / cells
    return x, y


@njit(cache=True, fastmath=EXACT)
def look(
    sizes: Float[np.ndarray, "L 6 S S"],
    x: float,
    y: float,
    unit: float,
    upright: bool,
    frame: Float[np.ndarray, " 5"],
    seen: Float[np.ndarray, " O"],
) -> None:
    """Find the frame at a place, and fill ``seen`` but for its last tells (see ``kernel.tell``).

    ``upright`` leaves the frame as the sheet lies: where strokes are to run one way on the sheet,
    whatever runs where.
    """
    around = np.empty(8)  # mean lack, mean target, how much is lacking, how surely it runs
    _average(sizes, x, y, unit, around)
    _turn(sizes, x, y, unit, around, frame)
    if upright:
        frame[2], frame[3] = 0.0, 1.0
    at, point = 0, np.empty(6)
    along_x, along_y = math.cos(frame[2]), math.sin(frame[2])
    across_x, across_y = -along_y * frame[3], along_x * frame[3]
    for scale in SCALES:
        cell = scale * unit
        level = _level(cell, len(sizes))
        for row in range(GRID):
            across = (row - GRID // 2) * cell
            for column in range(GRID):
                along = (column - GRID // 2) * cell
                inside = _sampled(
                    sizes,
                    level,
                    x + along * along_x + across * across_x,
                    y + along * along_y + across * across_y,
                    point,
                )
                _felt(point, inside, around, seen, at)
                at += PLANES
    seen[at] = around[7]
    seen[at + 1] = 3 * around[6]
    seen[at + 2] = math.log(around[6])


@njit(cache=True, fastmath=EXACT)
def _level(cell: float, levels: int) -> int:
    """The size of the picture in which a cell is about a pixel."""
    return min(max(math.floor(math.log2(max(cell, 0.1)) + 0.5), 0), levels - 1)


@njit(cache=True, fastmath=EXACT)
def _sampled(
    sizes: Float[np.ndarray, "L 6 S S"], level: int, x: float, y: float, point: np.ndarray
) -> bool:
    """Lack and target at a place, between pixels; False outside the picture."""
    side = sizes.shape[2]
    if x < 0 or y < 0 or x >= side or y >= side:
        return False
    scale, most = 1.0 / (1 << level), (side >> level) - 1
    u = min(max(x * scale - 0.5, 0.0), float(most))
    v = min(max(y * scale - 0.5, 0.0), float(most))
    left, top = int(u), int(v)
    right, bottom = min(left + 1, most), min(top + 1, most)
    a, b = u - left, v - top
    for c in range(6):
        plane = sizes[level, c]
        upper = plane[top, left] * (1 - a) + plane[top, right] * a
        lower = plane[bottom, left] * (1 - a) + plane[bottom, right] * a
        point[c] = upper * (1 - b) + lower * b
    return True


@njit(cache=True, fastmath=EXACT)
def _average(
    sizes: Float[np.ndarray, "L 6 S S"], x: float, y: float, unit: float, around: np.ndarray
) -> None:
    """Mean lack and target within a quarter unit of the place, and how much is lacking."""
    cell = unit / 4
    level = _level(cell, len(sizes))
    around[:] = 0.0
    point, weight = np.empty(6), 0.0
    for row in range(-1, 2):
        for column in range(-1, 2):
            if _sampled(sizes, level, x + column * cell, y + row * cell, point):
                for c in range(6):
                    around[c] += point[c]
                weight += 1.0
    for c in range(6):
        around[c] /= max(weight, 1.0)
    lack = math.sqrt(around[0] ** 2 + around[1] ** 2 + around[2] ** 2)
    around[6] = max(lack, FAINT)


@njit(cache=True, fastmath=EXACT)
def _won(point: np.ndarray, around: np.ndarray) -> float:
    """What an opaque stroke of the place's colour would win here, in the place's own lack."""
    now, then = 0.0, 0.0
    for c in range(3):
        now += point[c] * point[c]
        then += (point[3 + c] - around[3 + c]) ** 2
    return min(max((now - then) / (around[6] * around[6]), -CLIP), CLIP)


@njit(cache=True, fastmath=EXACT)
def _turn(
    sizes: Float[np.ndarray, "L 6 S S"],
    x: float,
    y: float,
    unit: float,
    around: np.ndarray,
    frame: np.ndarray,
) -> None:
    """Find which way what could be won runs, and on which side there is more of it."""
    cell = 3 * REACH * unit / LOOK
    level = _level(cell, len(sizes))
    point = np.empty(6)
    whole, mx, my, xx, xy, yy = 1e-9, 0.0, 0.0, 0.0, 0.0, 0.0
    for row in range(LOOK):
        dy = (row - LOOK // 2) * cell
        for column in range(LOOK):
            dx = (column - LOOK // 2) * cell
            if not _sampled(sizes, level, x + dx, y + dy, point):
                continue
            won = max(_won(point, around), 0.0)
            won *= math.exp(-0.5 * (dx * dx + dy * dy) / (REACH * unit) ** 2)
            whole += won
            mx += won * dx
            my += won * dy
            xx += won * dx * dx
            xy += won * dx * dy
            yy += won * dy * dy
    mx, my = mx / whole, my / whole
    xx, xy, yy = xx / whole - mx * mx, xy / whole - mx * my, yy / whole - my * my
    way = 0.5 * math.atan2(2 * xy, xx - yy)
    if mx * math.cos(way) + my * math.sin(way) < 0:
        way += math.pi
    side = 1.0 if my * math.cos(way) - mx * math.sin(way) >= 0 else -1.0
    around[7] = math.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (xx + yy + 1e-9)
    frame[0], frame[1], frame[2], frame[3], frame[4] = x, y, way, side, unit


@njit(cache=True, fastmath=EXACT)
def _felt(point: np.ndarray, inside: bool, around: np.ndarray, seen: np.ndarray, at: int) -> None:
    """What is seen in one cell; outside the picture there is nothing to win or to lose."""
    if not inside:
        seen[at : at + PLANES] = 0.0
        return
    own, unlike = 0.0, 0.0
    for c in range(3):
        own += point[c] * around[c]
        unlike += (point[3 + c] - around[3 + c]) ** 2
    seen[at] = _won(point, around)
    seen[at + 1] = min(max(own / (around[6] * around[6]), -CLIP), CLIP)
    seen[at + 2] = min(math.sqrt(unlike) / around[6], CLIP)
