"""Guards of a run: is variety dying, and where has nobody been yet?

They look at numbers only and keep little state; whoever runs the loop acts on what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int


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
