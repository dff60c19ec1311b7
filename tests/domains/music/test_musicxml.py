from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.domains.music.musicxml import musicxml, parse_musicxml
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

WORDS = st.text("abZ0&<>\"'ä♯日]", min_size=1, max_size=9)


def rows(*notes: tuple[int, int, int, int]) -> np.ndarray:
    return sorted_notes(np.array(notes, np.int64).reshape(-1, 4))


def content(piece: Piece) -> tuple:
    parts = [(p.notes.tolist(), p.name, p.program, p.percussion) for p in piece.parts]
    return parts, piece.keys, piece.metres, piece.tempos, piece.pickup, piece.provenance


note_rows = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 200), st.integers(0, 127), st.integers(1, 127)),
    min_size=1,
    max_size=12,
).map(lambda notes: rows(*notes))


def changing(draw: st.DrawFn, values: st.SearchStrategy, ticks: list[int]) -> list[tuple]:
    """Changes at 0 and some of ``ticks``, none of them to what already holds."""
    chosen = [0, *sorted(draw(st.lists(st.sampled_from(ticks), unique=True, max_size=3)))]
    found = [(tick, draw(values)) for tick in chosen]
    return [c for i, c in enumerate(found) if not i or c[1] != found[i - 1][1]]


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    metres = st.tuples(st.integers(1, 12), st.sampled_from([1, 2, 4, 8, 16, 32]))
    first = Metre(0, *draw(metres))
    pickup = draw(st.integers(0, first.bar - 1))
    bar_lines = [pickup + first.bar * n for n in range(1, 4)]
    keys = st.builds(Key, st.integers(0, 11), st.sampled_from(MODES))
    part = st.builds(Part, note_rows, WORDS, st.integers(0, 127), st.booleans())
    later = draw(metres)
    metre_changes = (first,)
    if later != (first.beats, first.unit):
        metre_changes = (first, Metre(draw(st.sampled_from(bar_lines)), *later))
    return Piece(
        parts=(
            Part(draw(note_rows), "First", 3),
            *draw(st.lists(part, max_size=2)),
        ),
        keys=tuple(KeyChange(t, k) for t, k in changing(draw, keys, [1, 50, *bar_lines])),
        metres=metre_changes,
        tempos=tuple(
            Tempo(t, q) for t, q in changing(draw, st.floats(4, 999), [1, 50, *bar_lines])
        ),
        pickup=pickup,
        provenance=draw(st.builds(Provenance, WORDS, WORDS, WORDS, WORDS)),
    )


@settings(deadline=None)
@given(pieces())
def test_a_piece_is_read_back_exactly(piece: Piece) -> None:
    reading = parse_musicxml(musicxml(piece).encode(), "piece.musicxml")
    assert [content(p) for p in reading.pieces] == [content(piece)]
    assert not reading.changes
    assert reading.largest_snap == 0
