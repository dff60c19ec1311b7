"""How long a pen plotter would take for a drawing as it stands: the model of ``plotter.timing``."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from makar.core.scoring import Statistic
from makar.core.transforms import Band
from makar.domains.images.plotter.page import Page
from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.timing import Machine
from makar.domains.images.rewards.columns import Columns, sum_by, traced

SHEET = Page.parse("a4")
"""What drawings are laid on: as large as its margins let them, turned as suits them."""
MACHINE = Machine()
FEWER = Band(0.0, 0.0, 2.0)
"""Half marks at two minutes, about what sixty strokes take; however many, fewer are better."""
_SAME = 1e-9
"""Millimetres from which on two points are two."""


def plotter_minutes(columns: Columns) -> Statistic:
    """Minutes for each drawing, laid on A4, from home and back; and what each stroke adds to them.

    Paths are drawn in the order of the strokes, each from its start to its end, with the pen up
    between them: nothing is sorted, and nothing outside the sheet is cut off. One pen draws all
    colours. To the first stroke of a path is counted the way to it, the whole path and the pen's
    going down and up, to the last path the way home besides.
    """
    paths, drawing = _laid(columns), columns.paths.drawing
    seconds = MACHINE.seconds_down(paths) + MACHINE.lift
    first = np.r_[True, drawing[1:] != drawing[:-1]][: len(paths)]
    begins, ends = paths.points[paths.start[:-1]], paths.points[paths.start[1:] - 1]
    before = np.where(first[:, None], 0.0, np.roll(ends, 1, axis=0))
    seconds += MACHINE.seconds_up(_far(begins - before))
    home = MACHINE.seconds_up(_far(ends))
    seconds += np.where(np.roll(first, -1), home, 0.0)
    minutes = seconds / 60
    strokes = np.bincount(columns.drawing, minlength=columns.count)
    number = columns.paths.first - (np.cumsum(strokes) - strokes)[drawing]
    credit = np.zeros((columns.count, strokes.max(initial=0)))
    credit[drawing, number] = minutes
    return Statistic(sum_by(drawing, minutes, columns.count), credit)


def _laid(columns: Columns) -> Paths:
    """All paths in millimetres of the sheet, a point each where two strokes of a path meet."""
    factor, middle = _place(columns.sheet)
    points = columns.strokes.points * factor[columns.drawing, None, None]
    at = traced(points + middle[columns.drawing, None]).reshape(-1, 2)
    path = np.repeat(columns.path, len(at) // max(len(columns.path), 1))
    step = _far(np.diff(at, axis=0, prepend=at[:1]))
    begins = np.diff(path, prepend=-1) > 0
    kept = begins | (step > _SAME)
    return Paths(at[kept], np.r_[np.flatnonzero(begins[kept]), kept.sum()])


def _place(
    sheets: Float[np.ndarray, "B 2"],
) -> tuple[Float[np.ndarray, " B"], Float[np.ndarray, "B 2"]]:
    """Millimetres a side for each drawing, and where its middle lies."""
    factor, middle = np.empty(len(sheets)), np.empty((len(sheets), 2))
    for number, (width, height) in enumerate(sheets.tolist()):
        left, top, right, bottom = SHEET.suited((width, height)).box((width, height))
        factor[number] = (right - left) / width
        middle[number] = (left + right) / 2, (top + bottom) / 2
    return factor, middle


def _far(ways: Float[np.ndarray, "W 2"]) -> Float[np.ndarray, " W"]:
    x, y = ways.T
    return np.sqrt(x * x + y * y)
