"""Reading ABC: from a file's text to tunes, one after another, the unreadable ones named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from makar.core.disk.plain import open_plain
from makar.core.errors import UnreadableError
from makar.domains.music.abc.assemble import renamed
from makar.domains.music.abc.encoding import decoded
from makar.domains.music.abc.repeats import once_order, played_order
from makar.domains.music.abc.tune import (
    MAX_BYTES,
    MAX_TUNES,
    AbcBook,
    AbcTune,
    Dropped,
    TuneError,
)
from makar.domains.music.abc.walk import Header, put_together, walk_tune
from makar.domains.music.piece.key_finding import sounds_minor
from makar.domains.music.piece.piece import UNVERIFIED, Key, Provenance

_TUNE_START = re.compile(r"^X:", re.MULTILINE)
_LICENCE = re.compile(
    r"^[%A-Z][%:\s].*?(\b(?:licen[cs]ed?|CC0|CC[ -]BY|creative commons|public domain|GPL)\b.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def read_book(
    text: str,
    source: str = "ABC text",
    *,
    expand_repeats: bool = True,
    detect_mode: bool = False,
    licence: str = UNVERIFIED,
) -> AbcBook:
    """Read all tunes of an ABC text, with what was dropped and which tunes were skipped.

    Args:
        text: ABC notation; each tune begins with ``X:``.
        source: Name of the file, for provenance and messages.
        expand_repeats: True to play repeats and endings out; False to hear every section once,
            with the last of its endings.
        detect_mode: Decide between major and minor by ear where ``K:`` names only a tonic, for
            collections that never name the mode (Krumhansl 1990).
        licence: What the collection states, for tunes that state nothing themselves.

    Raises:
        UnreadableError: binary data, no tune at all, or more than ``MAX_BYTES`` or ``MAX_TUNES``.
    """
    _refuse(text, source)
    starts = [m.start() for m in _TUNE_START.finditer(text)]
    if len(starts) > MAX_TUNES:
        fault = f"it holds more than {MAX_TUNES:,} tunes"
        raise UnreadableError(source, fault, remedy="Split the file")
    preamble = text[: starts[0]] if starts else ""
    if not starts:
        starts = [0]
    stated = _licence_in(preamble) or licence
    tunes: list[AbcTune] = []
    skipped: list[tuple[str, str]] = []
    total: Dropped = Counter()
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        number = _number(text, start)
        try:
            tune = _read_tune(
                text[start:end], number, source, expand=expand_repeats, detect=detect_mode
            )
        except TuneError as fault:
            skipped.append((number, str(fault)))
            continue
        provenance = tune.piece.provenance
        if not provenance.verified and stated != UNVERIFIED:
            provenance = replace(provenance, licence=stated)
            tune = replace(tune, piece=replace(tune.piece, provenance=provenance))
        tunes.append(tune)
        total.update(tune.dropped)
    return AbcBook(tuple(tunes), tuple(skipped), total)


def _refuse(text: str, source: str) -> None:
    if len(text) > MAX_BYTES:
        raise UnreadableError(
            source, f"the text is longer than {MAX_BYTES} characters", remedy="Split the file"
        )
    if "\0" in text:
        raise UnreadableError(source, "it is binary data, not ABC text")
    if not text.strip():
        raise UnreadableError(source, "it is empty")
    if not re.search(r"^[XK]:", text, re.MULTILINE):
        raise UnreadableError(source, "it has no tune: neither an X: nor a K: field")


def read_abc_text(path: Path) -> str:
    """Text of an ABC file: UTF-8, UTF-16 with its mark, else Latin-1; any line ends.

    Raises:
        UnreadableError: the file is missing, not readable, or larger than ``MAX_BYTES``.
    """
    try:
        with open_plain(path, follow=True) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(str(path), f"it cannot be opened ({error.strerror})") from error
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            str(path), f"it is larger than {MAX_BYTES} bytes", remedy="Split the file"
        )
    return decoded(data).text.replace("\r\n", "\n").replace("\r", "\n")


def _number(text: str, start: int) -> str:
    match = re.compile(r"X:[ \t]*(\S{1,20})").match(text, start)
    return match[1] if match else "?"


def _licence_in(text: str) -> str:
    """The terms a tune or a file's preamble states, or an empty text."""
    match = _LICENCE.search(text.replace(UNVERIFIED, ""))
    return (
        re.sub(r"^licen[cs]e:\s*", "", match[1].strip(), flags=re.IGNORECASE)[:300] if match else ""
    )


def _read_tune(text: str, number: str, source: str, *, expand: bool, detect: bool) -> AbcTune:
    dropped: Dropped = Counter()
    header, reader = walk_tune(text, dropped)
    provenance = _provenance(header, number, source, _licence_in(text))
    order = played_order if expand else once_order
    piece, bars = put_together(header, reader, order, provenance, dropped)
    key = reader.initial.key
    if detect and not key.mode_given and sounds_minor(piece.parts[0].notes, piece.key.tonic):
        piece = renamed(piece, Key(piece.key.tonic, "minor"))
        dropped["minor keys found by ear"] += 1
    return AbcTune(number, piece, bars, dropped)


def _provenance(header: Header, number: str, source: str, licence: str) -> Provenance:
    book = header.first("B").strip('"')
    return Provenance(
        title=header.first("T"),
        composer=header.first("C"),
        source=f"{source} X:{number}" + (f" ({book})" if book else ""),
        licence=licence or UNVERIFIED,
    )
