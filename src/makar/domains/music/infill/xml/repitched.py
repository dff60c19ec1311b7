"""One measure of a score with its notes at other pitches and every other sign as it was."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from makar.domains.music.infill.hole import Fill
from makar.domains.music.infill.xml.children import children_of
from makar.domains.music.infill.xml.state import State
from makar.domains.music.musicxml.bars import Bar
from makar.domains.music.musicxml.engraving import Accidentals
from makar.domains.music.musicxml.numbers import whole
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Key, Piece
from makar.domains.music.piece.spelling import SEMITONES, Spelling, spell

_PITCH = re.compile(rb"<pitch\b.*?</pitch>", re.DOTALL)
_ACCIDENTAL = re.compile(rb"\s*<accidental\b[^>]*?(?:/>|>.*?</accidental>)", re.DOTALL)
_AFTER_ACCIDENTAL = re.compile(
    rb"<(?:time-modification|stem|notehead|notehead-text|staff|beam|notations|lyric|play|listen)\b"
    rb"|</note>"
)


def repitched(
    text: bytes, measure: Element, bar: Bar, fill: Fill, state: State, piece: Piece,
    voice: str | None,
) -> tuple[bytes, State]:  # fmt: skip
    """The measure with the varied notes at their new pitches, and the state after it.

    Lyrics, slurs, articulations, ornaments, beams and ties stay with their notes.

    Args:
        text: The measure as it stands.
        measure: The same, parsed.
        bar: Its place in the piece.
        fill: What was there, and what is to be.
        state: What the measures before have settled.
        piece: For its keys.
        voice: The voice that is varied; by default whichever sounds.
    """
    signs = Accidentals()
    out, here, changed = list[bytes](), 0, False
    for child in children_of(text, measure):
        if child.tag == "attributes":
            state = state.under(child.element)
        if not child.sounds or child.element.find("pitch") is None:
            continue
        if voice is not None and child.voice != voice:
            continue
        tick = bar.start + (2 * child.time * TICKS_PER_QUARTER + state.divisions) // (
            2 * state.divisions
        )
        was = _sounding(child.element, state)
        pitch = _new_pitch(tick, was, fill)
        key = _key(piece, tick, state)
        spelled = _spelled(child.element) if pitch == was else spell(pitch - state.chromatic, key)
        held = any(tie.get("type") == "stop" for tie in child.element.iterfind("tie"))
        sign = signs.needed(spelled, key, held=held)
        if pitch != was or (changed and sign and child.element.find("accidental") is None):
            out += [text[here : child.start], _at(text[child.start : child.end], spelled, sign)]
            here, changed = child.end, True
    return b"".join([*out, text[here:]]), state.after(measure)


def _new_pitch(tick: int, pitch: int, fill: Fill) -> int:
    """The new pitch of what sounds at a tick, a note tied on included."""
    assert fill.varied is not None  # only such fills come here
    for (onset, duration, old, _), (_, _, new, _) in zip(
        fill.varied.tolist(), fill.made.tolist(), strict=True
    ):
        if onset <= tick < onset + duration and old == pitch:
            return new
    return pitch


def _key(piece: Piece, tick: int, state: State) -> Key:
    """As it is written for the instrument."""
    key = [k.key for k in piece.keys if k.tick <= tick][-1]
    return Key((key.tonic - state.chromatic) % 12, key.mode)


def _spelled(note: Element) -> Spelling:
    alter = whole(note.findtext("pitch/alter") or "0", least=-9)
    step = note.findtext("pitch/step", "C").strip()
    return Spelling(step, alter, whole(note.findtext("pitch/octave") or "4", least=-9))


def _sounding(note: Element, state: State) -> int:
    spelled = _spelled(note)
    return 12 * (spelled.octave + 1) + SEMITONES[spelled.step] + spelled.alter + state.chromatic


def _at(note: bytes, spelled: Spelling, sign: str) -> bytes:
    """A note's text at another pitch, with the accidental it needs."""
    alter = f"<alter>{spelled.alter}</alter>" if spelled.alter else ""
    pitch = f"<pitch><step>{spelled.step}</step>{alter}<octave>{spelled.octave}</octave></pitch>"
    note = _PITCH.sub(pitch.encode(), note, count=1)
    note = _ACCIDENTAL.sub(b"", note)
    place = _AFTER_ACCIDENTAL.search(note)
    if not sign or place is None:
        return note
    accidental = f"<accidental>{sign}</accidental>".encode()
    return note[: place.start()] + accidental + note[place.start() :]
