"""An editor set on the same maps again and again, and what each try cost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import cast

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.goals import Aimed, Aiming
from makar.domains.levels.editing.network import AtCursor
from makar.domains.levels.editing.representations import draw_keys
from makar.models.categorical import drawn
from makar.models.stepwise import StepModel
from makar.reproductions.pcgrl.nets import simulated_edits
from makar.reproductions.pcgrl.success import FIRST_MAP
from makar.reproductions.pcgrl.walk import chances_at_cursor, walk_to_edit


@dataclass(frozen=True)
class Tries:
    """What came of ``K`` tries at each of ``N`` maps within each of ``C`` budgets.

    Attributes:
        good: ``(C, K, N)`` whether the level is good enough.
        solvable: ``(C, K, N)`` whether its last statistic is above 0: sokoban can be solved.
        edits: ``(C, K, N)`` edits made.
        simulated: ``(C, K, N)`` edits tried for them, kept or not.
        seconds: ``(C, K, N)`` of processor time, shared out among the maps that were edited at
            the same time.
    """

    good: Bool[np.ndarray, "C K N"]
    solvable: Bool[np.ndarray, "C K N"]
    edits: Int[np.ndarray, "C K N"]
    simulated: Int[np.ndarray, "C K N"]
    seconds: Float[np.ndarray, "C K N"]


@dataclass(frozen=True)
class Editor:
    """Who edits.

    Attributes:
        net: Gives logits of all edits of a map.
        ahead: Whether it sees what each of them would bring.
        reader: How it is read where there is a cursor; None: it may edit anywhere.
    """

    net: StepModel
    ahead: bool = True
    reader: AtCursor | None = None


def start_maps(process: Aiming, levels: int, *, seed: int) -> Aimed:
    """The random maps of a seed, the same ones that ``success.edited`` starts from."""
    return process.start([Prompt()] * levels, Seeds(seed, FIRST_MAP))


def only(state: Aimed, rows: np.ndarray) -> Aimed:
    """Some of the maps."""
    return replace(state, **{f.name: getattr(state, f.name)[rows] for f in fields(state)})


def tried(
    process: Aiming,
    editor: Editor,
    start: Aimed,
    *,
    tries: int,
    seed: int,
    first: int = 0,
    budgets: Sequence[float],
) -> Iterator[Tries]:
    """Let an editor edit maps ``tries`` times over, each time with draws of its own.

    One episode with the largest budget serves all budgets, as in ``success.edited``.

    Args:
        process: In ``wide``; its ``change`` is the largest budget.
        editor: Who edits.
        start: The maps.
        tries: How often; yields after each.
        seed: Of the draws.
        first: Number of the first try, where some were made before.
        budgets: Shares of the tiles that may be changed, the largest last.
    """
    for number in range(first, first + tries):
        draw = Seeds(seed, FIRST_MAP, branch=2 + number).generator()
        yield _Once(process, editor, start, budgets, draw).run()


class _Once:
    """One try at each of some maps."""

    def __init__(
        self,
        process: Aiming,
        editor: Editor,
        start: Aimed,
        budgets: Sequence[float],
        draw: np.random.Generator,
    ) -> None:
        self.process, self.editor, self.draw, self.state = process, editor, draw, start
        cells, maps = start.tiles[0].size, len(start.tiles)
        self.most = np.array([max(int(share * cells), 1) for share in budgets])[:, None]
        self.most_steps = self.most * cells
        keys = draw_keys(int(draw.integers(2**63)), np.arange(maps))
        self.rows, self.keys, self.steps = np.arange(maps), keys[:, 1].copy(), np.zeros(maps, int)
        shape = (len(budgets), maps)
        self.going, self.good = np.ones(shape, bool), np.zeros(shape, bool)
        self.solvable = np.repeat(start.statistics[None, :, -1] > 0, len(budgets), 0)
        self.edits, self.seconds = np.zeros(shape, int), np.zeros(shape)
        self.looks = np.zeros(shape, int)

    def run(self) -> Tries:
        """Until every map is good enough or its largest budget is spent."""
        while len(self.rows):
            began, rows = time.process_time(), self.rows
            going = self.going[:, rows]
            chosen = self._choose()
            came = chosen >= 0
            state = self.process.step(self.state, torch.from_numpy(np.where(came, chosen, 0)))[0]
            self._see(cast(Aimed, state), came)
            self.seconds[:, rows] += going * (time.process_time() - began) / len(rows)
        ahead = self.editor.ahead
        simulated = self.looks if ahead else self.edits
        simulated = simulated_edits(self.process.problem, 1, ahead=ahead) * simulated
        found = (self.good, self.solvable, self.edits, simulated, self.seconds)
        return Tries(*(values[:, None] for values in found))

    @torch.no_grad()
    def _choose(self) -> Int[np.ndarray, " B"]:
        """The next edit of each map, -1 where none comes before the steps run out."""
        logits: Tensor = self.editor.net(self.process.observe(self.state))[0]
        reader = self.editor.reader
        if reader is None:
            self.steps = self.steps + 1
            uniforms = torch.from_numpy(self.draw.random(len(logits)))
            return drawn(logits.log_softmax(-1).double(), uniforms).numpy()
        most = int(self.most_steps[-1, 0])
        chances = chances_at_cursor(reader, logits)
        return walk_to_edit(chances, self.keys, self.steps, most, reader.size, self.draw)

    def _see(self, state: Aimed, came: Bool[np.ndarray, " B"]) -> None:
        """Take down what is within its budget, and go on with the maps that are within one."""
        rows = self.rows
        going = self.going[:, rows]
        self.looks[:, rows] += going
        made = going & came & (self.steps <= self.most_steps)
        self.edits[:, rows] += made
        self.good[:, rows] |= made & state.good
        solvable = state.statistics[:, -1] > 0
        self.solvable[:, rows] = np.where(made, solvable, self.solvable[:, rows])
        spent = (state.changes >= self.most) | (self.steps >= self.most_steps)
        self.going[:, rows] = made & ~spent & ~state.good
        on = self.going[-1, rows]
        self.rows, self.keys, self.steps = rows[on], self.keys[on], self.steps[on]
        self.state = only(state, on)
