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

from typing import NamedTuple

import numpy as np
from jaxtyping import Int, UInt8
from numba import njit

SOLID, HAZARD, GOAL, ENEMY, PRIZE = 1, 2, 4, 8, 16
"""What a tile is: ``kinds``. A prize is taken by touching it or, if it is solid, by a bump from
below; nothing that moves minds it."""
BLOCKED, DEADLY, WINNING, ENEMY_RIGHT, ENEMY_LEFT, ENEMY_UP, ENEMY_DOWN = 1, 2, 4, 8, 16, 32, 64
"""What it means for the hero to be in a place, or to come there by moving in a direction."""
ALIVE, DEAD, WON = 0, 1, 2
MOVES = 6
"""What can be done in a tick: left, stay, right; the same three with the jump button held."""


class Game(NamedTuple):
    """What the levels of a game have in common.

    Attributes:
        rise: See ``jumps.Arc``.
        fall: See ``jumps.Arc``.
        sky: Free rows above the map.
        body: Columns and rows of the hero.
        double: 1 if a jump may begin in the air, else 0.
        ends: Whether the last column is the goal.
    """

    rise: Int[np.ndarray, " U"]
    fall: Int[np.ndarray, " J1"]
    sky: int
    body: tuple[int, int]
    double: int
    ends: bool


class World(NamedTuple):
    """A level as the hero meets it.

    Attributes:
        places: ``(Y * X,)`` what being in each place means; see ``terrain``.
        width: X.
        rise: See ``jumps.Arc``.
        fall: See ``jumps.Arc``.
        double: 1 if a jump may begin in the air, else 0.
    """

    places: UInt8[np.ndarray, " N"]
    width: int
    rise: Int[np.ndarray, " U"]
    fall: Int[np.ndarray, " J1"]
    double: int


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
def phases(world: World) -> int:
    """Moments of a jump that are told apart, with a jump left in the air and without."""
    return (len(world.rise) + len(world.fall) - 1) * (world.double + 1)


@njit(cache=True, error_model="numpy")
def unpacked(world: World, moment: int) -> tuple[int, int, int]:
    """Place, phase (``jumps.Arc.phases``) and jumps left of a moment."""
    at = moment // phases(world)
    now = moment - at * phases(world)
    return at, now >> world.double, now & world.double


@njit(cache=True, error_model="numpy")
def packed(world: World, at: int, phase: int, spare: int) -> int:
    """The number of a moment: ``phases`` to a place, two to a phase in a game with two jumps."""
    return at * phases(world) + (phase << world.double) + spare


@njit(cache=True, error_model="numpy")
def can_rise(world: World, at: int, phase: int, spare: int) -> bool:
    """Whether the jump button does anything: a jump begins or rises on."""
    stands = phase == 0 and world.places[at + world.width] & BLOCKED
    return bool(spare or stands or 0 < phase < len(world.rise))


@njit(cache=True, error_model="numpy")
def move_on(world: World, moment: int, move: int) -> tuple[int, int]:
    """Make a move: ``ALIVE``, ``DEAD`` or ``WON``, and the moment after it."""
    at, phase, spare = unpacked(world, moment)
    outcome, at, phase, spare = step(world, at, phase, spare, move)
    return outcome, packed(world, at, phase, spare)


@njit(cache=True, error_model="numpy")
def step(world: World, at: int, phase: int, spare: int, move: int) -> tuple[int, int, int, int]:
    """Make a move: ``ALIVE``, ``DEAD`` or ``WON``, and place, phase and jumps left after it."""
    risen = -1
    if move >= 3:
        if 0 < phase < len(world.rise):
            risen = phase
        elif phase == 0 and world.places[at + world.width] & BLOCKED:
            risen = 0
        elif spare:
            risen, spare = 0, 0
    outcome = ALIVE
    if risen >= 0:
        outcome, at, phase = _rise(world, at, risen)
    if outcome == ALIVE:
        outcome, at = _cross(world, at, move % 3 - 1)
    if outcome == ALIVE and risen < 0:
        outcome, at, phase = _fall(world, at, phase)
    settles = outcome == ALIVE and (phase == 0 or risen < 0)
    if settles and world.places[at + world.width] & BLOCKED:
        phase, spare = 0, world.double
    return outcome, at, phase, spare


@njit(cache=True, error_model="numpy")
def _rise(world: World, at: int, risen: int) -> tuple[int, int, int]:
    """Go up for the tick after ``risen`` of them: outcome, place, phase."""
    phase = risen + 1 if risen + 1 < len(world.rise) else 0
    for _ in range(world.rise[risen]):
        place = world.places[at - world.width]
        if place & BLOCKED:
            return ALIVE, at, 0
        at -= world.width
        if place & (DEADLY | ENEMY_UP):
            return DEAD, at, phase
        if place & WINNING:
            return WON, at, phase
    return ALIVE, at, phase


@njit(cache=True, error_model="numpy")
def _cross(world: World, at: int, dx: int) -> tuple[int, int]:
    """Go across: outcome, place."""
    place = world.places[at + dx]
    if dx == 0 or place & BLOCKED:
        return ALIVE, at
    if place & (DEADLY | (ENEMY_RIGHT if dx > 0 else ENEMY_LEFT)):
        return DEAD, at + dx
    return (WON if place & WINNING else ALIVE), at + dx


@njit(cache=True, error_model="numpy")
def _fall(world: World, at: int, phase: int) -> tuple[int, int, int]:
    """Go down: outcome, place, phase."""
    fallen = max(phase - len(world.rise) + 1, 0)
    for _ in range(world.fall[fallen]):
        place = world.places[at + world.width]
        if place & BLOCKED:
            return ALIVE, at, 0
        at += world.width
        if place & DEADLY:
            return DEAD, at, 0
        if place & WINNING:
            return WON, at, 0
    return ALIVE, at, len(world.rise) + min(fallen + 1, len(world.fall) - 1) - 1
