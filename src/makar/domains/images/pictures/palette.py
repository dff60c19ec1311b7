"""The few colours that a picture is made of, as a painter would lay them out."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from makar.core.errors import ConfigError
from makar.domains.images.pictures.colour import oklab_of, srgb_of
from makar.domains.images.pictures.picture import Picture

MOST_COLOURS = 256
_ROUNDS = 40
_SHADES = 32
"""Of each of red, green and blue: pixels that share all three are counted as one colour."""


def palette(picture: Picture, count: int) -> Float[np.ndarray, "K 3"]:
    """The colours that stand for the picture's with the least squared error in Oklab.

    K-means (Lloyd 1982) from centres that lie far apart and stand for much: the first is the
    mean, each next one the colour whose distance to those chosen weighs most. Nothing is drawn by
    chance: the same picture has the same palette.

    Returns:
        sRGB 0..1, the most frequent colour first. ``K`` is ``count``, or fewer where the picture
        has fewer colours; those are then exact.

    Raises:
        ConfigError: ``count`` is not 1 to 256.
    """
    if not 1 <= count <= MOST_COLOURS:
        raise ConfigError(f"a palette has 1 to {MOST_COLOURS} colours, not {count}")
    colours, pixels = _colours_of(picture, count)
    if len(colours) <= count:
        return colours[np.argsort(-pixels, kind="stable")]
    points = oklab_of(colours)
    centres = _far_apart(points, pixels, count)
    nearest = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        moved = np.argmin(_squared_distances(points, centres), axis=1)
        if np.array_equal(moved, nearest):
            break
        nearest = moved
        centres = _means(points, pixels, nearest, centres)
    share = np.bincount(nearest, pixels, count)
    return srgb_of(centres[np.argsort(-share, kind="stable")][: np.count_nonzero(share)])


def _colours_of(
    picture: Picture, count: int
) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, " N"]]:
    """Its colours, sRGB, and of how many pixels.

    More than ``count`` are averaged within cells, so that what a mottled surface weighs is not
    scattered over its hues; unless the cells are too few for the palette.
    """
    flat = picture.pixels.reshape(-1, 3).astype(np.int64)
    keys, pixels = np.unique(flat @ np.array([65536, 256, 1]), return_counts=True)
    colours = np.stack((keys >> 16, keys >> 8 & 255, keys & 255), 1)
    if len(keys) > count:
        shades = colours * _SHADES // 256
        _, cell = np.unique(shades @ np.array([_SHADES**2, _SHADES, 1]), return_inverse=True)
        together = np.bincount(cell, pixels)
        if len(together) > count:
            sums = [np.bincount(cell, pixels * colours[:, channel]) for channel in range(3)]
            colours, pixels = np.stack(sums, 1) / together[:, None], together
    return colours / 255.0, pixels.astype(np.float64)


def _far_apart(
    points: Float[np.ndarray, "N 3"], weight: Float[np.ndarray, " N"], count: int
) -> Float[np.ndarray, "K 3"]:
    centres = [np.average(points, axis=0, weights=weight)]
    gap = np.full(len(points), np.inf)
    for _ in range(count - 1):
        gap = np.minimum(gap, ((points - centres[-1]) ** 2).sum(1))
        # the root: one bright petal must count against a large sky
        centres.append(points[np.argmax(gap * np.sqrt(weight))])
    return np.stack(centres)


def _squared_distances(
    points: Float[np.ndarray, "N 3"], centres: Float[np.ndarray, "K 3"]
) -> Float[np.ndarray, "N K"]:
    return (centres**2).sum(1) - 2 * points @ centres.T + (points**2).sum(1)[:, None]


def _means(
    points: Float[np.ndarray, "N 3"],
    weight: Float[np.ndarray, " N"],
    nearest: Int[np.ndarray, " N"],
    centres: Float[np.ndarray, "K 3"],
) -> Float[np.ndarray, "K 3"]:
    """The mean of what is nearest to each centre; a centre of nothing stays."""
    count = len(centres)
    share = np.bincount(nearest, weight, count)
    sums = np.stack([np.bincount(nearest, weight * points[:, a], count) for a in range(3)], 1)
    return np.where(share[:, None] > 0, sums / np.maximum(share, 1e-12)[:, None], centres)
