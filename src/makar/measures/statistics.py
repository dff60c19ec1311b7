"""How sure a number is: intervals, tests, and how well a statistic tells two sets apart.

Every interval covers 95 %. The formulas are the textbook ones and are stated with each function,
because the printed tables name them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float

HUMAN_RANGE = (0.05, 0.1, 0.5, 0.9, 0.95)
"""The quantiles that describe a human corpus: alarm ends, band ends, and the middle."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval.

    Attributes:
        mean: The estimate.
        low, high: Ends of the interval; NaN where one value says nothing of the spread.
        n: Works behind it (NaN left out).
        seeds: Independent runs behind it.
    """

    mean: float
    low: float
    high: float
    n: int
    seeds: int = 1

    @classmethod
    def of_interval(cls, record: Mapping[str, Any], *, n: int, seeds: int = 1) -> Estimate:
        """The estimate behind an interval as JSON has it."""
        low, mean, high = (
            np.nan if record[end] is None else float(record[end]) for end in ("low", "mean", "high")
        )
        return cls(mean, low, high, n, seeds)

    def interval(self) -> dict[str, float | None]:
        """See ``interval``."""
        return interval(self.mean, self.low, self.high)

    def __str__(self) -> str:
        if not np.isfinite(self.low):
            return f"{self.mean:.3f}"
        return f"{self.mean:.3f} ± {(self.high - self.low) / 2:.3f}"


@dataclass(frozen=True)
class Difference:
    """A difference of two means (second minus first), its 95 % interval and two-sided p."""

    mean: float
    low: float
    high: float
    p: float


def interval(mean: float, low: float, high: float) -> dict[str, float | None]:
    """A mean with its interval as JSON has it: null for what is not known."""
    numbers = {"mean": mean, "low": low, "high": high}
    return {name: float(value) if np.isfinite(value) else None for name, value in numbers.items()}


def finite(values: Float[np.ndarray, " B"]) -> Float[np.ndarray, " N"]:
    """The values that are numbers."""
    values = np.asarray(values, np.float64)
    return values[np.isfinite(values)]


def finite_mean(values: Float[np.ndarray, " B"]) -> float:
    """The mean of those; NaN where there is none."""
    known = finite(values)
    return float(known.mean()) if len(known) else float("nan")


def mean_over_works(values: Float[np.ndarray, " B"]) -> Estimate:
    """Mean over the works of one run: x̄ ± t₀.₉₇₅(n − 1) · s / √n, NaN left out."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return _student(known, works=len(known), seeds=1)


def mean_over_seeds(runs: Sequence[Float[np.ndarray, " B"]]) -> Estimate:
    """Mean over runs with different seeds, each a row of works.

    With m_s the mean of run s and S runs: m̄ ± t₀.₉₇₅(S − 1) · sd(m_s) / √S. The runs are the
    independent draws: works of one run share its weights, so that pooling them would make the
    interval too narrow; and as each m_s carries its own works' sampling error, that error is in
    sd(m_s) already. With a single run the interval is the one over its works.
    """
    if len(runs) == 1:
        return mean_over_works(runs[0])
    known = [np.asarray(r, np.float64) for r in runs]
    known = [r[~np.isnan(r)] for r in known]
    means = np.array([r.mean() for r in known if len(r)])
    return _student(means, works=sum(len(r) for r in known), seeds=len(means))


def _student(sample: np.ndarray, *, works: int, seeds: int) -> Estimate:
    if not len(sample):
        return Estimate(np.nan, np.nan, np.nan, 0, seeds)
    mean = float(sample.mean())
    if len(sample) < 2:
        return Estimate(mean, np.nan, np.nan, works, seeds)
    half = student_t_quantile(0.975, len(sample) - 1) * float(sample.std(ddof=1))
    half /= np.sqrt(len(sample))
    return Estimate(mean, mean - half, mean + half, works, seeds)


def welch_test(first: Float[np.ndarray, " M"], second: Float[np.ndarray, " N"]) -> Difference:
    """Do two sets differ in their mean, if their spreads may differ too? Welch (1947).

    t = (x̄₂ − x̄₁) / √(v₁ + v₂) with v = s²/n, on (v₁ + v₂)² / (v₁²/(n₁−1) + v₂²/(n₂−1)) degrees of
    freedom. Where neither set varies, p is 1 for equal means and 0 for different ones.

    Raises:
        ValueError: a set has fewer than two values that are not NaN.
    """
    a, b = (np.asarray(x, np.float64)[~np.isnan(x)] for x in (first, second))
    if min(len(a), len(b)) < 2:
        raise ValueError("a test of two means needs at least two values in each set")
    mean = float(b.mean() - a.mean())
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    error = float(np.sqrt(va + vb))
    if error == 0:
        return Difference(mean, mean, mean, 1.0 if mean == 0 else 0.0)
    freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    half = student_t_quantile(0.975, float(freedom)) * error
    p = 2 * (1 - student_t_cdf(abs(mean) / error, float(freedom)))
    return Difference(mean, mean - half, mean + half, float(np.clip(p, 0, 1)))


def auc(positives: Float[np.ndarray, " M"], negatives: Float[np.ndarray, " N"]) -> float:
    """Chance that a random positive scores above a random negative; ties count half.

    The Mann-Whitney U over M·N: (ΣR₊ − M(M + 1)/2) / (M·N) with average ranks R. 0.5 is a coin,
    1 tells always. NaN is left out; NaN where a side is empty.
    """
    a, b = (np.asarray(x, np.float64)[~np.isnan(x)] for x in (positives, negatives))
    if not (len(a) and len(b)):
        return float("nan")
    _, number, count = np.unique(np.concatenate([a, b]), return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    return float((rank[number[: len(a)]].sum() - len(a) * (len(a) + 1) / 2) / (len(a) * len(b)))


def quantile_band(
    values: Float[np.ndarray, " B"], probabilities: Sequence[float] = HUMAN_RANGE
) -> tuple[float, ...]:
    """Quantiles of what people do, NaN left out; all NaN where nothing is known."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return tuple(float("nan") for _ in probabilities)
    return tuple(float(q) for q in np.quantile(known, list(probabilities)))


def student_t_cdf(t: float, freedom: float) -> float:
    """P(T ≤ t) of Student's t.

    With t = √ν·tan θ the density becomes cos^(ν−1) θ: the integral from 0 to θ over that
    from 0 to π/2, both by Gauss-Legendre (good to 1e-9 in the tables' range).
    """
    angle = float(np.arctan(abs(t) / np.sqrt(freedom)))
    # beyond 12 / √ν the power has vanished; without the cut the nodes would miss a narrow peak
    whole = min(np.pi / 2, 12 / np.sqrt(freedom))
    share = _cosine_power(min(angle, whole), freedom) / _cosine_power(whole, freedom)
    return 0.5 + 0.5 * float(np.sign(t)) * min(share, 1.0)


def _cosine_power(upper: float, freedom: float) -> float:
    angles = upper / 2 * (_NODES + 1)
    return float(upper / 2 * (_WEIGHTS * np.cos(angles) ** (freedom - 1)).sum())


@lru_cache(maxsize=4096)
def student_t_quantile(probability: float, freedom: float) -> float:
    """The t that ``probability`` of Student's t lies below, by bisection.

    Raises:
        ValueError: the probability is not in [0.5, 1).
    """
    if not 0.5 <= probability < 1:
        raise ValueError(f"a probability from 0.5 up to below 1 is needed, got {probability}")
    low, high = 0.0, 1.0
    while student_t_cdf(high, freedom) < probability and high < 1e9:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        if student_t_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
