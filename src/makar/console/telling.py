"""A preparation told in lines on standard error: how far it is, and how long it takes."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from makar.console.waiting import Progress

T = TypeVar("T")
QUIET_SECONDS = 4.0
"""Between two lines; a stage that says nothing for so long is named again."""
PATIENCE = 1.0
"""Seconds in which nothing is said: what is done by then needs no words."""
MEASURED = 2.0
"""Seconds of a stage after which its pace is known well enough to be told."""


def _write(line: str) -> None:
    sys.stderr.write(f"makar: {line}\n")
    sys.stderr.flush()


class Teller:
    """Says how far a work is, at most and at least every few seconds.

    Args:
        after: Stages whose end can be told, each with how long what follows it takes, as a share
            of the stage itself; None: all whose steps are known, and nothing to speak of follows.
        write: What to do with a line.
        clock: Seconds.
    """

    def __init__(
        self,
        after: Mapping[str, float] | None = None,
        *,
        write: Callable[[str], None] = _write,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._after, self._write, self._clock = after, write, clock
        self._stage, self._begun, self._first = "", 0.0, 0
        self._born = clock()
        self._said, self._line = self._born - QUIET_SECONDS, ""
        self._lock = threading.Lock()

    def say(self, progress: Progress) -> None:
        """Take note of how far it is; a line is written if the last one is old enough."""
        with self._lock:
            now = self._clock()
            begins = progress.stage != self._stage
            if begins or progress.done <= 1:  # the first step takes longer than those that follow
                self._begun, self._first = now, progress.done
            if begins:
                self._stage = progress.stage
                self._said = min(self._said, now - QUIET_SECONDS)  # what is begun is said at once
            self._line = self._told(progress, now)
            self._if_old(now)

    def resume(self, progress: Progress) -> None:
        """Go on with a stage that something else came between: its pace is measured anew."""
        self.say(progress)
        with self._lock:
            self._begun, self._first = self._clock(), progress.done

    def remind(self) -> None:
        """Write the latest line again if nothing was written for a while."""
        with self._lock:
            if self._line:
                self._if_old(self._clock())

    def _if_old(self, now: float) -> None:
        if now - self._said >= QUIET_SECONDS and now - self._born >= PATIENCE:
            self._said = now
            self._write(self._line)

    def _told(self, progress: Progress, now: float) -> str:
        line = progress.stage
        if progress.total:
            line += f": {progress.done} of {progress.total}"
        if progress.text:
            line += f", {progress.text}"
        left = self._left(progress, now)
        if left is not None:
            line += f", about {_span(left)} left (only this once: it is kept)"
        return line

    def _left(self, progress: Progress, now: float) -> float | None:
        """Seconds to the end of all, by the pace of this stage; None where there is no telling."""
        share = 0.0 if self._after is None else self._after.get(progress.stage)
        spent, steps = now - self._begun, progress.done - self._first
        if share is None or not progress.total or spent < MEASURED or steps <= 0:
            return None
        each = spent / steps
        return each * (progress.total - progress.done) + share * each * progress.total


def _span(seconds: float) -> str:
    rounded = max(5 * round(seconds / 5), 5)
    return f"{rounded} s" if seconds < 120 else f"{seconds / 60:.0f} min"


@contextmanager
def telling(after: Mapping[str, float] | None = None) -> Iterator[Teller]:
    """A teller that also speaks while a step takes long."""
    teller, over = Teller(after), threading.Event()

    def remind() -> None:
        while not over.wait(QUIET_SECONDS / 8):
            teller.remind()

    reminding = threading.Thread(target=remind, daemon=True)
    reminding.start()
    try:
        yield teller
    finally:
        over.set()
        reminding.join()


def told(work: Generator[Progress, None, T], teller: Teller) -> T:
    """What a work comes to, told on the way."""
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            return end.value
        if progress.warning:
            _write(progress.warning)
        teller.say(progress)
