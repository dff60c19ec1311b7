"""Whether a level can be won, how far one gets in it, and what can be taken there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.core.types import Prompt, Works
from makar.domains.levels.level.level import Level
from makar.domains.levels.play.analysis import Analyst


@dataclass(frozen=True)
class Playable:
    """1 if the level can be won, 0 if not, NaN where the search gave up."""

    analyst: Analyst

    def __call__(
        self, works: Works[Level], _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        won = self.analyst(works).won
        return np.where(won < 0, np.nan, won.astype(float))


@dataclass(frozen=True)
class Progress:
    """Share of the way to the goal that can be got over; 1 if the level can be won.

    What a gate only forbids, this lets a model learn step by step: a level with its first
    impossible gap further on is better. NaN where the search gave up.
    """

    analyst: Analyst

    def __call__(
        self, works: Works[Level], _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        analysis = self.analyst(works)
        return np.where(analysis.won < 0, np.nan, analysis.progress)


@dataclass(frozen=True)
class Reachable:
    """Share of what lies in the level, coins and blocks to be bumped, that the hero can take.

    See ``collecting``; NaN where nothing lies, or the level is too large to be searched.
    """

    analyst: Analyst

    def __call__(
        self, works: Works[Level], _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        return self.analyst(works).reachable
