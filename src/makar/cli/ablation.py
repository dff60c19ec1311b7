"""``makar ablate``: the recipe again and again, each time without one reward part."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.console.places import Json, Runs, runs_root
from makar.console.trusting import TrustCode, trust_named
from makar.core.errors import ConfigError
from makar.runs.folder import ABOUT, RunFolder

if TYPE_CHECKING:
    from makar.evaluation.ablation import Ablation, Trial

LEAN = {"evaluate.works": 300, "evaluate.best_of": 1}
"""Settings of a study's runs unless they are given: what matters is the difference. A TOML file
is taken as it stands."""


def ablate(
    recipe: Annotated[str, typer.Argument(help="A recipe or a TOML file.")] = "tune",
    seeds: Annotated[int, typer.Option(min=1, help="Train each with so many seeds.")] = 3,
    parts: Annotated[
        list[str] | None, typer.Option("--part", help="Leave out only this part; may be repeated.")
    ] = None,
    iterations: Annotated[
        int | None,
        typer.Option(min=1, help="Learning steps of each run; the recipe's by default."),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting, such as loop.works=64.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the study, and of its runs.")] = "ablation",
    runs: Runs = None,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Train with each reward part left out once, and say what falls.

    Runs that have finished are not run again: the same command goes on where it was stopped.

    Examples:
      makar ablate --seeds 3

      makar ablate chorale --seeds 1 --part harmonic_rhythm --part line_steps

      makar ablate tune --seeds 1 --iterations 40 --part close --part form_contrast
    """
    from makar.console.options import pairs
    from makar.evaluation.ablation import trials
    from makar.recipes.loading import load_config
    from makar.recipes.registry import recipe_name
    from makar.training.session import check

    flags = pairs(settings or [], "--set", "")
    flags |= {"loop.iterations": iterations} if iterations else {}
    if recipe_name(recipe):
        flags = {k: v for k, v in LEAN.items() if _variable(k) not in os.environ} | flags
    config = load_config(recipe, flags)
    trust_named(config, flags, recipe, asked=trust_code)
    check(config)
    study = trials(config, name=name, seeds=seeds, only=parts or ())
    root = runs_root(runs)
    for trial in study:
        _refuse_other_settings(root / trial.name, trial)
    if code := _carry_out(study, root, as_json):
        raise typer.Exit(code)
    _conclude(config, study, root, root / name, as_json)


def _variable(key: str) -> str:
    """The variable that gives a setting in the environment."""
    return f"MAKAR_{key.replace('.', '__').upper()}"


def _refuse_other_settings(path: Path, trial: Trial) -> None:
    from makar.core.disk.toml import parse_toml, read_toml
    from makar.recipes.loading import as_toml

    text = path / "config.toml"
    if text.is_file() and read_toml(text) != parse_toml(as_toml(trial.config)):
        raise ConfigError(
            f"{path}: a run of that name has other settings; choose another --name for the study"
        )


@dataclass
class Pace:
    """How long a study still takes.

    Attributes:
        total: Steps of all runs that are still to be made.
        done: Steps made.
        began: When, in seconds.
    """

    total: int
    done: int = 0
    began: float = 0.0

    def step(self) -> None:
        """One step was made."""
        self.done += 1

    @property
    def left(self) -> float | None:
        """Seconds left; preparing and comparing are in the average."""
        if not self.done:
            return None
        return (time.monotonic() - self.began) / self.done * (self.total - self.done)


def _carry_out(study: list[Trial], root: Path, as_json: bool) -> int:
    """Carry out what is not finished; the exit code of a stop, or 0."""
    from makar.runs.stop import GracefulStop
    from makar.training.session import Step

    waiting = [t for t in study if not (root / t.name / "summary.json").is_file()]
    pace = Pace(sum(t.config.loop.iterations for t in waiting), began=time.monotonic())
    finished = len(study) - len(waiting)
    with GracefulStop() as stop, _teller(len(study), as_json) as tell:
        for number, trial in enumerate(waiting, finished):
            tell(trial.name, number, pace)
            for event in _events(trial, root, stop):
                if isinstance(event, Step):
                    pace.step()
                    tell(trial.name, number, pace)
            if stop.requested:
                sys.stderr.write("makar: saved; the same command goes on from here\n")
                return stop.exit_code
    return 0


def _events(trial: Trial, root: Path, stop: Any) -> Iterator[Any]:
    from makar.recipes.loading import new_run
    from makar.training.session import run

    path = root / trial.name
    begun = (path / ABOUT).is_file()
    folder = RunFolder(path, write=True) if begun else new_run(root, trial.name, trial.config)
    with folder:
        yield from run(folder, trial.config, resume=begun, stop=lambda: stop.requested)


@contextmanager
def _teller(total: int, as_json: bool) -> Iterator[Any]:
    if as_json or not sys.stdout.isatty():
        yield _json_lines(total)
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[left]}")
    )  # fmt: skip
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("", total=1, left="")

        def say(name: str, number: int, pace: Pace) -> None:
            words = f"run {number + 1} of {total}: {name}"
            left = "" if pace.left is None else f"about {_duration(pace.left)} left"
            bar.update(task, description=words, total=pace.total, completed=pace.done, left=left)

        yield say


def _json_lines(total: int) -> Any:
    last = 0.0
    at = ""

    def say(name: str, number: int, pace: Pace) -> None:
        nonlocal last, at
        now = time.monotonic()
        if name == at and now - last < 5:
            return
        last, at = now, name
        record = {
            "event": "ablation", "run": name, "number": number + 1, "runs": total,
            "steps_done": pace.done, "steps": pace.total, "seconds_left": pace.left,
        }  # fmt: skip
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()

    return say


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _conclude(config: Any, study: list[Trial], root: Path, target: Path, as_json: bool) -> None:
    from makar.console.waiting import carried_out
    from makar.evaluation.ablation import compare_models, write_ablation
    from makar.recipes.registry import recipe_of
    from makar.runs.free_names import free_name

    found = carried_out(compare_models(config, [(trial, root / trial.name) for trial in study]))
    page = write_ablation(found, free_name(target), words=recipe_of(config).words)
    if as_json or not sys.stdout.isatty():
        record = {"event": "finished", "page": str(page), "table": found.as_json()}
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        return
    _say(found, page)


def _say(found: Ablation, page: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    from makar.console.shown import PlainConsole
    from makar.evaluation.ablation import WHOLE, fallen
    from makar.evaluation.rows import DISTINCT, SCORE

    console = PlainConsole()
    title = "change when a part is left out, out of 100"
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("without")
    for heading in ("score", "the part itself", DISTINCT):
        table.add_column(heading, justify="right")
    table.add_column("falls with it")
    for part, changes in sorted(found.changes.items(), key=lambda item: item[1][SCORE].mean):
        cells = [_signed(changes[m]) for m in (SCORE, part, DISTINCT)]
        others = ", ".join(fallen(found, part))
        table.add_row(part.replace("_", " "), *cells, others.replace("_", " "))
    console.print(table)
    score = found.whole[SCORE]
    console.print(
        f"with every part the score is {100 * score.mean:.1f}; {len(found.runs[WHOLE])} seeds, "
        f"{found.works} works each; the page: [bold]{escape(str(page))}[/bold]"
    )


def _signed(estimate: Any) -> str:
    mean = f"{100 * estimate.mean:+.1f}"
    if estimate.low != estimate.low:
        return mean
    return f"{mean} ± {50 * (estimate.high - estimate.low):.1f}"
