"""Levels spoiled on purpose, one thing at a time: what a reward must tell from whole ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.rewards.fun import SEGMENT

Scramble: TypeAlias = Callable[
    [UInt8[np.ndarray, "B H W"], Legend, np.random.Generator], UInt8[np.ndarray, "B H W"]
]
NOISE = 0.05
PIECE = 8
FRAME = 4


def shuffled_columns(
    tiles: UInt8[np.ndarray, "B H W"], _legend: Legend, rng: np.random.Generator
) -> UInt8[np.ndarray, "B H W"]:
    """The same columns in a random order; the first and last four stay."""
    spoiled = tiles.copy()
    inner = np.arange(FRAME, tiles.shape[2] - FRAME)
    for b in range(len(tiles)):
        spoiled[b][:, inner] = tiles[b][:, rng.permutation(inner)]
    return spoiled


def shuffled_pieces(
    tiles: UInt8[np.ndarray, "B H W"], _legend: Legend, rng: np.random.Generator
) -> UInt8[np.ndarray, "B H W"]:
    """Pieces of eight columns in a random order: right within themselves, cut anywhere."""
    spoiled = tiles.copy()
    count = tiles.shape[2] // PIECE
    pieces = np.arange(count * PIECE).reshape(count, PIECE)
    for b in range(len(tiles)):
        spoiled[b][:, : count * PIECE] = tiles[b][:, pieces[rng.permutation(count)].ravel()]
    return spoiled


def noisy_tiles(
    tiles: UInt8[np.ndarray, "B H W"], _legend: Legend, rng: np.random.Generator
) -> UInt8[np.ndarray, "B H W"]:
    """One cell in twenty holds another cell's tile of the same level."""
    return altered(tiles, rng, share=NOISE)


def altered(
    tiles: UInt8[np.ndarray, "B H W"], rng: np.random.Generator, *, share: float
) -> UInt8[np.ndarray, "B H W"]:
    """Some of the cells hold the tile of another cell of their level, drawn at random."""
    flat = tiles.reshape(len(tiles), -1)
    hit = rng.random(flat.shape) < share
    other = rng.integers(0, flat.shape[1], flat.shape)
    return np.where(hit, np.take_along_axis(flat, other, axis=1), flat).reshape(tiles.shape)


def random_tiles(
    tiles: UInt8[np.ndarray, "B H W"], _legend: Legend, rng: np.random.Generator
) -> UInt8[np.ndarray, "B H W"]:
    """Each row with its own tiles, in a random order: as many of each at each height."""
    return rng.permuted(tiles, axis=2)


def crowded(
    tiles: UInt8[np.ndarray, "B H W"], legend: Legend, rng: np.random.Generator
) -> UInt8[np.ndarray, "B H W"]:
    """An enemy, or else a hazard, on a random half of the columns' lowest standing places."""
    bad = np.flatnonzero(legend.having("enemy"))
    bad = bad if len(bad) else np.flatnonzero(legend.having("hazard"))
    if not len(bad):
        return tiles.copy()
    solid, empty = legend.having("solid")[tiles], legend.having("empty")[tiles]
    place = empty[:, :-1] & solid[:, 1:]
    lowest = place.shape[1] - 1 - place[:, ::-1].argmax(1)
    hit = place.any(1) & (rng.random(lowest.shape) < 0.5)
    spoiled = tiles.copy()
    level, column = np.nonzero(hit)
    spoiled[level, lowest[hit], column] = bad[0]
    return spoiled


def cut_through(
    tiles: UInt8[np.ndarray, "B H W"], legend: Legend, rng: np.random.Generator
) -> UInt8[np.ndarray, "B H W"]:
    """A gap from top to bottom somewhere, three full jumps wide, or as the level has room."""
    jumps = 2 if legend.physics.double_jump else 1
    width = min(3 * jumps * legend.physics.jump_reach, max(tiles.shape[2] - 2 * FRAME, 1))
    spoiled = tiles.copy()
    for level in spoiled:
        first = rng.integers(FRAME, max(tiles.shape[2] - FRAME - width, FRAME) + 1)
        level[:, first : first + width] = legend.empty
    return spoiled


def screens_repeated(
    tiles: UInt8[np.ndarray, "B H W"], _legend: Legend, rng: np.random.Generator
) -> UInt8[np.ndarray, "B H W"]:
    """One of the level's screens of 28 columns, over and over."""
    screens = np.arange(tiles.shape[2] // SEGMENT * SEGMENT).reshape(-1, SEGMENT)
    return np.stack([level[:, np.tile(rng.choice(screens), len(screens))] for level in tiles])


def screens_exchanged(
    tiles: UInt8[np.ndarray, "B H W"], _legend: Legend, rng: np.random.Generator
) -> UInt8[np.ndarray, "B H W"]:
    """Every screen of 28 columns is that of another level, at the same place."""
    spoiled = tiles[:, :, : tiles.shape[2] // SEGMENT * SEGMENT].copy()
    for first in range(0, spoiled.shape[2], SEGMENT):
        place = slice(first, first + SEGMENT)
        spoiled[:, :, place] = spoiled[rng.permutation(len(tiles)), :, place]
    return spoiled


SCRAMBLES: Mapping[str, Scramble] = {
    "columns shuffled": shuffled_columns,
    "pieces shuffled": shuffled_pieces,
    "noise": noisy_tiles,
    "rows shuffled": random_tiles,
    "crowded": crowded,
}
