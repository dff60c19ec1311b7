"""Statistics of a Super Mario level: what stands where, and how it plays."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numba import njit

from makar.domains.levels.problems.smb_player import play
from makar.domains.levels.problems.smb_search import play_2020

TILES = ("empty", "solid", "enemy", "brick", "question", "coin", "tube")
STATISTICS = (
    "dist-floor",
    "disjoint-tubes",
    "enemies",
    "empty",
    "noise",
    "jumps",
    "jumps-dist",
    "dist-win",
)
EMPTY, ENEMY, TUBE = 0, 2, 6
SOLID = np.array([False, True, False, True, True, False, True])
"""What stops a player."""
FLOOR = SOLID
"""What an enemy can stand on."""
FLOOR_2020 = np.array([False, True, False, True, True, False, False])
"""The same in gym-pcgrl: no tubes."""
MARGIN = 3
"""Columns in which the player starts, and in which the flagpole stands behind the map."""


@njit(cache=True)
def measure(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 8"],
) -> None:
    """Write ``STATISTICS`` of the maps asked for; numbers stand for ``TILES``.

    Cells between enemies and the floor below them, tiles of tubes that are not two wide,
    enemies, empty cells, neighbours that differ; then the fewest jumps to the exit, the longest
    way without one, and the columns that cannot be reached.
    """
    for b in range(len(tiles)):
        if rows[b]:
            count_things(tiles[b], FLOOR, statistics[b])
            statistics[b, 1] = _count_broken_tubes(tiles[b])
            left, jumps, _ = play(set_up(tiles[b]), tiles.shape[1] - MARGIN)
            write_play(statistics[b], left, jumps, tiles.shape[2])


@njit(cache=True)
def measure_2020(
    tiles: UInt8[np.ndarray, "B H W"],
    rows: Bool[np.ndarray, " B"],
    statistics: Int[np.ndarray, "B 8"],
) -> None:
    """Write ``STATISTICS`` of the maps asked for; numbers stand for ``TILES``.

    Cells between enemies and the floor below them, tiles of a tube with exactly one more beside
    them, enemies, empty cells, neighbours that differ; then jumps, the longest way without one,
    and the columns left to the exit, of a player who searches as ``play_2020`` does.
    """
    for b in range(len(tiles)):
        if rows[b]:
            count_things(tiles[b], FLOOR_2020, statistics[b])
            statistics[b, 1] = _count_tube_ends(tiles[b])
            left, jumps = play_2020(set_up(tiles[b]), tiles.shape[1] - MARGIN)
            write_play(statistics[b], left, jumps, tiles.shape[2])


@njit(cache=True)
def set_up(tiles: UInt8[np.ndarray, "H W"]) -> Bool[np.ndarray, "H V"]:
    """What is solid in the map with its margins; the flagpole stands on a block."""
    H, W = tiles.shape
    solid = np.zeros((H, W + 2 * MARGIN), np.bool_)
    solid[H - 2 :] = True
    solid[H - 3, -2] = True
    for y in range(H):
        for x in range(W):
            solid[y, x + MARGIN] = SOLID[tiles[y, x]]
    return solid


@njit(cache=True)
def write_play(
    statistics: Int[np.ndarray, " 8"], left: int, jumps: Int[np.ndarray, " J"], width: int
) -> None:
    """Write how it plays, from the columns left and those of the jumps."""
    longest = before = 0
    for column in jumps:
        longest, before = max(longest, column - before), column
    statistics[5] = len(jumps)
    statistics[6] = max(longest, width - before)
    statistics[7] = left


@njit(cache=True)
def count_things(
    tiles: UInt8[np.ndarray, "H W"],
    floor: Bool[np.ndarray, " 7"],
    statistics: Int[np.ndarray, " 8"],
) -> None:
    """Write all that needs no player and no tubes."""
    H, W = tiles.shape
    statistics[:] = 0
    for y in range(H):
        for x in range(W):
            tile = tiles[y, x]
            statistics[3] += tile == EMPTY
            statistics[4] += (x > 0 and tiles[y, x - 1] != tile) + (
                y > 0 and tiles[y - 1, x] != tile
            )
            if tile == ENEMY:
                statistics[2] += 1
                statistics[0] += _height(tiles, x, y, floor)


@njit(cache=True)
def _height(tiles: UInt8[np.ndarray, "H W"], x: int, y: int, floor: Bool[np.ndarray, " 7"]) -> int:
    """Cells between an enemy and the floor below it, all rows but one where there is none."""
    for below in range(y + 1, len(tiles)):
        if floor[tiles[below, x]]:
            return below - y - 1
    return len(tiles) - 1


@njit(cache=True)
def _count_tube_ends(tiles: UInt8[np.ndarray, "H W"]) -> int:
    """Tiles of tubes with exactly one more at their left or right."""
    H, W = tiles.shape
    count = 0
    for y in range(H):
        for x in range(W):
            if tiles[y, x] == TUBE:
                left = x > 0 and tiles[y, x - 1] == TUBE
                right = x < W - 1 and tiles[y, x + 1] == TUBE
                count += left != right
    return count


@njit(cache=True)
def _count_broken_tubes(tiles: UInt8[np.ndarray, "H W"]) -> int:
    """Tiles of tubes that are not two tiles wide."""
    H, W = tiles.shape
    count = 0
    for y in range(H):
        wide = 0
        for x in range(W):
            wide = wide + 1 if tiles[y, x] == TUBE else 0
            if wide > 0 and (x == W - 1 or tiles[y, x + 1] != TUBE) and wide != 2:
                count += wide
    return count
