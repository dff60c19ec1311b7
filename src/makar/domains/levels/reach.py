"""How far a hero gets in a level: an exact search over everything that it can do.

A*: moments (place, phase of the jump, jumps left) in the order of cost so far plus columns left
to the goal. A tick costs 1 and so does beginning a jump, and no tick crosses more than one
column, so the first way found is one with the least ticks and jumps, and what costs of 0 to 3
more can wait in four stacks. A level that cannot be won is searched to the end.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, Int32, UInt8
from numba import njit

from makar.domains.levels.moving import (
    BLOCKED,
    DEAD,
    DEADLY,
    ENEMY_DOWN,
    ENEMY_LEFT,
    ENEMY_RIGHT,
    ENEMY_UP,
    WINNING,
    may_rise,
    terrain,
    tick,
)

MOST = 1 << 22
"""Moments that a level may have; of a larger one nothing is known."""
START_COLUMNS = 3
"""Where the hero starts in a game whose levels have no start tile: anywhere in these."""
UNSEEN = np.int32(2**31 - 1)


@njit(cache=True)
def reach_all(
    kinds: UInt8[np.ndarray, "B H W"],
    starts: Int[np.ndarray, "B 2"],
    ends: bool,
    rise: Int[np.ndarray, " U"],
    fall: Int[np.ndarray, " J1"],
    body: tuple[int, int],
    double: int,
    sky: int,
    limit: int,
) -> tuple[Int[np.ndarray, "B 6"], Int32[np.ndarray, "N 3"], Int[np.ndarray, " B1"]]:
    """Search every level of a batch.

    Args:
        kinds: What each tile is: ``moving``'s ``SOLID | HAZARD | GOAL | ENEMY``.
        starts: Row and column of the start; -1: every standing place of the first columns,
            -2: there is none.
        ends: Whether the last column is the goal.
        rise: See ``jumping.Arc``.
        fall: See ``jumping.Arc``.
        body: Columns and rows of the hero.
        double: 1 if a jump may begin in the air, else 0.
        sky: Free rows above the map.
        limit: Moments to look at.

    Returns:
        Per level: won (1, 0, or -1: not known), furthest column of the body, moments looked at,
        columns and rows left from where it is nearest to the goal, the same at the start, and
        jumps. Then the ways, one after another, to the goal or to where it is nearest: x and y of
        the feet at each tick, and 1 where a jump begins. Then where each level's way begins.
    """
    B, H, W = kinds.shape
    facts = np.zeros((B, 6), np.int64)
    bounds = np.zeros(B + 1, np.int64)
    ways = np.empty((256 + 2 * B * W, 3), np.int32)
    phases = len(rise) + len(fall) - 1
    moments = (sky + H + 1) * (W + 2) * phases * (double + 1)
    room = moments if moments <= MOST else 0
    best, before = np.empty(room, np.int32), np.empty(room, np.int32)
    stacks = np.empty((4, room), np.int32)
    for b in range(B):
        places = terrain(kinds[b], body, sky, ends)
        left, columns = distances(places)
        first = sources(places, kinds[b], starts[b], body, sky)
        last = -1
        if room == 0:
            facts[b, 0] = -1
        else:
            best[:] = UNSEEN
            facts[b], last = _search(
                places, first, left, columns, rise, fall, double, limit, best, before, stacks
            )
        if facts[b, 1] > 0:
            facts[b, 1] += body[0] - 2
        length = way_length(last, before)
        if bounds[b] + length > len(ways):
            ways = np.concatenate((ways, np.empty((len(ways) + length, 3), np.int32)))
        bounds[b + 1] = bounds[b] + length
        way = ways[bounds[b] : bounds[b + 1]]
        facts[b, 5] = _trace(last, before, best, columns, phases, double, sky, way)
    return facts, ways[: bounds[B]], bounds


@njit(cache=True)
def distances(
    places: UInt8[np.ndarray, "Y X"],
) -> tuple[Int[np.ndarray, "Y X"], Int[np.ndarray, " X"]]:
    """Columns and rows from each place to the nearest that wins, and columns from each column.

    Without any goal both are as large as the map.
    """
    Y, X = places.shape
    left = np.full((Y, X), Y + X)
    columns = np.full(X, X)
    for y in range(Y):
        for x in range(X):
            if places[y, x] & WINNING and not places[y, x] & BLOCKED:
                left[y, x], columns[x] = 0, 0
            elif x > 0:
                left[y, x] = min(left[y, x], left[y, x - 1] + 1)
            if y > 0:
                left[y, x] = min(left[y, x], left[y - 1, x] + 1)
    for y in range(Y - 1, -1, -1):
        for x in range(X - 1, -1, -1):
            if x < X - 1:
                left[y, x] = min(left[y, x], left[y, x + 1] + 1)
            if y < Y - 1:
                left[y, x] = min(left[y, x], left[y + 1, x] + 1)
    for x in range(1, X):
        columns[x] = min(columns[x], columns[x - 1] + 1)
    for x in range(X - 2, -1, -1):
        columns[x] = min(columns[x], columns[x + 1] + 1)
    return left, columns


@njit(cache=True)
def sources(
    places: UInt8[np.ndarray, "Y X"],
    kinds: UInt8[np.ndarray, "H W"],
    start: Int[np.ndarray, " 2"],
    body: tuple[int, int],
    sky: int,
) -> Int[np.ndarray, "N 2"]:
    """Column and row in ``places`` of each place to start in: none where nobody could live."""
    H, W = kinds.shape
    deadly = BLOCKED | DEADLY | ENEMY_RIGHT | ENEMY_LEFT | ENEMY_UP | ENEMY_DOWN
    found = np.empty((START_COLUMNS * H, 2), np.int64)
    count = 0
    if start[0] >= 0:
        x, y = start[1] + 1, start[0] + sky
        if not places[y, x] & deadly and not _is_inside_enemy(kinds, start, body):
            found[0] = np.array([x, y])
            count = 1
    elif start[0] == -1:
        for x in range(1, min(START_COLUMNS, W) + 1):
            for y in range(sky, sky + H):
                if places[y, x] & deadly or not places[y + 1, x] & BLOCKED:
                    continue
                if not _is_inside_enemy(kinds, np.array([y - sky, x - 1]), body):
                    found[count] = np.array([x, y])
                    count += 1
    return found[:count]


@njit(cache=True)
def _is_inside_enemy(
    kinds: UInt8[np.ndarray, "H W"], feet: Int[np.ndarray, " 2"], body: tuple[int, int]
) -> bool:
    top, left = max(feet[0] - body[1] + 1, 0), feet[1]
    return bool((kinds[top : feet[0] + 1, left : left + body[0]] & 8).any())


@njit(cache=True)
def _search(
    places: UInt8[np.ndarray, "Y X"],
    first: Int[np.ndarray, "N 2"],
    left: Int[np.ndarray, "Y X"],
    columns: Int[np.ndarray, " X"],
    rise: Int[np.ndarray, " U"],
    fall: Int[np.ndarray, " J1"],
    double: int,
    limit: int,
    best: Int32[np.ndarray, " N"],
    before: Int32[np.ndarray, " N"],
    stacks: Int32[np.ndarray, "4 N"],
) -> tuple[Int[np.ndarray, " 6"], int]:
    """What is known of one level, and the moment at the end of the way."""
    X, phases = places.shape[1], len(rise) + len(fall) - 1
    waiting = np.zeros(4, np.int64)
    facts, last = np.zeros(6, np.int64), -1
    facts[1], facts[3], facts[4] = -1, places.size, places.size
    cost = UNSEEN
    for i in range(len(first)):
        cost = min(cost, columns[first[i, 0]])
    for i in range(len(first)):
        x, y = first[i]
        moment = (y * X + x) * phases * (double + 1) + double
        # Sources that lie further than the nearest are offered at their own cost, in turn.
        best[moment], before[moment] = columns[x], -1
        bucket = columns[x] % 4
        stacks[bucket, waiting[bucket]] = moment
        waiting[bucket] += 1
        facts[4] = min(facts[4], left[y, x])
    while waiting.any():
        bucket = cost % 4
        if waiting[bucket] == 0:
            cost += 1
            continue
        waiting[bucket] -= 1
        moment = stacks[bucket, waiting[bucket]]
        if best[moment] != cost:
            continue
        spare = moment % (double + 1)
        phase = moment // (double + 1) % phases
        place = moment // (double + 1) // phases
        x, y = place % X, place // X
        facts[2] += 1
        facts[1] = max(facts[1], x)
        if left[y, x] < facts[3]:
            facts[3], last = left[y, x], moment
        if places[y, x] & WINNING:
            facts[0] = 1
            break
        if facts[2] >= limit:
            facts[0] = -1
            break
        ups = 2 if may_rise(places, len(rise), x, y, phase, spare) else 1
        for move in range(3 * ups):
            dx = move % 3 - 1
            outcome, to_x, to_y, to_phase, to_spare, begun = tick(
                places, rise, fall, double, x, y, phase, spare, dx, move >= 3
            )
            if outcome == DEAD:
                continue
            after = ((to_y * X + to_x) * phases + to_phase) * (double + 1) + to_spare
            total = cost + 1 + begun + columns[to_x] - columns[x]
            if total < best[after]:
                best[after], before[after] = total, moment
                stacks[total % 4, waiting[total % 4]] = after
                waiting[total % 4] += 1
    return facts, last


@njit(cache=True)
def way_length(last: int, before: Int32[np.ndarray, " N"]) -> int:
    """Moments on the way to one."""
    length = 0
    while last >= 0:
        last, length = before[last], length + 1
    return length


@njit(cache=True)
def _trace(
    last: int,
    before: Int32[np.ndarray, " N"],
    best: Int32[np.ndarray, " N"],
    columns: Int[np.ndarray, " X"],
    phases: int,
    double: int,
    sky: int,
    way: Int32[np.ndarray, "T 3"],
) -> int:
    """Write the way to a moment, and count its jumps."""
    X, jumps, later = len(columns), 0, 0
    for i in range(len(way) - 1, -1, -1):
        place = last // (double + 1) // phases
        x = place % X
        way[i, 0], way[i, 1], way[i, 2] = x - 1, place // X - sky, 0
        if i + 1 < len(way):
            # What a tick cost beyond itself is a jump.
            after = way[i + 1, 0] + 1
            way[i, 2] = later - best[last] - 1 - columns[after] + columns[x]
            jumps += way[i, 2]
        last, later = before[last], best[last]
    return jumps
