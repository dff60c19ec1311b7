"""What a level is like to play, found once and judged many ways."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from makar.core.types import Works
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.play.beyond import beyond
from makar.domains.levels.play.challenge import challenge_of, danger_all
from makar.domains.levels.play.collecting import collect_all
from makar.domains.levels.play.jumps import arc
from makar.domains.levels.play.physics import ENEMY, GOAL, HAZARD, PRIZE, SOLID, Game
from makar.domains.levels.play.reach import MOST, reach_all

ANYWHERE, NOWHERE = -1, -2
"""In place of a start's row: any standing place of the first columns; there is none."""
REMEMBERED = 4
"""Batches that are not searched again."""
LIMIT = MOST
"""Moments looked at in one level before nothing is said of it: by default all that there are."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was found out about a batch of levels.

    Attributes:
        won: ``(B,)`` 1: it can be won, 0: it cannot, -1: not known, as the search gave up or
            nobody can tell.
        untold: ``(B,)`` True: it has what makar does not know how to use, and is not won without.
        progress: ``(B,)`` share of the columns and rows between start and goal that the hero can
            get over; 1 if won, and the least that it can be if nobody can tell.
        furthest: ``(B,)`` the furthest column that can be got to, from 0; -1: no place to start.
        ticks: ``(B,)`` length of the way: to the goal, or to where the hero is nearest to it.
        jumps: ``(B,)`` jumps on the way.
        searched: ``(B,)`` moments that the search looked at.
        ways: ``(N, 4)`` the ways one after another: column and row of the hero's feet at each
            tick, 1 where a jump begins, and the moment's number in the search.
        bounds: ``(B + 1,)`` where each level's way begins in ``ways``, and the end.
        kinds: ``(B, H, W)`` what each tile is to the search.
        starts: ``(B, 2)`` see ``starts_of``.
        game: What the levels have in common.
    """

    won: Int[np.ndarray, " B"]
    untold: Bool[np.ndarray, " B"]
    progress: Float[np.ndarray, " B"]
    furthest: Int[np.ndarray, " B"]
    ticks: Int[np.ndarray, " B"]
    jumps: Int[np.ndarray, " B"]
    searched: Int[np.ndarray, " B"]
    ways: Int[np.ndarray, "N 4"]
    bounds: Int[np.ndarray, " B1"]
    kinds: UInt8[np.ndarray, "B H W"]
    starts: Int[np.ndarray, "B 2"]
    game: Game

    def __len__(self) -> int:
        return len(self.won)

    @cached_property
    def danger(self) -> Float[np.ndarray, " N"]:
        """``(N,)`` of every tick in ``ways``: see ``challenge.challenge_of``.

        At a tick where a jump begins, 1 less this is the precision that the jump forgives.
        """
        return danger_all(
            self.kinds, self.starts, self.game, LIMIT, self.won, self.ways, self.bounds
        )

    @cached_property
    def challenge(self) -> Float[np.ndarray, " B"]:
        """``(B,)`` how hard each level is; 1 if it cannot be won, NaN if that is not known."""
        dangers = np.bincount(self._owners, self.danger, len(self))
        return self._unless_won(challenge_of(dangers[:, None]), 1.0)

    @cached_property
    def challenge_map(self) -> Float[np.ndarray, "B W"]:
        """``(B, W)`` challenge of the ticks that the way spends in each column.

        In a level that cannot be won it is 1 in the furthest column and 0 in the others.
        """
        B, W = len(self), self.kinds.shape[2]
        cells = self._owners * W + self.ways[:, 0]
        dangers = np.bincount(cells, self.danger, B * W).reshape(B, W)
        blocked = np.arange(W) == np.maximum(self.furthest, 0)[:, None]
        return self._unless_won(challenge_of(dangers[..., None]), blocked)

    @cached_property
    def taken(self) -> Bool[np.ndarray, "B H W"]:
        """Where something lies that the hero can take and come down from; see ``collecting``."""
        return collect_all(self.kinds, self.starts, self.game)

    @cached_property
    def reachable(self) -> Float[np.ndarray, " B"]:
        """``(B,)`` share of what lies in a level that the hero can take.

        NaN where nothing does, or the level is too large to be searched.
        """
        there, taken = ((x > 0).sum((1, 2)) for x in (self.kinds & PRIZE, self.taken))
        known = (there > 0) & ((self.won >= 0) | self.untold | (taken == there))
        return np.where(known, taken / np.maximum(there, 1), np.nan)

    @cached_property
    def _owners(self) -> Int[np.ndarray, " N"]:
        """Which level each tick in ``ways`` belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.bounds))

    def _unless_won(
        self, values: Float[np.ndarray, " B *W"], lost: Float[np.ndarray, " B *W"] | float
    ) -> Float[np.ndarray, " B *W"]:
        won = self.won.reshape(-1, *[1] * (values.ndim - 1))
        return np.where(won == 1, values, np.where(won == 0, lost, np.nan))

    def way(self, index: int) -> Int[np.ndarray, "T 3"]:
        """The way through one level: to the goal, or to where the hero is nearest to it."""
        return self.ways[self.bounds[index] : self.bounds[index + 1]]


def kinds_of(legend: Legend, *, enemies: bool = True) -> UInt8[np.ndarray, " A"]:
    """What each tile of a legend is to the search."""
    kinds = np.zeros(len(legend.tiles), np.uint8)
    kinds[legend.having("solid")] = SOLID
    kinds[legend.having("hazard")] = HAZARD
    kinds[legend.having("goal")] = GOAL
    kinds[legend.having("enemy")] = ENEMY if enemies else 0
    kinds[legend.having("reward") | legend.bumped] |= PRIZE
    return kinds


def starts_of(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Int[np.ndarray, "B 2"]:
    """Row and column where the hero's feet start in each level.

    That is the lowest start tile of the leftmost column that has one. In a game without a start
    tile the row is ``ANYWHERE``; a level that lacks its game's start has ``NOWHERE``.
    """
    B, H, W = tiles.shape
    if not legend.having("start").any():
        return np.full((B, 2), ANYWHERE)
    is_start = legend.having("start")[tiles].transpose(0, 2, 1)[:, :, ::-1].reshape(B, W * H)
    first = is_start.argmax(1)
    starts = np.stack((H - 1 - first % H, first // H), 1)
    starts[~is_start.any(1)] = NOWHERE
    return starts


def game_of(legend: Legend) -> Game:
    """What the search has to know of a game."""
    jump, physics = arc(legend.physics), legend.physics
    return Game(
        rise=jump.rise,
        fall=jump.fall,
        sky=jump.sky,
        body=physics.body,
        double=int(physics.double_jump),
        ends=not legend.having("goal").any(),
    )


class Analyst:
    """Plays every level of a batch, once.

    Goal and start are the legend's goal and start tiles: a level that lacks them cannot be won.
    In a game without goal tiles the last column is the goal; in one without a start tile the
    hero starts in any standing place of the first three columns. Of a level that is not won and
    has tiles that makar does not know how to use (``beyond``), nothing is known.
    """

    def __init__(self, legend: Legend, *, enemies: bool = True, limit: int = LIMIT) -> None:
        """Look at levels of one game.

        Args:
            legend: Its tiles and physics.
            enemies: False: as if there were none.
            limit: Moments looked at in one level before nothing is said of it.
        """
        self.legend, self.limit = legend, limit
        self.game = game_of(legend)
        self.kinds = kinds_of(legend, enemies=enemies)
        self.beyond = beyond(legend)
        self._memory: OrderedDict[bytes, Analysis] = OrderedDict()

    def __call__(self, works: Works[Level], /) -> Analysis:
        """Analyse a batch, or recall what was found out about it lately.

        Raises:
            ValueError: the tiles are not the legend's, or the maps are of several sizes.
        """
        tiles = tiles_of(works, self.legend)
        key = repr(tiles.shape).encode() + tiles.tobytes()
        if key in self._memory:
            self._memory.move_to_end(key)
            return self._memory[key]
        analysis = self._analyse(tiles)
        self._memory[key] = analysis
        if len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)
        return analysis

    def _analyse(self, tiles: UInt8[np.ndarray, "B H W"]) -> Analysis:
        kinds, starts = self.kinds[tiles], starts_of(tiles, self.legend)
        facts, ways, bounds = reach_all(kinds, starts, self.game, self.limit)
        won, furthest, searched, left, whole, jumps = facts.T
        progress = np.clip(1 - left / np.maximum(whole, 1), 0.0, 1.0)
        begun = (furthest >= 0) & (self.game.ends | (kinds & GOAL).any((1, 2)))
        untold = (won == 0) & begun & self.beyond[tiles].any((1, 2))
        return Analysis(
            won=np.where(untold, -1, won),
            untold=untold,
            progress=np.where(won == 1, 1.0, progress),
            furthest=furthest,
            ticks=np.maximum(np.diff(bounds) - 1, 0),
            jumps=jumps,
            searched=searched,
            ways=ways,
            bounds=bounds,
            kinds=kinds,
            starts=starts,
            game=self.game,
        )


def tiles_of(works: Works[Level], legend: Legend) -> UInt8[np.ndarray, "B H W"]:
    """The maps of a batch as one array, made of the legend's tiles.

    Raises:
        ValueError: the tiles are not the legend's, or the maps are of several sizes.
    """
    levels = works if isinstance(works, Levels) else [works[i] for i in range(len(works))]
    for names in {levels.names} if isinstance(levels, Levels) else {x.names for x in levels}:
        if names != legend.names:
            raise ValueError(
                f"the levels' tiles are {', '.join(names)}, the legend's "
                f"{', '.join(legend.names)}: read them with this legend"
            )
    if isinstance(levels, Levels):
        return levels.tiles
    shapes = sorted({level.tiles.shape for level in levels})
    if len(shapes) > 1:
        raise ValueError(f"maps of several sizes {shapes}: analyse those of each size at a time")
    return np.array([x.tiles for x in levels], np.uint8).reshape(-1, *(shapes or [(1, 1)])[0])
