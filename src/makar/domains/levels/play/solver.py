"""Everything that can happen in a level, and how far the goal is from each moment of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int, Int32
from numba import njit

from makar.domains.levels.play.physics import (
    DEAD,
    MOVES,
    WINNING,
    WON,
    World,
    can_rise,
    packed,
    phases,
    step,
    unpacked,
)

LOST = -1
"""In place of the next moment: the hero died."""
HOME = -2
"""In place of the next moment: the goal."""
NEVER = np.int32(2**30)
"""Cost of a moment from which the goal cannot be reached."""


class Graph(NamedTuple):
    """The moments that can follow one another in a level.

    Attributes:
        moments: ``(N,)`` their numbers in the search; first those the hero may start in.
        after: ``(N, 6)`` which one follows each move; ``LOST`` or ``HOME``.
        togo: ``(N,)`` least cost from each to the goal, ``NEVER`` if there is no way: a tick
            costs 1 and so does beginning a jump.
        order: ``(M,)`` those that can win, nearest to the goal first.
        starts: How many of the first moments the hero may start in.
    """

    moments: Int32[np.ndarray, " N"]
    after: Int32[np.ndarray, "N 6"]
    togo: Int32[np.ndarray, " N"]
    order: Int32[np.ndarray, " M"]
    starts: int


@njit(cache=True, error_model="numpy")
def solve(world: World, first: Int[np.ndarray, " S"], limit: int) -> Graph:
    """Follow every move from the start, then every way back from the goal.

    Args:
        world: The level.
        first: Places to start in.
        limit: Most moments to follow; beyond, nothing is known to lead home.
    """
    moments, after = _follow(world, first, limit)
    togo, order = _way_home(world, moments, after)
    return Graph(moments, after, togo, order, len(first))


@njit(cache=True, error_model="numpy")
def _follow(
    world: World, first: Int[np.ndarray, " S"], limit: int
) -> tuple[Int32[np.ndarray, " N"], Int32[np.ndarray, "N 6"]]:
    """All moments that can come about, and what follows them."""
    number = np.full(len(world.places) * phases(world), -1, np.int32)
    moments = np.empty(1024, np.int32)
    after = np.empty((1024, MOVES), np.int32)
    known = 0
    for at in first:
        moments[known] = packed(world, at, 0, world.double)
        number[moments[known]] = known
        known += 1
    looked = 0
    while looked < min(known, limit):
        if known + MOVES > len(moments):
            moments = np.concatenate((moments, np.empty_like(moments)))
            after = np.concatenate((after, np.empty_like(after)))
        at, phase, spare = unpacked(world, moments[looked])
        moves = 6 if can_rise(world, at, phase, spare) else 3
        for move in range(MOVES):
            if move >= moves:
                after[looked, move] = after[looked, move - 3]
                continue
            outcome, to, to_phase, to_spare = step(world, at, phase, spare, move)
            moment = packed(world, to, to_phase, to_spare)
            if outcome == DEAD:
                after[looked, move] = LOST
            elif outcome == WON:
                after[looked, move] = HOME
            else:
                if number[moment] < 0:
                    number[moment], moments[known] = known, moment
                    known += 1
                after[looked, move] = number[moment]
        looked += 1
    after[looked:known] = LOST
    return moments[:known], after[:known]


@njit(cache=True, error_model="numpy")
def _way_home(
    world: World, moments: Int32[np.ndarray, " N"], after: Int32[np.ndarray, "N 6"]
) -> tuple[Int32[np.ndarray, " N"], Int32[np.ndarray, " M"]]:
    """Least cost to the goal from every moment, and the moments in its order.

    The goal itself is moment N here.
    """
    N = len(moments)
    jumps = _jumps(world, moments)
    begin, edges = _ways_back(after)
    togo, order = np.full(N + 1, NEVER), np.empty(N + 1, np.int32)
    stacks, waiting = np.empty((3, 2 * N + 1), np.int32), np.zeros(3, np.int64)
    togo[N], stacks[0, 0], waiting[0] = 0, N, 1
    known, cost = 0, 0
    while waiting.any():
        if waiting[cost % 3] == 0:
            cost += 1
            continue
        waiting[cost % 3] -= 1
        here = stacks[cost % 3, waiting[cost % 3]]
        if togo[here] != cost:
            continue
        order[known] = here
        known += 1
        for i in range(begin[here], begin[here + 1]):
            one = edges[i] // MOVES
            total = cost + 1 + (jumps[one] and edges[i] % MOVES >= 3)
            if total < togo[one]:
                togo[one] = total
                stacks[total % 3, waiting[total % 3]] = one
                waiting[total % 3] += 1
    return togo[:N], order[1:known]


@njit(cache=True, error_model="numpy")
def _ways_back(
    after: Int32[np.ndarray, "N 6"],
) -> tuple[Int32[np.ndarray, " N2"], Int32[np.ndarray, " E"]]:
    """The moves that lead to each moment: where they begin in a list, and the list.

    Move ``m`` of moment ``i`` is number ``6 i + m``; what leads home comes last.
    """
    N = len(after)
    begin = np.zeros(N + 3, np.int32)
    for i in range(N):
        for move in range(MOVES):
            to = N if after[i, move] == HOME else after[i, move]
            begin[to + 2] += to >= 0
    for i in range(1, N + 3):
        begin[i] += begin[i - 1]
    edges = np.empty(begin[N + 2], np.int32)
    for i in range(N):
        for move in range(MOVES):
            to = N if after[i, move] == HOME else after[i, move]
            if to >= 0:
                edges[begin[to + 1]] = i * MOVES + move
                begin[to + 1] += 1
    return begin[: N + 2], edges


@njit(cache=True, error_model="numpy")
def _jumps(world: World, moments: Int32[np.ndarray, " N"]) -> Bool[np.ndarray, " N"]:
    """Whether the jump button begins a jump in each moment."""
    found = np.zeros(len(moments), np.bool_)
    for i in range(len(moments)):
        at, phase, spare = unpacked(world, moments[i])
        rises = 0 < phase < len(world.rise)
        found[i] = not rises and can_rise(world, at, phase, spare)
    return found


@njit(cache=True, error_model="numpy")
def best_start(world: World, graph: Graph) -> tuple[int, int]:
    """The start nearest to the goal, and what it costs to get there from it."""
    best, cost = -1, int(NEVER)
    for one in range(graph.starts):
        home = world.places[graph.moments[one] // phases(world)] & WINNING
        togo = 0 if home else int(graph.togo[one])
        if togo < cost:
            best, cost = one, togo
    return best, cost


@njit(cache=True, error_model="numpy")
def move_cost(world: World, moment: int, move: int) -> int:
    """1 for the tick, and 1 more if the move begins a jump."""
    at, phase, spare = unpacked(world, moment)
    rises = 0 < phase < len(world.rise)
    return 2 if move >= 3 and not rises and can_rise(world, at, phase, spare) else 1
