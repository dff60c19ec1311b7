"""``makar reproduce pcgrl``: editors of levels that learn, beside greedy search and chance."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from makar.console.places import Json

if TYPE_CHECKING:
    from makar.reproductions.pcgrl.table import Figure

Problems: TypeAlias = Literal["all", "binary", "zelda", "sokoban"]


def pcgrl(
    problem: Annotated[Problems, typer.Option(help="Kind of level.")] = "all",
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs of each.")] = 3,
    first_seed: Annotated[int, typer.Option(help="Seed of the first; tune from 100 on.")] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help="A look: one seed, a tenth of the training.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder to write to, or to go on in.")] = None,
    as_json: Json = False,
) -> None:
    """Teach editors of small levels (PCGRL, Khalifa et al. 2020) and count how often they succeed.

    120 random maps for each seed, edited by the taught editor, by greedy search and by chance,
    with 10, 20, 40 and 100 % of the tiles to change. Writes parts/, summary.json, table.md and
    curves.svg; run again after a stop, it goes on with the next seed. Leaves with exit code 1
    where a bar is missed.

    Examples:
      makar reproduce pcgrl

      makar reproduce pcgrl --problem zelda --quick --out look
    """
    from makar.reproductions.pcgrl.editors import chosen
    from makar.reproductions.pcgrl.table import Figure, markdown, reproduce

    folder = out or Path("reproductions/pcgrl-quick" if quick else "reproductions/pcgrl")
    numbers = range(first_seed, first_seed + (1 if quick else seeds))
    rows: list[Figure] = []
    for event in reproduce(folder, chosen(problem), seeds=numbers, quick=quick):
        if isinstance(event, Figure):
            rows.append(event)
        elif as_json:
            typer.echo(json.dumps({"event": "stage", "name": event.name, "done": event.done}))
        elif sys.stderr.isatty():
            typer.echo(f"\r{event.done:4.0%}  {event.name}: {event.words:<32}", nl=False, err=True)
    _tell(rows, folder, markdown(rows), as_json=as_json)
    raise typer.Exit(int(any(row.missed for row in rows)))


def _tell(rows: list[Figure], folder: Path, table: str, *, as_json: bool) -> None:
    """The table, and what was asked for."""
    bars = [row for row in rows if row.bar is not None]
    if as_json:
        met = {f"{b.problem} {b.measure} {b.budget:.0%}": not b.missed for b in bars}
        summary = str(folder / "summary.json")
        typer.echo(json.dumps({"event": "finished", "summary": summary, "met": met}))
        return
    typer.echo(f"\n{table}")
    for row in bars:
        verdict = "MISSED" if row.missed else "met"
        typer.echo(
            f"{row.problem}, {row.measure} within {row.budget:.0%}: {row.estimate.mean:.1%}, "
            f"asked {row.bar:.1%}: {verdict}"
        )
    typer.echo(f"every number: {folder / 'summary.json'}")


def pcgrl_control(
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs.")] = 3,
    first_seed: Annotated[int, typer.Option(help="Seed of the first; tune from 100 on.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    as_json: Json = False,
) -> None:
    """Teach caves with a path as long as asked for, and ask for ten lengths.

    After Earle et al. 2021. Writes control.json and control.md: asked, reached, off by how much,
    of the taught editor and of greedy search.
    """
    from makar.reproductions.pcgrl.control import Answer, control, markdown

    folder, answers = out or Path("reproductions/pcgrl"), list[Answer]()
    for event in control(folder, seeds=range(first_seed, first_seed + seeds)):
        if isinstance(event, Answer):
            answers.append(event)
        elif as_json:
            typer.echo(json.dumps({"event": "stage", "name": event.name, "done": event.done}))
    if as_json:
        typer.echo(json.dumps({"event": "finished", "summary": str(folder / "control.json")}))
    else:
        typer.echo(markdown(answers))


def pcgrl_memory(
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs of each.")] = 3,
    first_seed: Annotated[int, typer.Option(help="Seed of the first; tune from 100 on.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
) -> None:
    """Compare an editor that sees nine tiles and remembers a map with one that does not.

    After Parisotto & Salakhutdinov 2017 (Neural Map), on sokoban. Writes memory.json.
    """
    from makar.reproductions.pcgrl.memory import Compared, compare

    folder = out or Path("reproductions/pcgrl")
    for event in compare(folder, seeds=range(first_seed, first_seed + seeds)):
        if isinstance(event, Compared):
            typer.echo(
                f"seed {event.seed}, {'with' if event.memory else 'without'} memory: "
                f"one player {event.one_player:.0%}, crates as targets {event.matched:.0%}, "
                f"solvable {event.solvable:.0%}, paid {event.paid:.3f} a step"
            )
