"""Is the score a yardstick? Chance must lie below a table, a table below people's works.

A reward under which works by chance score as well as people's measures something else than what
people do; whoever learns from it learns that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from makar.core.rewards import RewardTree
from makar.core.types import Judgement
from makar.evaluation.rows import HUMAN, MARKOV, PRIOR, RANDOM, judge_of, untaught
from makar.measures.statistics import finite, finite_mean
from makar.recipes.creator import Creator
from makar.recipes.words import Words

WORKS = 64
"""Works by chance and by a table that the yardstick is tried on before training."""
ERRORS = 2.0
"""Standard errors by which each step of the ladder must be higher than the one before."""
_STEPS = ((RANDOM, MARKOV), (RANDOM, PRIOR), (MARKOV, PRIOR), (RANDOM, HUMAN), (MARKOV, HUMAN))


@dataclass(frozen=True)
class Fault:
    """A step of the ladder that does not go up.

    Attributes:
        lower, upper: Rows, of which the second should be higher.
        scores: Their mean scores.
        blamed: The part of the reward that is most to blame, or "" where none is.
    """

    lower: str
    upper: str
    scores: tuple[float, float]
    blamed: str


def tried(
    creator: Creator[Any], start: Judgement, theirs: Judgement, *, seed: int
) -> dict[str, Judgement]:
    """What the reward says of each row, before anything is learned.

    Args:
        creator: What is to learn.
        start: Of works of the untrained model.
        theirs: Of people's works.
        seed: Of the works by chance and by a table.
    """
    made = untaught(creator.baselines, [creator.ask] * WORKS, seed)
    judged = {
        name: judge_of(creator.reward.lean, name)(works, [creator.ask] * len(works))
        for name, works in made.items()
    }
    return judged | {PRIOR: start, HUMAN: theirs}


def shares(reward: RewardTree, *, most: int = 6) -> str:
    """What the score is made of, in one sentence."""
    found = sorted(reward.weights.items(), key=lambda item: -item[1])
    told = [f"{name} {share:.0%}" for name, share in found if share > 0]
    rest = f", and {len(told) - most} more" if len(told) > most else ""
    return f"the score is made of {', '.join(told[:most])}{rest}"


def faults_of(judged: Mapping[str, Judgement]) -> list[Fault]:
    """The steps that do not go up by ``ERRORS``; rows that are not there are no steps.

    Args:
        judged: What the reward says of each row's works.
    """
    return [
        fault
        for lower, upper in _STEPS
        if lower in judged and upper in judged
        and (fault := _fault(lower, upper, judged[lower], judged[upper])) is not None
    ]  # fmt: skip


def _fault(lower: str, upper: str, below: Judgement, above: Judgement) -> Fault | None:
    sides = [finite(one.total) for one in (below, above)]
    if min(map(len, sides)) < 2:
        return None
    means = (float(sides[0].mean()), float(sides[1].mean()))
    error = float(np.sqrt(sum(side.var(ddof=1) / len(side) for side in sides)))
    if means[1] - means[0] > ERRORS * error:
        return None
    return Fault(lower, upper, means, _to_blame(below, above))


def _to_blame(below: Judgement, above: Judgement) -> str:
    """The part whose share of the score speaks most for the lower row."""
    told = {
        name: part.weight * (finite_mean(part.value) - finite_mean(above.parts[name].value))
        for name, part in below.parts.items()
        if part.role == "score" and name in above.parts
    }
    known = {name: gain for name, gain in told.items() if gain > 0}
    return max(known, key=lambda name: known[name], default="")


def sentences(judged: Mapping[str, Judgement], words: Words) -> list[str]:
    """What the ladder is, and each step of it that does not go up."""
    called = {RANDOM: "works by chance", MARKOV: "a table’s", PRIOR: "the untrained model’s",
              HUMAN: words.whose_own()}  # fmt: skip
    heights = [
        f"{name} {100 * finite_mean(judged[row].total):.0f}"
        for row, name in called.items()
        if row in judged
    ]
    told = [f"the yardstick, of 100: {', '.join(heights)}"]
    for fault in faults_of(judged):
        low, high = (f"{100 * score:.0f}" for score in fault.scores)
        blame = f"; the part most to blame is {fault.blamed}" if fault.blamed else ""
        told.append(
            f"the yardstick is out of order: {called[fault.lower]} score {low}, "
            f"{called[fault.upper]} {high}{blame}"
        )
    return told
