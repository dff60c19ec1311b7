"""Whose strokes are these? The longest run of strokes that a drawing shares with a known one.

Two strokes agree where all four control points lie within a tolerance, both sheets laid one over
the other; which end of a stroke is its first does not matter, nor do width and colour. A run is
strokes one after the other in both drawings, in the same order or in the opposite one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.strokes.drawing import Drawing

TOLERANCE = 0.02
"""Sides within which two points are in the same place: 4 mm on a page of A4."""
LEAST_RUN = 4
"""Strokes from which on a run counts as taken over."""


class SharedStrokes(NamedTuple):
    """What each drawing has from known ones.

    Attributes:
        share: Of its strokes that lie in a run of four or more shared with any known drawing.
        length: Strokes in the longest run; 0 where none agrees.
        source: Number of the known drawing that it is from, -1 for none.
        start: First stroke of the run in the drawing.
        source_start: First stroke of the run in the source; its last if it is drawn backwards.
    """

    share: Float[np.ndarray, " B"]
    length: Int[np.ndarray, " B"]
    source: Int[np.ndarray, " B"]
    start: Int[np.ndarray, " B"]
    source_start: Int[np.ndarray, " B"]


@dataclass(frozen=True)
class StrokeIndex:
    """Known drawings, to find copies of.

    Attributes:
        points: Of all their strokes, in sides from the middle of the sheet.
        offsets: Where each drawing begins in ``points``, and the end.
        titles: What each is called.
        tolerance: In sides.
    """

    points: Float[np.ndarray, "N 4 2"]
    offsets: Int[np.ndarray, " K"]
    titles: tuple[str, ...]
    tolerance: float = TOLERANCE

    @classmethod
    def of(
        cls,
        drawings: Sequence[Drawing],
        titles: Sequence[str] = (),
        *,
        tolerance: float = TOLERANCE,
    ) -> StrokeIndex:
        """Index these drawings; without titles, they are called by their numbers from 1.

        Raises:
            ValueError: as many titles as drawings are needed, or none.
        """
        named = tuple(titles) or tuple(f"drawing {n + 1}" for n in range(len(drawings)))
        if len(named) != len(drawings):
            raise ValueError(f"{len(drawings)} drawings cannot have {len(named)} titles")
        return cls(*_points(drawings), named, tolerance)

    def __len__(self) -> int:
        return len(self.titles)

    def shared(self, drawings: Sequence[Drawing]) -> SharedStrokes:
        """What each drawing has from the known ones.

        It compares every stroke with every known one: 100 to 200 million pairs a second.
        """
        points, offsets = _points(drawings)
        rows = [
            _longest_run(points[first:last], self.points, self.offsets, self.tolerance, LEAST_RUN)
            for first, last in pairwise(offsets)
        ]
        table = np.array(rows, np.float64).reshape(-1, 5)
        whole = table[:, 1:].astype(np.int64)
        return SharedStrokes(table[:, 0], whole[:, 0], whole[:, 1], whole[:, 2], whole[:, 3])

    def verdicts(self, drawings: Sequence[Drawing]) -> list[str]:
        """For each drawing, in words, what it has from whom; empty where there is no run."""
        found = self.shared(drawings)
        return [
            f"{length} strokes one after the other, from stroke {start + 1}, are those of "
            f"“{self.titles[source]}”"
            if length >= LEAST_RUN
            else ""
            for length, source, start in zip(found.length, found.source, found.start, strict=True)
        ]


def _points(drawings: Sequence[Drawing]) -> tuple[np.ndarray, np.ndarray]:
    columns = columns_of(drawings)
    counts = np.bincount(columns.drawing, minlength=columns.count)
    return np.ascontiguousarray(columns.strokes.points), np.r_[0, np.cumsum(counts)]


@njit(cache=True)
@no_type_check
def _agree(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Whether two strokes are in the same place, from whichever end."""
    for turned in range(2):
        same = True
        for point in range(4):
            other = 3 - point if turned else point
            dx, dy = a[point, 0] - b[other, 0], a[point, 1] - b[other, 1]
            if dx * dx + dy * dy > tolerance * tolerance:
                same = False
                break
        if same:
            return True
    return False


@njit(cache=True)
@no_type_check
def _longest_run(
    work: np.ndarray, known: np.ndarray, offsets: np.ndarray, tolerance: float, least: int
) -> tuple[float, int, int, int, int]:
    """Share in runs; length, source and starts of the longest run, the first if there are more."""
    count = len(work)
    taken = np.zeros(count, np.bool_)
    best, source, start, source_start = 0, -1, 0, 0
    for number in range(len(offsets) - 1):
        first, end = offsets[number], offsets[number + 1]
        for step in (1, -1):
            # each diagonal: strokes i and first + i + shift, or backwards end - 1 - (i + shift)
            for shift in range(1 - count, end - first):
                run = 0
                for i in range(max(0, -shift), min(count, end - first - shift)):
                    j = first + i + shift if step > 0 else end - 1 - (i + shift)
                    if not _agree(work[i], known[j], tolerance):
                        run = 0
                        continue
                    run += 1
                    if run >= least:
                        taken[i - run + 1 : i + 1] = True
                    if run > best:
                        best, source, start = run, number, i - run + 1
                        source_start = j - step * (run - 1) - first
    share = taken.sum() / count if count else np.nan
    return share, best, source, start, source_start
