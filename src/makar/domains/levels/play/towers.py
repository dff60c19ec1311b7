"""Maps of several heights as maps of one: low ones are padded, towers are cut into bands of rows.

A model writes whole columns, and has no use for columns of a thousand rows. What is higher than
``HIGHEST`` becomes bands that overlap by half, each as high as the other maps. A band of a game
with start and goal tiles has both: where the quickest way through the tower comes in and leaves,
or, where none is known, at its lowest and its highest place to stand, in the tower's own direction.

A tower is first cut into storeys that share no row. Bands of one storey overlap, so that they
belong together when maps are dealt out to learn from and to test on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, UInt8

from makar.domains.levels.level.legend import Legend, Role
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.maps import Maps
from makar.domains.levels.play.analysis import Analyst

HIGHEST = 64
"""Rows of a level that a model writes, at most."""
LOWEST_BAND = 16
"""Rows of a band, at least: a few show nothing of the way through a tower."""
NAMED = 3
"""So many maps are named; of more it is said how many they are."""
Cell = tuple[int, int]


class Band(NamedTuple):
    """Rows of a tower: the first of them, and the number of the storey that they lie in."""

    top: int
    storey: int


def evened(maps: Maps, names: Sequence[str], legend: Legend) -> tuple[Maps, tuple[str, ...]]:
    """The maps, all of one height, and what was done to them in words.

    Args:
        maps: Whole maps of any heights.
        names: What each is called, for the words.
        legend: The game.
    """
    heights = [len(level.tiles) for level in maps.levels]
    rows = _rows(heights)
    if set(heights) == {rows}:
        return maps, ()
    parts = [
        (part, source, None if storey is None else (number, storey))
        for number, (level, source) in enumerate(zip(maps.levels, maps.sources, strict=True))
        for part, storey in _parts(level, rows, legend)
    ]
    levels, sources, storeys = zip(*parts, strict=True)
    bands = sum(storey is not None for storey in storeys)
    lower = [(name, rows - height) for name, height in zip(names, heights, strict=True)]
    high = [name for name, height in zip(names, heights, strict=True) if height > HIGHEST]
    notes = _padding([(name, by) for name, by in lower if by > 0], len(maps), rows)
    return Maps(levels, sources, storeys), (*notes, *_cutting(high, bands, rows, legend))


def bands_of(height: int, rows: int) -> list[Band]:
    """Where a tower is cut into bands of ``rows`` rows: from its top to its ground."""
    storeys = max(height // (2 * rows), 1)
    edges = [height * number // storeys for number in range(storeys + 1)]
    found: list[Band] = []
    for storey, (first, last) in enumerate(pairwise(edges)):
        count = math.ceil((last - first - rows) / (rows / 2)) + 1
        found += [Band(int(top), storey) for top in np.linspace(first, last - rows, count)]
    return found


def _rows(heights: Sequence[int]) -> int:
    """The height of all: of the highest that is no tower, and of bands where all are."""
    low = [height for height in heights if height <= HIGHEST]
    if len(low) == len(heights):
        return max(low)
    return max(*low, LOWEST_BAND) if low else HIGHEST


def _padded(level: Level, rows: int, legend: Legend) -> Level:
    above = rows - len(level.tiles)
    padded = np.pad(level.tiles, ((above, 0), (0, 0)), constant_values=legend.empty)
    return Level(padded, level.names)


def _parts(level: Level, rows: int, legend: Legend) -> list[tuple[Level, int | None]]:
    """The map as high as all, or its bands and their storeys; nothing of bands of mere air."""
    if len(level.tiles) <= HIGHEST:
        return [(_padded(level, rows, legend), None)]
    ends, empty = _Ends(level, legend), legend.having("empty")
    found: list[tuple[Level, int | None]] = []
    for top, storey in bands_of(len(level.tiles), rows):
        tiles = level.tiles[top : top + rows].copy()
        if not empty[tiles].all():
            ends.set_in(tiles, top)
            found.append((Level(tiles, level.names), storey))
    return found


class _Ends:
    """Where the bands of one tower begin and end."""

    def __init__(self, level: Level, legend: Legend) -> None:
        self.legend = legend
        self.wanted: list[Role] = [role for role in ("start", "goal") if legend.having(role).any()]
        self.way = np.zeros((0, 2), np.int64)
        self.falls = False
        if not self.wanted:
            return
        analysis = Analyst(legend)(Levels(level.tiles[None], level.names))
        if analysis.won[0] == 1:
            self.way = analysis.way(0)[:, :2]
        starts, goals = (
            np.nonzero(legend.having(role)[level.tiles])[0] for role in ("start", "goal")
        )
        self.falls = bool(len(starts) and len(goals) and starts.max() < goals.min())

    def set_in(self, tiles: UInt8[np.ndarray, "R W"], top: int) -> None:
        """Give a band that begins at row ``top`` the start and the goal that it lacks."""
        legend, there = self.legend, dict[Role, Cell | None]()
        for role in self.wanted:
            found = np.argwhere(legend.having(role)[tiles])
            there[role] = (int(found[0][0]), int(found[0][1])) if len(found) else None
        stands = _standing(tiles, legend)
        places = self._along(stands, top, [cell for cell in there.values() if cell])
        if len(places) < 2:
            places = [(int(y), int(x)) for y, x in np.argwhere(stands)]
            places = places if self.falls else places[::-1]  # from where it begins
        for role in self.wanted:
            if there[role] is None and places:
                place = places.pop(0 if role == "start" else -1)
                tiles[place] = legend.having(role).argmax()

    def _along(self, stands: Bool[np.ndarray, "R W"], top: int, own: Sequence[Cell]) -> list[Cell]:
        """The free places to stand on the longest stretch of the way that stays within a band.

        Of the stretches, one that leads past the band's ``own`` start or goal is taken first.
        """
        x, y = self.way.T
        inside = (y >= top) & (y < top + len(stands))
        edges = np.flatnonzero(np.diff(np.pad(inside, 1).astype(np.int8)))
        runs = [[(int(y[i]) - top, int(x[i])) for i in range(*run)] for run in edges.reshape(-1, 2)]
        run = max(runs, key=lambda run: (any(c in run for c in own), len(run)), default=[])
        return [cell for cell in dict.fromkeys(run) if stands[cell]]


def _standing(tiles: UInt8[np.ndarray, "R W"], legend: Legend) -> Bool[np.ndarray, "R W"]:
    """Where the hero can be put: on something solid, with its body in nothing but air."""
    free = legend.having("empty", "decoration")[tiles]
    stands = legend.having("empty")[tiles]
    stands[:-1] &= legend.having("solid")[tiles[1:]]
    stands[-1] = False
    wide, tall = legend.physics.body
    room = np.ones_like(free)
    for up in range(tall):
        for right in range(wide):
            room[up:, : free.shape[1] - right] &= free[: len(free) - up, right:]
    room[: tall - 1] = False
    room[:, free.shape[1] - wide + 1 :] = False
    return stands & room


def _padding(low: Sequence[tuple[str, int]], maps: int, rows: int) -> tuple[str, ...]:
    if len(low) <= NAMED:
        return tuple(f"{name}: {by} empty rows added on top" for name, by in low)
    return (f"{len(low)} of {maps} maps have less than {rows} rows: empty ones added on top",)


def _cutting(high: Sequence[str], bands: int, rows: int, legend: Legend) -> tuple[str, ...]:
    if not high:
        return ()
    named = ", ".join(high) if len(high) <= NAMED else f"{len(high)} maps"
    ends = ", each with a start and a goal" if legend.having("start", "goal").any() else ""
    return (
        f"{named}: higher than the {HIGHEST} rows that a model writes, and cut into bands of "
        f"{rows} rows that overlap ({bands} of them{ends})",
    )
