"""Stipples: dots evenly apart, the darker the denser and, in the dark, the larger.

A dot is a small stroke: from its middle outwards and once around. The smallest is as small as a
stroke of the pen's width can be wound, the largest is still filled by its own line.
"""

from __future__ import annotations

import numpy as np

from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.styles.scatter import scattered
from makar.domains.images.plotter.tone import Tone

SMALLEST = 1.6
"""Diameter of a dot in the light, in pen widths."""
LARGEST = 3.2
"""The same in the dark."""
FAINTEST = 0.02
"""Tone below which no dot is set."""
_ROUNDS = 10
_CORNERS = 6


def stipple(tone: Tone, width: float, seed: int = 0, turn: float = 0.0) -> Paths:
    """Dots that cover the tone, from the upper left corner of the picture.

    Args:
        tone: What is asked for.
        width: Of the pen, in millimetres.
        seed: For where dots begin to look for their place.
        turn: Degrees by which each dot is turned.
    """
    across = _diameter(tone.values) * width
    density = np.where(tone.values >= FAINTEST, tone.values / (np.pi / 4 * across**2), 0.0)
    middle = scattered(density, tone.pitch, seed=seed, rounds=_ROUNDS)
    H, W = tone.values.shape
    column, row = (middle / tone.pitch).astype(int).T
    here = across[np.clip(row, 0, H - 1), np.clip(column, 0, W - 1)]
    return dots(middle, (here - width) / 2, turn)


def _diameter(tone: np.ndarray) -> np.ndarray:
    """Of a dot, in pen widths."""
    return SMALLEST + (LARGEST - SMALLEST) * np.clip(tone, 0, 1)


def dots(middle: np.ndarray, radius: np.ndarray, turn: float = 0.0) -> Paths:
    """A path a dot: from the middle to the radius and once around."""
    angle = np.deg2rad(turn) + 2 * np.pi * np.arange(_CORNERS + 1) / _CORNERS
    ring = np.stack((np.cos(angle), np.sin(angle)), -1)
    shape = np.concatenate((np.zeros((1, 2)), ring))
    points = middle[:, None] + radius[:, None, None] * shape
    return Paths(points.reshape(-1, 2), np.arange(len(middle) + 1, dtype=np.int64) * len(shape))
