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

from makar.domains.images.raster.coverage import MOST_SEGMENTS, flattened, stamped

Looks: TypeAlias = tuple[
    Float[np.ndarray, "N 4 2"],
    Float[np.ndarray, "N 2"],
    Float[np.ndarray, "N 3"],
    Float[np.ndarray, " N"],
]
"""Of strokes: control points in pixels, radius at both ends, colour, opacity."""
Kept: TypeAlias = tuple[
    Int[np.ndarray, " M"],
    Float[np.ndarray, " M"],
    Float[np.ndarray, " M"],
    Float[np.ndarray, "M 3"],
    Int[np.ndarray, " N1"],
]
"""Of each pixel of each stroke: where it is, its coverage, where on the middle line is nearest, and
what it was before; and where each stroke's pixels begin."""


@dataclass(frozen=True)
class Pass:
    """Strokes laid, with all that is needed to go back.

    Attributes:
        canvas: What is painted.
        kept: See ``Kept``.
    """

    canvas: Float[np.ndarray, "3 H W"]
    kept: Kept


def forwards(ground: Float[np.ndarray, "3 H W"], looks: Looks, *, soft: float) -> Pass:
    """Lay strokes onto the ground; ``soft`` is how many pixels wide their edges are."""
    room = max(4 * ground.shape[1] * ground.shape[2], 1024)
    while True:
        canvas = ground.copy()
        kept = (
            np.empty(room, np.int32), np.empty(room, np.float32), np.empty(room, np.float32),
            np.empty((room, 3), np.float32), np.zeros(len(looks[0]) + 1, np.int64),
        )  # fmt: skip
        used = _forwards(canvas, *looks, soft, *kept)
        if used <= room:
            return Pass(canvas, kept)
        room = used


@njit(cache=True, fastmath=True)
def _forwards(
    canvas: Float[np.ndarray, "3 H W"],
    points: Float[np.ndarray, "N 4 2"],
    radius: Float[np.ndarray, "N 2"],
    colour: Float[np.ndarray, "N 3"],
    opacity: Float[np.ndarray, " N"],
    soft: float,
    where: Int[np.ndarray, " M"],
    part: Float[np.ndarray, " M"],
    place: Float[np.ndarray, " M"],
    before: Float[np.ndarray, "M 3"],
    begin: Int[np.ndarray, " N1"],
) -> int:
    """Room that is needed; what is kept is whole where there was as much."""
    rows, columns = canvas.shape[1:]
    near, along = np.empty((rows, columns), np.float32), np.empty((rows, columns), np.float32)
    low, high = np.empty(rows, np.int64), np.empty(rows, np.int64)
    chain = np.empty((MOST_SEGMENTS + 1, 2), np.float64)
    used, room, per_soft = 0, len(where), 1.0 / soft
    for n in range(len(points)):
        begin[n] = used
        count = flattened(points[n], chain)
        first, last = stamped(
            chain, count, radius[n, 0], radius[n, 1], soft / 2, near, along, low, high
        )
        for y in range(first, last):
            for x in range(low[y], high[y]):
                a = min(0.5 - near[y, x] * per_soft, 1.0)
                if a <= 0:
                    continue
                if used < room:
                    where[used], part[used], place[used] = y * columns + x, a, along[y, x]
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
    points, _, colour, opacity = looks
    _backwards(slope.copy(), points, colour, opacity, soft, *laid.kept, *found)
    return found  # pyright: ignore[reportReturnType]


@njit(cache=True, fastmath=True)
def _backwards(
    slope: Float[np.ndarray, "3 H W"],
    points: Float[np.ndarray, "N 4 2"],
    colour: Float[np.ndarray, "N 3"],
    opacity: Float[np.ndarray, " N"],
    soft: float,
    where: Int[np.ndarray, " M"],
    part: Float[np.ndarray, " M"],
    place: Float[np.ndarray, " M"],
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
        count = flattened(points[n], chain)
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
            k = min(int(place[m]), count - 1)
            h = place[m] - k
            t = place[m] / count
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


@njit(cache=True, fastmath=True)
def worths(
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
    """Squared error that would be added if a stroke were not there: exactly, for each alone.

    What a stroke changes comes through what lies above it by the product of ``1 - o a`` there.
    """
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
