"""Thousands of pieces in a few arrays: quick to store, to load and to look through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from makar.domains.music.abc.tune import BarTable
from makar.domains.music.melody.melody import skyline
from makar.domains.music.piece.piece import (
    MODES,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Provenance,
    Tempo,
)


@dataclass(frozen=True)
class Columns:
    """The music of ``n`` pieces; the first column of every table but ``notes`` is the piece.

    Attributes:
        notes: Rows of (onset, duration, pitch, velocity), part after part.
        parts: (piece, first note, notes, program, percussion).
        keys: (piece, tick, tonic, number of the mode in ``MODES``).
        metres: (piece, tick, beats, unit).
        tempos: (piece, tick, quarter notes per minute).
        bars: (piece, start, length, beats, unit, heard, opens): see ``BarTable``.
        melody: (piece, onset, duration, pitch) of the top voice; onsets count from the
            piece's beginning, upbeat included.
        pickup: Ticks of each piece's upbeat.
    """

    notes: Int[np.ndarray, "N 4"]
    parts: Int[np.ndarray, "P 5"]
    keys: Int[np.ndarray, "K 4"]
    metres: Int[np.ndarray, "M 4"]
    tempos: Float[np.ndarray, "Q 3"]
    bars: Int[np.ndarray, "R 7"]
    melody: Int[np.ndarray, "L 4"]
    pickup: Int[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.pickup)

    @classmethod
    def of(cls, pieces: Sequence[Piece], tables: Sequence[BarTable]) -> Columns:
        """Put pieces and their bars into columns."""
        parts: list[tuple[int, ...]] = []
        notes, bars, melody = [], [], []
        first = 0
        for n, (piece, table) in enumerate(zip(pieces, tables, strict=True)):
            for part in piece.parts:
                parts.append((n, first, len(part.notes), part.program, int(part.percussion)))
                notes.append(part.notes)
                first += len(part.notes)
            columns = (
                table.start, table.length, table.beats, table.unit, table.heard, table.opens
            )  # fmt: skip
            bars.append(np.stack([np.full(len(table), n), *columns], axis=1))
            top = skyline(piece)
            top[:, 0] += piece.pickup
            melody.append(np.c_[np.full(len(top), n), top])
        keys = [
            (n, k.tick, k.key.tonic, MODES.index(k.key.mode))
            for n, p in enumerate(pieces)
            for k in p.keys
        ]
        metres = [(n, m.tick, m.beats, m.unit) for n, p in enumerate(pieces) for m in p.metres]
        tempos = [
            (n, t.tick, t.quarters_per_minute) for n, p in enumerate(pieces) for t in p.tempos
        ]
        return cls(
            notes=_table(notes, 4),
            parts=_table(parts, 5),
            keys=_table(keys, 4),
            metres=_table(metres, 4),
            tempos=np.array(tempos, np.float64).reshape(-1, 3),
            bars=_table(bars, 7),
            melody=_table(melody, 4),
            pickup=np.array([p.pickup for p in pieces], np.int32),
        )

    @cached_property
    def _first(self) -> Mapping[str, Int[np.ndarray, " n_plus_1"]]:
        """Where each piece's rows begin in each table."""
        pieces = np.arange(len(self) + 1)
        names = ("parts", "keys", "metres", "tempos", "bars", "melody")
        return {name: np.searchsorted(getattr(self, name)[:, 0], pieces) for name in names}

    def rows(self, table: str, piece: int) -> np.ndarray:
        """The rows of one piece in a table, without the piece's number."""
        first = self._first[table]
        return getattr(self, table)[first[piece] : first[piece + 1], 1:]

    def first(self, table: str) -> Int[np.ndarray, " n_plus_1"]:
        """Where each piece's rows begin in a table."""
        return self._first[table]

    def piece(self, index: int, names: Sequence[str], provenance: Provenance) -> Piece:
        """One piece again, with the names of its parts."""
        parts = tuple(
            Part(
                self.notes[first : first + count].astype(np.int64), name, int(program), bool(drums)
            )
            for (first, count, program, drums), name in zip(
                self.rows("parts", index), names, strict=True
            )
        )
        keys = ((int(t), Key(int(tonic), MODES[m])) for t, tonic, m in self.rows("keys", index))
        return Piece(
            parts=parts,
            keys=tuple(KeyChange(t, key) for t, key in keys),
            metres=tuple(Metre(*(int(v) for v in row)) for row in self.rows("metres", index)),
            tempos=tuple(Tempo(int(t), float(q)) for t, q in self.rows("tempos", index)),
            pickup=int(self.pickup[index]),
            provenance=provenance,
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Every table by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _table(rows: Sequence[object], width: int) -> Int[np.ndarray, "N W"]:
    """Rows, or blocks of rows, as one table of 32-bit numbers."""
    if rows and isinstance(rows[0], np.ndarray):
        return np.concatenate(rows).astype(np.int32).reshape(-1, width)  # type: ignore[arg-type]
    return np.array(rows, np.int32).reshape(-1, width)
