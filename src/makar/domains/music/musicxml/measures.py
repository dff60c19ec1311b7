"""One part of a MusicXML score, measure by measure, as it is written.

Times are exact: whole numbers of ``resolution`` units to a quarter note, the least common
multiple of all ``<divisions>`` of the score.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from makar.domains.music.musicxml.numbers import FaultError, whole
from makar.domains.music.musicxml.repeats import Signs
from makar.domains.music.musicxml.signatures import (
    Mark,
    key_of,
    metre_of,
    tempo_of,
    transposition_of,
)
from makar.domains.music.piece.spelling import SEMITONES

MAX_RESOLUTION = 10**12
LOUDNESS_OF_FULL = 90
"""MIDI velocity that MusicXML calls 100 %."""
DEFAULT_VELOCITY = 80


class WrittenNote(NamedTuple):
    """A note as it stands in its measure; ``onset`` counts from the bar line.

    ``pitch`` is the MIDI number as it sounds; ``stops`` and ``starts`` say whether a tie ends
    and begins here, and ``voice`` which of two notes on one pitch it goes on from.
    """

    onset: int
    duration: int
    pitch: int
    velocity: int
    stops: bool
    starts: bool
    voice: str


@dataclass
class Measure:
    """What one part has written in one measure; ``length`` in units."""

    notes: list[WrittenNote] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    signs: Signs = field(default_factory=Signs)
    length: int = 0
    implicit: bool = False


def resolution_of(root: Element) -> int:
    """Units to a quarter note in which every duration of the score is whole.

    Raises:
        FaultError: the divisions are no numbers or have no common measure.
    """
    found = {whole(e.text, least=1) for e in root.iter("divisions")}
    resolution = math.lcm(*found) if len(found) < 64 else MAX_RESOLUTION + 1
    if resolution > MAX_RESOLUTION:
        raise FaultError("divides the quarter note in too many ways")
    return resolution


class PartWalk:
    """Walks a ``<part>`` from start to end; ``measures`` is what it finds."""

    def __init__(
        self, part: Element, resolution: int, drums: dict[str, int], changes: Counter[str]
    ) -> None:
        self.resolution = resolution
        self.drums = drums
        self.changes = changes
        self.unpitched = 0
        self._unit = float(resolution)
        self._velocity = DEFAULT_VELOCITY
        self._chromatic = 0
        self._cursor = self._onset = 0
        self._endings: frozenset[int] = frozenset()
        self._measure = Measure()
        self._steps: dict[str, Callable[[Element], None]] = {
            "note": self._note,
            "backup": self._backup,
            "forward": self._forward,
            "attributes": self._attributes,
            "direction": self._direction,
            "sound": self._sound,
            "barline": self._barline,
        }
        self.measures = [self._walk(m) for m in part.iterfind("measure")]

    def count(self, order: Iterable[int]) -> int:
        """Notes written in the measures of ``order``, each as often as it stands there."""
        sizes = [len(m.notes) for m in self.measures]
        return sum(sizes[i] for i in order if i < len(sizes))

    def _walk(self, element: Element) -> Measure:
        self._measure = measure = Measure()
        measure.implicit = element.get("implicit") == "yes" or element.get("number") == "0"
        measure.signs.endings = self._endings
        self._cursor = self._onset = 0
        for child in element:
            step = self._steps.get(child.tag)
            if step is not None:
                step(child)
                measure.length = max(measure.length, self._cursor)
        return measure

    def _duration(self, element: Element) -> int:
        text = element.findtext("duration")
        if text is None:
            return 0
        return whole(text, least=0, scale=self._unit)

    def _backup(self, element: Element) -> None:
        self._cursor = max(self._cursor - self._duration(element), 0)

    def _forward(self, element: Element) -> None:
        self._cursor += self._duration(element)

    def _note(self, element: Element) -> None:
        has = {child.tag: child for child in element}
        if "grace" in has or "cue" in has:
            kind = "grace notes" if "grace" in has else "cue notes"
            self.changes[f"{kind} dropped"] += 1
            if "grace" not in has and "chord" not in has:
                self._cursor += self._duration(element)
            return
        duration = self._duration(element)
        if "chord" not in has:
            self._onset = self._cursor
            self._cursor += duration
        if "rest" in has or not duration:
            return
        pitch = self._pitch(has)
        if pitch is None:
            return
        ties = [e.get("type") for e in element.iterfind("tie")]
        if not ties and "notations" in has:
            ties = [e.get("type") for e in has["notations"].iterfind("tied")]
        loudness = element.get("dynamics")
        velocity = self._velocity if loudness is None else velocity_of(loudness)
        note = WrittenNote(
            self._onset,
            duration,
            pitch,
            velocity,
            "stop" in ties,
            "start" in ties,
            element.findtext("voice", ""),
        )
        self._measure.notes.append(note)

    def _pitch(self, has: dict[str, Element]) -> int | None:
        """MIDI number as it sounds; None, and counted, where it is none."""
        drum = None
        if "pitch" in has:
            written = has["pitch"]
            step, octave = written.findtext("step", ""), written.findtext("octave")
            alter = whole(written.findtext("alter") or "0", least=-9)
            sounding = self._chromatic
        elif "unpitched" in has:
            self.unpitched += 1
            written = has["unpitched"]
            name = has["instrument"].get("id") if "instrument" in has else None
            drum = self.drums.get(name or "")
            step, octave = written.findtext("display-step", "B"), written.findtext("display-octave")
            alter = sounding = 0
        else:
            return None
        if drum is not None:
            return drum
        step = step.strip()
        if step not in SEMITONES:
            raise FaultError(f"names a note {step[:8]!r}; the letters are A to G")
        pitch = 12 * (whole(octave or "4", least=-9) + 1) + SEMITONES[step] + alter + sounding
        if 0 <= pitch <= 127:
            return pitch
        self.changes["notes beyond MIDI's range dropped"] += 1
        return None

    def _attributes(self, element: Element) -> None:
        divisions = element.findtext("divisions")
        if divisions is not None:
            self._unit = self.resolution / whole(divisions, least=1)
        if (transpose := element.find("transpose")) is not None:
            self._chromatic = transposition_of(transpose)
        if (key := element.find("key")) is not None:
            self._mark(key_of(key, self._chromatic, self.changes))
        if (time := element.find("time")) is not None:
            self._mark(metre_of(time, self.changes))

    def _direction(self, element: Element) -> None:
        offset = whole(element.findtext("offset") or "0", least=-(10**9), scale=self._unit)
        self._mark(tempo_of(element, self.changes), offset)
        if (sound := element.find("sound")) is not None:
            self._loudness_and_jumps(sound)

    def _sound(self, element: Element) -> None:
        self._mark(tempo_of(element, self.changes))
        self._loudness_and_jumps(element)

    def _loudness_and_jumps(self, sound: Element) -> None:
        if (loudness := sound.get("dynamics")) is not None:
            self._velocity = velocity_of(loudness)
        if any(sound.get(jump) for jump in ("dacapo", "dalsegno", "tocoda")):
            self.changes["jumps (D.C., D.S., coda) read straight through"] += 1

    def _mark(self, value: Mark | None, offset: int = 0) -> None:
        if value is not None:
            self._measure.marks.append(value._replace(onset=max(self._cursor + offset, 0)))

    def _barline(self, element: Element) -> None:
        signs = self._measure.signs
        if (ending := element.find("ending")) is not None:
            if ending.get("type") == "start":
                numbers = (ending.get("number") or "1").replace(".", "").split(",")
                self._endings = frozenset(int(n) for n in numbers if n.strip() in _TURNS)
                signs.endings = self._endings
            else:
                self._endings = frozenset()
        if (repeat := element.find("repeat")) is not None:
            if repeat.get("direction") == "forward":
                signs.forward = True
            else:
                signs.backward = max(whole(repeat.get("times") or "2", least=0), 2)


_TURNS = frozenset(str(n) for n in range(1, 17))


def velocity_of(loudness: str) -> int:
    """MIDI velocity of a MusicXML loudness, which is in percent of 90."""
    return min(max(whole(loudness, least=-(10**9), scale=LOUDNESS_OF_FULL / 100), 1), 127)
