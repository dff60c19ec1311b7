"""A painting that grows: its frames, a GIF of them, and sheets of small pictures side by side."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from makar.core.types import Works
from makar.domains.images.painter.canvas.works import Painting, as_picture, paintings
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing
from makar.runs.report.contents import Picture

FRAMES, FRAME_MS, LAST_MS = 40, 80, 2500
SHOWN = 6
"""Pictures in a row of the report."""
ENLARGED = 128
"""Pixels of each."""
STAGES = (0.1, 0.25, 0.5)
"""Shares of the strokes after which a growing painting is shown."""


def grown(drawing: Drawing, share: float) -> Drawing:
    """As it was when that share of the strokes was laid."""
    count = round(share * len(drawing))
    return drawing.with_strokes(drawing.strokes.take(slice(0, count)))


def write_film(drawing: Drawing, path: Path, *, size: tuple[int, int]) -> None:
    """The painting growing, as a GIF that shows the end longest."""
    from PIL import Image

    steps = min(FRAMES, max(len(drawing), 1))
    shares = [(n + 1) / steps for n in range(steps)]
    frames = [Image.fromarray(rendered(grown(drawing, s), size=size).pixels) for s in shares]
    waits = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=waits, loop=0)


def before_and_after(sets: Mapping[str, Works[Painting]]) -> Picture:
    """What was to be painted, and how each set's painter painted it; the last one's growing too.

    Sets that were asked for alike are of the same pictures, which are shown once.
    """
    rows: list[np.ndarray] = []
    told: list[str] = []
    shown = np.zeros(0)
    for title, works in sets.items():
        batch = paintings(works).take(range(min(SHOWN, len(works))))
        if not len(batch):
            continue
        if not np.isnan(batch.target).any() and not np.array_equal(batch.target, shown):
            shown = batch.target
            rows.append(_row([as_picture(one).pixels for one in batch.target]))
            told.append("what was to be painted")
        rows.append(_row([rendered(batch.drawing(n), size=(ENLARGED, ENLARGED)).pixels
                          for n in range(len(batch))]))  # fmt: skip
        told.append(f"painted by {title}")
    if sets:
        last = paintings(list(sets.values())[-1])
        rows += [
            _row([rendered(grown(last.drawing(n), share), size=(ENLARGED, ENLARGED)).pixels
                  for n in range(min(SHOWN, len(last)))])
            for share in STAGES
        ]  # fmt: skip
        told += [f"the last ones after {share:.0%} of the strokes" for share in STAGES]
    words = f"Rows from above: {'; '.join(told)}."
    return Picture("Painted", words, _png(np.concatenate(rows)))


def _row(pictures: Sequence[UInt8[np.ndarray, "H W 3"]]) -> UInt8[np.ndarray, "R W 3"]:
    """Pictures side by side, each as large as the others."""
    factor = [max(1, ENLARGED // len(one)) for one in pictures]
    large = [one.repeat(f, 0).repeat(f, 1) for one, f in zip(pictures, factor, strict=True)]
    padded = [np.pad(one, ((2, 2), (2, 2), (0, 0)), constant_values=255) for one in large]
    blank = np.full_like(padded[0], 255)
    return np.concatenate([*padded, *[blank] * (SHOWN - len(padded))], 1)


def _png(pixels: UInt8[np.ndarray, "H W 3"]) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def png_of(pixels: UInt8[np.ndarray, "H W 3"] | Float[np.ndarray, "H W 3"]) -> bytes:
    """Pixels as the bytes of a PNG."""
    return _png(np.asarray(pixels, np.uint8))
