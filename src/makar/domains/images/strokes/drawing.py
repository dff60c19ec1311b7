"""A drawing: strokes laid on a sheet one after the other. Its strokes are the work, not pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from jaxtyping import Bool, Float, Int

POINTS = 4
"""Control points of a stroke: a cubic Bézier curve, of which lines and quadratics are kinds."""
WHITE = (1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Strokes:
    """Strokes as columns, in the order in which they are laid.

    Attributes:
        points: Control points of each, in the sheet's units, y downwards.
        width: At its start and at its end, in the same units; it changes evenly between them. The
            ends are round.
        colour: sRGB, 0..1.
        opacity: 0..1.
        layer: Number of the layer that it lies in.
        joined: True where a stroke goes on from the one before it: the pen is not lifted, and
            the two cover what they share once.
    """

    points: Float[np.ndarray, "N 4 2"]
    width: Float[np.ndarray, "N 2"]
    colour: Float[np.ndarray, "N 3"]
    opacity: Float[np.ndarray, " N"]
    layer: Int[np.ndarray, " N"]
    joined: Bool[np.ndarray, " N"]

    def __len__(self) -> int:
        return len(self.points)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Strokes) and all(
            np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)
        )

    def take(self, rows: Int[np.ndarray, " M"] | Bool[np.ndarray, " N"] | slice) -> Strokes:
        """These strokes."""
        return Strokes(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @property
    def path(self) -> Int[np.ndarray, " N"]:
        """Number of the path that each is of: what is drawn without lifting the pen."""
        return np.cumsum(~self.joined) - 1

    @property
    def tapered(self) -> Bool[np.ndarray, " N"]:
        """Whose width changes along them."""
        return self.width[:, 0] != self.width[:, 1]


def strokes_of(
    points: Float[np.ndarray, "N P 2"],
    *,
    width: float | np.ndarray = 1.0,
    colour: Sequence[float] | np.ndarray = (0.0, 0.0, 0.0),
    opacity: float | np.ndarray = 1.0,
    layer: int | np.ndarray = 0,
    joined: bool | np.ndarray = False,
) -> Strokes:
    """Strokes of lines (two points each), quadratic (three) or cubic Bézier curves (four).

    What is given once holds for all; a width for each is the same at both ends.
    """
    cubic = as_cubic(np.asarray(points, np.float64))
    count = len(cubic)
    widths = np.asarray(width, np.float64)
    if widths.ndim == 1:
        widths = widths[:, None]
    return Strokes(
        points=cubic,
        width=np.broadcast_to(widths, (count, 2)).copy(),
        colour=np.broadcast_to(np.asarray(colour, np.float64), (count, 3)).copy(),
        opacity=np.broadcast_to(np.asarray(opacity, np.float64), (count,)).copy(),
        layer=np.broadcast_to(np.asarray(layer, np.int64), (count,)).copy(),
        joined=np.broadcast_to(np.asarray(joined, np.bool_), (count,)).copy(),
    )


def as_cubic(points: Float[np.ndarray, "N P 2"]) -> Float[np.ndarray, "N 4 2"]:
    """The same curves with four control points.

    Raises:
        ValueError: not two, three or four points.
    """
    count = points.shape[1]
    if count == POINTS:
        return points.copy()
    first, last = points[:, :1], points[:, -1:]
    if count == 2:
        return np.concatenate((first, (2 * first + last) / 3, (first + 2 * last) / 3, last), 1)
    if count == 3:
        bend = points[:, 1:2]
        return np.concatenate((first, (first + 2 * bend) / 3, (2 * bend + last) / 3, last), 1)
    raise ValueError(f"a stroke has two, three or four control points, not {count}")


def polyline(points: Float[np.ndarray, "P 2"], **looks: float | Sequence[float]) -> Strokes:
    """A path of straight strokes through two points or more; ``looks`` as for ``strokes_of``."""
    at = np.asarray(points, np.float64)
    joined = np.arange(len(at) - 1) > 0
    return strokes_of(np.stack((at[:-1], at[1:]), 1), joined=joined, **looks)  # pyright: ignore[reportArgumentType]


def no_strokes() -> Strokes:
    """None at all."""
    return strokes_of(np.zeros((0, POINTS, 2)))


def together(parts: Iterable[Strokes]) -> Strokes:
    """Strokes after strokes."""
    every = [no_strokes(), *parts]
    return Strokes(
        **{f.name: np.concatenate([getattr(p, f.name) for p in every]) for f in fields(Strokes)}
    )


@dataclass(frozen=True)
class Drawing:
    """Strokes on a sheet.

    Attributes:
        size: Width and height of the sheet, in its own units: pixels, or millimetres.
        strokes: What is drawn, the lowest first.
        ground: Colour of the sheet.
        layers: Names of the layers, by number.
    """

    size: tuple[float, float]
    strokes: Strokes = field(default_factory=no_strokes)
    ground: tuple[float, float, float] = WHITE
    layers: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        return len(self.strokes)

    def scaled(self, factor: float) -> Drawing:
        """The same drawing on a sheet so many times as large."""
        strokes = replace(
            self.strokes, points=self.strokes.points * factor, width=self.strokes.width * factor
        )
        return replace(self, size=(self.size[0] * factor, self.size[1] * factor), strokes=strokes)

    def with_strokes(self, strokes: Strokes) -> Drawing:
        """Other strokes on the same sheet."""
        return replace(self, strokes=strokes)
