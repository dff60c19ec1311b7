"""Three ways to edit a map (Khalifa et al. 2020, §"Representations"), and what the editor sees.

- ``narrow``: the cursor jumps to a random cell; leave it (0) or write a tile (1 + its number).
- ``turtle``: the cursor moves left, right, up, down (0 to 3) or writes a tile (4 + its number).
- ``wide``: write any tile anywhere: ``(y * W + x) * A + tile``, for ``A`` tiles.

The layers of a map of blocks lie below one another, the lowest first: ``H`` is the rows of all of
them. There the turtle has two moves more, to the layer below (4) and above (5), and writes a tile
with 6 + its number.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8, UInt64
from numba import njit

Representation = Literal["narrow", "turtle", "wide"]


def count_actions(
    representation: Representation, height: int, width: int, tiles: int, *, depth: int = 1
) -> int:
    """Number of actions; ``height`` is the rows of all ``depth`` layers."""
    turtle = count_directions(depth) + tiles
    return {"narrow": 1 + tiles, "turtle": turtle, "wide": height * width * tiles}[representation]


@njit(cache=True)
def count_directions(depth: int) -> int:
    """Moves of the turtle."""
    return 4 if depth == 1 else 6


@njit(cache=True)
def edit_narrow(
    tiles: UInt8[np.ndarray, "B H W"],
    cursor: Int[np.ndarray, "B 2"],
    actions: Int[np.ndarray, " B"],
    going: Bool[np.ndarray, " B"],
) -> Bool[np.ndarray, " B"]:
    """Apply one action in each map that goes on, in place; True where a tile changed."""
    changed = np.zeros(len(tiles), np.bool_)
    for b in range(len(tiles)):
        if going[b] and actions[b] > 0:
            changed[b] = _write(tiles[b], cursor[b, 0], cursor[b, 1], actions[b] - 1)
    return changed


@njit(cache=True)
def edit_turtle(
    tiles: UInt8[np.ndarray, "B H W"],
    cursor: Int[np.ndarray, "B 2"],
    actions: Int[np.ndarray, " B"],
    going: Bool[np.ndarray, " B"],
    depth: int,
) -> Bool[np.ndarray, " B"]:
    """See ``edit_narrow``; the cursor moves in place too and stops at the edges."""
    changed = np.zeros(len(tiles), np.bool_)
    H, W = tiles.shape[1] // depth, tiles.shape[2]
    directions = count_directions(depth)
    for b in range(len(tiles)):
        action = actions[b]
        if not going[b]:
            continue
        if action >= directions:
            changed[b] = _write(tiles[b], cursor[b, 0], cursor[b, 1], action - directions)
        else:
            x = cursor[b, 0] + (action == 1) - (action == 0)
            y = cursor[b, 1] % H + (action == 3) - (action == 2)
            z = cursor[b, 1] // H + (action == 5) - (action == 4)
            cursor[b, 0] = min(max(x, 0), W - 1)
            cursor[b, 1] = min(max(z, 0), depth - 1) * H + min(max(y, 0), H - 1)
    return changed


@njit(cache=True)
def edit_wide(
    tiles: UInt8[np.ndarray, "B H W"],
    actions: Int[np.ndarray, " B"],
    going: Bool[np.ndarray, " B"],
    kinds: int,
) -> Bool[np.ndarray, " B"]:
    """See ``edit_narrow``; ``kinds`` is the number of tiles."""
    changed = np.zeros(len(tiles), np.bool_)
    W = tiles.shape[2]
    for b in range(len(tiles)):
        if going[b]:
            cell = actions[b] // kinds
            changed[b] = _write(tiles[b], cell % W, cell // W, actions[b] % kinds)
    return changed


@njit(cache=True)
def _write(tiles: UInt8[np.ndarray, "H W"], x: int, y: int, tile: int) -> bool:
    before = tiles[y, x]
    tiles[y, x] = tile
    return before != tile


@njit(cache=True)
def _mixed(key: int, count: int) -> np.uint64:
    """The ``count``-th 64 random bits of a key (splitmix64, Steele et al. 2014)."""
    z = np.uint64(key) + np.uint64(count + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def draw_keys(source: int, rows: Int[np.ndarray, " B"]) -> UInt64[np.ndarray, "B 2"]:
    """Two keys for each row, which depend on nothing but the source and the row's number."""
    keys = np.empty((len(rows), 2), np.uint64)
    for b in range(len(rows)):
        keys[b, 0] = _mixed(source, 2 * rows[b])
        keys[b, 1] = _mixed(source, 2 * rows[b] + 1)
    return keys


@njit(cache=True)
def move_cursor(
    cursor: Int[np.ndarray, "B 2"],
    keys: UInt64[np.ndarray, " B"],
    steps: Int[np.ndarray, " B"],
    walk: Int[np.ndarray, "B N 2"],
    going: Bool[np.ndarray, " B"],
    size: tuple[int, int],
) -> None:
    """Set the cursor, in place, to where it is after ``steps``: on the walk, then at random."""
    H, W = size
    for b in range(len(cursor)):
        if not going[b]:
            continue
        step = steps[b]
        if step < walk.shape[1] and walk[b, step, 0] >= 0:
            cursor[b, 0], cursor[b, 1] = walk[b, step, 0], walk[b, step, 1]
        else:
            cell = np.int64((_mixed(keys[b], step) >> np.uint64(32)) % np.uint64(H * W))
            cursor[b, 0], cursor[b, 1] = cell % W, cell // W


@njit(cache=True)
def sow(
    tiles: UInt8[np.ndarray, "B H W"],
    keys: UInt64[np.ndarray, " B"],
    chances: Float[np.ndarray, " A"],
) -> None:
    """Fill maps at random, in place.

    Args:
        tiles: The maps.
        keys: One source of randomness per map; not that of the cursor's walk.
        chances: How likely each tile is. Without any, the share of the first of two tiles is
            itself drawn for each map.
    """
    B, H, W = tiles.shape
    scale = 2.0**-64
    for b in range(B):
        share = _mixed(keys[b], H * W) * scale
        for i in range(H * W):
            draw = _mixed(keys[b], i) * scale
            tile = 0
            if len(chances) == 0:
                tile = int(draw >= share)
            else:
                while tile < len(chances) - 1 and draw >= chances[tile]:
                    draw -= chances[tile]
                    tile += 1
            tiles[b, i // W, i % W] = tile


@njit(cache=True)
def look(
    tiles: UInt8[np.ndarray, "B H W"], cursor: Int[np.ndarray, "B 2"], window: int, border: int
) -> UInt8[np.ndarray, "B S S"]:
    """What lies around the cursor, which is at ``(window // 2, window // 2)``.

    Args:
        tiles: The maps.
        cursor: Its x and y.
        window: Cells in a row of the picture.
        border: Tile that stands for everything outside the map.
    """
    B, H, W = tiles.shape
    seen = np.full((B, window, window), border, np.uint8)
    for b in range(B):
        left, top = cursor[b, 0] - window // 2, cursor[b, 1] - window // 2
        first, last = max(left, 0), min(left + window, W)
        for y in range(max(top, 0), min(top + window, H)):
            for x in range(first, last):
                seen[b, y - top, x - left] = tiles[b, y, x]
    return seen


@njit(cache=True)
def look_into(
    tiles: UInt8[np.ndarray, "B DH W"],
    cursor: Int[np.ndarray, "B 2"],
    window: int,
    border: int,
    depth: int,
) -> UInt8[np.ndarray, "B S S S"]:
    """What lies around the cursor in a map of blocks; see ``look``."""
    B, W = len(tiles), tiles.shape[2]
    H, half = tiles.shape[1] // depth, window // 2
    seen = np.full((B, window, window, window), border, np.uint8)
    for b in range(B):
        left, top, under = cursor[b, 0] - half, cursor[b, 1] % H - half, cursor[b, 1] // H - half
        first, last = max(left, 0), min(left + window, W)
        for z in range(max(under, 0), min(under + window, depth)):
            for y in range(max(top, 0), min(top + window, H)):
                row = seen[b, z - under, y - top]
                for x in range(first, last):
                    row[x - left] = tiles[b, z * H + y, x]
    return seen
