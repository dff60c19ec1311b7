"""A map in Tiled's XML (``.tmx``) as the document that its JSON (``.tmj``) would be.

So both are read, changed and written by the same code, and a map that was XML is written as JSON.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.tiled.xml.objects import object_of
from makar.domains.levels.tiled.xml.tilesets import image_of, tileset_of
from makar.domains.levels.tiled.xml.values import (
    Kind,
    attributes,
    number,
    properties,
    truth,
    whole_number,
)

_WHOLE = (
    "compressionlevel", "width", "height", "tilewidth", "tileheight", "hexsidelength",
    "nextlayerid", "nextobjectid",
)  # fmt: skip
_MAP: dict[str, Kind] = dict.fromkeys(_WHOLE, whole_number) | {
    "infinite": truth, "parallaxoriginx": number, "parallaxoriginy": number,
}  # fmt: skip
_LAYER: dict[str, Kind] = dict.fromkeys(("id", "x", "y", "width", "height"), whole_number) | {
    "opacity": number, "visible": truth, "locked": truth, "offsetx": number, "offsety": number,
    "parallaxx": number, "parallaxy": number, "repeatx": truth, "repeaty": truth,
}  # fmt: skip
_CHUNK: dict[str, Kind] = dict.fromkeys(("x", "y", "width", "height"), whole_number)
_LAYERS = {
    "layer": "tilelayer", "objectgroup": "objectgroup", "imagelayer": "imagelayer",
    "group": "group",
}  # fmt: skip


def map_of(root: Element, path: str) -> dict[str, Any]:
    """The document of a ``<map>``.

    Raises:
        UnreadableLevelError: an attribute or a cell is not what it must be.
    """
    document = {"orientation": "orthogonal", "infinite": False, "type": "map"}
    document |= attributes(root, _MAP, path) | properties(root, path)
    document["tilesets"] = [tileset_of(one, path) for one in root.findall("tileset")]
    document["layers"] = _layers(root, path)
    return document


def _layers(holder: Element, path: str) -> list[dict[str, Any]]:
    return [_layer(one, path) for one in holder if one.tag in _LAYERS]


def _layer(element: Element, path: str) -> dict[str, Any]:
    kind = _LAYERS[element.tag]
    layer: dict[str, Any] = {
        "name": "",
        "type": kind,
        "visible": True,
        "opacity": 1,
        "x": 0,
        "y": 0,
    }
    layer |= attributes(element, _LAYER, path) | properties(element, path)
    layer["type"] = kind  # a layer's own class is called class in both formats
    if kind == "group":
        layer["layers"] = _layers(element, path)
    elif kind == "objectgroup":
        layer.setdefault("draworder", "topdown")
        layer["objects"] = [object_of(one, path) for one in element.findall("object")]
    elif kind == "imagelayer":
        layer |= image_of(element, path) or {"image": ""}
    else:
        layer |= _cells(element, path)
    return layer


def _cells(layer: Element, path: str) -> dict[str, Any]:
    data = layer.find("data")
    if data is None:
        return {"data": []}
    told = {key: data.get(key, "") for key in ("encoding", "compression") if data.get(key)}
    if told.get("encoding") == "csv":
        told = {}
    chunks = data.findall("chunk")
    if not chunks:
        return told | {"data": _numbers(data, data, path)}
    return told | {
        "chunks": [
            attributes(chunk, _CHUNK, path) | {"data": _numbers(chunk, data, path)}
            for chunk in chunks
        ]
    }


def _numbers(holder: Element, data: Element, path: str) -> list[int] | str:
    """The cells of a layer or a chunk: a list, or text where they are packed."""
    encoding = data.get("encoding", "")
    text = holder.text or ""
    try:
        if encoding == "csv":
            return [int(cell) for cell in text.strip().removesuffix(",").split(",")]
        if not encoding:
            return [whole_number(tile.get("gid", "0")) for tile in holder.findall("tile")]
    except ValueError as error:
        fault = f"a tile layer holds what is no cell ({str(error)[:80]})"
        raise UnreadableLevelError(path, fault, remedy="Save it again from Tiled") from error
    return "".join(text.split())
