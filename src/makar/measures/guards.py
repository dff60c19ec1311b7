"""Guards of a run: is the reward being gamed, is variety dying?

Both look at numbers only and keep little state; whoever runs the loop acts on what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from makar.measures.statistics import welch_test

SIGNIFICANT = 0.01
"""Two-sided p below which a change since the start counts."""


@dataclass(frozen=True)
class Alarm:
    """One watch that went where people do not go."""

    watch: str
    mean: float
    low: float
    high: float
    start: float
    whose: str = "people's"

    def __str__(self) -> str:
        return (
            f"{self.watch} is {self.mean:.3g}, outside {self.whose} {self.low:.3g} to "
            f"{self.high:.3g} (it began at {self.start:.3g}): the reward may be being gamed"
        )


@dataclass
class HackingAlarm:
    """Rings when a watch leaves the human band and has truly moved, twice running.

    A change alone is no alarm: likelihood under the prior falls in any RL. Nor is a watch that
    began outside and comes nearer, or of which people's works say nothing.

    Attributes:
        bands: 5 % and 95 % quantile of each watch over held-out human works.
        start: Each watch over works of the untrained prior.
        outside: How often running each watch was outside.
        whose: Whose works those are, in words.
    """

    bands: Mapping[str, tuple[float, float]]
    start: Mapping[str, Float[np.ndarray, " N"]]
    outside: dict[str, int] = field(default_factory=dict[str, int])
    whose: str = "people's"

    def check(self, watches: Mapping[str, Float[np.ndarray, " B"]]) -> list[Alarm]:
        """Look at one batch's watches; return those that ring now."""
        ringing: list[Alarm] = []
        for name, (low, high) in self.bands.items():
            now, start = _known(watches.get(name)), _known(self.start.get(name))
            if len(now) < 2 or len(start) < 2:
                continue
            mean, began = float(now.mean()), float(start.mean())
            moved = welch_test(start, now).p < SIGNIFICANT
            out = moved and _beyond(mean, low, high) > max(_beyond(began, low, high), 0.0)
            self.outside[name] = self.outside.get(name, 0) + 1 if out else 0
            if self.outside[name] >= 2:
                ringing.append(Alarm(name, mean, low, high, began, self.whose))
        return ringing


def _beyond(mean: float, low: float, high: float) -> float:
    """How far outside; below 0 inside, NaN where there is no band."""
    return max(low - mean, mean - high)


def _known(values: np.ndarray | None) -> np.ndarray:
    return np.zeros(0) if values is None else values[np.isfinite(values)]


@dataclass(frozen=True)
class CollapseLimits:
    """Beyond these a generator has lost its variety, or itself.

    Attributes:
        duplicates: Share of a batch that may be copies of works in the same batch.
        entropy: Share of the prior's entropy that must be left.
        kl: Nats per decision it may be away from the prior.
    """

    duplicates: float = 0.25
    entropy: float = 0.25
    kl: float = 1.0

    def collapsed(self, metrics: Mapping[str, Any], *, prior_entropy: float) -> str:
        """Why this iteration counts as collapsed, or an empty string."""
        if (share := metrics.get("duplicates", 0.0)) > self.duplicates:
            return f"{share:.0%} of the works are copies of one another"
        entropy = metrics.get("entropy", prior_entropy)
        # a Gaussian's entropy may be below 0, and has no share of it
        if prior_entropy > 0 and entropy < self.entropy * prior_entropy:
            return f"entropy fell to {entropy / prior_entropy:.0%} of the prior's"
        if (kl := metrics.get("kl", 0.0)) > self.kl:
            return f"{kl:.2f} nats per decision away from the prior"
        return ""


@dataclass
class VisitCounts:
    """Count-based exploration: pays for works whose key was seldom met before.

    Bonus 1 / √(1 + n), after Strehl & Littman 2008 (MBIE-EB). Read while scoring, changed
    only by ``observe`` in the loop body, so that scoring the same batch twice gives the same.

    Attributes:
        counts: How often each key was met.
    """

    counts: dict[int, int] = field(default_factory=dict[int, int])

    def bonus(self, keys: Int[np.ndarray, " B"]) -> Float[np.ndarray, " B"]:
        """Bonus in (0, 1] per key."""
        return np.array([(1 + self.counts.get(int(k), 0)) ** -0.5 for k in keys])

    def observe(self, keys: Int[np.ndarray, " B"]) -> None:
        """Count these keys."""
        for key in keys:
            self.counts[int(key)] = self.counts.get(int(key), 0) + 1
