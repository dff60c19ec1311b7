"""A piece of music as makar keeps it: exact, many-voiced, and independent of any file format.

Time is counted in ticks, ``TICKS_PER_QUARTER`` to a quarter note, which holds sixteenths,
thirty-seconds and triplets exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from jaxtyping import Int

from makar.core.columnar import Columnar

TICKS_PER_QUARTER = 24
ONSET, DURATION, PITCH, VELOCITY = range(4)
UNVERIFIED = "unverified: no licence is stated in the source"

NoteRows: TypeAlias = Int[np.ndarray, "N 4"]
"""Rows of (onset, duration, pitch, velocity): ticks, ticks, MIDI number, 1..127."""


@dataclass(frozen=True)
class Key:
    """A key signature: tonic pitch class 0..11 and mode (one of ``MODES``)."""

    tonic: int = 0
    mode: str = "major"

    @property
    def fifths(self) -> int:
        """Sharps (positive) or flats (negative) of the signature, -6..6 (-7..7 in none)."""
        relative = (self.tonic - _MODE_ABOVE_IONIAN[self.mode]) % 12
        sharps = (relative * 7) % 12
        return sharps if sharps <= 6 else sharps - 12

    @classmethod
    def from_fifths(cls, fifths: int, mode: str = "major") -> Key:
        """The key with that many sharps (flats negative) in that mode."""
        return cls((fifths * 7 + _MODE_ABOVE_IONIAN[mode]) % 12, mode)

    @property
    def is_minor(self) -> bool:
        """True where the third above the tonic is minor."""
        return self.mode in ("minor", "dorian", "phrygian", "locrian")

    @property
    def name(self) -> str:
        """Such as ``"F♯ minor"``, spelled as in the signature."""
        return f"{TONIC_NAMES[self.spelled_tonic]} {self.mode}"

    @property
    def spelled_tonic(self) -> int:
        """Position of the tonic on the line of fifths, F = -1, C = 0, G = 1, F♯ = 6, B♭ = -2."""
        return self.fifths + _FIFTHS_ABOVE_IONIAN[self.mode]


_MODE_ABOVE_IONIAN = {
    "major": 0, "dorian": 2, "phrygian": 4, "lydian": 5, "mixolydian": 7, "minor": 9, "locrian": 11,
}  # fmt: skip
_FIFTHS_ABOVE_IONIAN = {
    "major": 0, "dorian": 2, "phrygian": 4, "lydian": -1, "mixolydian": 1, "minor": 3, "locrian": 5,
}  # fmt: skip
MODES = tuple(_MODE_ABOVE_IONIAN)


def _line_of_fifths_name(position: int) -> str:
    letter = "FCGDAEB"[(position + 1) % 7]
    alteration = (position + 1) // 7
    return letter + ("♯" * alteration if alteration > 0 else "♭" * -alteration)


TONIC_NAMES = {i: _line_of_fifths_name(i) for i in range(-12, 13)}


@dataclass(frozen=True)
class Metre:
    """A time signature from ``tick`` on."""

    tick: int = 0
    beats: int = 4
    unit: int = 4

    @property
    def bar(self) -> int:
        """Ticks in a bar; at least one, also where a unit is too small for the clock."""
        return max(TICKS_PER_QUARTER * 4 * self.beats // self.unit, 1)

    @property
    def beat(self) -> int:
        """Ticks in a felt beat: a dotted quarter in 6/8, 9/8 and 12/8."""
        unit = TICKS_PER_QUARTER * 4 // self.unit
        compound = self.unit >= 8 and self.beats % 3 == 0 and self.beats > 3
        return unit * 3 if compound else unit

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


@dataclass(frozen=True)
class Tempo:
    """Quarter notes per minute from ``tick`` on."""

    tick: int = 0
    quarters_per_minute: float = 120.0


@dataclass(frozen=True)
class KeyChange:
    """A key signature from ``tick`` on."""

    tick: int = 0
    key: Key = field(default_factory=Key)


@dataclass(frozen=True)
class Part:
    """One voice or instrument. ``notes`` are sorted by onset, then pitch."""

    notes: NoteRows
    name: str = "Melody"
    program: int = 0
    percussion: bool = False


@dataclass(frozen=True)
class Provenance:
    """Where a piece comes from: travels with it into every ledger, report and export."""

    title: str = ""
    composer: str = ""
    source: str = ""
    licence: str = UNVERIFIED

    @property
    def verified(self) -> bool:
        """True where the source states a licence."""
        return self.licence != UNVERIFIED


@dataclass(frozen=True)
class Piece:
    """Parts with their shared clock.

    Attributes:
        parts: Voices, top first.
        keys: Key signatures; the first begins at tick 0.
        metres: Time signatures; the first begins at tick 0.
        tempos: Tempo marks; the first begins at tick 0.
        pickup: Ticks before the first full bar; 0 without an upbeat.
        provenance: Title, source, licence.
    """

    parts: tuple[Part, ...]
    keys: tuple[KeyChange, ...] = (KeyChange(),)
    metres: tuple[Metre, ...] = (Metre(),)
    tempos: tuple[Tempo, ...] = (Tempo(),)
    pickup: int = 0
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def key(self) -> Key:
        """The first key signature."""
        return self.keys[0].key

    @property
    def metre(self) -> Metre:
        """The first time signature."""
        return self.metres[0]

    @cached_property
    def end(self) -> int:
        """Tick at which the last note stops."""
        ends = [
            int((p.notes[:, ONSET] + p.notes[:, DURATION]).max())
            for p in self.parts
            if len(p.notes)
        ]
        return max(ends, default=0)

    def bar_lines(self) -> list[int]:
        """Ticks at which bars begin, the pickup's at 0 included, up to the last note's end."""
        lines, tick = ([0] if self.pickup else []), self.pickup
        while tick < max(self.end, 1):
            lines.append(tick)
            metre = [m for m in self.metres if m.tick <= tick][-1]
            tick += metre.bar
        return lines

    def transposed(self, semitones: int) -> Piece:
        """The piece moved by ``semitones``; percussion stays.

        Raises:
            ValueError: a note would leave MIDI's 0..127.
        """
        parts: list[Part] = []
        for part in self.parts:
            notes = part.notes.copy()
            if not part.percussion:
                notes[:, PITCH] += semitones
            if len(notes) and not (notes[:, PITCH].min() >= 0 and notes[:, PITCH].max() <= 127):
                raise ValueError(
                    f"transposing by {semitones} semitones leaves MIDI's pitches 0..127"
                )
            parts.append(replace(part, notes=notes))
        keys = tuple(
            KeyChange(k.tick, Key((k.key.tonic + semitones) % 12, k.key.mode)) for k in self.keys
        )
        return replace(self, parts=tuple(parts), keys=keys)


@dataclass(frozen=True)
class Pieces(Columnar[Piece]):
    """A batch of pieces. Reading and writing touch single pieces; scoring uses their melodies."""

    items: tuple[Piece, ...]

    def __len__(self) -> int:
        return len(self.items)

    def work(self, index: int) -> Piece:
        """See ``Columnar``."""
        return self.items[index]

    def take(self, indices: Iterable[int]) -> Pieces:
        """The pieces at ``indices``, in that order."""
        return Pieces(tuple(self.items[i] for i in indices))
