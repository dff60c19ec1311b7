"""Tilesets: what a cell's number names, and where the tileset's file may lie."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import (
    objects,
    quoted,
    whole,
    word,
)
from makar.domains.levels.tiled.files.content import tileset_document
from makar.domains.levels.tiled.files.references import referred

MAX_TILESETS = 256
MAX_TILESET_BYTES = 8_000_000
MAX_ID = (1 << 28) - 1
ALIGNMENTS: Mapping[str, tuple[float, float]] = {
    f"{row}{side}" or "center": (x, y)
    for row, y in (("top", 0.0), ("", 0.5), ("bottom", 1.0))
    for side, x in (("left", 0.0), ("", 0.5), ("right", 1.0))
}
"""Where in its picture an object's x and y lie: shares of its width and height."""
UNSPECIFIED = "bottomleft"
"""What Tiled takes on orthogonal maps where a tileset does not say."""
_FAR = 1 << 20


@dataclass(frozen=True)
class Tileset:
    """A tileset as a map refers to it.

    Attributes:
        name: Its name in Tiled.
        first: The map's number for its tile 0.
        count: One more than its highest tile id; 0 where that is not told, as Tiled does for a
            tileset whose image it could not find.
        source: Its own file, or None for one embedded in the map.
        alignment: Where its tiles lie as objects: a key of ``ALIGNMENTS``.
        shift: Pixels by which its tiles are drawn to the right and down of where they lie.
        tile_size: Width and height of its tiles in pixels; 0 where not told.
        classes: Class by local tile id, where a tile has one.
        sizes: Width and height by local tile id, of tiles with pictures of their own.
    """

    name: str
    first: int
    count: int
    source: Path | None = None
    alignment: str = UNSPECIFIED
    shift: tuple[int, int] = (0, 0)
    tile_size: tuple[int, int] = (0, 0)
    classes: Mapping[int, str] = field(default_factory=dict[int, str])
    sizes: Mapping[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])


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
    source, data = referred(
        word(entry, "source", str(path)), path, root, what="tileset", limit=MAX_TILESET_BYTES
    )
    document = tileset_document(data, str(source))
    return _described(document, first, str(source), source)


def _described(entry: Mapping[str, Any], first: int, path: str, source: Path | None) -> Tileset:
    count = whole(entry, "tilecount", path, low=0, high=MAX_ID, default=0)
    word(entry, "image", path)
    classes: dict[int, str] = {}
    sizes: dict[int, tuple[int, int]] = {}
    for tile in objects(entry, "tiles", path):
        number = whole(tile, "id", path, low=0, high=MAX_ID)
        count = max(count, 1 + number)
        if word(tile, "image", path):
            sizes[number] = _picture_size(tile, path)
        if kind := word(tile, "class", path) or word(tile, "type", path):  # class: Tiled 1.9
            classes[number] = kind
    return Tileset(
        word(entry, "name", path) or (source.stem if source else "tiles"),
        first, count, source, _alignment(entry, path), _shift(entry, path),
        (_pixels(entry, "tilewidth", path), _pixels(entry, "tileheight", path)), classes, sizes,
    )  # fmt: skip


def _picture_size(tile: Mapping[str, Any], path: str) -> tuple[int, int]:
    """A tile's own picture: the part of it that Tiled 1.9 may say, or all."""
    keys = ("width", "height") if "width" in tile else ("imagewidth", "imageheight")
    return _pixels(tile, keys[0], path), _pixels(tile, keys[1], path)


def _pixels(holder: Mapping[str, Any], key: str, path: str) -> int:
    return whole(holder, key, path, low=0, high=_FAR, default=0)


def _alignment(entry: Mapping[str, Any], path: str) -> str:
    told = word(entry, "objectalignment", path).lower() or "unspecified"
    if told == "unspecified":
        return UNSPECIFIED
    if told not in ALIGNMENTS:
        fault = f"objectalignment is {quoted(told)}"
        raise UnreadableLevelError(path, fault, remedy=f"Use one of {', '.join(ALIGNMENTS)}")
    return told


def _shift(entry: Mapping[str, Any], path: str) -> tuple[int, int]:
    given = entry.get("tileoffset", {})
    if not isinstance(given, dict):
        raise UnreadableLevelError(path, f"tileoffset must be x and y, got {quoted(given)}")
    x, y = (whole(given, key, path, low=-_FAR, high=_FAR, default=0) for key in "xy")
    return x, y
