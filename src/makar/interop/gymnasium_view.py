"""How a process looks from Gymnasium's side: its spaces, what it tells and takes, its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from makar.core.process import Process
from makar.core.types import Prompt

if TYPE_CHECKING:
    import gymnasium

S = TypeVar("S")


class View(Generic[S]):
    """The process as it is. A domain that wants more overrides a method.

    All methods take and return whole batches of ``B`` rows, and arrays that nobody else holds.

    Args:
        process: The steps.
    """

    render_modes: tuple[str, ...] = ()
    """What ``draw`` can make."""

    def __init__(self, process: Process[S, Any]) -> None:
        self.process = process

    def metadata(self) -> dict[str, Any]:
        """What can be drawn; ``render_fps`` is for films of it."""
        return {"render_modes": list(self.render_modes), "render_fps": 30}

    def observations(self) -> gymnasium.spaces.Box:
        """Space of one observation."""
        import gymnasium

        from makar.core.seeds import Seeds

        seen = self.see(self.process.start([Prompt()], Seeds(0)))[0]
        low, high = (-np.inf, np.inf)
        if seen.dtype == np.bool_:
            raise ValueError("Gymnasium has no truth values in boxes: observe numbers instead")
        if np.issubdtype(seen.dtype, np.integer):
            low, high = np.iinfo(seen.dtype).min, np.iinfo(seen.dtype).max
        return gymnasium.spaces.Box(low, high, seen.shape, seen.dtype.type)

    def actions(self) -> gymnasium.spaces.Space[Any]:
        """Space of one action."""
        import gymnasium

        return gymnasium.spaces.Discrete(self.process.actions)

    def see(self, state: S) -> np.ndarray:
        """Observations, ``(B, *O)``."""
        return self.process.observe(state).numpy().copy()

    def act(self, actions: np.ndarray) -> np.ndarray:
        """The process's actions ``(B,)`` for those of Gymnasium, ``(B, *A)``."""
        return actions

    def legal(self, state: S) -> np.ndarray:
        """Actions allowed now, ``(B, A)``; of several numbers, each one's choices in a row."""
        from gymnasium.spaces.utils import flatdim

        legal = self.process.legal(state)
        shape = (len(self.process.works(state)), flatdim(self.actions()))
        return np.ones(shape, bool) if legal is None else legal.numpy().copy()

    def tell(self, state: S) -> dict[str, Any]:
        """What is in ``info``: arrays ``(B, *)``, or more such dictionaries."""
        return {"action_mask": self.legal(state)}

    def ask(self, options: Mapping[str, Any], rows: int) -> Sequence[Prompt]:
        """What the first works of all rows are to be, from the ``options`` of ``reset``."""
        raise ValueError(f"no option {next(iter(options))!r}: no work of these {rows} takes any")

    def draw(self, state: S, mode: str) -> Sequence[Any]:
        """A picture of each work, for each of ``render_modes``."""
        raise NotImplementedError(f"no {mode} for a {type(state).__name__}: override View.draw")


class NumbersView(View[S]):
    """A process whose actions are numbers: boxes from -1 to 1, as other libraries want them.

    Attributes:
        bound: What 1 stands for; the process may squash what it is given besides.
    """

    bound: float = 3.0

    def actions(self) -> gymnasium.spaces.Box:
        """As many numbers as the process has."""
        import gymnasium

        return gymnasium.spaces.Box(-1.0, 1.0, (self.process.actions,), np.float32)

    def act(self, actions: np.ndarray) -> np.ndarray:
        """The process's own numbers.

        Raises:
            ValueError: a number is none.
        """
        numbers = np.asarray(actions, np.float32)
        if not np.isfinite(numbers).all():
            raise ValueError(f"an action must be finite numbers, got {numbers.tolist()}")
        return self.bound * numbers.clip(-1.0, 1.0)

    def legal(self, state: S) -> np.ndarray:
        """There is nothing to forbid."""
        del state
        raise ValueError("actions are numbers here: there is no mask of legal ones")

    def tell(self, state: S) -> dict[str, Any]:
        """Nothing, unless a domain has something to tell."""
        del state
        return {}
