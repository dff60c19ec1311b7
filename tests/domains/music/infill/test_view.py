"""What the model reads around a hole, and how its tokens become notes of the piece."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.infill.codec import ANY_PITCH, FREE, NEW, Surroundings
from makar.domains.music.infill.hole import Hole, beyond, find_hole
from makar.domains.music.infill.view import (
    keep_rhythm,
    key_by_ear,
    on_grid,
    tokens_of,
    typical_velocity,
    view,
)
from makar.domains.music.melody.grid import HOLD, OFF, encode_bars
from makar.domains.music.musicxml.bars import bars
from makar.domains.music.piece.piece import Key, Metre, Part, Piece

SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


COMMON = (Metre(),)


def tune(*, rows=None, metres=COMMON, pickup=0):
    rows = [(n * 24, 24, SCALE[n % 8], 60 + n) for n in range(32)] if rows is None else rows
    return Piece((Part(np.array(rows).reshape(-1, 4)),), metres=metres, pickup=pickup)


def seen(piece, span, **options):
    every = bars(piece)
    return view(piece, every, find_hole(piece, every, 0, span, path="x"), path="x", **options)


def test_bars_around_a_hole_by_hand():
    found = seen(tune(), (4, 5))
    assert found.shift == 0
    before = np.frombuffer(found.around.before, np.uint8)
    assert before[::4].tolist() == [14, 16, 18, 19, 21, 23, 25, 26, 14, 16, 18, 19]
    assert set(before[1::4]) == {HOLD}
    assert len(found.around.after) == 48
    assert found.around.after[::4] == bytes([21, 23, 25, 26, 14, 16, 18, 19, 21, 23, 25, 26])
    assert np.frombuffer(found.around.frame, np.uint8).tolist() == [NEW] + [FREE] * 31


@pytest.mark.parametrize("tonic", range(12))
def test_the_key_and_the_octave_do_not_matter_to_the_model(tonic):
    here = seen(tune(), (4, 5))
    moved = tune().transposed(tonic - 12)
    there = seen(moved, (4, 5))
    assert there.around == here.around
    made = np.array([21, 1, 1, 1] * 8)
    shift = there.notes(made, 80)[:, 2] - here.notes(made, 80)[:, 2]
    assert set(shift) == {tonic - 12}


def test_what_is_read_is_what_the_corpus_is_read_as():
    """Context and corpus go through different code; on whole tunes both must say the same."""
    corpus, compared = load_corpus(), 0
    for row in corpus.rows("heldout")[:60]:
        piece = corpus[int(row)]
        if len(piece.metres) > 1 or len(bars(piece)) < 9:
            continue
        try:
            grid = encode_bars(piece, 0, 8)
            found = seen(piece, (4, 5))
        except ValueError:
            continue
        steps = piece.metre.bar // 6
        start, stop = 3 * steps, 5 * steps
        before = np.frombuffer(found.around.before, np.uint8)
        here = grid.tokens[start - len(before) : start].astype(int)
        pitched = (before >= 2) & (here >= 2)
        assert ((before >= 2) == (here >= 2)).all()
        assert len(set((here - before.astype(int))[pitched] % 12) | {0}) == 1
        assert np.array_equal(found.was[found.was < 2], grid.tokens[start:stop][found.was < 2]) or (
            found.was[0] < 2
        )
        compared += 1
    assert compared > 20


@given(st.integers(0, 31), st.integers(1, 8), st.integers(48, 83))
def test_tokens_and_notes_are_each_others_inverse(at, length, pitch):
    rows = np.array([(at * 6, length * 6, pitch, 80)])
    tokens = tokens_of(rows, 0, 192, 0)
    hole = Hole(0, tuple(bars(tune())[:2]))
    piece = tune(rows=[(800, 24, 65, 80)])
    found = view(piece, bars(piece), hole, path="x")
    again = found.notes(tokens, 80)
    assert (again[:, 2] + found.shift).tolist() == [pitch]
    assert again[0, :2].tolist() == [at * 6, min(length, 32 - at) * 6]


def test_tuplets_around_are_read_at_the_nearest_sixteenth_and_said():
    rows = [(n * 8, 8, 60 + n % 12, 80) for n in range(96)]
    found = seen(tune(rows=rows), (4, 5))
    assert found.rounded == 48  # of three notes a beat, two; 24 beats around
    assert not on_grid(tune(rows=rows).parts[0].notes, found.hole)
    assert len(found.around.before) == 48


def test_notes_over_both_bar_lines_bind_the_frame():
    rows = [(0, 24, 60, 80), (72, 48, 64, 80), (168, 48, 67, 80), (216, 48, 60, 80)]
    found = seen(tune(rows=rows), (2, 2))
    frame = np.frombuffer(found.around.frame, np.uint8).tolist()
    assert frame[:5] == [HOLD] * 4 + [NEW]
    assert frame[5:12] == [FREE] * 7
    assert frame[13:] == [HOLD] * 3
    assert 2 <= frame[12] <= 37
    assert found.around.after[0] == HOLD
    made = np.array(frame)
    made[4:12] = [26, 1, 1, 1, 1, 1, 1, 1]
    notes = found.notes(made, 80)
    assert notes[:, :2].tolist() == [[120, 48]]  # ends where the kept note begins


def test_a_triplet_over_the_bar_line_is_kept_exactly():
    rows = [(80, 32, 64, 80), (112, 32, 65, 80), (184, 16, 67, 80)]
    found = seen(tune(rows=rows), (2, 2))
    assert found.kept[:, :2].tolist() == [[80, 32], [184, 16]]
    made = np.array([HOLD] * 3 + [20] + [HOLD] * 10 + [30, HOLD])
    notes = found.notes(made, 80)
    assert notes[:, 0].tolist() == [96 + 18]
    assert int(notes[0, 0] + notes[0, 1]) <= 184


def test_context_ends_where_the_metre_changes_and_upbeats_are_not_read():
    piece = tune(metres=(Metre(), Metre(2 * 96, 3, 4)))
    found = seen(piece, (4, 4))
    assert len(found.around.before) == 12
    piece = tune(pickup=24)
    assert len(seen(piece, (3, 3)).around.before) == 32


def test_a_piece_of_one_note_can_be_gone_on_with():
    piece = tune(rows=[(0, 96, 60, 80)])
    hole = Hole(0, beyond(bars(piece), 2))
    found = view(piece, (*bars(piece), *hole.bars), hole, path="x")
    assert np.frombuffer(found.around.before, np.uint8).tolist()[1:] == [HOLD] * 15
    assert found.around.after == b""
    assert found.notes(np.array([20] + [1] * 31), 70)[0, :2].tolist() == [96, 192]


def test_wide_and_extreme_melodies_are_read_within_three_octaves():
    rows = [(n * 24, 24, 20 + 3 * n, 80) for n in range(32)]
    found = seen(tune(rows=rows), (4, 5))
    for side in (found.around.before, found.around.after):
        assert max(side) <= 37


def test_varying_keeps_the_rhythm_and_what_is_to_be_kept():
    was = np.array([20, 1, 22, OFF, HOLD, 24])
    around = Surroundings(frame=bytes([NEW] + [FREE] * 4 + [30]))
    frame = keep_rhythm(was, np.array([True, False, False, False, False, False]), around).frame
    assert list(frame) == [20, HOLD, ANY_PITCH, OFF, HOLD, 30]


@pytest.mark.parametrize("key", [Key(0), Key(7), Key(9, "minor"), Key(2, "minor")])
def test_the_key_by_ear(key):
    degrees = [0, 2, 4, 5, 7, 9, 11] if not key.is_minor else [0, 2, 3, 5, 7, 8, 11]
    weights = [4, 1, 2, 1, 3, 1, 1]
    rows = [(0, 24 * w, 60 + key.tonic + d, 80) for d, w in zip(degrees, weights, strict=True)]
    assert key_by_ear(np.array(rows)) == key
    assert key_by_ear(np.zeros((0, 4), np.int64)) == Key()


def test_made_notes_are_as_loud_as_their_neighbours():
    piece = tune()
    hole = seen(piece, (5, 6)).hole
    near = sorted(60 + n for n in [*range(8, 16), *range(24, 32)])
    assert typical_velocity(piece.parts[0], hole) == int(np.median(near))
    assert typical_velocity(Part(np.zeros((0, 4), np.int64)), hole) == 80
