"""``makar reproduce``: published results made again, with the bars beside what came out.

A reproduction is an iterator of ``Stage`` and ``Standing`` events; a command here shows them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from makar.console.places import Json
from makar.reproductions.pcgrl.command import pcgrl, pcgrl_control, pcgrl_memory
from makar.reproductions.rl_tuner.command import rl_tuner

if TYPE_CHECKING:
    from rich.table import Table

    from makar.reproductions.cartpole.table import Stage, Standing

reproduce = typer.Typer(
    help="Make published results again, and say how near they came.", no_args_is_help=True
)
reproduce.command("rl-tuner")(rl_tuner)
reproduce.command("pcgrl")(pcgrl)
reproduce.command("pcgrl-control")(pcgrl_control)
reproduce.command("pcgrl-memory")(pcgrl_memory)
Learners: TypeAlias = Literal["all", "ppo", "a2c", "reinforce", "rloo", "grpo", "dqn"]
Out = Annotated[Path | None, typer.Option(help="Folder to write to.")]
Seeds = Annotated[int, typer.Option(min=1, help="Number of runs of each.")]


@reproduce.command()
def cartpole(
    algorithm: Annotated[Learners, typer.Option(help="Which learner.")] = "all",
    seeds: Seeds = 3,
    first_seed: Annotated[int, typer.Option(help="Seed of the first; tune from 100 on.")] = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Keep a pole upright with every learner; judged by Gymnasium's own CartPole-v1.

    Leaves with exit code 1 where a seed misses its bar.

    Examples:
      makar reproduce cartpole

      makar reproduce cartpole --algorithm dqn --seeds 1
    """
    from makar.core.errors import ConfigError

    if find_spec("gymnasium") is None:
        raise ConfigError("the judge is not installed: pip install 'makar[gym]'")
    from makar.reproductions.cartpole.table import chosen, reproduce

    events = reproduce(chosen(algorithm), seeds=range(first_seed, first_seed + seeds))
    as_json = as_json or not sys.stdout.isatty()
    raise typer.Exit(_tell(events, out or Path("reproductions/cartpole"), as_json=as_json))


def _tell(events: Iterable[Stage | Standing], out: Path, *, as_json: bool) -> int:
    """Show the events as they come, write ``summary.json``; 1 where a seed missed its bar."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from makar.console.shown import PlainConsole
    from makar.reproductions.cartpole.table import Standing
    from makar.runs.atomic import write_json

    console, rows = PlainConsole(), list[Standing]()
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=24),
        TextColumn("{task.fields[words]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=as_json) as bar:
        task = bar.add_task("", total=1.0, words="")
        for event in events:
            if not isinstance(event, Standing):
                bar.update(task, description=event.name, completed=event.done, words=event.words)
                continue
            rows.append(event)
            if as_json:
                typer.echo(json.dumps({"event": "row"} | event.record()))
    out.mkdir(parents=True, exist_ok=True)
    summary = out / "summary.json"
    write_json(summary, [row.record() for row in rows])
    if as_json:
        typer.echo(json.dumps({"event": "finished", "summary": str(summary)}))
    else:
        console.print(_table(rows))
        console.print(f"every number: [bold]{summary}[/bold]")
    return int(any(row.missed for row in rows))


def _table(rows: list[Standing]) -> Table:
    """The rows as they are printed."""
    from rich.table import Table

    table = Table(title="steps upright, 100 greedy episodes a seed", title_justify="left")
    table.add_column("")
    table.add_column("seed")
    for name in ("mean", "least", "bar", "learned from"):
        table.add_column(name, justify="right")
    for row in rows:
        missed = " missed" if row.missed else ""
        table.add_row(
            row.algorithm, row.name.removeprefix("seed "), str(row.estimate), str(row.least),
            f"{row.bar:g}{missed}", f"{row.steps:,}", end_section=row.name == "all seeds",
        )  # fmt: skip
    return table
