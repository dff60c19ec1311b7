"""Drawings as pictures: what an SVG file looks like, with its fills and in its own shape."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from jaxtyping import Float

from makar.core.errors import UnreadableError
from makar.domains.images.pictures.picture import Picture, size_within
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.raster.canvas import as_picture, blank, draw
from makar.domains.images.svg.clipping import Masks
from makar.domains.images.svg.document import content_of, read_document
from makar.domains.images.svg.inking import Fills
from makar.domains.images.svg.metadata import read_metadata
from makar.domains.images.svg.reading import Traced, trace

MOST_CLIPPED = 500
"""Times that the clips change from stroke to stroke; what comes after is shown whole."""
TOO_MANY = "some of the clips not applied: they are too many"
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
    content, name = content_of(path)
    traced = trace(read_document(content, name), name, Fills(lines=longest, clipped=True))
    drawing, about = traced.read.drawing, read_metadata(path)
    if not len(drawing):
        raise UnreadableError(
            str(path), "nothing in it can be shown", remedy="Draw strokes or filled shapes"
        )
    factor = longest / max(drawing.size)
    wide, high = (max(1, round(factor * side)) for side in drawing.size)
    canvas, whole = _painted(traced, size_within((wide, high), longest))
    return replace(
        as_picture(canvas), title=about.title, author=about.author, licence=about.licence,
        source=str(path), notes=(*traced.read.notes, *(() if whole else (TOO_MANY,))),
    )  # fmt: skip


def _painted(traced: Traced, size: tuple[int, int]) -> tuple[Float[np.ndarray, "3 H W"], bool]:
    """The drawing as pixels, what lies outside a clip left out; False where clips were too many.

    Strokes that follow one another under the same clips are laid together.
    """
    drawing = traced.read.drawing
    canvas, masks = blank(size, drawing.ground), Masks(drawing.size, size)
    made, whole, begin = 0, True, 0
    for clips, some in groupby(traced.clips):
        end = begin + sum(1 for _ in some)
        strokes = drawing.strokes.take(slice(begin, end))
        mask = masks.of(clips) if clips and made < MOST_CLIPPED else None
        made, begin = made + bool(clips), end
        whole = whole and (mask is not None or not clips)
        before = None if mask is None else canvas.copy()
        draw(canvas, strokes, drawing.size)
        if before is not None:
            canvas = before + mask * (canvas - before)
    return canvas, whole
