"""One stroke of every canvas of a batch: compiled, for it is taken tens of thousands of times."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from makar.domains.images.painter.canvas.eye import LEVELS, gaze, look, pick
from makar.domains.images.painter.canvas.hand import ACTIONS, shaped
from makar.domains.images.painting.greedy import CELLS, bend, lacking
from makar.domains.images.raster.canvas import lay
from makar.domains.images.raster.coverage import EXACT, MOST_SEGMENTS
from makar.domains.images.raster.gain import SUMS, gained, scratch_for

TOLD = 9
"""Numbers of an observation that are told of the whole painting."""


@njit(cache=True, fastmath=EXACT)
def unit_of(done: int, strokes: int, side: int, widest: float, thinnest: float) -> float:
    """How wide the next stroke is about, in pixels: from the widest to the thinnest, evenly."""
    share = done / max(strokes - 1, 1)
    return side * widest * (thinnest / widest) ** min(share, 1.0)


@njit(cache=True, fastmath=EXACT)
def observe_all(
    target: Float[np.ndarray, "B 3 S S"],
    canvas: Float[np.ndarray, "B 3 S S"],
    count: Int[np.ndarray, " B"],
    strokes: Int[np.ndarray, " B"],
    uniforms: Float[np.ndarray, "B N 3"],
    rows: Bool[np.ndarray, " B"],
    widths: tuple[float, float],
    upright: bool,
    frame: Float[np.ndarray, "B 5"],
    seen: Float[np.ndarray, "B O"],
    error: Float[np.ndarray, " B"],
) -> None:
    """Draw a place on each canvas, and fill frames, observations and errors (means)."""
    side = target.shape[2]
    sizes = np.empty((LEVELS, 6, side, side), np.float32)
    lack = np.empty((CELLS, CELLS))
    weight = np.ones((side, side), np.float32)
    for b in range(len(target)):
        if not rows[b]:
            continue
        total = lacking(target[b], canvas[b], weight, lack)
        error[b] = total / (3 * side * side)
        turn = min(count[b], uniforms.shape[1] - 1)
        x, y = pick(lack, total, uniforms[b, turn], side)
        unit = unit_of(count[b], strokes[b], side, widths[0], widths[1])
        gaze(target[b], canvas[b], sizes)
        look(sizes, x, y, unit, upright, frame[b], seen[b])
        tell(count[b], strokes[b], unit, side, error[b], frame[b], seen[b])


@njit(cache=True, fastmath=EXACT)
def tell(
    done: int,
    strokes: int,
    unit: float,
    side: int,
    error: float,
    frame: Float[np.ndarray, " 5"],
    seen: Float[np.ndarray, " O"],
) -> None:
    """Fill what is seen but for the windows: how far it is, where on the sheet, and which way up.

    The last four say how the frame lies, so that a hand can learn to lay strokes that run one way.
    """
    at = len(seen) - TOLD
    seen[at] = 2 * done / max(strokes, 1) - 1
    seen[at + 1] = math.log(unit / side) + 2.5
    seen[at + 2] = 0.5 * math.log(error + 1e-6) + 2.5
    seen[at + 3] = 2 * min(frame[0], side - frame[0]) / side
    seen[at + 4] = 2 * min(frame[1], side - frame[1]) / side
    level, steep = math.cos(2 * frame[2]), math.sin(2 * frame[2])
    seen[at + 5], seen[at + 6] = level, steep
    seen[at + 7], seen[at + 8] = frame[3] * level, frame[3] * steep


@njit(cache=True, fastmath=EXACT)
def paint_all(
    target: Float[np.ndarray, "B 3 S S"],
    canvas: Float[np.ndarray, "B 3 S S"],
    actions: Float[np.ndarray, "B A"],
    frame: Float[np.ndarray, "B 5"],
    count: Int[np.ndarray, " B"],
    rows: Bool[np.ndarray, " B"],
    opacities: Float[np.ndarray, " O"],
    palette: Float[np.ndarray, "P 3"],
    points: Float[np.ndarray, "B N 4 2"],
    width: Float[np.ndarray, "B N 2"],
    colour: Float[np.ndarray, "B N 3"],
    opacity: Float[np.ndarray, "B N"],
) -> None:
    """Lay a stroke on each canvas, in the colour and opacity that win most, and note it."""
    side = target.shape[2]
    weight = np.ones((side, side), np.float32)
    scratch = scratch_for(side, side, MOST_SEGMENTS + 1)
    sums, best, shape = np.empty((SUMS, 3)), np.empty(3), np.empty(ACTIONS)
    curve, alone = np.empty((1, 4, 2)), np.zeros(1, np.bool_)
    radius, paint, thick = np.empty((1, 2)), np.empty((1, 3)), np.empty(1)
    for b in range(len(target)):
        if not rows[b]:
            continue
        shaped(actions[b], frame[b], shape)
        bend(shape, curve[0])
        wide = math.exp(shape[6])
        best[:] = 0.0
        gain, thick[0] = gained(curve[0], wide / 2, target[b], canvas[b], weight, opacities,
                                palette, scratch, sums, best)  # fmt: skip
        if gain <= 0:  # nothing would be better: the stroke is laid, and seen by nobody
            thick[0] = 0.0
        radius[:] = wide / 2
        paint[0] = best
        lay(canvas[b], curve, radius, paint, thick, alone)
        s = count[b]
        points[b, s] = curve[0]
        width[b, s] = wide
        colour[b, s] = best
        opacity[b, s] = thick[0]
