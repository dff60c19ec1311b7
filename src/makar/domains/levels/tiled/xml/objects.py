"""Objects, and templates of objects, in Tiled's XML as its JSON would have them."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.tiled.xml.values import (
    Kind,
    attributes,
    number,
    properties,
    truth,
    whole_number,
)

_OBJECT: dict[str, Kind] = {
    "id": whole_number, "gid": whole_number, "x": number, "y": number, "width": number,
    "height": number, "rotation": number, "opacity": number, "visible": truth,
}  # fmt: skip
_TEXT: dict[str, Kind] = {
    "pixelsize": whole_number,
    **dict.fromkeys(("wrap", "bold", "italic", "underline", "strikeout", "kerning"), truth),
}
_FULL = {"name": "", "rotation": 0, "type": "", "visible": True, "width": 0, "height": 0}


def template_of(root: Element, path: str) -> dict[str, Any]:
    """The document of a ``<template>``: an object, and the tileset of its tile if it has one."""
    found: dict[str, Any] = {"type": "template"}
    item, tileset = root.find("object"), root.find("tileset")
    if item is not None:
        found["object"] = object_of(item, path)
    if tileset is not None:
        told = attributes(tileset, {"firstgid": whole_number}, path)
        found["tileset"] = {key: told[key] for key in ("firstgid", "source") if key in told}
    return found


def object_of(element: Element, path: str) -> dict[str, Any]:
    """One object; an instance of a template has only what differs from it."""
    told = attributes(element, _OBJECT, path)
    found = told if "template" in told else {**_FULL, "x": 0, "y": 0} | told
    found |= properties(element, path)
    for shape in ("ellipse", "point", "capsule"):
        if element.find(shape) is not None:
            found[shape] = True
    for shape in ("polygon", "polyline"):
        if (line := element.find(shape)) is not None:
            found[shape] = _points(line.get("points", ""), path)
    if (text := element.find("text")) is not None:
        found["text"] = attributes(text, _TEXT, path) | {"text": text.text or ""}
    return found


def _points(text: str, path: str) -> list[dict[str, float | int]]:
    try:
        pairs = [pair.split(",") for pair in text.split()]
        return [{"x": number(x), "y": number(y)} for x, y in pairs]
    except ValueError as error:
        fault = f"a polygon's points are {text[:40]!r}, not x,y pairs"
        raise UnreadableLevelError(path, fault, remedy="Save it again from Tiled") from error
