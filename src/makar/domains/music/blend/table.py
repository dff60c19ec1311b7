"""Pieces as plain tables of notes, ready to be written event by event, and back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from makar.core.types import Prompt
from makar.domains.music.melody.codec import TONIC_OF, key_of
from makar.domains.music.melody.grid import sounding_shift
from makar.domains.music.piece.piece import (
    DURATION,
    MODES,
    ONSET,
    PITCH,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Provenance,
)

TIME, PART, HEIGHT, LENGTH = range(4)
VELOCITY = 88
MAX_BARS = 512


class UnencodableError(ValueError):
    """A piece, or a wish, that events cannot hold, with the reason."""

    def __init__(self, what: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{what or 'the piece'}: {reason}")


@dataclass(frozen=True)
class Frame:
    """What the notes of a piece stand in.

    Attributes:
        bars: Bars, the upbeat's included.
        metre: Time signature, the same throughout.
        pickup: Ticks before the first full bar.
        programs: General MIDI program of each part.
        key: The key it is heard in.
    """

    bars: int
    metre: Metre
    pickup: int
    programs: tuple[int, ...]
    key: Key

    @property
    def shift(self) -> int:
        """Semitones from what is written to what is heard."""
        return sounding_shift(self.key)

    @property
    def lead(self) -> int:
        """Ticks of the first bar that an upbeat leaves silent."""
        return self.metre.bar - self.pickup if self.pickup else 0

    @property
    def end(self) -> int:
        """Ticks from the first bar line to the last."""
        return self.bars * self.metre.bar


def frame_of(prompt: Prompt) -> Frame:
    """What is asked for; eight bars of 4/4 for one flute where nothing is said.

    Raises:
        UnencodableError: a wish means nothing.
    """
    wish = prompt.condition
    metre, pickup = _metre(str(wish.get("metre", "4/4"))), int(wish.get("pickup", 0))
    bars, mode = int(wish.get("bars", 8)), str(wish.get("mode", "major"))
    programs = str(wish.get("programs", "73")).split(",")
    if not 1 <= bars <= MAX_BARS:
        raise UnencodableError("bars", f"ask for 1 to {MAX_BARS}, not {bars}")
    if not 0 <= pickup < metre.bar:
        raise UnencodableError("pickup", f"{pickup} ticks do not fit before a bar of {metre}")
    if mode not in MODES:
        raise UnencodableError("mode", f"{mode!r} is not one of {', '.join(MODES)}")
    if not all(p.strip().isdigit() and int(p) < 128 for p in programs):
        raise UnencodableError("programs", "write General MIDI numbers 0..127, such as 73,42")
    return Frame(
        bars + (pickup > 0), metre, pickup, tuple(int(p) for p in programs), key_of(prompt)
    )


def prompt_of(frame: Frame) -> Prompt:
    """What would ask for such a piece."""
    return Prompt(
        condition={
            "bars": frame.bars - (frame.pickup > 0),
            "metre": str(frame.metre),
            "mode": frame.key.mode,
            "key": TONIC_OF[frame.key.tonic],
            "pickup": frame.pickup,
            "programs": ",".join(str(program) for program in frame.programs),
        }
    )


def table_of(piece: Piece) -> tuple[Int[np.ndarray, "N 4"], Frame]:
    """Rows of (time, part, height, length), in that order, in C major or A minor.

    Time counts from the bar line before the first note, before the upbeat too.

    Raises:
        UnencodableError: the piece has no notes, drums, or several metres.
    """
    metre, pickup = piece.metre, piece.pickup
    if any(part.percussion for part in piece.parts):
        raise UnencodableError(piece.provenance.title, "it has a part for drums: leave that out")
    if any((m.beats, m.unit) != (metre.beats, metre.unit) for m in piece.metres):
        raise UnencodableError(piece.provenance.title, "its metre changes: take a section of it")
    if not any(len(part.notes) for part in piece.parts):
        raise UnencodableError(piece.provenance.title, "it has no notes")
    if piece.end <= pickup:
        raise UnencodableError(piece.provenance.title, "it has nothing but an upbeat")
    if pickup >= metre.bar:
        raise UnencodableError(piece.provenance.title, "its upbeat is longer than a bar")
    blocks = [
        np.c_[
            part.notes[:, ONSET],
            np.full(len(part.notes), number),
            part.notes[:, PITCH] - sounding_shift(piece.key),
            part.notes[:, DURATION],
        ]
        for number, part in enumerate(piece.parts)
    ]
    table = np.concatenate(blocks).astype(np.int64)
    table = table[np.lexsort((table[:, HEIGHT], table[:, PART], table[:, TIME]))]
    full = -(-(piece.end - pickup) // metre.bar)
    programs = tuple(part.program for part in piece.parts)
    bare = Metre(0, metre.beats, metre.unit)
    frame = Frame(full + (pickup > 0), bare, pickup, programs, piece.key)
    table[:, TIME] += frame.lead
    return table, frame


def piece_of(table: Int[np.ndarray, "N 4"], frame: Frame) -> Piece:
    """The piece that those rows are, in the key it is to be heard in."""
    parts: list[Part] = []
    for number, program in enumerate(frame.programs):
        rows = table[table[:, PART] == number]
        notes = np.c_[
            rows[:, TIME] - frame.lead,
            rows[:, LENGTH],
            rows[:, HEIGHT] + frame.shift,
            np.full(len(rows), VELOCITY),
        ]
        name = f"Part {number + 1}" if len(frame.programs) > 1 else "Melody"
        parts.append(Part(notes.astype(np.int64), name, program))
    return Piece(
        parts=tuple(parts),
        keys=(KeyChange(0, frame.key),),
        metres=(frame.metre,),
        pickup=frame.pickup,
        provenance=Provenance(source="made with makar"),
    )


def has_chords(table: Int[np.ndarray, "N 4"]) -> bool:
    """True where some part strikes a note while another of its own still sounds."""
    return _overlaps(table, [PART])


def has_unisons(table: Int[np.ndarray, "N 4"]) -> bool:
    """True where some part strikes a note that it is still sounding."""
    return _overlaps(table, [PART, HEIGHT])


def _overlaps(table: Int[np.ndarray, "N 4"], columns: Sequence[int]) -> bool:
    order = np.lexsort((table[:, TIME], *(table[:, c] for c in columns)))
    rows = table[order]
    same = (rows[1:, columns] == rows[:-1, columns]).all(1)
    return bool((same & (rows[1:, TIME] < rows[:-1, TIME] + rows[:-1, LENGTH])).any())


def _metre(name: str) -> Metre:
    beats, _, unit = name.partition("/")
    if not (beats.isdigit() and unit in ("1", "2", "4", "8", "16", "32") and int(beats)):
        raise UnencodableError("metre", f"{name!r} is not written as beats/unit, such as 6/8")
    return Metre(0, int(beats), int(unit))
