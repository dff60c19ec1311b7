"""What the model reads around a hole, and how its tokens become notes of the piece."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.infill.codec import ANY_PITCH, FREE, NEW, Surroundings
from makar.domains.music.infill.hole import Hole, beyond, find_hole
from makar.domains.music.infill.line import on_grid, tokens_of
from makar.domains.music.infill.view import keep_rhythm, view
from makar.domains.music.melody.encoding import encode_bars
from makar.domains.music.melody.grid import HOLD, OFF
from makar.domains.music.musicxml.bars import bars
from makar.domains.music.piece.piece import Metre, Part, Piece

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
    shift = there.notes(made)[:, 2] - here.notes(made)[:, 2]
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
    again = found.notes(tokens)
    assert (again[:, 2] + found.shift).tolist() == [pitch]
    assert again[0, :2].tolist() == [at * 6, min(length, 32 - at) * 6]


def test_tuplets_around_are_read_at_the_nearest_sixteenth_and_said():
    rows = [(n * 8, 8, 60 + n % 12, 80) for n in range(96)]
    found = seen(tune(rows=rows), (4, 5))
    assert found.rounded == 48  # of three notes a beat, two; 24 beats around
    assert on_grid(tune(rows=rows).parts[0].notes, found.hole)  # each has a sixteenth of its own
    faster = [(n * 4, 4, 60 + n % 12, 80) for n in range(192)]
    assert not on_grid(tune(rows=faster).parts[0].notes, found.hole)
    assert len(found.around.before) == 48


OVER_BOTH = [(0, 24, 60, 80), (72, 48, 64, 80), (168, 48, 67, 80), (216, 48, 60, 80)]


def test_a_note_belongs_to_where_it_begins():
    found = seen(tune(rows=OVER_BOTH), (2, 2))
    assert found.kept[:, :2].tolist() == [[72, 48]]
    assert found.inside[:, :2].tolist() == [[168, 48]]
    frame = np.frombuffer(found.around.frame, np.uint8).tolist()
    assert frame == [HOLD] * 4 + [NEW] + [FREE] * 11
    assert found.around.after[:4] == bytes([OFF, HOLD, HOLD, HOLD])  # what was held over is gone
    made = np.array([HOLD] * 4 + [26] + [HOLD] * 11)
    assert found.notes(made)[:, :2].tolist() == [[120, 72]]


def test_what_notation_has_tied_into_the_next_bar_is_struck_there():
    piece = tune(rows=OVER_BOTH)
    every = bars(piece)
    found = view(piece, every, find_hole(piece, every, 0, (2, 2), path="x"), path="x", written=True)
    assert found.around.after[0] >= 2
    assert found.pinned.tolist() == [12]  # varied bars keep that note's pitch


def test_a_downbeat_struck_early_belongs_to_its_bar():
    rows = [(n * 24 - (n % 4 == 0 and n > 0) * 2, 24, 60 + n % 8, 80) for n in range(32)]
    found = seen(tune(rows=rows), (3, 4))
    assert found.inside[[0, -1], 0].tolist() == [190, 360]
    assert not len(found.kept)
    made = found.notes(np.array([HOLD, OFF] + [HOLD] * 29 + [20]))
    assert int(made[-1, 0] + made[-1, 1]) <= 382  # where the next bar is struck


def test_a_triplet_over_the_bar_line_is_kept_exactly():
    rows = [(80, 32, 64, 80), (112, 32, 65, 80), (184, 16, 67, 80)]
    found = seen(tune(rows=rows), (2, 2))
    assert found.kept[:, :2].tolist() == [[80, 32]]
    made = np.array([HOLD] * 3 + [20] + [HOLD] * 10 + [30, HOLD])
    assert found.notes(made)[:, 0].tolist() == [96 + 18, 96 + 84]


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
    assert found.notes(np.array([20] + [1] * 31))[0, :2].tolist() == [96, 192]


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


@pytest.mark.parametrize(
    ("metre", "span", "known"),
    [
        (Metre(0, 8, 4), (2, 2), "4/4"),
        (Metre(0, 3, 8), (9, 10), "6/8"),
        (Metre(0, 1, 4), (9, 12), "4/4"),
        (Metre(0, 4, 8), (5, 6), "2/4"),
    ],
)
def test_bars_that_no_tune_had_are_read_as_those_they_are_made_of(metre, span, known):
    found = seen(tune(metres=(metre,)), span)
    assert str(found.metre) == known
    assert found.steps % found.steps_in_bar == 0
    assert len(found.around.before) % found.steps_in_bar == 0
    assert 0 < len(found.around.before) <= 64
