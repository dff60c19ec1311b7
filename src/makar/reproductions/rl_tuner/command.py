"""``makar reproduce rl-tuner``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from makar.console.places import Json

if TYPE_CHECKING:
    from makar.reproductions.cartpole.table import Stage
    from makar.reproductions.rl_tuner.table import Table

QUICK = {"works": 1000, "training": 5000, "pretraining": 300}


def rl_tuner(
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs of each model.")] = 3,
    first_seed: Annotated[int, typer.Option(help="Seed of the first; tune from 100 on.")] = 1,
    works: Annotated[
        int, typer.Option(min=2, help="Compositions of each model and seed.")
    ] = 10_000,
    quick: Annotated[
        bool, typer.Option("--quick", help="A look: one seed, a tenth of works and training.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes, each on one thread.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Folder to write to, or to go on in.")] = None,
    as_json: Json = False,
) -> None:
    """Rerun the table of Magenta's RL Tuner (Jaques et al. 2017), beside the published one.

    People's tunes, the Note RNN, Q-, Ψ- and G-learning, REINFORCE, PPO, GRPO and a model of
    makar's, counted by the paper's eleven metrics. Writes compositions.npz, summary.json and
    table.md; run again after a stop, it goes on. Leaves with exit code 1 where makar's model
    misses a bar.

    Examples:
      makar reproduce rl-tuner

      makar reproduce rl-tuner --quick --out look
    """
    from makar.reproductions.rl_tuner.parts import Settings
    from makar.reproductions.rl_tuner.rerun import rerun

    numbers = tuple(range(first_seed, first_seed + (1 if quick else seeds)))
    settings = Settings(seeds=numbers, **QUICK) if quick else Settings(seeds=numbers, works=works)
    folder = out or Path("reproductions/rl-tuner-quick" if quick else "reproductions/rl-tuner")
    events = rerun(folder, settings, workers=workers)
    table = _followed(events, as_json=as_json)
    bars = table.bars()
    if as_json:
        verdicts = {bar.metric: bar.met for bar in bars}
        summary = str(folder / "summary.json")
        typer.echo(json.dumps({"event": "finished", "summary": summary, "met": verdicts}))
    else:
        typer.echo(table.markdown())
        for bar in bars:
            verdict = "met" if bar.met else "MISSED"
            typer.echo(f"{bar.metric}: {bar.reached:.4f}, asked {bar.asked}: {verdict}")
        typer.echo(f"every number: {folder / 'summary.json'}")
    raise typer.Exit(int(not all(bar.met for bar in bars)))


def _followed(events: Iterable[Stage | Table], *, as_json: bool) -> Table:
    """Show how far it is, with the time left; the table in the end."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from makar.reproductions.rl_tuner.table import Table

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[words]}"),
        TimeRemainingColumn(),
    )
    found: Table | None = None
    with Progress(*columns, transient=True, disable=as_json or not sys.stdout.isatty()) as bar:
        task = bar.add_task("", total=1.0, words="")
        for event in events:
            if isinstance(event, Table):
                found = event
                continue
            bar.update(task, description=event.name, completed=event.done, words=event.words)
            if as_json:
                typer.echo(json.dumps({"event": "stage", "name": event.name, "done": event.done}))
    assert found is not None
    return found
