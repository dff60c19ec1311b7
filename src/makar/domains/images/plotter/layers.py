"""Layers: what is drawn between two changes of the pen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from makar.core.errors import ConfigError
from makar.domains.images.plotter.paths import Paths, all_of
from makar.domains.images.plotter.pens import Pen
from makar.domains.images.plotter.timing import Effort, Machine, effort

CROSS = 3.0
"""Millimetres of each arm of a registration mark."""


@dataclass(frozen=True, eq=False)
class Layer:
    """What is drawn with one pen in one go.

    Attributes:
        number: From 1, in the order of drawing.
        pen: With which it is drawn.
        part: Which part of this pen's drawing it is, and of how many: (1, 1) if it is all of it.
        paths: In millimetres on the page, in the order of drawing.
        effort: What it costs.
    """

    number: int
    pen: Pen
    part: tuple[int, int]
    paths: Paths
    effort: Effort

    @property
    def name(self) -> str:
        """``1-black 0.3mm``: the number first, so that Inkscape and an AxiDraw read it."""
        part = "" if self.part[1] == 1 else f" part {self.part[0]} of {self.part[1]}"
        return f"{self.number}-{self.pen}{part}"


def layers_of(
    drawn: Iterable[tuple[Pen, Paths]],
    machine: Machine,
    *,
    split: float | None = None,
    marks: Paths | None = None,
) -> tuple[Layer, ...]:
    """Layers, pen after pen; a pen without paths has none.

    Args:
        drawn: Each pen's paths in order.
        machine: That draws them.
        split: Metres after which a new layer begins, for fresh ink.
        marks: What every layer draws first.

    Raises:
        ConfigError: ``split`` is not above 0.
    """
    if split is not None and not split > 0:
        raise ConfigError(f"plotter split: {split:g} metres: it is above 0")
    layers = list[Layer]()
    for pen, paths in drawn:
        parts = parts_of(paths, np.inf if split is None else split * 1000)
        for n, part in enumerate(parts):
            whole = part if marks is None else all_of((marks, part))
            cost = effort(whole, pen.width, machine)
            layers.append(Layer(len(layers) + 1, pen, (n + 1, len(parts)), whole, cost))
    return tuple(layers)


def parts_of(paths: Paths, longest: float) -> Sequence[Paths]:
    """Paths in their order, in parts of at most so many millimetres.

    A path that is longer than a part is cut at one of its points.
    """
    if not len(paths):
        return ()
    pieces = _cut(paths, longest)
    reached, bounds = 0.0, [0]
    for n, length in enumerate(pieces.lengths):
        if reached + length > longest and n > bounds[-1]:
            bounds.append(n)
            reached = 0.0
        reached += length
    bounds.append(len(pieces))
    return [pieces.take(np.arange(a, b)) for a, b in pairwise(bounds) if b > a]


def _cut(paths: Paths, longest: float) -> Paths:
    """The same, those that are too long cut into as few pieces as are short enough."""
    if (paths.lengths <= longest).all():
        return paths
    pieces = list[np.ndarray]()
    for path in paths:
        along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
        begin = 0
        while begin < len(path) - 1:
            fit = int(np.searchsorted(along, along[begin] + longest, side="right")) - 1
            end = min(len(path) - 1, max(begin + 1, fit))
            pieces.append(path[begin : end + 1])
            begin = end
    return Paths.of(pieces)


def registration(area: tuple[float, float, float, float]) -> Paths:
    """A cross in each corner of the drawing area, by which a sheet is laid in again."""
    left, top, right, bottom = area
    lines = list[np.ndarray]()
    for x in (left + CROSS, right - CROSS):
        for y in (top + CROSS, bottom - CROSS):
            lines.append(np.array(((x - CROSS, y), (x + CROSS, y))))
            lines.append(np.array(((x, y - CROSS), (x, y + CROSS))))
    return Paths.of(lines)
