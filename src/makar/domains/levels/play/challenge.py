"""How hard a level is to get through, from its structure: how many errors it forgives.

Nobody plays here: ``noisy_player`` judges what this says.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, Int32, UInt8
from numba import njit

from makar.domains.levels.play.physics import MOVES, Game, World, phases, terrain
from makar.domains.levels.play.reach import sources
from makar.domains.levels.play.solver import HOME, LOST, NEVER, Graph, solve

ERROR_TICKS = 4
"""How long a wrong move is kept up."""
RATE = 0.062
"""What an error that cannot be undone weighs; see ``challenge_of``."""


def challenge_of(danger: Float[np.ndarray, " N"], *, axis: int = -1) -> Float[np.ndarray, " B"]:
    """Challenge in [0, 1] of the ticks of a way: about how often a noisy player fails on it.

    The danger of a tick is the share of the six moves (left, stay, right, each with the jump
    button held or not) that, if made there and kept up for four ticks, end in death or where the
    goal can no longer be reached. So a gap counts by its width against the jump's reach and by
    the room for taking off and landing, an enemy or a hazard by how nearly it is passed, and
    jumps that must be precise by how few moves serve::

        challenge = 1 - exp(-0.062 · sum of danger)

    This is the probability of at least one event among rare, independent ones. The four ticks
    and the rate were fitted on 368 levels of gaps, walls, platforms and enemies, against the
    failure rate of ``noisy_player`` with its settings. The measure is our own.

    Args:
        danger: Of each tick.
        axis: The ticks to sum over.
    """
    return 1 - np.exp(-RATE * danger.sum(axis))


@njit(cache=True, error_model="numpy")
def danger_all(
    kinds: UInt8[np.ndarray, "B H W"],
    starts: Int[np.ndarray, "B 2"],
    game: Game,
    limit: int,
    won: Int[np.ndarray, " B"],
    ways: Int32[np.ndarray, "N 4"],
    bounds: Int[np.ndarray, " B1"],
) -> Float[np.ndarray, " N"]:
    """Danger of every tick of the ways through a batch, as ``reach.reach_all`` found them.

    Returns:
        Aligned with ``ways``; 0 on the ways through levels that are not won and at every way's
        end, from which no tick leads on; NaN in a level of more than ``limit`` moments.
    """
    danger = np.zeros(len(ways))
    for b in range(len(kinds)):
        if won[b] != 1:
            continue
        places = terrain(kinds[b], game.body, game.sky, game.ends)
        world = World(places.ravel(), places.shape[1], game.rise, game.fall, game.double)
        graph = solve(world, sources(places, kinds[b], starts[b], game.body, game.sky), limit)
        if len(graph.moments) > limit:
            danger[bounds[b] : bounds[b + 1]] = np.nan
            continue
        number = np.empty(len(world.places) * phases(world), np.int32)
        for one in range(len(graph.moments)):
            number[graph.moments[one]] = one
        for i in range(bounds[b], bounds[b + 1] - 1):
            danger[i] = _danger(graph, int(number[ways[i, 3]]))
    return danger


@njit(cache=True, error_model="numpy")
def _danger(graph: Graph, one: int) -> float:
    """The share of moves that end badly if they are kept up."""
    fatal = 0
    for move in range(MOVES):
        at = one
        for _ in range(ERROR_TICKS):
            at = graph.after[at, move]
            if at == HOME:
                break
            if at == LOST or graph.togo[at] == NEVER:
                fatal += 1
                break
    return fatal / MOVES
