"""The loop: make, judge, learn."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from makar.core.seeds import Seeds
from makar.core.types import Generator, Iteration, Learner, Prompt, Reward

W = TypeVar("W")


def train(
    generator: Generator[W],
    reward: Reward[W],
    learner: Learner,
    prompts: Callable[[int], Sequence[Prompt]],
    *,
    seed: int,
    start: int = 0,
    temperature: Callable[[int], float] = lambda _: 1.0,
) -> Iterator[Iteration[W]]:
    """Improve ``generator`` for as long as the caller iterates.

    The caller's ``for`` body logs, saves, asks a human, and stops with ``break``; nothing
    here calls back. Stateful rewards are read in this loop and changed only by the caller.

    Args:
        generator: Makes the works.
        reward: Judges them.
        learner: Changes the generator.
        prompts: What to ask for in each iteration.
        seed: With the iteration number, fixes every random draw.
        start: Iteration to begin with, when a run is resumed.
        temperature: Exploration schedule: sampling temperature by iteration.

    Yields:
        One report per iteration, after the update.
    """
    for iteration in itertools.count(start):
        batch = prompts(iteration)
        rollout = generator.sample(
            batch, seeds=Seeds(seed, iteration), temperature=temperature(iteration)
        )
        judgement = reward(rollout.works, rollout.prompts)
        metrics = learner.update(rollout, judgement)
        yield Iteration(iteration, rollout, judgement, metrics)
