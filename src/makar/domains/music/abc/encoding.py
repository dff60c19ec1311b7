"""How a text in ABC is encoded, and back: tune books come in everything from Latin-1 to UTF-16."""

from __future__ import annotations

from typing import NamedTuple

_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}


class Decoded(NamedTuple):
    """A text, and how it was written; ``encoded`` gives the same bytes again.

    Attributes:
        text: Its characters, line ends as they were.
        codec: Python's name of the encoding.
        mark: Its byte-order mark.
    """

    text: str
    codec: str
    mark: bytes

    def encoded(self, text: str) -> bytes:
        """Another text in the same encoding."""
        return self.mark + text.encode(self.codec)


def decoded(data: bytes) -> Decoded:
    """By its byte-order mark; else UTF-8, else Latin-1, which any bytes are."""
    for mark, codec in _MARKS.items():
        if data.startswith(mark):
            try:
                return Decoded(data[len(mark) :].decode(codec), codec, mark)
            except UnicodeDecodeError:
                break
    try:
        return Decoded(data.decode("utf-8"), "utf-8", b"")
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), "latin-1", b"")
