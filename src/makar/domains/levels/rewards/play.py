"""Whether a level can be won, how far one gets in it, and what can be taken there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from makar.core.types import Prompt, Works
from makar.domains.levels.level.level import Level
from makar.domains.levels.play.analysis import Analyst, tiles_of

SURE = "sure"
"""In ``Prompt.condition``: what makar cannot tell counts as not done. So are levels asked for in
training, where a model would soon put a ladder into each that is not won."""


@dataclass(frozen=True)
class Playable:
    """1 if the level can be won, 0 if not, NaN where the search gave up or nobody can tell."""

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
    impossible gap further on is better. NaN where the search gave up. Where the level has what
    makar does not know how to use it is NaN too, unless the prompt asks to be ``SURE``: then it is
    what is got over without.
    """

    analyst: Analyst

    def __call__(
        self, works: Works[Level], prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        analysis = self.analyst(works)
        told = (analysis.won >= 0) | (analysis.untold & _sure(prompts, len(works)))
        return np.where(told, analysis.progress, np.nan)


@dataclass(frozen=True)
class Reachable:
    """Share of what lies in the level, coins and blocks to be bumped, that the hero can take.

    See ``collecting``; NaN where nothing lies, or the level is too large to be searched. Where some
    cannot be taken in a level with what makar does not know how to use it is NaN too, unless the
    prompt asks to be ``SURE``.
    """

    analyst: Analyst

    def __call__(
        self, works: Works[Level], prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        reachable = self.analyst(works).reachable
        more = self.analyst.beyond[tiles_of(works, self.analyst.legend)].any((1, 2))
        return np.where((reachable < 1) & more & ~_sure(prompts, len(works)), np.nan, reachable)


def _sure(prompts: Sequence[Prompt], count: int) -> Bool[np.ndarray, " B"]:
    """Of so many levels those that are asked for so; none if nothing is asked."""
    asked = [SURE in prompt.condition for prompt in prompts] or [False] * count
    return np.array(asked, bool)
