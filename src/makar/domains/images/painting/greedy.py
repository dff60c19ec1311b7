"""Strokes laid one after the other, each the best of many tried where the picture lacks most."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.domains.images.raster.canvas import lay
from makar.domains.images.raster.coverage import EXACT, MOST_SEGMENTS
from makar.domains.images.raster.gain import SUMS, gained, scratch_for
from makar.domains.images.raster.gradient import Looks

CELLS = 32
LEAST = 1e-6
"""Squared error, summed over pixels, that a stroke takes away at least: less is rounding."""
SHAPE = 7
"""Numbers of a shape: its middle, half its span, its bend, and the logarithm of its width."""
OPACITIES = np.array([0.25, 0.5, 0.75, 1.0])
OPAQUE = np.ones(1)
UNIFORMS, NORMALS = 4, SHAPE


@dataclass(frozen=True)
class Scene:
    """What is painted, and how much each pixel of it counts.

    Attributes:
        target: The picture, in planes.
        weight: Of each pixel; 1 on average.
        angle: Which way the picture runs.
        coherence: How surely.
        palette: The only colours there are; none for any colour.
    """

    target: Float[np.ndarray, "3 H W"]
    weight: Float[np.ndarray, "H W"]
    angle: Float[np.ndarray, "H W"]
    coherence: Float[np.ndarray, "H W"]
    palette: Float[np.ndarray, "P 3"]

    @property
    def opacities(self) -> Float[np.ndarray, " O"]:
        """Those to choose from: given colours are to be seen as they are."""
        return OPAQUE if len(self.palette) else OPACITIES


def lay_greedily(
    scene: Scene,
    canvas: Float[np.ndarray, "3 H W"],
    widths: Float[np.ndarray, " S"],
    *,
    tries: int,
    climbs: int,
    random: np.random.Generator,
) -> Looks:
    """Lay a stroke for each of ``widths`` onto ``canvas``.

    Where nothing is lacking, or no colour of the palette is found to help, the opacity is 0.

    Args:
        scene: What is painted.
        canvas: What is painted so far; changed.
        widths: How wide strokes are about, in pixels, in the order of laying.
        tries: Shapes proposed for each stroke.
        climbs: Changes tried of the best of them.
        random: Draws everything.
    """
    count, evaluations = len(widths), tries + climbs
    uniforms = random.random((count, tries, UNIFORMS), np.float32)
    normals = random.standard_normal((count, evaluations, NORMALS), np.float32)
    looks = (
        np.zeros((count, 4, 2)), np.zeros((count, 2)), np.zeros((count, 3)), np.zeros(count),
    )  # fmt: skip
    _lay(
        scene.target, scene.weight, scene.angle, scene.coherence, scene.palette, canvas,
        np.asarray(widths, np.float64), uniforms, normals, scene.opacities, *looks,
    )  # fmt: skip
    return looks


@njit(cache=True, fastmath=EXACT)
def _lay(
    target: np.ndarray,
    weight: np.ndarray,
    angle: np.ndarray,
    coherence: np.ndarray,
    palette: np.ndarray,
    canvas: np.ndarray,
    widths: np.ndarray,
    uniforms: np.ndarray,
    normals: np.ndarray,
    opacities: np.ndarray,
    points: np.ndarray,
    radius: np.ndarray,
    colour: np.ndarray,
    opacity: np.ndarray,
) -> None:
    rows, columns = weight.shape
    scratch = scratch_for(rows, columns, MOST_SEGMENTS + 1)
    sums, tried = np.empty((SUMS, 3)), np.zeros(3)
    shape, best, curve = np.empty(SHAPE), np.empty(SHAPE), np.empty((4, 2))
    lack = np.empty((CELLS, CELLS))
    alone = np.zeros(1, np.bool_)
    for s in range(len(widths)):
        total = lacking(target, canvas, weight, lack)
        most = -1.0
        tries = uniforms.shape[1]
        for e in range(normals.shape[1]):
            if e < tries:
                propose(lack, total, angle, coherence, widths[s], uniforms[s, e], normals[s, e],
                        shape)  # fmt: skip
            else:
                left = (normals.shape[1] - e) / max(normals.shape[1] - tries, 1)
                vary(best, normals[s, e], 0.1 + 0.4 * left, shape)
            bend(shape, curve)
            gain, o = gained(curve, math.exp(shape[6]) / 2, target, canvas, weight, opacities,
                             palette, scratch, sums, tried)  # fmt: skip
            if gain > most:
                most = gain
                best[:] = shape
                points[s] = curve
                radius[s, :] = math.exp(shape[6]) / 2
                colour[s] = tried
                opacity[s] = o
        if most <= LEAST and (total <= LEAST or len(palette)):
            opacity[s] = 0.0  # of no use, and no refinement will find it a better colour
        lay(canvas, points[s : s + 1], radius[s : s + 1], colour[s : s + 1], opacity[s : s + 1],
            alone)  # fmt: skip


@njit(cache=True, fastmath=EXACT)
def lacking(
    target: Float[np.ndarray, "3 H W"],
    canvas: Float[np.ndarray, "3 H W"],
    weight: Float[np.ndarray, "H W"],
    lack: Float[np.ndarray, "G G"],
) -> float:
    """Squared error in each cell of a grid over the picture, and in all."""
    rows, columns = weight.shape
    lack[:] = 0.0
    total = 0.0
    for y in range(rows):
        cell = y * len(lack) // rows
        for x in range(columns):
            error = 0.0
            for c in range(3):
                off = target[c, y, x] - canvas[c, y, x]
                error += off * off
            error *= weight[y, x]
            lack[cell, x * len(lack) // columns] += error
            total += error
    return total


@njit(cache=True, fastmath=EXACT)
def propose(
    lack: Float[np.ndarray, "G G"],
    total: float,
    angle: Float[np.ndarray, "H W"],
    coherence: Float[np.ndarray, "H W"],
    width: float,
    uniform: Float[np.ndarray, " 4"],
    normal: Float[np.ndarray, " 7"],
    shape: Float[np.ndarray, " 7"],
) -> None:
    """A shape where the error is, along the picture's edges where it has a direction."""
    rows, columns = angle.shape
    cells = len(lack)
    cell, rest = 0, uniform[0] * total
    while cell < cells * cells - 1 and rest >= lack[cell // cells, cell % cells]:
        rest -= lack[cell // cells, cell % cells]
        cell += 1
    y = (cell // cells + uniform[1]) * rows / cells
    x = (cell % cells + uniform[2]) * columns / cells
    row, column = min(int(y), rows - 1), min(int(x), columns - 1)
    unsure = 1 - coherence[row, column]
    way = angle[row, column] + normal[0] * (0.15 + 1.5 * unsure)
    wide = width * math.exp(0.4 * normal[1])
    half = wide * (0.3 + 2.0 * uniform[3])
    shape[0], shape[1] = x, y
    shape[2], shape[3] = half * math.cos(way), half * math.sin(way)
    shape[4], shape[5] = 0.3 * half * normal[2], 0.3 * half * normal[3]
    shape[6] = math.log(max(wide, 1.0))


@njit(cache=True, fastmath=EXACT)
def vary(
    best: Float[np.ndarray, " 7"],
    normal: Float[np.ndarray, " 7"],
    scale: float,
    shape: Float[np.ndarray, " 7"],
) -> None:
    """A shape near the best so far."""
    reach = scale * (math.exp(best[6]) + 0.5 * math.hypot(best[2], best[3]))
    for i in range(6):
        shape[i] = best[i] + 0.6 * reach * normal[i]
    shape[6] = max(best[6] + 0.6 * scale * normal[6], 0.0)


@njit(cache=True, fastmath=EXACT)
def bend(shape: Float[np.ndarray, " 7"], curve: Float[np.ndarray, "4 2"]) -> None:
    """The shape as a Bézier curve: a quadratic one, with cubic control points."""
    for i in range(2):
        first, last = shape[i] - shape[2 + i], shape[i] + shape[2 + i]
        middle = shape[i] + shape[4 + i]
        curve[0, i], curve[3, i] = first, last
        curve[1, i] = (first + 2 * middle) / 3
        curve[2, i] = (2 * middle + last) / 3
