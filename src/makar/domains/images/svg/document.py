"""The elements of an SVG file, each with the place of its bytes; bounded."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from makar.core.disk.plain import open_plain
from makar.core.errors import UnreadableError
from makar.domains.images.svg.entities import Entities

SVG = "http://www.w3.org/2000/svg"
INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
MAKAR = "urn:makar:strokes"
XLINK = "http://www.w3.org/1999/xlink"

LARGEST = 48 * 2**20
"""Bytes of a file, unpacked."""
MOST_ELEMENTS = 250_000
DEEPEST = 200
"""Elements within each other."""
MOST_TEXT = 2**20
"""Characters kept of an element's text."""
SPOKEN = {"style", "title", "desc"}
"""Elements of SVG whose text is kept."""


@dataclass(eq=False, slots=True)
class Node:
    """An element.

    Attributes:
        name: As SVG calls it; an element of another namespace has ``namespace name``.
        attributes: By name; those of a namespace as ``namespace name``.
        start: Byte at which it begins.
        parent: The element that it lies in.
        end: First byte of its end tag; where it has none, the byte after it.
        children: What lies in it.
        text: What is written in it.
    """

    name: str
    attributes: Mapping[str, str]
    start: int
    parent: Node | None = None
    end: int = 0
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    @property
    def id(self) -> str:
        """What it is called in the file."""
        return self.attributes.get("id", "")

    @property
    def link(self) -> str:
        """What it refers to."""
        return self.attributes.get("href") or self.attributes.get(f"{XLINK} href", "")

    def walk(self) -> Iterator[Node]:
        """It and all that lies in it, in the order of the file."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


@dataclass(frozen=True, eq=False)
class Document:
    """A file's elements.

    Attributes:
        root: The outermost.
        named: Elements by id; the first of each.
        plain: True where they are in no namespace, as in old files.
    """

    root: Node
    named: Mapping[str, Node]
    plain: bool

    def linked(self, link: str) -> Node | None:
        """The element that ``#id`` or ``url(#id)`` means, if it is in the file."""
        target = link.strip().removeprefix("url(").removesuffix(")").strip("\"' ")
        return self.named.get(target[1:]) if target.startswith("#") else None


def content_of(source: Path | str | bytes) -> tuple[bytes, str]:
    """The bytes of a file, unpacked where it is packed (``.svgz``), and what it is called.

    Raises:
        UnreadableError: it is not there, too large, or packed badly.
    """
    if isinstance(source, bytes):
        name, content = "drawing", source
    else:
        name = str(source)
        try:
            with open_plain(source, follow=True) as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise UnreadableError(name, error.strerror or "cannot be opened") from None
    if content.startswith(b"\x1f\x8b"):
        unpacking = zlib.decompressobj(31)
        try:
            content = unpacking.decompress(content, LARGEST + 1)
        except zlib.error:
            raise UnreadableError(name, "is packed, but cannot be unpacked") from None
        if not unpacking.eof and len(content) <= LARGEST:
            raise UnreadableError(name, "is packed, and cut short")
    if len(content) > LARGEST:
        raise UnreadableError(
            name,
            f"has more than {LARGEST >> 20} MB",
            remedy="Take embedded pictures out of it, or save it in parts",
        )
    return content, name


def read_document(content: bytes, name: str) -> Document:
    """The elements of a file's bytes.

    A document type is passed over, but for short texts that it gives names; see ``entities``.

    Raises:
        UnreadableError: it is no SVG, has too many elements, too deep, or declares more than that.
    """
    reading = _Reading(name)
    parser = expat.ParserCreate(namespace_separator=" ")
    reading.parser = parser
    parser.buffer_text = True
    parser.StartElementHandler = reading.begin
    parser.EndElementHandler = reading.finish
    parser.CharacterDataHandler = reading.say
    Entities(name, content).watch(parser)
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        fault = expat.ErrorString(error.code)
        raise UnreadableError(
            name,
            f"line {error.lineno}: it is no well-formed XML ({fault})",
            remedy="Open it in the program it is from and save it again as plain SVG",
        ) from None
    except (LookupError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(
            name, "is written in an encoding that is not known", remedy="Save it again as UTF-8"
        ) from None
    if reading.root is None or reading.root.name != "svg":
        raise UnreadableError(name, "is no SVG: its outermost element is another")
    return Document(reading.root, reading.named, reading.plain)


class _Reading:
    """What was read so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parser: expat.XMLParserType
        self.root: Node | None = None
        self.open: list[Node] = []
        self.named: dict[str, Node] = {}
        self.count = 0
        self.plain = False

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise UnreadableError(
                self.name,
                f"has more than {MOST_ELEMENTS:,} elements",
                remedy="Save it in parts, or join its paths",
            )
        if len(self.open) >= DEEPEST:
            raise UnreadableError(
                self.name,
                f"has elements more than {DEEPEST} deep",
                remedy="Take some of its groups apart",
            )
        place = self.parser.CurrentByteIndex
        parent = self.open[-1] if self.open else None
        node = Node(tag.removeprefix(f"{SVG} "), attributes, place, parent)
        if parent is None:
            self.root, self.plain = node, " " not in tag
        else:
            parent.children.append(node)
        self.open.append(node)
        if key := attributes.get("id"):
            self.named.setdefault(key, node)

    def finish(self, tag: str) -> None:
        del tag
        self.open.pop().end = self.parser.CurrentByteIndex

    def say(self, text: str) -> None:
        node = self.open[-1]
        if (node.name in SPOKEN or " " in node.name) and len(node.text) < MOST_TEXT:
            node.text += text[: MOST_TEXT - len(node.text)]
