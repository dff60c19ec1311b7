from __future__ import annotations

import io
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from makar.domains.music.errors import UnreadableError
from makar.domains.music.midi import midi_bytes, parse_midi, read_midi, write_midi
from makar.domains.music.piece import (
    MODES,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Provenance,
    Tempo,
)
from makar.domains.music.reading import sorted_notes

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


def rows(*notes: tuple[int, int, int, int]) -> np.ndarray:
    return sorted_notes(np.array(notes, np.int64).reshape(-1, 4))


def content(piece: Piece) -> tuple:
    """All that a piece says, in a form that can be compared."""
    parts = [(p.notes.tolist(), p.name, p.program, p.percussion) for p in piece.parts]
    return parts, piece.keys, piece.metres, piece.tempos, piece.pickup, piece.provenance


note_rows = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 200), st.integers(0, 127), st.integers(1, 127)),
    max_size=12,
).map(lambda notes: rows(*notes))
parts = st.builds(Part, note_rows, TEXT, st.integers(0, 127), st.booleans())
metres = st.tuples(st.integers(1, 12), st.sampled_from([1, 2, 4, 8, 16, 32]))


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    def changes(values: st.SearchStrategy, make) -> tuple:
        later = draw(st.lists(st.integers(1, 400), unique=True, max_size=3))
        return tuple(make(tick, draw(values)) for tick in [0, *sorted(later)])

    first = changes(metres, lambda tick, m: Metre(tick, *m))
    keys = st.builds(Key, st.integers(0, 11), st.sampled_from(MODES))
    return Piece(
        parts=tuple(draw(st.lists(parts, max_size=4))),
        keys=changes(keys, KeyChange),
        metres=first,
        tempos=changes(st.floats(4, 999), Tempo),
        pickup=draw(st.integers(0, first[0].bar - 1)),
        provenance=draw(st.builds(Provenance, TEXT, TEXT, TEXT, TEXT)),
    )


@given(pieces())
@example(Piece((Part(rows((0, 48, 60, 9), (12, 12, 60, 99), (0, 48, 60, 9))),)))
@example(Piece((Part(rows(), "", 5),), pickup=24))
@example(Piece((Part(rows((0, 24, 60, 9))),), metres=(Metre(0, 2, 4), Metre(48, 4, 4))))
def test_a_piece_is_read_back_exactly(piece: Piece) -> None:
    reading = parse_midi(midi_bytes(piece), "piece.mid")
    assert [content(p) for p in reading.pieces] == [content(piece)]
    assert not reading.changes
    assert reading.largest_snap == 0
