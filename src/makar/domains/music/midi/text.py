"""Words in MIDI files: the standard says ASCII, programs write UTF-8 or Latin-1."""

from __future__ import annotations


def text_of(data: bytes) -> str:
    """Decode as UTF-8 where the bytes are that, else as Latin-1, which any bytes are."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def utf8(text: str) -> bytes:
    """Encode as UTF-8; half a surrogate pair, which that cannot hold, as a question mark."""
    return text.encode("utf-8", "replace")
