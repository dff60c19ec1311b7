"""Calling one reward part so that its faults cost only the works they concern.

A part may raise, hang, or return NaN, the wrong shape or huge values. Whatever it does, the
answer is one number per work, NaN where there is none, and a count of what went wrong.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float, Int

from makar.core.types import Judgement, Prompt, Works

HUGE = 1e6
"""A raw value beyond this is a fault of the reward, not a property of the work."""


@dataclass(frozen=True)
class Statistic:
    """Raw values ``(B,)``, and where in the work they were earned ``(B, U)`` if that is known.

    The credit is in the units of the values: a work whose units did otherwise would have its
    value less their credit.

    A statistic of all units together, such as their mean, has ``units``: how many of each work's
    there are, from the first on. Its score is earned by all of them alike, and the credit says how
    each pulled the value: it sums to 0.
    """

    values: Float[np.ndarray, " B"]
    credit: Float[np.ndarray, " B U"] | None = None
    units: Int[np.ndarray, " B"] | None = None


Scorer: TypeAlias = Callable[[Any, Sequence[Prompt]], Any]
"""Works and prompts in; ``(B,)`` numbers, a ``Statistic`` or a ``Judgement`` out."""


SOON = 1e-3
"""Seconds until a limit rings that ran out while an inner one was being cleared away."""


class RewardTimeout(Exception):  # noqa: N818 - named for what happened, as TimeoutError cannot be
    """A reward part took longer than it may."""


@contextmanager
def time_limit(seconds: float | None) -> Generator[None]:
    """Raise ``RewardTimeout`` inside the block after ``seconds``.

    Works through a timer signal, so only in the main thread, and it cannot break into a
    single long call of compiled code; elsewhere the block simply runs on.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise RewardTimeout("took longer than it may")

    before = signal.signal(signal.SIGALRM, ring)
    outer, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    began = time.monotonic()
    if outer:  # a limit around this one goes on counting, and rings first if it ends first
        signal.setitimer(signal.ITIMER_REAL, min(seconds, outer))
    try:
        yield
    finally:
        left = max(outer - (time.monotonic() - began), SOON) if outer else 0.0
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left)


def score(
    scorer: Scorer, works: Works[Any], prompts: Sequence[Prompt], *, seconds: float | None
) -> tuple[Statistic, Counter[str]]:
    """Score the works; where the batch fails, score them one by one to find which are at fault.

    Args:
        scorer: The reward part.
        works: The batch.
        prompts: What was asked of each.
        seconds: Time the part may take for the batch, and again for the works one by one.

    Returns:
        One number per work (NaN where there is none), and the faults by name.
    """
    faults: Counter[str] = Counter()
    try:
        with time_limit(seconds):
            return _checked(scorer(works, prompts), len(works), faults), faults
    except Exception as error:
        faults.clear()
        whole = _name(error)
        if len(works) == 1:
            return Statistic(np.full(1, np.nan)), Counter({whole: 1})
    values = np.full(len(works), np.nan)
    deadline = None if seconds is None else time.monotonic() + seconds
    for i in range(len(works)):
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            faults["RewardTimeout: no time left for this work"] += len(works) - i
            break
        share = None if left is None else left / (len(works) - i)  # one that hangs costs its own
        one, fault = score(scorer, works.take([i]), [prompts[i]], seconds=share)
        values[i] = one.values[0]
        faults += fault
    if not faults:  # each work alone was fine: the fault was the batch's own
        faults[f"{whole} (for the whole batch)"] += 1
    return Statistic(values), faults


def raw_values(answer: Any) -> np.ndarray:
    """The numbers of whatever a scorer answered, in whatever shape: ``(B,)`` if it is sound."""
    if isinstance(answer, Judgement):
        answer = answer.total
    elif isinstance(answer, Statistic):
        answer = answer.values
    return np.array(answer, dtype=np.float64)


def _checked(answer: Any, count: int, faults: Counter[str]) -> Statistic:
    """The answer as a ``Statistic`` of the right shape, its unusable values NaN and counted."""
    credit = answer.credit if isinstance(answer, Judgement | Statistic) else None
    values = raw_values(answer)
    if values.shape != (count,):
        raise ValueError(f"returned shape {values.shape} for {count} works, expected ({count},)")
    faults["NaN"] += int(np.isnan(values).sum())
    huge = np.abs(values) > HUGE
    faults[f"beyond ±{HUGE:g}"] += int(huge.sum())
    values[huge] = np.nan
    if credit is not None and (len(credit) != count or not np.isfinite(credit).all()):
        raise ValueError("returned credit that is not finite or not one row per work")
    for name in [name for name, times in faults.items() if not times]:
        del faults[name]
    return Statistic(values, credit, answer.units if isinstance(answer, Statistic) else None)


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
