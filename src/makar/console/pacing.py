"""What is being done, told at least every few seconds, and how long it will still take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from makar.recipes.preparation import Progress

QUIET_SECONDS = 4.0
"""The longest silence but for the half second in which it is noticed."""
BELIEVED_SECONDS = 3.0
"""Time after which a pace is believed."""


class Pacing:
    """Lines about work that goes on, written by a thread of its own where the work is silent.

    Args:
        write: Where each line goes.
        clock: Seconds.
    """

    def __init__(
        self, write: Callable[[str], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._write, self._clock = write, clock
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._watching, daemon=True)
        self._stage, self._line = "", ""
        self._begun = self._last = clock()
        self._first = 0

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()

    def say(self, stage: str) -> None:
        """A stage of which nobody knows how long it is begins."""
        with self._lock:
            self._begin(stage, 0)
            self._put(stage)

    def tell(self, progress: Progress) -> None:
        """What a preparation says of itself; written down where it is new, or time."""
        with self._lock:
            new = progress.stage != self._stage
            if new:
                self._begin(progress.stage, progress.done)
            self._line = self.worded(progress)
            if new or self._clock() - self._last >= QUIET_SECONDS:
                self._put(self._line)

    def resume(self, progress: Progress) -> None:
        """Go on with a stage that was interrupted: its pace is measured anew from here."""
        with self._lock:
            self._begin(progress.stage, progress.done)
            self._put(f"{progress.stage}: going on from {progress.done} of {progress.total}")

    def worded(self, progress: Progress) -> str:
        """A line about a stage: how far it is, and what is left at the pace so far."""
        line = progress.stage
        if not progress.total:
            return f"{line} {progress.text}".strip()
        line += f": {progress.done} of {progress.total}, {progress.text}"
        taken, steps = self._clock() - self._begun, progress.done - self._first
        if taken < BELIEVED_SECONDS or not steps:
            return line
        left = taken / steps * (progress.total - progress.done)
        return f"{line}; {in_words(left)} left (only this once: it is kept)"

    def _begin(self, stage: str, done: int) -> None:
        self._stage, self._line = stage, stage
        self._begun, self._first = self._clock(), done

    def _put(self, line: str) -> None:
        self._last = self._clock()
        self._write(f"makar: {line}\n")

    def _watching(self) -> None:
        while not self._stop.wait(0.5):
            with self._lock:
                if self._line and self._clock() - self._last >= QUIET_SECONDS:
                    seconds = self._clock() - self._begun
                    more = "" if ": " in self._line else f", {seconds:.0f} s so far"
                    self._put(self._line + more)


def in_words(seconds: float) -> str:
    """About how long that is, in tens of seconds or half minutes."""
    if seconds < 90:
        return f"about {max(round(seconds / 10), 1) * 10} s"
    return f"about {round(seconds / 30) / 2:g} min"
