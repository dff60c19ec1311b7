"""One voice of a tune in ABC while it is read, and how its single notes are spelled."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from makar.domains.music.abc.fields import NATURAL, STEPS, KeyField, Signature
from makar.domains.music.abc.tune import TuneError

LENGTH = r"\d*/*\d*"
NOTE = rf"(?:\^\^?|__?|=)?[A-Ga-g][,']*{LENGTH}-?"
_NOTE_PARTS = re.compile(rf"(\^\^?|__?|=)?([A-Ga-g])([,']*)({LENGTH})(-?)")
_LENGTH_PARTS = re.compile(r"(\d*)(/*)(\d*)")
_ALTER = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_KNOWN_NOTES = 20_000

NoteToken = tuple[int, int, int | None, int, int, bool]
"""Step, MIDI number without alteration, written alteration, length as a fraction, tied on."""
known_notes: dict[str, NoteToken] = {}
"""The spellings met so far: the same few hundred come again and again."""


@dataclass(frozen=True)
class State:
    """What is in force where a bar begins: key, metre (0 beats = free) and unit length."""

    key: KeyField
    metre: tuple[int, int]
    unit: int
    unit_given: bool = True


@dataclass
class Bar:
    """A written bar, or the part of one between two signs.

    Attributes:
        start: Time at which it begins, in fine ticks.
        note: Number of its first note.
        state: Key and metre at its start.
        opens: It begins a section (after a double bar, a repeat sign or a part label).
        repeat_from: It has a start-repeat sign.
        back: Colons of the end-repeat sign after it.
        endings: The passes it is played in, where it begins an ending.
    """

    start: int
    note: int
    state: State
    opens: bool = False
    repeat_from: bool = False
    back: int = 0
    endings: frozenset[int] = frozenset()


@dataclass
class Voice:
    """One voice while it is read. Times are in fine ticks from its start."""

    name: str
    state: State
    label: str = ""
    program: int = 0
    percussion: bool = False
    time: int = 0
    onset: list[int] = field(default_factory=list[int])
    duration: list[int] = field(default_factory=list[int])
    pitch: list[int] = field(default_factory=list[int])
    tied: list[int] = field(default_factory=list[int])
    bars: list[Bar] = field(default_factory=list[Bar])
    keys: list[tuple[int, KeyField]] = field(default_factory=list[tuple[int, KeyField]])
    tempos: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    altered: dict[int, int] = field(default_factory=dict[int, int])
    carried: dict[int, int] = field(default_factory=dict[int, int])
    event: int = 0
    """Number of the first note of the latest note, chord or rest."""
    event_time: int = 0
    broken: tuple[int, int] = (1, 1)
    tuplet: tuple[int, int, int] = (1, 1, 0)
    """Notes p in the time of q, for so many more notes."""
    signature: Signature = (0, 0, 0, 0, 0, 0, 0)

    def __post_init__(self) -> None:
        self.signature = self.state.key.signature
        self.bars.append(Bar(0, 0, self.state, opens=True))

    def change(self, state: State) -> None:
        """Put a new key, metre or unit length in force from here on."""
        if state.key is not self.state.key:
            self.keys.append((self.time, state.key))
            self.signature = state.key.signature
            self.altered.clear()
        self.state = state
        if self.time == self.bars[-1].start:
            self.bars[-1].state = state

    def close_bar(self) -> None:
        """Begin a new bar, unless nothing has sounded or been counted since the last."""
        self.altered.clear()
        if self.time > self.bars[-1].start:
            self.bars.append(Bar(self.time, len(self.onset), self.state))


def note_token(text: str) -> NoteToken:
    """Take one written note apart and remember it in ``known_notes``."""
    match = _NOTE_PARTS.fullmatch(text)
    if match is None:
        raise TuneError(f"“{text[:20]}” is not a note")
    sign, letter, octave, length, tie = match.groups()
    if len(octave) > 8:
        raise TuneError(f"“{text[:20]}…” is outside MIDI's pitches")
    step = STEPS.index(letter.upper())
    base = 60 + NATURAL[step] + 12 * letter.islower()
    base += 12 * (octave.count("'") - octave.count(","))
    token = (step, base, _ALTER.get(sign), *length_of(length), bool(tie))
    if len(known_notes) >= _KNOWN_NOTES:  # hostile text must not fill the memory
        known_notes.clear()
    known_notes[text] = token
    return token


def length_of(text: str) -> tuple[int, int]:
    """A length such as ``3/2``, ``/`` or ``//`` as a fraction of the unit.

    Raises:
        TuneError: a zero or an absurd length.
    """
    if not text:
        return 1, 1
    top, slashes, bottom = _LENGTH_PARTS.fullmatch(text).groups()  # type: ignore[union-attr]
    if len(top) > 6 or len(bottom) > 4 or len(slashes) > 8:
        raise TuneError(f"the length {text[:12]}… is absurd")
    numerator = int(top or 1)
    denominator = int(bottom) if bottom else 2 ** len(slashes)
    if numerator == 0 or denominator == 0:
        raise TuneError(f"the length {text} is zero or divides by zero")
    return numerator, denominator
