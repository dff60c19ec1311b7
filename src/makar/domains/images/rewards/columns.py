"""The strokes of many drawings side by side, on sheets of one size, for measures of them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from makar.domains.images.strokes.drawing import Drawing, Strokes, together

_PIECES = 8
"""Straight pieces that stand for a curve."""


@dataclass(frozen=True)
class Paths:
    """What is drawn without lifting the pen, one after the other.

    Attributes:
        drawing: Which drawing each is of.
        start: Where the pen is set down.
        end: Where it is lifted.
        length: On the sheet, in sides.
        width: Mean along it, in sides.
        first: Its first stroke.
    """

    drawing: Int[np.ndarray, " P"]
    start: Float[np.ndarray, "P 2"]
    end: Float[np.ndarray, "P 2"]
    length: Float[np.ndarray, " P"]
    width: Float[np.ndarray, " P"]
    first: Int[np.ndarray, " P"]


@dataclass(frozen=True)
class Pieces:
    """Short straight pieces of all curves, none without length, in the order of drawing.

    Attributes:
        stroke: Which stroke each is of.
        along: From its start to its end, in sides.
        length: How long it is.
    """

    stroke: Int[np.ndarray, " S"]
    along: Float[np.ndarray, "S 2"]
    length: Float[np.ndarray, " S"]


@dataclass(frozen=True)
class Columns:
    """Strokes of many drawings. The unit is the *side*: that of a square as large as the sheet.

    Attributes:
        strokes: Of all drawings, the middle of each sheet at (0, 0).
        drawing: Which drawing each is of.
        count: How many drawings there are.
        sheet: Width and height of each sheet.
    """

    strokes: Strokes
    drawing: Int[np.ndarray, " N"]
    count: int
    sheet: Float[np.ndarray, "B 2"]

    @cached_property
    def path(self) -> Int[np.ndarray, " N"]:
        """Which path each stroke is of, numbered through all drawings."""
        begins = ~self.strokes.joined
        begins[1:] |= self.drawing[1:] != self.drawing[:-1]
        begins[:1] = True
        return np.cumsum(begins) - 1

    @cached_property
    def pieces(self) -> Pieces:
        """All strokes as straight pieces."""
        at = traced(self.strokes.points)
        along = np.diff(at, axis=1).reshape(-1, 2)
        length = np.hypot(along[:, 0], along[:, 1])
        there = length > 1e-9
        stroke = np.repeat(np.arange(len(at)), _PIECES)
        return Pieces(stroke[there], along[there], length[there])

    @cached_property
    def length(self) -> Float[np.ndarray, " N"]:
        """Of each stroke, in sides."""
        return np.bincount(self.pieces.stroke, self.pieces.length, len(self.strokes))

    @cached_property
    def paths(self) -> Paths:
        """All paths."""
        path, strokes = self.path, self.strokes
        first = np.flatnonzero(np.r_[True, path[1:] != path[:-1]]) if len(path) else path
        last = np.r_[first[1:], len(path)] - 1 if len(path) else path
        return Paths(
            drawing=self.drawing[first],
            start=strokes.points[first, 0],
            end=strokes.points[last, -1],
            length=np.bincount(path, self.length, len(first)),
            width=mean_by(path, strokes.width.mean(1), len(first)),
            first=first,
        )


def columns_of(drawings: Sequence[Drawing]) -> Columns:
    """The strokes of these drawings, each sheet scaled to the area 1."""
    laid = [_on_unit_sheet(drawing) for drawing in drawings]
    number = np.repeat(np.arange(len(laid)), [len(strokes) for strokes in laid])
    size = np.array([drawing.size for drawing in drawings], np.float64).reshape(-1, 2)
    sheet = size / np.sqrt(size.prod(1, keepdims=True))
    return Columns(together(laid), number.astype(np.int64), len(laid), sheet)


def traced(points: Float[np.ndarray, "N 4 2"]) -> Float[np.ndarray, "N 9 2"]:
    """Places along each curve, at even steps of its parameter."""
    t = np.linspace(0, 1, _PIECES + 1)[:, None]
    basis = np.hstack(((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3))
    return basis @ points


def sum_by(
    group: Int[np.ndarray, " N"], values: Float[np.ndarray, " N"], count: int
) -> Float[np.ndarray, " B"]:
    """The sum in each group."""
    return np.bincount(group, values, count).astype(np.float64)


def mean_by(
    group: Int[np.ndarray, " N"],
    values: Float[np.ndarray, " N"],
    count: int,
    weights: Float[np.ndarray, " N"] | None = None,
) -> Float[np.ndarray, " B"]:
    """The mean in each group; NaN for a group without weight."""
    weight = np.ones(len(values)) if weights is None else weights
    whole = sum_by(group, weight, count)
    there = whole > 0
    return np.where(
        there, sum_by(group, values * weight, count) / np.where(there, whole, 1), np.nan
    )


def _on_unit_sheet(drawing: Drawing) -> Strokes:
    width, height = drawing.size
    side = (width * height) ** 0.5
    strokes = drawing.strokes
    middle = np.array([width / 2, height / 2])
    return replace(strokes, points=(strokes.points - middle) / side, width=strokes.width / side)
