"""Whether a level is made of the blocks of tiles that the corpus's levels are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.core.types import Prompt, Works
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.play.analysis import tiles_of
from makar.domains.levels.tiles.patterns import (
    SIZES,
    Blocks,
    divergence_from,
    kullback_leibler,
    pairwise_divergence,
)

COMPANY = 256


@dataclass(frozen=True)
class PatternDivergence:
    """Jensen-Shannon divergence of a level's blocks of tiles from the corpus's, in bits.

    Attributes:
        legend: The game's tiles.
        corpus: Its blocks, of 2 by 2, 3 by 3 and 4 by 4 tiles.
    """

    legend: Legend
    corpus: tuple[Blocks, ...]

    @classmethod
    def of(cls, windows: Levels, legend: Legend) -> PatternDivergence:
        """Learn the blocks of a corpus."""
        return cls(legend, tuple(Blocks.together(windows.tiles, n) for n in SIZES))

    def __call__(
        self, works: Works[Level], _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level; a level smaller than a block has NaN."""
        return divergence_from(tiles_of(works, self.legend), self.corpus)


@dataclass(frozen=True)
class PatternSurprise:
    """The same as the Kullback-Leibler divergence of Lucas & Volz 2019, in nats."""

    legend: Legend
    corpus: tuple[Blocks, ...]

    def __call__(
        self, works: Works[Level], _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        return kullback_leibler(tiles_of(works, self.legend), self.corpus)


@dataclass(frozen=True)
class Variety:
    """How far a level is from those made with it: mean divergence of their blocks, in bits.

    Of a batch above 256 levels, each is compared with 256, spread evenly over it.
    """

    legend: Legend

    def __call__(
        self, works: Works[Level], _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level of the batch; NaN for a level alone."""
        return pairwise_divergence(tiles_of(works, self.legend), company=COMPANY)
