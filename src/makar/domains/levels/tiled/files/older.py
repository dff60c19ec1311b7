"""Maps that Tiled saved long ago, brought to the form that it saves today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import objects, quoted

_AGAIN = "Open it in Tiled 1.2 or later and save it again"
_PER_TILE = ("tiles", "tileproperties", "tilepropertytypes")


def with_tiles_listed(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The document whose tilesets list their tiles, as Tiled does since 1.2.

    Before, ``tiles`` was an object by tile id, and custom properties lay beside it.

    Raises:
        UnreadableLevelError: a tile's id or what is told of it is not what it was then.
    """
    tilesets = objects(document, "tilesets", path)
    if not any(isinstance(one.get(key), dict) for one in tilesets for key in _PER_TILE):
        return document
    return document | {"tilesets": [_listed(one, path) for one in tilesets]}


def properties_of(holder: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    """Custom properties as a list, as Tiled keeps them since 1.2; before, they were an object.

    Raises:
        UnreadableLevelError: they are neither.
    """
    if isinstance(values := holder.get("properties"), dict):
        kinds = holder.get("propertytypes")
        return _properties(values, kinds if isinstance(kinds, dict) else {})
    return objects(holder, "properties", path)


def _properties(values: Mapping[str, Any], kinds: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "type": kinds.get(name) or _kind(value), "value": value}
        for name, value in values.items()
    ]


def _listed(tileset: dict[str, Any], path: str) -> dict[str, Any]:
    if not any(isinstance(tileset.get(key), dict) for key in _PER_TILE):
        return tileset
    tiles = tileset.get("tiles", {})
    given = {one: _told(tileset.get(one, {}), one, path) for one in _PER_TILE[1:]}
    if isinstance(tiles, list):
        found = {str(one.get("id")): dict(one) for one in objects(tileset, "tiles", path)}
    else:
        found = {key: dict(one) for key, one in _told(tiles, "tiles", path).items()}
    for key, values in given["tileproperties"].items():
        kinds = given["tilepropertytypes"].get(key, {})
        found.setdefault(key, {})["properties"] = _properties(values, kinds)
    listed = [{**one, "id": _number(key, path)} for key, one in found.items()]
    kept = {key: value for key, value in tileset.items() if key not in _PER_TILE}
    return kept | {"tiles": sorted(listed, key=lambda one: one["id"])}


def _told(value: Any, key: str, path: str) -> Mapping[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        fault = f"{key} of a tileset is {quoted(value)}"
        raise UnreadableLevelError(path, fault, remedy=_AGAIN)
    return value


def _number(key: str, path: str) -> int:
    if not key.isascii() or not key.isdigit() or len(key) > 9:
        fault = f"a tileset tells of a tile {quoted(key)}, which is no tile id"
        raise UnreadableLevelError(path, fault, remedy=_AGAIN)
    return int(key)


def _kind(value: object) -> str:
    kinds = ((bool, "bool"), (int, "int"), (float, "float"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "string")
