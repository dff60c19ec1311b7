"""MusicXML bytes to an element tree, for files that nobody vouches for.

Real scores name the MusicXML DTD in a DOCTYPE; it is accepted and never fetched. A file that
declares entities of its own (the "billion laughs"), nests without end, or unpacks to far more
than a score is refused before it can fill the memory.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Never, cast
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from makar.core.errors import UnreadableError

MAX_XML_BYTES = 32_000_000
MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 64
"""MusicXML itself nests some ten deep."""
MAX_RATIO = 250
"""Scores shrink to between a tenth and a fiftieth when zipped; a bomb to a thousandth."""
MAX_MEMBERS = 1_000
"""Files in an .mxl; programs put a score, its parts and some pictures there."""
_CHUNK = 1 << 16
_NAMES_ONE = b"PK\1\2"
_CONTAINER = "META-INF/container.xml"
_REMEDY = "Export it again as MusicXML"


class _DeclaresError(Exception):
    """The file declares entities or elements of its own."""


class _RootReachedError(Exception):
    """The part of the file in which declarations stand is over."""


def parse_score(data: bytes, path: str) -> Element:
    """The ``score-partwise`` element of plain or zipped (.mxl) MusicXML.

    Raises:
        UnreadableError: not MusicXML, cut short, hostile, or ordered by time (timewise).
    """
    if data[:2] == b"PK":
        data = _unzip(data, path)
    root = _tree(data, path)
    if root.tag == "score-timewise":
        raise UnreadableError(
            path, "is ordered by measures (score-timewise)", remedy="Export it as score-partwise"
        )
    if root.tag != "score-partwise":
        raise UnreadableError(path, f"is XML, but not a MusicXML score: <{root.tag[:40]}>")
    return root


def _tree(data: bytes, path: str) -> Element:
    try:
        _refuse_declarations(data)
        return _bounded_tree(data, path)
    except _DeclaresError as error:
        fault = "declares XML entities or elements of its own, which no score needs"
        raise UnreadableError(path, fault, remedy=_REMEDY) from error
    except (ElementTree.ParseError, expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, UnreadableError):
            raise
        fault = f"is not complete, well-formed XML ({error})"
        raise UnreadableError(path, fault, remedy=_REMEDY) from error


def _refuse_declarations(data: bytes) -> None:
    """Look at what stands before the first element."""

    def declared(*_: object) -> Never:
        raise _DeclaresError

    def reached(*_: object) -> Never:
        raise _RootReachedError

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.ElementDeclHandler = declared
    parser.AttlistDeclHandler = declared
    parser.NotationDeclHandler = declared
    parser.StartElementHandler = reached
    try:
        for start in range(0, len(data), _CHUNK):
            parser.Parse(data[start : start + _CHUNK], False)
    except _RootReachedError:
        return


def _bounded_tree(data: bytes, path: str) -> Element:
    parser = ElementTree.XMLPullParser(("start", "end"))
    depth = elements = 0
    root: Element | None = None
    for start in range(0, len(data), _CHUNK):
        parser.feed(data[start : start + _CHUNK])
        for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
            if event == "end":
                depth -= 1
                continue
            depth += 1
            elements += 1
            if root is None:
                root = element
            if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
                what = "deep" if depth > MAX_DEPTH else "large"
                raise UnreadableError(path, f"is nested or filled too {what} to be a score")
    parser.close()
    if root is None:
        raise UnreadableError(path, "holds no XML element")
    return root


def _unzip(data: bytes, path: str) -> bytes:
    """The score inside a .mxl file; nothing is written to disk."""
    if data.count(_NAMES_ONE) > MAX_MEMBERS:  # before zipfile makes an object of each
        fault = f"is a zip file that names more than {MAX_MEMBERS:,} files"
        raise UnreadableError(path, fault, remedy=_REMEDY)
    broken = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _member(archive, score_name(archive, path), path)
    except UnreadableError:
        raise
    except (*broken, KeyError, NotImplementedError) as error:
        fault = f"is a broken or locked .mxl (zip) file ({error})"
        raise UnreadableError(path, fault, remedy=_REMEDY) from error


def score_name(archive: zipfile.ZipFile, path: str) -> str:
    """The member of a .mxl archive that holds the score.

    Raises:
        UnreadableError: there is none.
    """
    names = archive.namelist()
    known = set(names)
    if _CONTAINER in known:
        container = _tree(_member(archive, _CONTAINER, path), path)
        for rootfile in container.iter():
            name = rootfile.get("full-path")
            if rootfile.tag.rpartition("}")[2] == "rootfile" and name in known:
                return name or ""
    for name in names:
        if name.lower().endswith((".xml", ".musicxml")) and not name.startswith("META-INF/"):
            return name
    raise UnreadableError(path, "is a zip file without a MusicXML score in it")


def _member(archive: zipfile.ZipFile, name: str, path: str) -> bytes:
    info = archive.getinfo(name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableError(path, "is zipped by a method that .mxl does not know")
    with archive.open(info) as file:
        data = file.read(MAX_XML_BYTES + 1)  # the size in the header may lie
    if len(data) > MAX_XML_BYTES or len(data) > MAX_RATIO * max(info.compress_size, _CHUNK // 16):
        raise UnreadableError(path, "unpacks to far more than a score needs (a zip bomb)")
    return data
