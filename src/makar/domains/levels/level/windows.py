"""Training windows: maps cut into stretches of one width, with none shared between the sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from makar.core.seeds import Seeds
from makar.domains.levels.level.level import Level, Levels

SEGMENTS = 20
"""Into about so many stretches few long maps are divided, so that they can be dealt out."""
SHARES = (0.8, 0.1, 0.1)
"""Of the columns, for training, validation and held out."""


@dataclass(frozen=True)
class Windows:
    """``N`` stretches of maps, all of one width.

    Attributes:
        levels: The stretches.
        starts: ``(N,)`` True where the stretch begins at its map's left end.
        ends: ``(N,)`` True where it ends at its map's right end.
        source: ``(N,)`` which map it was cut from.
        first: ``(N,)`` the map's column that it begins at.
    """

    levels: Levels
    starts: Bool[np.ndarray, " N"]
    ends: Bool[np.ndarray, " N"]
    source: Int[np.ndarray, " N"]
    first: Int[np.ndarray, " N"]

    def __len__(self) -> int:
        return len(self.levels)


class Sides(NamedTuple):
    """Windows to learn from, to choose settings on, and to compare with at the end."""

    train: Windows
    valid: Windows
    heldout: Windows


class Segment(NamedTuple):
    """Columns ``first`` to before ``last`` of a map."""

    source: int
    first: int
    last: int


def split_windows(
    maps: Sequence[Level],
    columns: int,
    *,
    step: int = 1,
    apart: int | None = None,
    seed: int = 0,
    together: Sequence[object | None] = (),
) -> Sides:
    """Cut maps into windows that are dealt to three sides.

    Whole maps go to a side, equal maps to the same one. Where there are few, they are first
    divided into segments of two windows or more, so that one long map has three sides too; no
    column is on two sides, and no rows of a tower. With less than three maps or segments all of
    it is to learn from, and the other sides are empty.

    Args:
        maps: All of one height, and no narrower than a window.
        columns: Of a window.
        step: Columns from one window for training to the next.
        apart: The same on the other sides; None puts their windows side by side, so that no
            column is weighed twice.
        seed: Of the deal.
        together: Of each map that shares rows with others, all as wide, what they have in common;
            None for one that does not. Empty if none do.

    Raises:
        ValueError: no map, or one that does not fit the others or a window, by its number.
    """
    _check(maps, columns)
    dealt = _deal(maps, _segments(maps, columns), together or [None] * len(maps), seed)
    return Sides(
        cut(maps, dealt[0], columns, step=step),
        cut(maps, dealt[1], columns, step=apart or columns),
        cut(maps, dealt[2], columns, step=apart or columns),
    )


def cut(maps: Sequence[Level], segments: Sequence[Segment], columns: int, *, step: int) -> Windows:
    """The windows of some segments, every ``step`` columns and at each segment's right end."""
    height, names = maps[0].tiles.shape[0], maps[0].names
    places = [
        (s.source, first)
        for s in segments
        for first in sorted({*range(s.first, s.last - columns, step), s.last - columns})
    ]
    source, first = np.array(places, np.int64).reshape(-1, 2).T
    tiles = np.empty((len(places), height, columns), np.uint8)
    for i, (which, at) in enumerate(places):
        tiles[i] = maps[which].tiles[:, at : at + columns]
    width = np.array([level.tiles.shape[1] for level in maps])
    ends = first + columns == width[source]
    return Windows(Levels(tiles, names), first == 0, ends, source, first)


def _check(maps: Sequence[Level], columns: int) -> None:
    if not len(maps):
        raise ValueError("there is no map to cut windows from: give one or more")
    height, names = maps[0].tiles.shape[0], maps[0].names
    for number, level in enumerate(maps):
        if level.tiles.shape[0] != height or level.names != names:
            raise ValueError(
                f"map {number} has {level.tiles.shape[0]} rows or other tiles, where the first has "
                f"{height}: maps of one corpus share height and legend; leave it out"
            )
        if level.tiles.shape[1] < columns:
            raise ValueError(
                f"map {number} has {level.tiles.shape[1]} columns, fewer than a window of "
                f"{columns}: ask for narrower windows, or leave it out"
            )


def _segments(maps: Sequence[Level], columns: int) -> list[Segment]:
    total = sum(level.tiles.shape[1] for level in maps)
    segments: list[Segment] = []
    for source, level in enumerate(maps):
        width = level.tiles.shape[1]
        parts = max(1, min(round(SEGMENTS * width / total), width // (2 * columns)))
        edges = [width * part // parts for part in range(parts + 1)]
        segments += [Segment(source, *edge) for edge in pairwise(edges)]
    return segments


def _deal(
    maps: Sequence[Level],
    segments: Sequence[Segment],
    together: Sequence[object | None],
    seed: int,
) -> tuple[list[Segment], list[Segment], list[Segment]]:
    """Train, valid, heldout: equal stretches together, neighbours that train joined again."""
    alike: dict[bytes, list[Segment]] = {}
    for one in _stacks(segments, together):
        tiles = [maps[s.source].tiles[:, s.first : s.last].tobytes() for s in one]
        alike.setdefault(b"".join(tiles), []).extend(one)
    groups = list(alike.values())
    order = Seeds(seed).generator().permutation(len(groups))
    aside = [0, 0]
    if len(groups) >= 3:
        aside = [max(1, round(share * len(groups))) for share in SHARES[1:]]
    sides: tuple[list[Segment], ...] = ([], [], [])
    for rank, group in enumerate(order):
        side = 1 if rank < aside[0] else 2 if rank < sum(aside) else 0
        sides[side].extend(groups[group])
    joined = [_joined(sorted(side)) for side in sides]
    return joined[0], joined[1], joined[2]


def _stacks(segments: Sequence[Segment], together: Sequence[object | None]) -> list[list[Segment]]:
    """The segments with those that share columns and rows with them, each once."""
    stacks: dict[object, list[Segment]] = {}
    for segment in segments:
        common = together[segment.source]
        key = segment if common is None else (common, segment.first, segment.last)
        stacks.setdefault(key, []).append(segment)
    return list(stacks.values())


def _joined(segments: Sequence[Segment]) -> list[Segment]:
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].source == segment.source and joined[-1].last == segment.first:
            joined[-1] = joined[-1]._replace(last=segment.last)
        else:
            joined.append(segment)
    return joined
