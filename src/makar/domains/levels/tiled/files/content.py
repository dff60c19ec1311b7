"""What a file of Tiled's is, told by its content and not by its suffix."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import parse_object, quoted, read_bounded
from makar.domains.levels.tiled.files.older import with_tiles_listed
from makar.domains.levels.tiled.xml.maps import map_of
from makar.domains.levels.tiled.xml.objects import template_of
from makar.domains.levels.tiled.xml.tilesets import tileset_of
from makar.domains.levels.tiled.xml.tree import parse_xml

_MARKS = (b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Nothing, or a mark of the encoding, before the first bracket."""
_NO_MAP = "Give a map that Tiled has saved (.tmx, .tmj or .json), a level text or makar's own JSON"
_LDTK = (
    "In LDtk tick 'Export Tiled TMX' in the project settings and save the project: give the .tmx "
    "maps that it then writes, one for each level, into a folder called tiled"
)
_MAP_KEYS = ("layers", "tilesets", "orientation", "tilewidth")


def map_document(data: bytes, path: str) -> dict[str, Any]:
    """The document of a map, from JSON or XML, as Tiled of today would write it in JSON.

    Raises:
        UnreadableLevelError: no map of Tiled's, with what to do about it.
    """
    if is_xml(data):
        root = parse_xml(data, path)
        if root.tag != "map":
            fault = f"is no Tiled map, but XML of <{root.tag[:40]}>"
            raise UnreadableLevelError(path, fault, remedy=_NO_MAP)
        return map_of(root, path)
    document = parse_object(data, path)
    if (kind := document.get("type", "map")) != "map":
        raise UnreadableLevelError(path, f"is no Tiled map, but {quoted(kind)}", remedy=_NO_MAP)
    if is_ldtk(document):
        raise UnreadableLevelError(path, "is a project of LDtk, not a Tiled map", remedy=_LDTK)
    if not any(key in document for key in _MAP_KEYS):
        fault = "is JSON, but no Tiled map: it has neither an orientation nor layers"
        raise UnreadableLevelError(path, fault, remedy=_NO_MAP)
    return with_tiles_listed(document, path)


def tileset_document(data: bytes, path: str) -> dict[str, Any]:
    """The document of a tileset's own file.

    Raises:
        UnreadableLevelError: no tileset.
    """
    if is_xml(data):
        return tileset_of(parse_xml(data, path), path)
    return with_tiles_listed({"tilesets": [parse_object(data, path)]}, path)["tilesets"][0]


def template_document(data: bytes, path: str) -> dict[str, Any]:
    """The document of a template of objects.

    Raises:
        UnreadableLevelError: no template.
    """
    document = _template_of_xml(parse_xml(data, path), path) if is_xml(data) else None
    document = parse_object(data, path) if document is None else document
    if not isinstance(document.get("object"), dict):
        fault = "is no template of Tiled's: it has no object"
        raise UnreadableLevelError(path, fault, remedy="Save it again from Tiled")
    return document


def _template_of_xml(root: Element, path: str) -> dict[str, Any]:
    if root.tag != "template":
        fault = f"is XML, but not a template: <{root.tag[:40]}>"
        raise UnreadableLevelError(path, fault, remedy="Save it again from Tiled")
    return template_of(root, path)


def is_xml(data: bytes) -> bool:
    """Whether the first thing in the file is an angle bracket."""
    start = data[:64].replace(b"\0", b"")  # of UTF-16, whichever way round
    return any(start.startswith(mark + b"<") for mark in _MARKS) or start.lstrip()[:1] == b"<"


def is_ldtk(document: dict[str, Any]) -> bool:
    """A project, or a level saved on its own, of the editor LDtk."""
    header = document.get("__header__")
    app = header.get("app") if isinstance(header, dict) else None
    return app == "LDtk" or ("layerInstances" in document and "iid" in document)


def is_tiled_json(document: dict[str, Any]) -> bool:
    """Whether JSON is meant for a Tiled map, or LDtk's, rather than for a level of makar's."""
    return "format" not in document and (
        is_ldtk(document) or any(key in document for key in (*_MAP_KEYS, "tiledversion"))
    )


def is_tiled_file(path: Path) -> bool:
    """Whether a file that might hold a level of makar's holds a map of Tiled's, or LDtk's.

    Raises:
        UnreadableLevelError: it is neither XML nor JSON.
    """
    data = read_bounded(path)
    return is_xml(data) or is_tiled_json(parse_object(data, str(path)))
