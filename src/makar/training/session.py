"""One run from beginning to end: prepare, before, train, after, compare, report."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from makar.core.scoring import Scorer, raw_values
from makar.core.seeds import Seeds
from makar.evaluation.rows import EVALUATION
from makar.evaluation.yardstick import sentences, shares, tried
from makar.measures.alarm import HackingAlarm
from makar.measures.statistics import finite_mean
from makar.recipes.creator import Creator
from makar.recipes.devices import checked_device
from makar.recipes.own_rewards.loading import refuse_absent
from makar.recipes.preparation import Preparation, Prepared, Progress
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.recipes.trained_run import prior_weights
from makar.recipes.upkeep.watch_prices import watched
from makar.recipes.weighting import STYLE
from makar.runs.checkpoint import steps
from makar.runs.folder import RunFolder
from makar.training.conclusion import CANDIDATES, SHOWN, Finished, Heard, conclude, show
from makar.training.first_try import said_at_first, tried_early
from makar.training.loop import Step, Training
from makar.training.memory import keep_freed_memory

FIRST_HEARD = 200
"""Updates of pre-training after which a first work is written: long before it is good."""


@dataclass(frozen=True)
class Ready:
    """Everything is set up; learning what is rewarded begins.

    Attributes:
        start: Mean score of the untrained model's works.
        people: Mean score of people's held-out works.
        iteration: Iteration that comes first.
        iterations: How many there are.
        notes: What was left out, and what cannot be learned.
        theirs: Who people are, where it is not people whose works are compared with.
    """

    start: float
    people: float
    iteration: int
    iterations: int
    notes: Sequence[str]
    theirs: str = "people"


@dataclass(frozen=True)
class Stopped:
    """The run was asked to stop; everything is saved.

    Attributes:
        done: Iterations done.
        iterations: How many there are.
    """

    done: int
    iterations: int


Event = Progress | Ready | Heard | Step | Stopped | Finished


def check(config: RecipeConfig, functions: Mapping[str, Scorer] | None = None) -> None:
    """Refuse what cannot work before anybody waits for it.

    Raises:
        ConfigError: a reward, the device or the corpus cannot be used, or code is not trusted.
        UnreadableError: a collection or folder is not there.
    """
    checked_device(config.device)
    refuse_absent(config.reward.custom, functions)
    recipe_of(config).check(config, functions or {})


def run(
    folder: RunFolder,
    config: RecipeConfig,
    *,
    resume: bool = False,
    with_sources: bool = False,
    stop: Callable[[], bool] = lambda: False,
    functions: Mapping[str, Scorer] | None = None,
) -> Iterator[Event]:
    """Carry a run out, or on; whoever iterates shows what comes.

    Args:
        folder: Where to, open for writing.
        config: What to do.
        resume: Go on from the newest checkpoint.
        with_sources: Name the user's own tunes in the report.
        stop: Asked after every step; once True, everything is saved and the run ends.
        functions: Rewards given as Python functions, by name.

    Raises:
        CustomRewardError: a reward of the user's own is not there, or its code not trusted.
        RewardFailureError: a reward judged nothing for too long; everything is saved.
    """
    keep_freed_memory()
    refuse_absent(config.reward.custom, functions)
    begun = resume and bool(steps(folder.checkpoints))
    prior = prior_weights(folder) if begun else None
    work = recipe_of(config).prepare(config, prior=prior, functions=functions)
    preparing = _heard_early(tried_early(work, config, functions), folder, config)
    prepared = yield from _unless(stop, preparing)
    if prepared is None:
        yield Stopped(0, config.loop.iterations)
        return
    creator, judged = prepared.creator, prepared.start
    if with_sources:
        creator.craft = creator.craft.named()
    theirs = creator.reward.for_sources(creator.human, creator.human_prompts)
    start = watched(judged) | _likely_at_first(creator, config.prior_seed)
    alarm = HackingAlarm(watched(theirs), start, whose=creator.words.whose_own("'"))
    training = Training(creator, folder, config.loop, config.seed, alarm)
    if begun:
        for notice in training.resume():
            yield Progress("resuming", text=notice)
    else:
        folder.metrics.truncate_to(0)  # killed before its first checkpoint, it begins again
        folder.ledger.truncate_to(-1)
    rows = tried(creator, judged, theirs, seed=config.prior_seed + EVALUATION)
    told = [shares(creator.reward), *sentences(rows, creator.words)]
    told += said_at_first(config.reward, judged)
    yield Ready(
        finite_mean(judged.total), finite_mean(theirs.total), training.start,
        config.loop.iterations, [*creator.notes, *told], creator.words.whose,
    )  # fmt: skip
    heard = begun and "before" in folder.ledger.counts()
    for step in training.steps():
        yield step
        if not heard:  # the prior does not change: learning need not wait for it
            yield show(folder, creator, config, phase="before")
            heard = True
        if stop() and not step.finished:
            training.save(step.iteration + 1)
            yield Stopped(step.iteration + 1, config.loop.iterations)
            return
    yield from conclude(folder, prepared, config, with_sources=with_sources)


def _likely_at_first(creator: Creator[Any], seed: int) -> dict[str, np.ndarray]:
    """How likely the prior finds its own works, where that is watched: training leaves it out."""
    for part in creator.reward.components:
        if part.name == STYLE:
            asked = [creator.ask] * CANDIDATES
            made = creator.prior.sample(asked, seeds=Seeds(seed, SHOWN))
            return {STYLE: raw_values(part.scorer(made.works, asked))}
    return {}


def _heard_early(
    work: Preparation, folder: RunFolder, config: RecipeConfig
) -> Generator[Progress | Heard, None, Prepared[Any]]:
    """What ``work`` does; on the way, once, a work of the model that is still learning."""
    recipe = recipe_of(config)
    craft = recipe.craft(config)
    path = folder.samples / f"first{craft.shown}"
    with closing(work):
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                return end.value
            yield progress
            if progress.policy is not None and progress.done == FIRST_HEARD and not path.exists():
                rollout = progress.policy.sample(
                    [recipe.prompt(config)], seeds=Seeds(config.seed, SHOWN)
                )
                craft.export(rollout.works[0], path, title="first try", notice="")
                yield Heard("first try", "first", path, float("nan"))


def _unless(
    stop: Callable[[], bool], work: Generator[Progress | Heard, None, Prepared[Any]]
) -> Generator[Progress | Heard, None, Prepared[Any] | None]:
    """What ``work`` does; None if it was stopped half-way."""
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            return end.value
        yield progress
        if stop():
            work.close()
            return None
