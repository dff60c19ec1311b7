"""One tick of a hero's life in a platform level: the rules that search and players share.

Where the hero is, is told by the cell of its feet: the lowest row and the leftmost column of its
body. In one tick it goes -1, 0 or 1 columns. A tick that rises goes up cell by cell, then across;
any other goes across, then down cell by cell, so that nothing is passed through:

- Who stands may begin to jump; who rises may rise on, or let go and fall as from the height of a
  jump. A ceiling ends the rise. With a double jump, one jump may begin in the air after the hero
  left the ground, by a jump or off an edge.
- Solid tiles stop the body, and so do the sides of the map. Above it is free sky.
- Touching a hazard or falling out of the bottom is death. So is touching an enemy, except in the
  cells that the body falls into: a stomp squashes the enemy and the hero falls on. It does not
  bounce and an enemy carries nobody, so enemies never make a level easier.
- Touching a goal wins at once. Nothing but the hero moves.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, UInt8
from numba import njit

SOLID, HAZARD, GOAL, ENEMY = 1, 2, 4, 8
"""What a tile is: ``kinds``."""
BLOCKED, DEADLY, WINNING, ENEMY_RIGHT, ENEMY_LEFT, ENEMY_UP, ENEMY_DOWN = 1, 2, 4, 8, 16, 32, 64
"""What it means for the hero to be in a place, or to come there by moving in a direction."""
ALIVE, DEAD, WON = 0, 1, 2


@njit(cache=True)
def terrain(
    kinds: UInt8[np.ndarray, "H W"], body: tuple[int, int], sky: int, ends: bool
) -> UInt8[np.ndarray, "Y X"]:
    """What being in each place means for the whole body.

    Args:
        kinds: What each tile is.
        body: Columns and rows of the hero.
        sky: Free rows above the map.
        ends: Whether the last column is the goal.

    Returns:
        ``(sky + H + 1, W + 2)``: row ``sky + y`` and column ``x + 1`` are for feet in row y and
        column x. The last row lies below the map.
    """
    H, W = kinds.shape
    places = np.zeros((sky + H + 1, W + 2), np.uint8)
    places[:, 0] = BLOCKED
    places[:, max(W - body[0] + 2, 0) :] = BLOCKED
    for x in range(W - body[0] + 1):
        if ends and x == W - body[0]:
            places[:, x + 1] = WINNING
        places[sky + H, x + 1] |= DEADLY
    for y in range(H):
        for x in range(W):
            if kinds[y, x]:
                _spread(places, kinds[y, x], y, x, body, sky)
    return places


@njit(cache=True)
def _spread(
    places: UInt8[np.ndarray, "Y X"], kind: int, y: int, x: int, body: tuple[int, int], sky: int
) -> None:
    """Mark the places in which some part of the body is in a cell."""
    meaning = 0
    if kind & SOLID:
        meaning |= BLOCKED
    if kind & HAZARD:
        meaning |= DEADLY
    if kind & GOAL:
        meaning |= WINNING
    wide, tall = body
    for row in range(sky + y, min(sky + y + tall, len(places) - 1)):
        for column in range(max(x - wide + 2, 1), x + 2):
            marks = meaning
            if kind & ENEMY:
                marks |= ENEMY_RIGHT if column == x - wide + 2 else 0
                marks |= ENEMY_LEFT if column == x + 1 else 0
                marks |= ENEMY_UP if row == sky + y + tall - 1 else 0
                marks |= ENEMY_DOWN if row == sky + y else 0
            places[row, column] |= marks


@njit(cache=True)
def may_rise(
    places: UInt8[np.ndarray, "Y X"],
    rises: int,
    x: int,
    y: int,
    phase: int,
    spare: int,
) -> bool:
    """Whether the jump button does anything: a jump begins, or goes on."""
    return spare > 0 or 0 < phase < rises or (phase == 0 and bool(places[y + 1, x] & BLOCKED))


@njit(cache=True)
def tick(
    places: UInt8[np.ndarray, "Y X"],
    rise: Int[np.ndarray, " U"],
    fall: Int[np.ndarray, " J1"],
    double: int,
    x: int,
    y: int,
    phase: int,
    spare: int,
    dx: int,
    up: bool,
) -> tuple[int, int, int, int, int, bool]:
    """One tick.

    Args:
        places: See ``terrain``.
        rise: See ``jumping.Arc``.
        fall: See ``jumping.Arc``.
        double: 1 if a jump may begin in the air, else 0.
        x: Column in ``places``.
        y: Row in ``places``.
        phase: See ``jumping.Arc.phases``.
        spare: 1 if a jump may still begin in the air, else 0.
        dx: -1, 0 or 1 columns.
        up: Whether the jump button is held.

    Returns:
        ``ALIVE``, ``DEAD`` or ``WON``; x, y, phase and spare after it; whether a jump began.
    """
    begun, risen = False, -1
    if up:
        if 0 < phase < len(rise):
            risen = phase
        elif phase == 0 and places[y + 1, x] & BLOCKED:
            begun, risen = True, 0
        elif spare:
            begun, risen, spare = True, 0, 0
    outcome = ALIVE
    if risen >= 0:
        outcome, y, phase = _rise(places, rise, x, y, risen)
    if outcome == ALIVE:
        outcome, x = _cross(places, x, y, dx)
    if outcome == ALIVE and risen < 0:
        outcome, y, phase = _fall(places, fall, x, y, phase, len(rise))
    settles = outcome == ALIVE and (phase == 0 or risen < 0)
    if settles and places[y + 1, x] & BLOCKED:
        phase, spare = 0, double
    return outcome, x, y, phase, spare, begun


@njit(cache=True)
def _rise(
    places: UInt8[np.ndarray, "Y X"], rise: Int[np.ndarray, " U"], x: int, y: int, risen: int
) -> tuple[int, int, int]:
    """Go up for the tick after ``risen`` of them: outcome, row, phase."""
    phase = risen + 1 if risen + 1 < len(rise) else 0
    for _ in range(rise[risen]):
        place = places[y - 1, x]
        if place & BLOCKED:
            return ALIVE, y, 0
        y -= 1
        if place & (DEADLY | ENEMY_UP):
            return DEAD, y, phase
        if place & WINNING:
            return WON, y, phase
    return ALIVE, y, phase


@njit(cache=True)
def _cross(places: UInt8[np.ndarray, "Y X"], x: int, y: int, dx: int) -> tuple[int, int]:
    """Go across: outcome, column."""
    place = places[y, x + dx]
    if dx == 0 or place & BLOCKED:
        return ALIVE, x
    if place & (DEADLY | (ENEMY_RIGHT if dx > 0 else ENEMY_LEFT)):
        return DEAD, x + dx
    return (WON if place & WINNING else ALIVE), x + dx


@njit(cache=True)
def _fall(
    places: UInt8[np.ndarray, "Y X"],
    fall: Int[np.ndarray, " J1"],
    x: int,
    y: int,
    phase: int,
    rises: int,
) -> tuple[int, int, int]:
    """Go down: outcome, row, phase."""
    fallen = max(phase - rises + 1, 0)
    for _ in range(fall[fallen]):
        place = places[y + 1, x]
        if place & BLOCKED:
            return ALIVE, y, 0
        y += 1
        if place & DEADLY:
            return DEAD, y, 0
        if place & WINNING:
            return WON, y, 0
    return ALIVE, y, rises + min(fallen + 1, len(fall) - 1) - 1
