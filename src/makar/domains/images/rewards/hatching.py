"""Whether strokes lie side by side, as in hatching."""

from __future__ import annotations

from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.domains.images.rewards.columns import Columns, mean_by

APART = 0.05
"""Sides between two lines that are read as one surface."""
_PARALLEL = float(np.sin(np.pi / 18))
_STRAIGHT = 0.9
_TOUCHING = 1e-3
MOST_PATHS = 5_000
"""Paths of a drawing that are looked at; evenly taken where there are more."""


def hatching(columns: Columns) -> Float[np.ndarray, " B"]:
    """Share of the line that has a parallel neighbour; NaN without a line.

    A neighbour is a path nearly straight, as this one is, within 10° of its direction, at most
    half or twice as long, beside it and not further off than a twentieth of the side nor than its
    length. Of curved paths none has a neighbour.
    """
    paths = columns.paths
    chord = paths.end - paths.start
    length = np.linalg.norm(chord, axis=1)
    straight = (length > _STRAIGHT * paths.length) & (length > _TOUCHING)
    unit = chord / np.where(length > 0, length, 1)[:, None]
    middle = (paths.start + paths.end) / 2
    beside = np.zeros(len(length))
    looked = np.zeros(len(length))
    for number in range(columns.count):
        rows = np.arange(*np.searchsorted(paths.drawing, [number, number + 1]))
        looked[_thinned(rows)] = 1
        lines = _thinned(rows[straight[rows]])
        beside[lines] = _beside(middle[lines], unit[lines], length[lines])
    return mean_by(paths.drawing, beside, columns.count, looked * paths.length)


def _thinned(rows: np.ndarray) -> np.ndarray:
    if len(rows) <= MOST_PATHS:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MOST_PATHS).astype(np.int64)]


@njit(cache=True)
@no_type_check
def _beside(middle: np.ndarray, unit: np.ndarray, length: np.ndarray) -> np.ndarray:
    """1 for each line that has a parallel neighbour, 0 for the others."""
    count = len(length)
    found = np.zeros(count)
    for i in range(count):
        for j in range(count):
            if i == j or not 0.5 <= length[i] / length[j] <= 2.0:
                continue
            if abs(unit[i, 0] * unit[j, 1] - unit[i, 1] * unit[j, 0]) > _PARALLEL:
                continue
            dx, dy = middle[j, 0] - middle[i, 0], middle[j, 1] - middle[i, 1]
            along = abs(dx * unit[i, 0] + dy * unit[i, 1])
            across = abs(dx * unit[i, 1] - dy * unit[i, 0])
            near = _TOUCHING < across <= min(APART, length[i])
            if near and along <= max(length[i], length[j]) / 2:
                found[i] = 1.0
                break
    return found
