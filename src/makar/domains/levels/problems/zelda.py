"""Statistics of a dungeon: one hero, one key, one door, enemies that keep their distance."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.problems.flood import count_regions, lay_out, spread

TILES = ("empty", "solid", "player", "key", "door", "bat", "scorpion", "spider")
STATISTICS = ("player", "key", "door", "enemies", "regions", "nearest-enemy", "path-length")
PLAYER, KEY, DOOR, FIRST_ENEMY = 2, 3, 4, 5
PASSABLE = np.array([True, False, True, True, False, True, True, True])
NO_KEYS = np.array([True, False, True, False, False, True, True, True])


@njit(cache=True)
def measure(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 7"],
) -> None:
    """Write ``STATISTICS`` of the maps asked for; numbers stand for ``TILES``.

    Regions are those of a closed door. The nearest enemy counts steps from the player, 0 where
    there is no single player or more than one region; the path leads from the player to the key
    and on through the door, where a part that cannot be walked counts -1.
    """
    _measure(tiles, rows, statistics, False)


@njit(cache=True)
def measure_2020(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 7"],
) -> None:
    """See ``measure``; as in gym-pcgrl, no enemy can come over a key."""
    _measure(tiles, rows, statistics, True)


@njit(cache=True)
def _measure(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 7"],
    keys_stop_enemies: bool,
) -> None:
    B, H, W = tiles.shape
    cells = (H + 2) * (W + 2)
    ground = np.zeros(cells, np.int16)
    distance, queue = np.empty(cells, np.int16), np.empty(cells, np.int16)
    things = np.zeros(3, np.int64)
    for b in range(B):
        if rows[b]:
            _count(tiles[b], statistics[b], things)
            lay_out(tiles[b], PASSABLE, ground)
            statistics[b, 4] = count_regions(ground, W + 2, distance, queue)
            statistics[b, 5:] = 0
            if statistics[b, 0] == 1 and statistics[b, 4] == 1:
                _walk(tiles[b], ground, things, statistics[b], distance, queue, keys_stop_enemies)


@njit(cache=True)
def _walk(
    tiles: UInt8[np.ndarray, "H W"],
    ground: Int[np.ndarray, " N"],
    things: Int[np.ndarray, " 3"],
    statistics: Int[np.ndarray, " 7"],
    distance: Int[np.ndarray, " N"],
    queue: Int[np.ndarray, " N"],
    keys_stop_enemies: bool,
) -> None:
    """Measure what needs a player who can walk everywhere."""
    stride = tiles.shape[1] + 2
    player, key, door = things
    distance[:] = ground
    spread(distance, player, stride, queue)
    to_key = distance[key]
    if keys_stop_enemies:
        lay_out(tiles, NO_KEYS, ground)
        distance[:] = ground
        spread(distance, player, stride, queue)
        lay_out(tiles, PASSABLE, ground)
    statistics[5] = _nearest_enemy(tiles, distance)
    if statistics[1] == 1 and statistics[2] == 1:
        ground[door] = -1
        distance[:] = ground
        spread(distance, key, stride, queue)
        statistics[6] = to_key + distance[door]


@njit(cache=True)
def _count(
    tiles: UInt8[np.ndarray, "H W"],
    statistics: Int[np.ndarray, " 7"],
    things: Int[np.ndarray, " 3"],
) -> None:
    """Count things; ``things`` receives the bordered cells of the last player, key and door."""
    H, W = tiles.shape
    statistics[:4] = 0
    things[:] = 0
    for y in range(H):
        for x in range(W):
            tile = tiles[y, x]
            if tile >= PLAYER:
                cell = (y + 1) * (W + 2) + x + 1
                statistics[min(tile, FIRST_ENEMY) - PLAYER] += 1
                if tile < FIRST_ENEMY:
                    things[tile - PLAYER] = cell


@njit(cache=True)
def _nearest_enemy(tiles: UInt8[np.ndarray, "H W"], distance: Int[np.ndarray, " N"]) -> int:
    """Steps to the nearest enemy, 0 if there is none, the size of the map if none is reached."""
    H, W = tiles.shape
    nearest, any_enemy = H * W, False
    for y in range(H):
        for x in range(W):
            if tiles[y, x] >= FIRST_ENEMY:
                any_enemy = True
                steps = int(distance[(y + 1) * (W + 2) + x + 1])
                if 0 < steps < nearest:
                    nearest = steps
    return nearest if any_enemy else 0
