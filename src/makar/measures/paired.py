"""Differences of works made from the same draws, and many tests at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from makar.measures.statistics import Difference, mean_over_works, student_t_cdf


def paired_test(first: Float[np.ndarray, " N"], second: Float[np.ndarray, " N"]) -> Difference:
    """Student's paired t-test: value i of both comes from the same draw, or the same seed.

    With d = second − first, t = d̄ √n / s on n − 1 degrees of freedom. Pairs with a NaN are left
    out. Where the differences do not vary, p is 1 for none and 0 for a constant one.

    Raises:
        ValueError: fewer than two pairs, or sides of different lengths.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"pairs need two sides of equal length, got {len(a)} and {len(b)}")
    gaps = (b - a)[np.isfinite(a) & np.isfinite(b)]
    if len(gaps) < 2:
        raise ValueError("a paired test needs at least two pairs")
    around = mean_over_works(gaps)
    error = float(gaps.std(ddof=1)) / np.sqrt(len(gaps))
    if error == 0:
        return Difference(around.mean, around.mean, around.mean, float(around.mean == 0))
    p = 2 * (1 - student_t_cdf(abs(around.mean) / error, len(gaps) - 1))
    return Difference(around.mean, around.low, around.high, float(np.clip(p, 0, 1)))


def significant(ps: Mapping[str, float], *, level: float = 0.05) -> set[str]:
    """Names whose p counts when all of them are asked at once (Holm 1979).

    The k-th smallest of m counts while p ≤ level / (m − k + 1), which keeps the chance of any
    false claim below ``level``. NaN never counts and is not asked.
    """
    asked = sorted((n for n, p in ps.items() if np.isfinite(p)), key=lambda name: ps[name])
    found: set[str] = set()
    for place, name in enumerate(asked):
        if ps[name] > level / (len(asked) - place):
            break
        found.add(name)
    return found
