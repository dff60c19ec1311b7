"""Objects that stand for tiles, put into the cells of a level.

Something solid or deadly is as large as it is drawn: it fills the cells whose middle it covers.
Anything else, and what is deadly and covers no middle, is in the cell that its feet are in; what
has no room there is on top of it, or in the lowest free cell that it covers or borders on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.feet import standing_row
from makar.domains.levels.level.legend import Role
from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.level.reading import MAX_CELLS, quoted
from makar.domains.levels.tiled.merging import ranks
from makar.domains.levels.tiled.read import TiledMap
from makar.domains.levels.tiled.remarks import Kind, Remark, Remarks
from makar.domains.levels.tiled.things.outline import (
    Outline,
    covered,
    feet,
    free_cell,
    outline_of,
    shape_of,
)
from makar.domains.levels.tiled.things.thing import Thing

AREAS: tuple[Role, ...] = ("solid", "hazard")
"""Roles whose objects fill what they cover."""
MAX_COVERED = 64 * MAX_CELLS
"""Cells that the areas of a map may cover together, each counted for itself."""
_PLACE = "Put it into a cell of the map that lets the player in"


@dataclass(frozen=True, eq=False)
class Placed:
    """An object that the legend knows.

    Attributes:
        thing: The object.
        tile: Number of the tile that it stands for.
        outline: Where Tiled draws it, from where the map's cells begin.
        at: Row and column of the cell that it was put into; None for what fills cells or is
            left out.
    """

    thing: Thing
    tile: int
    outline: Outline
    at: tuple[int, int] | None = None

    def is_area(self, game: GameLegend) -> bool:
        """Whether it may fill several cells."""
        return game.legend.tiles[self.tile].role in AREAS


def known_things(
    tiled: TiledMap, game: GameLegend, grid: tuple[float, float], remarks: Remarks | None = None
) -> list[Placed]:
    """The objects that the legend knows, from the lowest layer up; hidden ones are left out.

    What lies on a hidden layer is read where the legend names that layer.

    Args:
        tiled: The map.
        game: The legend.
        grid: Where the map's cells begin, in pixels from its corner.
        remarks: Takes what is left out.

    Raises:
        UnreadableLevelError: a place or a size is no number.
    """
    found: list[Placed] = []
    remarks = Remarks() if remarks is None else remarks
    for thing in tiled.things if game.objects else ():
        tile = game.objects.tile(thing.kind, thing.name, thing.layer.names)
        layer = thing.layer.names[0]
        if tile is None:
            remarks[Remark("unknown", thing.kind or thing.name or "without a class", layer)] += 1
        elif not thing.visible and not game.objects.asks_for(thing.layer.names):
            remarks[Remark("hidden object", game.legend.names[tile], layer)] += 1
        else:
            outline = np.round(outline_of(thing, str(tiled.path)) - grid, 6)
            found.append(Placed(thing, tile, outline))
    return found


def with_things(
    tiles: Int[np.ndarray, "H W"], things: Sequence[Placed], tiled: TiledMap, game: GameLegend,
    remarks: Remarks,
) -> tuple[Int[np.ndarray, "H W"], tuple[Placed, ...]]:  # fmt: skip
    """The tiles of a map with those that its objects stand for, and where each of them went.

    Raises:
        UnreadableLevelError: the start or the goal lies outside the map or in something solid.
    """
    tiles, rank = tiles.copy(), ranks(game)
    standing = [one for one in things if not _filled(one, tiles, rank, tiled, game, remarks)]
    solid = game.legend.having("solid")[tiles]
    winning: dict[tuple[int, int], Placed] = {}
    for one in standing:
        where = _room_for(one, solid, tiled, game, remarks)
        if where is None:
            continue
        other = winning.get(where)
        if rank[one.tile] < rank[tiles[where]] or (other and other.tile == one.tile):
            _note(remarks, "shared", one, game)
            continue
        if other:
            _note(remarks, "shared", other, game)
        winning[where] = one
        tiles[where] = one.tile
    for one in winning.values():
        _note(remarks, "object", one, game)
    at = {id(one): where for where, one in winning.items()}
    return tiles, tuple(replace(one, at=at.get(id(one))) for one in things)


def _filled(
    one: Placed, tiles: Int[np.ndarray, "H W"], rank: Int[np.ndarray, " A"], tiled: TiledMap,
    game: GameLegend, remarks: Remarks,
) -> bool:  # fmt: skip
    """Fill the cells that an area covers; False where it is to stand in one cell."""
    if not one.is_area(game):
        return False
    deadly = game.legend.tiles[one.tile].role == "hazard"
    if shape_of(one.thing) in ("polyline", "point"):
        if not deadly:
            _note(remarks, "line", one, game)
        return not deadly
    cells = covered(one.outline, tiled.tile_size, tiled.size)
    remarks.covered += int(cells.sum())
    if remarks.covered > MAX_COVERED:
        fault = f"its objects cover more than {MAX_COVERED:,} cells, one by one"
        raise UnreadableLevelError(str(tiled.path), fault, remedy="Draw them on a tile layer")
    if not cells.any():
        if not deadly:
            _note(remarks, "uncovered", one, game)
        return not deadly
    _note(remarks, "object", one, game)
    tiles[cells & (rank[tiles] <= rank[one.tile])] = one.tile
    return True


def _room_for(
    one: Placed,
    solid: Bool[np.ndarray, "H W"],
    tiled: TiledMap,
    game: GameLegend,
    remarks: Remarks,
) -> tuple[int, int] | None:
    """Row and column that an object stands in; None where there is no room for it."""
    x, y = feet(one.outline, tiled.tile_size)
    inside = 0 <= x < solid.shape[1] and 0 <= y < solid.shape[0]
    row = standing_row(solid, y, x) if inside else None
    place = (row, x) if row is not None else free_cell(one.outline, solid, tiled.tile_size)
    if place is None and game.legend.tiles[one.tile].role in ("start", "goal"):
        where = f"in something solid, line {y + 1}, column {x + 1}" if inside else "outside the map"
        fault = f"the object {quoted(one.thing.told)} stands {where}"
        raise UnreadableLevelError(str(tiled.path), fault, remedy=_PLACE)
    if place is None:
        _note(remarks, "walled" if inside else "outside", one, game)
    elif place != (y, x):
        where = f"{tiled.path.name}, line {y + 1}, column {x + 1}"
        remarks[Remark("stood" if row is not None else "reached", one.thing.told, where)] += 1
    return place


def _note(remarks: Remarks, kind: Kind, one: Placed, game: GameLegend) -> None:
    what, where = game.legend.names[one.tile], one.thing.layer.names[0]
    remarks[Remark(kind, what, where)] += 1
