"""Where things stand in a score's text, byte for byte."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

from makar.domains.music.infill.errors import HoleError

Span = tuple[int, int]
"""First byte, and the byte after the last."""
_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_DECLARED = re.compile(r"""(<\?xml[^>]*encoding=["'])([A-Za-z0-9._-]+)""")
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_REMEDY = "Open it in a score editor and export it again as MusicXML"


@dataclass(frozen=True)
class Encoding:
    """How a score's text was written.

    Attributes:
        name: Python's name of it.
        mark: Its byte-order mark.
        declared: The name in its XML declaration; empty where it is not touched.
    """

    name: str = "utf-8"
    mark: bytes = b""
    declared: str = ""

    def back(self, text: bytes) -> bytes:
        """Text in UTF-8, in the encoding that it came in."""
        if not self.declared and self.name == "utf-8":
            return text
        words = text.decode()
        if self.declared:
            words = _DECLARED.sub(rf"\g<1>{self.declared}", words, count=1)
        return self.mark + words.encode(self.name)


def utf8_of(data: bytes, path: str) -> tuple[bytes, Encoding]:
    """The text in UTF-8, its declaration put right, and how to go back; UTF-8 stays as it is.

    Raises:
        HoleError: it is in an encoding that is not known.
    """
    match = _DECLARED.search(data[:200].replace(b"\0", b"").decode("latin-1"))
    name, mark = (match[2].lower() if match else "utf-8"), b""
    if data[:2] in _UTF16:
        name, mark = _UTF16[data[:2]], data[:2]
    if name in ("utf-8", "utf8", "us-ascii", "ascii"):
        return data, Encoding()
    try:
        text = data[len(mark) :].decode(name)
        encoding = Encoding(name, mark, match[2] if match else "")
        utf8 = _DECLARED.sub(r"\g<1>UTF-8", text, count=1).encode()
        if encoding.back(utf8) != data:
            raise LookupError
    except (LookupError, UnicodeError) as error:
        raise HoleError(path, f"is written in {name}, not UTF-8", remedy=_REMEDY) from error
    return utf8, encoding


def measure_spans(text: bytes) -> tuple[tuple[Span, ...], ...]:
    """For each ``<part>`` where its measures stand, from ``<measure`` to ``</measure>``."""
    parts: list[list[Span]] = []
    open_tags: list[tuple[str, int]] = []
    parser = expat.ParserCreate()

    def begin(name: str, _attributes: dict[str, str]) -> None:
        open_tags.append((name, parser.CurrentByteIndex))
        if name == "part" and len(open_tags) == 2:
            parts.append([])

    def end(name: str) -> None:
        _, start = open_tags.pop()
        if name == "measure" and len(open_tags) == 2:
            parts[-1].append((start, _closed(text, start, parser.CurrentByteIndex)))

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(text, True)
    return tuple(tuple(spans) for spans in parts)


def child_spans(measure: bytes) -> list[Span]:
    """Where the children of a measure stand in its text."""
    found: list[Span] = []
    starts: list[int] = []
    parser = expat.ParserCreate()

    def begin(_name: str, _attributes: dict[str, str]) -> None:
        starts.append(parser.CurrentByteIndex)

    def end(_name: str) -> None:
        start = starts.pop()
        if len(starts) == 1:
            found.append((start, _closed(measure, start, parser.CurrentByteIndex)))

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(measure, True)
    return found


def _closed(text: bytes, start: int, end_tag: int) -> int:
    """The byte after an element that begins at ``start``; ``<print/>`` is its own end tag."""
    opening = _TAG.match(text, start)
    closing = _TAG.match(text, end_tag)
    if opening is not None and opening[0].endswith(b"/>"):
        return opening.end()
    assert closing is not None  # the parser has just seen it
    return closing.end()
