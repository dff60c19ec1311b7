"""Which way each stroke pulls what is said of all the strokes of a painting together.

A statistic such as the mean length tells a painting, not a stroke: paid at the end, sixty strokes
would share one number, and none would know what it did. A pull is by how much the statistic would
change if there were a little more of the stroke: that of the mean s of n values x is (x - s) / n.
Over a painting the pulls are 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from makar.domains.images.painter.canvas.works import Paintings
from makar.domains.images.rewards.columns import traced
from makar.domains.images.rewards.lines import UPRIGHT

_LEAST = 1e-9


def pulls_of(works: Paintings) -> Mapping[str, Float[np.ndarray, "B N"]]:
    """The pulls of every stroke, by the statistic (see ``rewards.lines``), in its units."""
    alive = works.alive.astype(np.float64)
    along = np.diff(traced(works.points / works.side), axis=2)  # (B, N, pieces, 2)
    length = np.hypot(along[..., 0], along[..., 1])
    angle = np.arctan2(along[..., 1], along[..., 0])
    way = length.sum(2)
    turned = np.abs(np.mod(np.diff(angle, axis=2) + np.pi, 2 * np.pi) - np.pi).sum(2)
    chord = np.linalg.norm(works.points[:, :, 3] - works.points[:, :, 0], axis=2) / works.side
    off = np.abs(np.mod(angle + np.pi / 4, np.pi / 2) - np.pi / 4)
    upright = np.where(off <= UPRIGHT, length, 0.0).sum(2)
    double = (length * np.exp(2j * angle)).sum(2)
    main = (double * alive).sum(1, keepdims=True)
    ahead = (double * np.exp(-1j * np.angle(main))).real  # of each, along the main direction
    width = works.width.mean(2) / works.side
    return {
        "line_length": _mean(way, alive),
        "length_variety": _deviation(np.log2(np.maximum(way, 1e-3)), alive),
        "line_width": _ratio(width * way, way, alive),
        "width_variety": _deviation(np.log2(np.maximum(width, 1e-5)), alive),
        "curvature": _ratio(turned, way, alive),
        "straightness": _mean(chord / np.maximum(way, _LEAST), alive),
        "main_direction": _ratio(ahead, way, alive),
        "upright_share": _ratio(upright, way, alive),
    }


def _mean(values: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Of a mean over the strokes."""
    return _ratio(values, np.ones_like(values), alive)


def _ratio(part: np.ndarray, whole: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Of the sum of the one over that of the other."""
    every = np.maximum((whole * alive).sum(1, keepdims=True), _LEAST)
    return alive * (part - whole * (part * alive).sum(1, keepdims=True) / every) / every


def _deviation(values: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Of a standard deviation over the strokes."""
    count = np.maximum(alive.sum(1, keepdims=True), 1)
    squares = (values - (values * alive).sum(1, keepdims=True) / count) ** 2
    spread = np.sqrt((squares * alive).sum(1, keepdims=True) / count)
    return _mean(squares, alive) / np.maximum(2 * spread, _LEAST)
