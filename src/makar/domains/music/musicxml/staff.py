"""One part on its staff, measure by measure, as MusicXML text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from makar.domains.music.musicxml.bars import Bar, Written, fill
from makar.domains.music.musicxml.engraving import Accidentals, beams
from makar.domains.music.musicxml.measures import LOUDNESS_OF_FULL
from makar.domains.music.musicxml.voices import Note, voices
from makar.domains.music.piece.piece import (
    PITCH,
    TICKS_PER_QUARTER,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Tempo,
)
from makar.domains.music.piece.spelling import Spelling, spell

MIDDLE_C = 60
_DRUM_PLACES = {
    35: "E4", 36: "F4", 37: "C5", 38: "C5", 40: "C5", 41: "A4", 43: "A4", 45: "B4", 47: "D5",
    48: "D5", 50: "E5", 42: "G5", 44: "D4", 46: "G5", 49: "A5", 51: "F5", 57: "A5",
}  # fmt: skip
"""Where a drum kit's sounds (General MIDI keys) stand on a five-line staff."""


class Staff:
    """Writes a part's measures in order; the leading staff carries the tempos."""

    def __init__(self, piece: Piece, part: Part, name: str, *, leads: bool) -> None:
        self.name = name
        self.part = part
        self.keys = piece.keys
        self.tempos = piece.tempos if leads else ()
        self.voices = voices(part.notes)

    def measure(self, bar: Bar) -> list[str]:
        """The text of one ``<measure>``."""
        implicit = ' implicit="yes"' if bar.number == 0 else ""
        lines = [f'<measure number="{bar.number}"{implicit}>']
        lines += self._attributes(bar)
        lines += [_tempo(t, bar) for t in self.tempos if bar.start <= t.tick < bar.end]
        changes = [k for k in self.keys if bar.start < k.tick < bar.end]
        written = [(1, fill(bar, self.voices[0], [c.tick for c in changes]))]
        for number, voice in enumerate(self.voices[1:], 2):
            if any(s.start < bar.end and s.end > bar.start for s in voice):
                written.append((number, fill(bar, voice)))
        accidentals = self._accidentals(written)
        for number, values in written:
            if number > 1:
                lines.append(f"<backup><duration>{bar.end - bar.start}</duration></backup>")
            lines += self._voice(bar, values, number, accidentals, changes if number == 1 else [])
        return [*lines, "</measure>"]

    def _attributes(self, bar: Bar) -> list[str]:
        inside: list[str] = []
        if bar.start == 0:
            inside.append(f"<divisions>{TICKS_PER_QUARTER}</divisions>")
        inside += [_key(k.key) for k in self.keys if k.tick == bar.start and not self._drums]
        if bar.new_metre:
            inside.append(_time(bar.metre))
        if bar.start == 0:
            inside.append(self._clef())
        return ["<attributes>", *inside, "</attributes>"] if inside else []

    @property
    def _drums(self) -> bool:
        return self.part.percussion

    def _clef(self) -> str:
        if self._drums:
            return "<clef><sign>percussion</sign></clef>"
        low = len(self.part.notes) and np.median(self.part.notes[:, PITCH]) < MIDDLE_C
        sign, line = ("F", 4) if low else ("G", 2)
        return f"<clef><sign>{sign}</sign><line>{line}</line></clef>"

    def _key_at(self, tick: int) -> Key:
        return [k.key for k in self.keys if k.tick <= tick][-1]

    def _accidentals(
        self, written: Sequence[tuple[int, Sequence[Written]]]
    ) -> dict[tuple[int, int, int], str]:
        """Accidental by voice, start and pitch; voices on one staff share what is in force."""
        if self._drums:
            return {}
        in_force = Accidentals()
        in_time = sorted((w.start, voice, w) for voice, values in written for w in values)
        return {
            (voice, start, note.pitch): in_force.needed(
                spell(note.pitch, self._key_at(start)),
                self._key_at(start),
                held=note.onset < start,
            )
            for start, voice, w in in_time
            for note in w.notes
        }

    def _voice(
        self,
        bar: Bar,
        values: Sequence[Written],
        number: int,
        accidentals: dict[tuple[int, int, int], str],
        changes: Sequence[KeyChange],
    ) -> list[str]:
        lines: list[str] = []
        for w, beam in zip(values, beams(bar, values), strict=True):
            if not self._drums:
                lines += [
                    f"<attributes>{_key(c.key)}</attributes>" for c in changes if c.tick == w.start
                ]
            if not w.notes:
                lines.append(_rest(bar, w, number))
            for place, note in enumerate(w.notes):
                sign = accidentals.get((number, w.start, note.pitch), "")
                chord = "<chord/>" if place else ""
                own_beam = "" if place else _beams(beam)
                lines.append(self._note(w, note, number, (chord, sign, own_beam)))
        return lines

    def _note(self, w: Written, note: Note, voice: int, extras: tuple[str, str, str]) -> str:
        chord, sign, beam = extras
        loudness = round(note.velocity * 100 / LOUDNESS_OF_FULL, 2)
        stops, starts = note.onset < w.start, note.end > w.end
        tie = '<tie type="stop"/>' * stops + '<tie type="start"/>' * starts
        tied = '<tied type="stop"/>' * stops + '<tied type="start"/>' * starts
        drum = f'<instrument id="{self.name}-I{note.pitch + 1}"/>' if self._drums else ""
        accidental = f"<accidental>{sign}</accidental>" if sign else ""
        notations = tied + ("" if chord else _tuplet(w))
        return (
            f'<note dynamics="{loudness}">{chord}{self._pitch(note.pitch, w.start)}'
            f"<duration>{w.end - w.start}</duration>{tie}{drum}<voice>{voice}</voice>"
            f"{_type(w, accidental)}{beam}"
            f"{f'<notations>{notations}</notations>' if notations else ''}</note>"
        )

    def _pitch(self, pitch: int, tick: int) -> str:
        if self._drums:
            step, octave = _DRUM_PLACES.get(pitch, "B4")
            return (
                f"<unpitched><display-step>{step}</display-step>"
                f"<display-octave>{octave}</display-octave></unpitched>"
            )
        spelled: Spelling = spell(pitch, self._key_at(tick))
        alter = f"<alter>{spelled.alter}</alter>" if spelled.alter else ""
        return f"<pitch><step>{spelled.step}</step>{alter}<octave>{spelled.octave}</octave></pitch>"


def _rest(bar: Bar, w: Written, voice: int) -> str:
    length = w.end - w.start
    if bar.number and length == bar.end - bar.start:  # in a pickup it would mean a full bar
        rest = '<rest measure="yes"/>'
        return f"<note>{rest}<duration>{length}</duration><voice>{voice}</voice></note>"
    tuplet = _tuplet(w)
    notations = f"<notations>{tuplet}</notations>" if tuplet else ""
    return (
        f"<note><rest/><duration>{length}</duration><voice>{voice}</voice>"
        f"{_type(w, '')}{notations}</note>"
    )


def _type(w: Written, accidental: str) -> str:
    value = w.value
    ratio = ""
    if value.triplet:
        ratio = (
            "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes>"
            f"<normal-type>{value.triplet}</normal-type></time-modification>"
        )
    return f"<type>{value.type}</type>{'<dot/>' * value.dots}{accidental}{ratio}"


def _tuplet(w: Written) -> str:
    opens = '<tuplet type="start" number="1"/>' if w.value.opens else ""
    return opens + ('<tuplet type="stop" number="1"/>' if w.value.closes else "")


def _beams(kinds: Sequence[str]) -> str:
    return "".join(f'<beam number="{i}">{kind}</beam>' for i, kind in enumerate(kinds, 1))


def _key(key: Key) -> str:
    return f"<key><fifths>{key.fifths}</fifths><mode>{key.mode}</mode></key>"


def _time(metre: Metre) -> str:
    return f"<time><beats>{metre.beats}</beats><beat-type>{metre.unit}</beat-type></time>"


def _tempo(tempo: Tempo, bar: Bar) -> str:
    """Printed per felt beat, sounded per quarter."""
    dotted = bar.metre.beat == TICKS_PER_QUARTER * 3 // 2
    printed = tempo.quarters_per_minute / (1.5 if dotted else 1.0)
    dot = "<beat-unit-dot/>" if dotted else ""
    return (
        '<direction placement="above"><direction-type><metronome>'
        f"<beat-unit>quarter</beat-unit>{dot}<per-minute>{printed:.6g}</per-minute></metronome>"
        f'</direction-type><offset sound="yes">{tempo.tick - bar.start}</offset>'
        f'<sound tempo="{float(tempo.quarters_per_minute)!r}"/></direction>'
    )
