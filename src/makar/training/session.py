"""One run from beginning to end: prepare, before, train, after, compare, report."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.scoring import Scorer
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Rollout, Trainable
from makar.evaluation.choosing import Effort, equal_cost
from makar.evaluation.rows import EVALUATION, Row, aggregate, compare
from makar.evaluation.seeds import write_scores
from makar.evaluation.yardstick import sentences, shares, tried
from makar.measures.alarm import HackingAlarm
from makar.recipes.creator import Creator
from makar.recipes.devices import checked_device
from makar.recipes.preparation import Preparation, Prepared, Progress
from makar.recipes.registry import recipe_of
from makar.recipes.settings import RecipeConfig
from makar.recipes.trained_run import prior_weights
from makar.reporting.report import write_report
from makar.runs.atomic import write_json
from makar.runs.checkpoint import steps
from makar.runs.folder import RunFolder
from makar.runs.metrics import read_metrics
from makar.training.loop import Step, Training, watched
from makar.training.memory import keep_freed_memory
from makar.training.records import keep_works

SHOWN = EVALUATION + 2
"""Iteration number of the works that are shown: the same draws before and after."""
FIRST_HEARD = 200
"""Updates of pre-training after which a first work is written: long before it is good."""
CANDIDATES = 64
"""Works made before and after, from which those that are shown are chosen."""


@dataclass(frozen=True)
class Heard:
    """A work to be heard or seen now.

    Attributes:
        phase: ``"first try"`` while still learning by example, ``"before"`` or ``"after"``.
        id: Its name in the ledger.
        path: The file.
        total: Its score; NaN for the first try, which nobody judged.
    """

    phase: str
    id: str
    path: Path
    total: float


@dataclass(frozen=True)
class Finished:
    """The run's end.

    Attributes:
        table: As in ``summary.json``.
        report: The page to open.
        rows: The compared works.
    """

    table: list[dict[str, Any]]
    report: Path
    rows: Sequence[Row[Any]]


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
        ConfigError: a reward, the device or the corpus cannot be used.
        UnreadableError: a collection or folder is not there.
    """
    checked_device(config.device)
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
        RewardFailureError: a reward judged nothing for too long; everything is saved.
    """
    keep_freed_memory()
    begun = resume and bool(steps(folder.checkpoints))
    prior = prior_weights(folder) if begun else None
    work = recipe_of(config).prepare(config, prior=prior, functions=functions)
    preparing = _heard_early(work, folder, config)
    prepared = yield from _unless(stop, preparing)
    if prepared is None:
        yield Stopped(0, config.loop.iterations)
        return
    creator, judged = prepared.creator, prepared.start
    if with_sources:
        creator.craft = creator.craft.named()
    theirs = creator.reward.for_sources(creator.human, creator.human_prompts)
    alarm = HackingAlarm(watched(theirs), watched(judged), whose=creator.words.whose_own("'"))
    training = Training(creator, folder, config.loop, config.seed, alarm)
    if begun:
        for notice in training.resume():
            yield Progress("resuming", text=notice)
    else:
        folder.metrics.truncate_to(0)  # killed before its first checkpoint, it begins again
        folder.ledger.truncate_to(-1)
    rows = tried(creator, judged, theirs, seed=config.prior_seed + EVALUATION)
    told = [shares(creator.reward), *sentences(rows, creator.words)]
    yield Ready(
        float(np.nanmean(judged.total)), float(np.nanmean(theirs.total)), training.start,
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


def conclude(
    folder: RunFolder, prepared: Prepared[Any], config: RecipeConfig, *, with_sources: bool
) -> Generator[Event, None, None]:
    """What comes after the last step: the works to show, the table and the report."""
    creator = prepared.creator
    yield show(folder, creator, config, phase="after")
    save_model(folder, creator.policy)
    yield Progress(f"comparing with {creator.words.whose}, the prior and its best")
    yield tell(folder, creator, config, bands=prepared.bands, with_sources=with_sources)


def tell(
    folder: RunFolder,
    creator: Creator[Any],
    config: RecipeConfig,
    *,
    bands: Mapping[str, tuple[float, float]],
    with_sources: bool,
) -> Finished:
    """Make and judge the works of the table, then write it and the report.

    The draws are the same each time. Nothing is touched until all of them are made.
    """
    rows = compare(
        creator,
        works=config.evaluate.works,
        best_of=best_of(config),
        seed=config.prior_seed + EVALUATION,
        effort=Effort.of(
            list(read_metrics(folder.path / "metrics.jsonl")), works=config.loop.works
        ),
    )
    report = write_report(
        folder,
        creator,
        rows,
        bands=bands,
        with_sources=with_sources,
        show=config.evaluate.show,
    )
    table = aggregate([rows])
    write_json(folder.path / "summary.json", table)
    write_scores(folder.path, rows)
    return Finished(table, report, rows)


def best_of(config: RecipeConfig) -> list[int]:
    """From how many works of the prior the table chooses: a few, and as many as training made."""
    few, loop = config.evaluate.best_of, config.loop
    paid = equal_cost(loop.iterations, loop.works, wanted=config.evaluate.works)
    return [few, paid] if paid > few else [few]


def show(folder: RunFolder, creator: Creator[Any], config: RecipeConfig, *, phase: str) -> Heard:
    """Make works to be shown, keep the best of them, and write the very best as a file."""
    policy = creator.prior if phase == "before" else creator.policy
    seeds = Seeds(config.seed, SHOWN)
    rollout, judgement = _judged(creator, policy, seeds)
    order = np.argsort(-np.nan_to_num(judgement.total, nan=-1), kind="stable")
    ids = keep_works(
        folder.ledger,
        creator.craft,
        rollout,
        judgement,
        phase=phase,
        iteration=-1 if phase == "before" else config.loop.iterations,
        rows=[int(i) for i in order],
        seeds=seeds,
        temperature=1.0,
    )
    best = int(order[0])
    path = folder.samples / f"{phase}-{ids[0]}{creator.craft.shown}"
    if not path.exists():  # a resumed run makes the same works again
        creator.craft.export(rollout.works[best], path, title=f"{phase} {ids[0]}", notice="")
    return Heard(phase, ids[0], path, float(judgement.total[best]))


def _judged(
    creator: Creator[Any], policy: Trainable[Any], seeds: Seeds
) -> tuple[Rollout[Any], Judgement]:
    prompts = [creator.ask] * CANDIDATES
    rollout = policy.sample(prompts, seeds=seeds)
    return rollout, creator.reward(rollout.works, prompts)


def save_model(folder: RunFolder, policy: Trainable[Any]) -> None:
    """Write the trained network where other programs find it."""
    from safetensors.torch import save_file

    from makar.models.llama_files import save_llama
    from makar.models.token_policy import TokenPolicy
    from makar.models.transformer import Transformer

    if isinstance(policy, TokenPolicy) and isinstance(policy.net, Transformer):
        save_llama(policy.net, folder.model)
    else:
        save_file(policy.state_dict(), folder.model / "model.safetensors")
