"""``makar paint``: a picture in strokes that can be edited."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.console.places import Json
from makar.console.waiting import carried_out
from makar.core.errors import ConfigError
from makar.runs.atomic import write_bytes, write_text
from makar.runs.free_names import free_name
from makar.runs.stop import GracefulStop

if TYPE_CHECKING:
    from makar.domains.images.painting.painter import Painted
    from makar.domains.images.pictures.picture import Picture
    from makar.domains.images.strokes.drawing import Drawing

MOST_STROKES = 20_000
PREVIEW_SIDE = 512
FINE = 800
"""Pixels of a side up to which places are written with a decimal."""
STOPPING = "\nKeeping what is painted. Ctrl-C again stops at once.\n"


@dataclass(frozen=True)
class Told:
    """How far a painting is; see ``console.waiting.Progress``."""

    stage: str
    done: int = 0
    total: int = 0
    text: str = ""
    warning: str = ""


def paint(
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
    as_json: Json = False,
) -> None:
    """Paint a picture with strokes, as an SVG file that Inkscape opens stroke by stroke.

    The same seed gives the same file. While it is painted, the PNG beside it shows how far it is.
    Ctrl-C keeps what is painted.

    Examples:
      makar paint photo.jpg

      makar paint photo.jpg --strokes 500 --palette 8 --gif

      makar paint portrait.jpg --detail face-mask.png

      makar paint photo.jpg --more photo-painted.svg --strokes 50
    """
    path = target(out, file, ".svg")
    picture, sheet, wishes = _asked(file, palette, detail, more)
    for note in picture.notes:
        sys.stderr.write(f"makar: {file}: {note}\n")
    shown = path.with_suffix(".png")
    with GracefulStop(message=STOPPING) as stop:
        work = _painting(
            picture, sheet, shown, strokes=strokes, seed=seed, quick=quick,
            stopped=lambda: stop.requested, **wishes,
        )  # fmt: skip
        painted = carried_out(work)
    if painted is None:
        raise typer.Exit(stop.exit_code)
    told = keep(painted.drawing, path, shown, of=file.name, seed=seed, gif=gif)
    told |= {"error": round(painted.error, 6), "whole": painted.done == painted.total}
    typer.echo(json.dumps(told) if as_json else _told(told))
    if stop.requested:
        raise typer.Exit(stop.exit_code)


def target(out: Path | None, file: Path, suffix: str) -> Path:
    """Where to write: as asked, or beside the picture under a name that is free.

    Raises:
        ConfigError: the name ends otherwise, or there is no such folder.
        FileExistsError: it is there already.
    """
    if out is None:
        return free_name(file.with_name(f"{file.stem}-painted{suffix}"))
    if out.suffix.lower() != suffix:
        raise ConfigError(f"--out {out}: strokes are kept in a file whose name ends in {suffix}")
    if not out.parent.is_dir():
        raise ConfigError(f"--out {out}: there is no folder {out.parent}; make it first")
    for path in (out, out.with_suffix(".png"), out.with_suffix(".gif")):
        if path.exists():
            raise FileExistsError(
                f"{path}: already there, and nothing is overwritten; name another"
            )
    return out


def _asked(
    file: Path, palette: str | None, detail: Path | None, more: Path | None
) -> tuple[Picture, Drawing | None, dict[str, Any]]:
    """The picture, what lies beneath, and what is wished."""
    from makar.domains.images.painting.wishes import colours_of, detail_of
    from makar.domains.images.pictures.reading import read_picture
    from makar.domains.images.svg.reading import read_svg

    picture = read_picture(file)
    wishes: dict[str, Any] = {}
    if palette is not None:
        wishes["palette"] = colours_of(palette, picture)
    if detail is not None:
        wishes["detail"] = detail_of(detail, picture)
    if more is None:
        return picture, None, wishes
    read = read_svg(more)
    for note in read.notes:
        sys.stderr.write(f"makar: {more}: {note}\n")
    shape = read.drawing.size[0] / read.drawing.size[1]
    if abs(shape * picture.size[1] / picture.size[0] - 1) > 0.02:
        raise ConfigError(f"--more {more}: its sheet has another shape than {file}")
    sheet = replace(read.drawing, layers=(*read.drawing.layers, "more"))
    return picture, sheet, wishes


def _painting(
    picture: Picture, sheet: Drawing | None, shown: Path, *, quick: bool, **wishes: Any
) -> Generator[Told, None, Painted | None]:
    """Paint, with the picture so far in ``shown``; the last that was painted."""
    from makar.domains.images.painting.painter import PREVIEW, WHOLE, paint

    yield Told("looking at the picture")
    last = None
    for stages in (PREVIEW,) if quick else (PREVIEW, WHOLE):
        for painted in paint(picture, below=sheet, stages=stages, **wishes):
            write_bytes(shown, _png(painted.drawing, PREVIEW_SIDE))
            text = f"error {painted.error:.4f}, see {shown.name}"
            stage = "sketching" if stages is PREVIEW else "painting"
            yield Told(stage, painted.done, painted.total, text)
            last = painted
        if last is None or wishes["stopped"]():
            break
    return last


def keep(
    drawing: Drawing, path: Path, shown: Path, *, of: str, seed: int, gif: bool
) -> dict[str, Any]:
    """Write the drawing's files; what there is to tell of them."""
    from makar.domains.images.painting.timelapse import timelapse
    from makar.domains.images.svg.rounding import rounded
    from makar.domains.images.svg.writing import as_svg

    decimals = 1 if (drawing.size[0] * drawing.size[1]) ** 0.5 <= FINE else 0
    kept = rounded(drawing, decimals)
    notice = f"Painted after {of} with makar (seed {seed})."
    write_text(path, as_svg(kept, title=of, notice=notice, decimals=decimals))
    write_bytes(shown, _png(kept, PREVIEW_SIDE))
    told: dict[str, Any] = {
        "svg": str(path), "png": str(shown), "strokes": len(kept), "bytes": path.stat().st_size,
    }  # fmt: skip
    if gif:
        film = path.with_suffix(".gif")
        write_bytes(film, timelapse(kept))
        told["gif"] = str(film)
    return told


def _png(drawing: Drawing, side: int) -> bytes:
    import io

    from PIL import Image

    from makar.domains.images.pictures.picture import scaled_size
    from makar.domains.images.raster.canvas import rendered

    file = io.BytesIO()
    Image.fromarray(rendered(drawing, size=scaled_size(drawing.size, side)).pixels).save(
        file, "PNG"
    )
    return file.getvalue()


def _told(told: dict[str, Any]) -> str:
    kilobytes = told["bytes"] / 1000
    head = "" if told["whole"] else "stopped early: "
    line = f"{head}{told['strokes']} strokes, {kilobytes:.0f} kB: {told['svg']}"
    return "\n".join([line, *(f"  {told[kind]}" for kind in ("png", "gif") if kind in told)])
