"""An editor that sees little at a time, and writes what it saw on a map of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.edits import Edits
from makar.domains.levels.editing.process import Editing
from makar.domains.levels.editing.representations import Representation
from makar.domains.levels.problems.catalogue import Problem

Writer = Callable[[Float32[Tensor, "B O"]], Float32[Tensor, "B C"]]
"""What is written at the cursor, given what is observed."""


@dataclass(frozen=True)
class Remembered(Edits):
    """State of ``B`` maps in the making, and what their editors wrote down.

    Attributes:
        memory: ``(B, C, H * W)`` what was written in each cell; 0 where the cursor never was.
    """

    memory: Float32[np.ndarray, "B C N"]


class Remembering(Editing):
    """Edit maps with a memory beside them, in which each step writes at its cursor.

    The memory is part of the state: what is written is not changed again when the writer learns,
    and no gradient flows back to the step that wrote it. Observed are the tiles around the cursor,
    the memory and the cell under the cursor: ``(B, S * S + C * H * W + 1)``, float32.

    Args:
        problem: What is asked; its ``window`` is what is seen.
        representation: One with a cursor.
        channels: Numbers that are written in a cell.
        change: See ``Editing``.
    """

    def __init__(
        self,
        problem: Problem,
        representation: Representation = "narrow",
        *,
        channels: int,
        change: float = 0.2,
    ) -> None:
        if representation == "wide":
            raise ValueError("wide has no cursor to write at: use narrow or turtle")
        super().__init__(problem, representation, change=change)
        self.channels = channels
        self.writer: Writer = lambda seen: torch.zeros(len(seen), channels)

    def start(self, prompts: Sequence[Prompt], seeds: Seeds) -> Remembered:
        """See ``Editing.start``; nothing is written yet."""
        state = super().start(prompts, seeds)
        known: dict[str, Any] = {f.name: getattr(state, f.name) for f in fields(Edits)}
        cells = self.problem.height * self.problem.width
        return Remembered(
            **known, memory=np.zeros((len(prompts), self.channels, cells), np.float32)
        )

    def restart(
        self, state: Edits, rows: Bool[Tensor, " B"], prompts: Sequence[Prompt], seeds: Seeds
    ) -> Remembered:
        """See ``core.process.Process``; a new map is remembered from nothing."""
        mixed = cast(Remembered, super().restart(state, rows, prompts, seeds))
        return replace(
            mixed, memory=np.where(rows.numpy()[:, None, None], np.float32(0), mixed.memory)
        )

    def observe(self, state: Edits) -> Float32[Tensor, "B O"]:
        """Surroundings, memory and cell; see the class."""
        memory = cast(Remembered, state).memory
        around = torch.from_numpy(state.seen).flatten(1).float()
        here = self.place(state)[:, None].float()
        return torch.cat((around, torch.from_numpy(memory).flatten(1), here), 1)

    @torch.no_grad()
    def step(self, state: Edits, actions: Int[Tensor, " B"]) -> tuple[Edits, Float[Tensor, " B"]]:
        """See ``Editing.step``: first what is seen is written down, then the map is edited."""
        remembered = cast(Remembered, state)
        written = self.writer(self.observe(state)).numpy()
        memory = remembered.memory.copy()
        going = (~(state.good | self._spent(state))).nonzero()[0]
        memory[going, :, self.place(state).numpy()[going]] = written[going]
        return super().step(replace(remembered, memory=memory), actions)
