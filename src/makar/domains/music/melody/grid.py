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
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Int
from numba import njit

from makar.core.columnar import Columnar
from makar.domains.music.melody.melody import SIXTEENTH, Melodies, odd_beats
from makar.domains.music.piece.piece import (
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
STEP = SIXTEENTH
"""Ticks in one step of the grid: a sixteenth."""
PADDING = -1


class OffGridError(ValueError):
    """A melody that the grid cannot hold, with the reason."""


class BetweenStepsError(OffGridError):
    """A melody some of whose notes begin between the sixteenths."""


WrittenRows: TypeAlias = Int[np.ndarray, "N 3"]
"""Rows of (onset, duration, pitch) in ticks, at the grid's pitch, one note at a time."""


@dataclass(frozen=True)
class MelodyGrid:
    """One melody: ``(T,)`` tokens, its metre, and the key it sounds in.

    A phrase of somebody's own may have notes between the sixteenths. Then ``written`` holds it as
    it is, and is what is heard and judged; its tokens are the nearest ones, and stand only for
    what goes before where a model reads on. On the grid it is None.
    """

    tokens: Int[np.ndarray, " T"]
    metre: Metre = field(default_factory=Metre)
    key: Key = field(default_factory=Key)
    written: WrittenRows | None = None

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
        written: ``(B,)`` melodies with notes between the sixteenths as they are, None for the
            others; empty where all are on the grid.
    """

    tokens: Int[np.ndarray, "B T"]
    steps: Int[np.ndarray, " B"]
    metres: tuple[Metre, ...]
    keys: tuple[Key, ...]
    written: tuple[WrittenRows | None, ...] = ()

    @classmethod
    def stack(cls, grids: Sequence[MelodyGrid]) -> MelodyGrids:
        """Put single melodies into columns."""
        width = max((len(g.tokens) for g in grids), default=0)
        tokens = np.full((len(grids), width), PADDING, np.int8)
        for row, grid in enumerate(grids):
            tokens[row, : len(grid.tokens)] = grid.tokens
        steps = np.array([len(g.tokens) for g in grids], np.int64)
        metres, keys = tuple(g.metre for g in grids), tuple(g.key for g in grids)
        between = any(g.written is not None for g in grids)
        return cls(tokens, steps, metres, keys, tuple(g.written for g in grids) if between else ())

    def __len__(self) -> int:
        return len(self.steps)

    def work(self, index: int) -> MelodyGrid:
        """See ``Columnar``."""
        steps = int(self.steps[index])
        written = self.written[index] if self.written else None
        return MelodyGrid(self.tokens[index, :steps], self.metres[index], self.keys[index], written)

    def take(self, indices: Iterable[int]) -> MelodyGrids:
        """The melodies at ``indices``, in that order."""
        rows = np.fromiter(indices, dtype=np.int64)
        metres, keys = tuple(self.metres[i] for i in rows), tuple(self.keys[i] for i in rows)
        written = tuple(self.written[i] for i in rows) if self.written else ()
        return MelodyGrids(self.tokens[rows], self.steps[rows], metres, keys, written)

    @property
    def unsaid(self) -> Bool[np.ndarray, "B T"]:
        """True for the sixteenths of odd beats, whose tokens are not what is written there."""
        odd = np.zeros(self.tokens.shape, bool)
        for b, rows in enumerate(self.written):
            if rows is not None:
                steps, beat = int(self.steps[b]), self.metres[b].beat
                at = np.arange(steps) * STEP // beat
                odd[b, :steps] = odd_beats(rows[:, 0], steps * STEP, beat)[at]
        return odd

    @cached_property
    def melodies(self) -> Melodies:
        """The melodies as notes, in C major or A minor, computed once."""
        columns, count = notes_of_tokens(self.tokens, LOWEST_PITCH)
        if self.written:
            columns, count = _overlaid(columns, count, self.written)
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


def _overlaid(
    columns: np.ndarray, count: np.ndarray, written: Sequence[WrittenRows | None]
) -> tuple[np.ndarray, np.ndarray]:
    """The columns and counts of ``notes_of_tokens`` with the notes that are as written."""
    width = max(columns.shape[2], *(0 if rows is None else len(rows) for rows in written))
    columns = np.pad(columns, ((0, 0), (0, 0), (0, width - columns.shape[2])))
    for b, rows in enumerate(written):
        if rows is not None:
            columns[:, b] = 0
            columns[:, b, : len(rows)] = rows.T
            count[b] = len(rows)
    return columns, count


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
