"""Whose a drawing is: title, author and licence as the file says them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from makar.domains.images.svg.document import Document, Node, content_of, read_document

DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
CREATIVE_COMMONS = ("http://web.resource.org/cc/", "http://creativecommons.org/ns#")
LONGEST = 300
"""Characters kept of each."""


@dataclass(frozen=True)
class Metadata:
    """What a file says of itself; empty where it says nothing.

    Attributes:
        title: What it is called.
        author: Who made it.
        licence: How it may be used: an address, or words.
    """

    title: str = ""
    author: str = ""
    licence: str = ""


def read_metadata(source: Path | str | bytes) -> Metadata:
    """Title, author and licence from a file's RDF, as Inkscape and open clip art have it.

    The title of a file without RDF is its root's ``title``.

    Raises:
        UnreadableError: the file is no SVG, too large, too deep, or declares entities.
    """
    return metadata_of(read_document(*content_of(source)))


def metadata_of(document: Document) -> Metadata:
    """The same from a file's elements."""
    found = dict.fromkeys(("title", "creator", "rights", "license"), "")
    works = {f"{home} Work" for home in CREATIVE_COMMONS}
    for work in (node for node in document.root.walk() if node.name in works):
        for child in work.children:
            key = child.name.rpartition(" ")[2]
            if key in found:
                found[key] = found[key] or _said(child)
    own = (child.text for child in document.root.children if child.name == "title")
    title = found["title"] or _short(next(own, ""))
    return Metadata(title, found["creator"], found["license"] or found["rights"])


def _said(node: Node) -> str:
    """An element's text, the title of the agent in it, or the resource that it names."""
    titles = [inner for inner in node.walk() if inner.name == f"{DUBLIN_CORE} title"]
    texts = [_short(inner.text) for inner in (*titles, node)]
    return next(filter(None, texts), _short(node.get(f"{RDF} resource")))


def _short(text: str) -> str:
    """On one line, and not endless."""
    return " ".join(text[: 4 * LONGEST].split())[:LONGEST]
