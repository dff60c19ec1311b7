"""Phrases as they are written, beside the grid of sixteenths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.music.melody.encoding import encode_line
from makar.domains.music.melody.grid import (
    HOLD,
    OFF,
    PADDING,
    BetweenStepsError,
    MelodyGrids,
    OffGridError,
    legal_after,
)
from makar.domains.music.melody.written import count_odd, encode_written
from makar.domains.music.piece.piece import Key, Metre

FOUR, SIX = Metre(0, 4, 4), Metre(0, 6, 8)


def line(*rows: tuple[int, int, int]) -> np.ndarray:
    return np.array(rows, np.int64).reshape(-1, 3)


def test_a_triplet_is_kept_to_the_tick():
    # a staccato quarter; a triplet with its middle silent; a half
    notes = line((0, 10, 60), (24, 8, 62), (40, 8, 64), (48, 48, 60))
    with pytest.raises(BetweenStepsError):
        encode_line(notes, 0, 96, metre=FOUR, key=Key())
    grid = encode_written(notes, 0, 96, metre=FOUR, key=Key())
    # on the grid a note lasts to the end of its sixteenth; in the odd beat it is as it is written
    assert grid.written is not None
    assert grid.written.tolist() == [[0, 12, 60], [24, 8, 62], [40, 8, 64], [48, 48, 60]]
    assert grid.tokens.tolist() == [
        14, HOLD, OFF, HOLD, 16, HOLD, OFF, 18, 14, *[HOLD] * 7
    ]  # fmt: skip
    grids = MelodyGrids.stack([grid])
    assert grids.melodies.onset.tolist() == [[0, 24, 40, 48]]
    assert grids.unsaid[0].tolist() == [False] * 4 + [True] * 4 + [False] * 8
    assert count_odd([grid]) == (1, 4)
    assert grid.piece().parts[0].notes[:, :2].tolist() == [[0, 12], [24, 8], [40, 8], [48, 48]]


def test_on_the_grid_nothing_changes():
    notes = line((0, 10, 60), (30, 30, 62), (60, 12, 64))
    grid = encode_written(notes, 0, 96, metre=FOUR, key=Key())
    assert grid.written is None
    plain = encode_line(notes, 0, 96, metre=FOUR, key=Key())
    assert np.array_equal(grid.tokens, plain.tokens)
    assert count_odd([grid]) == (0, 4)
    assert not MelodyGrids.stack([grid]).written


def test_duplets_are_on_the_grid_and_quarter_triplets_make_both_their_beats_odd():
    duplet = line((0, 18, 60), (18, 18, 62), (36, 36, 64))
    assert encode_written(duplet, 0, 72, metre=SIX, key=Key()).written is None
    triplet = line((0, 16, 60), (16, 16, 62), (32, 16, 64), (48, 48, 60))
    assert count_odd([encode_written(triplet, 0, 96, metre=FOUR, key=Key())]) == (2, 4)


def test_a_phrase_is_the_same_alone_and_in_company():
    odd = encode_written(line((0, 8, 60), (8, 8, 62), (16, 80, 64)), 0, 96, metre=FOUR, key=Key(2))
    even = encode_written(line((0, 96, 60)), 0, 96, metre=FOUR, key=Key(2))
    both = MelodyGrids.stack([even, odd])
    assert both.melodies.count.tolist() == [1, 3]
    again = both.take([1, 0, 1])
    for row, alone in ((0, odd), (1, even), (2, odd)):
        one = MelodyGrids.stack([alone]).melodies
        count = int(one.count[0])
        assert again.melodies.count[row] == count
        for name in ("onset", "duration", "pitch"):
            assert np.array_equal(
                getattr(again.melodies, name)[row, :count], getattr(one, name)[0, :count]
            )
    assert again[0].written is not None
    assert again[1].written is None


@pytest.mark.parametrize(
    ("notes", "metre", "reason"),
    [
        (line((0, 8, 40), (8, 8, 80)), FOUR, "wider than three octaves"),
        (line((200, 8, 60)), FOUR, "empty"),
        (line((0, 8, 60)), Metre(0, 31, 32), "no whole sixteenths"),
    ],
)
def test_what_cannot_be_kept_is_said(notes, metre, reason):
    with pytest.raises(OffGridError, match=reason):
        encode_written(notes, 0, metre.bar, metre=metre, key=Key())


@given(
    st.lists(st.tuples(st.integers(0, 191), st.integers(0, 60), st.integers(55, 79)), min_size=1)
)
def test_tokens_of_any_line_are_legal(drawn):
    """However notes are played, a model can read what stands for them; none sounds with another."""
    first = {onset: (onset, length, pitch) for onset, length, pitch in sorted(drawn)}
    grid = encode_written(line(*first.values()), 0, 192, metre=FOUR, key=Key())
    before = np.r_[PADDING, grid.tokens[:-1]]
    assert legal_after(before)[np.arange(32), grid.tokens].all()
    melodies = MelodyGrids.stack([grid]).melodies
    assert melodies.onset[0].tolist() == sorted(first)
    ends = melodies.onset[0] + melodies.duration[0]
    assert (ends[:-1] <= melodies.onset[0, 1:]).all()
    assert ends[-1] <= 192
    assert (melodies.duration > 0).all()
