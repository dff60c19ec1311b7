"""A player who knows the best way from everywhere, but errs: how hard a level is to get through.

It judges rewards and is not part of any: what it finds is not to be trained on.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, UInt8
from numba import njit

from makar.core.types import Works
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.play.analysis import LIMIT, game_of, kinds_of, starts_of, tiles_of
from makar.domains.levels.play.physics import MOVES, Game, World, phases, terrain
from makar.domains.levels.play.reach import MOST, sources
from makar.domains.levels.play.solver import HOME, LOST, NEVER, Graph, best_start, move_cost, solve

LASTING = 0.5
"""Probability that an error goes on for another tick."""
PATIENCE = 3
"""How many times the ticks of the best way a player plays on, ..."""
EXTRA = 60
"""... and ticks more."""


def failure_rate(
    works: Works[Level],
    legend: Legend,
    *,
    slip: float = 0.15,
    runs: int = 100,
    seed: int = 0,
) -> Float[np.ndarray, " B"]:
    """Share of a noisy player's runs that end in death, in a trap or out of time.

    In each tick the player makes a move that leads home at the least cost, any of those that do
    (a tick costs 1, beginning a jump 1 more); with probability ``slip`` it errs. In half of the
    errors it makes any of the six moves, in the other half its last move again, as who reacts
    late; and it keeps to that move for another tick with probability ``LASTING``, and so on.

    Args:
        works: Levels of one size, of the legend's tiles.
        legend: The game.
        slip: Probability of an error per tick.
        runs: Times that each level is played.
        seed: Equal levels at equal places in the batch fail equally often with equal seeds.

    Returns:
        1 where the level cannot be won, NaN where it is too large to tell.
    """
    tiles = tiles_of(works, legend)
    return _play_all(
        kinds_of(legend)[tiles],
        starts_of(tiles, legend),
        game_of(legend),
        slip,
        runs,
        np.random.default_rng(seed).integers(2**31, size=len(tiles)),
    )


@njit(cache=True, error_model="numpy")
def _play_all(
    kinds: UInt8[np.ndarray, "B H W"],
    starts: Int[np.ndarray, "B 2"],
    game: Game,
    slip: float,
    runs: int,
    seeds: Int[np.ndarray, " B"],
) -> Float[np.ndarray, " B"]:
    """The failure rate in each level of a batch; see ``reach.reach_all`` for the arguments."""
    failed = np.ones(len(kinds))
    for b in range(len(kinds)):
        places = terrain(kinds[b], game.body, game.sky, game.ends)
        world = World(places.ravel(), places.shape[1], game.rise, game.fall, game.double)
        if len(world.places) * phases(world) > MOST:
            failed[b] = np.nan
            continue
        first = sources(places, kinds[b], starts[b], game.body, game.sky)
        graph = solve(world, first, LIMIT)
        start, cost = best_start(world, graph)
        if len(graph.moments) > LIMIT:
            failed[b] = np.nan
        if len(graph.moments) > LIMIT or cost == NEVER:
            continue
        np.random.seed(seeds[b])  # noqa: NPY002 (numba's own generator)
        best = best_moves(world, graph)
        lost = 0
        for _ in range(runs):
            lost += not _arrives(graph, best, start, slip, PATIENCE * cost + EXTRA)
        failed[b] = lost / runs
    return failed


@njit(cache=True, error_model="numpy")
def best_moves(world: World, graph: Graph) -> UInt8[np.ndarray, " N"]:
    """Which moves lead home at the least cost, as bits; none where no way leads home."""
    best = np.zeros(len(graph.moments), np.uint8)
    for one in graph.order:
        for move in range(MOVES):
            to = graph.after[one, move]
            if to == LOST:
                continue
            rest = 0 if to == HOME else graph.togo[to]
            if rest + move_cost(world, int(graph.moments[one]), move) == graph.togo[one]:
                best[one] |= 1 << move
    return best


@njit(cache=True, error_model="numpy")
def _arrives(
    graph: Graph, best: UInt8[np.ndarray, " N"], start: int, slip: float, ticks: int
) -> bool:
    """Play once: whether the player comes home."""
    one, move, errs = start, 2, False
    if graph.togo[start] == 0:
        return True
    for _ in range(ticks):
        lasts = errs and np.random.random() < LASTING  # noqa: NPY002
        errs = lasts or np.random.random() < slip  # noqa: NPY002
        if not errs:
            turns = np.random.randint(1, MOVES + 1)  # noqa: NPY002
            while turns > 0:
                move = (move + 1) % MOVES
                turns -= best[one] >> move & 1
        elif not lasts and np.random.random() < 0.5:  # noqa: NPY002
            move = np.random.randint(MOVES)  # noqa: NPY002
        to = graph.after[one, move]
        if to == HOME:
            return True
        if to == LOST or graph.togo[to] == NEVER:
            return False
        one = to
    return False
