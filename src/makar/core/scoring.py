"""Calling one reward part so that its faults cost only the works they concern.

A part may raise, hang, or return NaN, the wrong shape or huge values. Whatever it does, the
answer is one number per work, NaN where there is none, and a count of what went wrong.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from makar.core.types import Judgement, Prompt, Works

HUGE = 1e6
"""A raw value beyond this is a fault of the reward, not a property of the work."""
LONGEST = 300
"""Characters of a fault that are told."""
MOST_LOST = 3
"""Times that what runs a reward may be lost over one batch before the rest is left unjudged."""


@dataclass(frozen=True)
class Statistic:
    """Raw values ``(B,)``, and where in the work they were earned ``(B, U)`` if that is known.

    The credit is in the units of the values: a work whose units did otherwise would have its
    value less their credit.

    A statistic of all units together, such as their mean, has ``units``: how many of each work's
    there are, from the first on. Its score is earned by all of them alike, and the credit says how
    each pulled the value: it sums to 0.

    One that has ``faults`` has counted itself what went wrong, by name and in works, its NaN too.
    """

    values: Float[np.ndarray, " B"]
    credit: Float[np.ndarray, " B U"] | None = None
    units: Int[np.ndarray, " B"] | None = None
    faults: Mapping[str, int] | None = None


Scorer: TypeAlias = Callable[[Any, Sequence[Prompt]], Any]
"""Works and prompts in; ``(B,)`` numbers, a ``Statistic`` or a ``Judgement`` out."""


@runtime_checkable
class KeepsTime(Protocol):
    """A scorer that sees to its own limit of time, as one that runs elsewhere does."""

    def within(
        self, works: Any, prompts: Sequence[Prompt], /, *, seconds: float | None
    ) -> Statistic:
        """Score the works within so many seconds; raises what ``score`` counts as faults."""
        ...


class RewardFault(Exception):  # noqa: N818 - what it says is a fault's name as it stands
    """A reward part cannot judge; says why in the words in which it is counted.

    Attributes:
        kind: The type of the error behind it, by name; empty where it is not an error's.
    """

    def __init__(self, words: str, *, kind: str = "") -> None:
        super().__init__(words)
        self.kind = kind


class AnswerFault(RewardFault):
    """What a reward part answered is not what a reward answers, whatever the works are."""


class RewardLost(RewardFault):
    """What ran a reward part has ended, or had to be ended."""


SOON = 1e-3
"""Seconds until a limit rings that ran out while an inner one was being cleared away."""


class RewardTimeout(BaseException):
    """A reward part took longer than it may; no ``except Exception`` of its own swallows it."""


@contextmanager
def time_limit(seconds: float | None) -> Generator[None]:
    """Raise ``RewardTimeout`` inside the block after ``seconds``.

    Works through a timer signal, so only in the main thread, and it cannot break into a
    single long call of compiled code; elsewhere the block simply runs on.

    A limit that runs out as the block ends, or later, has no effect: the timer is stopped before
    the old handler is back, and what it may have sent by then is thrown away.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    armed, began = True, time.monotonic()

    def ring(_signal: int, _frame: FrameType | None) -> None:
        if armed:
            raise RewardTimeout("took longer than it may")

    outer, _ = signal.getitimer(signal.ITIMER_REAL)
    before = signal.getsignal(signal.SIGALRM)
    try:
        try:
            signal.signal(signal.SIGALRM, ring)
            # a limit around this one goes on counting, and rings first if it ends first
            first = min(seconds, outer) if outer else seconds
            signal.setitimer(signal.ITIMER_REAL, max(first, SOON))
            yield
        finally:
            armed = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)  # discards one that is on its way
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
        if outer:
            left = max(outer - (time.monotonic() - began), SOON)
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
    try:
        return _answered(scorer, works, prompts, seconds)
    except (Exception, RewardTimeout) as error:
        whole, lost = named(error), isinstance(error, RewardLost)
    if len(works) == 1:
        return Statistic(np.full(1, np.nan)), Counter({whole: 1})
    values, faults = _one_by_one(scorer, works, prompts, seconds=seconds, lost=lost)
    if not faults:  # each work alone was fine: the fault was the batch's own
        faults[f"{whole} (for the whole batch)"] += 1
    return Statistic(values), faults


def _one_by_one(
    scorer: Scorer,
    works: Works[Any],
    prompts: Sequence[Prompt],
    *,
    seconds: float | None,
    lost: int,
) -> tuple[Float[np.ndarray, " B"], Counter[str]]:
    """Each work scored alone, within a share of the time: one that hangs costs its own.

    Args:
        scorer: The reward part.
        works: The batch.
        prompts: What was asked of each.
        seconds: For all of them.
        lost: How often what runs the part was lost over this batch before.
    """
    values, faults = np.full(len(works), np.nan), Counter[str]()
    deadline = None if seconds is None else time.monotonic() + seconds
    for i in range(len(works)):
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            faults["RewardTimeout: no time left for this work"] += len(works) - i
            break
        if lost >= MOST_LOST:
            faults[f"not asked any more: {lost} times in this batch it did not end"] += (
                len(works) - i
            )
            break
        share = None if left is None else left / (len(works) - i)
        try:
            one, found = _answered(scorer, works.take([i]), [prompts[i]], share)
        except (Exception, RewardTimeout) as error:
            faults[named(error)] += 1
            lost += isinstance(error, RewardLost)
            continue
        values[i] = one.values[0]
        faults += found
    return values, faults


def _answered(
    scorer: Scorer, works: Works[Any], prompts: Sequence[Prompt], seconds: float | None
) -> tuple[Statistic, Counter[str]]:
    """The part's answer, checked, and what is wrong with single works."""
    faults = Counter[str]()
    if isinstance(scorer, KeepsTime):
        return _checked(scorer.within(works, prompts, seconds=seconds), len(works), faults), faults
    with time_limit(seconds):
        return _checked(scorer(works, prompts), len(works), faults), faults


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
    told = answer.faults if isinstance(answer, Statistic) else None
    faults.update({"NaN": int(np.isnan(values).sum())} if told is None else told)
    huge = np.abs(values) > HUGE
    faults[f"beyond ±{HUGE:g}"] += int(huge.sum())
    values[huge] = np.nan
    if credit is not None and (len(credit) != count or not np.isfinite(credit).all()):
        raise ValueError("returned credit that is not finite or not one row per work")
    for name in [name for name, times in faults.items() if not times]:
        del faults[name]
    return Statistic(values, credit, answer.units if isinstance(answer, Statistic) else None)


def named(error: BaseException) -> str:
    """A fault in one line: its own words, or its kind and its words."""
    return line(
        str(error) if isinstance(error, RewardFault) else f"{type(error).__name__}: {error}"
    )


def line(text: str) -> str:
    """A text as one line that a terminal can show: no control characters, not without end."""
    clean = "".join(one if one.isprintable() else " " for one in text[: 2 * LONGEST])
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 2]} …"
