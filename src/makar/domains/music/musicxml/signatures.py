"""Keys, metres, tempos and transpositions as MusicXML writes them."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple
from xml.etree.ElementTree import Element

from makar.domains.music.musicxml.numbers import FaultError, number, whole
from makar.domains.music.piece.piece import MODES, Key, Metre
from makar.domains.music.piece.reading import holds

_QUARTERS = {
    "maxima": 32.0, "long": 16.0, "breve": 8.0, "whole": 4.0, "half": 2.0, "quarter": 1.0,
    "eighth": 0.5, "16th": 0.25, "32nd": 0.125, "64th": 0.0625,
}  # fmt: skip
_OTHER_NAMES = {"aeolian": "minor", "ionian": "major"}
SLOWEST, FASTEST = 1.0, 3000.0
MAX_BEATS = 255


class Mark(NamedTuple):
    """A change from ``onset`` (units from the bar line) on: to a key, a metre or a tempo.

    A tempo is a number of quarter notes per minute.
    """

    value: Key | Metre | float
    onset: int = 0


def key_of(element: Element, chromatic: int, changes: Counter[str]) -> Mark | None:
    """The key as it sounds, where the part is written ``chromatic`` semitones off."""
    fifths = element.findtext("fifths")
    if fifths is None:
        changes["keys without a signature of fifths ignored"] += 1
        return None
    mode = (element.findtext("mode") or "major").strip().lower()
    mode = _OTHER_NAMES.get(mode, mode)
    written = Key.from_fifths(whole(fifths, least=-99), mode if mode in MODES else "major")
    return Mark(Key((written.tonic + chromatic) % 12, written.mode))


def metre_of(element: Element, changes: Counter[str]) -> Mark | None:
    """The metre; sums such as 3+2/8 are added up."""
    pairs = list(
        zip(
            (e.text or "" for e in element.iterfind("beats")),
            (e.text for e in element.iterfind("beat-type")),
            strict=False,
        )
    )
    if not pairs:
        changes["free metres ignored"] += 1
        return None
    units = [whole(unit, least=1) for _, unit in pairs]
    unit = max(units)
    beats = sum(
        unit * whole(beat, least=0) // own
        for (text, _), own in zip(pairs, units, strict=True)
        for beat in text.split("+")
    )
    metre = Metre(0, beats, unit)
    if beats <= MAX_BEATS and holds(metre):
        return Mark(metre)
    changes["impossible metres ignored"] += 1
    return None


def tempo_of(element: Element, changes: Counter[str]) -> Mark | None:
    """Tempo of a ``<direction>`` or ``<sound>``: what is to sound, else what is printed."""
    sound = element if element.tag == "sound" else element.find("sound")
    stated = sound.get("tempo") if sound is not None else None
    try:
        if stated is not None:
            tempo = number(stated)
        elif (metronome := element.find("direction-type/metronome")) is not None:
            tempo = _metronome(metronome)
        else:
            return None
    except FaultError:  # "ca. 120" is for people
        tempo = 0.0
    if SLOWEST <= tempo <= FASTEST:
        return Mark(tempo)
    changes["impossible tempos ignored"] += 1
    return None


def _metronome(metronome: Element) -> float:
    unit = _QUARTERS.get((metronome.findtext("beat-unit") or "").strip(), 0.0)
    dots = len(metronome.findall("beat-unit-dot"))
    return number(metronome.findtext("per-minute")) * unit * (2 - 0.5 ** min(dots, 4))


def transposition_of(element: Element) -> int:
    """Semitones from written to sounding pitch."""
    chromatic = whole(element.findtext("chromatic") or "0", least=-99)
    return chromatic + 12 * whole(element.findtext("octave-change") or "0", least=-9)
