"""``makar reproduce``: published results made again, with the bars beside what came out.

A reproduction is an iterator of ``Stage`` and ``Row`` events; a command of this group shows them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from makar.cli.places import Json

if TYPE_CHECKING:
    from makar.reproductions.cartpole import Row, Stage

reproduce = typer.Typer(
    help="Make published results again, and say how near they came.", no_args_is_help=True
)
Learners: TypeAlias = Literal["all", "ppo", "a2c"]
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
    from makar.reproductions.cartpole import chosen, reproduce

    events = reproduce(chosen(algorithm), seeds=range(first_seed, first_seed + seeds))
    raise typer.Exit(_tell(events, out or Path("reproductions/cartpole"), as_json=as_json))


def _tell(events: Iterable[Stage | Row], out: Path, *, as_json: bool) -> int:
    """Show the events as they come, write ``summary.json``; 1 where a row missed its bar."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from makar.reproductions.cartpole import Row

    rows: list[Row] = []
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=24),
        TextColumn("{task.fields[words]}"), TimeRemainingColumn(),
    )  # fmt: skip
    hidden = as_json or not sys.stdout.isatty()
    with Progress(*columns, console=Console(), transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=1.0, words="")
        for event in events:
            if isinstance(event, Row):
                rows.append(event)
            else:
                bar.update(task, description=event.name, completed=event.done, words=event.words)
    out.mkdir(parents=True, exist_ok=True)
    records = [row.record() for row in rows]
    summary = json.dumps(records, indent=2)
    (out / "summary.json").write_text(summary + "\n", encoding="utf-8")
    typer.echo(summary if as_json else f"every number: {out / 'summary.json'}")
    return int(any(row.missed for row in rows))
