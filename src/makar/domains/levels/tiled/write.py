"""Levels into Tiled maps: a copy of one of the designer's maps, with a new level in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int, UInt32

from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.legend_file import ANY_TILESET, GameLegend
from makar.domains.levels.level.level import Level
from makar.domains.levels.tiled.document import copied, with_templates_named_from
from makar.domains.levels.tiled.meaning import Reading, read_meaning
from makar.domains.levels.tiled.merging import known_layer
from makar.domains.levels.tiled.objects import COLLISION, OBJECTS, Route, object_layers
from makar.domains.levels.tiled.read import TiledMap, TileLayer
from makar.domains.levels.tiled.remarks import Remarks
from makar.domains.levels.tiled.sheets import Sheets
from makar.domains.levels.tiled.things.placing import Placing, without_known
from makar.domains.levels.tiled.tilesets import (
    Tileset,
    TilesetReference,
    owner_of,
    write_tileset,
)
from makar.domains.levels.tiled.variants import NOTHING, Look, TileVariants

_ALWAYS_FIRST = TileVariants((), ({}, {}, {}))


@dataclass(frozen=True)
class Written:
    """What became of a level on its way into a map.

    Attributes:
        level: The level as it stands in the map: with the template's locked tiles.
        notes: What could not be kept, in words; empty: all of it was.
    """

    level: Level
    notes: tuple[str, ...] = ()


def locked_tiles(
    template: TiledMap, game: GameLegend, size: tuple[int, int]
) -> Int[np.ndarray, "H W"]:
    """The tiles of the template's locked cells in a level of ``size``; -1 where none is."""
    if template.locked is None:
        return np.full(size, -1)
    sheets = Sheets.of(template, read_meaning(template, game), game, size)
    return np.where(sheets.locked, sheets.tiles.astype(np.int64), -1)


def with_locked(level: Level, template: TiledMap, game: GameLegend) -> Level:
    """The level with the template's locked tiles: as it will stand in the map, to be judged so."""
    locked = locked_tiles(template, game, level.tiles.shape)
    return Level(np.where(locked < 0, level.tiles, locked).astype(np.uint8), level.names)


def write_into_map(
    path: Path,
    level: Level,
    *,
    game: GameLegend,
    template: TiledMap,
    variants: TileVariants,
    route: Route = (),
) -> Written:
    """Write a copy of ``template`` with ``level`` in its level layer.

    Each tile goes to the layer of its kind (``sheets``). Locked cells keep the template's tile,
    turned as it was. Objects that stand for tiles are put where the level has these
    (``things.placing``). Every other layer is copied as it is, but a tile layer that is larger
    than the level is cut to it. The layers "makar objects" and "makar collision" are made anew;
    what could not be kept is noted in the property "notes" of the first. Where heights differ,
    rows are counted from the bottom: levels stand on the template's floor.

    Args:
        path: The ``.tmj`` file to write.
        level: The level; its tiles are the legend's.
        game: The legend, and the ids of its tiles.
        template: The map to copy.
        variants: Which look of a tile to draw where (``learn_variants``).
        route: A way through the level, to be drawn in; see ``objects.Route``.

    Raises:
        LegendError: a tile of the level has no id in the legend and none in the maps.
    """
    reading = read_meaning(template, game)
    return _write(path, level, game, template, reading, variants, route)


def write_with_tileset(
    path: Path, level: Level, *, legend: Legend, tileset: TilesetReference, route: Route = ()
) -> Written:
    """Write a map for a game that has no map of its own, and its tileset's ``.tsj`` file.

    Raises:
        LegendError: a tile of the level has no picture in the tileset.
    """
    name = tileset.path.stem
    write_tileset(tileset, name=name, names=dict(enumerate(legend.names)))
    ids = {(name, local): number for number, local in tileset.ids.items()}
    game = GameLegend(legend, ids)
    rows, columns = level.tiles.shape
    template = TiledMap(
        path.absolute(),
        _blank(columns, rows, tileset.tile_size),
        (rows, columns),
        (tileset.tile_size, tileset.tile_size),
        (Tileset(name, 1, tileset.count, tileset.path.absolute()),),
        (TileLayer("level", (0,), np.zeros((rows, columns), np.uint32)),),
    )
    blank = Reading(
        level, (known_layer(template.layers[0], template, game),), 0, ((0, 0),),
        np.full((rows, columns), -1), template.layers[0].cells, (0.0, 0.0), (), Remarks(),
    )  # fmt: skip
    return _write(path, level, game, template, blank, _ALWAYS_FIRST, route)


def _write(
    path: Path,
    level: Level,
    game: GameLegend,
    template: TiledMap,
    reading: Reading,
    variants: TileVariants,
    route: Route,
) -> Written:
    sheets = Sheets.of(template, reading, game, level.tiles.shape)
    level = Level(np.where(sheets.locked, sheets.tiles, level.tiles), level.names)
    drawn = _cells(level, game, template, _plain_tileset(template, reading), variants)
    new = sheets.drawn(level, drawn, variants.homes)
    path = path.absolute()
    document, notes = copied(template, new, (level.tiles.shape[0], level.tiles.shape[1]), path)
    document = without_known(document, reading)
    if path.parent != template.path.parent:
        layers = with_templates_named_from(document["layers"], template.path, path)
        document["layers"] = layers
    document = Placing(document, template, reading, game, path, variants.examples).put(level)
    if sheets.lost:
        notes = (*notes, f"{sheets.lost} locked cells lie outside of the level and are lost")
    notes = (*template.notes, *notes)
    added, (layer_id, object_id) = object_layers(
        level,
        game.legend,
        route=route,
        tile_size=template.tile_size,
        first=(document["nextlayerid"], document["nextobjectid"]),
    )
    if notes:
        told = {"name": "notes", "type": "string", "value": "\n".join(notes)}
        added[0]["properties"] = [told]
    kept = [item for item in document["layers"] if item.get("name") not in (OBJECTS, COLLISION)]
    document["layers"] = [*kept, *added]
    document |= {"nextlayerid": layer_id, "nextobjectid": object_id}
    try:
        text = json.dumps(document)
    except RecursionError as error:
        raise UnreadableLevelError(str(template.path), "nests without end") from error
    path.write_text(text + "\n", encoding="utf-8")
    return Written(level, notes)


def _cells(
    level: Level, game: GameLegend, template: TiledMap, plain: str, variants: TileVariants
) -> UInt32[np.ndarray, "H W"]:
    """The map's number for each cell of the level."""
    looks = variants.of(level.tiles)
    drawn = [_cell(look, template) for look in variants.looks]
    cells = np.zeros(level.tiles.shape, np.uint32)
    pairs = np.stack([level.tiles.astype(np.int64), looks], axis=-1).reshape(-1, 2)
    different, index = np.unique(pairs, axis=0, return_inverse=True)
    found = np.zeros(len(different), np.uint32)
    for n, (tile, look) in enumerate(different.tolist()):
        cell = drawn[look] if look >= 0 else None
        found[n] = _first(tile, game, template, plain) if cell is None else cell
    cells[...] = found[index.reshape(cells.shape)]
    return cells


def _cell(look: Look, template: TiledMap) -> int | None:
    """The template's number for a look, or None where it lacks the tileset."""
    if look == NOTHING:
        return 0
    name, local, flips = look
    first = next((t.first for t in template.tilesets if t.name == name), None)
    return None if first is None else (first + local) | flips


def _plain_tileset(template: TiledMap, reading: Reading) -> str:
    """The tileset that ids without a name mean: the one that the main layer is drawn with."""
    cells = reading.layers[reading.main].layer.cells if reading.main is not None else reading.cells
    drawn = cells[cells != 0]
    owner = owner_of(template.tilesets, int(drawn[0]) & 0x0FFF_FFFF) if drawn.size else None
    return owner[0].name if owner else ANY_TILESET


def _first(tile: int, game: GameLegend, template: TiledMap, plain: str) -> int:
    """The number of the first id that the legend gives a tile."""
    known = game.first_id(tile)
    unseen = game.legend.tiles[tile].role == "empty" or tile in game.objects.tiles.values()
    if known is None and unseen:
        return 0
    cell = None
    if known is not None:
        cell = _cell((plain if known[0] == ANY_TILESET else known[0], known[1], 0), template)
    if cell is None:
        name = game.legend.names[tile]
        fault = f"tile {name!r} cannot be drawn with the tilesets of {template.path.name}"
        raise LegendError(str(game.path), fault, remedy=f"Give {name!r} an id in [tiles]")
    return cell


def _blank(columns: int, rows: int, tile_size: int) -> dict[str, Any]:
    level = {
        "data": [],
        "height": rows,
        "id": 1,
        "name": "level",
        "opacity": 1,
        "type": "tilelayer",
        "visible": True,
        "width": columns,
        "x": 0,
        "y": 0,
    }
    return {
        "compressionlevel": -1,
        "height": rows,
        "infinite": False,
        "layers": [level],
        "orientation": "orthogonal",
        "renderorder": "right-down",
        "tiledversion": "1.8.2",
        "tileheight": tile_size,
        "tilesets": [{"firstgid": 1, "source": ""}],
        "tilewidth": tile_size,
        "type": "map",
        "version": "1.8",
        "width": columns,
    }
