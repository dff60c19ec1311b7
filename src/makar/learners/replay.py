"""What a learner remembers of earlier works, to learn from them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from makar.core.columnar import Columnar
from makar.core.types import Prompt, Rollout

STEPS = ("actions", "mask", "rewards", "open", "terminated", "truncated")
"""Columns that every memory has; those of a rollout's context are added."""


@dataclass(frozen=True)
class Forgotten(Columnar[None]):
    """Works of which only the decisions are remembered."""

    number: int

    def __len__(self) -> int:
        return self.number

    def work(self, index: int) -> None:
        """See ``Columnar``; nothing is known of any."""
        del index

    def take(self, indices: Iterable[int]) -> Forgotten:
        """See ``core.types.Works``."""
        return Forgotten(len(list(indices)))


@dataclass(frozen=True)
class Remembered:
    """Works to learn from again.

    Attributes:
        rollout: Their decisions, with what the model needs to evaluate them. The works
            themselves, prompts, groups and places are forgotten.
        rewards: ``(B, T)`` reward of each decision.
        open: ``(B, T)`` decisions after which a work went on, though its row did not: what
            followed is not known.
    """

    rollout: Rollout[None]
    rewards: Float[Tensor, " B T"]
    open: Bool[Tensor, " B T"]

    def to(self, device: torch.device) -> Remembered:
        """The same works with their tensors on ``device``."""
        rewards, still_open = self.rewards.to(device), self.open.to(device)
        return Remembered(self.rollout.to(device), rewards, still_open)


class Replay:
    """The last works that were made, or fragments of them; the oldest give way.

    Columns of tensors on the CPU, one row per work; shorter works are padded.

    Args:
        capacity: Works kept.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.columns: dict[str, Tensor] = {}
        self.size = self.next = 0

    @property
    def decisions(self) -> int:
        """Decisions remembered."""
        return int(self.columns["mask"][: self.size].sum()) if self.size else 0

    def add(self, rollout: Rollout[Any], rewards: Float[Tensor, " B T"]) -> None:
        """Remember a rollout; of more works than there is room for the last ones.

        Raises:
            ValueError: its context is not made like that of the works remembered.
        """
        count = min(len(rollout), self.capacity)
        if not count or not rollout.mask.shape[1]:
            return
        width = rollout.mask.shape[1]
        columns = {n: c[-count:].detach().cpu() for n, c in _columns(rollout, rewards).items()}
        if not self.columns:
            self.columns = {n: _room(c, self.capacity, c.shape[1:]) for n, c in columns.items()}
        if columns.keys() != self.columns.keys():
            raise ValueError(
                f"the memory holds {sorted(self.columns)} and this rollout {sorted(columns)}: "
                "begin a new memory for another kind of generator"
            )
        held = self.columns["mask"].shape[1]
        at = (self.next + torch.arange(count)) % self.capacity
        for name, column in columns.items():
            self._write(name, column, at, width=width, held=held)
        self.next = (self.next + count) % self.capacity
        self.size = min(self.size + count, self.capacity)

    def _write(self, name: str, column: Tensor, at: Tensor, *, width: int, held: int) -> None:
        """Put the rows of one column in their places, steps padded to the wider of the two."""
        kept = self.columns[name]
        if kept.ndim > 1 and (kept.shape[1], column.shape[1]) == (held, width):
            wider = max(held, width)
            if kept.shape[1] < wider:
                self.columns[name] = kept = _padded(kept, wider)
            column = _padded(column, wider)
        if kept.shape[1:] != column.shape[1:]:
            raise ValueError(
                f"{name} of shape {list(column.shape[1:])} does not fit the memory's "
                f"{list(kept.shape[1:])}: works of one memory must be described alike"
            )
        kept[at] = column

    def sample(self, count: int, draw: np.random.Generator) -> Remembered:
        """Works drawn with equal chances, some perhaps twice.

        Args:
            count: How many.
            draw: What draws them (``core.seeds``).
        """
        rows = torch.as_tensor(draw.integers(self.size, size=count))
        picked = {name: column[rows] for name, column in self.columns.items()}
        steps = {name: picked.pop(name) for name in STEPS}
        nothing = torch.zeros(count, dtype=torch.long)
        mask = steps["mask"]
        rollout = Rollout(
            works=Forgotten(count),
            prompts=[Prompt()] * count,
            actions=steps["actions"],
            logp=torch.zeros(mask.shape),
            mask=mask,
            group=nothing,
            place=nothing[:, None].expand(mask.shape),
            context=picked,
            terminated=steps["terminated"],
            truncated=steps["truncated"],
        )
        return Remembered(rollout, steps["rewards"], steps["open"])

    def state_dict(self) -> dict[str, Any]:
        """The works remembered, and where the next goes: tensors and plain values."""
        columns = {name: column[: self.size].clone() for name, column in self.columns.items()}
        return {"columns": columns, "next": self.next}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over saved works.

        Raises:
            ValueError: there is no room for them.
        """
        saved: Mapping[str, Tensor] = state["columns"]
        self.size, self.next = len(saved["mask"]) if saved else 0, int(state["next"])
        if self.size > self.capacity:
            raise ValueError(
                f"{self.size} works were saved and the memory holds {self.capacity}: "
                "resume with the capacity they were saved with"
            )
        self.columns = {n: _room(c, self.capacity, c.shape[1:]) for n, c in saved.items()}
        for name, column in saved.items():
            self.columns[name][: self.size] = column


def _columns(rollout: Rollout[Any], rewards: Tensor) -> dict[str, Tensor]:
    """What is remembered of a rollout, by name."""
    nothing = torch.zeros_like(rollout.mask)
    terminated = nothing if rollout.terminated is None else rollout.terminated
    truncated = nothing if rollout.truncated is None else rollout.truncated
    return {
        "actions": rollout.actions,
        "mask": rollout.mask,
        "rewards": rewards,
        "open": _open(rollout, terminated, truncated),
        "terminated": terminated,
        "truncated": truncated,
        **rollout.context,
    }


def _open(rollout: Rollout[Any], terminated: Tensor, truncated: Tensor) -> Bool[Tensor, " B T"]:
    """Decisions after which a work went on unseen: at a cut, and at the end of a fragment.

    What the sampler thought of the states behind them (``Rollout.bootstrap``) is not kept: by
    the time they are learned from, it thinks otherwise.
    """
    steps = torch.arange(rollout.mask.shape[1], device=rollout.mask.device)
    last = torch.where(rollout.mask, steps, -1).amax(1, keepdim=True) == steps
    goes_on = last & ~terminated if rollout.bootstrap is not None else torch.zeros_like(last)
    return rollout.mask & (truncated | goes_on)


def _room(column: Tensor, rows: int, shape: Sequence[int]) -> Tensor:
    return torch.zeros((rows, *shape), dtype=column.dtype)


def _padded(column: Tensor, width: int) -> Tensor:
    padded = _room(column, len(column), (width, *column.shape[2:]))
    padded[:, : column.shape[1]] = column
    return padded
