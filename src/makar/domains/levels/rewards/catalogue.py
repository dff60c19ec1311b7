"""Every reward of platform levels by name, with what it asks of a level and where it is from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, UInt8

from makar.core.scoring import Scorer
from makar.core.transforms import AtLeast, AtMost, Ramp, Unchanged
from makar.core.types import Prompt, Works
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.play.analysis import Analyst, tiles_of
from makar.domains.levels.rewards import dangers, shape
from makar.domains.levels.rewards.flow import ChallengeMissed, Flow
from makar.domains.levels.rewards.fun import fun
from makar.domains.levels.rewards.patterns import PatternDivergence, PatternSurprise, Variety
from makar.domains.levels.rewards.play import Playable, Progress, Reachable
from makar.domains.levels.tiles.near_copies import SHARE, WindowIndex
from makar.measures.catalogue import Catalogue, Entry

TileStatistic: TypeAlias = Callable[[UInt8[np.ndarray, "B H W"], Legend], Float[np.ndarray, " B"]]


@dataclass(frozen=True)
class LevelCorpus:
    """What the rewards may know.

    Attributes:
        windows: Levels as the model learned from, all of one size.
        maps: The whole maps that they were cut from, to find copies in.
        legend: The game's tiles and physics.
        analyst: Plays each batch once, for all rewards that ask how it plays.
    """

    windows: Levels
    maps: Sequence[Level]
    legend: Legend
    analyst: Analyst

    @cached_property
    def patterns(self) -> PatternDivergence:
        """The blocks of tiles that the windows are made of."""
        return PatternDivergence.of(self.windows, self.legend)


@dataclass(frozen=True)
class OfTiles:
    """A statistic of the tiles alone, as a reward."""

    statistic: TileStatistic
    legend: Legend

    def __call__(
        self, works: Works[Level], _prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Judge each level."""
        return self.statistic(tiles_of(works, self.legend), self.legend)


def of_tiles(statistic: TileStatistic) -> Callable[[LevelCorpus], Scorer]:
    """For a reward that goes by the tiles' roles alone."""
    return lambda corpus: OfTiles(statistic, corpus.legend)


_BEFORE_REPEAT = float(np.nextafter(SHARE, 0))  # the share itself is too near
_PLAY: tuple[Entry[LevelCorpus], ...] = (
    Entry(
        "playable",
        lambda corpus: Playable(corpus.analyst),
        "can be won with the game's own movement",
        "exact search",
        role="gate",
        fixed=AtLeast(1),
    ),
    Entry(
        "progress",
        lambda corpus: Progress(corpus.analyst),
        "lets the player get far, if not to the goal",
        "exact search",
        fixed=Unchanged(),
    ),
    Entry(
        "reachable",
        lambda corpus: Reachable(corpus.analyst),
        "has nothing to collect that the player cannot get to",
        "exact search",
        fixed=Unchanged(),
    ),
    Entry(
        "challenge",
        lambda corpus: ChallengeMissed(corpus.analyst),
        "is as hard as asked",
        "structural challenge against the wish",
        kind="asked",
        fixed=Ramp(1.0, 0.0),
    ),
    Entry(
        "near_copy",
        lambda corpus: WindowIndex.of(corpus.maps, corpus.legend),
        "has no screen that a map of the corpus has almost tile for tile",
        "share of equal tiles in the likest 28 columns",
        role="gate",
        corpus=True,
        fixed=AtMost(_BEFORE_REPEAT),
    ),
)
_SHAPE: tuple[Entry[LevelCorpus], ...] = (
    Entry(
        "linearity",
        of_tiles(shape.linearity),
        "rises and falls about as much as the corpus's levels",
        "Smith & Whitehead 2010",
        role="watch",
    ),
    Entry(
        "density",
        of_tiles(shape.density),
        "has about as many places to stand on, one above another",
        "mean standing heights of a column",
        role="watch",
    ),
    Entry(
        "vertical_variety",
        of_tiles(shape.vertical_variety),
        "uses its height about as much as the corpus's levels",
        "entropy of the rows to stand in",
        role="watch",
    ),
    Entry(
        "empty_share",
        of_tiles(shape.empty_share),
        "leaves about as much open space",
        "share of empty tiles",
        role="watch",
    ),
    Entry(
        "ground_share",
        of_tiles(shape.ground_share),
        "has about as much solid ground at the bottom",
        "Volz et al. 2018",
        role="watch",
    ),
)
_DANGERS: tuple[Entry[LevelCorpus], ...] = (
    Entry(
        "leniency",
        of_tiles(dangers.leniency),
        "forgives about as much, by what it counts of enemies and gaps",
        "Marino et al. 2015",
        role="watch",
    ),
    Entry(
        "enemies",
        of_tiles(dangers.enemies),
        "has about as many enemies",
        "enemies per 100 columns",
    ),
    Entry(
        "gaps",
        of_tiles(dangers.gaps),
        "has about as many gaps",
        "gaps per 100 columns",
    ),
    Entry(
        "gap_width",
        of_tiles(dangers.gap_width),
        "has gaps about as wide",
        "mean columns of a gap",
        role="watch",
    ),
    Entry(
        "rewards",
        of_tiles(dangers.rewards),
        "gives the player about as much to collect",
        "reward tiles per 100 columns",
        role="watch",
    ),
    Entry(
        "reward_heights",
        of_tiles(dangers.reward_heights),
        "puts what there is to collect at heights as different as the corpus's levels do",
        "standard deviation of its rows",
        role="watch",
    ),
    Entry(
        "enemy_spread",
        of_tiles(dangers.enemy_spread),
        "spreads its enemies over the level about as evenly",
        "Shaker et al. 2011",
    ),
    Entry(
        "gap_spread",
        of_tiles(dangers.gap_spread),
        "spreads its gaps over the level about as evenly",
        "Shaker et al. 2011",
    ),
)
_PATTERNS: tuple[Entry[LevelCorpus], ...] = (
    Entry(
        "pattern_divergence",
        lambda corpus: corpus.patterns,
        "is made of the corpus's small blocks of tiles, mixed as there",
        "Lucas & Volz 2019, as Jensen-Shannon",
        corpus=True,
    ),
    Entry(
        "pattern_surprise",
        lambda corpus: PatternSurprise(corpus.legend, corpus.patterns.corpus),
        "the same, where a block that the corpus lacks costs much",
        "Lucas & Volz 2019",
        role="watch",
        corpus=True,
    ),
    Entry(
        "variety",
        lambda corpus: Variety(corpus.legend),
        "is another level than those made with it",
        "mean pairwise tile-pattern divergence",
        role="watch",
    ),
)
_ENJOYMENT: tuple[Entry[LevelCorpus], ...] = (
    Entry(
        "fun",
        of_tiles(fun),
        "brings something new on each screen, but not all at once (a model of fun)",
        "Wang et al. 2022",
    ),
    Entry(
        "flow",
        lambda corpus: Flow(corpus.analyst),
        "keeps near what its player can do, and goes up and down (a model of enjoyment)",
        "after Csikszentmihalyi 1990",
        kind="asked",
        role="watch",
        fixed=Unchanged(),
    ),
)
LEVEL_CATALOGUE: Catalogue[LevelCorpus] = Catalogue(
    [*_PLAY, *_SHAPE, *_DANGERS, *_PATTERNS, *_ENJOYMENT]
)
