"""Telling a run as it goes: a live line on a terminal, lines of JSON for programs."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from makar.console.outcome import before_and_after
from makar.console.shown import PlainConsole
from makar.recipes.preparation import Progress as Preparation
from makar.runs.folder import RunFolder
from makar.training.session import Event, Finished, Heard, Ready, Step, Stopped

Tell: TypeAlias = Callable[[Event], None]
QUIET_SECONDS = 5.0
"""Between two lines of JSON about the same stage."""
STEPS_TO_AVERAGE = 20


@dataclass
class Pace:
    """How fast steps go.

    Attributes:
        iterations: How many there are.
        works: Works per step.
        times: When the last steps ended, in seconds.
    """

    iterations: int = 0
    works: int = 0
    times: deque[float] = field(default_factory=lambda: deque(maxlen=STEPS_TO_AVERAGE))

    def passed(self) -> None:
        """Note that a step ended."""
        self.times.append(time.monotonic())

    @property
    def seconds(self) -> float | None:
        """Seconds per step; None before the second."""
        if len(self.times) < 2:
            return None
        return (self.times[-1] - self.times[0]) / (len(self.times) - 1)

    def left(self, iteration: int) -> float | None:
        """Seconds that the remaining steps will take."""
        return None if self.seconds is None else (self.iterations - 1 - iteration) * self.seconds


def teller(folder: RunFolder, *, as_json: bool) -> AbstractContextManager[Tell]:
    """What to call with each event of a run."""
    return _json_lines(folder) if as_json else _live(folder)


@contextmanager
def _json_lines(folder: RunFolder) -> Iterator[Tell]:
    yield JsonLines(folder)


@contextmanager
def _live(folder: RunFolder) -> Iterator[Tell]:
    console = PlainConsole()
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=24),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("{task.fields[words]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        yield Live(folder, console, bar)


class JsonLines:
    """Each event as one line of JSON on standard output."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder, self.pace = folder, Pace()
        self.stage, self.last, self.text = "", 0.0, ""

    def __call__(self, event: Event) -> None:
        """Print the event, unless it says little more than the one before."""
        if isinstance(event, Step):
            self.pace.passed()
        record = self._record(event)
        if record is not None:
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def _record(self, event: Event) -> dict[str, Any] | None:
        match event:
            case Preparation():
                now = time.monotonic()
                news = event.stage != self.stage or (not event.total and event.text != self.text)
                if not news and now - self.last < QUIET_SECONDS:
                    return None
                self.stage, self.last, self.text = event.stage, now, event.text
                return {
                    "event": "progress", "stage": event.stage, "done": event.done,
                    "total": event.total, "text": event.text,
                }  # fmt: skip
            case Ready():
                self.pace.iterations = event.iterations
                return {
                    "event": "ready", "run": self.folder.path.name, "start": event.start,
                    "people": event.people, "iteration": event.iteration,
                    "iterations": event.iterations, "notes": list(event.notes),
                }  # fmt: skip
            case Heard():
                return {
                    "event": "heard", "phase": event.phase, "id": event.id,
                    "path": str(event.path), "score": event.total,
                }  # fmt: skip
            case Step():
                return {
                    "event": "step", "iteration": event.iteration, "score": _score(event),
                    "kl": event.metrics["learner"].get("kl"), "events": list(event.events),
                    "seconds_left": self.pace.left(event.iteration),
                }  # fmt: skip
            case Stopped():
                return {
                    "event": "stopped", "done": event.done, "iterations": event.iterations,
                    "resume": resume_command(self.folder),
                }  # fmt: skip
            case Finished():
                return {
                    "event": "finished", "report": str(event.report), "table": event.table,
                    "summary": str(self.folder.path / "summary.json"),
                }  # fmt: skip


class Live:
    """A bar and a line on a terminal, and above them what should stay readable."""

    def __init__(self, folder: RunFolder, console: PlainConsole, bar: Progress) -> None:
        self.folder, self.console, self.bar = folder, console, bar
        self.pace, self.ready = Pace(), Ready(0.0, 0.0, 0, 0, ())
        self.stage, self.said, self.faults = "", "", set[str]()
        self.task = bar.add_task("", total=None, words="", visible=False)
        console.print(f"run [bold]{escape(folder.path.name)}[/bold] in {escape(str(folder.path))}")

    def __call__(self, event: Event) -> None:
        """Show the event."""
        match event:
            case Preparation():
                self._prepare(event)
            case Ready():
                self._ready(event)
            case Heard():
                where = escape(str(event.path))
                self.console.print(f"{_sense(event.path)} it ({event.phase}): [bold]{where}[/bold]")
            case Step():
                self._step(event)
            case Stopped():
                self._hide()
                self.console.print(
                    f"saved after {event.done} of {event.iterations} steps; "
                    f"go on with: {escape(resume_command(self.folder))}"
                )
            case Finished():
                self._hide()
                self.console.print(before_and_after(event.table))
                self.console.print(f"open the report: [bold]{escape(str(event.report))}[/bold]")

    def _prepare(self, event: Preparation) -> None:
        if event.total:
            self.bar.update(
                self.task, description=event.stage, total=event.total, completed=event.done,
                words=event.text, visible=True,
            )  # fmt: skip
            return
        self._hide()
        line = f"{event.stage}: {event.text}" if event.text else f"{event.stage} ..."
        if line != self.said:
            self.said = line
            self.console.print(line, markup=False)

    def _ready(self, event: Ready) -> None:
        self.ready, self.pace.iterations = event, event.iterations
        self.bar.reset(self.task, description="training", total=event.iterations, words="")
        self.bar.update(self.task, completed=event.iteration, visible=True)

    def _step(self, event: Step) -> None:
        self.pace.passed()
        learner, ready = event.metrics["learner"], self.ready
        words = f"score {_points(_score(event))} (began {_points(ready.start)}, {ready.theirs} "
        words += f"{_points(ready.people)})"
        if (kl := learner.get("kl")) is not None:
            words += f" · KL {kl:.3f}"
        self.bar.update(self.task, completed=event.iteration + 1, words=words)
        for text in event.events:
            if text.startswith("reward fault"):  # the same fault comes with every step
                fault = text.rsplit(" (", 1)[0]
                if fault in self.faults:
                    continue
                self.faults.add(fault)
            self.console.print(f"step {event.iteration}: {text}", markup=False, style="yellow")

    def _hide(self) -> None:
        self.bar.update(self.task, visible=False)


def _score(event: Step) -> float | None:
    """The score without the bonuses of training; None where nothing could be judged."""
    score = float(event.metrics["score"])
    return score if score == score else None


def _points(score: float | None) -> str:
    return "?" if score is None else f"{100 * score:.1f}"


def resume_command(folder: RunFolder) -> str:
    """What to type to go on."""
    return f"makar train --resume {folder.path}"


def _sense(path: Path) -> str:
    """What is done with such a file."""
    return "see" if path.suffix == ".png" else "hear"
