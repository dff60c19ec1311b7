"""``makar paint``: a picture in strokes that can be edited, or on a page for a pen plotter."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.console.places import Json
from makar.console.waiting import Told, carried_out
from makar.core.errors import ConfigError
from makar.runs.stop import GracefulStop

if TYPE_CHECKING:
    from makar.domains.images.painting.painter import Painted
    from makar.domains.images.pictures.picture import Picture
    from makar.domains.images.strokes.drawing import Drawing

MOST_STROKES = 20_000
STOPPING = "\nKeeping what is painted. Ctrl-C again stops at once.\n"
PLOTTER = "For a pen plotter"
BRUSH = ("strokes", "palette", "detail", "more", "quick", "gif")
"""What is asked of a painting, and of no plot."""
PENS = (
    "pens", "style", "margin", "marks", "split", "from_layer", "speed_down", "speed_up",
    "acceleration", "lift",
)  # fmt: skip
"""What is asked of a plot, and of no painting."""


def paint(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The picture: a photograph, a scan, a drawing.")],
    strokes: Annotated[
        int, typer.Option("--strokes", "-n", min=1, max=MOST_STROKES, help="How many strokes.")
    ] = 200,
    out: Annotated[
        Path | None, typer.Option(help="The SVG to write; beside the picture by default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes every random draw.")] = 0,
    palette: Annotated[
        str | None,
        typer.Option(help="So many of the picture's colours, 6, or those: '#102030,#fff,tomato'."),
    ] = None,
    detail: Annotated[
        Path | None, typer.Option(help="A mask of the same shape: white where detail matters.")
    ] = None,
    more: Annotated[
        Path | None, typer.Option(help="An SVG that lies beneath and stays: strokes are added.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A sketch in a second.")] = False,
    gif: Annotated[bool, typer.Option("--gif", help="Also a film of the drawing, as GIF.")] = False,
    plotter: Annotated[
        str | None,
        typer.Option(
            help="Draw for a plotter on a5, a4, a3, letter or 200x300mm.", rich_help_panel=PLOTTER
        ),
    ] = None,
    pens: Annotated[
        str, typer.Option(help="Colours and widths.", rich_help_panel=PLOTTER)
    ] = "black:0.3mm",
    style: Annotated[
        str, typer.Option(help="contour, hatch, stipple or line.", rich_help_panel=PLOTTER)
    ] = "contour",
    margin: Annotated[
        float, typer.Option(help="Millimetres that stay free.", rich_help_panel=PLOTTER)
    ] = 15.0,
    marks: Annotated[
        bool, typer.Option("--marks", help="With registration marks.", rich_help_panel=PLOTTER)
    ] = False,
    split: Annotated[
        float | None,
        typer.Option(help="Metres of line to a layer: ink runs dry.", rich_help_panel=PLOTTER),
    ] = None,
    from_layer: Annotated[
        int, typer.Option(min=1, help="Go on with this layer.", rich_help_panel=PLOTTER)
    ] = 1,
    speed_down: Annotated[
        float, typer.Option(help="mm/s with the pen down.", rich_help_panel=PLOTTER)
    ] = 40.0,
    speed_up: Annotated[
        float, typer.Option(help="mm/s with the pen up.", rich_help_panel=PLOTTER)
    ] = 120.0,
    acceleration: Annotated[
        float, typer.Option(help="mm/s² with the pen down.", rich_help_panel=PLOTTER)
    ] = 1000.0,
    lift: Annotated[
        float, typer.Option(help="Seconds to lift and lower the pen.", rich_help_panel=PLOTTER)
    ] = 0.2,
    as_json: Json = False,
) -> None:
    """Paint a picture with strokes, as an SVG file that Inkscape opens stroke by stroke.

    The same seed gives the same file. While it is painted, the PNG beside it shows how far it is.
    Ctrl-C keeps what is painted. With --plotter the picture is drawn with pens, on paper.

    Examples:
      makar paint photo.jpg

      makar paint photo.jpg --strokes 500 --palette 8 --gif

      makar paint portrait.jpg --detail face-mask.png

      makar paint photo.jpg --more photo-painted.svg --strokes 50

      makar paint photo.jpg --plotter a4 --pens black:0.3mm,red:0.5mm --style contour
    """
    _refuse_mixed(context, plotter=plotter is not None)
    if plotter is not None:
        from makar.domains.images.plotter.delivery import Wish, draw

        wish = Wish(
            plotter, pens, style, margin, speed_down, speed_up, acceleration, lift, split, marks,
            from_layer, seed,
        )  # fmt: skip
        draw(file, out, wish, as_json=as_json)
        return
    _paint(
        file, out, strokes=strokes, seed=seed, palette=palette, detail=detail, more=more,
        quick=quick, gif=gif, as_json=as_json,
    )  # fmt: skip


def _refuse_mixed(context: typer.Context, *, plotter: bool) -> None:
    """What would be left undone without a word: brushes on a plotter, pens on a canvas."""
    for name in BRUSH if plotter else PENS:
        source = context.get_parameter_source(name)
        if source is None or source.name != "COMMANDLINE":
            continue
        flag = f"--{name.replace('_', '-')}"
        if plotter:
            raise ConfigError(f"{flag} paints with a brush: leave it out, or --plotter")
        raise ConfigError(f"{flag} is for a plotter: leave it out, or add --plotter a4")


def _paint(
    file: Path,
    out: Path | None,
    *,
    strokes: int,
    seed: int,
    palette: str | None,
    detail: Path | None,
    more: Path | None,
    quick: bool,
    gif: bool,
    as_json: bool,
) -> None:
    from makar.domains.images.painting.files import keep, target

    path = target(out, file, "painted")
    picture, sheet, wishes = _asked(file, palette, detail, more)
    for note in picture.notes:
        sys.stderr.write(f"makar: {file}: {note}\n")
    shown = path.with_suffix(".png")
    with GracefulStop(message=STOPPING) as stop:
        work = _painting(
            picture, sheet, shown, strokes=strokes, seed=seed, quick=quick,
            stopped=lambda: stop.requested, **wishes,
        )  # fmt: skip
        painted, whole = carried_out(work)
    if painted is None:
        raise typer.Exit(stop.exit_code)
    laid = len(painted.drawing) - (len(sheet) if sheet else 0)
    if whole and laid < strokes:
        sys.stderr.write(f"makar: {file}: {laid} strokes: no more were found that help\n")
    told = keep(painted.drawing, path, shown, of=file.name, seed=seed, gif=gif)
    told |= {"error": round(painted.error, 6), "whole": whole}
    typer.echo(json.dumps(told) if as_json else _told(told))
    if stop.requested:
        raise typer.Exit(stop.exit_code)


def _asked(
    file: Path, palette: str | None, detail: Path | None, more: Path | None
) -> tuple[Picture, Drawing | None, dict[str, Any]]:
    """The picture, what lies beneath, and what is wished."""
    from makar.domains.images.painting.wishes import colours_of, detail_of
    from makar.domains.images.svg.reading import read_svg
    from makar.domains.images.svg.showing import read_any

    picture = read_any(file)
    wishes: dict[str, Any] = {}
    if palette is not None:
        wishes["palette"] = colours_of(palette, picture)
    if detail is not None:
        wishes["detail"] = detail_of(detail, picture)
    if more is None:
        return picture, None, wishes
    read = read_svg(more)
    if read.notes:
        raise ConfigError(
            f"--more {more}: strokes can stay, and not all of it is strokes ({read.notes[0]}). "
            f"To paint in such a drawing: makar continue {more}"
        )
    shape = read.drawing.size[0] / read.drawing.size[1]
    if abs(shape * picture.size[1] / picture.size[0] - 1) > 0.02:
        raise ConfigError(f"--more {more}: its sheet has another shape than {file}")
    sheet = replace(read.drawing, layers=(*read.drawing.layers, "more"))
    return picture, sheet, wishes


def _painting(
    picture: Picture, sheet: Drawing | None, shown: Path, *, quick: bool, **wishes: Any
) -> Generator[Told, None, tuple[Painted | None, bool]]:
    """Paint, with the picture so far in ``shown``; the last that was painted, and is it all?"""
    from makar.domains.images.painting.files import drawn_small
    from makar.domains.images.painting.painter import PREVIEW, WHOLE, paint
    from makar.runs.atomic import write_bytes

    yield Told("looking at the picture")
    last, whole = None, False
    for stages in (PREVIEW,) if quick else (PREVIEW, WHOLE):
        for painted in paint(picture, below=sheet, stages=stages, **wishes):
            write_bytes(shown, drawn_small(painted.drawing).as_png())
            text = f"error {painted.error:.4f}, see {shown.name}"
            stage = "sketching" if stages is PREVIEW else "painting"
            yield Told(stage, painted.done, painted.total, text)
            last, whole = painted, painted.done == painted.total
        whole = whole and (quick or stages is WHOLE)
        if last is None or wishes["stopped"]():
            break
    return last, whole


def _told(told: dict[str, Any]) -> str:
    kilobytes = told["bytes"] / 1000
    head = "" if told["whole"] else "stopped early: "
    line = f"{head}{told['strokes']} strokes, {kilobytes:.0f} kB: {told['svg']}"
    return "\n".join([line, *(f"  {told[kind]}" for kind in ("png", "gif") if kind in told)])
