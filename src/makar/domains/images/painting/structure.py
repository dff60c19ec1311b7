"""Which way a picture runs at each pixel, and how surely: its structure tensor."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

KERNEL = np.array([1, 4, 6, 4, 1], np.float64) / 16


def directions(
    light: Float[np.ndarray, "3 H W"], *, rounds: int = 2
) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """The direction along edges, and how much one direction prevails.

    Args:
        light: Planes of red, green and blue.
        rounds: How often the tensor is smoothed.

    Returns:
        Angles in radians from the x axis towards y; and coherence, 0 for none to 1 for one
        direction alone (Bigün & Granlund 1987).
    """
    down, across = np.gradient(np.asarray(light, np.float64), axis=(1, 2))
    tensor = [(across * across).sum(0), (across * down).sum(0), (down * down).sum(0)]
    xx, xy, yy = (smoothed(part, rounds=rounds) for part in tensor)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    strength = np.hypot(xx - yy, 2 * xy)
    return angle, strength / (xx + yy + 1e-6)


def smoothed(plane: Float[np.ndarray, "H W"], *, rounds: int) -> Float[np.ndarray, "H W"]:
    """A plane blurred by a small bell, so many times; its border is repeated."""
    rows, columns = plane.shape
    for _ in range(rounds):
        padded = np.pad(plane, 2, mode="edge")
        plane = sum(k * padded[i : i + rows] for i, k in enumerate(KERNEL))  # pyright: ignore[reportAssignmentType]
        plane = sum(k * plane[:, i : i + columns] for i, k in enumerate(KERNEL))  # pyright: ignore[reportAssignmentType]
    return plane
