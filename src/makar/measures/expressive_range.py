"""How much of a space of two statistics a generator reaches: its expressive range.

Smith & Whitehead 2010, *Analyzing the Expressive Range of a Level Generator*, count many works of
a generator in a histogram over two statistics, leniency and linearity of levels. What is seen there
depends on the bins, so that they are given and not fitted to the works: two generators are compared
over the same ranges, at equal numbers of works.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

BINS = 20


@dataclass(frozen=True)
class ExpressiveRange:
    """Works counted over two statistics.

    Attributes:
        counts: ``(X, Y)`` works in each bin.
        x_range: Where the bins of the first statistic begin and end.
        y_range: The same of the second.
        outside: Works that lie beyond the ranges.
        unknown: Works that lack one of the statistics (NaN).
    """

    counts: Int[np.ndarray, "X Y"]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    outside: int
    unknown: int

    @property
    def coverage(self) -> float:
        """Share of the bins that have a work."""
        return float((self.counts > 0).mean())

    def shared(self, other: ExpressiveRange) -> float:
        """Share of the other's reached bins that this one reaches too; NaN if it has none.

        Raises:
            ValueError: the bins are not the same.
        """
        if (self.x_range, self.y_range, self.counts.shape) != (
            other.x_range,
            other.y_range,
            other.counts.shape,
        ):
            raise ValueError("two expressive ranges compare only over the same bins")
        reached = other.counts > 0
        return float((self.counts[reached] > 0).mean()) if reached.any() else float("nan")


def expressive_range(
    x: Float[np.ndarray, " B"],
    y: Float[np.ndarray, " B"],
    *,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    bins: int = BINS,
) -> ExpressiveRange:
    """Count works in ``bins`` by ``bins`` equal fields; the upper ends are inside.

    Raises:
        ValueError: a range does not rise.
    """
    if not (x_range[0] < x_range[1] and y_range[0] < y_range[1]):
        raise ValueError(f"a range goes from low to high, got {x_range} and {y_range}")
    known = ~(np.isnan(x) | np.isnan(y))
    counts, _, _ = np.histogram2d(x[known], y[known], bins=bins, range=(x_range, y_range))
    inside = counts.astype(np.int64)
    outside = int(known.sum() - inside.sum())
    return ExpressiveRange(inside, x_range, y_range, outside, int((~known).sum()))
