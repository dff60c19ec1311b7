"""Choosing the best of many works, which needs no training: what it gives, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Float

from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Rollout, Trainable
from makar.measures.statistics import finite

W = TypeVar("W")
MOST_TRIED = 8
"""Works tried for such a row, for each work of the others: beyond, it has fewer works instead."""
FEWEST = 2
"""Works of a row that an interval can be given for."""
_ROUNDED = 1e-9


@dataclass(frozen=True)
class Effort:
    """What training took.

    Attributes:
        seconds: All of it.
        each: What making and judging one work took.
    """

    seconds: float
    each: float

    @classmethod
    def of(cls, log: Sequence[Mapping[str, Any]], *, works: int) -> Effort | None:
        """As a run's metrics have it, with so many works a step; None where they do not say."""
        spent = [row["seconds"] for row in log if "seconds" in row]
        made = sum(step.get("sample", 0.0) + step.get("score", 0.0) for step in spent)
        if made <= 0:
            return None
        return cls(sum(sum(step.values()) for step in spent), made / (len(spent) * works))

    def tries(self, wanted: int) -> int:
        """Works to choose from for each of ``wanted``, in the seconds that training took.

        The trained model makes the wanted ones in as long as the untrained one.
        """
        return math.ceil((self.seconds + wanted * self.each) / (wanted * self.each))


def equal_cost(iterations: int, works: int, *, wanted: int) -> int:
    """Works of the prior to choose from for each of ``wanted``, if all of training paid for them.

    Training made ``iterations`` times ``works``, and the trained model makes the wanted ones.
    """
    return -(-(iterations * works + wanted) // wanted)


def affordable_works(most: int, n: int) -> int:
    """Works of a row whose works are each the best of ``n``: ``most``, or what can be afforded."""
    return max(min(most, MOST_TRIED * most // n), FEWEST)


def choose(
    model: Trainable[W], reward: RewardTree, ask: Prompt, *, most: int, n: int, seeds: Seeds
) -> Rollout[W]:
    """The best of each ``n`` works of a model, ``most`` times or as often as can be afforded."""
    works = affordable_works(most, n)
    many = model.sample([ask] * (works * n), seeds=seeds)
    total = reward.lean(many.works, many.prompts).total
    tables = np.nan_to_num(total, nan=-1.0).reshape(works, n)
    return many.select(torch.as_tensor(tables.argmax(1) + np.arange(works) * n))


def expected_best(scores: Float[np.ndarray, " B"], n: int) -> float:
    """The mean score of the best of ``n`` works drawn anew, from scores of single ones.

    Of the empirical distribution: Σ x_(i) · ((i/B)ⁿ - ((i-1)/B)ⁿ). Beyond a third of the works
    there are, the largest of them alone would say; then NaN.
    """
    known = np.sort(finite(scores))
    if n > len(known) / 3:
        return math.nan
    chances = (np.arange(len(known) + 1) / max(len(known), 1)) ** n
    return float(known @ np.diff(chances))


def tries_for(scores: Float[np.ndarray, " B"], wanted: float) -> int | None:
    """How many works to choose from until the best scores so much on average; None: not known."""
    n = 1
    while math.isfinite(best := expected_best(scores, n)):
        if best >= wanted - _ROUNDED:
            return n
        n += max(1, n // 20)
    return None
