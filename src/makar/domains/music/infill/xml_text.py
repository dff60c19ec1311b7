"""Where things stand in a score's text, byte for byte."""

from __future__ import annotations

import re
from xml.parsers import expat

from makar.domains.music.infill.errors import HoleError

Span = tuple[int, int]
"""First byte, and the byte after the last."""
_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_DECLARED = re.compile(r"""(<\?xml[^>]*encoding=["'])([A-Za-z0-9._-]+)""")
_REMEDY = "Open it in a score editor and export it again as MusicXML"


def utf8_of(data: bytes, path: str) -> bytes:
    """The text in UTF-8, its declaration put right; UTF-8 is handed back as it is.

    Raises:
        HoleError: it is in an encoding that is not known.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        name = "utf-16"
    else:
        match = _DECLARED.search(data[:200].decode("latin-1"))
        name = match[2].lower() if match else "utf-8"
    if name in ("utf-8", "utf8", "us-ascii", "ascii"):
        return data
    try:
        text = data.decode(name)
    except (LookupError, UnicodeDecodeError) as error:
        raise HoleError(path, f"is written in {name}, not UTF-8", remedy=_REMEDY) from error
    return _DECLARED.sub(r"\g<1>UTF-8", text, count=1).encode()


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
