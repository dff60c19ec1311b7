"""The whole table: every model with every seed, each in a process of its own, then the count."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import get_args

import numpy as np

from makar.reproductions.cartpole.table import Stage
from makar.reproductions.rl_tuner.models import TRAINED, Model
from makar.reproductions.rl_tuner.parts import Settings, make, packed, path_of, read
from makar.reproductions.rl_tuner.table import COMPOSITIONS, Table, summarised
from makar.runs import atomic
from makar.runs.errors import RunExistsError

MODELS: tuple[Model, ...] = get_args(Model)


def rerun(folder: Path, settings: Settings, *, workers: int = 2) -> Iterator[Stage | Table]:
    """Make what is missing of the table, then the table, with how far it is on the way.

    Args:
        folder: Where everything is kept; what is there already is not made again.
        settings: What to make it with.
        workers: Processes, each on one thread; 1 makes everything in this one.

    Raises:
        RunExistsError: the folder was begun with other settings.
    """
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    _claim(folder / "settings.json", settings)
    wanted: list[tuple[Model, int]] = [(model, seed) for model in MODELS for seed in settings.seeds]
    stages: tuple[tuple[Model, ...], ...] = (("note-rnn",), TRAINED)
    for stage in stages:  # the others begin with the Note RNN
        missing = [job for job in wanted if not path_of(folder, *job).is_file()]
        done = len(wanted) - len(missing)
        jobs = [job for job in missing if job[0] in stage]
        yield Stage(stage[0], done / len(wanted), f"{done} of {len(wanted)}")
        for name in _made(folder, jobs, settings, workers=workers):
            done += 1
            yield Stage(f"made {name}", done / len(wanted), f"{done} of {len(wanted)}")
    _gather(folder, settings)
    yield summarised(folder, settings)


def _made(
    folder: Path, jobs: list[tuple[Model, int]], settings: Settings, *, workers: int
) -> Iterator[str]:
    """Do the jobs; the name of each when it is done."""
    if workers == 1:
        for model, seed in jobs:
            make(folder, model, seed, settings)
            yield f"{model}, seed {seed}"
        return
    context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        names: dict[Future[None], str] = {
            pool.submit(make, folder, model, seed, settings): f"{model}, seed {seed}"
            for model, seed in jobs
        }
        try:
            for future in as_completed(names):
                future.result()
                yield names[future]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _claim(path: Path, settings: Settings) -> None:
    """Write down what the table is made with, or see that it is the same."""
    if not path.is_file():
        atomic.write_text(path, settings.model_dump_json(indent=2) + "\n")
        return
    before = Settings.model_validate_json(path.read_text(encoding="utf-8"))
    if before != settings:
        raise RunExistsError(
            f"{path}: the table was begun with {before}; go on with these, or give another --out"
        )


def _gather(folder: Path, settings: Settings) -> None:
    """All compositions in one file: a model's seeds after one another, tokens as in the paper."""
    columns = {
        model: np.concatenate([read(path_of(folder, model, s)).tokens for s in settings.seeds])
        for model in MODELS
    }
    atomic.write_bytes(folder / COMPOSITIONS, packed(columns))
