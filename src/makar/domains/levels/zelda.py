"""Statistics of a dungeon: one hero, one key, one door, enemies that keep their distance."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.spreading import count_regions, lay_out, spread

TILES = ("empty", "solid", "player", "key", "door", "bat", "scorpion", "spider")
STATISTICS = ("player", "key", "door", "enemies", "regions", "nearest-enemy", "path-length")
PLAYER, KEY, DOOR, FIRST_ENEMY = 2, 3, 4, 5


@njit(cache=True)
def measure(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 7"],
) -> None:
    """Write ``STATISTICS`` of the maps asked for; numbers stand for ``TILES``.

    Regions are those of a closed door. The nearest enemy counts steps from the player, 0 where
    there is no single player or more than one region; the path leads from the player to the key
    and on through the door, and is -1 short for a part that cannot be walked.
    """
    B, H, W = tiles.shape
    cells = (H + 2) * (W + 2)
    passable = np.array([True, False, True, True, False, True, True, True])
    ground = np.zeros(cells, np.bool_)
    distance, queue = np.empty(cells, np.int32), np.empty(cells, np.int32)
    for b in range(B):
        if rows[b]:
            player, key, door = _count(tiles[b], statistics[b])
            lay_out(tiles[b], passable, ground)
            regions = count_regions(ground, W + 2, distance, queue)
            statistics[b, 4] = regions
            statistics[b, 5:] = 0
            if statistics[b, 0] == 1 and regions == 1:
                distance[:] = -1
                spread(ground, player, W + 2, distance, queue)
                statistics[b, 5] = _nearest_enemy(tiles[b], distance)
                if statistics[b, 1] == 1 and statistics[b, 2] == 1:
                    to_key = distance[key]
                    distance[:] = -1
                    ground[door] = True
                    spread(ground, key, W + 2, distance, queue)
                    statistics[b, 6] = to_key + distance[door]


@njit(cache=True)
def _count(
    tiles: UInt8[np.ndarray, "H W"], statistics: Int[np.ndarray, " 7"]
) -> tuple[int, int, int]:
    """Count things; the bordered cells of the last player, key and door."""
    H, W = tiles.shape
    statistics[:4] = 0
    player = key = door = 0
    for y in range(H):
        for x in range(W):
            tile = tiles[y, x]
            if tile >= PLAYER:
                cell = (y + 1) * (W + 2) + x + 1
                statistics[min(tile, FIRST_ENEMY) - PLAYER] += 1
                player = cell if tile == PLAYER else player
                key = cell if tile == KEY else key
                door = cell if tile == DOOR else door
    return player, key, door


@njit(cache=True)
def _nearest_enemy(tiles: UInt8[np.ndarray, "H W"], distance: Int[np.ndarray, " N"]) -> int:
    """Steps to the nearest enemy, 0 if there is none, the size of the map if none is reached."""
    H, W = tiles.shape
    nearest, any_enemy = H * W, False
    for y in range(H):
        for x in range(W):
            if tiles[y, x] >= FIRST_ENEMY:
                any_enemy = True
                steps = distance[(y + 1) * (W + 2) + x + 1]
                if 0 < steps < nearest:
                    nearest = steps
    return nearest if any_enemy else 0
