"""Levels spoiled on purpose, one thing at a time: what a reward must tell from whole ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.legend import Legend

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
    spoiled = tiles.reshape(len(tiles), -1).copy()
    hit = rng.random(spoiled.shape) < NOISE
    other = rng.integers(0, spoiled.shape[1], spoiled.shape)
    drawn = np.take_along_axis(spoiled, other, axis=1)
    return np.where(hit, drawn, spoiled).reshape(tiles.shape)


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


SCRAMBLES: Mapping[
    str,
    Callable[[UInt8[np.ndarray, "B H W"], Legend, np.random.Generator], UInt8[np.ndarray, "B H W"]],
] = {
    "columns shuffled": shuffled_columns,
    "pieces shuffled": shuffled_pieces,
    "noise": noisy_tiles,
    "rows shuffled": random_tiles,
    "crowded": crowded,
}
