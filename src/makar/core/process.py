"""Works that are made step by step: canvases, maps, boards, and the worlds of control tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar, runtime_checkable

from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works

S = TypeVar("S")
W = TypeVar("W")


@runtime_checkable
class Process(Protocol[S, W]):
    """A batch of works made step by step, as pure functions of a state.

    ``step`` returns a new state and never changes the old one, so that a search may branch.
    The state is opaque to whoever drives the process, but is a dataclass of tensors, arrays and
    plain values, so that it can be saved without pickle. Rows never influence one another, and
    whatever is random is drawn from the seeds: all of it in ``start`` and ``restart``.
    """

    actions: int

    def start(self, prompts: Sequence[Prompt], seeds: Seeds) -> S:
        """State of ``B`` new works."""
        ...

    def observe(self, state: S) -> Shaped[Tensor, " B *O"]:
        """What a policy sees."""
        ...

    def legal(self, state: S) -> Bool[Tensor, " B A"] | None:
        """Actions allowed now, or None where all are."""
        ...

    def place(self, state: S) -> Int[Tensor, " B"]:
        """Unit of the work that the next decision concerns; see ``Rollout.place``."""
        ...

    def step(
        self, state: S, actions: Shaped[Tensor, " B *A"]
    ) -> tuple[S, Float[Tensor, " B"] | None]:
        """Apply one action per work.

        Returns:
            The new state, and the reward paid, or None (always or never) where works are only
            judged when finished. A finished work stays as it is and is paid nothing.
        """
        ...

    def terminated(self, state: S) -> Bool[Tensor, " B"]:
        """Works that are finished."""
        ...

    def truncated(self, state: S) -> Bool[Tensor, " B"]:
        """Works that were cut off by a limit: their value goes on."""
        ...

    def restart(
        self, state: S, rows: Bool[Tensor, " B"], prompts: Sequence[Prompt], seeds: Seeds
    ) -> S:
        """State in which the given rows begin a new work, as their ``prompts`` ask."""
        ...

    def works(self, state: S) -> Works[W]:
        """The works as they stand."""
        ...

    def join(self, batches: Sequence[Works[W]]) -> Works[W]:
        """One batch of several (at least one): works finish at different moments."""
        ...
