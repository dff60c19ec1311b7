"""The columns that rewards read, against notes written down by hand."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.melody.melody import HasMelodies, melodies_of, skyline
from makar.domains.music.piece.piece import Key, KeyChange, Metre, Part, Piece, Pieces


def part(*rows: tuple[int, int, int], percussion: bool = False) -> Part:
    notes = np.array([(*row, 80) for row in rows], np.int64).reshape(-1, 4)
    return Part(notes, percussion=percussion)


def test_skyline_is_the_top_voice_cut_where_the_next_note_begins() -> None:
    chords = part((0, 48, 60), (0, 24, 67), (24, 96, 64), (24, 6, 62), (72, 24, 65))
    drums = part((0, 6, 99), percussion=True)
    below = part((0, 96, 84))
    piece = Piece(parts=(drums, part(), chords, below))
    assert skyline(piece).tolist() == [[0, 24, 67], [24, 48, 64], [72, 24, 65]]
    assert skyline(Piece(parts=(drums,))).shape == (0, 3)
    assert skyline(Piece(parts=())).shape == (0, 3)


def test_onsets_count_from_the_first_full_bar() -> None:
    piece = Piece(parts=(part((0, 24, 60), (24, 24, 62)),), pickup=24)
    assert skyline(piece)[:, 0].tolist() == [-24, 0]
    melodies = melodies_of(Pieces((piece,)))
    assert melodies.count.tolist() == [1], "the upbeat is left out"
    assert melodies.length.tolist() == [96]


def test_columns_of_pieces() -> None:
    first = Piece(
        parts=(part((0, 36, 62), (36, 36, 69), (72, 12, 65)),),
        keys=(KeyChange(0, Key(2, "dorian")),),
        metres=(Metre(0, 6, 8),),
    )
    melodies = melodies_of(Pieces((first, Piece(parts=()))))
    assert melodies.onset.tolist() == [[0, 36, 72], [0, 0, 0]]
    assert melodies.duration.tolist() == [[36, 36, 12], [0, 0, 0]]
    assert melodies.pitch.tolist() == [[62, 69, 65], [0, 0, 0]]
    assert melodies.count.tolist() == [3, 0]
    assert melodies.length.tolist() == [144, 96], "rounded up to whole bars"
    assert melodies.bar.tolist() == [72, 96]
    assert melodies.beat.tolist() == [36, 24]
    assert melodies.tonic.tolist() == [2, 0]
    assert melodies.minor.tolist() == [True, False]
    assert melodies.sounding.tolist() == [[True] * 3, [False] * 3]
    taken = melodies.take([1, 0])
    assert taken.count.tolist() == [0, 3]
    assert len(taken) == 2


def test_a_grid_and_its_piece_show_the_same_melody() -> None:
    tokens = np.array([14, 1, 0, 1, 18, 1, 1, 1, 21, 0, 1, 1, 14, 14, 1, 1], np.int8)
    grids = MelodyGrids.stack([MelodyGrid(tokens)])
    pieces = Pieces(tuple(g.piece() for g in grids))
    assert isinstance(grids, HasMelodies)
    one, other = melodies_of(grids), melodies_of(pieces)
    for column in ("onset", "duration", "pitch", "count", "length", "bar", "beat", "tonic"):
        np.testing.assert_array_equal(getattr(one, column), getattr(other, column), column)
    assert melodies_of(one) is one


def test_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="list has no melodies"):
        melodies_of([1])
