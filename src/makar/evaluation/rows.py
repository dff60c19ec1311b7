"""Who makes better works: people, the prior, the prior's best of n, or what was trained?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
from jaxtyping import Float

from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt, Rollout, Trainable, Works
from makar.evaluation.choosing import Effort, choose
from makar.evaluation.headline import HEADLINE, headlines
from makar.measures.statistics import Estimate, mean_over_seeds
from makar.recipes.creator import Baselines, Creator

W = TypeVar("W")
EVALUATION = 2**40
"""Iteration number of evaluation draws: far from any that training uses."""
HUMAN, PRIOR, TRAINED = "human held-out", "prior", "trained"
RANDOM, MARKOV = "random", "Markov"
"""Rows that need no model: works by chance, and from a table of what follows what in people's."""
CHANCE_DRAW, CHAIN_DRAW = 3, 4
"""Iterations past ``EVALUATION`` of their draws; prior and best of n have 0 and 1."""
CHOSEN = "best of "
"""What the names of the rows begin with that choose from the prior's works."""
AT_EQUAL_SECONDS = f"{CHOSEN}many in equal seconds"
THEN_CHOSEN = f"{TRAINED}, {CHOSEN}"
"""What the row begins with that chooses from what the trained model makes."""
SCORE, NEAR_COPIES, DISTINCT, DUPLICATES = "score", "near copies", "distinct-4", "duplicates"
TRIED, SECONDS = "works made for each", "seconds for each"
"""What a work of a row took, with its share of the training."""


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
        whole: By measure, one value for the set: distinct-4, duplicates, what each work took.
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


def compare(
    creator: Creator[W],
    *,
    works: int,
    best_of: Sequence[int],
    seed: int,
    effort: Effort | None = None,
) -> list[Row[W]]:
    """Make and judge the rows of the table.

    Prior and trained model draw from the same seeds. Best-of-n is chosen by the trained score
    from n works each; with many to choose from, fewer are chosen. distinct-4 is
    taken over as many works in each row as the smallest row has: it falls with the size of a set.

    Args:
        creator: What was trained.
        works: Works per row; people's row has what there is.
        best_of: The numbers to choose from, a row for each; the trained model's works are chosen
            from, too, by the first.
        seed: Of the evaluation; the same for every run that is to be compared.
        effort: What training took, for the rows at equal seconds; none where it is not known.

    Where a part of the reward is not at hand there is nothing to choose by, and no such row.
    """
    if not creator.reward.whole:
        best_of, effort = (), None
    prompts = [creator.ask] * works
    draws, anew = Seeds(seed, EVALUATION), Seeds(seed, EVALUATION + 1)
    tries = {f"{CHOSEN}{n}": n for n in best_of}
    if effort is not None:
        tries[AT_EQUAL_SECONDS] = effort.tries(works)

    def best(model: Trainable[W], n: int) -> Rollout[W]:
        return choose(model, creator.reward, creator.ask, most=works, n=n, seeds=anew)

    made = {PRIOR: creator.prior.sample(prompts, seeds=draws)}
    made |= {name: best(creator.prior, n) for name, n in tries.items()}
    made |= {TRAINED: creator.policy.sample(prompts, seeds=draws)}
    made |= {f"{THEN_CHOSEN}{n}": best(creator.policy, n) for n in best_of[:1]}
    people = creator.human.take(range(min(works, len(creator.human))))
    given = {HUMAN: people} | untaught(creator.baselines, prompts, seed)
    # seconds differ from run to run: what is said of the others must not hang on them
    alike = min(len(made[name]) for name in made if name != AT_EQUAL_SECONDS)
    alike = min(works, len(people), alike)
    theirs = creator.human_prompts[: len(people)]  # people's works: as what they were made to be
    rows = [
        _row(creator, name, some, theirs if name == HUMAN else prompts, alike, None)
        for name, some in given.items()
    ]
    tries |= {PRIOR: 1, TRAINED: 1} | {f"{THEN_CHOSEN}{n}": n for n in best_of[:1]}
    for name, rollout in made.items():
        row = _row(creator, name, rollout.works, rollout.prompts, alike, rollout)
        rows.append(replace(row, whole={**row.whole, **_taken(name, tries[name], effort, works)}))
    return rows


def _taken(name: str, tries: int, effort: Effort | None, works: int) -> dict[str, float]:
    """What each work of a row took: works made for it, and seconds."""
    seconds = math.nan
    if effort is not None:
        taught = effort.seconds / works if name.startswith(TRAINED) else 0.0
        seconds = tries * effort.each + taught
    return {TRIED: float(tries), SECONDS: seconds}


def untaught(baselines: Baselines[W], prompts: Sequence[Prompt], seed: int) -> dict[str, Works[W]]:
    """The rows that need no model."""
    chance, chain = (Seeds(seed, EVALUATION + draw) for draw in (CHANCE_DRAW, CHAIN_DRAW))
    rows = {RANDOM: baselines.chance(prompts, chance)}
    if baselines.table is not None:
        rows[MARKOV] = baselines.table(prompts, chain)
    return rows


def judge_of(reward: RewardTree, row: str) -> RewardTree:
    """What judges a row: people's works and their table's may be like what was learned from."""
    return reward.for_sources if row.startswith(HUMAN) or row == MARKOV else reward


def _row(
    creator: Creator[W],
    name: str,
    works: Works[W],
    prompts: Sequence[Prompt],
    alike: int,
    rollout: Rollout[W] | None,
) -> Row[W]:
    judgement = judge_of(creator.reward, name)(works, prompts)
    near = np.array([float(r.too_near) for r in creator.craft.resemblances(works)])
    values = {SCORE: judgement.total, NEAR_COPIES: near}
    gates = {c.name for c in creator.reward.components if c.role == "gate"}
    values |= {
        part_name: part.raw if part.role == "watch" else part.value
        for part_name, part in judgement.parts.items()
        if part_name not in gates
    }
    variety = creator.craft.variety
    whole = {
        DISTINCT: variety.distinct(works.take(range(alike))) if alike <= len(works) else math.nan,
        DUPLICATES: variety.duplicates(works),
        TRIED: math.nan,
        SECONDS: math.nan,
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
    found: list[tuple[Scores, int, dict[str, Estimate]]] = []
    for number in range(len(runs[0])):
        rows = [run[number] for run in runs]
        if not rows[0].name.startswith(TRAINED):
            rows = rows[:1]  # the same in every run: counting it again would feign certainty
        measures: dict[str, Estimate] = {}
        for measure in rows[0].values:
            measures[measure] = mean_over_seeds([row.values[measure] for row in rows])
        for measure in rows[0].whole:
            columns = [np.array([row.whole[measure]]) for row in rows]
            measures[measure] = mean_over_seeds(columns)
        found.append((rows[0], len(rows), measures))
    _put_headlines(found)
    return [
        {
            "row": row.name,
            "n": row.n,
            "seeds": seeds,
            "measures": {name: e.interval() for name, e in measures.items()},
        }
        for row, seeds, measures in found
    ]


def _put_headlines(rows: Sequence[tuple[Scores, int, dict[str, Estimate]]]) -> None:
    """Put every row's headline before its score, where chance and people are known."""
    scores = {row.name: measures[SCORE] for row, _, measures in rows if SCORE in measures}
    places = headlines(scores, chance=RANDOM, people=HUMAN)
    for row, _, measures in rows:
        if row.name in places:
            others = dict(measures)
            measures.clear()
            measures |= {HEADLINE: places[row.name]} | others
