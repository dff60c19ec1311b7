"""Whose strokes are these? The longest run of strokes that a drawing shares with a known one.

Two strokes agree where all four control points lie within a tolerance, both sheets laid one over
the other; for short strokes it is a quarter of their length, or specks near one another would all
be one. Which end of a stroke is its first does not matter, nor do width and colour. A run is
strokes one after the other in both drawings, in the same order or in the opposite one.

Known strokes are sorted by their middles, so that only the few near enough are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.strokes.drawing import Drawing

TOLERANCE = 0.02
"""Sides within which two points are in the same place: 4 mm on a page of A4."""
_OF_LENGTH = 0.25
_LEAST = 0.002
"""Sides: half a millimetre on A4, which rounding in a file does not exceed."""
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

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Source of each stroke; the middles' x sorted, and whose they are; how far each agrees."""
        source = np.repeat(np.arange(len(self)), np.diff(self.offsets))
        x = self.points[:, :, 0].mean(1)
        order = np.argsort(x, kind="stable")
        return source, x[order], order, _reaches(self.points, self.tolerance)

    def shared(self, drawings: Sequence[Drawing]) -> SharedStrokes:
        """What each drawing has from the known ones."""
        points, offsets = _points(drawings)
        near = _reaches(points, self.tolerance)
        source, x, order, reach = self._sorted
        rows = [
            _longest_run(
                points[first:last],
                near[first:last],
                self.points,
                reach,
                source,
                x,
                order,
                LEAST_RUN,
            )
            for first, last in pairwise(offsets)
        ]
        table = np.array(rows, np.float64).reshape(-1, 4)
        whole = table[:, 1:].astype(np.int64)
        length, first, source_first = whole[:, 0], whole[:, 1], whole[:, 2]
        found = length > 0
        of = source[source_first] if len(source) else np.full(len(table), -1)
        begins = self.offsets[np.maximum(of, 0)]
        return SharedStrokes(
            table[:, 0],
            length,
            np.where(found, of, -1),
            first,
            np.where(found, source_first - begins, 0),
        )

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


def _reaches(points: np.ndarray, tolerance: float) -> np.ndarray:
    """How far a point of each stroke may be and be the same."""
    length = np.linalg.norm(np.diff(points, axis=1), axis=2).sum(1)
    return np.minimum(np.maximum(length * _OF_LENGTH, _LEAST), tolerance)


@njit(cache=True)
@no_type_check
def _agree(a: np.ndarray, b: np.ndarray, reach: float) -> bool:
    """Whether two strokes are in the same place, from whichever end."""
    for turned in range(2):
        same = True
        for point in range(4):
            other = 3 - point if turned else point
            dx, dy = a[point, 0] - b[other, 0], a[point, 1] - b[other, 1]
            if dx * dx + dy * dy > reach * reach:
                same = False
                break
        if same:
            return True
    return False


@njit(cache=True)
@no_type_check
def _longest_run(
    work: np.ndarray,
    near: np.ndarray,
    known: np.ndarray,
    reach: np.ndarray,
    source: np.ndarray,
    x: np.ndarray,
    order: np.ndarray,
    least: int,
) -> tuple[float, int, int, int]:
    """Share in runs; the longest run's length, its start in the work and among the known strokes.

    ``runs[way, i % 2, j]`` is the run that ends with stroke i of the work and known stroke j, going
    on (way 0) or back (way 1) there; it holds where ``rows`` says that it is of this i.
    """
    count, size = len(work), len(known)
    taken = np.zeros(count, np.bool_)
    runs = np.zeros((2, 2, size), np.int64)
    rows = np.full((2, 2, size), -1, np.int64)
    best, start, source_start = 0, 0, 0
    for i in range(count):
        middle = work[i, :, 0].mean()
        for place in range(np.searchsorted(x, middle - near[i]), size):
            if x[place] > middle + near[i]:
                break
            j = order[place]
            if not _agree(work[i], known[j], min(near[i], reach[j])):
                continue
            for way in range(2):
                before = j - 1 if way == 0 else j + 1
                run = 1
                inside = 0 <= before < size and source[before] == source[j]
                if inside and rows[way, 1 - i % 2, before] == i - 1:
                    run += runs[way, 1 - i % 2, before]
                runs[way, i % 2, j], rows[way, i % 2, j] = run, i
                if run >= least:
                    taken[i - run + 1 : i + 1] = True
                if run > best:
                    best, start = run, i - run + 1
                    source_start = j - (run - 1) if way == 0 else j + (run - 1)
    share = taken.sum() / count if count else np.nan
    return share, best, start, source_start
