"""Drawings as pictures: what an SVG file looks like, with its fills and in its own shape."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from makar.core.errors import UnreadableError
from makar.domains.images.pictures.picture import Picture, size_within
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.svg.metadata import read_metadata
from makar.domains.images.svg.reading import read_svg

LARGE = 512
"""Pixels on the longer side of a drawing that is shown."""
DRAWINGS = frozenset({".svg", ".svgz"})


def read_any(path: Path) -> Picture:
    """The picture in a file, or what the drawing in it looks like.

    Raises:
        UnreadableError: it is neither, or broken, or too large.
    """
    return shown(path) if path.suffix.lower() in DRAWINGS else read_picture(path)


def shown(path: Path, *, longest: int = LARGE) -> Picture:
    """What the drawing in an SVG file looks like; its notes say what was left out.

    Raises:
        UnreadableError: it is no SVG, or nothing in it can be shown.
    """
    read, about = read_svg(path, lines=longest), read_metadata(path)
    drawing = read.drawing
    if not len(drawing):
        raise UnreadableError(
            str(path), "nothing in it can be shown", remedy="Draw strokes or filled shapes"
        )
    factor = longest / max(drawing.size)
    wide, high = (max(1, round(factor * side)) for side in drawing.size)
    picture = rendered(drawing, size=size_within((wide, high), longest))
    return replace(
        picture, title=about.title, author=about.author, licence=about.licence,
        source=str(path), notes=tuple(read.notes),
    )  # fmt: skip
