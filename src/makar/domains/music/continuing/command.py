"""``makar continue``: working on a composer's own piece."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.console.places import Json, Runs
from makar.domains.levels.platform.continue_command import SUFFIXES, continue_level

if TYPE_CHECKING:
    from makar.domains.music.continuing.model import Infiller

QUIET_SECONDS = 5.0
"""Between two lines about the same stage."""


def continue_piece(
    file: Annotated[
        Path, typer.Argument(help="MIDI, MusicXML or ABC; or a level: txt, json, tmj.")
    ],
    keep: Annotated[
        str | None, typer.Option(help="Bars that stay, such as 1-4,9-12; the others are made.")
    ] = None,
    vary: Annotated[
        str | None, typer.Option(help="Bars to make again near what they are, such as 5-8.")
    ] = None,
    bars: Annotated[int | None, typer.Option(help="Bars to add after the end.")] = None,
    parts: Annotated[
        str | None, typer.Option(help="The part to work on: its name or number.")
    ] = None,
    variations: Annotated[int, typer.Option(min=1, max=64, help="How many.")] = 8,
    columns: Annotated[int, typer.Option(min=1, max=4000, help="Columns to add to a level.")] = 60,
    challenge: Annotated[
        float | None, typer.Option(min=0, max=1, help="Of the whole level; else the run's own.")
    ] = None,
    run: Annotated[
        str | None, typer.Option(help="Run that makes levels; the newest by default.")
    ] = None,
    runs: Runs = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes every random draw.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="New folder to write to; beside the file by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Fill bars of your own piece, go on with it, or vary it; or go on with your own level.

    Bars count from the first full bar; an upbeat is bar 0. Everything outside the bars that
    are made stays as it is.

    Examples:
      makar continue theme.mid --keep 1-4,9-12 --parts violin --variations 8

      makar continue theme.musicxml --vary 5-8

      makar continue theme.abc --bars 8

      makar continue level.txt --columns 80 --variations 8
    """
    if file.suffix.lower() in SUFFIXES:
        continue_level(
            file, run=run, runs=runs, columns=columns, count=variations, challenge=challenge,
            seed=seed, out=out, as_json=as_json,
        )  # fmt: skip
        return
    from makar.domains.music.continuing.task import open_task

    task = open_task(file, keep=keep, vary=vary, bars=bars, parts=parts)
    from makar.domains.music.continuing.choice import make_variations
    from makar.domains.music.continuing.files import deliver, lead_of
    from makar.domains.music.continuing.model import InfillConfig, prepare_infill

    infiller = _told(prepare_infill(InfillConfig()))
    choice = make_variations(task, infiller, count=variations, seed=seed)
    delivery = deliver(task, choice, out=out, seed=seed, asked=variations)
    if as_json:
        record: dict[str, Any] = {**delivery.record, "page": str(delivery.page)}
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    for note in task.notes:
        typer.echo(note)
    typer.echo(delivery.record["done"])
    typer.echo(lead_of(choice, variations))
    for one in delivery.variations:
        typer.echo(f"{one.id}  {100 * one.chosen.score:5.1f}  {one.path}")
    typer.echo(f"hear them side by side: {delivery.page}")


def _told(work: Generator[Any, None, Infiller]) -> Infiller:
    """Carry out a preparation and say on standard error how far it is and how long it takes."""
    begun, last, stage = time.monotonic(), 0.0, ""
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            return end.value
        now = time.monotonic()
        if progress.stage != stage:
            begun, stage, last = now, progress.stage, 0.0
        if now - last < QUIET_SECONDS:
            continue
        last = now
        line = f"{progress.stage}"
        if progress.total:
            left = (now - begun) / max(progress.done, 1) * (progress.total - progress.done)
            line += f": {progress.done} of {progress.total}, {progress.text}"
            wait = f"about {left / 60:.0f} min" if left >= 90 else "a minute or two"
            line += f"; {wait} left (only this once: it is kept)"
        sys.stderr.write(f"makar: {line}\n")
