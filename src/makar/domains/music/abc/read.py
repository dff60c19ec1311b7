"""Reading ABC: from a file's text to tunes, one after another, the unreadable ones named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from makar.core.disk.plain import open_plain
from makar.core.errors import UnreadableError
from makar.domains.music.abc.assemble import assemble, renamed
from makar.domains.music.abc.body import QUARTER, BodyReader
from makar.domains.music.abc.fields import (
    KeyField,
    default_unit,
    parse_fraction,
    parse_key,
    parse_metre,
    parse_tempo,
    signature_of,
)
from makar.domains.music.abc.repeats import once_order, played_order
from makar.domains.music.abc.tune import MAX_BYTES, MAX_TUNES, AbcBook, AbcTune, Dropped, TuneError
from makar.domains.music.abc.voice import State
from makar.domains.music.piece.key_finding import sounds_minor
from makar.domains.music.piece.piece import UNVERIFIED, Key, Provenance

_TUNE_START = re.compile(r"^X:", re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z+]):(.*)", re.DOTALL)
_BODY_FIELD = re.compile(r"([H-Zmrsw+]):(?![|:])(.*)", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%.*")
_MIDI = re.compile(r"(?:%%|I:)\s*MIDI\s+(program|channel)\s+(?:(\d+)\s+)?(\d+)")
_LICENCE = re.compile(
    r"^[%A-Z][%:\s].*?(\b(?:licen[cs]ed?|CC0|CC[ -]BY|creative commons|public domain|GPL)\b.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL_BREAK = re.compile(r"^(?![A-Za-z]:)(.*)=(20)?\n", re.MULTILINE)
_DRUM_CHANNEL = 10
_DEFAULT_TEMPO = 120.0


@dataclass
class _Header:
    fields: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    body: list[str] = field(default_factory=list[str])

    def first(self, letter: str) -> str:
        """The first field of that letter, or an empty text."""
        return next((v for v in self.fields.get(letter, []) if v), "")


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
    """Text of an ABC file: UTF-8, else Latin-1, any line ends.

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
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _undo_mail(text: str, dropped: Dropped) -> str:
    """Undo what e-mail did to a tune: ``=3D`` for an equals sign, ``=`` at broken line ends.

    Neither can be meant in music, where a natural sign stands before a note. Other quoted bytes
    are left alone: ``=E2`` is an E natural; and so are fields: ``Q:1/4=20`` is a tempo.
    """
    if "=3D" not in text and not _MAIL_BREAK.search(text):
        return text
    text, broken = _MAIL_BREAK.subn(lambda m: m[1] + ("\n" if m[2] else ""), text)
    dropped["marks of e-mail (repaired)"] += broken + text.count("=3D")
    return text.replace("=3D", "=")


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
    header = _split_header(_undo_mail(text, dropped).split("\n"), dropped)
    state = _initial_state(header, dropped)
    reader = BodyReader(state, dropped)
    for name in header.fields.get("V", []):
        reader.switch(name)
    if reader.voices:
        reader.switch(next(iter(reader.voices)))
    _read_body(reader, header.body)
    tempo = parse_tempo(header.first("Q"), Fraction(state.unit, 4 * QUARTER))
    if len(header.first("P").strip("().0123456789 ")) > 1:
        dropped["orders of parts (P:) not played"] += 1
    if header.first("Q") and tempo is None:
        dropped["Q: fields not understood"] += 1
    piece, bars = assemble(
        list(reader.voices.values()) or [reader.voice],
        played_order if expand else once_order,
        tempo=tempo or _DEFAULT_TEMPO,
        provenance=_provenance(header, number, source, _licence_in(text)),
        dropped=dropped,
    )
    if detect and not state.key.mode_given and sounds_minor(piece.parts[0].notes, piece.key.tonic):
        piece = renamed(piece, Key(piece.key.tonic, "minor"))
        dropped["minor keys found by ear"] += 1
    return AbcTune(number, piece, bars, dropped)


def _split_header(lines: list[str], dropped: Dropped) -> _Header:
    """Fields up to ``K:``; everything after is the body. Comments are gone, directives stay."""
    header = _Header()
    key_line = next((n for n, line in enumerate(lines) if line.startswith("K:")), -1)
    for position, line in enumerate(lines):
        if line.startswith("%") or not line.strip():
            if line.startswith("%%"):
                header.body.append(line)
            continue
        match = _FIELD.match(line)
        if not match:
            if position < key_line:
                dropped["header lines not understood"] += 1
                continue
            header.body += lines[position:]
            break
        value = _COMMENT.sub("", match[2]).strip()
        header.fields.setdefault(match[1], []).append(value)
        if line.startswith("I:"):
            header.body.append(line)
        if match[1] == "K":
            header.body += lines[position + 1 :]
            break
    return header


def _initial_state(header: _Header, dropped: Dropped) -> State:
    key, metre = parse_key(header.first("K")), parse_metre(header.first("M"))
    if key is None or not header.first("K") or header.first("K").lower().startswith("none"):
        dropped["tunes without a usable K: field"] += 1
        key = key or KeyField(Key(), signature_of(Key()))
    if metre is None:
        dropped["M: fields not understood"] += 1
        metre = (0, 1)
    if metre == (0, 1):
        dropped["tunes in free metre"] += 1
    length = parse_fraction(header.first("L")) if header.first("L") else None
    if header.first("L") and length is None:
        dropped["L: fields not understood"] += 1
    unit = int((length or default_unit(*metre)) * 4 * QUARTER)
    return State(key, metre, unit, unit_given=length is not None)


def _read_body(reader: BodyReader, lines: list[str]) -> None:
    ended = typeset = False
    for line in lines:
        if line.startswith("%"):
            typeset = _directive(reader, line, typeset)
            continue
        if typeset:
            continue
        if not line.strip():
            ended = bool(reader.voice.onset)
            continue
        match = _BODY_FIELD.match(line)
        if match:
            _body_field(reader, match[1], line, match[2])
        elif ended and "|" not in line:  # an empty line ends a tune: this is prose
            reader.dropped["lines of prose after a tune"] += 1
        else:
            reader.line(_COMMENT.sub("", line) if "%" in line else line)


def _body_field(reader: BodyReader, letter: str, line: str, value: str) -> None:
    if letter in "wW":
        reader.dropped["lines of words"] += 1
    elif letter == "I" and _MIDI.match(line):
        _directive(reader, line, False)
    elif letter in "KLMQPV":
        reader.field(letter, _COMMENT.sub("", value).strip())
    else:
        reader.dropped["fields within the tune"] += 1


def _directive(reader: BodyReader, line: str, typeset: bool) -> bool:
    """Follow a ``%%`` line; return whether typeset text goes on."""
    if line.startswith("%%begin"):
        return True
    if line.startswith("%%end"):
        return False
    match = _MIDI.match(line)
    if match and int(match[3][:4]) <= 128:
        if match[1] == "program":
            reader.voice.program = min(int(match[3]), 127)
        else:
            reader.voice.percussion = int(match[3]) == _DRUM_CHANNEL
    return typeset


def _provenance(header: _Header, number: str, source: str, licence: str) -> Provenance:
    book = header.first("B").strip('"')
    return Provenance(
        title=header.first("T"),
        composer=header.first("C"),
        source=f"{source} X:{number}" + (f" ({book})" if book else ""),
        licence=licence or UNVERIFIED,
    )
