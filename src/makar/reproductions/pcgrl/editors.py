"""Editors of levels taught by PPO: Khalifa et al. 2020, *PCGRL*, AIIDE, arXiv 2001.09212.

    makar reproduce pcgrl

The paper's narrow editor: a cursor jumps about a random map, and each cell is left or changed,
until the level is good enough or so many tiles have been changed. What differs from the paper:

1. The editor also sees how far the level is from what is asked, and what each edit of each cell
   would bring at once (``domains.levels.editing.goals``): it knows greedy search from the start
   and learns where to depart from it. Theirs sees tiles alone, and learns from 100 million frames.
2. It learns from edits of any cell (``wide``), and is then read at the cursor
   (``domains.levels.editing.network.AtCursor``): the chain of edits is the same, without the steps
   between them.
3. It is paid for nothing beyond the goal, and once for the goal.
4. ``makar``'s preset: the program's problems, mended (``domains.levels.problems.catalogue``).

A twin without search (``ahead=False``) is taught just so, to tell what it is worth. Settings were
chosen on seeds 100 and 101, before 1 to 3 were run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from makar.core.train import train
from makar.core.types import Judgement, Prompt, Works
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.network import MapNet
from makar.domains.levels.problems.catalogue import Problem, problem
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.models.stepwise import StepwisePolicy

Name = Literal["binary", "zelda", "sokoban"]
KIT = Stability(kl_coefficient=0.0, kl_target=None, entropy_floor=None, clip_norm=0.5)
"""There are no levels of people to stay near to: only gradients are cut."""


@dataclass(frozen=True)
class Settings:
    """How one editor is taught.

    Attributes:
        updates: Of PPO.
        change: Share of the tiles that may be changed in an episode of training.
        ahead: Whether gains are seen.
        streams: Maps edited side by side.
        steps: Edits of each between updates.
    """

    updates: int
    change: float = 0.3
    ahead: bool = True
    streams: int = 128
    steps: int = 32

    def learner(self) -> PolicyGradientConfig:
        """PPO's."""
        return PolicyGradientConfig(
            algorithm="ppo", learning_rate=2e-3, decay_updates=self.updates, epochs=3,
            minibatch=8, gamma=0.97, lam=0.9, entropy_weight=0.001, stability=KIT,
        )  # fmt: skip


SETTINGS: dict[Name, Settings] = {
    "binary": Settings(updates=30),
    "zelda": Settings(updates=30),
    "sokoban": Settings(updates=25, change=1.0),
}


def chosen(name: Name | Literal["all"]) -> list[Name]:
    """The problems that a name on the command line stands for."""
    return list(SETTINGS) if name == "all" else [name]


@dataclass(frozen=True)
class Taught:
    """A net as it stands.

    Attributes:
        net: It.
        updates: Behind it.
        edits: Learned from.
        seconds: Of processor time.
        good: Share of the episodes that ended in this update with a level that is good enough.
    """

    net: MapNet
    updates: int
    edits: int
    seconds: float
    good: float


def net_for(what: Problem, *, ahead: bool = True) -> MapNet:
    """An untaught net for the problem's maps."""
    size = (what.height, what.width)
    return MapNet(size, len(what.tiles), numbers=2 * len(what.wishes), width=16, ahead=ahead)


def teach(
    name: Name,
    settings: Settings,
    *,
    seed: int,
    ask: Callable[[int], Sequence[Prompt]] | None = None,
) -> Iterator[Taught]:
    """Teach an editor; yields after each update.

    Args:
        name: Of the problem.
        settings: How.
        seed: Fixes every draw.
        ask: What is asked of each stream's next map, by update; None: the problem's own goal.
    """
    torch.manual_seed(seed)
    what, began = problem(name), time.process_time()
    process = Aiming(what, "wide", change=settings.change, ahead=settings.ahead)
    net = net_for(what, ahead=settings.ahead)
    policy = StepwisePolicy(
        process, net, steps=settings.steps, fragments=True, shard=settings.streams
    )
    learner = PolicyGradient(policy, settings.learner(), seed=seed)
    prompts = ask or (lambda _: [Prompt()] * settings.streams)
    for report in train(policy, paid_on_the_way, learner, prompts, seed=seed):
        ended, cut = report.rollout.terminated, report.rollout.truncated
        assert ended is not None  # fragments always say how works ended
        assert cut is not None
        done = report.iteration + 1
        yield Taught(
            net, done, done * ended.numel(), time.process_time() - began,
            float(ended.sum() / (ended | cut).sum().clamp(min=1)),
        )  # fmt: skip
        if done == settings.updates:
            return


def paid_on_the_way(works: Works[Any], prompts: object, /) -> Judgement:
    """Nothing is added to what the process pays."""
    del prompts
    return Judgement(total=np.zeros(len(works)), parts={})
