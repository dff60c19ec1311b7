"""Pieces to MusicXML 4.0 scores that any notation program shows as a musician would write them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from makar.domains.music.musicxml.bars import bars
from makar.domains.music.musicxml.staff import Staff
from makar.domains.music.piece.piece import Part, Piece

_DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">'
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MELODIC_CHANNELS = [c for c in range(1, 17) if c != 10]


def write_musicxml(piece: Piece, path: str | Path) -> None:
    """Write a piece as an uncompressed partwise score.

    Raises:
        ValueError: the piece has no parts.
        FileExistsError: the file is there already; nothing is overwritten.
    """
    text = musicxml(piece)
    with Path(path).open("x", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


def musicxml(piece: Piece) -> str:
    """The text that ``write_musicxml`` writes.

    Bars are full, a pickup is the implicit measure 0, lengths that no note value has are
    tied, and pitches are spelled in the key. Changes of metre stand at bar lines.
    """
    if not piece.parts:
        raise ValueError("a piece without parts cannot be written as MusicXML: add one")
    measures = bars(piece)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', _DOCTYPE, '<score-partwise version="4.0">']
    lines += _about(piece)
    lines.append("<part-list>")
    melodic = 0
    for number, part in enumerate(piece.parts, 1):
        channel = 10 if part.percussion else _MELODIC_CHANNELS[melodic % len(_MELODIC_CHANNELS)]
        melodic += not part.percussion
        lines += _score_part(part, f"P{number}", channel)
    lines.append("</part-list>")
    for number, part in enumerate(piece.parts, 1):
        lines.append(f'<part id="P{number}">')
        staff = Staff(piece, part, f"P{number}", leads=number == 1)
        for bar in measures:
            lines += staff.measure(bar)
        lines.append("</part>")
    return "\n".join([*lines, "</score-partwise>", ""])


def _about(piece: Piece) -> list[str]:
    """Title, composer, licence and source, where other programs look for them."""
    about = piece.provenance
    lines = [f"<work><work-title>{_text(about.title)}</work-title></work>", "<identification>"]
    if about.composer:
        lines.append(f'<creator type="composer">{_text(about.composer)}</creator>')
    lines.append(f"<rights>{_text(about.licence)}</rights>")
    lines.append("<encoding><software>makar</software></encoding>")
    if about.source:
        lines.append(f"<source>{_text(about.source)}</source>")
    stated = "stated" if about.verified else "unverified"
    field = f'<miscellaneous-field name="licence">{stated}</miscellaneous-field>'
    lines.append(f"<miscellaneous>{field}</miscellaneous>")
    return [*lines, "</identification>"]


def _score_part(part: Part, name: str, channel: int) -> list[str]:
    """A part's name and its General MIDI sounds; each drum is an instrument of its own."""
    drums = sorted(set(part.notes[:, 2].tolist())) if part.percussion else []
    sounds = [(f"{name}-I0", _text(part.name), "")]
    if drums:
        sounds = [
            (f"{name}-I{d + 1}", f"Drum {d}", f"<midi-unpitched>{d + 1}</midi-unpitched>")
            for d in drums
        ]
    program = f"<midi-program>{part.program + 1}</midi-program>"
    lines = [f"<score-part id={quoteattr(name)}>", f"<part-name>{_text(part.name)}</part-name>"]
    lines += [
        f'<score-instrument id="{i}"><instrument-name>{label}</instrument-name></score-instrument>'
        for i, label, _ in sounds
    ]
    lines += [
        f'<midi-instrument id="{i}"><midi-channel>{channel}</midi-channel>{program}{drum}'
        "</midi-instrument>"
        for i, _, drum in sounds
    ]
    return [*lines, "</score-part>"]


def _text(text: str) -> str:
    """Escaped, without the control characters that XML has no way to hold."""
    return escape(_NOT_XML.sub("", text))
