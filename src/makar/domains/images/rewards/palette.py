"""Whether colours are those that were asked for: how far each would have to go, in Oklab."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from makar.domains.images.pictures.colour import oklab_of

NEAR = 0.05
"""Oklab distance within which two colours pass for one in a drawing."""
_ROWS = 65_536


def palette_distance(
    colours: Float[np.ndarray, "*N 3"],
    palette: Float[np.ndarray, "K 3"],
    *,
    weights: Float[np.ndarray, "*N"] | None = None,
) -> float:
    """Mean distance in Oklab from each colour to the nearest of a palette; 0: only its colours.

    What it would cost to carry every colour to the palette, where each goes to the nearest:
    transport without a limit to what a palette's colour may take up. Black to white is 1.

    Args:
        colours: sRGB 0..1: pixels, or the strokes' colours.
        palette: sRGB 0..1.
        weights: How much each counts, such as a stroke's area.

    Returns:
        NaN for no colours.

    Raises:
        ValueError: the palette is empty.
    """
    far = _nearest(colours, palette)[0]
    counts = np.ones(len(far)) if weights is None else np.asarray(weights, np.float64).ravel()
    return float(np.average(far, weights=counts)) if counts.sum() > 0 else float("nan")


def palette_use(
    colours: Float[np.ndarray, "*N 3"],
    palette: Float[np.ndarray, "K 3"],
    *,
    near: float = NEAR,
) -> float:
    """Share of the palette's colours that are used: some colour lies within ``near`` in Oklab.

    Raises:
        ValueError: the palette is empty.
    """
    far, number = _nearest(colours, palette)
    return len(np.unique(number[far <= near])) / len(palette)


def _nearest(colours: np.ndarray, palette: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance to the nearest of the palette, and which it is."""
    if not len(palette):
        raise ValueError("a palette has at least one colour")
    goals = oklab_of(np.asarray(palette, np.float64))
    flat = np.asarray(colours, np.float64).reshape(-1, 3)
    far, number = np.zeros(len(flat)), np.zeros(len(flat), np.int64)
    for start in range(0, len(flat), _ROWS):
        rows = slice(start, start + _ROWS)
        gaps = np.linalg.norm(oklab_of(flat[rows])[:, None] - goals, axis=2)
        number[rows] = gaps.argmin(1)
        far[rows] = gaps.min(1)
    return far, number
