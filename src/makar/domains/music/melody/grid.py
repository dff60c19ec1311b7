"""``MelodyGrid``: one voice on a grid of sixteenths, in the 38 tokens of the RL Tuner.

Token 0 ends the sounding note, 1 lets what is there go on, 2..37 strike MIDI 48..83
(Jaques et al. 2017, arXiv 1611.02796). Tunes are kept in C major or A minor, and a
work remembers the key it is to be heard in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Int
from numba import njit

from makar.core.columnar import Columnar
from makar.domains.music.melody.melody import Melodies, skyline
from makar.domains.music.piece.piece import (
    TICKS_PER_QUARTER,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Provenance,
    Tempo,
)

OFF, HOLD, FIRST_PITCH_TOKEN, LOWEST_PITCH, TOKENS = 0, 1, 2, 48, 38
HIGHEST_PITCH = LOWEST_PITCH + TOKENS - FIRST_PITCH_TOKEN - 1
STEP = TICKS_PER_QUARTER // 4
"""Ticks in one step of the grid: a sixteenth."""
PADDING = -1


class OffGridError(ValueError):
    """A melody that the grid cannot hold, with the reason."""


@dataclass(frozen=True)
class MelodyGrid:
    """One melody: ``(T,)`` tokens, its metre, and the key it sounds in."""

    tokens: Int[np.ndarray, " T"]
    metre: Metre = field(default_factory=Metre)
    key: Key = field(default_factory=Key)

    def piece(
        self, *, program: int = 73, quarters_per_minute: float = 100.0, title: str = ""
    ) -> Piece:
        """The melody as a piece, in the key it is to be heard in.

        Args:
            program: General MIDI program; 73 is a flute.
            quarters_per_minute: Tempo.
            title: Name of the work.
        """
        one = MelodyGrids.stack([self]).melodies
        count = int(one.count[0])
        notes = np.zeros((count, 4), np.int64)
        notes[:, 0], notes[:, 1] = one.onset[0, :count], one.duration[0, :count]
        notes[:, 2] = one.pitch[0, :count] + sounding_shift(self.key)
        notes[:, 3] = 88
        return Piece(
            parts=(Part(notes, "Melody", program),),
            keys=(KeyChange(0, self.key),),
            metres=(self.metre,),
            tempos=(Tempo(0, quarters_per_minute),),
            provenance=Provenance(title=title, source="made with makar"),
        )


def home_tonic(key: Key) -> int:
    """Pitch class that ``key``'s tonic has on the grid: C in major-like modes, A in minor-like."""
    return 9 if key.is_minor else 0


def sounding_shift(key: Key) -> int:
    """Semitones (-5..6) from the grid's C major or A minor to ``key``."""
    shift = (key.tonic - home_tonic(key)) % 12
    return shift - 12 if shift > 6 else shift


@dataclass(frozen=True)
class MelodyGrids(Columnar[MelodyGrid]):
    """A batch of melodies.

    Attributes:
        tokens: ``(B, T)`` int8; ``PADDING`` beyond ``steps``.
        steps: ``(B,)`` sixteenths in each melody.
        metres: ``(B,)`` time signatures.
        keys: ``(B,)`` the keys the melodies are to be heard in.
    """

    tokens: Int[np.ndarray, "B T"]
    steps: Int[np.ndarray, " B"]
    metres: tuple[Metre, ...]
    keys: tuple[Key, ...]

    @classmethod
    def stack(cls, grids: Sequence[MelodyGrid]) -> MelodyGrids:
        """Put single melodies into columns."""
        width = max((len(g.tokens) for g in grids), default=0)
        tokens = np.full((len(grids), width), PADDING, np.int8)
        for row, grid in enumerate(grids):
            tokens[row, : len(grid.tokens)] = grid.tokens
        steps = np.array([len(g.tokens) for g in grids], np.int64)
        return cls(tokens, steps, tuple(g.metre for g in grids), tuple(g.key for g in grids))

    def __len__(self) -> int:
        return len(self.steps)

    def work(self, index: int) -> MelodyGrid:
        """See ``Columnar``."""
        steps = int(self.steps[index])
        return MelodyGrid(self.tokens[index, :steps], self.metres[index], self.keys[index])

    def take(self, indices: Iterable[int]) -> MelodyGrids:
        """The melodies at ``indices``, in that order."""
        rows = np.fromiter(indices, dtype=np.int64)
        metres, keys = tuple(self.metres[i] for i in rows), tuple(self.keys[i] for i in rows)
        return MelodyGrids(self.tokens[rows], self.steps[rows], metres, keys)

    @cached_property
    def melodies(self) -> Melodies:
        """The melodies as notes, in C major or A minor, computed once."""
        columns, count = notes_of_tokens(self.tokens, LOWEST_PITCH)
        width = int(count.max(initial=0))
        return Melodies(
            *columns[:, :, :width],
            count=count,
            length=self.steps * STEP,
            bar=np.array([m.bar for m in self.metres], np.int64),
            beat=np.array([m.beat for m in self.metres], np.int64),
            tonic=np.array([home_tonic(k) for k in self.keys], np.int64),
            minor=np.array([k.is_minor for k in self.keys], bool),
        )


@njit(cache=True)
def notes_of_tokens(tokens: np.ndarray, lowest: int) -> tuple[np.ndarray, np.ndarray]:
    """Onset, duration, pitch ``(3, B, T)`` in ticks, and note counts ``(B,)``, of token rows.

    Token 2 strikes the MIDI pitch ``lowest``.
    """
    B, T = tokens.shape
    columns = np.zeros((3, B, T), np.int64)
    count = np.zeros(B, np.int64)
    for b in range(B):
        sounding = False
        for t in range(T):
            token = tokens[b, t]
            if token == PADDING:
                break
            if token >= FIRST_PITCH_TOKEN:
                columns[0, b, count[b]] = t * STEP
                columns[1, b, count[b]] = STEP
                columns[2, b, count[b]] = token - FIRST_PITCH_TOKEN + lowest
                count[b] += 1
                sounding = True
            elif token == OFF:
                sounding = False
            elif sounding:
                columns[1, b, count[b] - 1] += STEP
    return columns, count


def encode_bars(piece: Piece, first_bar: int, bars: int) -> MelodyGrid:
    """Put ``bars`` full bars of a piece's top voice on the grid, moved to C major or A minor.

    The pickup is left out; a note that is held into the first bar is not heard. The octave is
    the one that brings the melody's middle nearest to the grid's.

    Raises:
        OffGridError: the metre changes within, an onset is off the sixteenth grid, the range
            is too wide, or the bars are empty.
    """
    start, length = first_bar * piece.metre.bar, bars * piece.metre.bar
    inside = [m for m in piece.metres[1:] if m.tick - piece.pickup < start + length]
    if any((m.beats, m.unit) != (piece.metre.beats, piece.metre.unit) for m in inside):
        raise OffGridError("the metre changes within the bars")
    notes = skyline(piece)
    notes = notes[(notes[:, 0] >= start) & (notes[:, 0] < start + length)]
    if not len(notes):
        raise OffGridError("the bars are empty")
    onset = notes[:, 0] - start
    end = np.minimum(onset + notes[:, 1], length)
    if (onset % STEP).any() or piece.metre.bar % STEP:
        raise OffGridError("an onset is off the sixteenth grid (tuplets or thirty-seconds)")
    end = np.maximum(-(-end // STEP) * STEP, onset + STEP)  # shorten nothing below a sixteenth
    pitch = notes[:, 2] - piece.key.tonic + home_tonic(piece.key)
    middle = (LOWEST_PITCH + HIGHEST_PITCH) / 2
    pitch = pitch + 12 * round((middle - (pitch.min() + pitch.max()) / 2) / 12)
    if pitch.min() < LOWEST_PITCH or pitch.max() > HIGHEST_PITCH:
        raise OffGridError("the range is wider than three octaves")
    tokens = np.full(length // STEP, HOLD, np.int8)
    ends = end // STEP
    tokens[ends[ends < len(tokens)]] = OFF
    tokens[onset // STEP] = pitch - LOWEST_PITCH + FIRST_PITCH_TOKEN
    if tokens[0] == HOLD:
        tokens[0] = OFF
    return MelodyGrid(tokens, Metre(0, piece.metre.beats, piece.metre.unit), piece.key)


def legal_after(previous: Int[np.ndarray, " B"]) -> Bool[np.ndarray, "B 38"]:
    """Tokens that mean something after ``previous`` (``PADDING`` at the start of a melody).

    Nothing sounds at the start, so holding is not a choice there; ending a note that has
    just been ended is not one either: silence is kept by holding.
    """
    legal = np.ones((len(previous), TOKENS), bool)
    legal[previous == PADDING, HOLD] = False
    legal[previous == OFF, OFF] = False
    return legal


def grid_json(tokens: Int[np.ndarray, "*V T"], metre: Metre, key: Key) -> bytes:
    """A work on the grid as JSON, as ledgers keep it."""
    frame = {"metre": [metre.beats, metre.unit], "key": [key.tonic, key.mode]}
    return json.dumps({"tokens": tokens.tolist(), **frame}).encode()


def grid_of_json(
    content: bytes, kind: type[np.signedinteger[Any]]
) -> tuple[Int[np.ndarray, "*V T"], Metre, Key]:
    """Tokens of that kind, metre and key of what ``grid_json`` wrote."""
    record = json.loads(content)
    return np.array(record["tokens"], kind), Metre(0, *record["metre"]), Key(*record["key"])
