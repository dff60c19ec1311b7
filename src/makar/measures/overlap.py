"""Does a set spread in a feature as people's works do? Distances within and between sets.

Yang & Lerch 2018, *On the evaluation of generative models in music* ("mgeval"): the distances
within a reference set say how unlike one another people's works are; the distances from a set's
works to the reference's say how unlike *they* are. Where both have the same distribution, the set
is like one more handful of people's works: overlapping area 1, divergence 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.measures.statistics import Estimate, student_t_quantile

GRID = 2048
"""Points at which densities are known."""
REACH = 4.0
"""Bandwidths that a density is followed beyond its outermost distance."""
GROUPS = 20
"""Blocks of works that are left out in turn for an interval."""


def within(features: Float[np.ndarray, "B D"]) -> Float[np.ndarray, " P"]:
    """Euclidean distances of all ``B (B − 1) / 2`` pairs within a set."""
    first, second = np.triu_indices(len(features), 1)
    return between(features, features)[first, second]


def between(
    features: Float[np.ndarray, "B D"], others: Float[np.ndarray, "C D"]
) -> Float[np.ndarray, "B C"]:
    """Euclidean distance of every work of one set to every work of another."""
    a, b = np.asarray(features, np.float64), np.asarray(others, np.float64)
    middle = (a.sum(0) + b.sum(0)) / max(len(a) + len(b), 1)
    a, b = a - middle, b - middle  # far from the origin the squares would cancel
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


@dataclass(frozen=True)
class Density:
    """A distribution on a grid.

    Attributes:
        at: ``(G,)`` evenly spaced places.
        height: ``(G,)`` density there.
    """

    at: Float[np.ndarray, " G"]
    height: Float[np.ndarray, " G"]


def densities(
    first: Float[np.ndarray, " P"], second: Float[np.ndarray, " Q"]
) -> tuple[Density, Density]:
    """Gaussian kernel estimates of two distributions, on one grid.

    Bandwidth by Scott's rule (Scott 1992), h = s · n^(−1/5), as scipy's ``gaussian_kde``; but at
    least two grid steps, so that a set without any spread is a narrow peak and not an error. The
    values are shared out between the two nearest grid points and then smoothed, which differs
    from the sum over all values by less than 1 % of the height.

    Raises:
        ValueError: a side has fewer than two distances.
    """
    sides = [np.asarray(side, np.float64).ravel() for side in (first, second)]
    if min(map(len, sides)) < 2:
        raise ValueError("a density needs at least two distances: bring three works or more")
    widths = [float(side.std(ddof=1)) * len(side) ** -0.2 for side in sides]
    low, high = min(s.min() for s in sides), max(s.max() for s in sides)
    room = REACH * max(*widths, 1e-3 * (high - low), 1e-9)
    at = np.linspace(low - room, high + room, GRID)
    step = at[1] - at[0]
    one, two = (
        Density(at, _smoothed(_shared_out(side, at[0], step), max(width / step, 2.0)) / step)
        for side, width in zip(sides, widths, strict=True)
    )
    return one, two


def _shared_out(values: np.ndarray, origin: float, step: float) -> np.ndarray:
    """Share of the values at each grid point, each split between its two neighbours."""
    place = (values - origin) / step
    left = np.clip(place.astype(np.int64), 0, GRID - 2)
    right_share = place - left
    shares = np.bincount(left, 1 - right_share, GRID) + np.bincount(left + 1, right_share, GRID)
    return shares / len(values)


def _smoothed(shares: np.ndarray, width: float) -> np.ndarray:
    reach = min(int(np.ceil(REACH * width)), GRID)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    size = 1 << (GRID + len(kernel) - 1).bit_length()
    whole = np.fft.irfft(np.fft.rfft(shares, size) * np.fft.rfft(kernel / kernel.sum(), size), size)
    return np.maximum(whole[reach : reach + GRID], 0.0)


def overlapping_area(first: Density, second: Density) -> float:
    """∫ min(p, q): 1 for equal distributions, 0 for separate ones."""
    return float(np.minimum(first.height, second.height).sum() * (first.at[1] - first.at[0]))


def divergence(first: Density, second: Density, *, floor: float = 1e-12) -> float:
    """KL(p ‖ q) = ∫ p ln(p / q) in nats; q is nowhere below ``floor`` of its peak.

    The floor bounds what separate distributions come to (28 nats at most), where the integral
    itself has no end.
    """
    step = first.at[1] - first.at[0]
    p, q = first.height, np.maximum(second.height, floor * second.height.max())
    there = p > floor * p.max()
    return float((p[there] * np.log(p[there] / q[there])).sum() * step)


@dataclass(frozen=True)
class Overlap:
    """How a set spreads in one feature, against a reference.

    Attributes:
        area: Overlapping area of the reference's inner distances and those to the set.
        kl: Divergence of the former from the latter, in nats.
        inner: Density of the reference's inner distances.
        across: Density of the distances between the reference and the set.
    """

    area: Estimate
    kl: Estimate
    inner: Density
    across: Density


def overlap(features: Float[np.ndarray, "B D"], reference: Float[np.ndarray, "C D"]) -> Overlap:
    """Overlapping area and divergence with 95 % intervals over the set's works.

    Deviations from the authors' code (mgeval, 2018): (1) both densities are on one grid, where
    theirs takes each side's KL at places of its own; (2) the area is over all of the densities,
    where theirs ends at the outermost distances; (3) each pair within the reference counts once;
    (4) intervals, by leaving out blocks of works in turn (``grouped_jackknife``).

    Args:
        features: Of the set to be judged.
        reference: Of people's works.

    Raises:
        ValueError: fewer than three works on either side.
    """
    if min(len(features), len(reference)) < 3:
        raise ValueError("an overlap needs at least three works on either side")
    inner, across = within(reference), between(features, reference)

    def measured(rows: np.ndarray) -> np.ndarray:
        p, q = densities(inner, across[rows])
        return np.array([overlapping_area(p, q), divergence(p, q)])

    area, kl = grouped_jackknife(measured, len(features))
    return Overlap(area, kl, *densities(inner, across))


def grouped_jackknife(
    statistic: Callable[[np.ndarray], np.ndarray], works: int, *, groups: int = GROUPS
) -> list[Estimate]:
    """Numbers of a whole set, with 95 % intervals over its works.

    The delete-a-group jackknife (Kott 2001): with θ of all works and θ₍g₎ of all but block g of G,
    θ ± t₀.₉₇₅(G − 1) · √((G − 1)/G · Σ (θ₍g₎ − θ̄)²). Unlike the bootstrap it puts no work in
    twice, which would look like copying. The blocks are works in a row, so that phrases of one
    tune go together.

    Args:
        statistic: From row numbers to ``(K,)`` numbers.
        works: How many rows there are.
        groups: Blocks, or as many as there are works where these are fewer.
    """
    rows = np.arange(works)
    whole = np.atleast_1d(np.asarray(statistic(rows), np.float64))
    groups = min(groups, works)
    if groups < 3:
        return [Estimate(float(value), np.nan, np.nan, works) for value in whole]
    blocks = np.array_split(rows, groups)
    without = np.array([statistic(np.setdiff1d(rows, block)) for block in blocks], np.float64)
    spread = ((without.reshape(groups, -1) - without.reshape(groups, -1).mean(0)) ** 2).sum(0)
    half = student_t_quantile(0.975, groups - 1) * np.sqrt((groups - 1) / groups * spread)
    return [
        Estimate(float(v), float(v - h), float(v + h), works)
        for v, h in zip(whole, half, strict=True)
    ]
