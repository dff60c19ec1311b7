"""What one more stroke would change: the best colour and opacity for its shape, in closed form.

A stroke of colour ``c`` and opacity ``o`` that covers the share ``a`` of a pixel turns the residual
``D = target - canvas`` into ``D - o a (c - canvas)``. Summed over its pixels, with weights ``w``,
the squared error changes by

    -2 o c S1 + 2 o S2 + o² (c² S3 - 2 c S4 + S5)

    S1 = Σ w a D,  S2 = Σ w a D C,  S3 = Σ w a²,  S4 = Σ w a² C,  S5 = Σ w a² C²

in each plane: five sums give the error of every colour and every opacity, and the best of them.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.domains.images.raster.coverage import EXACT, ROUGH, covered, flattened, stamped

REACH = 0.5
SUMS = 5
_NOTHING = 1e-9


@njit(cache=True, fastmath=EXACT)
def gained(
    points: Float[np.ndarray, "4 2"],
    radius: float,
    target: Float[np.ndarray, "3 H W"],
    canvas: Float[np.ndarray, "3 H W"],
    weight: Float[np.ndarray, "H W"],
    opacities: Float[np.ndarray, " O"],
    palette: Float[np.ndarray, "P 3"],
    scratch: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    sums: Float[np.ndarray, "5 3"],
    colour: Float[np.ndarray, " 3"],
) -> tuple[float, float]:
    """Squared error that the stroke takes away at its best, and the opacity for that.

    Args:
        points: The curve in pixels.
        radius: Half its width.
        target: The picture.
        canvas: What is painted so far.
        weight: How much each pixel counts.
        opacities: Those to choose from.
        palette: Colours to choose from; none for any colour.
        scratch: Of ``scratch_for``.
        sums: Scratch for the five sums.
        colour: Takes the colour.
    """
    chain, near, low, high = scratch
    count = flattened(points, chain, ROUGH)
    first, last = stamped(chain, count, radius, radius, REACH, near, low, high)
    sums[:] = 0.0
    thin = 2 * radius
    for y in range(first, last):
        for x in range(low[y], high[y]):
            a = covered(near[y, x], thin)
            if a <= 0:
                continue
            wa = weight[y, x] * a
            waa = wa * a
            for c in range(3):
                paint = canvas[c, y, x]
                lack = wa * (target[c, y, x] - paint)
                sums[0, c] += lack
                sums[1, c] += lack * paint
                sums[2, c] += waa
                sums[3, c] += waa * paint
                sums[4, c] += waa * paint * paint
    return best_of_sums(sums, opacities, palette, colour)


@njit(cache=True, fastmath=EXACT)
def best_of_sums(
    sums: Float[np.ndarray, "5 3"],
    opacities: Float[np.ndarray, " O"],
    palette: Float[np.ndarray, "P 3"],
    colour: Float[np.ndarray, " 3"],
) -> tuple[float, float]:
    """The most that any colour and opacity take away, the opacity, and in ``colour`` the colour."""
    most, best = 0.0, opacities[0]
    if sums[2, 0] <= _NOTHING:
        return most, best
    for o in opacities:
        if len(palette) == 0:
            taken = 0.0
            for c in range(3):
                wish = (sums[0, c] / o + sums[3, c]) / sums[2, c]
                taken += _taken(sums, c, o, min(max(wish, 0.0), 1.0))
            if taken > most:
                most, best = taken, o
                for c in range(3):
                    wish = (sums[0, c] / o + sums[3, c]) / sums[2, c]
                    colour[c] = min(max(wish, 0.0), 1.0)
        for p in range(len(palette)):
            taken = 0.0
            for c in range(3):
                taken += _taken(sums, c, o, palette[p, c])
            if taken > most:
                most, best = taken, o
                colour[:] = palette[p]
    return most, best


@njit(cache=True, fastmath=EXACT)
def _taken(sums: Float[np.ndarray, "5 3"], c: int, o: float, value: float) -> float:
    """Squared error that one plane loses by this opacity and value."""
    return 2 * o * (value * sums[0, c] - sums[1, c]) - o * o * (
        value * (value * sums[2, c] - 2 * sums[3, c]) + sums[4, c]
    )


@njit(cache=True)
def scratch_for(rows: int, columns: int, points: int) -> tuple:
    """Room that strokes are tried in, on a canvas of this size."""
    return (
        np.empty((points, 2), np.float64),
        np.empty((rows, columns), np.float32),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
    )
