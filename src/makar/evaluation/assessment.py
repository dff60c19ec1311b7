"""Sets of works, measured side by side: people's, chance's, a table's, a model's, anybody's."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np

from makar.core.rewards import UNJUDGED, RewardTree
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt, Trainable, Works
from makar.evaluation.choosing import affordable_works
from makar.evaluation.gauge import DUPLICATES, NEAR, Gauge, baselines_by
from makar.evaluation.headline import HEADLINE, headlines
from makar.evaluation.rows import (
    AT_EQUAL_SECONDS,
    CHOSEN,
    EVALUATION,
    HUMAN,
    PRIOR,
    RANDOM,
    SCORE,
    THEN_CHOSEN,
    TRAINED,
    judge_of,
    untaught,
)
from makar.measures.diversity import distinct_share, duplicate_share, overlap_with_others
from makar.measures.frechet import frechet_distance
from makar.measures.overlap import Overlap, grouped_jackknife, overlap
from makar.measures.statistics import Estimate, mean_over_works
from makar.recipes.preparation import Progress
from makar.recipes.words import Words

W = TypeVar("W")
DISTANCE = "makar-FD"
DISTINCT, SELF_OVERLAP = (2, 3, 4, 8), (4, 8)
REFERENCE = 400
"""People's phrases that distances are taken to: evenly picked from those of the kind."""
_SHARD = 64


@dataclass(frozen=True)
class Bench(Generic[W]):
    """What sets of works are measured with.

    Attributes:
        gauge: What is measured of this kind of work.
        known: People's works of the kind asked for that models learn from: the reference. One
            set under an empty name; or several, such as two genres, by their names.
        people: Such works that were held out, by the name of their row.
        reward: Judges every set; its scores are what a run was trained on.
        ask: What is asked of every model.
        seed: Fixes all draws.
        works: Works in each row that is made.
        kind: What is asked, in words.
        words: How works are spoken of.
        beside: Further measures of a set as a whole, named ``set_`` and what they are; see
            ``Terms.words``. None where there are none.
    """

    gauge: Gauge[W]
    known: Mapping[str, Works[W]]
    people: Mapping[str, Works[W]]
    reward: RewardTree
    ask: Prompt
    seed: int
    works: int
    kind: str
    words: Words
    beside: Callable[[Works[W]], dict[str, Estimate]] | None = None


@dataclass(frozen=True)
class MeasuredSet:
    """One set, measured.

    Attributes:
        name: Whose works.
        works: How many.
        measures: Each measure with its interval.
        overlaps: For each feature the densities behind its overlapping area.
    """

    name: str
    works: int
    measures: Mapping[str, Estimate]
    overlaps: Mapping[str, Overlap]

    def as_json(self) -> dict[str, Any]:
        """The row as ``summary.json`` has it."""
        return {
            "row": self.name,
            "n": self.works,
            "seeds": 1,
            "measures": {name: e.interval() | {"n": e.n} for name, e in self.measures.items()},
        }


def is_human(row: str) -> bool:
    """True for the rows of people's held-out works."""
    return row.startswith(HUMAN)


def distance_to(reference: str) -> str:
    """Name of the distance to a set of people's works."""
    return f"{DISTANCE} to {reference}" if reference else DISTANCE


def people_and_chance(bench: Bench[W]) -> dict[str, Works[W]]:
    """The rows that need no model: held-out people, works by chance, works by a table.

    Both baselines are as long as asked for, in the metre and key asked for.
    """
    people = {
        name: works.take(range(min(bench.works, len(works))))
        for name, works in bench.people.items()
    }
    baselines = baselines_by(bench.gauge, list(bench.known.values()))
    return people | untaught(baselines, [bench.ask] * bench.works, bench.seed)


def models(
    bench: Bench[W],
    prior: Trainable[W],
    trained: Trainable[W] | None,
    *,
    best_of: Sequence[int],
    at_equal_seconds: int | None = None,
) -> Generator[Progress, None, dict[str, Works[W]]]:
    """The rows that models make: the prior, its best of n, what was trained, and its best.

    The prior and the trained model draw as in the run's own comparison, so that the works are the
    same ones. Best of n is chosen by the score that was trained.

    Args:
        bench: What is asked, and how it is judged.
        prior: The model before.
        trained: The model after; None leaves it and the best of n out.
        best_of: Numbers of works to choose one from, a row of the prior's for each; by the first
            the trained model's are chosen from, too.
        at_equal_seconds: Works of the prior to choose one from in the seconds that training took.
    """
    prompts, seeds = [bench.ask] * bench.works, Seeds(bench.seed, EVALUATION)
    yield Progress("making works of the prior")
    rows = {PRIOR: bench.gauge.batch(prior.sample(prompts, seeds=seeds).works)}
    if trained is None:
        return rows
    for n in best_of:
        rows[f"{CHOSEN}{n}"] = yield from _best_of(bench, prior, n)
    if at_equal_seconds is not None:
        affordable = affordable_works(bench.works, at_equal_seconds)
        rows[AT_EQUAL_SECONDS] = yield from _best_of(bench, prior, at_equal_seconds, affordable)
    yield Progress("making works of the trained model")
    rows[TRAINED] = bench.gauge.batch(trained.sample(prompts, seeds=seeds).works)
    for n in best_of[:1]:
        rows[f"{THEN_CHOSEN}{n}"] = yield from _best_of(bench, trained, n)
    return rows


def _best_of(
    bench: Bench[W], model: Trainable[W], n: int, works: int | None = None
) -> Generator[Progress, None, Works[W]]:
    seeds, works = Seeds(bench.seed, EVALUATION + 1), works or bench.works
    kept: list[W] = []
    for first in range(0, works, _SHARD):
        yield Progress(f"choosing the best of {n}", first, works)
        count = min(_SHARD, works - first)
        many = model.sample([bench.ask] * (count * n), seeds=seeds.shifted(first * n))
        total = bench.reward.lean(many.works, many.prompts).total
        best = np.nan_to_num(total, nan=-1.0).reshape(count, n).argmax(1)
        kept += [many.works[int(row)] for row in best + np.arange(count) * n]
    return bench.gauge.batch(kept)


def measure(
    bench: Bench[W], sets: Mapping[str, Works[W]]
) -> Generator[Progress, None, list[MeasuredSet]]:
    """Measure every set in the same way; yields after each.

    What is said of a set as a whole (overlaps, distance, variety) changes with its size, so it is
    taken over as many works of each set as the smallest has, the first ones; of works chosen at
    equal seconds, which may be few, it is only said where there are as many. The rest is the mean
    over all of its works.
    """
    gauge = bench.gauge
    fit = {name: gauge.judgeable(works) for name, works in sets.items()}
    alike = min(len(rows) for name, rows in fit.items() if name != AT_EQUAL_SECONDS)
    reference = _reference(bench)
    rows: list[MeasuredSet] = []
    for done, (name, works) in enumerate(sets.items()):
        yield Progress("measuring", done, len(sets), name)
        judgement = judge_of(bench.reward, name)(works, [bench.ask] * len(works))
        first, overlaps = works.take(fit[name][:alike]), dict[str, Overlap]()
        measures = _of_works(gauge, works, judgement)
        if len(first) == alike:
            overlaps = _overlaps(gauge.spread(first), reference)
            measures |= _of_sets(bench, first)
        measures |= {f"overlap_{feature}": o.area for feature, o in overlaps.items()}
        measures |= {f"kl_{feature}": o.kl for feature, o in overlaps.items()}
        measures |= _of_rules(gauge, judgement)
        rows.append(MeasuredSet(name, len(works), measures, overlaps))
    return _with_headlines(rows)


def _with_headlines(rows: Sequence[MeasuredSet]) -> list[MeasuredSet]:
    """Each with its headline first, where there is one row of people's to be placed by."""
    scores = {row.name: row.measures[SCORE] for row in rows}
    places = headlines(scores, chance=RANDOM, people=HUMAN)
    return [
        replace(row, measures={HEADLINE: places[row.name], **row.measures})
        if row.name in places
        else row
        for row in rows
    ]


def _reference(bench: Bench[W]) -> Mapping[str, np.ndarray]:
    """The features of people's phrases, where there is one set of them to spread like."""
    if not bench.gauge.terms.features:
        return {}
    [known] = bench.known.values()
    picked = np.linspace(0, len(known) - 1, min(REFERENCE, len(known)))
    return bench.gauge.spread(known.take(picked.astype(np.int64)))


def _overlaps(
    ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray]
) -> dict[str, Overlap]:
    return {
        name: overlap(ours[name], theirs[name])
        for name in theirs
        if min(len(ours[name]), len(theirs[name])) >= 3
    }


def _of_works(gauge: Gauge[W], works: Works[W], judgement: Judgement) -> dict[str, Estimate]:
    copied = [judgement.parts[part].value < 0.5 for part in gauge.terms.copies]
    found = {
        SCORE: mean_over_works(judgement.total),
        NEAR: mean_over_works(np.any(copied, axis=0).astype(float)),
    }
    for part, name in gauge.terms.copies.items():
        longest = judgement.parts[part].raw + 1  # a run of n moves is one of n + 1 notes
        most = float(np.nanmax(longest)) if np.isfinite(longest).any() else math.nan
        found[name] = mean_over_works(longest)
        found[f"{name}_of_all"] = Estimate(most, math.nan, math.nan, len(works))
    share = duplicate_share(*gauge.moves(works))
    return found | {DUPLICATES: Estimate(share, math.nan, math.nan, len(works))}


def _of_sets(bench: Bench[W], works: Works[W]) -> dict[str, Estimate]:
    """Distance to people's phrases and variety, with intervals over the set's works."""
    keys, counts = bench.gauge.moves(works)
    ours = bench.gauge.fixed(works)

    def varied(rows: np.ndarray) -> np.ndarray:
        return np.array([distinct_share(keys[rows], counts[rows], n=n) for n in DISTINCT])

    found: dict[str, Estimate] = {}
    for name, known in bench.known.items():
        if min(len(works), len(known)) >= 3:
            theirs = bench.gauge.fixed(known)
            distance = lambda rows, theirs=theirs: np.array(  # noqa: E731
                [frechet_distance(ours[rows], theirs)]
            )
            [found[distance_to(name)]] = grouped_jackknife(distance, len(works))
    variety = grouped_jackknife(varied, len(works))
    found |= {f"distinct-{n}": e for n, e in zip(DISTINCT, variety, strict=True)}
    for n in SELF_OVERLAP:
        shared = overlap_with_others(keys, counts, n=n)
        found[f"self-overlap-{n}"] = mean_over_works(shared)
    return found if bench.beside is None else found | bench.beside(works)


def _of_rules(gauge: Gauge[W], judgement: Judgement) -> dict[str, Estimate]:
    """How well each reward's statistic fits people's range, trained on or not."""
    return {
        f"rule_{name}": mean_over_works(part.value)
        for name, part in judgement.parts.items()
        if name not in gauge.terms.copies and name != UNJUDGED
    }
