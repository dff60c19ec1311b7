"""One tune in ABC walked line by line: its header, and its body read into voices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from makar.domains.music.abc.assemble import Order, assemble
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
from makar.domains.music.abc.tune import BarTable, Dropped
from makar.domains.music.abc.voice import State
from makar.domains.music.piece.piece import Key, Piece, Provenance

_FIELD = re.compile(r"([A-Za-z+]):(.*)", re.DOTALL)
_BODY_FIELD = re.compile(r"([H-Zmrsw+]):(?![|:])(.*)", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%.*")
_MIDI = re.compile(r"(?:%%|I:)\s*MIDI\s+(program|channel)\s+(?:(\d+)\s+)?(\d+)")
_MAIL_BREAK = re.compile(r"^(?![A-Za-z]:)(.*)=(20)?\n", re.MULTILINE)
_DRUM_CHANNEL = 10
_DEFAULT_TEMPO = 120.0


@dataclass
class Header:
    """A tune's fields up to ``K:`` by letter, and the lines of its body."""

    fields: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    body: list[str] = field(default_factory=list[str])

    def first(self, letter: str) -> str:
        """The first field of that letter, or an empty text."""
        return next((v for v in self.fields.get(letter, []) if v), "")


def walk_tune(
    text: str, dropped: Dropped, make: Callable[[State, Dropped], BodyReader] = BodyReader
) -> tuple[Header, BodyReader]:
    """One tune read into voices: its header, and the reader that has read its body."""
    header = _split_header(_undo_mail(text, dropped).split("\n"), dropped)
    reader = make(_initial_state(header, dropped), dropped)
    for name in header.fields.get("V", []):
        reader.switch(name)
    if reader.voices:
        reader.switch(next(iter(reader.voices)))
    _read_body(reader, header.body)
    return header, reader


def put_together(
    header: Header, reader: BodyReader, order: Order, provenance: Provenance, dropped: Dropped
) -> tuple[Piece, BarTable]:
    """The piece of a tune that was walked, and its bars.

    Raises:
        TuneError: no notes, or too many.
    """
    state = reader.initial
    tempo = parse_tempo(header.first("Q"), Fraction(state.unit, 4 * QUARTER))
    if len(header.first("P").strip("().0123456789 ")) > 1:
        dropped["orders of parts (P:) not played"] += 1
    if header.first("Q") and tempo is None:
        dropped["Q: fields not understood"] += 1
    return assemble(
        list(reader.voices.values()) or [reader.voice],
        order,
        tempo=tempo or _DEFAULT_TEMPO,
        provenance=provenance,
        dropped=dropped,
    )


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


def _split_header(lines: list[str], dropped: Dropped) -> Header:
    """Fields up to ``K:``; everything after is the body. Comments are gone, directives stay."""
    header = Header()
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


def _initial_state(header: Header, dropped: Dropped) -> State:
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
    for reader.row, line in enumerate(lines):
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
