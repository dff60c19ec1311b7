"""What a training would take, from a few of its steps: before anybody waits for it."""

from __future__ import annotations

import itertools
import resource
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from makar.core.scoring import Scorer
from makar.core.train import train
from makar.core.types import Judgement
from makar.evaluation.choosing import Effort, expected_best
from makar.evaluation.rows import EVALUATION
from makar.evaluation.yardstick import sentences, shares, tried
from makar.measures.statistics import finite_mean
from makar.recipes.creator import Creator
from makar.recipes.preparation import Progress
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.training.first_try import tried_early
from makar.training.loop import Timed

PROBED = 4
"""Steps that are tried; the first, in which loops are compiled, is not counted."""
WANTED = (10, 100, 1000, 10_000)
_KIB = 1024


@dataclass(frozen=True)
class Choice:
    """What choosing would give in as many seconds as training takes.

    Attributes:
        wanted: Works that are wanted.
        tries: Works of the untrained model to choose from for each.
        score: What the best of them scores on average; NaN where that is more than can be told.
    """

    wanted: int
    tries: int
    score: float


@dataclass(frozen=True)
class Plan:
    """What a training would take.

    Attributes:
        iterations: Steps.
        step: Seconds of one.
        seconds: Of all of them.
        memory: Bytes at most.
        start: Score of the untrained model's works.
        choices: Against what training has to pay.
        notes: What the score is made of, and whether it is a yardstick.
    """

    iterations: int
    step: float
    seconds: float
    memory: int
    start: float
    choices: tuple[Choice, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        choices = [
            {"wanted": c.wanted, "tries": c.tries, "score": c.score if c.score == c.score else None}
            for c in self.choices
        ]
        return {**vars(self), "choices": choices, "notes": list(self.notes)}


def plan(
    config: RecipeConfig, functions: Mapping[str, Scorer] | None = None
) -> Generator[Progress, None, Plan]:
    """Prepare, take a few steps, and forget them; nothing is written but the cache of priors.

    Raises:
        ConfigError: as preparing a run does.
    """
    work = recipe_of(config).prepare(config, functions=functions)
    prepared = yield from tried_early(work, config, functions)
    creator = prepared.creator
    timed, spent = Timed(creator), list[Mapping[str, float]]()
    steps = train(timed, timed, timed, creator.prompts, seed=config.seed)
    for report in itertools.islice(steps, PROBED):
        yield Progress("trying a few steps", report.iteration + 1, PROBED)
        spent.append(dict(timed.seconds))
    step = float(np.median([sum(one.values()) for one in spent[1:]]))
    made = float(np.median([one["sample"] + one["score"] for one in spent[1:]]))
    whole = Effort(step * config.loop.iterations, made / config.loop.works)
    start = prepared.start.total
    choices = tuple(
        Choice(wanted, n, expected_best(start, n))
        for wanted, n in ((wanted, whole.tries(wanted)) for wanted in WANTED)
    )
    return Plan(
        config.loop.iterations, step, whole.seconds,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB, finite_mean(start), choices,
        tuple(_notes(creator, prepared.start, config)),
    )  # fmt: skip


def _notes(creator: Creator[Any], start: Judgement, config: RecipeConfig) -> list[str]:
    theirs = creator.reward.for_sources(creator.human, creator.human_prompts)
    rows = tried(creator, start, theirs, seed=config.prior_seed + EVALUATION)
    return [shares(creator.reward), *sentences(rows, creator.words)]


def in_words(found: Plan, pieces: str) -> list[str]:
    """The plan as it is said.

    Args:
        found: The plan.
        pieces: What works are called.
    """
    told = [
        *found.notes,
        f"{found.iterations} steps of {found.step:.2f} s: {_span(found.seconds)}, and at most "
        f"{found.memory / 2**30:.1f} GiB of memory",
        f"the untrained model's {pieces} score {100 * found.start:.0f} of 100; choosing from them "
        "in as many seconds",
    ]
    for one in found.choices:
        scores = "more than can be told" if np.isnan(one.score) else f"{100 * one.score:.0f}"
        told.append(f"  gives {one.wanted:,} {pieces} the best of {one.tries:,} each: {scores}")
    told.append("training pays where it scores more; its report says from how many works on it did")
    return told


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
