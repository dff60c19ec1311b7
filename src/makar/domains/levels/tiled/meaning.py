"""What a map's tile layers and objects mean by a game's legend."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, UInt32

from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.reading import quoted
from makar.domains.levels.tiled.layers import FLIPS
from makar.domains.levels.tiled.merging import (
    UNNAMED,
    KnownLayer,
    grid_of,
    is_whole,
    known_layer,
    merged,
    of_tileset,
    owners_of,
    shift_of,
    solid_everywhere,
    without_names,
)
from makar.domains.levels.tiled.read import LOCKED, TiledMap, TileLayer
from makar.domains.levels.tiled.remarks import Kind, Remark, Remarks, sentences
from makar.domains.levels.tiled.things.standing import Placed, known_things, with_things
from makar.domains.levels.tiled.tilesets import owner_of

MOSTLY = 0.75
"""Share of a layer's tiles that the legend names above which it must name all of them."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A map as it was read.

    Attributes:
        level: The level.
        layers: The tile layers that were read, from the bottom up.
        main: The number of the one that tells most; None where the level is in objects alone.
        shifts: Rows and columns by which each was moved.
        owner: ``(H, W)`` the layer that each cell's tile comes from; -1 none.
        cells: ``(H, W)`` that tile's global id with flip bits; 0 none.
        grid: Where the map's cells begin, in pixels from its corner.
        things: The objects that the legend knows.
        remarks: What was read and what was left out.
    """

    level: Level
    layers: tuple[KnownLayer, ...]
    main: int | None
    shifts: tuple[tuple[int, int], ...]
    owner: Int[np.ndarray, "H W"]
    cells: UInt32[np.ndarray, "H W"]
    grid: tuple[float, float]
    things: tuple[Placed, ...]
    remarks: Remarks


def level_layer(tiled: TiledMap, game: GameLegend) -> TileLayer:
    """The tile layer that tells most of the level.

    Raises:
        UnreadableLevelError: none holds a tile that the legend names.
    """
    reading = read_meaning(tiled, game)
    if reading.main is None:
        raise _nothing_known(tiled, game)
    return reading.layers[reading.main].layer


def level_of(tiled: TiledMap, game: GameLegend, said: list[str] | None = None) -> Level:
    """The level that a map shows; see ``read_meaning``.

    Args:
        tiled: The map.
        game: What its tiles mean.
        said: Receives sentences on what was read, and on what was not taken as it stands.
    """
    reading = read_meaning(tiled, game)
    if said is not None:
        said += [f"{tiled.path.name}: {told}" for told in sentences([reading.remarks])]
    return reading.level


def read_meaning(tiled: TiledMap, game: GameLegend) -> Reading:
    """The level that a map shows, by its tile layers and the objects that stand for tiles.

    Layers are laid over one another (``merging``), then come the objects (``things.standing``).

    Raises:
        LegendError: a tile that the legend leaves unnamed, by layer, line and column.
        UnreadableLevelError: nothing that the legend names, or a start or goal without room.
    """
    remarks = Remarks({Remark("note", note): 1 for note in tiled.notes})
    layers, main = _chosen(tiled, game, remarks)
    grid = grid_of(layers[main].layer if main is not None else None, tiled)
    things = known_things(tiled, game, grid, remarks)
    if main is None and not any(one.is_area(game) for one in things):
        raise _nothing_known(tiled, game)
    for n, known in enumerate(layers):
        _check_names(known, n == main, tiled, game, remarks)
        if not is_whole(known.layer, tiled, (0.0, 0.0)):
            told = " and ".join(f"{pixels:g}" for pixels in known.layer.offset)
            what = (
                f"tile layer {quoted(known.layer.name)} is moved by {told} pixels, no whole cells: "
                "it is taken to lie on the nearest"
            )
            remarks[Remark("fraction", what)] += 1
    shifts = tuple(shift_of(known.layer, tiled, grid) for known in layers)
    found = merged(layers, shifts, game, tiled.size)
    for known, cut in zip(layers, found.cut, strict=True):
        if cut:
            what = f"{cut} cells of tile layer {quoted(known.layer.name)} lie outside the map"
            remarks[Remark("cut", what)] += 1
    tiles = np.where(found.tiles < 0, game.legend.empty, found.tiles)
    if things:
        tiles, things = with_things(tiles, things, tiled, game, remarks)
    return Reading(
        Level(tiles.astype(np.uint8), game.legend.names), layers, main, shifts, found.owner,
        found.cells, grid, tuple(things), remarks,
    )  # fmt: skip


def _chosen(
    tiled: TiledMap, game: GameLegend, remarks: Remarks
) -> tuple[tuple[KnownLayer, ...], int | None]:
    """The layers that are read, from the bottom up, and the number of the main one."""
    found = [known_layer(one, tiled, game) for one in tiled.layers if one.name != LOCKED]
    if game.layers:
        asked = [known for known in found if known.layer.name in game.layers]
        if not asked:
            names = ", ".join(quoted(known.layer.name) for known in found)
            fault = f"has no tile layer {' or '.join(map(repr, game.layers))}"
            remedy = f"Name one of its tile layers in the legend: {names}"
            raise UnreadableLevelError(str(tiled.path), fault, remedy=remedy)
        others = [known for known in found if known.layer.name not in game.layers]
        left: dict[Kind, Sequence[KnownLayer]] = {"not asked": others}
    else:
        shown = [known for known in found if known.layer.visible]
        walls = [known for known in shown if known.named and solid_everywhere(known, game)]
        asked = [known for known in shown if not any(known is wall for wall in walls)]
        if not any(known.named for known in asked) and not _solid_things(tiled, game):
            asked, walls = shown, []
        hidden = [known for known in found if not known.layer.visible]
        left = {"hidden": hidden, "background": walls}
    layers, main = _of_one_tileset([known for known in asked if known.named], tiled, game)
    left["no tile"] = [k for k in asked if not any(k.layer is one.layer for one in layers)]
    for why, unread in left.items():
        for known in unread:
            _remark_left(known, why, game, remarks)
    for known in layers:
        remarks[Remark("layer", known.layer.name)] += 1
    return layers, main


def _of_one_tileset(
    layers: Sequence[KnownLayer], tiled: TiledMap, game: GameLegend
) -> tuple[tuple[KnownLayer, ...], int | None]:
    """The layers, where ids without a tileset's name mean the tileset of the main one."""
    if not layers:
        return (), None
    main = max(layers, key=lambda known: (known.whole, known.named))
    if not without_names(game):
        return tuple(layers), layers.index(main)
    _refuse_mixture(main, tiled, game)
    tileset = owners_of(main, tiled)[0]
    kept = [of_tileset(k, tileset, tiled, game) if k is not main else k for k in layers]
    kept = [known for known in kept if known.named]
    return tuple(kept), kept.index(main)


def _solid_things(tiled: TiledMap, game: GameLegend) -> bool:
    """Whether objects say what is solid."""
    solid, things = game.legend.having("solid"), tiled.things if game.objects else ()
    found = (game.objects.tile(one.kind, one.name, one.layer.names) for one in things)
    return any(tile is not None and solid[tile] for tile in found)


def _remark_left(known: KnownLayer, why: Kind, game: GameLegend, remarks: Remarks) -> None:
    name = known.layer.name
    if not known.used:
        return  # an empty layer says nothing
    remarks[Remark(why, name)] += 1
    for tile, count in zip(known.tiles.tolist(), known.counts.tolist(), strict=True):
        if tile >= 0 and why != "background":
            remarks[Remark("elsewhere", game.legend.names[tile], name)] += count


def _check_names(
    known: KnownLayer, main: bool, tiled: TiledMap, game: GameLegend, remarks: Remarks
) -> None:
    """Refuse a tile that the legend leaves unnamed on a layer of the level; on others say it."""
    missing = known.numbers[known.tiles == UNNAMED].tolist()
    for number in missing:
        owner = owner_of(tiled.tilesets, number)
        if main or known.named >= MOSTLY * known.used or owner is None:
            raise _unnamed(known.layer, number, tiled, game)
        told = f"tile {owner[1]} of {owner[0].name!r}"
        count = int(known.counts[known.numbers == number][0])
        remarks[Remark("unnamed", told, known.layer.name)] += count


def _nothing_known(tiled: TiledMap, game: GameLegend) -> UnreadableLevelError:
    names = ", ".join(quoted(one.name) for one in tiled.layers if one.name != LOCKED)
    hidden = [one.name for one in tiled.layers if not one.visible and one.name != LOCKED]
    fault = f"no tile layer ({names}) has a tile that {game.path.name} names"
    if hidden and not game.layers:
        fault += f"; hidden ones ({', '.join(map(quoted, hidden))}) are not read"
    return UnreadableLevelError(str(tiled.path), fault, remedy="Give the tiles their ids there")


def _refuse_mixture(known: KnownLayer, tiled: TiledMap, game: GameLegend) -> None:
    """Ids without a tileset's name mean one tileset: which, must be clear."""
    owners = owners_of(known, tiled)
    if len(owners) > 1:
        first, second = owners[:2]
        fault = (
            f"layer {known.layer.name!r} of {tiled.path.name} uses the tilesets {first!r} and "
            f"{second!r}"
        )
        ids = f'{{ {_quoted(first)} = "0-3", {_quoted(second)} = "7" }}'
        remedy = f"Give the ids by tileset: ids = {ids}"
        raise LegendError(str(game.path), fault, remedy=remedy)


def _unnamed(
    layer: TileLayer, number: int, tiled: TiledMap, game: GameLegend
) -> UnreadableLevelError:
    y, x = np.argwhere((layer.cells & ~np.uint32(FLIPS)) == number)[0]
    where = f"layer {layer.name!r}, line {y + 1}, column {x + 1}"
    owner = owner_of(tiled.tilesets, number)
    if owner is None:
        fault = f"{where}: no tileset has the tile {number}"
        return UnreadableLevelError(str(tiled.path), fault, remedy="Open and mend the map in Tiled")
    tileset, local = owner
    ids = f'"{local}"'
    if len(tiled.tilesets) > 1:
        ids = f'{{ {_quoted(tileset.name)} = "{local}" }}'
    fault = f"{where}: {game.path.name} leaves tile {local} of tileset {tileset.name!r} unnamed"
    remedy = (
        f"Add its id to one of the legend's tiles, or a line such as "
        f'tile{local} = {{ role = "decoration", symbol = "{_free(game)}", ids = {ids} }}'
    )
    return LegendError(str(tiled.path), fault, remedy=remedy)


def _quoted(name: str) -> str:
    """A name as it can be written in the legend."""
    return json.dumps(name, ensure_ascii=not name.isprintable())


def _free(game: GameLegend) -> str:
    """A symbol that no tile of the legend has."""
    taken = {tile.symbol for tile in game.legend.tiles}
    signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return next((sign for sign in signs if sign not in taken), "…")
