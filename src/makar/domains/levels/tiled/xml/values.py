"""The attributes and custom properties of an XML element, as Tiled's JSON has them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.reading import quoted

Kind = Callable[[str], Any]
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_REMEDY = "Save it again from Tiled"


def whole_number(text: str) -> int:
    """A whole number in plain digits."""
    if not _WHOLE.fullmatch(text):
        raise ValueError("no whole number")
    return int(text)


def number(text: str) -> float | int:
    """A number; a whole one stays whole, as in Tiled's JSON."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if not text.isascii() or not math.isfinite(value := float(text)):
        raise ValueError("no number")
    return value


def truth(text: str) -> bool:
    """Tiled writes ``1`` and ``0``, in properties ``true`` and ``false``."""
    if text not in ("0", "1", "true", "false"):
        raise ValueError("neither true nor false")
    return text in ("1", "true")


def attributes(element: Element, kinds: Mapping[str, Kind], path: str) -> dict[str, Any]:
    """All attributes: those in ``kinds`` as numbers or truths, the others as text.

    Raises:
        UnreadableLevelError: one is not what it must be.
    """
    return {
        key: _value(kinds[key], text, f"{key} of <{element.tag}>", path) if key in kinds else text
        for key, text in element.attrib.items()
    }


def properties(element: Element, path: str) -> dict[str, Any]:
    """``{"properties": [...]}``, or nothing where there are none."""
    holder = element.find("properties")
    found = [] if holder is None else [_property(one, path) for one in holder.findall("property")]
    return {"properties": found} if found else {}


def _property(element: Element, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": element.get("name", ""), "type": element.get("type", "string")}
    if kind := element.get("propertytype"):
        found["propertytype"] = kind
    return found | {"value": _property_value(element, found["type"], path)}


def _property_value(element: Element, kind: str, path: str) -> Any:
    if kind == "class":
        inside = element.find("properties")
        return {
            one.get("name", ""): _property_value(one, one.get("type", "string"), path)
            for one in ([] if inside is None else inside.findall("property"))
        }
    text = element.get("value")
    text = (element.text or "") if text is None else text
    kinds: dict[str, Kind] = {
        "bool": truth, "int": whole_number, "float": number, "object": whole_number
    }  # fmt: skip
    if kind not in kinds or not text:
        return text
    return _value(kinds[kind], text, f"the property {quoted(element.get('name'))}", path)


def _value(kind: Kind, text: str, what: str, path: str) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        fault = f"{what} is {quoted(text)}, {error}"
        raise UnreadableLevelError(path, fault, remedy=_REMEDY) from error
