"""Tilesets in Tiled's XML as its JSON would have them."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.tiled.xml.objects import object_of
from makar.domains.levels.tiled.xml.values import (
    Kind,
    attributes,
    number,
    properties,
    truth,
    whole_number,
)

_TILESET: dict[str, Kind] = dict.fromkeys(
    ("firstgid", "tilewidth", "tileheight", "tilecount", "columns", "margin", "spacing"),
    whole_number,
)
_TILE: dict[str, Kind] = dict.fromkeys(("id", "x", "y", "width", "height"), whole_number) | {
    "probability": number
}
_IMAGE: dict[str, Kind] = dict.fromkeys(("width", "height"), whole_number)
_WHOLE: dict[str, Kind] = dict.fromkeys(
    ("x", "y", "width", "height", "tile", "tileid", "duration"), whole_number
)
_TRUTHS: dict[str, Kind] = dict.fromkeys(("hflip", "vflip", "rotate", "preferuntransformed"), truth)


def tileset_of(root: Element, path: str) -> dict[str, Any]:
    """The document of a ``<tileset>``: a file's, or one within a map.

    Raises:
        UnreadableLevelError: no tileset, or an attribute is not what it must be.
    """
    if root.tag != "tileset":
        raise UnreadableLevelError(path, f"is XML, but not a tileset: <{root.tag[:40]}>")
    found = attributes(root, _TILESET, path)
    if "source" in found:
        return {key: found[key] for key in ("firstgid", "source") if key in found}
    found |= properties(root, path) | (image_of(root, path) or {})
    for name, kinds in (("tileoffset", _WHOLE), ("grid", _WHOLE), ("transformations", _TRUTHS)):
        if (element := root.find(name)) is not None:
            found[name] = attributes(element, kinds, path)
    if tiles := [_tile(one, path) for one in root.findall("tile")]:
        found["tiles"] = tiles
    if (terrains := root.find("terraintypes")) is not None:
        found["terrains"] = [
            attributes(one, _WHOLE, path) | properties(one, path)
            for one in terrains.findall("terrain")
        ]
    if (sets := root.find("wangsets")) is not None:
        found["wangsets"] = [_wang_set(one, path) for one in sets.findall("wangset")]
    return found


def image_of(holder: Element, path: str) -> dict[str, Any] | None:
    """The picture of a tileset, a tile or an image layer."""
    if (image := holder.find("image")) is None:
        return None
    told = attributes(image, _IMAGE, path)
    found = {"image": told.get("source", "")}
    for key, name in (("width", "imagewidth"), ("height", "imageheight")):
        if key in told:
            found[name] = told[key]
    if "trans" in told:
        found["transparentcolor"] = f"#{told['trans'].removeprefix('#')}"
    return found


def _tile(element: Element, path: str) -> dict[str, Any]:
    found = attributes(element, _TILE, path)
    if (corners := found.get("terrain")) is not None:  # of maps before Tiled 1.5
        found["terrain"] = [int(c) if c.isascii() and c.isdigit() else -1
                            for c in corners[:80].split(",")]  # fmt: skip
    found |= properties(element, path) | (image_of(element, path) or {})
    if (frames := element.find("animation")) is not None:
        found["animation"] = [attributes(one, _WHOLE, path) for one in frames.findall("frame")]
    if (shapes := element.find("objectgroup")) is not None:
        found["objectgroup"] = {
            "draworder": shapes.get("draworder", "topdown"), "name": "", "opacity": 1,
            "type": "objectgroup", "visible": True, "x": 0, "y": 0,
            "objects": [object_of(one, path) for one in shapes.findall("object")],
        }  # fmt: skip
    return found


def _wang_set(element: Element, path: str) -> dict[str, Any]:
    return attributes(element, _WHOLE, path) | properties(element, path) | {
        "colors": [
            attributes(one, _WHOLE | {"probability": number}, path) | properties(one, path)
            for one in element.findall("wangcolor")
        ],
        "wangtiles": [_wang_tile(one, path) for one in element.findall("wangtile")],
    }  # fmt: skip


def _wang_tile(element: Element, path: str) -> dict[str, Any]:
    found = attributes(element, _WHOLE, path)
    corners = found.get("wangid", "").split(",")
    if not all(c.isascii() and c.isdigit() and len(c) < 9 for c in corners):
        return found  # of maps before Tiled 1.5: one number, which Tiled reads as it is
    return found | {"wangid": [int(corner) for corner in corners]}
