"""Curves made fit to be drawn: of 20 iterations or 5,000, no more points than the eye can use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int

from makar.measures.statistics import finite_mean

MOST_POINTS = 180
SMOOTHING = 16
"""A smoothed curve averages over about this part of the run."""


def smoothed(values: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """A centred moving average taken twice, gaps (NaN) left out; short runs stay as they are.

    Twice, so that one outlier makes a small hill and no table mountain.
    """
    half = len(values) // (2 * SMOOTHING)
    return _averaged(_averaged(values, half), half) if half else np.asarray(values, np.float64)


def _averaged(values: Float[np.ndarray, " N"], half: int) -> Float[np.ndarray, " N"]:
    known = np.isfinite(values)
    sums = np.r_[0.0, np.cumsum(np.where(known, values, 0.0))]
    counts = np.r_[0, np.cumsum(known)]
    at = np.arange(len(values))
    reach = np.minimum(half, np.minimum(at, len(values) - 1 - at))  # symmetric at both ends too
    first, after = at - reach, at + reach + 1
    n = counts[after] - counts[first]
    mean = (sums[after] - sums[first]) / np.maximum(n, 1)
    return np.where(n > 0, mean, np.nan)


def thinned(
    iterations: Int[np.ndarray, " N"], values: Float[np.ndarray, " N"], *, most: int = MOST_POINTS
) -> tuple[Float[np.ndarray, " M"], Float[np.ndarray, " M"]]:
    """At most ``most`` points: means of equal shares of the run, its first and last kept."""
    iterations = np.asarray(iterations, np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    if len(values) <= most:
        return iterations, values
    edges = np.linspace(1, len(values) - 1, most - 1).astype(int)
    inner = [slice(a, b) for a, b in pairwise(edges.tolist())]
    shares = [slice(0, 1), *inner, slice(len(values) - 1, len(values))]
    return (
        np.array([iterations[s].mean() for s in shares]),
        np.array([finite_mean(values[s]) for s in shares]),
    )


def axis(low: float, high: float, *, ticks: int = 4) -> list[float]:
    """Round numbers that cover ``low`` to ``high``: steps of 1, 2, 2.5 or 5 times a power of 10.

    The first and the last are the ends of the axis.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-6):
        room = max(abs(high) * 0.1, 1e-3)
        low, high = (low - room, high + room) if low else (0.0, room)
    rough = (high - low) / ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * (1 - 1e-9))
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def spread(curves: Sequence[Float[np.ndarray, " N"]]) -> tuple[float, float]:
    """From the lowest to the highest, single outliers (1 % at either end) left out."""
    known = np.concatenate([np.asarray(c, np.float64)[np.isfinite(c)] for c in curves] or [[]])
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, [0.01, 0.99])
    return float(low), float(high)
