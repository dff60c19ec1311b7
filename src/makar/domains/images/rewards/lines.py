"""What strokes are like: how long, how bent, which way, how wide. One number for each drawing.

Lengths are in sides (the side of a square as large as the sheet), so that size does not matter.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from makar.domains.images.rewards.columns import Columns, mean_by, sum_by

ANGLES = 8
SMOOTH = np.pi / 9
"""A join that turns by less than 20° looks smooth."""
UPRIGHT = np.pi / 18
"""Lines within 10° of upright or level look it."""


def line_length(columns: Columns) -> Float[np.ndarray, " B"]:
    """Mean length of a path, in sides."""
    return mean_by(columns.paths.drawing, columns.paths.length, columns.count)


def length_variety(columns: Columns) -> Float[np.ndarray, " B"]:
    """How much the paths differ in length: the standard deviation of the logarithm to base 2.

    1: as often twice or half the usual length as not. Specks of less than a thousandth of a side
    count as that long.
    """
    paths = columns.paths
    return _deviation(np.log2(np.maximum(paths.length, 1e-3)), paths.drawing, columns.count)


def curvature(columns: Columns) -> Float[np.ndarray, " B"]:
    """How much the pen turns on its way, in radians a side; corners within a path turn too."""
    turned, pieces = _turns(columns), columns.pieces
    drawing = columns.drawing[pieces.stroke]
    whole = sum_by(drawing, pieces.length, columns.count)
    turns = sum_by(drawing[1:], np.nan_to_num(turned), columns.count)
    return np.where(whole > 0, turns / np.where(whole > 0, whole, 1), np.nan)


def straightness(columns: Columns) -> Float[np.ndarray, " B"]:
    """Mean over the paths of the way from start to end over the length: 1 straight, 0 closed."""
    paths = columns.paths
    chord = np.linalg.norm(paths.end - paths.start, axis=1)
    real = paths.length > 0
    ratio = np.where(real, chord / np.where(real, paths.length, 1), 0)
    return mean_by(paths.drawing, ratio, columns.count, real.astype(np.float64))


def smooth_joins(columns: Columns) -> Float[np.ndarray, " B"]:
    """Share of the joins within paths at which the pen turns by less than 20°; NaN for no join."""
    turned, pieces = _turns(columns), columns.pieces
    join = (pieces.stroke[1:] != pieces.stroke[:-1]) & ~np.isnan(turned)
    drawing = columns.drawing[pieces.stroke[1:]]
    smooth = (np.nan_to_num(turned) < SMOOTH).astype(np.float64)
    return mean_by(drawing, smooth, columns.count, join.astype(np.float64))


def angle_histogram(columns: Columns) -> Float[np.ndarray, "B 8"]:
    """Share of the line that runs in each of eight directions; the first is level, then clockwise.

    Every piece is shared out between the two directions next to its own. NaN without a line.
    """
    pieces = columns.pieces
    drawing = columns.drawing[pieces.stroke]
    turn = _directions(pieces.along) * ANGLES / np.pi
    low = np.floor(turn).astype(np.int64)
    part = turn - low
    table = np.zeros((columns.count, ANGLES))
    np.add.at(table, (drawing, low % ANGLES), pieces.length * (1 - part))
    np.add.at(table, (drawing, (low + 1) % ANGLES), pieces.length * part)
    whole = table.sum(1, keepdims=True)
    return np.where(whole > 0, table / np.where(whole > 0, whole, 1), np.nan)


def angle_variety(columns: Columns) -> Float[np.ndarray, " B"]:
    """How evenly the directions are used: entropy of ``angle_histogram`` over that of all alike."""
    share = angle_histogram(columns)
    entropy = -(share * np.log(np.where(share > 0, share, 1))).sum(1)
    return entropy / np.log(ANGLES)


def main_direction(columns: Columns) -> Float[np.ndarray, " B"]:
    """How much the line runs in one direction: 1 all of it, 0 none more than others.

    |Σ l·exp(2iθ)| / Σ l, the length of the mean direction (Mardia 1972).
    """
    pieces = columns.pieces
    drawing = columns.drawing[pieces.stroke]
    twice = 2 * _directions(pieces.along)
    whole = sum_by(drawing, pieces.length, columns.count)
    x, y = (
        sum_by(drawing, pieces.length * part, columns.count)
        for part in (np.cos(twice), np.sin(twice))
    )
    return np.where(whole > 0, np.hypot(x, y) / np.where(whole > 0, whole, 1), np.nan)


def upright_share(columns: Columns) -> Float[np.ndarray, " B"]:
    """Share of the line that is level or upright within 10°."""
    pieces = columns.pieces
    off = np.mod(_directions(pieces.along) + np.pi / 4, np.pi / 2) - np.pi / 4
    near = (np.abs(off) <= UPRIGHT).astype(np.float64)
    return mean_by(columns.drawing[pieces.stroke], near, columns.count, pieces.length)


def line_width(columns: Columns) -> Float[np.ndarray, " B"]:
    """Mean width along the line, in sides."""
    width = columns.strokes.width.mean(1)
    return mean_by(columns.drawing, width, columns.count, columns.length)


def width_variety(columns: Columns) -> Float[np.ndarray, " B"]:
    """How much the strokes differ in width: the standard deviation of the logarithm to base 2."""
    width = np.log2(np.maximum(columns.strokes.width.mean(1), 1e-5))
    return _deviation(width, columns.drawing, columns.count)


def taper_share(columns: Columns) -> Float[np.ndarray, " B"]:
    """Share of the strokes whose width changes along them."""
    return mean_by(columns.drawing, columns.strokes.tapered.astype(np.float64), columns.count)


def _deviation(values: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    mean = mean_by(group, values, count)
    return np.round(np.sqrt(mean_by(group, (values - mean[group]) ** 2, count)), 9)


def _directions(along: np.ndarray) -> np.ndarray:
    """0 level to π, clockwise as the sheet is seen; a line has no head."""
    return np.mod(np.arctan2(along[:, 1], along[:, 0]), np.pi)


def _turns(columns: Columns) -> Float[np.ndarray, " S"]:
    """By how much the pen turns between each piece and the next; NaN where it is lifted between."""
    pieces = columns.pieces
    heading = np.arctan2(pieces.along[:, 1], pieces.along[:, 0])
    turned = np.abs(np.mod(np.diff(heading) + np.pi, 2 * np.pi) - np.pi)
    path = columns.path[pieces.stroke]
    goes_on: Bool[np.ndarray, " S"] = path[1:] == path[:-1]
    return np.where(goes_on, turned, np.nan)
