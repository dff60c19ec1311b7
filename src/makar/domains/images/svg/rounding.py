"""What a file keeps of a drawing: numbers of a few decimals, and curves of the lowest degree."""

from __future__ import annotations

import re
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float, Int

from makar.domains.images.strokes.drawing import Drawing, Strokes, as_cubic

LINE, QUADRATIC, CUBIC = 1, 2, 3
"""Degrees of a stroke."""
LEVELS = 255
"""Steps of a colour channel in a file."""
OPACITY_DECIMALS = 2
SIZE_DECIMALS = 3
NEAR = 0.25
"""A curve counts as of a lower degree within this share of the last decimal's step."""
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has no way to say."""

Ends = TypeVar("Ends", bound=np.ndarray)


def rounded(drawing: Drawing, decimals: int = 1) -> Drawing:
    """The drawing that is read back when this one is written.

    A stroke stays joined to the one before it only where it begins where that one ends, in the
    same layer, colour and opacity. Widths have one decimal more than places, and none that is
    above 0 becomes 0.

    Raises:
        ValueError: a number is not finite, a width or a layer below 0, or the sheet has no area.
    """
    strokes = drawing.strokes
    _check(drawing)
    colour = np.round(np.clip(strokes.colour, 0, 1) * LEVELS) / LEVELS
    opacity = np.round(np.clip(strokes.opacity, 0, 1), OPACITY_DECIMALS)
    joined = strokes.joined & _alike(colour, opacity[:, None], strokes.layer[:, None])
    points, joined = _settled(strokes.points, joined, decimals)
    least = 10.0 ** -(decimals + 1)
    width = np.round(strokes.width, decimals + 1)
    kept = Strokes(
        points=points,
        width=np.where((strokes.width > 0) & (width <= 0), least, width),
        colour=colour,
        opacity=opacity,
        layer=strokes.layer.astype(np.int64),
        joined=joined,
    )
    wide, high = (round(float(side), SIZE_DECIMALS) for side in drawing.size)
    red, green, blue = np.round(np.clip(drawing.ground, 0, 1) * LEVELS) / LEVELS
    ground = (float(red), float(green), float(blue))
    return Drawing(size=(wide, high), strokes=kept, ground=ground, layers=_names(drawing))


def degrees(
    points: Float[np.ndarray, "N 4 2"], decimals: int
) -> tuple[Int[np.ndarray, " N"], Float[np.ndarray, "N 2"]]:
    """Which are straight lines, quadratics or cubics, and the bend that each would have."""
    near = NEAR * 10.0**-decimals
    bend = (3 * (points[:, 1] + points[:, 2]) - points[:, 0] - points[:, 3]) / 4
    quadratic = as_cubic(np.stack((points[:, 0], bend, points[:, 3]), 1))
    line = as_cubic(points[:, [0, 3]])
    degree = np.full(len(points), CUBIC)
    degree[np.abs(quadratic - points).max((1, 2), initial=0) <= near] = QUADRATIC
    degree[np.abs(line - points).max((1, 2), initial=0) <= near] = LINE
    return degree, bend


def _settled(
    points: Float[np.ndarray, "N 4 2"], joined: Bool[np.ndarray, " N"], decimals: int
) -> tuple[Float[np.ndarray, "N 4 2"], Bool[np.ndarray, " N"]]:
    """Points as they are read back, and what is still joined.

    A curve that is rounded may have become one of a lower degree, with a bend that is to be rounded
    in turn: three rounds are as many as there are degrees.
    """
    near = NEAR * 10.0**-decimals
    there = points.copy()
    meets = np.zeros(len(there), np.bool_)
    meets[1:] = np.abs(there[1:, 0] - there[:-1, 3]).max(1, initial=0) <= near
    follows = np.flatnonzero(joined & meets)
    there[follows, 0] = there[follows - 1, 3]
    for _ in (LINE, QUADRATIC, CUBIC):
        degree, bend = degrees(there, decimals)
        there, bend = _whole(there, decimals), _whole(bend, decimals)
        line, quadratic = degree == LINE, degree == QUADRATIC
        there[line] = as_cubic(there[line][:, [0, 3]])
        ends = there[quadratic]
        there[quadratic] = as_cubic(np.stack((ends[:, 0], bend[quadratic], ends[:, 3]), 1))
    meets[1:] = (there[1:, 0] == there[:-1, 3]).all(1)
    return there, joined & meets


def _whole(values: Ends, decimals: int) -> Ends:
    """Rounded, and never a negative 0."""
    return np.round(values, decimals) + 0.0  # pyright: ignore[reportReturnType]


def _alike(*looks: np.ndarray) -> Bool[np.ndarray, " N"]:
    """Who looks as the one before it."""
    same = np.zeros(len(looks[0]), np.bool_)
    same[1:] = np.all([(look[1:] == look[:-1]).all(1) for look in looks], axis=0)
    return same


def _names(drawing: Drawing) -> tuple[str, ...]:
    """A name for each layer, without characters that no file can hold."""
    most = int(drawing.strokes.layer.max(initial=-1)) + 1
    names = (*drawing.layers, *[""] * (most - len(drawing.layers)))
    return tuple(UNWRITABLE.sub("\ufffd", name) for name in names) or ("",)


def _check(drawing: Drawing) -> None:
    strokes = drawing.strokes
    numbers = (strokes.points, strokes.width, strokes.colour, strokes.opacity)
    if not all(np.isfinite(column).all() for column in (*numbers, drawing.size, drawing.ground)):
        raise ValueError("a drawing holds a number that is not finite")
    if min(drawing.size) < 10.0**-SIZE_DECIMALS:
        raise ValueError(f"a sheet of {drawing.size} has no area")
    if (strokes.width < 0).any() or (strokes.layer < 0).any():
        raise ValueError("a stroke's width and layer are not below 0")
