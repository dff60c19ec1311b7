"""The hand: seven numbers become a stroke at the place and in the frame that the eye has chosen."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.domains.images.raster.coverage import EXACT

ACTIONS = 7
"""Offset along and across, length, turn, bend along and across, width."""
FRAME = 5
"""Where the eye looks (x, y), which way, on which side (1 or -1), and the unit, all in pixels."""
BOUND = 3.0
"""Numbers are squashed to this; near 0 they hardly change."""
OFFSET, LENGTH, TURN, BEND, WIDTH = 0.5, 0.8, 0.6, 0.4, 0.4
"""What 1 means: units of offset, e-folds of length, radians, half lengths of bend, e-folds."""
HALF_LENGTH = 0.9
"""Units that a stroke is long, half, if nothing is decided."""
LEAST_WIDTH = 0.5
"""Pixels."""


@njit(cache=True, fastmath=EXACT)
def squashed(number: float) -> float:
    """Within ``BOUND``, smoothly."""
    return BOUND * math.tanh(number / BOUND)


@njit(cache=True, fastmath=EXACT)
def shaped(
    action: Float[np.ndarray, " 7"],
    frame: Float[np.ndarray, " 5"],
    shape: Float[np.ndarray, " 7"],
) -> None:
    """The stroke as ``painting.greedy.bend`` takes it: middle, half span, bend, log width.

    All zeros are a straight stroke along the frame, as wide as its unit.
    """
    x, y, way, side, unit = frame
    along_x, along_y = math.cos(way), math.sin(way)
    across_x, across_y = -along_y * side, along_x * side
    along, across = OFFSET * unit * squashed(action[0]), OFFSET * unit * squashed(action[1])
    half = HALF_LENGTH * unit * math.exp(LENGTH * squashed(action[2]))
    turn = TURN * squashed(action[3])
    bend_along, bend_across = BEND * half * squashed(action[4]), BEND * half * squashed(action[5])
    ahead, aside = half * math.cos(turn), half * math.sin(turn)
    shape[0] = x + along * along_x + across * across_x
    shape[1] = y + along * along_y + across * across_y
    shape[2] = ahead * along_x + aside * across_x
    shape[3] = ahead * along_y + aside * across_y
    shape[4] = bend_along * along_x + bend_across * across_x
    shape[5] = bend_along * along_y + bend_across * across_y
    shape[6] = math.log(max(unit * math.exp(WIDTH * squashed(action[6])), LEAST_WIDTH))
