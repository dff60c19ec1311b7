"""The files of a painting: strokes as SVG, a picture of them, a film of their growing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from makar.core.errors import ConfigError
from makar.domains.images.painting.timelapse import timelapse
from makar.domains.images.pictures.picture import Picture, scaled_size
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing
from makar.domains.images.svg.rounding import rounded
from makar.domains.images.svg.writing import as_svg
from makar.runs.atomic import write_bytes, write_text
from makar.runs.free_names import free_name

PREVIEW_SIDE = 512
FINE = 800
"""Pixels of a side up to which places are written with a decimal."""


def target(out: Path | None, file: Path, ending: str) -> Path:
    """Where to write: as asked, or beside the picture under a name that is free.

    Raises:
        ConfigError: the name ends otherwise, or there is no such folder.
        FileExistsError: it is there already.
    """
    if out is None:
        return free_name(file.with_name(f"{file.stem}-{ending}.svg"))
    if out.suffix.lower() != ".svg":
        raise ConfigError(f"--out {out}: strokes are kept in a file whose name ends in .svg")
    if not out.parent.is_dir():
        raise ConfigError(f"--out {out}: there is no folder {out.parent}; make it first")
    for path in (out, out.with_suffix(".png"), out.with_suffix(".gif")):
        if path.exists():
            raise FileExistsError(
                f"{path}: already there, and nothing is overwritten; name another"
            )
    return out


def keep(
    drawing: Drawing, path: Path, shown: Path, *, of: str, seed: int, gif: bool
) -> dict[str, Any]:
    """Write the drawing's files; what there is to tell of them."""
    decimals = 1 if (drawing.size[0] * drawing.size[1]) ** 0.5 <= FINE else 0
    kept = rounded(drawing, decimals)
    notice = f"Painted after {of} with makar (seed {seed})."
    write_text(path, as_svg(kept, title=of, notice=notice, decimals=decimals))
    write_bytes(shown, png(drawn_small(kept)))
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


def png(picture: Picture) -> bytes:
    """The picture as PNG."""
    file = io.BytesIO()
    Image.fromarray(picture.pixels).save(file, "PNG")
    return file.getvalue()
