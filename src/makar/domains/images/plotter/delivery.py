"""A page for the plotter as files, and what plotting it takes, layer by layer."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from makar.console.shown import PlainConsole
from makar.console.waiting import Told, line
from makar.domains.images.painting.files import target
from makar.domains.images.plotter.page import Page
from makar.domains.images.plotter.pens import parse_pens
from makar.domains.images.plotter.plot import Plot, plot
from makar.domains.images.plotter.timing import Machine
from makar.domains.images.svg.showing import read_any
from makar.runs.atomic import write_bytes, write_text


@dataclass(frozen=True)
class Wish:
    """What a user asks of a page; see the options of ``makar paint``."""

    page: str
    pens: str
    style: str
    margin: float
    speed_down: float
    speed_up: float
    acceleration: float
    lift: float
    split: float | None
    marks: bool
    from_layer: int
    seed: int


def draw(file: Path, out: Path | None, wish: Wish, *, as_json: bool) -> None:
    """Draw the picture with pens, write the page and a preview, and tell what it takes.

    Raises:
        ConfigError: what is wished cannot be.
        UnreadableError: the file is no picture.
    """
    path = target(out, file, "plot")
    page, pens = Page.parse(wish.page, margin=wish.margin), parse_pens(wish.pens)
    machine = Machine(
        speed_down=wish.speed_down, speed_up=wish.speed_up, acceleration=wish.acceleration,
        lift=wish.lift,
    )  # fmt: skip
    picture = read_any(file)
    with line() as say:
        made = plot(
            picture, page=page, pens=pens, style=wish.style, seed=wish.seed, machine=machine,
            split=wish.split, marks=wish.marks, from_layer=wish.from_layer,
            progress=lambda done, what: say(Told(what, round(100 * done), 100)),
        )  # fmt: skip
    shown = path.with_suffix(".png")
    write_text(path, made.svg)
    write_bytes(shown, made.preview.as_png())
    for note in (*picture.notes, *made.said):
        sys.stderr.write(f"makar: {file}: {note}\n")
    told = record(made) | {"svg": str(path), "png": str(shown), "bytes": path.stat().st_size}
    if as_json:
        typer.echo(json.dumps(told))
        return
    if made.written:
        PlainConsole().print(_table(made))
    typer.echo(f"{made.minutes:.0f} minutes, {told['bytes'] / 1000:.0f} kB: {path}\n  {shown}")


def record(made: Plot) -> dict[str, Any]:
    """The page in numbers, for programs."""
    return {
        "page": [made.page.width, made.page.height],
        "minutes": round(made.minutes, 2),
        "layers": [
            {
                "name": layer.name, "paths": layer.effort.paths,
                "metres_down": round(layer.effort.metres_down, 3),
                "metres_up": round(layer.effort.metres_up, 3),
                "minutes": round(layer.effort.minutes, 2),
                "microlitres": round(layer.effort.ink, 2),
            }
            for layer in made.written
        ],
        "tone_error": [round(near.squared, 5) for near in made.likeness],
    }  # fmt: skip


def _table(made: Plot) -> Table:
    table = Table(title="layer by layer", title_justify="left")
    table.add_column("layer")
    for head in ("paths", "metres down", "metres up", "minutes", "ink, µl"):
        table.add_column(head, justify="right")
    for layer in made.written:
        cost = layer.effort
        table.add_row(
            layer.name, f"{cost.paths:,}", f"{cost.metres_down:.1f}", f"{cost.metres_up:.1f}",
            f"{cost.minutes:.1f}", f"{cost.ink:.0f}",
        )  # fmt: skip
    return table
