"""Who makes better works: people, the prior, the prior's best of n, or what was trained?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from jaxtyping import Float

from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt, Rollout, Works
from makar.measures.statistics import Estimate, mean_over_seeds
from makar.recipes.creator import Creator

W = TypeVar("W")
EVALUATION = 2**40
"""Iteration number of evaluation draws: far from any that training uses."""
HUMAN, PRIOR, TRAINED = "human held-out", "prior", "trained"
CHOSEN = "best of "
"""What the names of the rows begin with that choose from the prior's works."""
MOST_TRIED = 8
"""Works tried for such a row, for each work of the others: beyond, it has fewer works instead."""
FEWEST = 2
"""Works of a row that an interval can be given for."""
SCORE, NEAR_COPIES, DISTINCT, DUPLICATES = "score", "near copies", "distinct-4", "duplicates"


@dataclass(frozen=True)
class Scores:
    """The numbers of one row.

    Attributes:
        name: Whose works.
        n: How many.
        values: By measure, one value per work.
        whole: By measure, one value for the set.
    """

    name: str
    n: int
    values: Mapping[str, Float[np.ndarray, " B"]]
    whole: Mapping[str, float]


@dataclass(frozen=True)
class Row(Generic[W]):
    """One row of the table.

    Attributes:
        name: Whose works.
        works: The works.
        judgement: What the reward says of them.
        values: By measure, one value per work: the parts (watches raw), score, near copies.
        whole: By measure, one value for the set: distinct-4, duplicates.
        rollout: How they were made; None for people's.
    """

    name: str
    works: Works[W]
    judgement: Judgement
    values: Mapping[str, Float[np.ndarray, " B"]]
    whole: Mapping[str, float]
    rollout: Rollout[W] | None = None

    @property
    def scores(self) -> Scores:
        """Its numbers alone."""
        return Scores(self.name, len(self.works), self.values, self.whole)


def equal_cost(iterations: int, works: int, *, wanted: int) -> int:
    """Works of the prior to choose from for each of ``wanted``, if all of training paid for them.

    Training made ``iterations`` times ``works``, and the trained model makes the wanted ones.
    """
    return -(-(iterations * works + wanted) // wanted)


def compare(creator: Creator[W], *, works: int, best_of: Sequence[int], seed: int) -> list[Row[W]]:
    """Make and judge the rows of the table.

    Prior and trained model draw from the same seeds. Best-of-n is chosen by the trained score
    from n works of the prior each; with many to choose from, fewer are chosen. distinct-4 is
    taken over as many works in each row as the smallest row has: it falls with the size of a set.

    Args:
        creator: What was trained.
        works: Works per row; people's row has what there is.
        best_of: The numbers to choose from, a row for each.
        seed: Of the evaluation; the same for every run that is to be compared.
    """
    prompts = [creator.ask] * works
    prior = creator.prior.sample(prompts, seeds=Seeds(seed, EVALUATION))
    trained = creator.policy.sample(prompts, seeds=Seeds(seed, EVALUATION))
    chosen = {f"{CHOSEN}{n}": _chosen(creator, works, n=n, seed=seed) for n in best_of}
    people = creator.human.take(range(min(works, len(creator.human))))
    asked = [creator.ask] * len(people)
    alike = min(len(people), *(len(rollout) for rollout in chosen.values()), works)
    return [
        _row(creator, HUMAN, people, asked, alike, None),
        *(
            _row(creator, name, rollout.works, rollout.prompts, alike, rollout)
            for name, rollout in ({PRIOR: prior} | chosen | {TRAINED: trained}).items()
        ),
    ]


def _chosen(creator: Creator[W], most: int, *, n: int, seed: int) -> Rollout[W]:
    """The best of each ``n`` works of the prior, ``most`` times or as often as can be afforded."""
    works = max(min(most, MOST_TRIED * most // n), FEWEST)
    many = creator.prior.sample([creator.ask] * (works * n), seeds=Seeds(seed, EVALUATION + 1))
    total = creator.reward.lean(many.works, many.prompts).total
    tables = np.nan_to_num(total, nan=-1.0).reshape(works, n)
    return many.select(torch.as_tensor(tables.argmax(1) + np.arange(works) * n))


def _row(
    creator: Creator[W],
    name: str,
    works: Works[W],
    prompts: Sequence[Prompt],
    alike: int,
    rollout: Rollout[W] | None,
) -> Row[W]:
    judgement = creator.reward(works, prompts)
    near = np.array([float(r.too_near) for r in creator.craft.resemblances(works)])
    values = {SCORE: judgement.total, NEAR_COPIES: near}
    values |= {
        part_name: part.raw if part.role == "watch" else part.value
        for part_name, part in judgement.parts.items()
        if part.role != "gate"
    }
    variety = creator.craft.variety
    whole = {
        DISTINCT: variety.distinct(works.take(range(min(alike, len(works))))),
        DUPLICATES: variety.duplicates(works),
    }
    return Row(name, works, judgement, values, whole, rollout)


def aggregate(runs: Sequence[Sequence[Row[W]]]) -> list[dict[str, Any]]:
    """The table over runs with different training seeds; see ``aggregate_scores``."""
    return aggregate_scores([[row.scores for row in rows] for rows in runs])


def aggregate_scores(runs: Sequence[Sequence[Scores]]) -> list[dict[str, Any]]:
    """The table over runs with different training seeds: one object a row.

    Each measure has its mean and 95 % interval: over works where there is one run, over the
    runs' means where there are several (see ``measures.statistics``).
    """
    table: list[dict[str, Any]] = []
    for number in range(len(runs[0])):
        rows = [run[number] for run in runs]
        if rows[0].name != TRAINED:
            rows = rows[:1]  # the same in every run: counting it again would feign certainty
        measures: dict[str, Estimate] = {}
        for measure in rows[0].values:
            measures[measure] = mean_over_seeds([row.values[measure] for row in rows])
        for measure in rows[0].whole:
            columns = [np.array([row.whole[measure]]) for row in rows]
            measures[measure] = mean_over_seeds(columns)
        table.append(
            {
                "row": rows[0].name,
                "n": rows[0].n,
                "seeds": len(rows),
                "measures": {name: e.interval() for name, e in measures.items()},
            }
        )
    return table
