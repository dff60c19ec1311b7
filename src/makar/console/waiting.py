"""How far a measurement or a preparation is, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """How far something is; see ``recipes.preparation.Progress``."""

    @property
    def stage(self) -> str:
        """What is being done."""
        ...

    @property
    def done(self) -> int:
        """Steps done."""
        ...

    @property
    def total(self) -> int:
        """Steps to do at most; 0 where nobody knows."""
        ...

    @property
    def text(self) -> str:
        """What there is to say about it."""
        ...

    @property
    def warning(self) -> str:
        """What has to be said whether or not anybody looks at the progress."""
        ...


@dataclass(frozen=True)
class Told:
    """``Progress`` of what has no preparation: see there."""

    stage: str
    done: int = 0
    total: int = 0
    text: str = ""
    warning: str = ""


def carried_out(work: Generator[Progress, None, T]) -> T:
    """What a measurement comes to; how far it is, on standard error where that is a terminal."""
    with line() as say:
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                return end.value
            if progress.warning:
                sys.stderr.write(f"makar: {progress.warning}\n")
            say(progress)


@contextmanager
def line() -> Iterator[Callable[[Progress], None]]:
    """What to call with how far it is; it is shown where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _progress: None
        return
    from rich.markup import escape
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from makar.console.shown import PlainConsole

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeRemainingColumn())
    with Bar(*columns, console=PlainConsole(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def say(progress: Progress) -> None:
            words = escape(f"{progress.stage} {progress.text}".strip())
            bar.update(
                task, description=words, total=progress.total or None, completed=progress.done
            )

        yield say
