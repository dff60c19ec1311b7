"""The shape of a level: where one can stand, how high, and how much is built.

A *standing place* is a cell that lets the player in, with a solid tile right below it. A *platform*
is a row of standing places side by side.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, UInt8

from makar.domains.levels.level.legend import Legend


def linearity(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """How near the platforms lie to one straight line; 1: all on it. NaN without a platform.

    A line is fitted through the middles of the platforms by least squares; 1 less the mean
    distance from it in rows, as a share of the level's height (Smith & Whitehead 2010,
    *Analyzing the Expressive Range of a Level Generator*).

    It says what a level looks like. People's ratings of levels follow it weakly.

    Deviations from the paper:
        1. The distance is divided by the level's height, not by the largest in the set, so that
           a level's number does not depend on its company.
    """
    level, x, height = _platforms(tiles, legend)

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(level, values, len(tiles))

    n = sums(np.ones(len(level)))
    x0, y0 = (sums(values) / np.maximum(n, 1) for values in (x, height))
    dx, dy = x - x0[level], height - y0[level]
    slope = sums(dx * dy) / np.maximum(sums(dx * dx), 1e-9)
    distance = sums(np.abs(dy - slope[level] * dx)) / np.maximum(n, 1)
    return np.where(n > 0, 1 - distance / tiles.shape[1], np.nan)


def density(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """How many heights there are to stand on, on average over the columns: 1 for plain ground."""
    return standing(tiles, legend).sum((1, 2)) / tiles.shape[2]


def vertical_variety(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """How evenly the standing places are spread over the rows; NaN without any.

    Their entropy over the rows, as a share of what it could be: 0 = all in one row, 1 = as many
    in each row.
    """
    rows = standing(tiles, legend).sum(2)
    return evenness(rows, rows.shape[1])


def empty_share(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """Share of the cells that are empty."""
    return legend.having("empty")[tiles].mean((1, 2))


def ground_share(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """Share of the columns that are solid at the bottom: what MarioGAN asks for (Volz et al. 2018).

    Deviations from the paper:
        1. The bottom row counts, as in all Mario levels; there it is the ground tiles of a window.
    """
    return legend.having("solid")[tiles[:, -1]].mean(1)


def standing(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Bool[np.ndarray, "B H-1 W"]:
    """True for cells to stand in, all rows but the lowest."""
    closed = legend.having("solid", "hazard")[tiles]
    return ~closed[:, :-1] & legend.having("solid")[tiles][:, 1:]


def evenness(counts: np.ndarray, places: int) -> Float[np.ndarray, " B"]:
    """Entropy of each row of counts over the most that ``places`` can have; NaN for no counts."""
    total = counts.sum(1, keepdims=True)
    p = counts / np.maximum(total, 1)
    entropy = (p * np.log(1 / np.where(p > 0, p, 1))).sum(1)
    return np.where(total[:, 0] > 0, entropy / np.log(max(places, 2)), np.nan)


def _platforms(
    tiles: UInt8[np.ndarray, "B H W"], legend: Legend
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of every platform its level, the column of its middle, and the rows below it."""
    place = np.pad(standing(tiles, legend), ((0, 0), (0, 0), (1, 1)))
    begins = np.argwhere(place[:, :, 1:-1] & ~place[:, :, :-2])
    ends = np.argwhere(place[:, :, 1:-1] & ~place[:, :, 2:])
    level, row, first = begins.T
    return level, (first + ends[:, 2]) / 2, tiles.shape[1] - 1.0 - row
