"""How far a picture is from a folder of pictures, in whatever features see it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def folder_distance(
    features: Float[np.ndarray, "B D"],
    folder: Float[np.ndarray, "N D"],
    *,
    neighbours: int = 1,
) -> Float[np.ndarray, " B"]:
    """Mean distance to the nearest few of a folder.

    With ``gram_features`` it is a distance in style, and as weak a signal as those are: see there.
    The folder's own pictures are to be measured against the rest of it (``inner_distance``), or
    they would all be at 0.

    Raises:
        ValueError: the folder has fewer pictures than neighbours.
    """
    if not 1 <= neighbours <= len(folder):
        raise ValueError(f"a folder of {len(folder)} has no {neighbours} nearest pictures")
    gaps = _gaps(features, folder)
    return np.sqrt(np.partition(gaps, neighbours - 1, axis=1)[:, :neighbours]).mean(1)


def inner_distance(
    folder: Float[np.ndarray, "N D"], *, neighbours: int = 1
) -> Float[np.ndarray, " N"]:
    """The same of each of the folder to the others: what its own works come to.

    Raises:
        ValueError: there are no more pictures than neighbours.
    """
    if not 1 <= neighbours < len(folder):
        raise ValueError(f"each of a folder of {len(folder)} has no {neighbours} others")
    gaps = _gaps(folder, folder)
    np.fill_diagonal(gaps, np.inf)
    return np.sqrt(np.partition(gaps, neighbours - 1, axis=1)[:, :neighbours]).mean(1)


def _gaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared distances."""
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return np.maximum((x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T, 0)
