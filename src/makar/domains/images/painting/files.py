"""The files of a painting: strokes as SVG, a picture of them, a film of their growing."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import Any

from makar.core.errors import ConfigError
from makar.domains.images.painting.timelapse import timelapse
from makar.domains.images.pictures.picture import Picture, scaled_size
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing
from makar.domains.images.svg.rounding import rounded
from makar.domains.images.svg.writing import as_svg
from makar.runs.atomic import write_bytes, write_text

PREVIEW_SIDE = 512
FINE = 800
"""Pixels of a side up to which places are written with a decimal."""


def target(out: Path | None, file: Path, ending: str) -> Path:
    """Where to write: as asked, or beside the picture under a name that is free.

    Raises:
        ConfigError: the name ends otherwise, there is no such folder, or nothing can be written.
        FileExistsError: it is there already, or what comes with it.
    """
    if out is None:
        numbered = (f"-{number}" if number > 1 else "" for number in count(1))
        names = (file.with_name(f"{file.stem}-{ending}{number}.svg") for number in numbered)
        path = next(name for name in names if not _taken(name))
        _refuse_unwritable(path)
        return path
    if out.suffix.lower() != ".svg":
        raise ConfigError(f"--out {out}: strokes are kept in a file whose name ends in .svg")
    if not out.parent.is_dir():
        raise ConfigError(f"--out {out}: there is no folder {out.parent}; make it first")
    if taken := _taken(out):
        raise FileExistsError(
            f"{taken[0]}: already there, and nothing is overwritten; name another"
        )
    _refuse_unwritable(out)
    return out


def _taken(path: Path) -> list[Path]:
    """What is there already of the files of a painting; a broken link is something, too."""
    files = (path, *(path.with_suffix(ending) for ending in (".svg", ".png", ".gif")))
    return [file for file in files if os.path.lexists(file)]


def _refuse_unwritable(path: Path) -> None:
    """Before a minute is spent on painting what cannot be kept."""
    probe = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written there ({error.strerror}); name another place with --out"
        ) from error


def keep(
    drawing: Drawing, path: Path, shown: Path, *, of: str, seed: int, gif: bool
) -> dict[str, Any]:
    """Write the drawing's files; what there is to tell of them."""
    decimals = 1 if (drawing.size[0] * drawing.size[1]) ** 0.5 <= FINE else 0
    kept = rounded(drawing, decimals)
    notice = f"Painted after {of} with makar (seed {seed})."
    write_text(path, as_svg(kept, title=of, notice=notice, decimals=decimals))
    write_bytes(shown, drawn_small(kept).as_png())
    told: dict[str, Any] = {
        "svg": str(path), "png": str(shown), "strokes": len(kept), "bytes": path.stat().st_size,
    }  # fmt: skip
    if gif:
        film = path.with_suffix(".gif")
        write_bytes(film, timelapse(kept))
        told["gif"] = str(film)
    return told


def drawn_small(drawing: Drawing) -> Picture:
    """The drawing as a picture to look at."""
    return rendered(drawing, size=scaled_size(drawing.size, PREVIEW_SIDE))
