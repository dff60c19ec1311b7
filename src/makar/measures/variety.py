"""Variety of works, whatever they are: by runs of integer keys, or by distance in features.

A domain says what makes its works alike or different; what is measured and paid for is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from makar.core.types import Works
from makar.measures.diversity import distinct_share, duplicate_share, shares_of_distinct
from makar.measures.spread import vendi_score

W = TypeVar("W")
W_contra = TypeVar("W_contra", contravariant=True)
RUN = 4
"""Keys in a run whose variety counts: distinct-4."""


@runtime_checkable
class Variety(Protocol[W_contra]):
    """What makes works alike or different. Sets are compared at equal sizes only."""

    def distinct(self, works: Works[W_contra]) -> float:
        """How varied the set is, from near 0 to 1; NaN where that cannot be said."""
        ...

    def shares(self, works: Works[W_contra]) -> Float[np.ndarray, " B"]:
        """What each work adds to ``distinct``; NaN where that cannot be said."""
        ...

    def duplicates(self, works: Works[W_contra]) -> float:
        """Share of works that repeat an earlier one; NaN for no works."""
        ...

    def cells(self, works: Works[W_contra]) -> Int[np.ndarray, " B"]:
        """Which kind of work each is, coarsely: what exploration counts."""
        ...


Keyed = Callable[[Any], tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]]
"""Works as rows of integer keys, and how many there are in each."""


@dataclass(frozen=True)
class KeyRuns(Generic[W]):
    """Variety by runs of four keys: notes, columns, tiles, words.

    Attributes:
        keys: What the works say, as integers.
        kinds: Which kind of work each is.
    """

    keys: Keyed
    kinds: Callable[[Works[W]], Int[np.ndarray, " B"]]

    def distinct(self, works: Works[W]) -> float:
        """distinct-4 of the set."""
        return distinct_share(*self.keys(works), n=RUN)

    def shares(self, works: Works[W]) -> Float[np.ndarray, " B"]:
        """See ``diversity.shares_of_distinct``."""
        return shares_of_distinct(*self.keys(works), n=RUN)

    def duplicates(self, works: Works[W]) -> float:
        """Works that repeat an earlier one key for key."""
        return duplicate_share(*self.keys(works))

    def cells(self, works: Works[W]) -> Int[np.ndarray, " B"]:
        """As the domain has them."""
        return self.kinds(works)


SPREAD = "how far works are from one another (the Vendi score over how many there are)"
"""What ``FeatureSpread.distinct`` says, in words."""


@dataclass(frozen=True)
class FeatureSpread(Generic[W]):
    """Variety by features: pictures, latents, whatever has no keys.

    Two works are alike by ``exp(-(d / radius)²)``, ``d`` their distance. ``distinct`` is the Vendi
    score (Friedman & Dieng 2023) over the number of works: 1 where all are far from one another,
    1/B where all are one. A work's share is 1 over the likeness that all works, itself included,
    have with it.

    Attributes:
        features: ``(B, D)`` of works.
        radius: Distance within which works are of one kind.
        same: Distance within which they are one and the same.
    """

    features: Callable[[Works[W]], Float[np.ndarray, "B D"]]
    radius: float
    same: float = 1e-6

    def distinct(self, works: Works[W]) -> float:
        """Vendi score over the number of works."""
        return vendi_score(self._likeness(works)) / len(works) if len(works) else float("nan")

    def shares(self, works: Works[W]) -> Float[np.ndarray, " B"]:
        """1 for a work like no other, 1/B where all are alike."""
        return 1 / self._likeness(works).sum(1) if len(works) else np.zeros(0)

    def duplicates(self, works: Works[W]) -> float:
        """Works within ``same`` of an earlier one."""
        if not len(works):
            return float("nan")
        near = self._distances(works) <= self.same
        return float(np.tril(near, -1).any(1).mean())

    def cells(self, works: Works[W]) -> Int[np.ndarray, " B"]:
        """Cells of a grid of ``radius``, each as one number."""
        grid = np.floor(np.asarray(self.features(works), np.float64) / self.radius).astype(np.int64)
        mixed = np.zeros(len(grid), np.uint64)
        for column in grid.T:
            mixed = (mixed ^ column.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        return mixed.view(np.int64)

    def _distances(self, works: Works[W]) -> Float[np.ndarray, "B B"]:
        at = np.asarray(self.features(works), np.float64)
        squares = (at**2).sum(1)
        return np.sqrt(np.maximum(squares[:, None] + squares - 2 * at @ at.T, 0))

    def _likeness(self, works: Works[W]) -> Float[np.ndarray, "B B"]:
        return np.exp(-((self._distances(works) / self.radius) ** 2))
