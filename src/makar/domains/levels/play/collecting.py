"""What a hero can take in a level: each tile with something in it that some jump gets to.

A tile that lets the hero through, such as a coin, is taken where its body comes to overlap the
tile; a solid one, such as a question block, where a rise is stopped by it. Every moment that can
come about is looked at, those in which the goal is missed as well. What can only be taken on the
way into death is not taken: from the tick in which it is, the hero must still be able to come to
stand somewhere, or win.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int, Int8, Int32, UInt8
from numba import njit

from makar.domains.levels.play.physics import (
    BLOCKED,
    DEAD,
    MOVES,
    PRIZE,
    SOLID,
    WINNING,
    WON,
    Game,
    World,
    can_rise,
    packed,
    step,
    terrain,
    unpacked,
)
from makar.domains.levels.play.reach import MOST, sources

TOUCHED, BUMPED = 1, 2
"""How something is taken, and what can be had in a place: by being there, by rising against what
is above it."""
LANDS, FALLS = 1, 2
"""What becomes of a hero from a moment on: it can come to stand, or it cannot."""


class Search(NamedTuple):
    """What is noted in looking for what can be taken.

    Attributes:
        prizes: ``(H, W)`` how what still lies there is taken, ``TOUCHED`` or ``BUMPED``; else 0.
        offers: ``(Y * X,)`` what can be had in each place, as ``terrain`` has them.
        seen: ``(N,)`` True for the moments that came about.
        fate: ``(N,)`` ``LANDS`` or ``FALLS``; 0 while that is not known.
        waiting: ``(N,)`` room for the moments to look at.
        tried: ``(N,)`` room for those that are looked at to learn a fate.
        body: Columns and rows of the hero.
        sky: Free rows above the map.
    """

    prizes: UInt8[np.ndarray, "H W"]
    offers: UInt8[np.ndarray, " P"]
    seen: Bool[np.ndarray, " N"]
    fate: Int8[np.ndarray, " N"]
    waiting: Int32[np.ndarray, " N"]
    tried: Int32[np.ndarray, " N"]
    body: tuple[int, int]
    sky: int


@njit(cache=True, error_model="numpy")
def collect_all(
    kinds: UInt8[np.ndarray, "B H W"], starts: Int[np.ndarray, "B 2"], game: Game
) -> Bool[np.ndarray, "B H W"]:
    """True at every tile that can be taken; at none of a level too large to be searched.

    Args:
        kinds: What each tile is: ``physics``'s ``SOLID``, ``PRIZE`` and so on.
        starts: See ``reach.reach_all``.
        game: What the levels have in common.
    """
    B, H, W = kinds.shape
    taken = np.zeros((B, H, W), np.bool_)
    moments = (game.sky + H + 1) * (W + 2) * (len(game.rise) + len(game.fall) - 1)
    moments *= game.double + 1
    if moments > MOST:
        return taken
    seen, fate = np.empty(moments, np.bool_), np.empty(moments, np.int8)
    waiting, tried = np.empty(moments, np.int32), np.empty(moments, np.int32)
    for b in range(B):
        prizes = _prizes(kinds[b])
        if not prizes.any():
            continue
        places = terrain(kinds[b], game.body, game.sky, game.ends)
        world = World(places.ravel(), W + 2, game.rise, game.fall, game.double)
        offers = _offers(prizes, game.body, game.sky).ravel()
        seen[:], fate[:] = False, 0
        search = Search(prizes, offers, seen, fate, waiting, tried, game.body, game.sky)
        _collect(world, sources(places, kinds[b], starts[b], game.body, game.sky), search)
        taken[b] = (kinds[b] & PRIZE > 0) & (prizes == 0)
    return taken


@njit(cache=True, error_model="numpy")
def _prizes(kinds: UInt8[np.ndarray, "H W"]) -> UInt8[np.ndarray, "H W"]:
    """How what lies in each cell is taken."""
    H, W = kinds.shape
    prizes = np.zeros((H, W), np.uint8)
    for y in range(H):
        for x in range(W):
            if kinds[y, x] & PRIZE:
                prizes[y, x] = BUMPED if kinds[y, x] & SOLID else TOUCHED
    return prizes


@njit(cache=True, error_model="numpy")
def _offers(
    prizes: UInt8[np.ndarray, "H W"],
    body: tuple[int, int],
    sky: int,
) -> UInt8[np.ndarray, "Y X"]:
    """What can be had in each place."""
    H, W = prizes.shape
    offers = np.zeros((sky + H + 1, W + 2), np.uint8)
    wide, tall = body
    for y in range(H):
        for x in range(W):
            if not prizes[y, x]:
                continue
            for column in range(max(x - wide + 2, 1), x + 2):
                if prizes[y, x] == TOUCHED:
                    for row in range(sky + y, min(sky + y + tall, sky + H)):
                        offers[row, column] |= TOUCHED
                elif y + tall < H:
                    offers[sky + y + tall, column] |= BUMPED
    return offers


@njit(cache=True, error_model="numpy")
def _collect(world: World, first: Int[np.ndarray, " S"], search: Search) -> None:
    """Go wherever the hero can until nothing is left, and take what is met from ``prizes``."""
    left, count = (search.prizes > 0).sum(), 0
    for at in first:
        moment = packed(world, at, 0, world.double)
        wins = world.places[at] & WINNING > 0
        if wins or _can_land(world, search, moment):
            left -= _touch(world, search, at)
        if not wins:
            search.seen[moment], search.waiting[count] = True, moment
            count += 1
    while count and left:
        count -= 1
        at, phase, spare = unpacked(world, search.waiting[count])
        rises = can_rise(world, at, phase, spare)
        for move in range(MOVES if rises else 3):
            outcome, to, to_phase, to_spare = step(world, at, phase, spare, move)
            if outcome == DEAD:
                continue
            after = packed(world, to, to_phase, to_spare)
            met = _met(world, search, at, phase, to, move >= 3)
            if met and (outcome == WON or _can_land(world, search, after)):
                left -= _take(world, search, at, phase, to, move >= 3)
            if outcome != WON and not search.seen[after]:
                search.seen[after], search.waiting[count] = True, after
                count += 1


@njit(cache=True, error_model="numpy")
def _met(world: World, search: Search, at: int, phase: int, to: int, rising: bool) -> bool:
    """Whether a tick leads past anything."""
    top, bottom, column = _line(world, at, to, rising)
    found = search.offers[to] & TOUCHED
    for row in range(top, bottom + 1):
        found |= search.offers[row * world.width + column] & TOUCHED
    if rising and _stopped(world, at, phase, top):
        found |= search.offers[top * world.width + column] & BUMPED
    return found > 0


@njit(cache=True, error_model="numpy")
def _take(world: World, search: Search, at: int, phase: int, to: int, rising: bool) -> int:
    """Take what a tick leads past; how much that was."""
    top, bottom, column = _line(world, at, to, rising)
    taken = _touch(world, search, to)
    for row in range(top, bottom + 1):
        taken += _touch(world, search, row * world.width + column)
    if rising and _stopped(world, at, phase, top):
        taken += _bump(world, search, top * world.width + column)
    return taken


@njit(cache=True, error_model="numpy")
def _line(world: World, at: int, to: int, rising: bool) -> tuple[int, int, int]:
    """First and last row, and the column, of a tick's way up or down.

    A rise goes up and then across, a fall across and then down: see ``physics``.
    """
    rows = at // world.width, to // world.width
    return min(rows), max(rows), (at if rising else to) % world.width


@njit(cache=True, error_model="numpy")
def _stopped(world: World, at: int, phase: int, top: int) -> bool:
    """Whether a tick's rise, which came to row ``top``, was to go on."""
    risen = phase if 0 < phase < len(world.rise) else 0
    return at // world.width - top < world.rise[risen]


@njit(cache=True, error_model="numpy")
def _touch(world: World, search: Search, at: int) -> int:
    """Take all that the body overlaps in a place."""
    if not search.offers[at] & TOUCHED:
        return 0
    wide, tall = search.body
    x, y = at % world.width - 1, at // world.width - search.sky
    search.offers[at] &= ~np.uint8(TOUCHED)
    return _emptied(search.prizes[max(y - tall + 1, 0) : max(y + 1, 0), x : x + wide], TOUCHED)


@njit(cache=True, error_model="numpy")
def _bump(world: World, search: Search, at: int) -> int:
    """Take all that is right above the head in a place."""
    if not search.offers[at] & BUMPED:
        return 0
    wide, tall = search.body
    x, y = at % world.width - 1, at // world.width - search.sky - tall
    search.offers[at] &= ~np.uint8(BUMPED)
    return _emptied(search.prizes[y : y + 1, x : x + wide], BUMPED)


@njit(cache=True, error_model="numpy")
def _emptied(prizes: UInt8[np.ndarray, "R C"], by: int) -> int:
    """Take what is taken in one way; how much that was."""
    count = 0
    for y in range(prizes.shape[0]):
        for x in range(prizes.shape[1]):
            if prizes[y, x] == by:
                prizes[y, x] = 0
                count += 1
    return count


@njit(cache=True, error_model="numpy")
def _can_land(world: World, search: Search, moment: int) -> bool:
    """Whether the hero can still come to stand, or win."""
    if search.fate[moment] == LANDS:
        return True
    tried, count, looked = search.tried, 1, 0
    if search.fate[moment] == FALLS:
        return False
    tried[0], search.fate[moment] = moment, FALLS
    lands = False
    while looked < count and not lands:
        at, phase, spare = unpacked(world, tried[looked])
        looked += 1
        lands = phase == 0 and world.places[at + world.width] & BLOCKED > 0
        moves = 0 if lands else MOVES if can_rise(world, at, phase, spare) else 3
        for move in range(moves):
            outcome, to, to_phase, to_spare = step(world, at, phase, spare, move)
            after = packed(world, to, to_phase, to_spare)
            if outcome == WON or (outcome != DEAD and search.fate[after] == LANDS):
                lands = True
                break
            if outcome != DEAD and not search.fate[after]:
                search.fate[after], tried[count] = FALLS, after
                count += 1
    if lands:
        for one in tried[:count]:
            search.fate[one] = 0
        search.fate[moment] = LANDS
    return lands
