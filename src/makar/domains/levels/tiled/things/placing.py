"""Objects of a new level, each a copy of one that the designer has drawn.

One of the map's own in the same cell is copied first, then any of the map's, then one of another
map of the corpus, with its size, class, properties, template and picture. It goes to the layer of
its kind: the example's, or one of that name, or a copy of that layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from makar.domains.levels.level.legend_file import GameLegend
from makar.domains.levels.level.level import Level
from makar.domains.levels.tiled.document import moved_tileset, named_from
from makar.domains.levels.tiled.layer_tree import all_layers
from makar.domains.levels.tiled.meaning import Reading
from makar.domains.levels.tiled.objects import rectangles
from makar.domains.levels.tiled.read import TiledMap
from makar.domains.levels.tiled.things.examples import Example, filling, gid_in, standing_at
from makar.domains.levels.tiled.things.outline import shape_of
from makar.domains.levels.tiled.things.standing import AREAS, Placed
from makar.domains.levels.tiled.things.thing import OURS
from makar.domains.levels.tiled.tilesets import MAX_ID

_LAYER = "objects"
"""Name of the layer for objects that no map has."""
_UNTOLD = 1 << 16
"""Ids that are kept free for a tileset that does not tell how many tiles it has."""


@dataclass
class Placing:
    """One map that objects are put into.

    Attributes:
        document: The new map's, without the objects that the legend knows.
        template: The map that it is a copy of.
        reading: What that map means.
        game: The legend.
        path: The new map's file.
        examples: Of the corpus, by tile.
        taken: New objects by the place of their layer.
    """

    document: dict[str, Any]
    template: TiledMap
    reading: Reading
    game: GameLegend
    path: Path
    examples: Mapping[int, Example]
    taken: dict[tuple[int, ...], list[dict[str, Any]]] = field(
        default_factory=dict[tuple[int, ...], list[dict[str, Any]]]
    )

    def put(self, level: Level) -> dict[str, Any]:
        """The document with an object for whatever of the level stands for one."""
        own = self._own_examples(len(level.tiles))
        solid = self.game.legend.having("solid")[level.tiles]
        for tile in sorted(set(self.game.objects.tiles.values())):
            cells = level.tiles == tile
            example = own.get((tile,)) or self.examples.get(tile)
            if not cells.any() or (example is None and self.game.first_id(tile) is not None):
                continue
            if example is not None and self.game.legend.tiles[tile].role in AREAS:
                self._fill(cells, example)
                continue
            for y, x in np.argwhere(cells).tolist():
                below = y + 1 < len(solid) and bool(solid[y + 1, x])
                self._stand((y, x), tile, own.get((tile, y, x), example), below)
        return self._with_taken()

    def _own_examples(self, rows: int) -> dict[tuple[int, ...], Example]:
        """The map's own, by tile, and by tile, row and column of a level of so many rows."""
        higher = rows - self.template.size[0]  # levels stand on the template's floor
        found: dict[tuple[int, ...], Example] = {}
        for placed in self.reading.things:
            example = Example(placed, self.template, self.reading.grid)
            if is_example(placed, self.game):
                found.setdefault((placed.tile,), example)
            if placed.at is not None:
                found.setdefault((placed.tile, placed.at[0] + higher, placed.at[1]), example)
        return found

    def _stand(
        self, cell: tuple[int, int], tile: int, example: Example | None, below: bool
    ) -> None:
        wide, high = self.template.tile_size
        if example is None:
            word, layer = self.game.objects.example(tile)
            place, offset = self._layer_named(layer or None, None, tile)
            self.taken.setdefault(place, []).append({
                "name": word or self.game.legend.names[tile], "type": word, "point": True,
                "visible": True, "rotation": 0, "width": 0, "height": 0,
                "x": (cell[1] + 0.5) * wide - offset[0], "y": (cell[0] + 0.5) * high - offset[1],
            })  # fmt: skip
            return
        place, offset = self._layer_of(example, tile)
        item = standing_at(example, cell, (wide, high), offset, sinks=below)
        self.taken.setdefault(place, []).append(self._at_home(item, example))

    def _fill(self, cells: np.ndarray, example: Example) -> None:
        """Rectangles over the cells; one for each cell where the example shows a tile."""
        wide, high = self.template.tile_size
        place, offset = self._layer_of(example, example.placed.tile)
        boxes = rectangles(cells)
        if shape_of(example.placed.thing) == "tile":
            boxes = [(x, y, 1, 1) for y, x in np.argwhere(cells).tolist()]
        for x, y, columns, rows in boxes:
            box = (x * wide - offset[0], y * high - offset[1], columns * wide, rows * high)
            item = self._at_home(filling(example, box), example)
            self.taken.setdefault(place, []).append(item)

    def _at_home(self, item: dict[str, Any], example: Example) -> dict[str, Any]:
        """A copy whose tile and template are found from the new map."""
        if isinstance(source := item.get("template"), str) and source:
            item["template"] = named_from(source, example.tiled.path, self.path)
        gid = gid_in(example, self._firsts(example))
        return item | {"gid": gid} if gid is not None and "gid" in item else item

    def _firsts(self, example: Example) -> Mapping[str, int]:
        """First numbers by tileset, the example's added where the map lacks it."""
        first = {tileset.name: tileset.first for tileset in self.template.tilesets}
        first |= {one.get("name", ""): one["firstgid"] for one in self._added()}
        owner = example.placed.thing.owner
        if owner is None or owner[0].name in first or not example.item.get("gid"):
            return first
        tileset = owner[0]
        free = max(
            [t.first + (t.count or _UNTOLD) for t in self.template.tilesets]
            + [1, *(one["firstgid"] + _UNTOLD for one in self._added())]
        )
        entries = example.tiled.document["tilesets"]
        entry = next(dict(one) for one in entries if one.get("firstgid") == tileset.first)
        entry |= {"firstgid": min(free, MAX_ID)}
        moved = moved_tileset(entry, tileset, example.tiled.path, self.path)
        self.document["tilesets"] = [*self.document["tilesets"], moved | {"name": tileset.name}]
        return first | {tileset.name: entry["firstgid"]}

    def _added(self) -> list[dict[str, Any]]:
        return self.document["tilesets"][len(self.template.document.get("tilesets", [])) :]

    def _layer_of(self, example: Example, tile: int) -> tuple[tuple[int, ...], tuple[float, float]]:
        """Place and offset, from where cells begin, of the layer that a copy goes to."""
        layer = example.placed.thing.layer
        if example.tiled is self.template:
            return layer.place, self._from_grid(layer.offset)
        return self._layer_named(layer.names[0], example, tile)

    def _layer_named(
        self, name: str | None, example: Example | None, tile: int
    ) -> tuple[tuple[int, ...], tuple[float, float]]:
        """A visible layer of objects of that name, or a new one; None: any with such objects."""
        known = [one.thing.layer.place for one in self.reading.things]
        for layer in all_layers(self.document, str(self.template.path)):
            fits = layer.names[0] == name if name is not None else layer.place in known
            usual = layer.kind == "objectgroup" and layer.names[0] not in OURS
            if fits and usual and (layer.visible or self.game.objects.asks_for(layer.names)):
                return layer.place, self._from_grid(layer.offset)
        return self._new_layer(name or _LAYER, example, tile)

    def _new_layer(
        self, name: str, example: Example | None, tile: int
    ) -> tuple[tuple[int, ...], tuple[float, float]]:
        layer: dict[str, Any] = {
            "type": "objectgroup", "draworder": "topdown", "opacity": 1, "visible": True,
            "x": 0, "y": 0,
        }  # fmt: skip
        offset = (0.0, 0.0)
        if example is not None:
            thing = example.placed.thing
            layer, offset = dict(thing.layer.layer), thing.layer.offset
            names = (n for n in thing.layer.names if self._knows(thing.kind, thing.name, n) == tile)
            name = next(names, name)
        layer |= {"id": self.document["nextlayerid"], "name": name, "objects": []}
        layer |= {"offsetx": offset[0], "offsety": offset[1]} if any(offset) else {}
        self.document["layers"] = [*self.document["layers"], layer]
        self.document["nextlayerid"] += 1
        return (len(self.document["layers"]) - 1,), self._from_grid(offset)

    def _knows(self, kind: str, name: str, layer: str) -> int | None:
        return self.game.objects.tile(kind, name, [layer])

    def _from_grid(self, offset: tuple[float, float]) -> tuple[float, float]:
        return offset[0] - self.reading.grid[0], offset[1] - self.reading.grid[1]

    def _with_taken(self) -> dict[str, Any]:
        """The document with the new objects on their layers, each with a free id."""
        number = self.document["nextobjectid"]
        for place in sorted(self.taken):
            items = [item | {"id": number + n} for n, item in enumerate(self.taken[place])]
            number += len(items)
            self.document["layers"] = _added(self.document["layers"], place, items)
        return self.document | {"nextobjectid": number}


def without_known(document: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """A copy of the document without the objects that were read as tiles."""
    known = {id(placed.thing.item) for placed in reading.things}
    return document | {"layers": list(_unknown(document["layers"], known))} if known else document


def is_example(placed: Placed, game: GameLegend) -> bool:
    """Whether copies can be made of an object: it fills cells, or stands in one."""
    return placed.at is not None or (
        placed.is_area(game) and shape_of(placed.thing) not in ("polyline", "point")
    )


def _unknown(layers: list[dict[str, Any]], known: set[int]) -> Iterator[dict[str, Any]]:
    for layer in layers:
        if layer.get("type") == "group" and "layers" in layer:
            yield layer | {"layers": list(_unknown(layer["layers"], known))}
        elif any(id(item) in known for item in layer.get("objects", ())):
            yield layer | {"objects": [one for one in layer["objects"] if id(one) not in known]}
        else:
            yield layer


def _added(
    layers: list[dict[str, Any]], place: tuple[int, ...], items: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The layers with objects more on the one at ``place``."""
    first, rest = place[0], place[1:]
    layer = layers[first]
    if rest:
        layer = layer | {"layers": _added(layer["layers"], rest, items)}
    else:
        layer = layer | {"objects": [*layer.get("objects", []), *items]}
    return [*layers[:first], layer, *layers[first + 1 :]]
