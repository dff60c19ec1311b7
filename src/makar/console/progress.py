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

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from makar.evaluation.headline import HEADLINE
from makar.evaluation.rows import (
    CHOSEN,
    DISTINCT,
    DUPLICATES,
    HUMAN,
    NEAR_COPIES,
    PRIOR,
    RANDOM,
    SCORE,
    SECONDS,
    TRAINED,
    TRIED,
)
from makar.recipes.preparation import Progress as Preparation
from makar.runs.folder import RunFolder
from makar.training.session import Event, Finished, Heard, Ready, Step, Stopped

Tell: TypeAlias = Callable[[Event], None]
QUIET_SECONDS = 5.0
"""Between two lines of JSON about the same stage."""
STEPS_TO_AVERAGE = 20
MEASURES_SHOWN = 5


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
    console = Console(highlight=False)
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

    def __init__(self, folder: RunFolder, console: Console, bar: Progress) -> None:
        self.folder, self.console, self.bar = folder, console, bar
        self.pace, self.ready = Pace(), Ready(0.0, 0.0, 0, 0, ())
        self.stage, self.said, self.faults = "", "", set[str]()
        self.task = bar.add_task("", total=None, words="", visible=False)
        console.print(f"run [bold]{folder.path.name}[/bold] in {folder.path}")

    def __call__(self, event: Event) -> None:
        """Show the event."""
        match event:
            case Preparation():
                self._prepare(event)
            case Ready():
                self._ready(event)
            case Heard():
                self.console.print(
                    f"{_sense(event.path)} it ({event.phase}): [bold]{event.path}[/bold]"
                )
            case Step():
                self._step(event)
            case Stopped():
                self._hide()
                self.console.print(
                    f"saved after {event.done} of {event.iterations} steps; "
                    f"go on with: {resume_command(self.folder)}"
                )
            case Finished():
                self._hide()
                self.console.print(before_and_after(event.table))
                self.console.print(f"open the report: [bold]{event.report}[/bold]")

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


def say_table(records: list[dict[str, Any]], path: Path, report: Path, *, as_json: bool) -> None:
    """Print a table over several runs, and where its numbers and its page are."""
    if as_json:
        sys.stdout.write(
            json.dumps(
                {"event": "compared", "summary": str(path), "report": str(report)}
                | {"table": records}
            )
        )
        sys.stdout.write("\n")
        return
    console = Console(highlight=False)
    console.print(before_and_after(records))
    console.print(f"every number: [bold]{path}[/bold]")
    console.print(f"open the report: [bold]{report}[/bold]")


def before_and_after(records: list[dict[str, Any]]) -> Table:
    """The table's few most telling rows: score, the largest changes, and variety."""
    every = {row["row"]: row for row in records}
    best = [name for name in every if name.startswith(CHOSEN)][-1:]
    rows = {name: every[name] for name in (HUMAN, RANDOM, PRIOR, *best, TRAINED) if name in every}
    title = "of 100, with 95 % intervals; headline: by chance 0, theirs 100"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in rows:
        table.add_column(name, justify="right")
    for measure in _telling(rows):
        cells = (_cell(row["measures"].get(measure)) for row in rows.values())
        table.add_row(measure.replace("_", " "), *cells)
    return table


def _telling(rows: dict[str, Any]) -> list[str]:
    """The score, the parts in 0..1 that changed most, and what is measured on the whole set."""
    before, after = rows[PRIOR]["measures"], rows[TRAINED]["measures"]

    def change(name: str) -> float:
        first, last = before[name]["mean"], after[name]["mean"]
        return -abs(last - first) if first is not None and last is not None else 0.0

    last = (NEAR_COPIES, DISTINCT, DUPLICATES)
    first = [name for name in (HEADLINE, SCORE) if name in after]
    told = (*first, *last, TRIED, SECONDS)
    parts = [n for n in after if n not in told and _is_share(rows, n)]
    return [*first, *sorted(parts, key=change)[:MEASURES_SHOWN], *last]


def _is_share(rows: dict[str, Any], measure: str) -> bool:
    means = [row["measures"][measure]["mean"] for row in rows.values()]
    return all(mean is not None and 0 <= mean <= 1 for mean in means)


def _cell(estimate: dict[str, float | None] | None) -> str:
    if estimate is None or estimate["mean"] is None:
        return ""
    mean = 100 * estimate["mean"]
    if estimate["low"] is None or estimate["high"] is None:
        return f"{mean:.1f}"
    return f"{mean:.1f} ± {50 * (estimate['high'] - estimate['low']):.1f}"


def _sense(path: Path) -> str:
    """What is done with such a file."""
    return "see" if path.suffix == ".png" else "hear"
