"""A sheet of dots on which one stroke is drawn after another; see ``core.process.Process``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar_toy.strokes.drawing import COVERS, FREE, MOST, NAMES, Drawing, Drawings, stacked

SEEN = COVERS.shape[1] + 2
"""Numbers that whoever draws sees."""
_COVERS = torch.from_numpy(COVERS).float()


@dataclass(frozen=True)
class Paper:
    """Drawings under way.

    Attributes:
        strokes: ``(B, 12)``, ``FREE`` where nothing is drawn yet.
        length: ``(B,)`` strokes that each drawing is to have.
        ink: ``(B,)`` share of the lattice that is to be covered.
    """

    strokes: Int[Tensor, "B N"]
    length: Int[Tensor, " B"]
    ink: Float[Tensor, " B"]

    @property
    def free(self) -> Bool[Tensor, "B N"]:
        """Strokes that are still to be drawn."""
        return (self.strokes == FREE) & (torch.arange(MOST) < self.length[:, None])

    @property
    def covered(self) -> Float[Tensor, "B 72"]:
        """1 for steps that there is ink on."""
        return _COVERS[self.strokes].amax(1)


class Pen(Process[Paper, Drawing]):
    """Draws the first stroke that is free, wherever it shows: given ones stay as they are."""

    actions = len(NAMES)

    def start(self, prompts: Sequence[Prompt], seeds: Seeds) -> Paper:
        """An empty sheet, or what is given; nothing here is random."""
        strokes = torch.full((len(prompts), MOST), FREE)
        for row, prompt in zip(strokes, prompts, strict=True):
            row[: len(prompt.given or ())] = torch.tensor(prompt.given or ())
        wishes = [prompt.condition for prompt in prompts]
        length = torch.tensor([int(wish["strokes"]) for wish in wishes]).long()
        return Paper(strokes, length, torch.tensor([float(wish["ink"]) for wish in wishes]))

    def observe(self, state: Paper) -> Float[Tensor, "B O"]:
        """Where there is ink, how many strokes are left, and what is still missing of the ink."""
        covered = state.covered
        left = state.free.sum(1) / MOST
        return torch.cat((covered, left[:, None], (state.ink - covered.mean(1))[:, None]), 1)

    def legal(self, state: Paper) -> Bool[Tensor, "B A"]:
        """A stroke has to cover something that is not covered yet."""
        return (1 - state.covered) @ _COVERS[:-1].T > 0

    def place(self, state: Paper) -> Int[Tensor, " B"]:
        """Number of the stroke that comes next."""
        return state.free.int().argmax(1)

    def step(self, state: Paper, actions: Int[Tensor, " B"]) -> tuple[Paper, None]:
        """Draw it; a finished drawing stays as it is."""
        here = state.free & (torch.arange(MOST) == self.place(state)[:, None])
        strokes = torch.where(here, actions[:, None], state.strokes)
        return Paper(strokes, state.length, state.ink), None

    def terminated(self, state: Paper) -> Bool[Tensor, " B"]:
        """No stroke is free any more."""
        return ~state.free.any(1)

    def truncated(self, state: Paper) -> Bool[Tensor, " B"]:
        """Nothing is cut off."""
        return torch.zeros_like(state.length, dtype=torch.bool)

    def restart(
        self, state: Paper, rows: Bool[Tensor, " B"], prompts: Sequence[Prompt], seeds: Seeds
    ) -> Paper:
        """New sheets in these rows."""
        new = self.start(prompts, seeds)
        return Paper(
            torch.where(rows[:, None], new.strokes, state.strokes),
            torch.where(rows, new.length, state.length),
            torch.where(rows, new.ink, state.ink),
        )

    def works(self, state: Paper) -> Drawings:
        """The drawings as they stand."""
        return Drawings(state.strokes.numpy())

    def join(self, batches: Sequence[Works[Drawing]]) -> Drawings:
        """One batch of several."""
        return stacked([drawing for batch in batches for drawing in batch])
