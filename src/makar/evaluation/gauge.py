"""What an assessment has to know of a kind of work: tunes, four voices, blends of two genres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from jaxtyping import Float, Int

from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.recipes.creator import Baselines

W = TypeVar("W")
NEAR, DUPLICATES, LONGEST = "near_copies", "duplicates", "longest_run"


@dataclass(frozen=True)
class Terms:
    """What is measured of a kind of work, in words and names.

    Attributes:
        features: What each feature says whose spread is compared with people's; none where a
            set's spread says nothing.
        words: What the measures of copying say, by name.
        fingerprint: Of the fixed vector: distances of different ones cannot be compared.
        copies: Parts of the reward that tell copies, with the name that each one's longest
            run is told under. Their raw value counts moves; a run of n moves is one of n + 1.
        units: For each of those names, in what it counts.
    """

    features: Mapping[str, str]
    words: Mapping[str, str]
    fingerprint: str
    copies: Mapping[str, str]
    units: Mapping[str, str]


class Gauge(Protocol[W]):
    """What can be measured of a kind of work; one for each recipe."""

    @property
    def terms(self) -> Terms:
        """What it measures, in words and names."""
        ...

    def batch(self, works: Works[W] | Sequence[W]) -> Works[W]:
        """Works in columns, however they come."""
        ...

    def judgeable(self, works: Works[W]) -> Int[np.ndarray, " N"]:
        """Rows that have features."""
        ...

    def spread(self, works: Works[W]) -> Mapping[str, Float[np.ndarray, "B D"]]:
        """The features of each work whose spread is compared with people's."""
        ...

    def fixed(self, works: Works[W]) -> Float[np.ndarray, "B D"]:
        """The frozen vector of each work that distances of sets are taken in."""
        ...

    def moves(self, works: Works[W]) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
        """What variety counts, as integers, and how many there are in each work."""
        ...

    def by_chance(self, asked: Sequence[Prompt], seeds: Seeds) -> Works[W]:
        """Works without sense: each choice drawn evenly from those there are."""
        ...

    def by_table(
        self, known: Sequence[Works[W]], asked: Sequence[Prompt], seeds: Seeds
    ) -> Works[W]:
        """Works from a table of what follows what in people's."""
        ...


def baselines_by(gauge: Gauge[W], known: Sequence[Works[W]]) -> Baselines[W]:
    """Works that nobody had to learn to make, as a gauge makes them; the table is of ``known``."""
    return Baselines(gauge.by_chance, lambda asked, seeds: gauge.by_table(known, asked, seeds))
