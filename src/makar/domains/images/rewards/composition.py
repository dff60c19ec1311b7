"""How a picture is laid out: symmetry, balance, thirds, figure and ground.

*Visual mass* is how much a pixel stands out from the ground, as its distance in Oklab.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from makar.domains.images.pictures.colour import oklab_of

REACH = 1 / 6
"""How near to a crossing of thirds something lies on it, as a share of the side."""
_BINS = 64


def visual_mass(
    pixels: Float[np.ndarray, "H W 3"], ground: Float[np.ndarray, " 3"] | None = None
) -> Float[np.ndarray, "H W"]:
    """How far each pixel is from the ground's colour, in Oklab.

    Args:
        pixels: sRGB, 0..1.
        ground: The sheet's colour; without it, the median of the picture's rim.
    """
    lab = oklab_of(pixels)
    if ground is None:
        rim = np.concatenate((lab[0], lab[-1], lab[:, 0], lab[:, -1]))
        return np.linalg.norm(lab - np.median(rim, axis=0), axis=2)
    return np.linalg.norm(lab - oklab_of(np.asarray(ground, np.float64)), axis=2)


def symmetry(pixels: Float[np.ndarray, "H W 3"]) -> float:
    """How much the left is the right seen in a mirror; NaN for a picture of one colour.

    The correlation of the picture with its mirror image in Oklab, each channel less its mean: 1
    symmetrical, 0 unrelated, -1 each the other's negative.
    """
    lab = oklab_of(pixels)
    lab = lab - lab.mean((0, 1))
    whole = float((lab**2).sum())
    return float((lab * lab[:, ::-1]).sum()) / whole if whole > 1e-9 * lab.size else float("nan")


def centre_of_mass(mass: Float[np.ndarray, "H W"]) -> tuple[float, float]:
    """Where the mass has its centre, from (0, 0) left above to (1, 1); NaN for no mass."""
    total = float(mass.sum())
    if total <= 1e-9 * mass.size:
        return float("nan"), float("nan")
    x, y = (np.arange(n) / n + 0.5 / n for n in (mass.shape[1], mass.shape[0]))
    return float(mass.sum(0) @ x) / total, float(mass.sum(1) @ y) / total


def balance(mass: Float[np.ndarray, "H W"]) -> float:
    """1 where the mass has its centre in the middle, 0 where it is all in a corner.

    Arnheim 1954 (*Art and Visual Perception*): a picture rests where its weights even out; here
    no weight is heavier for being far out, to the right or above. NaN for no mass.
    """
    x, y = centre_of_mass(mass)
    return 1 - float(np.hypot(x - 0.5, y - 0.5)) / 0.5**0.5


def thirds(mass: Float[np.ndarray, "H W"]) -> float:
    """How much more mass lies near the four crossings of the thirds than if it were spread evenly.

    1: as much as anywhere; NaN for no mass. A photographer's rule (as a feature, Datta et al.
    2006); near is within a sixth of the sides.
    """
    total = float(mass.sum())
    x, y = ((np.arange(n) + 0.5) / n for n in (mass.shape[1], mass.shape[0]))
    off_x = np.minimum(np.abs(x - 1 / 3), np.abs(x - 2 / 3))
    off_y = np.minimum(np.abs(y - 1 / 3), np.abs(y - 2 / 3))
    near = np.hypot(off_x, off_y[:, None]) <= REACH
    if total <= 1e-9 * mass.size or not near.any():
        return float("nan")
    return float(mass[near].sum()) / total / float(near.mean())


class Figure(NamedTuple):
    """Figure and ground.

    Attributes:
        share: Of the picture that is figure.
        clarity: 0 where they run into one another, 1 where the picture is two flat tones.
    """

    share: float
    clarity: float


def figure_and_ground(mass: Float[np.ndarray, "H W"]) -> Figure:
    """The two parts into which the mass falls best, and how well (Otsu 1979).

    Clarity is the variance between the parts over the whole variance. NaN where all is alike.
    """
    values = np.asarray(mass, np.float64).ravel()
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-6:
        return Figure(float("nan"), float("nan"))
    number = np.minimum(((values - low) / (high - low) * _BINS).astype(np.int64), _BINS - 1)
    count, sums = np.bincount(number, minlength=_BINS), np.bincount(number, values, _BINS)
    below, under = np.cumsum(count)[:-1], np.cumsum(sums)[:-1]
    above, over = len(values) - below, values.sum() - under
    gap = under / np.maximum(below, 1) - over / np.maximum(above, 1)
    between = below * above / len(values) ** 2 * gap**2
    best = int(between.argmax())
    return Figure(float(above[best] / len(values)), float(between[best] / values.var()))
