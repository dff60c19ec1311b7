"""Transforms: where a shape lies on the sheet."""

from __future__ import annotations

import math
import re

from makar.domains.images.svg.geometry.lengths import numbers, side

Matrix = tuple[float, float, float, float, float, float]
"""``a b c d e f`` as SVG has them: ``x' = a x + c y + e``, ``y' = b x + d y + f``."""
Box = tuple[float, float, float, float]
"""Left, top, width and height."""
UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
STEP = re.compile(r" ?,? ?([A-Za-z]+) ?\(([^()]*)\)")
UNITS = re.compile(r"(?<=\d)(?:deg|px)\b")
ALIGNED = re.compile(r"x(Min|Mid|Max)Y(Min|Mid|Max)")
SHARES = {"Min": 0.0, "Mid": 0.5, "Max": 1.0}
SAME_SHAPE = 1e-6
"""Two sheets count as of the same shape where their shapes differ by less, as a share."""


def after(outer: Matrix, inner: Matrix) -> Matrix:
    """``inner`` first, then ``outer``."""
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (
        a * g + c * h,
        b * g + d * h,
        a * i + c * j,
        b * i + d * j,
        a * k + c * m + e,
        b * k + d * m + f,
    )


def inverse(matrix: Matrix) -> Matrix | None:
    """The way back; None where there is none."""
    a, b, c, d, e, f = matrix
    area = a * d - b * c
    if abs(area) < 1e-12:
        return None
    return (
        d / area,
        -b / area,
        -c / area,
        a / area,
        (c * f - d * e) / area,
        (b * e - a * f) / area,
    )


def grows(matrix: Matrix) -> float:
    """By what lengths grow, in the mean of the directions."""
    a, b, c, d, _, _ = matrix
    return math.sqrt(abs(a * d - b * c))


def transform(text: str) -> Matrix | None:
    """What a ``transform`` attribute says; None where it is malformed."""
    text = " ".join(text.split())
    made, place = UNMOVED, 0
    while match := STEP.match(text, place):
        step = _step(match[1], match[2])
        if step is None:
            return None
        made, place = after(made, step), match.end()
    return made if text[place:] in ("", "none") and _bounded(made) else None


def _step(name: str, written: str) -> Matrix | None:
    values = numbers(UNITS.sub("", written))
    match name.lower(), values:
        case "matrix", [a, b, c, d, e, f]:
            return (a, b, c, d, e, f)
        case "translate", [x, *rest] if len(rest) < 2:
            return (1.0, 0.0, 0.0, 1.0, x, rest[0] if rest else 0.0)
        case "scale", [x, *rest] if len(rest) < 2:
            return (x, 0.0, 0.0, rest[0] if rest else x, 0.0, 0.0)
        case "rotate", [angle]:
            return _turned(angle)
        case "rotate", [angle, x, y]:
            there, back = (1.0, 0.0, 0.0, 1.0, x, y), (1.0, 0.0, 0.0, 1.0, -x, -y)
            return after(after(there, _turned(angle)), back)
        case "skewx", [angle]:
            return (1.0, 0.0, math.tan(math.radians(angle)), 1.0, 0.0, 0.0)
        case "skewy", [angle]:
            return (1.0, math.tan(math.radians(angle)), 0.0, 1.0, 0.0, 0.0)
        case _:
            return None


def _turned(angle: float) -> Matrix:
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    return (cosine, sine, -sine, cosine, 0.0, 0.0)


def _bounded(matrix: Matrix) -> bool:
    return all(abs(value) < 1e12 for value in matrix)


def view_box(text: str) -> Box | None:
    """What a ``viewBox`` says; None where there is none, or none with an area."""
    match numbers(text):
        case [x, y, wide, high] if 0 < wide <= 1e7 and 0 < high <= 1e7:
            return (x, y, wide, high)
        case _:
            return None


def fitted(box: Box, size: tuple[float, float], aspect: str) -> Matrix:
    """How a view box is laid into a window of this size (``preserveAspectRatio``)."""
    x, y, wide, high = box
    across, down = size[0] / wide, size[1] / high
    if abs(across - down) <= SAME_SHAPE * across:
        across = down = min(across, down)
    words = aspect.split()
    match = ALIGNED.search(aspect)
    if match is None and "none" in words:
        return (across, 0.0, 0.0, down, -x * across, -y * down)
    scale = max(across, down) if "slice" in words else min(across, down)
    left, top = (SHARES[word] for word in (match.groups() if match else ("Mid", "Mid")))
    return (
        scale,
        0.0,
        0.0,
        scale,
        left * (size[0] - wide * scale) - x * scale,
        top * (size[1] - high * scale) - y * scale,
    )


def sheet(
    width: str, height: str, box: Box | None, aspect: str
) -> tuple[tuple[float, float] | None, Matrix, float]:
    """The sheet in the view box's units, how its content lies on it, and pixels per unit.

    The size is None where the file gives none.
    """
    wide, high = side(width), side(height)
    if box is None:
        return ((wide, high) if wide and high else None), UNMOVED, 1.0
    moved = (1.0, 0.0, 0.0, 1.0, 0.0 - box[0], 0.0 - box[1])
    if not wide or not high or abs(wide * box[3] / (high * box[2]) - 1) <= SAME_SHAPE:
        scale = wide / box[2] if wide else high / box[3] if high else 1.0
        return box[2:], moved, scale
    a, _, _, d, e, f = fitted(box, (wide, high), aspect)
    return (wide / a, high / a), (1.0, 0.0, 0.0, d / a, e / a, f / a), a
