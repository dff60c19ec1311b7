"""Paths: what a pen draws without being lifted, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit
from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class Paths:
    """Polylines as columns, in the order in which they are drawn.

    Attributes:
        points: In millimetres from the upper left corner, x to the right and y downwards.
        start: Where in ``points`` each path begins, and the end: one more than there are paths.
    """

    points: Float[np.ndarray, "P 2"]
    start: Int[np.ndarray, " N1"]

    @classmethod
    def of(cls, lines: Iterable[ArrayLike]) -> Paths:
        """From one array ``(points, 2)`` a path."""
        parts = [np.asarray(line, np.float64).reshape(-1, 2) for line in lines]
        sizes = np.array([len(part) for part in parts], np.int64)
        points = np.concatenate([np.zeros((0, 2)), *parts])
        return cls(points, np.r_[np.int64(0), np.cumsum(sizes)])

    def __len__(self) -> int:
        return len(self.start) - 1

    def __iter__(self) -> Iterator[Float[np.ndarray, "P 2"]]:
        for begin, end in zip(self.start[:-1], self.start[1:], strict=True):
            yield self.points[begin:end]

    @property
    def inside(self) -> Bool[np.ndarray, " S"]:
        """For each pair of points that follow one another: are they of the same path?"""
        inside = np.ones(max(0, len(self.points) - 1), bool)
        borders = self.start[1:-1] - 1
        inside[borders[(borders >= 0) & (borders < len(inside))]] = False
        return inside

    @property
    def segments(self) -> Float[np.ndarray, "S 2 2"]:
        """The straight pieces of all paths, each from one point to another."""
        return np.stack((self.points[:-1], self.points[1:]), 1)[self.inside]

    @property
    def lengths(self) -> Float[np.ndarray, " N"]:
        """Millimetres of each."""
        if not len(self.points):
            return np.zeros(len(self))
        steps = np.linalg.norm(np.diff(self.points, axis=0), axis=1) * self.inside
        along = np.r_[0.0, np.cumsum(steps)]
        return along[self.start[1:] - 1] - along[self.start[:-1]]

    @property
    def down(self) -> float:
        """Millimetres drawn."""
        return float(self.lengths.sum())

    @property
    def up(self) -> float:
        """Millimetres from the end of each path to the beginning of the next."""
        ends, begins = self.points[self.start[1:-1] - 1], self.points[self.start[1:-1]]
        return float(np.linalg.norm(begins - ends, axis=1).sum())

    def take(
        self, rows: Int[np.ndarray, " M"], turned: Bool[np.ndarray, " M"] | None = None
    ) -> Paths:
        """These paths in this order, those that are ``turned`` drawn from their other end."""
        rows = np.asarray(rows, np.int64)
        flags = np.zeros(len(rows), bool) if turned is None else np.asarray(turned, bool)
        return Paths(*_gathered(self.points, self.start, rows, flags))

    def moved(self, by: tuple[float, float]) -> Paths:
        """The same, so many millimetres further right and down."""
        return Paths(self.points + np.asarray(by, np.float64), self.start)

    def no_shorter_than(self, shortest: float) -> Paths:
        """Those that are so many millimetres long or more."""
        return self.take(np.flatnonzero(self.lengths >= shortest))


def no_paths() -> Paths:
    """None at all."""
    return Paths.of(())


def all_of(parts: Iterable[Paths]) -> Paths:
    """Paths after paths."""
    every = list(parts)
    sizes = [np.diff(part.start) for part in every]
    points = np.concatenate([np.zeros((0, 2)), *(part.points for part in every)])
    return Paths(points, np.cumsum(np.concatenate([np.zeros(1, np.int64), *sizes])))


@njit(cache=True)
@no_type_check
def _gathered(
    points: np.ndarray, start: np.ndarray, rows: np.ndarray, turned: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Points and starts of these rows."""
    starts = np.zeros(len(rows) + 1, np.int64)
    for n in range(len(rows)):
        starts[n + 1] = starts[n] + start[rows[n] + 1] - start[rows[n]]
    out = np.empty((starts[-1], 2))
    for n in range(len(rows)):
        begin, end = start[rows[n]], start[rows[n] + 1]
        for k in range(end - begin):
            out[starts[n] + k] = points[end - 1 - k] if turned[n] else points[begin + k]
    return out, starts
