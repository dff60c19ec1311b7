"""How much a drawing takes: strokes, ink, bytes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from makar.domains.images.rewards.columns import Columns, sum_by

SEEN = 0.02
"""Oklab distance from the ground from which a pixel is seen to be covered."""


def stroke_count(columns: Columns) -> Float[np.ndarray, " B"]:
    """How many strokes there are."""
    return np.bincount(columns.drawing, minlength=columns.count).astype(np.float64)


def path_count(columns: Columns) -> Float[np.ndarray, " B"]:
    """How often the pen is set down."""
    return np.bincount(columns.paths.drawing, minlength=columns.count).astype(np.float64)


def ink_laid(columns: Columns) -> Float[np.ndarray, " B"]:
    """Ink of all strokes over what covers the sheet once: length x width x opacity.

    It counts what lies under other strokes, and outside the sheet: what a pen would spend. The
    round ends are left out.
    """
    area = columns.length * columns.strokes.width.mean(1) * columns.strokes.opacity
    return sum_by(columns.drawing, area, columns.count)


def ink_share(mass: Float[np.ndarray, "H W"], *, seen: float = SEEN) -> float:
    """Share of the sheet that is seen to be covered.

    Args:
        mass: How far each pixel is from the sheet's colour, see ``composition.visual_mass``.
        seen: From which distance on.
    """
    return float((mass > seen).mean())


def svg_bytes(text: str) -> int:
    """Size of a drawing as a file, in bytes of UTF-8."""
    return len(text.encode())
