"""A drawing as it grows, as an animated picture."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from makar.domains.images.pictures.picture import scaled_size
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing

FRAMES = 60
SIDE = 384
MILLISECONDS, LAST_MILLISECONDS = 80, 2000


def timelapse(drawing: Drawing, *, frames: int = FRAMES, side: int = SIDE) -> bytes:
    """A GIF of the drawing being drawn: paths one after the other, the whole for two seconds.

    Args:
        drawing: What is drawn.
        frames: Pictures at most.
        side: Pixels of a square of the same area.
    """
    path = drawing.strokes.path
    paths = int(path[-1]) + 1 if len(path) else 0
    ends = np.unique(np.linspace(0, paths, min(frames, paths + 1)).round().astype(int))
    size = scaled_size(drawing.size, side)
    shown = [
        Image.fromarray(
            rendered(drawing.with_strokes(drawing.strokes.take(path < end)), size=size).pixels
        )
        for end in ends
    ]
    file = io.BytesIO()
    duration = [MILLISECONDS] * (len(shown) - 1) + [LAST_MILLISECONDS]
    shown[0].save(
        file, "GIF", save_all=True, append_images=shown[1:], duration=duration, loop=0,
        optimize=False,
    )  # fmt: skip
    return file.getvalue()
