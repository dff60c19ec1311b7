"""Tiled's XML, for files that nobody vouches for: no document type, no entities, no depth."""

from __future__ import annotations

from typing import Never
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from makar.domains.levels.level.errors import UnreadableLevelError

MAX_DEPTH = 48
MAX_ELEMENTS = 600_000
"""Of one file: a map in Tiled's oldest form has an element for each of its cells."""
_TILEDS = ("http://mapeditor.org/dtd/", "http://www.mapeditor.org/dtd/")
"""Where the document types lie that Tiled of long ago wrote; nothing is fetched from there."""
_CHUNK = 1 << 16
_REMEDY = "Save it again from Tiled"


class _HostileError(Exception):
    """What no file of Tiled's own holds."""


def parse_xml(data: bytes, path: str) -> Element:
    """The root element.

    Raises:
        UnreadableLevelError: not well-formed, entities or a document type other than Tiled's,
            too deep, or too many elements.
    """
    builder = TreeBuilder()
    depth = elements = 0

    def refuse(*_: object) -> Never:
        raise _HostileError("declares a document type or entities, which no Tiled file needs")

    def declared(_: str, place: str | None, __: str | None, inside: bool) -> None:
        if inside or place is None or not place.startswith(_TILEDS):
            refuse()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise _HostileError(f"nests deeper than {MAX_DEPTH} or has over {MAX_ELEMENTS:,} parts")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        for first in range(0, len(data), _CHUNK):
            parser.Parse(data[first : first + _CHUNK], False)
        parser.Parse(b"", True)
        return builder.close()
    except _HostileError as error:
        raise UnreadableLevelError(path, str(error), remedy=_REMEDY) from error
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        fault = f"is not complete, well-formed XML ({error})"
        raise UnreadableLevelError(path, fault, remedy=_REMEDY) from error
