"""How the error of a painting changes with everything about each of its strokes: its gradient.

Strokes are laid once forwards, and what each pixel was before each stroke is kept. Backwards, the
gradient of the error on the canvas is passed through them: a stroke ``C' = C + o a (c - C)`` gives

    dE/dc = Σ o a g,   dE/do = Σ a g (c - C),   dE/da = o g (c - C),   g ← g (1 - o a)

and the coverage ``a = clip(1/2 + (r - d) / soft)`` changes where the edge runs through the pixel:
with the radius, and with the control points, which move the nearest point of the middle line by
their Bernstein weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.domains.images.raster.coverage import EXACT, MOST_SEGMENTS, ROUGH, flattened, stamped

Looks: TypeAlias = tuple[
    Float[np.ndarray, "N 4 2"],
    Float[np.ndarray, "N 2"],
    Float[np.ndarray, "N 3"],
    Float[np.ndarray, " N"],
]
"""Of strokes: control points in pixels, radius at both ends, colour, opacity."""
Kept: TypeAlias = tuple[Int[np.ndarray, " M"], Float[np.ndarray, " M"], Float[np.ndarray, "M 3"]]
"""Of each pixel of each stroke: where it is, its coverage, and what it was before."""


class Room:
    """Memory that passes are kept in, one after the other: only the last one holds.

    Attributes:
        kept: See ``Kept``; as much as was ever needed.
    """

    def __init__(self, pixels: int = 0) -> None:
        self.kept: Kept = (
            np.empty(pixels, np.int32),
            np.empty(pixels, np.float32),
            np.empty((pixels, 3), np.float32),
        )


@dataclass(frozen=True)
class Pass:
    """Strokes laid, with all that is needed to go back.

    Attributes:
        canvas: What is painted.
        kept: See ``Kept``.
        begin: Where each stroke's pixels begin, and where the last one's end.
    """

    canvas: Float[np.ndarray, "3 H W"]
    kept: Kept
    begin: Int[np.ndarray, " N1"]


def forwards(
    ground: Float[np.ndarray, "3 H W"], looks: Looks, *, soft: float, room: Room | None = None
) -> Pass:
    """Lay strokes onto the ground.

    Args:
        ground: What lies beneath.
        looks: The strokes.
        soft: How many pixels wide their edges are.
        room: Where to keep what is needed to go back; new by default.
    """
    room = room or Room(4 * ground[0].size)
    begin = np.zeros(len(looks[0]) + 1, np.int64)
    while True:
        canvas = ground.copy()
        used = _forwards(canvas, *looks, soft, *room.kept, begin)
        if used <= len(room.kept[0]):
            return Pass(canvas, room.kept, begin)
        room.kept = Room(used + used // 4).kept


@njit(cache=True, fastmath=EXACT)
def _forwards(
    canvas: Float[np.ndarray, "3 H W"],
    points: Float[np.ndarray, "N 4 2"],
    radius: Float[np.ndarray, "N 2"],
    colour: Float[np.ndarray, "N 3"],
    opacity: Float[np.ndarray, " N"],
    soft: float,
    where: Int[np.ndarray, " M"],
    part: Float[np.ndarray, " M"],
    before: Float[np.ndarray, "M 3"],
    begin: Int[np.ndarray, " N1"],
) -> int:
    """Room that is needed; what is kept is whole where there was as much."""
    rows, columns = canvas.shape[1:]
    near = np.empty((rows, columns), np.float32)
    low, high = np.empty(rows, np.int64), np.empty(rows, np.int64)
    chain = np.empty((MOST_SEGMENTS + 1, 2), np.float64)
    used, room, per_soft = 0, len(where), 1.0 / soft
    for n in range(len(points)):
        begin[n] = used
        count = flattened(points[n], chain, ROUGH)
        first, last = stamped(chain, count, radius[n, 0], radius[n, 1], soft / 2, near, low, high)
        for y in range(first, last):
            for x in range(low[y], high[y]):
                a = min(0.5 - near[y, x] * per_soft, 1.0)
                if a <= 0:
                    continue
                if used < room:
                    where[used], part[used] = y * columns + x, a
                    blend = opacity[n] * a
                    for c in range(3):
                        old = canvas[c, y, x]
                        before[used, c] = old
                        canvas[c, y, x] = old + blend * (colour[n, c] - old)
                used += 1
    begin[len(points)] = used
    return used


def backwards(laid: Pass, looks: Looks, slope: Float[np.ndarray, "3 H W"], *, soft: float) -> Looks:
    """Gradients of all looks, from that of the canvas."""
    found = tuple(np.zeros_like(one) for one in looks)
    _backwards(slope.copy(), *looks, soft, *laid.kept, laid.begin, *found)
    return found  # pyright: ignore[reportReturnType]


@njit(cache=True, fastmath=EXACT)
def _backwards(
    slope: Float[np.ndarray, "3 H W"],
    points: Float[np.ndarray, "N 4 2"],
    radius: Float[np.ndarray, "N 2"],
    colour: Float[np.ndarray, "N 3"],
    opacity: Float[np.ndarray, " N"],
    soft: float,
    where: Int[np.ndarray, " M"],
    part: Float[np.ndarray, " M"],
    before: Float[np.ndarray, "M 3"],
    begin: Int[np.ndarray, " N1"],
    d_points: Float[np.ndarray, "N 4 2"],
    d_radius: Float[np.ndarray, "N 2"],
    d_colour: Float[np.ndarray, "N 3"],
    d_opacity: Float[np.ndarray, " N"],
) -> None:
    columns = slope.shape[2]
    chain = np.empty((MOST_SEGMENTS + 1, 2), np.float64)
    on_chain = np.empty((MOST_SEGMENTS + 1, 2), np.float64)
    for n in range(len(points) - 1, -1, -1):
        count = flattened(points[n], chain, ROUGH)
        on_chain[: count + 1] = 0.0
        for m in range(begin[n], begin[n + 1]):
            y, x = where[m] // columns, where[m] % columns
            a = part[m]
            blend, pull = opacity[n] * a, 0.0
            for c in range(3):
                g = slope[c, y, x]
                d_colour[n, c] += g * blend
                pull += g * (colour[n, c] - before[m, c])
                slope[c, y, x] = g * (1 - blend)
            d_opacity[n] += a * pull
            if a >= 1:
                continue
            edge = opacity[n] * pull / soft  # dE / d radius of this pixel
            k, h = _nearest(chain, count, radius[n, 0], radius[n, 1], x + 0.5, y + 0.5)
            t = (k + h) / count
            d_radius[n, 0] += edge * (1 - t)
            d_radius[n, 1] += edge * t
            ex = x + 0.5 - (1 - h) * chain[k, 0] - h * chain[k + 1, 0]
            ey = y + 0.5 - (1 - h) * chain[k, 1] - h * chain[k + 1, 1]
            far = math.sqrt(ex * ex + ey * ey)
            if far < 1e-6:
                continue
            px, py = edge * ex / far, edge * ey / far  # the nearest point drawn nearer covers more
            on_chain[k, 0] += px * (1 - h)
            on_chain[k, 1] += py * (1 - h)
            on_chain[k + 1, 0] += px * h
            on_chain[k + 1, 1] += py * h
        for k in range(count + 1):
            t = k / count
            u = 1 - t
            for i in range(2):
                d_points[n, 0, i] += u * u * u * on_chain[k, i]
                d_points[n, 1, i] += 3 * u * u * t * on_chain[k, i]
                d_points[n, 2, i] += 3 * u * t * t * on_chain[k, i]
                d_points[n, 3, i] += t * t * t * on_chain[k, i]


@njit(cache=True, fastmath=EXACT)
def _nearest(
    chain: Float[np.ndarray, "K 2"], count: int, start: float, end: float, x: float, y: float
) -> tuple[int, float]:
    """The segment whose edge is nearest to a place, and where on it."""
    least, best, share = 1e18, 0, 0.0
    for k in range(count):
        ux, uy = chain[k + 1, 0] - chain[k, 0], chain[k + 1, 1] - chain[k, 1]
        dx, dy = x - chain[k, 0], y - chain[k, 1]
        squared = ux * ux + uy * uy
        h = min(max((dx * ux + dy * uy) / squared, 0.0), 1.0) if squared > 1e-12 else 0.0
        ex, ey = dx - h * ux, dy - h * uy
        off = math.sqrt(ex * ex + ey * ey) - start - (end - start) * (k + h) / count
        if off < least:
            least, best, share = off, k, h
    return best, share


def worths(
    laid: Pass,
    looks: Looks,
    target: Float[np.ndarray, "3 H W"],
    weight: Float[np.ndarray, "H W"],
) -> Float[np.ndarray, " N"]:
    """Squared error that would be added if a stroke were not there: exactly, for each alone.

    What a stroke changes comes through what lies above it by the product of ``1 - o a`` there.
    """
    where, part, before = laid.kept
    return _worths(laid.canvas, target, weight, looks[2], looks[3], where, part, before, laid.begin)


@njit(cache=True, fastmath=EXACT)
def _worths(
    canvas: Float[np.ndarray, "3 H W"],
    target: Float[np.ndarray, "3 H W"],
    weight: Float[np.ndarray, "H W"],
    colour: Float[np.ndarray, "N 3"],
    opacity: Float[np.ndarray, " N"],
    where: Int[np.ndarray, " M"],
    part: Float[np.ndarray, " M"],
    before: Float[np.ndarray, "M 3"],
    begin: Int[np.ndarray, " N1"],
) -> Float[np.ndarray, " N"]:
    rows, columns = weight.shape
    through = np.ones((rows, columns), np.float32)
    found = np.zeros(len(colour), np.float64)
    for n in range(len(colour) - 1, -1, -1):
        for m in range(begin[n], begin[n + 1]):
            y, x = where[m] // columns, where[m] % columns
            blend = opacity[n] * part[m]
            seen = through[y, x] * blend
            for c in range(3):
                off = canvas[c, y, x] - target[c, y, x]
                change = seen * (colour[n, c] - before[m, c])
                found[n] += weight[y, x] * (change * change - 2 * change * off)
            through[y, x] *= 1 - blend
    return found
