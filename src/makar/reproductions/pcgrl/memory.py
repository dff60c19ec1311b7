"""What a memory is good for: an editor that sees 3 by 3 tiles, with a neural map and without.

    makar reproduce pcgrl-memory

Sokoban, narrow, 25 cells: a warehouse needs one player and as many crates as targets, and whoever
sees nine cells at a time cannot know what is elsewhere, unless it remembers. Both editors are the
same net, learn from as many steps, and differ in the memory alone
(``domains.levels.editing.memory``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from makar.core.seeds import Seeds
from makar.core.train import train
from makar.core.types import Prompt
from makar.domains.levels.editing.memory import NeuralMap
from makar.domains.levels.editing.partial_view import Remembering
from makar.domains.levels.level.level import Levels
from makar.domains.levels.problems.catalogue import problem
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import PolicyGradientConfig
from makar.models.stepwise import StepwisePolicy
from makar.reproductions.cartpole.table import Stage
from makar.reproductions.pcgrl.editors import KIT, paid_on_the_way
from makar.runs import atomic

WINDOW, CHANNELS, STREAMS, STEPS = 3, 8, 64, 32
UPDATES = 600
LEVELS = 120
JUDGED = 1_000_000_000
"""Iteration number that the maps to judge by come from."""


@dataclass(frozen=True)
class Compared:
    """One editor of one seed.

    Attributes:
        memory: Whether it had one.
        seed: Of the run.
        steps: Learned from.
        paid: Mean reward of a step in the last tenth of the updates.
        one_player: Share of the judged levels with one player.
        matched: Share with as many crates as targets, and some.
        solvable: Share that can be solved.
    """

    memory: bool
    seed: int
    steps: int
    paid: float
    one_player: float
    matched: float
    solvable: float


def compare(
    folder: Path, *, seeds: Sequence[int], updates: int = UPDATES
) -> Iterator[Stage | Compared]:
    """Teach both editors with each seed, and judge them on the same maps.

    Args:
        folder: Where ``memory.json`` is written.
        seeds: Of the runs.
        updates: Of PPO.
    """
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    found: list[Compared] = []
    for number, seed in enumerate(seeds):
        for memory in (True, False):
            share = (2 * number + (not memory)) / (2 * len(seeds))
            yield Stage(f"seed {seed}, {'with' if memory else 'without'} memory", share, "")
            found.append(_taught(memory=memory, seed=seed, updates=updates))
            yield found[-1]
            atomic.write_json(folder / "memory.json", [asdict(one) for one in found])


def _taught(*, memory: bool, seed: int, updates: int) -> Compared:
    torch.manual_seed(seed)
    process = Remembering(
        replace(problem("sokoban"), window=WINDOW), "narrow", channels=CHANNELS, change=1.0
    )
    net = NeuralMap(
        (process.problem.height, process.problem.width), WINDOW, len(process.problem.tiles),
        process.actions, channels=CHANNELS, remembers=memory,
    )  # fmt: skip
    if memory:
        process.writer = net.write
    policy = StepwisePolicy(process, net, steps=STEPS, fragments=True, shard=STREAMS)
    config = PolicyGradientConfig(
        algorithm="ppo", learning_rate=1e-3, decay_updates=updates, epochs=3, minibatch=8,
        gamma=0.98, lam=0.95, entropy_weight=0.01, stability=KIT,
    )  # fmt: skip
    learner, prompts = PolicyGradient(policy, config, seed=seed), [Prompt()] * STREAMS
    paid: list[float] = []
    for report in train(policy, paid_on_the_way, learner, lambda _: prompts, seed=seed):
        reward = report.rollout.step_reward
        assert reward is not None
        paid.append(float(reward.mean()))
        if len(paid) == updates:
            break
    levels = judged(process, net, seed=seed)
    found = np.zeros((len(levels), len(process.problem.wishes)), np.int32)
    process.problem.measure(levels.tiles, np.ones(len(levels), bool), found)
    player, crate, target = found[:, :3].T
    return Compared(
        memory, seed, updates * STREAMS * STEPS, float(np.mean(paid[-max(updates // 10, 1) :])),
        float((player == 1).mean()), float(((crate == target) & (crate > 0)).mean()),
        float((found[:, -1] > 0).mean()),
    )  # fmt: skip


def judged(process: Remembering, net: NeuralMap, *, seed: int) -> Levels:
    """Random maps edited until they are good enough, or the changes or steps are spent."""
    whole = StepwisePolicy(process, net, steps=process.most_steps, shard=LEVELS)
    works = whole.sample([Prompt()] * LEVELS, seeds=Seeds(seed, JUDGED)).works
    assert isinstance(works, Levels)
    return works
