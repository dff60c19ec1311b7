"""``legend.toml``: what the tiles of a designer's own game mean, and how its hero moves.

The format, for the one who writes it, is in docs/levels-legend.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn, cast

from makar.core.disk.toml import parse_toml
from makar.domains.levels.level.errors import LegendError
from makar.domains.levels.level.legend import ROLES, Legend, Physics, Role, Tile
from makar.domains.levels.level.object_words import ObjectWords, words_of
from makar.domains.levels.level.reading import quoted, read_bounded, text_of
from makar.domains.levels.level.vglc_legend import VGLC_LICENCE, parse_vglc_legend

MAX_LEGEND_BYTES = 1_000_000
MAX_TILE_ID = (1 << 24) - 1
MAX_IDS = 65_536
ANY_TILESET = ""
"""Stands for the tileset's name where the legend gives ids without one."""
TileIds = dict[tuple[str, int], int]
UNSTATED = "as the maps' author says"
_TABLES = ("map", "physics", "tiles")
_PLACES: Mapping[str, tuple[str, ...]] = {
    "layer": (),
    "licence": (),
    "start": ("left",),
    "goal": ("right",),
}
_TILE_KEYS = ("role", "symbol", "ids", "object", "bumped")
_PHYSICS: Mapping[str, tuple[type, ...]] = {
    "jump_height": (int,),
    "jump_reach": (int,),
    "double_jump": (bool,),
    "body": (list,),
    "gravity": (int, float),
}
_EXAMPLE = "docs/levels-legend.md has a whole example"
_PLACES_REMEDY = (
    'Use layer = "its name" or ["one", "another"], licence = "CC0-1.0", start = "left", '
    'goal = "right"'
)
_PHYSICS_REMEDY = (
    "Write jump_height = 4, jump_reach = 8, double_jump = false, body = [1, 1], gravity = 1.0"
)
_TILE_REMEDY = 'Write it as ground = { role = "solid", symbol = "X", ids = "0-11, 15" }'
_IDS_REMEDY = (
    'Write Tiled\'s tile ids as "0-11, 15", or by tileset as { terrain = "0-11", props = "3" }'
)
_OBJECT_REMEDY = (
    'Write the class or name of the objects in quotes, as object = "spawn"; several as '
    'object = "slime, bat*, layer:Enemies"'
)
_BUMPED_REMEDY = "Write bumped = true for a solid tile that gives something when hit from below"
_RANGE = re.compile(r"\s*(\d{1,8})\s*(?:-\s*(\d{1,8})\s*)?")


@dataclass(frozen=True)
class GameLegend:
    """A game's legend and how its tiles are known in Tiled maps.

    Attributes:
        legend: Names, roles, symbols, physics.
        ids: Number of the tile by ``(tileset, local tile id)``; the tileset is
            ``ANY_TILESET`` where the legend does not name one.
        layers: The tile layers that hold the level; empty: all that are visible and hold tiles
            that the legend names.
        path: The file, for messages; tilesets may lie anywhere in its folder.
        text: The file's text, so that a run can keep it.
        licence: What may be done with the maps, as their author says.
        objects: Number of the tile by the words that objects which stand for it are known by.
    """

    legend: Legend
    ids: Mapping[tuple[str, int], int]
    layers: tuple[str, ...] = ()
    path: Path = Path("legend.toml")
    text: str = ""
    licence: str = UNSTATED
    objects: ObjectWords = field(default_factory=ObjectWords)

    def number(self, tileset: str, local_id: int) -> int | None:
        """The tile's number, or None for a tile that the legend leaves unnamed."""
        named = self.ids.get((tileset, local_id))
        return self.ids.get((ANY_TILESET, local_id)) if named is None else named

    def first_id(self, number: int) -> tuple[str, int] | None:
        """The first tileset and id written for a tile; None: it is a cell without a tile."""
        return next((key for key, tile in self.ids.items() if tile == number), None)


def read_legend(path: Path | str) -> GameLegend:
    """Read a legend file: ``legend.toml``, or a game's JSON in the Video Game Level Corpus.

    Raises:
        LegendError: not TOML, an unknown key or role, a symbol or id given twice, no empty
            tile, or nothing that says where the level starts and ends.
        UnreadableLevelError: no such file, or too large to be a legend.
    """
    path = Path(path)
    if path.suffix.lower() == ".json":
        text = text_of(read_bounded(path, MAX_LEGEND_BYTES), str(path))
        legend = parse_vglc_legend(text, path)
        return GameLegend(legend, {}, path=path, text=text, licence=VGLC_LICENCE)
    return parse_legend(text_of(read_bounded(path, MAX_LEGEND_BYTES), str(path)), path)


def parse_legend(text: str, path: Path | str = "legend.toml") -> GameLegend:
    """Read a legend from its text; see ``read_legend``."""
    return _Reader(text, Path(path)).read()


@dataclass(frozen=True)
class _Reader:
    text: str
    path: Path

    def read(self) -> GameLegend:
        whole = self._parsed()
        if unknown := [key for key in whole if key not in _TABLES]:
            self._refuse(f"no table [{unknown[0]}] is known", f"Use {_list(_TABLES)}", unknown[0])
        places = self._table(whole, "map")
        for key, value in places.items():
            allowed = value in _PLACES.get(key, ()) if isinstance(value, str) else False
            named = (key == "licence" and _is_name(value)) or (key == "layer" and _layers(value))
            if not allowed and not named:
                self._refuse(f"[map] {key} = {quoted(value)} is no setting", _PLACES_REMEDY, key)
        table = self._table(whole, "tiles")
        tiles, ids = self._tiles(table)
        objects = self._objects(table, tiles)
        physics = self._table(whole, "physics")
        try:
            legend = Legend(tiles, self._physics(physics))
        except LegendError:
            raise
        except ValueError as error:
            self._refuse(str(error), "Change it in the legend")
        for role in ("start", "goal"):
            self._has_end(legend, places, role)
        layers, licence = _layers(places.get("layer")), places.get("licence", UNSTATED)
        return GameLegend(legend, ids, layers, self.path, self.text, licence, objects)

    def _parsed(self) -> dict[str, Any]:
        try:
            return parse_toml(self.text)
        except ValueError as error:
            raise LegendError(str(self.path), f"is not TOML: {error}", remedy=_EXAMPLE) from error

    def _table(self, whole: Mapping[str, Any], name: str) -> dict[str, Any]:
        table = whole.get(name, {})
        if not isinstance(table, dict):
            self._refuse(f"{name} is not a table", f"Begin it with the line [{name}]", name)
        return table

    def _physics(self, table: Mapping[str, Any]) -> Physics:
        values = dict(table)
        for key, value in table.items():
            if key not in _PHYSICS:
                self._refuse(f"[physics] has no {key}", f"Use {_list(_PHYSICS)}", key)
            if type(value) not in _PHYSICS[key]:
                self._refuse(f"[physics] {key} = {quoted(value)}", _PHYSICS_REMEDY, key)
        if (body := values.get("body")) is not None:
            if len(body) != 2 or any(type(size) is not int for size in body):
                self._refuse(f"[physics] body = {quoted(body)}", _PHYSICS_REMEDY, "body")
            values["body"] = (body[0], body[1])
        return Physics(**values)

    def _tiles(self, table: Mapping[str, Any]) -> tuple[tuple[Tile, ...], TileIds]:
        if not table:
            self._refuse("names no tiles", f"Add a table [tiles]. {_EXAMPLE}")
        tiles: list[Tile] = []
        ids: TileIds = {}
        for number, (name, given) in enumerate(table.items()):
            tiles.append(self._tile(name, given))
            for key in self._ids(name, given.get("ids", "")):
                if key in ids:
                    fault = f"tiles {tiles[ids[key]].name!r} and {name!r} share the id {key[1]}"
                    self._refuse(fault, "Give each id to one tile", name)
                ids[key] = number
            if len(ids) > MAX_IDS:
                self._refuse(f"has more than {MAX_IDS:,} ids", _IDS_REMEDY, name)
        return tuple(tiles), ids

    def _tile(self, name: str, given: object) -> Tile:
        if not isinstance(given, dict) or not all(key in given for key in ("role", "symbol")):
            self._refuse(f"tile {name!r} lacks a role or a symbol", _TILE_REMEDY, name)
        if unknown := [key for key in given if key not in _TILE_KEYS]:
            fault = f"tile {name!r} has an unknown key {quoted(unknown[0])}"
            self._refuse(fault, f"Use {_list(_TILE_KEYS)}", name)
        if not isinstance(given["role"], str) or not isinstance(given["symbol"], str):
            self._refuse(f"tile {name!r}: role and symbol are text", _TILE_REMEDY, name)
        if not isinstance(bumped := given.get("bumped", False), bool):
            self._refuse(f"tile {name!r}: bumped = {quoted(bumped)}", _BUMPED_REMEDY, name)
        try:
            return Tile(name, cast(Role, given["role"]), given["symbol"], bumped)
        except ValueError as error:
            remedy = f"Roles are {_list(ROLES)}; {_BUMPED_REMEDY[0].lower()}{_BUMPED_REMEDY[1:]}"
            self._refuse(str(error), remedy if bumped else f"Roles are {_list(ROLES)}", name)

    def _objects(self, table: Mapping[str, Any], tiles: Sequence[Tile]) -> ObjectWords:
        found: dict[str, int] = {}
        for number, (name, given) in enumerate(table.items()):
            if (line := given.get("object")) is None:
                continue
            if (words := words_of(line)) is None:
                self._refuse(f"tile {name!r}: object = {quoted(line)}", _OBJECT_REMEDY, name)
            if tiles[number].role == "empty":
                fault = f"tile {name!r} is empty and cannot be an object"
                self._refuse(fault, "Put it on the tile layer", name)
            for word in words:
                if (other := found.setdefault(word, number)) != number:
                    fault = f"tiles {tiles[other].name!r} and {name!r} share the object {word!r}"
                    self._refuse(fault, "Give each class of objects to one tile", name)
        return ObjectWords(found)

    def _ids(self, name: str, given: object) -> list[tuple[str, int]]:
        by_tileset = given if isinstance(given, dict) else {ANY_TILESET: given}
        found: dict[tuple[str, int], None] = {}
        for tileset, words in by_tileset.items():
            words = str(words) if type(words) is int else words
            if not isinstance(words, str):
                self._refuse(f"tile {name!r}: ids = {quoted(words)}", _IDS_REMEDY, name)
            for part in words.split(",") if words.strip() else ():
                first, last = self._range(name, part)
                found |= dict.fromkeys((tileset, number) for number in range(first, last + 1))
        return list(found)

    def _range(self, name: str, part: str) -> tuple[int, int]:
        match = _RANGE.fullmatch(part)
        if match is None:
            self._refuse(f"tile {name!r}: ids {quoted(part)}", _IDS_REMEDY, name)
        first = int(match[1])
        last = first if match[2] is None else int(match[2])
        if not first <= last <= MAX_TILE_ID or last - first >= MAX_IDS:
            fault = f"tile {name!r}: ids {quoted(part)} run backwards or too far"
            self._refuse(fault, _IDS_REMEDY, name)
        return first, last

    def _has_end(
        self, legend: Legend, places: Mapping[str, str], role: Literal["start", "goal"]
    ) -> None:
        """A level needs a start and a goal: a tile, or the map's edge where the legend says so."""
        (side,) = _PLACES[role]
        tiles = [tile.name for tile in legend.tiles if tile.role == role]
        if tiles and role in places:
            fault = f"has the {role} tile {tiles[0]!r} and [map] {role} too"
            self._refuse(fault, "Take one of them out", role)
        if not tiles and role not in places:
            remedy = (
                f'Add a tile with role = "{role}", or, where levels '
                f"{'begin' if role == 'start' else 'end'} at the {side} edge, "
                f'{role} = "{side}" under [map]'
            )
            self._refuse(f"has no {role}", remedy)

    def _refuse(self, fault: str, remedy: str, key: str = "") -> NoReturn:
        raise LegendError(str(self.path), f"{self._line(key)}{fault}", remedy=remedy)

    def _line(self, key: str) -> str:
        pattern = rf"^[ \t]*\[?[\"']?{re.escape(key)}[\"']?[ \t]*[\]=.]"
        found = re.search(pattern, self.text, re.MULTILINE) if key else None
        return f"line {self.text.count(chr(10), 0, found.start()) + 1}: " if found else ""


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _layers(value: object) -> tuple[str, ...]:
    """The names of layers, from one or a list; nothing where it is neither."""
    names = cast(list[object], value) if isinstance(value, list) else [value]
    return tuple(cast(list[str], names)) if all(map(_is_name, names)) else ()


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
