"""One call of a user's own reward: what it is shown, what it may answer, what it leaves behind."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from makar.core.scoring import AnswerFault, RewardFault, RewardTimeout, Statistic, line, time_limit
from makar.core.types import Prompt
from makar.recipes.own_rewards.contract import checked
from makar.recipes.own_rewards.parcel import checksum
from makar.recipes.own_rewards.surroundings import Around, kept

FIRST_CALLS, ONE_OF = 5, 50
"""Calls in which it is looked whether works were changed: the first, then one of so many."""
CHANGED = (
    "changed the works it was shown; what is kept is as it was; let it work on a copy: .copy()"
)
_READ_ONLY = "; works are read-only: let it work on a copy: .copy()"


@dataclass
class Asked:
    """A user's function, as it is asked.

    Attributes:
        function: The function.
        span: The range of its numbers.
        calls: How often it was asked.
    """

    function: Callable[..., Any]
    span: tuple[float, float]
    calls: int = 0

    def __call__(
        self, works: Any, prompts: Sequence[Prompt], /, *, seconds: float | None
    ) -> Statistic:
        """What it says of these works, which are its own to look at (see ``parcel``).

        Raises:
            RewardFault: it raised.
            AnswerFault: it ended the program, or answered something else than numbers.
            RewardTimeout: it took longer than it may.
        """
        self.calls += 1
        looking = self.calls <= FIRST_CALLS or self.calls % ONE_OF == 0
        before = checksum(works, prompts) if looking else ""
        around = Around()
        try:
            with kept(around):
                found = self._answer(works, prompts, seconds, around)
        except RewardFault as fault:
            if around.changed:
                told = ", ".join(around.changed)
                words = f"{fault}; and changed {told}, which was put back"
                raise type(fault)(words, kind=fault.kind) from None
            raise
        faults = {f"changed {name}, which was put back": 1 for name in around.changed}
        if looking and checksum(works, prompts) != before:
            faults[CHANGED] = len(works)
        return replace(found, faults={**(found.faults or {}), **faults})

    def _answer(
        self, works: Any, prompts: Sequence[Prompt], seconds: float | None, around: Around
    ) -> Statistic:
        try:
            with time_limit(seconds):
                try:
                    return checked(self.function(works, prompts), len(works), self.span)
                except RewardFault:
                    raise
                except Exception as error:  # its words may take long, too
                    raise RewardFault(self._told(error), kind=type(error).__name__) from None
        except (RewardFault, RewardTimeout):
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and around.interrupted:
                raise  # it was the user
            raise AnswerFault(
                f"{self._told(error)}; a reward returns numbers, and does not end the program"
            ) from None

    def _told(self, error: BaseException) -> str:
        """The error in a line, with the place in the reward's file."""
        try:
            words = str(error)
        except RewardTimeout:
            raise
        except BaseException as second:
            words = f"(its message cannot be read: {type(second).__name__})"
        kind = type(error).__name__
        told = f"{kind}: {words}" if words else kind
        place = _place(error, getattr(self.function, "__code__", None))
        remedy = _READ_ONLY if isinstance(error, ValueError) and "read-only" in words else ""
        return line(told) + place + remedy


def _place(error: BaseException, code: Any) -> str:
    """Where in the function's own file the error arose, in brackets."""
    if code is None:
        return ""
    rows = [n for frame, n in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename == code.co_filename]  # fmt: skip
    return f" ({Path(code.co_filename).name}, line {rows[-1]})" if rows else ""
