"""What training adds to the reward so that a generator keeps its variety and its likeness.

All of it is part of the judgement that is trained on and logged; none of it is part of the score
that the tables compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from makar.core.seeds import Seeds
from makar.core.types import JudgedPart, Judgement, Works
from makar.measures.guards import VisitCounts
from makar.measures.variety import Variety
from makar.recipes.settings import LoopConfig
from makar.recipes.upkeep.watch_prices import WatchPrices, prices_like, watched

EXPLORATION, VARIETY, LIKENESS = "exploration", "variety", "likeness"
DISTINCTNESS = "distinctness"


@dataclass
class Bonuses:
    """Exploration, variety and likeness.

    Variety is a constraint, held by a multiplier (dual ascent): as long as a batch has fewer
    distinct runs than people's works have in a set of that size, each work's own share of the
    distinct runs is paid for a little more; when there is enough, a little less.

    Distinctness multiplies instead (Li et al. 2025, *DARLING*, arXiv 2509.02534): what is good and
    like the others is paid less than what is good and unlike them. Deviation: how unlike a work
    is, the domain's own measure says, not a classifier.

    Attributes:
        exploration: Weight of the count-based bonus for kinds of work seldom met; 0 = off.
        target: distinct-4 to be kept in a batch; None = off.
        weight: The multiplier in force, adapted by ``observe``: price and gain together.
        price: What the shortfalls so far add up to.
        rate: How much the price moves for a relative shortfall of 1.
        gain: What the present shortfall adds at once, so that the price need not overshoot.
        distinctness: Multiply totals by each work's own share of the distinct runs.
        visits: How often each kind of work was met.
        likeness: Holds what is only watched near people's; None = off.
    """

    exploration: float = 0.0
    target: float | None = None
    weight: float = 0.0
    price: float = 0.0
    rate: float = 0.05
    gain: float = 0.5
    distinctness: bool = False
    visits: VisitCounts = field(default_factory=VisitCounts)
    likeness: WatchPrices | None = None

    def apply(self, judgement: Judgement, works: Works[Any], variety: Variety[Any]) -> Judgement:
        """The judgement with the bonuses among its parts.

        A work that did not pass the gates gets none, and never more than one that did: it broke
        what was asked, and must not look better than the mean where others are fined.
        """
        parts, total = dict(judgement.parts), judgement.total
        passed = total > 0
        bonuses: dict[str, tuple[float, Float[np.ndarray, " B"]]] = {}
        if self.exploration > 0:
            bonuses[EXPLORATION] = (self.exploration, self.visits.bonus(variety.cells(works)))
        share = np.ones(0)
        if self.target is not None or self.distinctness:
            share = variety.shares(works)
        if self.target is not None:
            bonuses[VARIETY] = (self.weight, np.nan_to_num(share))
        if self.likeness is not None:
            bonuses[LIKENESS] = (1.0, self.likeness.bonus(watched(judgement)))
        for name, (weight, value) in bonuses.items():
            total = total + np.where(passed, weight * value, 0.0)
            parts[name] = JudgedPart(value, value, weight, "score", "bonus in training only")
        if self.distinctness:
            known = np.nan_to_num(share, nan=1.0)
            total = np.where(passed, total * known, total)
            parts[DISTINCTNESS] = JudgedPart(known, known, 0.0, "penalty", "in training only")
        if passed.any():
            total = np.where(passed, total, np.minimum(total, total[passed].min()))
        return replace(judgement, total=total, parts=parts)

    def observe(
        self, works: Works[Any], variety: Variety[Any], distinct: float, judgement: Judgement
    ) -> None:
        """Count these works; adapt prices to how ``distinct`` they are, and to what is watched."""
        if self.exploration > 0:
            self.visits.observe(variety.cells(works))
        if self.target is not None:
            shortfall = 1 - (distinct if np.isfinite(distinct) else 0.0) / self.target
            self.price = float(np.clip(self.price + self.rate * shortfall, 0.0, 5.0))
            self.weight = float(np.clip(self.price + self.gain * shortfall, 0.0, 5.0))
        if self.likeness is not None:
            self.likeness.observe(watched(judgement))

    def state_dict(self) -> dict[str, Any]:
        """The multipliers and the counts."""
        counts = self.visits.counts
        likeness = {} if self.likeness is None else {LIKENESS: self.likeness.state_dict()}
        return likeness | {
            "weight": self.weight,
            "price": self.price,
            "cells": np.array(list(counts), np.int64),
            "counts": np.array(list(counts.values()), np.int64),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.weight, self.price = float(state["weight"]), float(state["price"])
        cells, counts = (np.asarray(state[name]).tolist() for name in ("cells", "counts"))
        self.visits.counts = dict(zip(cells, counts, strict=True))
        if self.likeness is not None and LIKENESS in state:
            self.likeness.load_state_dict(state[LIKENESS])


def bonuses_like(
    known: Works[Any],
    variety: Variety[Any],
    loop: LoopConfig,
    watches: Mapping[str, Float[np.ndarray, " M"]],
    start: Mapping[str, Float[np.ndarray, " N"]],
    *,
    peoples: float | None = None,
) -> Bonuses:
    """Exploration, as much variety as people's works have, and what is watched held near theirs.

    Variety is that of sets of a batch's size. They are works in a row, with their variants, as
    held-out works are: works picked from everywhere would be more unlike one another than any book
    of tunes.

    Args:
        known: People's works, in the order of their sources.
        variety: What makes works alike or different.
        loop: How many works there are in a batch, and how much is paid for what.
        watches: What is only watched, of people's works that were held out.
        start: The same of the untrained model's.
        peoples: Variety of people's sets, where it is not that of ``known`` in a row.
    """
    if peoples is None and loop.variety is not None:
        size = min(loop.works, len(known))
        firsts = Seeds(0).generator().integers(len(known) - size + 1, size=16)
        sets = [known.take(range(first, first + size)) for first in firsts]
        peoples = float(np.mean([variety.distinct(one) for one in sets]))
    return Bonuses(
        exploration=loop.exploration,
        target=None if loop.variety is None or peoples is None else loop.variety * peoples,
        distinctness=loop.distinctness,
        likeness=prices_like(watches, start, loop.likeness),
    )
