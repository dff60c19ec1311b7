"""What holds for all parts of a MIDI file: metres, keys, tempos, pickup, provenance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter

from makar.domains.music.midi import marks
from makar.domains.music.midi.events import (
    COPYRIGHT,
    END_OF_TRACK,
    KEY_SIGNATURE,
    META,
    TEMPO,
    TEXT,
    TIME_SIGNATURE,
    Event,
)
from makar.domains.music.midi.text import text_of
from makar.domains.music.piece.piece import (
    MODES,
    TICKS_PER_QUARTER,
    UNVERIFIED,
    Key,
    KeyChange,
    Metre,
    Provenance,
    Tempo,
)
from makar.domains.music.piece.reading import holds

SLOWEST, FASTEST = 3.0, 3000.0
"""Quarter notes per minute that are believed."""


@dataclass(frozen=True)
class Conductor:
    """What the parts share; ``ours`` if makar wrote the file, ``last_tick`` of any change."""

    keys: tuple[KeyChange, ...]
    metres: tuple[Metre, ...]
    tempos: tuple[Tempo, ...]
    pickup: int
    provenance: Provenance
    ours: bool
    last_tick: int


def conduct(tracks: list[list[Event]], division: int, changes: Counter[str]) -> Conductor:
    """Collect what the parts share from all tracks."""
    draft = _Draft(division, changes)
    shared = [e for track in tracks for e in track if e.status == META and e.kind != END_OF_TRACK]
    for event in sorted(shared, key=attrgetter("tick")):
        draft.take(event)
    metres = draft.metres
    pickup, metres = _pickup(draft, metres)
    licence = "; ".join(dict.fromkeys(draft.rights)) if draft.rights else UNVERIFIED
    keys = _from_start(draft.keys, KeyChange(), "C major", changes)
    tempos = _from_start(draft.tempos, Tempo(), "120 quarter notes a minute", changes)
    return Conductor(
        keys=keys,
        metres=metres,
        tempos=tempos,
        pickup=pickup,
        provenance=Provenance("", draft.words["composer"], draft.words["source"], licence),
        ours=draft.pickup is not None,
        last_tick=max(c[-1].tick for c in (keys, metres, tempos)),
    )


def _from_start(found: dict, first, name: str, changes: Counter[str]) -> tuple:
    """Changes in order; where none stands at tick 0, ``first`` is assumed and counted."""
    if 0 not in found:
        changes[f"{name} assumed at the start"] += 1
    return tuple({0: first, **dict(sorted(found.items()))}.values())


def _pickup(draft: _Draft, metres: tuple[Metre, ...]) -> tuple[int, tuple[Metre, ...]]:
    """Ticks before the first full bar, and the metres without the short one that held them.

    Programs write an upbeat as one bar of a shorter metre, and so do we; our mark says where
    such a bar is meant as it stands, and where the upbeat is no bar of any metre.
    """
    if draft.pickup_in_metre and (draft.pickup or 0) < metres[0].bar:
        return draft.pickup or 0, metres
    if len(metres) > 1:
        first, second = metres[:2]
        if first.bar == second.tick and first.bar < second.bar:
            return first.bar, (Metre(0, second.beats, second.unit), *metres[2:])
    return 0, metres


@dataclass
class _Draft:
    division: int
    changes: Counter[str]
    found_metres: dict[int, Metre] = field(default_factory=dict)
    keys: dict[int, KeyChange] = field(default_factory=dict)
    tempos: dict[int, Tempo] = field(default_factory=dict)
    rights: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=lambda: {"composer": "", "source": ""})
    pickup: int | None = None
    pickup_in_metre: bool = False
    waiting: dict[str, str] = field(default_factory=dict)

    @property
    def metres(self) -> tuple[Metre, ...]:
        if 0 not in self.found_metres:
            self.changes["4/4 assumed at the start"] += 1
        return tuple({0: Metre(), **dict(sorted(self.found_metres.items()))}.values())

    def take(self, event: Event) -> None:
        tick = (event.tick * TICKS_PER_QUARTER * 2 + self.division) // (2 * self.division)
        if event.kind == TEXT:
            self._take_text(text_of(event.data))
        elif event.kind == COPYRIGHT:
            self.rights.append(text_of(event.data))
        elif event.kind == TEMPO:
            self._take_tempo(tick, event.data)
        elif event.kind == TIME_SIGNATURE:
            self._take_metre(tick, event.data)
        elif event.kind == KEY_SIGNATURE:
            self._take_key(tick, event.data)

    def _take_text(self, text: str) -> None:
        parsed = marks.parse_mark(text)
        if parsed is None:
            return
        name, value = parsed
        if name in (marks.PICKUP, marks.PLAIN_PICKUP) and value.isdecimal() and len(value) < 9:
            self.pickup, self.pickup_in_metre = int(value), name == marks.PLAIN_PICKUP
        elif name in self.words:
            self.words[name] = value
        else:
            self.waiting[name] = value

    def _take_tempo(self, tick: int, data: bytes) -> None:
        per_quarter = int.from_bytes(data, "big") if len(data) == 3 else 0
        tempo = marks.plainest_tempo(per_quarter) if per_quarter else 0.0
        if not SLOWEST <= tempo <= FASTEST:
            self.changes["impossible tempos ignored"] += 1
            return
        exact = _number(self.waiting.pop(marks.EXACT_TEMPO, ""))
        if SLOWEST <= exact <= FASTEST and marks.microseconds(exact) == per_quarter:
            tempo = exact
        self.tempos[tick] = Tempo(tick, tempo)

    def _take_metre(self, tick: int, data: bytes) -> None:
        if len(data) >= 2 and data[1] < 8:
            metre = Metre(tick, data[0], 1 << data[1])
            if holds(metre):
                self.found_metres[tick] = metre
                return
        self.changes["impossible metres ignored"] += 1

    def _take_key(self, tick: int, data: bytes) -> None:
        fifths = int.from_bytes(data[:1], "big", signed=True)
        if len(data) != 2 or not -7 <= fifths <= 7 or data[1] > 1:
            self.changes["impossible keys ignored"] += 1
            return
        known = self.keys[tick].key if tick in self.keys else None
        if known and (known.fifths, known.is_minor) == (fifths, bool(data[1])):
            return  # parts repeat the signature, without our mark of its mode
        mode = self.waiting.pop(marks.MODE, "")
        if mode not in MODES or Key(0, mode).is_minor != bool(data[1]):
            mode = "minor" if data[1] else "major"
        self.keys[tick] = KeyChange(tick, Key.from_fifths(fifths, mode))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
