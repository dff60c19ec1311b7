"""Music files of any kind, read and written by what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from makar.core.errors import UnreadableError
from makar.domains.music.midi import parse_midi, write_midi
from makar.domains.music.musicxml import parse_musicxml, write_musicxml
from makar.domains.music.piece.key_finding import (
    KEYLESS,
    in_heard_key,
    said_of,
    with_keys_heard,
)
from makar.domains.music.piece.piece import Piece
from makar.domains.music.piece.reading import Reading, file_bytes

MIDI_SUFFIXES = (".mid", ".midi", ".kar")
MUSICXML_SUFFIXES = (".musicxml", ".xml", ".mxl")
READABLE_SUFFIXES = (*MIDI_SUFFIXES, *MUSICXML_SUFFIXES, ".abc")
_FIRST_BYTES = 400


def read_pieces(path: str | Path) -> list[Piece]:
    """The pieces in a MIDI, MusicXML, .mxl or ABC file.

    A piece whose file names no source has the file's name as its source, and one without a
    title the name without its suffix. Where no key is written it is heard from the notes.

    Raises:
        UnreadableError: none of these, broken, hostile, without notes, or too large.
    """
    return list(read_file(path).pieces)


def read_file(path: str | Path, *, expand_repeats: bool = True) -> Reading:
    """As ``read_pieces``, with what was dropped, moved or assumed on the way.

    What the file *is* counts, not what it is called: a score misnamed ``.mid`` is read.

    Args:
        path: The file.
        expand_repeats: False to hear every section once, with the last of its endings.

    Raises:
        UnreadableError: as in ``read_pieces``.
    """
    path = Path(path)
    data = file_bytes(path)
    reading = with_keys_heard(_reader(data, path, expand_repeats)(data, str(path)))
    return replace(reading, pieces=tuple(_named(p, path) for p in reading.pieces))


def write_piece(piece: Piece, path: str | Path) -> None:
    """Write MIDI, MusicXML or ABC, by the suffix.

    Raises:
        ValueError: an unknown suffix, or a piece that the format cannot hold.
        FileExistsError: the file is there already; nothing is overwritten.
    """
    suffix = Path(path).suffix.lower()
    if suffix in (".mid", ".midi"):
        write_midi(piece, path)
    elif suffix in (".musicxml", ".xml"):
        write_musicxml(piece, path)
    elif suffix == ".abc":
        from makar.domains.music.abc.format import write_abc

        write_abc(piece, path)
    else:
        raise ValueError(f"{path}: no way to write {suffix!r}; use .mid, .musicxml or .abc")


def _reader(data: bytes, path: Path, expand: bool) -> Callable[[bytes, str], Reading]:
    """By the first bytes; by the suffix where they could be anything."""
    start = data[:_FIRST_BYTES]
    as_musicxml = partial(parse_musicxml, expand_repeats=expand)
    if start.startswith(b"MThd"):
        return parse_midi
    if start.startswith(b"PK") or start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
        return as_musicxml
    suffix = path.suffix.lower()
    if suffix in MIDI_SUFFIXES:
        return parse_midi
    if suffix in MUSICXML_SUFFIXES:
        return as_musicxml
    if suffix == ".abc" or start.startswith((b"%abc", b"X:")) or b"\nX:" in start:
        return partial(_read_abc, expand=expand)
    raise UnreadableError(
        str(path),
        "is none of the kinds of music file that are read",
        remedy="Export it as MIDI, MusicXML or ABC",
    )


def _read_abc(_data: bytes, path: str, *, expand: bool) -> Reading:
    """The tunes of a book, each in its key or the one that is heard.

    Raises:
        UnreadableError: no tune can be read.
    """
    from makar.domains.music.abc.read import read_abc_text, read_book

    name = Path(path).name
    book = read_book(read_abc_text(Path(path)), name, expand_repeats=expand)
    if not book.tunes:
        number, fault = book.skipped[0]
        raise UnreadableError(name, f"no tune can be read; tune {number}: {fault}")
    pieces, each = list[Piece](), list[Counter[str]]()
    for tune in book.tunes:
        piece, changes = tune.piece, Counter(tune.dropped)
        if changes.pop(KEYLESS, 0):
            piece = in_heard_key(piece)
            changes[said_of(piece.key)] = 1
        pieces.append(piece)
        each.append(+changes)
    each[0].update(f"tune {number} cannot be read: {fault}" for number, fault in book.skipped)
    return Reading(tuple(pieces), sum(each, Counter[str]()), each=tuple(each))


def _named(piece: Piece, path: Path) -> Piece:
    about = piece.provenance
    named = replace(about, title=about.title or path.stem, source=about.source or path.name)
    return replace(piece, provenance=named)
