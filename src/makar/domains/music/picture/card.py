"""A piece as a file of any kind, and as a card in a report: what every craft of music shares."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from makar.domains.music.piece.piece import Piece

FORMATS = (".mid", ".musicxml", ".abc", ".wav", ".ogg", ".svg", ".png")
SHOWN = ".ogg"
"""What a work is heard as at once."""
ORIGINAL = "Shares no long run of notes with the tunes it was learned from."
CARD_WIDTH = 520
"""Pixels across that a card's staff is engraved for."""


def write_any(piece: Piece, path: Path) -> None:
    """Write notation, sound or a picture, by the suffix.

    Raises:
        ValueError: the suffix is none of ``FORMATS``.
    """
    from makar.domains.music.files import write_piece
    from makar.domains.music.picture.png import roll_png
    from makar.domains.music.picture.roll import roll_svg
    from makar.domains.music.sound.sound import write_audio

    suffix = path.suffix.lower()
    if suffix in (".wav", ".ogg"):
        write_audio(piece, path)
    elif suffix == ".svg":
        path.write_text(roll_svg(piece), encoding="utf-8", errors="backslashreplace")
    elif suffix == ".png":
        roll_png(piece, path)
    elif suffix in FORMATS:
        write_piece(piece, path)
    else:
        raise ValueError(f"cannot write {path.name}: choose one of {', '.join(FORMATS)}")


def card_html(piece: Piece, spans: Sequence[tuple[int, int, str]]) -> str:
    """A player, the staff and the piano roll, with spans of ticks pointed out."""
    from makar.domains.music.picture.roll import roll_svg
    from makar.domains.music.picture.staff import staff_svg
    from makar.domains.music.sound.sound import audio_data_uri

    marks = [(first, last, html.escape(label)) for first, last, label in spans]
    staff = "".join(staff_svg(piece, width=CARD_WIDTH))
    return (
        f'<audio controls preload="metadata" src="{audio_data_uri(piece)}"></audio>'
        f'<div class="staff">{staff}</div>'
        f"<details><summary>Piano roll</summary>{roll_svg(piece, marks=marks)}</details>"
    )


def marked_card(piece: Piece, marks: Sequence[tuple[int, int, str]]) -> str:
    """The card, with runs of the first part's notes pointed out: first note, number, label."""
    notes = piece.parts[0].notes
    spans = [
        (int(notes[first, 0]), int(notes[first + count - 1, :2].sum()), label)
        for first, count, label in marks
    ]
    return card_html(piece, spans)
