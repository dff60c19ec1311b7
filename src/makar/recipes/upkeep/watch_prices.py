"""What is only watched, held near people's while others are rewarded: watches as constraints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from makar.core.types import Judgement
from makar.measures.alarm import FEWEST
from makar.measures.statistics import finite

FARTHEST = 3.0
"""People's standard deviations beyond which a single work pays no more than there."""


@dataclass
class WatchPrices:
    """Prices on leaving people's works, one for each watch and side.

    A constraint for each watch: the mean over a batch is no farther from people's than is allowed,
    in their standard deviations. While it is, each work pays for how far it lies out on that side
    itself, a little more each time (dual ascent); while it is not, a little less. What is within
    costs nothing, so that the reward decides alone there.

    Attributes:
        people: Mean and standard deviation of each watch over people's works.
        allowed: How many of their standard deviations it may be below theirs, and above.
        rate: How much a price moves for one of them too far.
        gain: What the present excess adds at once, so that the price need not overshoot.
        prices: What the excesses so far add up to, by watch: below people's, and above.
        weights: The prices in force, likewise.
    """

    people: Mapping[str, tuple[float, float]]
    allowed: Mapping[str, tuple[float, float]]
    rate: float = 0.01
    gain: float = 0.05
    prices: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    weights: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])

    def bonus(self, watches: Mapping[str, Float[np.ndarray, " B"]]) -> Float[np.ndarray, " B"]:
        """What each work pays for where it lies: 0 or below; nothing for what cannot be judged."""
        paid = np.zeros(len(next(iter(watches.values()), np.zeros(0))))
        for name, (below, above) in self.weights.items():
            away = np.nan_to_num(self._away(name, watches[name])).clip(-FARTHEST, FARTHEST)
            paid -= below * np.maximum(-away, 0) + above * np.maximum(away, 0)
        return paid

    def observe(self, watches: Mapping[str, Float[np.ndarray, " B"]]) -> None:
        """Adapt the prices to where these works lie."""
        for name in self.people:
            values = finite(watches.get(name, np.zeros(0)))
            if not len(values):
                continue
            away = float(self._away(name, values).mean())
            excess = np.array([-away, away]) - self.allowed[name]
            price = np.clip(self.prices.get(name, (0.0, 0.0)) + self.rate * excess, 0.0, 1.0)
            weight = np.clip(price + self.gain * excess, 0.0, 1.0)
            self.prices[name], self.weights[name] = _pair(price), _pair(weight)

    def _away(self, name: str, values: Float[np.ndarray, " B"]) -> Float[np.ndarray, " B"]:
        mean, spread = self.people[name]
        return (values - mean) / spread

    def state_dict(self) -> dict[str, Any]:
        """The prices and the weights."""
        return {"prices": dict(self.prices), "weights": dict(self.weights)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.prices = {name: _pair(pair) for name, pair in state["prices"].items()}
        self.weights = {name: _pair(pair) for name, pair in state["weights"].items()}


def prices_like(
    people: Mapping[str, Float[np.ndarray, " M"]],
    start: Mapping[str, Float[np.ndarray, " N"]],
    allowed: float | None,
) -> WatchPrices | None:
    """Prices on leaving these works; None where nothing is asked for.

    Where the untrained model lies farther off already, that far is allowed: what it never had is
    not to be learned this way. Its works are newer to the corpus than people's, which quote one
    another; a price on that would pay for copying.

    A watch that too few works say something of, or in which people's do not differ, has no price.

    Args:
        people: What is watched, of people's works.
        start: The same of the untrained model's.
        allowed: People's standard deviations that a mean may be off theirs in any case.
    """
    if allowed is None:
        return None
    theirs: dict[str, tuple[float, float]] = {}
    sides: dict[str, tuple[float, float]] = {}
    for name, values in people.items():
        known, before = finite(values), finite(start.get(name, np.zeros(0)))
        if len(known) >= FEWEST and len(before) and known.std() > 0:
            theirs[name] = mean, spread = float(known.mean()), float(known.std())
            away = (float(before.mean()) - mean) / spread
            sides[name] = max(allowed, -away), max(allowed, away)
    return WatchPrices(theirs, sides)


def watched(judgement: Judgement) -> dict[str, np.ndarray]:
    """What is measured and not rewarded, as it is found."""
    return {name: part.raw for name, part in judgement.parts.items() if part.role == "watch"}


def _pair(values: Any) -> tuple[float, float]:
    below, above = values
    return float(below), float(above)
