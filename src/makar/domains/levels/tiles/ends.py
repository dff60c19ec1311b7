"""A start and a goal for stretches that were cut out of maps, so that they can be played."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, UInt8

from makar.domains.levels.level.legend import Legend, Role
from makar.domains.levels.level.level import Levels

NEAR = 6
"""Columns from a stretch's end in which a place to stand is looked for."""


def with_ends(levels: Levels, legend: Legend) -> Levels:
    """Stretches of a game with start and goal tiles, each with both.

    Where one is missing it is set on the lowest place to stand, with nothing right above, that is
    nearest to its end of the stretch; a stretch that has none near there stays without.
    """
    tiles = levels.tiles.copy()
    ends: tuple[tuple[Role, bool], ...] = (("start", False), ("goal", True))
    for role, from_right in ends:
        _graft(tiles, legend, role, from_right=from_right)
    return Levels(tiles, levels.names)


def _graft(
    tiles: UInt8[np.ndarray, "B H W"], legend: Legend, role: Role, *, from_right: bool
) -> None:
    kinds = np.flatnonzero(legend.having(role))
    if not len(kinds):
        return
    solid = legend.having("solid")
    free = legend.having("empty", "decoration", "reward")
    empty = legend.having("empty")
    rows, width = legend.physics.body[1], tiles.shape[2]
    near = min(NEAR, width)
    columns = range(width - 1, width - 1 - near, -1) if from_right else range(near)
    for b in np.flatnonzero(~np.isin(tiles, kinds).any((1, 2))):
        place = _standing(tiles[b], columns, solid, free, empty, rows)
        if place is not None:
            tiles[b][place] = kinds[0]


def _standing(
    tiles: UInt8[np.ndarray, "H W"],
    columns: range,
    solid: Bool[np.ndarray, " A"],
    free: Bool[np.ndarray, " A"],
    empty: Bool[np.ndarray, " A"],
    rows: int,
) -> tuple[int, int] | None:
    """Row and column of the lowest place to stand in the first column that has one."""
    for x in columns:
        column = tiles[:, x]
        for y in range(len(column) - 2, rows - 2, -1):
            stands = solid[column[y + 1]] and free[column[y - rows + 1 : y + 1]].all()
            if stands and empty[column[y - 1 : y]].all():
                return y, x
    return None
