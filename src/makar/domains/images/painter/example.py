"""Drawings as examples to a hand: which numbers would have drawn each of their strokes.

Before it learns by reward, a hand that has a style begins where the drawings are: each of its
numbers at their middle, and varying as they vary (a Gaussian fitted to them, robustly). What the
drawings showed is not known, so that nothing is said of where strokes lie, nor, where they follow
what is shown, of which way they run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from makar.domains.images.painter.canvas.hand import (
    ACTIONS,
    BEND,
    BOUND,
    HALF_LENGTH,
    LENGTH,
    TURN,
    WIDTH,
)
from makar.domains.images.painter.canvas.kernel import unit_of
from makar.domains.images.strokes.drawing import Drawing

LENGTHS, TURNS, ALONG, ACROSS, WIDTHS = 2, 3, 4, 5, 6
"""Which of a hand's numbers says what; the first two are where."""
MOST = 0.97 * BOUND
"""Numbers are squashed: what would need larger ones is drawn with this."""
NARROWEST = 0.05
"""A hand's numbers vary at least by this, to try what else there is."""
_MIDDLE = (0.1, 0.5, 0.9)
_DEVIATIONS = 2.5631
"""Between the 10 % and the 90 % quantile of a Gaussian."""


def decisions_of(
    drawing: Drawing, widths: tuple[float, float], *, upright: bool
) -> Float[np.ndarray, "N 7"]:
    """The numbers that would have drawn its strokes, one after the other; NaN is not known.

    Args:
        drawing: Its strokes.
        widths: Of the first stroke and the last, about; as the canvas has them.
        upright: The frame is as the sheet lies; else it turns with what is shown, and a stroke
            bends to the side where more is to be won.
    """
    side, strokes = (drawing.size[0] * drawing.size[1]) ** 0.5, drawing.strokes
    points, count = strokes.points / side, len(strokes)
    unit = np.array([unit_of(i, count, 1, *widths) for i in range(count)])
    chord = (points[:, 3] - points[:, 0]) / 2
    half = np.maximum(np.hypot(*chord.T), 1e-4)
    way = np.arctan2(chord[:, 1], chord[:, 0])
    turned = np.mod(way + np.pi / 2, np.pi) - np.pi / 2  # a line has no head
    frame = np.zeros(count) if upright else turned  # what it bends by is told in the frame
    ahead = np.stack((np.cos(frame), np.sin(frame)), 1)
    aside = np.stack((-ahead[:, 1], ahead[:, 0]), 1)
    middle = (3 * (points[:, 1] + points[:, 2]) - points[:, 0] - points[:, 3]) / 4
    off = (middle - (points[:, 0] + points[:, 3]) / 2) / half[:, None]
    along, across = ((off * one).sum(1) / BEND for one in (ahead, aside))
    found = np.full((count, ACTIONS), np.nan)
    found[:, LENGTHS] = np.log(half / (HALF_LENGTH * unit)) / LENGTH
    found[:, WIDTHS] = np.log(np.maximum(strokes.width.mean(1) / side, 1e-4) / unit) / WIDTH
    found[:, ALONG] = along
    if upright:
        found[:, TURNS], found[:, ACROSS] = turned / TURN, across
    else:
        found[:, ACROSS] = np.abs(across)
    return BOUND * np.arctanh(np.clip(found, -MOST, MOST) / BOUND)


def middle_and_spread(
    drawings: Sequence[Drawing], widths: tuple[float, float], *, upright: bool
) -> tuple[Float[np.ndarray, " 7"], Float[np.ndarray, " 7"]]:
    """The Gaussian that a hand is to begin with; NaN for the numbers that nothing is known of."""
    every = [decisions_of(one, widths, upright=upright) for one in drawings if len(one)]
    found = np.concatenate(every)
    known = ~np.isnan(found).all(0)
    mean, spread = np.full(ACTIONS, np.nan), np.full(ACTIONS, np.nan)
    low, middle, high = np.quantile(found[:, known], _MIDDLE, axis=0)
    mean[known], spread[known] = middle, np.maximum((high - low) / _DEVIATIONS, NARROWEST)
    return mean, spread
