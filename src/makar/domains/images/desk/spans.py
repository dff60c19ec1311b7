"""Where elements lie in a file's bytes, whatever its encoding."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from makar.domains.images.svg.document import Node

TAG = re.compile(r"""<[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")
"""A start tag; what is quoted may hold a ``>``."""


@dataclass(frozen=True)
class Source:
    """A file's bytes, with a character for each of its encoding's units.

    A unit is a byte, or two in UTF-16; signs of markup are one unit in every encoding that XML
    parsers of Python know, and never part of another.

    Attributes:
        content: The bytes.
        text: A character for each unit.
        codec: How ASCII is written in them.
    """

    content: bytes
    text: str
    codec: str

    @property
    def width(self) -> int:
        """Bytes of a unit."""
        return 1 if self.codec == "ascii" else 2

    def span(self, node: Node) -> tuple[int, int]:
        """First byte of an element, and the one after its last."""
        begin = node.start // self.width
        tag = TAG.match(self.text, begin)
        if tag is None:
            raise ValueError(f"no element begins at byte {node.start}")
        if self.text[tag.end() - 2] == "/":
            return node.start, tag.end() * self.width
        return node.start, (self.text.index(">", node.end // self.width) + 1) * self.width

    def without(self, nodes: Iterable[Node]) -> bytes:
        """All bytes but those of these elements, none of which lies in another."""
        return self.edited((*self.span(node), b"") for node in nodes)

    def edited(self, edits: Iterable[tuple[int, int, bytes]]) -> bytes:
        """The bytes with others in place of those from a first one to one before a last."""
        pieces: list[bytes] = []
        place = 0
        for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
            pieces += [self.content[place:start], text]
            place = end
        return b"".join([*pieces, self.content[place:]])

    def encoded(self, text: str) -> bytes:
        """ASCII text as the file writes it."""
        return text.encode(self.codec)


def source_of(content: bytes) -> Source:
    """A file's bytes, its encoding told by how it begins."""
    if content.startswith((b"\xff\xfe", b"<\0")):
        units, codec = np.frombuffer(content[: len(content) // 2 * 2], "<u2"), "utf-16-le"
    elif content.startswith((b"\xfe\xff", b"\0<")):
        units, codec = np.frombuffer(content[: len(content) // 2 * 2], ">u2"), "utf-16-be"
    else:
        return Source(content, content.decode("latin-1"), "ascii")
    return Source(content, "".join(map(chr, units.tolist())), codec)
