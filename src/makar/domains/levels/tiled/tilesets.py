"""Tilesets: what a cell's number names, and where the tileset's file may lie."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from xml.etree.ElementTree import Element

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import (
    MAX_BYTES,
    objects,
    parse_object,
    quoted,
    read_bounded,
    whole,
    word,
)
from makar.domains.levels.tiled.xml_tree import parse_xml

MAX_TILESETS = 256
MAX_ID = (1 << 28) - 1
_MOVE = "Keep tilesets in the map's folder, or in the folder of legend.toml"


@dataclass(frozen=True)
class Tileset:
    """A tileset as a map refers to it.

    Attributes:
        name: Its name in Tiled.
        first: The map's number for its tile 0.
        count: One more than its highest tile id; 0 where that is not told, as Tiled does for a
            tileset whose image it could not find.
        source: Its own file, or None for one embedded in the map.
    """

    name: str
    first: int
    count: int
    source: Path | None = None


@dataclass(frozen=True)
class TilesetReference:
    """A tileset to write maps with, where no map of the game's own is a template.

    Attributes:
        path: The ``.tsj`` file, beside which its image lies.
        image: File name of the image.
        columns: Tiles in a row of the image.
        tile_size: Width and height of a tile in pixels.
        count: Tiles in the image.
        ids: Local tile id by tile number; a number that is left out has no picture.
    """

    path: Path
    image: str
    columns: int
    tile_size: int
    count: int
    ids: Mapping[int, int]


def read_tilesets(document: Mapping[str, Any], path: Path, root: Path) -> tuple[Tileset, ...]:
    """A map's tilesets, by their first number.

    Args:
        document: The map.
        path: The map's file.
        root: External tilesets may lie in this folder or in the map's.

    Raises:
        UnreadableLevelError: a broken tileset, or one outside of both folders.
    """
    given = objects(document, "tilesets", str(path))
    if len(given) > MAX_TILESETS:
        raise UnreadableLevelError(str(path), f"has more than {MAX_TILESETS} tilesets")
    found = [_tileset(entry, path, root) for entry in given]
    found.sort(key=lambda tileset: tileset.first)
    for kind in ("first", "name"):
        if len({getattr(tileset, kind) for tileset in found}) < len(found):
            fault = f"two of its tilesets have the same {kind}"
            raise UnreadableLevelError(str(path), fault, remedy="Rename or remove one in Tiled")
    return tuple(found)


def owner_of(tilesets: Sequence[Tileset], number: int) -> tuple[Tileset, int] | None:
    """The tileset and the local id of a cell's number, or None where no tileset has it."""
    for tileset in reversed(tilesets):
        if number >= tileset.first:
            local = number - tileset.first
            return (tileset, local) if local < tileset.count or not tileset.count else None
    return None


def write_tileset(reference: TilesetReference, *, name: str, names: Mapping[int, str]) -> None:
    """Write the tileset's ``.tsj`` file; its tiles get the class ``names[tile number]``."""
    size, columns = reference.tile_size, reference.columns
    rows = -(-reference.count // columns)
    whole_file = {
        "columns": columns,
        "image": reference.image,
        "imageheight": rows * size,
        "imagewidth": columns * size,
        "margin": 0,
        "name": name,
        "spacing": 0,
        "tilecount": rows * columns,
        "tiledversion": "1.8.2",
        "tileheight": size,
        "tiles": [
            {"id": local, "type": names[number]}
            for number, local in sorted(reference.ids.items(), key=lambda item: item[1])
        ],
        "tilewidth": size,
        "type": "tileset",
        "version": "1.8",
    }
    reference.path.write_text(json.dumps(whole_file, indent=1) + "\n", encoding="utf-8")


def _tileset(entry: Mapping[str, Any], path: Path, root: Path) -> Tileset:
    first = whole(entry, "firstgid", str(path), low=1, high=MAX_ID)
    if "source" not in entry:
        return _described(entry, first, str(path), None)
    source = _permitted(word(entry, "source", str(path)), path, root)
    data = read_bounded(source, MAX_BYTES)
    if source.suffix.lower() == ".tsx":
        return _described(
            _of_xml(parse_xml(data, str(source)), str(source)), first, str(source), source
        )
    return _described(parse_object(data, str(source)), first, str(source), source)


def _described(entry: Mapping[str, Any], first: int, path: str, source: Path | None) -> Tileset:
    count = whole(entry, "tilecount", path, low=0, high=MAX_ID, default=0)
    word(entry, "image", path)
    for tile in objects(entry, "tiles", path):
        word(tile, "image", path)
        count = max(count, 1 + whole(tile, "id", path, low=0, high=MAX_ID))
    name = word(entry, "name", path) or (source.stem if source else "tiles")
    return Tileset(name, first, count, source)


def _of_xml(root: Element, path: str) -> dict[str, Any]:
    if root.tag != "tileset":
        raise UnreadableLevelError(path, f"is XML, but not a tileset: <{root.tag[:40]}>")
    return {
        "name": root.get("name", ""),
        "tilecount": _number(root.get("tilecount", "0"), path),
        "tiles": [{"id": _number(tile.get("id", ""), path)} for tile in root.findall("tile")],
    }


def _number(text: str, path: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise UnreadableLevelError(path, f"{quoted(text)} is no number of tiles")
    return int(text)


def _permitted(source: str, path: Path, root: Path) -> Path:
    """The tileset's file, if it lies where a map's tilesets may lie."""
    windows = PureWindowsPath(source)
    strange = not source or "\0" in source or ":" in source or "\\" in source
    if strange or windows.is_absolute() or PurePosixPath(source).is_absolute():
        fault = f"refers to the tileset {quoted(source)}, which is no path beside the map"
        raise UnreadableLevelError(str(path), fault, remedy=_MOVE)
    try:
        file = (path.parent / source).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        fault = f"refers to the tileset {quoted(source)}, which is no path"
        raise UnreadableLevelError(str(path), fault, remedy=_MOVE) from error
    if not any(file.is_relative_to(folder.resolve()) for folder in (path.parent, root)):
        fault = f"refers to the tileset {quoted(source)}, outside of its folder"
        raise UnreadableLevelError(str(path), fault, remedy=_MOVE)
    return file
