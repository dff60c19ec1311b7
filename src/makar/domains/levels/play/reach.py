"""How far a hero gets in a level: an exact search over everything that it can do.

A*: moments (place, phase of the jump, jumps left) in the order of ticks so far plus columns left
to the goal. No tick crosses more than one column, so the first way found has the fewest ticks,
and moments that cost 0 to 2 more can wait in three stacks. The last to be put on a stack is
looked at first: of ways of one length, one is found that walks before it jumps and jumps high.
A level that cannot be won is searched to the end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Int, Int32, UInt8
from numba import njit

from makar.domains.levels.play.physics import (
    BLOCKED,
    DEAD,
    DEADLY,
    ENEMY,
    WINNING,
    Game,
    World,
    can_rise,
    move_on,
    packed,
    phases,
    step,
    terrain,
    unpacked,
)

MOST = 1 << 25
"""Moments that a level may have; of a larger one nothing is known. For a level of 2**20 cells it is
enough with a jump of eight columns, twice in the air too; the search then takes 700 MB."""
START_COLUMNS = 3
"""Where the hero starts in a game whose levels have no start tile: anywhere in these."""
UNSEEN = np.int32(2**31 - 1)


class Book(NamedTuple):
    """What a search has written down.

    Attributes:
        best: ``(N,)`` least ticks known to each moment, and columns left from there.
        before: ``(N,)`` the moment before each on that way; -1 at the start.
        stacks: ``(3, N)`` moments to look at, by cost.
        waiting: ``(3,)`` how many are in each.
    """

    best: Int32[np.ndarray, " N"]
    before: Int32[np.ndarray, " N"]
    stacks: Int32[np.ndarray, "3 N"]
    waiting: Int[np.ndarray, " 3"]


@njit(cache=True, error_model="numpy")
def reach_all(
    kinds: UInt8[np.ndarray, "B H W"],
    starts: Int[np.ndarray, "B 2"],
    game: Game,
    limit: int,
) -> tuple[Int[np.ndarray, "B 6"], Int32[np.ndarray, "N 4"], Int[np.ndarray, " B1"]]:
    """Search every level of a batch.

    Args:
        kinds: What each tile is: ``physics``'s ``SOLID | HAZARD | GOAL | ENEMY``.
        starts: Row and column of the start; -1: every standing place of the first columns,
            -2: there is none.
        game: What the levels have in common.
        limit: Moments to look at.

    Returns:
        Per level: won (1, 0, or -1: not known), furthest column of the body, moments looked at,
        columns and rows left from where it is nearest to the goal, the same at the start, and
        jumps. Then the ways, one after another, to the goal or to where it is nearest: x and y of
        the feet at each tick, 1 where a jump begins, and the moment. Then where each level's way
        begins.
    """
    B, H, W = kinds.shape
    facts = np.zeros((B, 6), np.int64)
    bounds = np.zeros(B + 1, np.int64)
    ways = np.empty((256 + 2 * B * W, 4), np.int32)
    moments = (game.sky + H + 1) * (W + 2) * (len(game.rise) + len(game.fall) - 1)
    moments *= game.double + 1
    room = moments if moments <= MOST else 0
    best, before = np.empty(room, np.int32), np.empty(room, np.int32)
    stacks, waiting = np.empty((3, room), np.int32), np.zeros(3, np.int64)
    book = Book(best, before, stacks, waiting)
    for b in range(B):
        places = terrain(kinds[b], game.body, game.sky, game.ends)
        world = World(places.ravel(), W + 2, game.rise, game.fall, game.double)
        first = sources(places, kinds[b], starts[b], game.body, game.sky)
        columns = columns_left(places)
        left = columns if game.ends else steps_left(places)
        last = -1
        if room == 0:
            facts[b] = np.array([-1, -1, 0, 1, 1, 0])
        else:
            book.best[:] = UNSEEN
            last = _search(world, first, columns, left, book, facts[b], limit)
        if facts[b, 1] >= 0:
            facts[b, 1] += game.body[0] - 1
        length = way_length(book, last)
        if bounds[b] + length > len(ways):
            ways = np.concatenate((ways, np.empty((len(ways) + length, 4), np.int32)))
        bounds[b + 1] = bounds[b] + length
        facts[b, 5] = _trace(world, book, last, game.sky, ways[bounds[b] : bounds[b + 1]])
    return facts, ways[: bounds[B]], bounds


@njit(cache=True, error_model="numpy")
def columns_left(places: UInt8[np.ndarray, "Y X"]) -> Int32[np.ndarray, " N"]:
    """Columns from each place to the nearest with a goal; as many as there are without one."""
    Y, X = places.shape
    columns = np.full(X, X)
    for x in range(X):
        for y in range(Y):
            if places[y, x] & WINNING and not places[y, x] & BLOCKED:
                columns[x] = 0
    for x in range(1, X):
        columns[x] = min(columns[x], columns[x - 1] + 1)
        columns[X - 1 - x] = min(columns[X - 1 - x], columns[X - x] + 1)
    for x in range(1, X):
        columns[x] = min(columns[x], columns[x - 1] + 1)
    left = np.empty((Y, X), np.int32)
    left[:] = columns
    return left.ravel()


@njit(cache=True, error_model="numpy")
def steps_left(places: UInt8[np.ndarray, "Y X"]) -> Int32[np.ndarray, " N"]:
    """Columns and rows from each place to the nearest goal; as many as there are without one."""
    Y, X = places.shape
    left = np.full((Y + 2, X + 2), Y + X, np.int32)
    for y in range(1, Y + 1):
        for x in range(1, X + 1):
            place = places[y - 1, x - 1]
            if place & WINNING and not place & BLOCKED:
                left[y, x] = 0
            left[y, x] = min(left[y, x], left[y - 1, x] + 1, left[y, x - 1] + 1)
    for y in range(Y, 0, -1):
        for x in range(X, 0, -1):
            left[y, x] = min(left[y, x], left[y + 1, x] + 1, left[y, x + 1] + 1)
    return left[1:-1, 1:-1].copy().ravel()


@njit(cache=True, error_model="numpy")
def sources(
    places: UInt8[np.ndarray, "Y X"],
    kinds: UInt8[np.ndarray, "H W"],
    start: Int[np.ndarray, " 2"],
    body: tuple[int, int],
    sky: int,
) -> Int[np.ndarray, " N"]:
    """The places to start in: none where nobody could live."""
    H, X = kinds.shape[0], places.shape[1]
    found = np.empty(START_COLUMNS * H, np.int64)
    count = 0
    if start[0] >= 0:
        if _is_safe(places, kinds, start[1], start[0], body, sky):
            found[0], count = (start[0] + sky) * X + start[1] + 1, 1
    elif start[0] == -1:
        for x in range(min(START_COLUMNS, X - 2)):
            for y in range(H):
                stands = places[sky + y + 1, x + 1] & BLOCKED
                if stands and _is_safe(places, kinds, x, y, body, sky):
                    found[count] = (sky + y) * X + x + 1
                    count += 1
    return found[:count]


@njit(cache=True, error_model="numpy")
def _is_safe(
    places: UInt8[np.ndarray, "Y X"],
    kinds: UInt8[np.ndarray, "H W"],
    x: int,
    y: int,
    body: tuple[int, int],
    sky: int,
) -> bool:
    """Whether the hero can be in a place without having come there."""
    met = kinds[max(y - body[1] + 1, 0) : y + 1, x : x + body[0]]
    return not places[sky + y, x + 1] & (BLOCKED | DEADLY) and not (met & ENEMY).any()


@njit(cache=True, error_model="numpy")
def _search(
    world: World,
    first: Int[np.ndarray, " N"],
    columns: Int32[np.ndarray, " N"],
    left: Int32[np.ndarray, " N"],
    book: Book,
    facts: Int[np.ndarray, " 6"],
    limit: int,
) -> int:
    """Write what is known of one level into ``facts``; the moment at the end of the way."""
    facts[1], facts[3], facts[4] = -1, len(left), len(left)
    book.waiting[:] = 0
    last, cost = -1, len(left)
    for at in first:
        cost = min(cost, columns[at])
        facts[4] = min(facts[4], left[at])
        _offer(book, packed(world, at, 0, world.double), int(columns[at]), -1)
    while book.waiting.any():
        if book.waiting[cost % 3] == 0:
            cost += 1
            continue
        book.waiting[cost % 3] -= 1
        moment = book.stacks[cost % 3, book.waiting[cost % 3]]
        if book.best[moment] != cost:
            continue
        at = moment // phases(world)
        facts[1] = max(facts[1], at % world.width - 1)
        facts[2] += 1
        if left[at] < facts[3]:
            facts[3], last = left[at], moment
        if world.places[at] & WINNING or facts[2] >= limit:
            facts[0] = 1 if world.places[at] & WINNING else -1
            break
        _expand(world, book, columns, moment)
    return last


@njit(cache=True, error_model="numpy")
def _expand(world: World, book: Book, columns: Int32[np.ndarray, " N"], moment: int) -> None:
    """Note everything that can follow a moment; what should be tried first, last."""
    at, phase, spare = unpacked(world, moment)
    moves, first = 3, 0
    if can_rise(world, at, phase, spare):
        rises = 0 < phase < len(world.rise)
        moves, first = 6, 0 if rises else 3
    cost = book.best[moment] + 1 - columns[at]
    for i in range(moves):
        outcome, to, to_phase, to_spare = step(world, at, phase, spare, (first + i) % moves)
        if outcome != DEAD:
            after = packed(world, to, to_phase, to_spare)
            _offer(book, after, cost + columns[to], moment)


@njit(cache=True, error_model="numpy")
def _offer(book: Book, moment: int, cost: int, before: int) -> None:
    """Note a way to a moment, if it is the best so far."""
    if cost < book.best[moment]:
        book.best[moment], book.before[moment] = cost, before
        book.stacks[cost % 3, book.waiting[cost % 3]] = moment
        book.waiting[cost % 3] += 1


@njit(cache=True, error_model="numpy")
def way_length(book: Book, last: int) -> int:
    """Moments on the way to one."""
    length = 0
    while last >= 0:
        last, length = book.before[last], length + 1
    return length


@njit(cache=True, error_model="numpy")
def _trace(world: World, book: Book, last: int, sky: int, way: Int32[np.ndarray, "T 4"]) -> int:
    """Write the way to a moment, and count its jumps."""
    jumps, after = 0, -1
    for i in range(len(way) - 1, -1, -1):
        at = last // phases(world)
        begun = after >= 0 and _is_jump(world, last, after)
        way[i] = np.array([at % world.width - 1, at // world.width - sky, begun, last])
        jumps += begun
        last, after = book.before[last], last
    return jumps


@njit(cache=True, error_model="numpy")
def _is_jump(world: World, moment: int, after: int) -> bool:
    """Whether it takes a new jump to get from one moment to the next."""
    if 0 < unpacked(world, moment)[1] < len(world.rise):
        return False
    walks = False
    for move in range(3):
        walks |= move_on(world, moment, move)[1] == after
    return not walks
