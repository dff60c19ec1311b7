"""What a map's tiles mean by a game's legend."""

from __future__ import annotations

import json

import numpy as np

from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend_file import ANY_TILESET, GameLegend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.reading import quoted
from makar.domains.levels.tiled.layers import FLIPS
from makar.domains.levels.tiled.placed import with_objects
from makar.domains.levels.tiled.read import LOCKED, TiledMap, TileLayer
from makar.domains.levels.tiled.tilesets import owner_of


def level_layer(tiled: TiledMap, game: GameLegend) -> TileLayer:
    """The layer that holds the level: the one the legend names, or the one it knows best.

    Raises:
        UnreadableLevelError: no such layer, or none of the map's size with a known tile.
    """
    found = [layer for layer in tiled.layers if layer.name != LOCKED]
    names = ", ".join(quoted(layer.name) for layer in found)
    if game.layer:
        found = [layer for layer in found if layer.name == game.layer]
        if not found:
            fault = f"has no tile layer {game.layer!r}"
            remedy = f"Name one of its tile layers in the legend: {names}"
            raise UnreadableLevelError(str(tiled.path), fault, remedy=remedy)
    found = [layer for layer in found if layer.cells.shape == tiled.size]
    known = [_known(layer, tiled, game) for layer in found]
    if not any(known):
        fault = f"no tile layer ({names}) has a tile that {game.path.name} names"
        raise UnreadableLevelError(str(tiled.path), fault, remedy="Give the tiles their ids there")
    return found[known.index(max(known))]


def level_of(tiled: TiledMap, game: GameLegend, said: list[str] | None = None) -> Level:
    """The level that the map shows, by the tiles of its layer and the objects that stand for some.

    Args:
        tiled: The map.
        game: What its tiles mean.
        said: Receives sentences on what was not taken as it stands.

    Raises:
        LegendError: a tile that the legend leaves unnamed, by layer, line and column.
        UnreadableLevelError: see ``level_layer`` and ``placed.with_objects``.
    """
    layer = level_layer(tiled, game)
    numbers, index = _numbers(layer)
    _refuse_mixture(layer, numbers, tiled, game)
    tiles = np.zeros(len(numbers), np.uint8)
    for n, number in enumerate(numbers.tolist()):
        named = _named(number, tiled, game)
        if named is None:
            _refuse_unnamed(layer, number, tiled, game)
        else:
            tiles[n] = named
    return Level(with_objects(tiles[index], tiled, game, said), game.legend.names)


def _numbers(layer: TileLayer) -> tuple[np.ndarray, np.ndarray]:
    """The different global ids, and which of them each cell has."""
    numbers, index = np.unique(layer.cells & ~np.uint32(FLIPS), return_inverse=True)
    return numbers, index.reshape(layer.cells.shape)


def _named(number: int, tiled: TiledMap, game: GameLegend) -> int | None:
    if number == 0:
        return game.legend.empty
    owner = owner_of(tiled.tilesets, number)
    return owner and game.number(owner[0].name, owner[1])


def _known(layer: TileLayer, tiled: TiledMap, game: GameLegend) -> int:
    """How many of the layer's cells have a tile that the legend names."""
    numbers, index = _numbers(layer)
    counts = np.bincount(index.ravel(), minlength=len(numbers)).tolist()
    return sum(
        count
        for number, count in zip(numbers.tolist(), counts, strict=True)
        if number and _named(number, tiled, game) is not None
    )


def _refuse_mixture(
    layer: TileLayer, numbers: np.ndarray, tiled: TiledMap, game: GameLegend
) -> None:
    """Ids without a tileset's name mean one tileset: which, must be clear."""
    owners = {
        owner[0].name for n in numbers.tolist() if n and (owner := owner_of(tiled.tilesets, n))
    }
    if len(owners) > 1 and any(tileset == ANY_TILESET for tileset, _ in game.ids):
        first, second = sorted(owners)[:2]
        fault = (
            f"layer {layer.name!r} of {tiled.path.name} uses the tilesets {first!r} and {second!r}"
        )
        ids = f'{{ {_quoted(first)} = "0-3", {_quoted(second)} = "7" }}'
        remedy = f"Give the ids by tileset: ids = {ids}"
        raise LegendError(str(game.path), fault, remedy=remedy)


def _refuse_unnamed(layer: TileLayer, number: int, tiled: TiledMap, game: GameLegend) -> None:
    y, x = np.argwhere((layer.cells & ~np.uint32(FLIPS)) == number)[0]
    where = f"layer {layer.name!r}, line {y + 1}, column {x + 1}"
    owner = owner_of(tiled.tilesets, number)
    if owner is None:
        fault = f"{where}: no tileset has the tile {number}"
        raise UnreadableLevelError(str(tiled.path), fault, remedy="Open and mend the map in Tiled")
    tileset, local = owner
    ids = f'"{local}"'
    if len(tiled.tilesets) > 1:
        ids = f'{{ {_quoted(tileset.name)} = "{local}" }}'
    fault = f"{where}: {game.path.name} leaves tile {local} of tileset {tileset.name!r} unnamed"
    remedy = (
        f"Add its id to one of the legend's tiles, or a line such as "
        f'tile{local} = {{ role = "decoration", symbol = "{_free(game)}", ids = {ids} }}'
    )
    raise LegendError(str(tiled.path), fault, remedy=remedy)


def _quoted(name: str) -> str:
    """A name as it can be written in the legend."""
    return json.dumps(name, ensure_ascii=not name.isprintable())


def _free(game: GameLegend) -> str:
    """A symbol that no tile of the legend has."""
    taken = {tile.symbol for tile in game.legend.tiles}
    signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return next((sign for sign in signs if sign not in taken), "…")
