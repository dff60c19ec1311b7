"""Filled shapes as close lines: how a drawing, which is strokes, covers an area."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from makar.domains.images.strokes.drawing import as_cubic
from makar.domains.images.svg.geometry.arcs import Point
from makar.domains.images.svg.geometry.pathdata import Track
from makar.domains.images.svg.geometry.transforms import Matrix

OVERLAP = 2.0
"""Width of a line, in distances between lines: a pixel that is as large as such a distance is
covered whole by one of them, wherever it lies."""
FARTHEST = 1e9
"""Rows from the sheet at which a path may lie."""
MOST_CROSSINGS = 2_000_000
"""Of lines with a path."""
STEPS = 8
"""Straight pieces that stand for a curve."""


def hatched(
    track: Track, matrix: Matrix, pitch: float, *, rows: int, even_odd: bool
) -> Track | None:
    """Horizontal lines on the sheet that cover what a path encloses, as one path.

    None where that would take too much, or the path lies beyond every sheet.

    Args:
        track: The path; each of its parts is taken as closed.
        matrix: Where it lies on the sheet.
        pitch: Distance of the lines, which are ``OVERLAP`` times as wide.
        rows: How many lie on the sheet, one below the other.
        even_odd: The rule by which it encloses; False is the non-zero one.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is left out
        begin, end = (ends / pitch for ends in _edges(track, matrix))
    if not (np.abs(begin) < FARTHEST).all() or not (np.abs(end) < FARTHEST).all():
        return None
    count = np.diff(_rows_of(begin, end, rows), axis=0)[0]
    if count.sum() > MOST_CROSSINGS:
        return None
    row, across, way = _crossings(begin, end, rows)
    order = np.lexsort((across, row))
    row, across, way = row[order], across[order] * pitch, way[order]
    inside = np.cumsum(way)
    inside = inside % 2 if even_odd else inside
    before = np.concatenate(([0], inside[:-1]))
    first = np.flatnonzero((before == 0) & (inside != 0))
    last = np.flatnonzero((before != 0) & (inside == 0))
    made = Track()
    height = (row[first] + 0.5) * pitch
    shorter = np.minimum((across[last] - across[first]) / 2, pitch * OVERLAP / 2)
    left, right = across[first] + shorter, across[last] - shorter
    for y, x0, x1 in zip(height.tolist(), left.tolist(), right.tolist(), strict=True):
        made.curves.append(((x0, y), (x1, y)))
        made.lifted.append(len(made.lifted) == 0)
    return made


def _edges(
    track: Track, matrix: Matrix
) -> tuple[Float[np.ndarray, "E 2"], Float[np.ndarray, "E 2"]]:
    """Ends of the straight pieces that go round a path, on the sheet."""
    closing: list[tuple[Point, ...]] = []
    start = track.curves[0][0]
    for number, curve in enumerate(track.curves):
        if track.lifted[number] and number:
            closing.append((track.curves[number - 1][-1], start))
            start = curve[0]
    closing.append((track.curves[-1][-1], start))
    curves = [*track.curves, *closing]
    begin: list[np.ndarray] = []
    end: list[np.ndarray] = []
    for degree in (2, 3, 4):
        some = [curve for curve in curves if len(curve) == degree]
        if some:
            pieces = 1 if degree == 2 else STEPS
            t = np.linspace(0, 1, pieces + 1)
            s = 1 - t
            weights = np.stack((s**3, 3 * s * s * t, 3 * s * t * t, t**3), 1)
            on = np.einsum("tp,npx->ntx", weights, as_cubic(np.array(some, np.float64)))
            begin.append(on[:, :-1].reshape(-1, 2))
            end.append(on[:, 1:].reshape(-1, 2))
    a, b, c, d, e, f = matrix
    turn, shift = np.array([[a, b], [c, d]]), np.array([e, f])
    return np.concatenate(begin) @ turn + shift, np.concatenate(end) @ turn + shift


def _rows_of(
    begin: Float[np.ndarray, "E 2"], end: Float[np.ndarray, "E 2"], rows: int
) -> Int[np.ndarray, "2 E"]:
    """The first row whose middle each piece crosses, and the one after the last."""
    heights = np.sort(np.stack((begin[:, 1], end[:, 1])), axis=0)
    return np.clip(np.ceil(heights - 0.5), 0, rows).astype(np.int64)


def _crossings(
    begin: Float[np.ndarray, "E 2"], end: Float[np.ndarray, "E 2"], rows: int
) -> tuple[Int[np.ndarray, " C"], Float[np.ndarray, " C"], Int[np.ndarray, " C"]]:
    """Where pieces cross the middles of rows one high: the row, how far across, and which way."""
    first, last = _rows_of(begin, end, rows)
    count = last - first
    of = np.repeat(np.arange(len(count)), count)
    row = first[of] + np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    run, rise = (end - begin).T
    share = (row + 0.5 - begin[of, 1]) / np.where(rise == 0, 1, rise)[of]
    across = begin[of, 0] + share * run[of]
    return row, across, np.where(rise > 0, 1, -1)[of]
