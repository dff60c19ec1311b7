"""Paintings: drawings with the pictures they were painted from, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int

from makar.core.columnar import Columnar
from makar.core.types import Works
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.raster.canvas import blank, lay
from makar.domains.images.strokes.drawing import Drawing, Strokes, strokes_of

SIDE = 64
"""Pixels of the canvas's side, unless it is said otherwise."""


@dataclass(frozen=True)
class Painting:
    """One painting.

    Attributes:
        drawing: Its strokes.
        target: The picture it was painted from; None where that is not known.
    """

    drawing: Drawing
    target: Picture | None = None

    def __len__(self) -> int:
        return len(self.drawing)


@dataclass(frozen=True, eq=False)
class Paintings(Columnar[Painting]):
    """Paintings as columns; see ``core.types.Works``.

    Attributes:
        points: Of each stroke, in pixels.
        width: Of each, at its start and its end.
        colour: Of each, 0..1.
        opacity: Of each, 0..1.
        count: Strokes of each painting; what is behind them in the columns means nothing.
        ground: Colour of each sheet.
        pixels: What each looks like.
        target: What each was painted from; NaN where that is not known.
        error: Squared error, a mean over pixels and planes, before each stroke and after the last.
    """

    points: Float[np.ndarray, "B N 4 2"]
    width: Float[np.ndarray, "B N 2"]
    colour: Float[np.ndarray, "B N 3"]
    opacity: Float[np.ndarray, "B N"]
    count: Int[np.ndarray, " B"]
    ground: Float[np.ndarray, "B 3"]
    pixels: Float[np.ndarray, "B 3 S S"]
    target: Float[np.ndarray, "B 3 S S"]
    error: Float[np.ndarray, "B M"]

    def __len__(self) -> int:
        return len(self.count)

    def take(self, indices: Iterable[int]) -> Paintings:
        """These paintings, in that order."""
        rows = np.fromiter(indices, np.int64)
        return Paintings(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @property
    def side(self) -> int:
        """Pixels of the canvases."""
        return self.pixels.shape[-1]

    @property
    def alive(self) -> np.ndarray:
        """``(B, N)`` True where there is a stroke."""
        return np.arange(self.points.shape[1]) < self.count[:, None]

    def drawing(self, row: int) -> Drawing:
        """The strokes of one, on its sheet."""
        most = int(self.count[row])
        strokes = strokes_of(
            self.points[row, :most].astype(np.float64),
            width=self.width[row, :most].astype(np.float64),
            colour=self.colour[row, :most].astype(np.float64),
            opacity=self.opacity[row, :most].astype(np.float64),
        )
        red, green, blue = (float(c) for c in self.ground[row])
        return Drawing((float(self.side), float(self.side)), strokes, ground=(red, green, blue))

    def work(self, index: int) -> Painting:
        """One painting, with what it was painted from."""
        known = not np.isnan(self.target[index]).any()
        return Painting(self.drawing(index), as_picture(self.target[index]) if known else None)


def as_picture(planes: Float[np.ndarray, "3 S S"]) -> Picture:
    """Planes of 0..1 as a picture."""
    pixels = (255 * np.clip(planes, 0, 1)).round().astype(np.uint8).transpose(1, 2, 0)
    return Picture(np.ascontiguousarray(pixels))


def as_planes(picture: Picture, side: int) -> Float[np.ndarray, "3 S S"]:
    """The square in the middle of a picture, in planes of 0..1."""
    small = picture.cut_square().resized((side, side))
    return np.ascontiguousarray(small.light.transpose(2, 0, 1), np.float32)


def stacked(works: Sequence[Painting], *, side: int = SIDE) -> Paintings:
    """Single paintings as a batch, each painted again: its sheet is made ``side`` pixels large."""
    count = np.array([len(work) for work in works], np.int64)
    most, rows = int(count.max(initial=0)), len(works)
    made = Paintings(
        points=np.zeros((rows, most, 4, 2), np.float32),
        width=np.zeros((rows, most, 2), np.float32),
        colour=np.zeros((rows, most, 3), np.float32),
        opacity=np.zeros((rows, most), np.float32),
        count=count,
        ground=np.ones((rows, 3), np.float32),
        pixels=np.zeros((rows, 3, side, side), np.float32),
        target=np.full((rows, 3, side, side), np.nan, np.float32),
        error=np.full((rows, most + 1), np.nan, np.float32),
    )
    for row, work in enumerate(works):
        _put(made, row, work, side)
    return made


def _put(made: Paintings, row: int, work: Painting, side: int) -> None:
    """Paint one again into its row, and note how far off it was before each stroke."""
    drawing, most = work.drawing, len(work)
    factor = np.array([side / drawing.size[0], side / drawing.size[1]])
    made.points[row, :most] = drawing.strokes.points * factor
    made.width[row, :most] = drawing.strokes.width * factor.mean()
    made.colour[row, :most] = drawing.strokes.colour
    made.opacity[row, :most] = drawing.strokes.opacity
    made.ground[row] = drawing.ground
    if work.target is not None:
        made.target[row] = as_planes(work.target, side)
    canvas, strokes = blank((side, side), drawing.ground), drawing.strokes
    for number in range(most + 1):
        made.error[row, number:] = np.square(canvas - made.target[row]).mean()
        if number < most:
            _lay_one(canvas, strokes, number, factor)
    made.pixels[row] = canvas


def _lay_one(
    canvas: Float[np.ndarray, "3 S S"],
    strokes: Strokes,
    number: int,
    factor: Float[np.ndarray, " 2"],
) -> None:
    one = strokes.take(slice(number, number + 1))
    lay(
        canvas,
        np.ascontiguousarray(one.points * factor),
        np.ascontiguousarray(one.width * factor.mean() / 2),
        np.ascontiguousarray(one.colour),
        np.ascontiguousarray(one.opacity),
        np.zeros(1, np.bool_),
    )


def paintings(works: Works[Painting]) -> Paintings:
    """Paintings in columns, however they come."""
    return works if isinstance(works, Paintings) else stacked([*works])
