"""How many levels are good enough by the time so many of their tiles may have been changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.edits import Edits
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.network import AtCursor
from makar.domains.levels.level.level import Levels
from makar.models.categorical import drawn
from makar.models.stepwise import StepModel

BUDGETS = (0.1, 0.2, 0.4, 1.0)
"""Shares of the tiles that may be changed."""
FIRST_MAP = 1_000_000_000
"""Iteration number that random maps and draws of an evaluation come from."""


@dataclass(frozen=True)
class Edited:
    """What became of ``N`` random maps within each of ``C`` budgets, with ``K`` statistics.

    Attributes:
        start: The maps.
        levels: What they became within the last budget.
        good: ``(C, N)`` whether they are good enough.
        statistics: ``(C, N, K)`` as they stand when the episode ends.
        changed: ``(C, N)`` share of the tiles that differ from the start.
        steps: ``(C, N)`` steps taken.
    """

    start: Levels
    levels: Levels
    good: Bool[np.ndarray, "C N"]
    statistics: Int[np.ndarray, "C N K"]
    changed: Float[np.ndarray, "C N"]
    steps: Int[np.ndarray, "C N"]


def edited(
    process: Aiming,
    net: StepModel,
    prompts: Sequence[Prompt],
    *,
    seed: int,
    at_cursor: AtCursor | None = None,
    budgets: Sequence[float] = BUDGETS,
) -> Edited:
    """Let a net edit random maps, with its decisions drawn by their chances.

    An editor that is not told its budget does the same within any: one episode with the largest
    serves them all, and a level counts within those that were not yet spent when it became good.

    Args:
        process: Its ``change`` is the largest budget.
        net: Sees the map; asked again only where the map has changed.
        prompts: One for each map.
        seed: Of maps and draws.
        at_cursor: How the net is read where there is a cursor; None: it gives actions itself.
        budgets: Shares of the tiles that may be changed, the largest last.
    """
    state = process.start(prompts, Seeds(seed, FIRST_MAP))
    draw = Seeds(seed, FIRST_MAP, branch=1).generator()
    count = _Count(state, process, budgets)
    logits, stale = torch.zeros(len(prompts), 0), np.ones(len(prompts), bool)
    while True:
        logits = _thought(net, process, state, logits, stale)
        here = logits if at_cursor is None else at_cursor.at(logits, torch.from_numpy(state.cursor))
        uniforms = torch.from_numpy(draw.random(len(prompts)))
        before = state
        state = process.step(state, drawn(here.log_softmax(-1).double(), uniforms))[0]
        count.see(state)
        going = ~(process.terminated(state) | process.truncated(state)).numpy()
        if not going.any():
            return count.edited(state)
        stale = (state.changes > before.changes) & going


@torch.no_grad()
def _thought(
    net: StepModel, process: Aiming, state: Edits, logits: Tensor, stale: Bool[np.ndarray, " N"]
) -> Tensor:
    """What the net thinks of every map, thought again where it is stale."""
    if not stale.any():
        return logits
    seen = process.observe(state)
    if process.representation != "wide":
        seen = seen[:, :-2]
    fresh = net(seen[torch.from_numpy(stale)])[0]
    if len(fresh) == len(seen):
        return fresh
    logits = logits.clone()
    logits[torch.from_numpy(stale)] = fresh
    return logits


class _Count:
    """Where every map stood when each budget was spent."""

    def __init__(self, state: Edits, process: Aiming, budgets: Sequence[float]) -> None:
        cells = state.tiles[0].size
        self.begun, self.process = state.tiles, process
        self.most = [max(int(share * cells), 1) for share in budgets]
        shape = (len(budgets), len(state.tiles))
        self.good, self.going = np.zeros(shape, bool), np.ones(shape, bool)
        self.changed, self.steps = np.zeros(shape), np.zeros(shape, np.int64)
        self.statistics = np.repeat(state.statistics[None], len(budgets), 0)
        self.cells = cells

    def see(self, state: Edits) -> None:
        """Take down what is still within its budget."""
        differ = (state.tiles != self.begun).reshape(len(self.begun), -1).mean(1)
        for c, most in enumerate(self.most):
            rows = self.going[c]
            self.good[c, rows], self.changed[c, rows] = state.good[rows], differ[rows]
            self.steps[c, rows] = state.steps[rows]
            self.statistics[c, rows] = state.statistics[rows]
            spent = (state.changes >= most) | (state.steps >= most * self.cells)
            self.going[c] = rows & ~(spent | state.good)

    def edited(self, state: Edits) -> Edited:
        """All of it."""
        names = self.process.problem.tiles
        return Edited(
            start=Levels(self.begun, names),
            levels=Levels(state.tiles, names),
            good=self.good,
            statistics=self.statistics,
            changed=self.changed,
            steps=self.steps,
        )


class Random:
    """Any action, each as likely as the others; a ``StepModel``."""

    def __init__(self, actions: int) -> None:
        self.actions = actions

    def __call__(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """Nothing is looked at."""
        return torch.zeros(len(observation), self.actions), torch.zeros(len(observation))
