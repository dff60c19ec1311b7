"""Paintings that grow, as a sheet of small pictures side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import UInt8

from makar.core.types import Works
from makar.domains.images.painter.canvas.works import Painting, as_picture, paintings
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing
from makar.runs.report.contents import Picture as Figure

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


def before_and_after(sets: Mapping[str, Works[Painting]]) -> Figure:
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
    return Figure("Painted", words, Picture(np.concatenate(rows)).as_png())


def _row(pictures: Sequence[UInt8[np.ndarray, "H W 3"]]) -> UInt8[np.ndarray, "R W 3"]:
    """Pictures side by side, each as large as the others."""
    factor = [max(1, ENLARGED // len(one)) for one in pictures]
    large = [one.repeat(f, 0).repeat(f, 1) for one, f in zip(pictures, factor, strict=True)]
    padded = [np.pad(one, ((2, 2), (2, 2), (0, 0)), constant_values=255) for one in large]
    blank = np.full_like(padded[0], 255)
    return np.concatenate([*padded, *[blank] * (SHOWN - len(padded))], 1)
