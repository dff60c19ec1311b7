"""The table of ``makar reproduce cartpole``: every learner, every seed, and the bar beside it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import torch

from makar.measures.statistics import Estimate, mean_over_seeds, mean_over_works
from makar.reproductions.cartpole.learning import (
    BARS,
    Algorithm,
    Learned,
    judged_by_gymnasium,
    learn,
    settings,
)
from makar.reproductions.cartpole.process import LONGEST

ALL_SEEDS = "all seeds"


@dataclass(frozen=True)
class Stage:
    """How far the work has come.

    Attributes:
        name: What is being done.
        done: Share of all that is to be done, in [0, 1].
        words: How it goes.
    """

    name: str
    done: float
    words: str


@dataclass(frozen=True)
class Standing:
    """One row of the table: how long poles stayed up.

    Attributes:
        algorithm: What learned.
        name: Of the row: a seed, or all of them.
        seeds: Of the runs behind it.
        estimate: Steps a pole stayed up, mean and interval.
        least: The fewest steps in any episode.
        steps: Steps of the environment learned from; the most of any seed.
        bar: The mean asked for.
    """

    algorithm: Algorithm
    name: str
    seeds: Sequence[int]
    estimate: Estimate
    least: int
    steps: int
    bar: float

    @property
    def missed(self) -> bool:
        """True for a seed below the bar."""
        return self.estimate.mean < self.bar

    def record(self) -> dict[str, object]:
        """For ``summary.json``: mean, 95 % interval, n, seeds."""
        row = {"algorithm": self.algorithm, "row": self.name, **asdict(self.estimate)}
        return row | {
            "seeds": list(self.seeds), "min": self.least, "steps": self.steps, "bar": self.bar
        }  # fmt: skip


def chosen(name: Algorithm | Literal["all"]) -> list[Algorithm]:
    """The algorithms that a name on the command line stands for."""
    return list(BARS) if name == "all" else [name]


def reproduce(
    algorithms: Sequence[Algorithm], *, seeds: Sequence[int]
) -> Iterator[Stage | Standing]:
    """Train each algorithm with each seed, and judge it; a row for each, and one over them."""
    torch.set_num_threads(1)
    total = len(algorithms) * len(seeds)
    for number, algorithm in enumerate(algorithms):
        bar, spent = BARS[algorithm], list[int]()
        lengths: list[np.ndarray] = []
        for run, seed in enumerate(seeds):
            learned = yield from _trained(algorithm, seed, run + number * len(seeds), total)
            lengths.append(judged_by_gymnasium(learned.net))
            spent.append(learned.decisions)
            one, least = mean_over_works(lengths[-1]), int(lengths[-1].min())
            yield Standing(algorithm, f"seed {seed}", [seed], one, least, spent[-1], bar)
        whole, least = mean_over_seeds(lengths), min(int(one.min()) for one in lengths)
        yield Standing(algorithm, ALL_SEEDS, seeds, whole, least, max(spent), bar)


def _trained(
    algorithm: Algorithm, seed: int, begun: int, total: int
) -> Generator[Stage, None, Learned]:
    """One run of ``total``, of which ``begun`` are over."""
    chosen = settings(algorithm)
    steps = learn(chosen, seed=seed)
    learned = next(steps)
    for learned in steps:
        done = (begun + learned.decisions / chosen.budget) / total
        yield Stage(f"{algorithm}, seed {seed}", done, f"{learned.lately:.0f} of {LONGEST} steps")
    return learned
