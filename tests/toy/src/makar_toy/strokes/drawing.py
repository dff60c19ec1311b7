"""A drawing: straight strokes between the dots of a lattice of five by five, in order.

A stroke's number is its place in ``NAMES``. Along its line it covers steps from dot to dot, of
which the lattice has 72.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Int

Drawing: TypeAlias = tuple[int, ...]
"""The numbers of its strokes; ``FREE`` for one that is still to be drawn."""
SIDE, FREE, FEWEST, MOST = 5, -1, 4, 12
Dot: TypeAlias = tuple[int, int]


def _dots(first: Dot, last: Dot) -> list[Dot]:
    """The dots on a straight line; none where the line is not straight."""
    way = (last[0] - first[0], last[1] - first[1])
    length = max(map(abs, way))
    if not all(abs(part) in (0, length) for part in way):
        return []
    return [(first[0] + n * way[0] // length, first[1] + n * way[1] // length)
            for n in range(length + 1)]  # fmt: skip


def _name(line: Sequence[Dot]) -> str:
    return "-".join(f"{'abcde'[column]}{row + 1}" for column, row in (line[0], line[-1]))


def _steps(line: Sequence[Dot]) -> set[frozenset[Dot]]:
    return {frozenset(pair) for pair in pairwise(line)}


_LATTICE = [(column, row) for column in range(SIDE) for row in range(SIDE)]
_LINES = [line for pair in combinations(_LATTICE, 2) if (line := _dots(*pair))]
_STEPS = [frozenset(line) for line in _LINES if len(line) == 2]
NAMES = tuple(_name(line) for line in _LINES)
"""Strokes as they are written: ``a1-a3`` goes from the lower left corner two dots up."""
ENDS: Int[np.ndarray, "S 4"] = np.array([(*line[0], *line[-1]) for line in _LINES])
"""Column and row of either end of each stroke."""
COVERS: Bool[np.ndarray, "S+1 72"] = np.array(
    [[step in _steps(line) for step in _STEPS] for line in [*_LINES, []]]
)
"""Steps that each stroke covers; ``FREE``, the last row, covers none."""
DOTS: Bool[np.ndarray, "S+1 25"] = np.array(
    [[dot in line for dot in _LATTICE] for line in [*_LINES, []]]
)
"""Dots that each stroke touches."""
MIRRORED: Int[np.ndarray, " 72"] = np.array(
    [_STEPS.index(frozenset((SIDE - 1 - x, y) for x, y in step)) for step in _STEPS]
)
"""The step that each lies on when the sheet is folded down its middle."""


@dataclass(frozen=True)
class Drawings:
    """Drawings as columns: one row each, ``FREE`` behind its end; see ``core.types.Works``."""

    strokes: Int[np.ndarray, "B N"]

    def __len__(self) -> int:
        return len(self.strokes)

    def __getitem__(self, index: Any) -> Any:
        rows = self.strokes[index]
        return _drawing(rows) if rows.ndim == 1 else [_drawing(row) for row in rows]

    def take(self, indices: Iterable[int]) -> Drawings:
        """These drawings, in that order."""
        return Drawings(self.strokes[np.fromiter(indices, np.int64)])

    @property
    def count(self) -> Int[np.ndarray, " B"]:
        """Strokes in each."""
        return (self.strokes != FREE).sum(1)

    @property
    def steps(self) -> Bool[np.ndarray, "B 72"]:
        """Steps of the lattice that there is ink on."""
        return np.any(COVERS[self.strokes], axis=1)


def _drawing(row: Int[np.ndarray, " N"]) -> Drawing:
    return tuple(int(stroke) for stroke in row if stroke != FREE)


def stacked(drawings: Sequence[Drawing]) -> Drawings:
    """Single drawings as a batch."""
    width = max(map(len, drawings), default=0)
    rows = [drawing + (FREE,) * (width - len(drawing)) for drawing in drawings]
    return Drawings(np.array(rows, np.int64).reshape(len(rows), width))
