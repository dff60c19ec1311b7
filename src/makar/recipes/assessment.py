"""Sets of melodies, measured side by side: people's, chance's, a table's, a model's, anybody's."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from makar.core.rewards import UNJUDGED, Blend
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Prompt, Works
from makar.domains.music.baselines import NoteChain, random_melodies
from makar.domains.music.codec import MelodyCodec, key_of, metre_of
from makar.domains.music.features import fixed_features, judgeable, spread_features
from makar.domains.music.grid import MelodyGrid, MelodyGrids
from makar.domains.music.rewards.moves import moves_of
from makar.measures.diversity import distinct_share, duplicate_share, overlap_with_others
from makar.measures.frechet import frechet_distance
from makar.measures.overlap import Overlap, grouped_jackknife, overlap
from makar.measures.statistics import Estimate, mean_over_works
from makar.models.token_policy import TokenPolicy
from makar.recipes.evaluation import CHOSEN, EVALUATION, HUMAN, PRIOR, SCORE, TRAINED
from makar.recipes.preparing import Progress

RANDOM, MARKOV = "random", "Markov"
DISTANCE = "makar-FD"
NEAR, DUPLICATES, LONGEST, LONGEST_OF_ALL = (
    "near_copies", "duplicates", "longest_run", "longest_run_of_all",
)  # fmt: skip
DISTINCT, SELF_OVERLAP = (2, 3, 4, 8), (4, 8)
REFERENCE = 400
"""People's phrases that distances are taken to: evenly picked from those of the kind."""
_COPY = "near_copy"
_SHARD = 64
_CHANCE, _CHAIN = 3, 4
"""Iterations past ``EVALUATION`` of the two baselines' draws; prior and best of n have 0 and 1."""


@dataclass(frozen=True)
class Bench:
    """What sets of melodies are measured with.

    Attributes:
        known: People's phrases of the kind asked for that models learn from: the reference.
        people: Such phrases that were held out.
        reward: Judges every set; its scores are what a run was trained on.
        ask: What is asked of every model.
        seed: Fixes all draws.
        works: Works in each row that is made.
    """

    known: MelodyGrids
    people: MelodyGrids
    reward: Blend
    ask: Prompt
    seed: int
    works: int


@dataclass(frozen=True)
class Row:
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
            "measures": {name: _as_json(e) for name, e in self.measures.items()},
        }


def people_and_chance(bench: Bench) -> dict[str, MelodyGrids]:
    """The rows that need no model: held-out people, notes by chance, notes by a table.

    Both baselines are as long as asked for, in the metre and key asked for; the table is an
    order-2 chain over the notes of ``bench.known``.
    """
    steps = int(MelodyCodec().decisions([bench.ask]).sum())
    metre = metre_of(str(bench.ask.condition["metre"]))
    asked = {"metre": metre, "key": key_of(bench.ask)}
    chance, chain = (Seeds(bench.seed, EVALUATION + draw) for draw in (_CHANCE, _CHAIN))
    return {
        HUMAN: bench.people.take(range(min(bench.works, len(bench.people)))),
        RANDOM: random_melodies(bench.works, steps, **asked, seeds=chance),
        MARKOV: NoteChain.of(bench.known).sample(bench.works, steps, **asked, seeds=chain),
    }


def models(
    bench: Bench,
    prior: TokenPolicy[MelodyGrid],
    trained: TokenPolicy[MelodyGrid] | None,
    *,
    best_of: Sequence[int],
) -> Generator[Progress, None, dict[str, MelodyGrids]]:
    """The rows that models make: the prior, its best of n, and what was trained.

    The prior and the trained model draw as in the run's own comparison, so that the works are the
    same ones. Best of n is chosen by the score that was trained.

    Args:
        bench: What is asked, and how it is judged.
        prior: The model before.
        trained: The model after; None leaves it and the best of n out.
        best_of: Numbers of the prior's works to choose one from, a row for each.
    """
    prompts, seeds = [bench.ask] * bench.works, Seeds(bench.seed, EVALUATION)
    yield Progress("making works of the prior")
    rows = {PRIOR: as_grids(prior.sample(prompts, seeds=seeds).works)}
    if trained is None:
        return rows
    for n in best_of:
        rows[f"{CHOSEN}{n}"] = yield from _best_of(bench, prior, n)
    yield Progress("making works of the trained model")
    rows[TRAINED] = as_grids(trained.sample(prompts, seeds=seeds).works)
    return rows


def _best_of(
    bench: Bench, prior: TokenPolicy[MelodyGrid], n: int
) -> Generator[Progress, None, MelodyGrids]:
    seeds = Seeds(bench.seed, EVALUATION + 1)
    kept: list[MelodyGrid] = []
    for first in range(0, bench.works, _SHARD):
        yield Progress(f"choosing the best of {n} of the prior", first, bench.works)
        count = min(_SHARD, bench.works - first)
        many = prior.sample([bench.ask] * (count * n), seeds=seeds.shifted(first * n))
        total = bench.reward.lean(many.works, many.prompts).total
        best = np.nan_to_num(total, nan=-1.0).reshape(count, n).argmax(1)
        kept += list(as_grids(many.works.take((best + np.arange(count) * n).tolist())))
    return MelodyGrids.stack(kept)


def as_grids(works: Works[MelodyGrid]) -> MelodyGrids:
    """Melodies in columns, however they come."""
    if isinstance(works, MelodyGrids):
        return works
    return MelodyGrids.stack([works[i] for i in range(len(works))])


def measure(bench: Bench, sets: Mapping[str, MelodyGrids]) -> Generator[Progress, None, list[Row]]:
    """Measure every set in the same way; yields after each.

    What is said of a set as a whole (overlaps, distance, variety) changes with its size, so it is
    taken over as many works of each set as the smallest has, the first ones. The rest is the mean
    over all of its works.
    """
    alike = min(len(judgeable(works.melodies)) for works in sets.values())
    picked = np.linspace(0, len(bench.known) - 1, min(REFERENCE, len(bench.known)))
    reference = bench.known.take(picked.astype(np.int64))
    rows: list[Row] = []
    for done, (name, works) in enumerate(sets.items()):
        yield Progress("measuring", done, len(sets), name)
        judgement = bench.reward(works, [bench.ask] * len(works))
        first = works.take(judgeable(works.melodies)[:alike])
        overlaps = _overlaps(first, reference)
        measures = _of_works(works, judgement) | _of_sets(first, bench.known)
        measures |= {f"overlap_{feature}": o.area for feature, o in overlaps.items()}
        measures |= {f"kl_{feature}": o.kl for feature, o in overlaps.items()}
        measures |= _of_rules(judgement)
        rows.append(Row(name, len(works), measures, overlaps))
    return rows


def _overlaps(works: MelodyGrids, reference: MelodyGrids) -> dict[str, Overlap]:
    if min(len(works), len(reference)) < 3:
        return {}
    ours, theirs = spread_features(works.melodies), spread_features(reference.melodies)
    return {name: overlap(ours[name], theirs[name]) for name in ours}


def _of_works(works: MelodyGrids, judgement: Judgement) -> dict[str, Estimate]:
    moves = moves_of(works.melodies)
    shared = judgement.parts[_COPY]
    longest = shared.raw + 1  # a run of n moves is one of n + 1 notes
    most = float(np.nanmax(longest)) if np.isfinite(longest).any() else math.nan
    return {
        SCORE: mean_over_works(judgement.total),
        NEAR: mean_over_works((shared.value < 0.5).astype(float)),
        LONGEST: mean_over_works(longest),
        LONGEST_OF_ALL: Estimate(most, math.nan, math.nan, len(works)),
        DUPLICATES: Estimate(
            duplicate_share(moves.keys, moves.count), math.nan, math.nan, len(works)
        ),
    }


def _of_sets(works: MelodyGrids, known: MelodyGrids) -> dict[str, Estimate]:
    """Distance to people's phrases and variety, with intervals over the set's works."""
    moves = moves_of(works.melodies)
    ours, theirs = fixed_features(works.melodies), fixed_features(known.melodies)

    def varied(rows: np.ndarray) -> np.ndarray:
        keys, counts = moves.keys[rows], moves.count[rows]
        return np.array([distinct_share(keys, counts, n=n) for n in DISTINCT])

    found: dict[str, Estimate] = {}
    if min(len(works), len(known)) >= 3:
        distance = lambda rows: np.array([frechet_distance(ours[rows], theirs)])  # noqa: E731
        [found[DISTANCE]] = grouped_jackknife(distance, len(works))
    variety = grouped_jackknife(varied, len(works))
    found |= {f"distinct-{n}": e for n, e in zip(DISTINCT, variety, strict=True)}
    for n in SELF_OVERLAP:
        shared = overlap_with_others(moves.keys, moves.count, n=n)
        found[f"self-overlap-{n}"] = mean_over_works(shared)
    return found


def _of_rules(judgement: Judgement) -> dict[str, Estimate]:
    """How well each reward's statistic fits people's range, trained on or not."""
    return {
        f"rule_{name}": mean_over_works(part.value)
        for name, part in judgement.parts.items()
        if name not in (_COPY, UNJUDGED)
    }


def _as_json(estimate: Estimate) -> dict[str, float | int | None]:
    numbers = {"mean": estimate.mean, "low": estimate.low, "high": estimate.high}
    known = {n: float(value) if math.isfinite(value) else None for n, value in numbers.items()}
    return {**known, "n": estimate.n}
