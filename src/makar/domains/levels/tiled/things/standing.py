"""Objects that stand for tiles, put into the cells of a level.

Something solid or deadly is as large as it is drawn: it fills the cells whose middle it covers.
Anything else, and what is deadly and covers no middle, is in the cell that its feet are in; what
has no room there is on top of it, or in the lowest free cell that it covers or borders on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    Area,
    Box,
    Outline,
    box_cells,
    box_of,
    covered,
    feet,
    free_cell,
    is_straight,
    outline_of,
    shape_of,
)
from makar.domains.levels.tiled.things.thing import Thing

AREAS: tuple[Role, ...] = ("solid", "hazard")
"""Roles whose objects fill what they cover."""
MAX_COVERED = 64 * MAX_CELLS
"""Cells that the areas of a map may cover together, each counted for itself, and for polygons
their points in each row."""
_PLACE = "Put it into a cell of the map that lets the player in"


@dataclass(frozen=True, eq=False)
class Placed:
    """An object that the legend knows.

    Attributes:
        thing: The object.
        tile: Number of the tile that it stands for.
        box: Around what Tiled draws, from where the map's cells begin.
        grid: Where these begin, in pixels from the map's corner.
        at: Row and column of the cell that it was put into; None for what fills cells or is
            left out.
    """

    thing: Thing
    tile: int
    box: Box
    grid: tuple[float, float]
    at: tuple[int, int] | None = None

    def outline(self, tiled: TiledMap) -> Outline:
        """Where Tiled draws it, from where the map's cells begin."""
        return np.round(outline_of(self.thing, str(tiled.path)) - self.grid, 6)

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
    path = str(tiled.path)
    for thing in tiled.things if game.objects else ():
        tile = game.objects.tile(thing.kind, thing.name, thing.layer.names)
        layer = thing.layer.names[0]
        if tile is None:
            remarks[Remark("unknown", thing.kind or thing.name or "without a class", layer)] += 1
        elif not thing.visible and not game.objects.asks_for(thing.layer.names):
            remarks[Remark("hidden object", game.legend.names[tile], layer)] += 1
        else:
            left, top, right, bottom = box_of(thing, path)
            if grid != (0.0, 0.0):
                left, right = round(left - grid[0], 6), round(right - grid[0], 6)
                top, bottom = round(top - grid[1], 6), round(bottom - grid[1], 6)
            found.append(Placed(thing, tile, (left, top, right, bottom), grid))
    return found


def with_things(
    tiles: Int[np.ndarray, "H W"],
    things: Sequence[Placed],
    tiled: TiledMap,
    game: GameLegend,
    remarks: Remarks,
) -> tuple[Int[np.ndarray, "H W"], tuple[Placed, ...]]:
    """The tiles of a map with those that its objects stand for, and where each of them went.

    Raises:
        UnreadableLevelError: the start or the goal lies outside the map or in something solid.
    """
    tiles, rank = tiles.copy(), ranks(game)
    ground = _Ground(tiles, tiled, game, rank, remarks)
    standing = [one for one in things if not (one.is_area(game) and ground.filled_by(one))]
    solid = game.legend.having("solid")[tiles]
    winning: dict[tuple[int, int], Placed] = {}
    for one in standing:
        where = ground.room_for(one, solid)
        if where is None:
            continue
        other = winning.get(where)
        if rank[one.tile] < rank[tiles[where]] or (other and other.tile == one.tile):
            ground.note("shared", one)
            continue
        if other:
            ground.note("shared", other)
        winning[where] = one
        tiles[where] = one.tile
    for one in winning.values():
        ground.note("object", one)
    at = {id(one): where for where, one in winning.items()}
    put = (Placed(one.thing, one.tile, one.box, one.grid, at.get(id(one))) for one in things)
    return tiles, tuple(put)


@dataclass(frozen=True, eq=False)
class _Ground:
    """The tiles that things are put into.

    Attributes:
        tiles: ``(H, W)`` numbers of tiles, changed in place.
        tiled: The map.
        game: The legend.
        rank: ``(A,)`` how much each of its tiles matters.
        remarks: Takes what becomes of each.
    """

    tiles: Int[np.ndarray, "H W"]
    tiled: TiledMap
    game: GameLegend
    rank: Int[np.ndarray, " A"]
    remarks: Remarks

    def filled_by(self, one: Placed) -> bool:
        """Fill the cells that an area covers; False where it is to stand in one cell."""
        deadly = self.game.legend.tiles[one.tile].role == "hazard"
        if shape_of(one.thing) in ("polyline", "point"):
            if not deadly:
                self.note("line", one)
            return not deadly
        area = self._area_of(one)
        if not area.cells.any():
            if not deadly:
                self.note("uncovered", one)
            return not deadly
        self.note("object", one)
        part = self.tiles[area.rows, area.columns]
        part[area.cells & (self.rank[part] <= self.rank[one.tile])] = one.tile
        return True

    def _area_of(self, one: Placed) -> Area:
        """The cells whose middle a thing covers."""
        rows, columns = box_cells(one.box, self.tiled.tile_size, self.tiled.size)
        points = len(one.thing.whole.get("polygon") or ())
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        self.remarks.covered += shape[0] * (shape[1] + points)
        if self.remarks.covered > MAX_COVERED:
            fault = f"its objects cover more than {MAX_COVERED:,} cells, one by one"
            remedy = "Draw them on a tile layer"
            raise UnreadableLevelError(str(self.tiled.path), fault, remedy=remedy)
        if is_straight(one.thing):
            return Area(rows, columns, np.ones(shape, bool))
        return covered(one.outline(self.tiled), self.tiled.tile_size, self.tiled.size)

    def room_for(self, one: Placed, solid: Bool[np.ndarray, "H W"]) -> tuple[int, int] | None:
        """Row and column that an object stands in; None where there is no room for it."""
        x, y = feet(one.box, self.tiled.tile_size)
        inside = 0 <= x < solid.shape[1] and 0 <= y < solid.shape[0]
        row = standing_row(solid, y, x) if inside else None
        if row == y:
            return y, x
        path = self.tiled.path
        place = None if row is None else (row, x)
        if place is None:
            place = free_cell(one.outline(self.tiled), solid, self.tiled.tile_size)
        where = f"line {y + 1}, column {x + 1}"
        if place is not None:
            kind = "reached" if row is None else "stood"
            self.remarks[Remark(kind, one.thing.told, f"{path.name}, {where}")] += 1
        elif self.game.legend.tiles[one.tile].role in ("start", "goal"):
            where = f"in something solid, {where}" if inside else "outside the map"
            fault = f"the object {quoted(one.thing.told)} stands {where}"
            raise UnreadableLevelError(str(path), fault, remedy=_PLACE)
        else:
            self.note("walled" if inside else "outside", one)
        return place

    def note(self, kind: Kind, one: Placed) -> None:
        """Say what became of a thing."""
        what, where = self.game.legend.names[one.tile], one.thing.layer.names[0]
        self.remarks[Remark(kind, what, where)] += 1
