"""Made bars are as loud, as short and as swung as the bars around them."""

import numpy as np
import pytest

from makar.domains.music.infill.feel import Feel, feel_of, straightened, swung
from makar.domains.music.infill.hole import Hole
from makar.domains.music.musicxml.bars import bars
from makar.domains.music.piece.piece import Metre, Part, Piece

MADE = np.array([(192 + 12 * n, 12, 60 + n % 5, 0) for n in range(16)])


def listened(rows, *, written=False, metre=None):
    piece = Piece((Part(np.array(rows)),), metres=(metre or Metre(),))
    every = bars(piece)
    hole = Hole(0, tuple(every[2:4]))
    outside = piece.parts[0].notes
    outside = outside[(outside[:, 0] < hole.start) | (outside[:, 0] >= hole.end)]
    return feel_of(outside, every, hole, written=written), hole


def test_loudness_is_that_of_the_same_place_in_the_bar():
    accents = [100, 60, 80, 60]
    feel, hole = listened([(n * 24, 24, 60, accents[n % 4]) for n in range(32)])
    made = feel.played(MADE[::2], hole)
    assert made[:, 3].tolist() == accents * 2


def test_mean_loudness_is_that_of_the_neighbours_wherever_the_made_notes_stand():
    draw = np.random.default_rng(1)
    loud = draw.integers(40, 110, 32)
    feel, hole = listened([(n * 24, 24, 60, loud[n]) for n in range(32)])
    around = [*loud[:8], *loud[16:]]
    for rows in (MADE, MADE[::4], MADE[1::2], MADE[:3]):
        assert feel.played(rows, hole)[:, 3].mean() == pytest.approx(np.mean(around), abs=1)


def test_a_louder_half_is_followed():
    feel, hole = listened([(n * 24, 24, 60, 50 if n < 12 else 100) for n in range(32)])
    made = feel.played(MADE, hole)[:, 3]
    assert made[:8].mean() < made[8:].mean()


@pytest.mark.parametrize("gap", [-2, 0, 2, 5, 8, 12])
def test_gaps_are_those_of_the_neighbours(gap):
    feel, hole = listened([(n * 24, 24 - gap, 60 + n % 5, 80) for n in range(32)])
    made = feel.played(MADE[::2] + np.array([0, 12, 0, 0]), hole)
    between = made[1:, 0] - made[:-1, 0] - made[:-1, 1]
    assert np.abs(between - gap).max() <= 3
    assert int(made[-1, 0] + made[-1, 1]) == hole.end - max(gap, 0)


def test_a_pitch_struck_again_is_not_run_into():
    feel, hole = listened([(n * 24, 26, 60 + n % 5, 80) for n in range(32)])
    again = MADE.copy()
    again[:, 2] = 60
    made = feel.played(again, hole)
    assert ((made[1:, 0] - made[:-1, 0]) >= made[:-1, 1]).all()


def test_notation_has_no_gaps_and_rests_are_no_gaps():
    feel, hole = listened([(n * 24, 12, 60, 80) for n in range(32)], written=True)
    assert feel.played(MADE, hole)[:, 1].tolist() == [12] * 16
    feel, hole = listened([(n * 48, 24, 60, 80) for n in range(16)])  # a rest on every other beat
    assert feel.played(MADE, hole)[:, 1].tolist() == [12] * 16


def swinging(second):
    return [(24 * n + o, d, 60 + n % 7, 80) for n in range(32) for o, d in
            ((0, second), (second, 24 - second))]  # fmt: skip


@pytest.mark.parametrize("second", [14, 15, 16, 17])
def test_made_bars_swing_as_their_neighbours_do(second):
    feel, hole = listened(swinging(second))
    assert feel.swings
    made = feel.played(MADE, hole)
    assert set(made[:, 0] % 24) == {0, second}
    assert (made[1:, 0] == made[:-1, 0] + made[:-1, 1]).all()


@pytest.mark.parametrize("second", [12, 18])
def test_even_and_dotted_eighths_do_not_swing(second):
    feel, hole = listened(swinging(second))
    assert not feel.swings
    assert (feel.played(MADE, hole)[:, 0] == MADE[:, 0]).all()


def test_what_is_swung_is_straightened_again():
    ticks = np.arange(0, 200)
    back = straightened(swung(ticks, 16.0, 0), 16.0, 0)
    assert np.abs(back - ticks).max() <= 1
    assert swung(np.array([12, 18, 24, 36]), 16.0, 0).tolist() == [16, 20, 24, 40]


def test_without_neighbours_a_common_loudness_is_taken():
    made = Feel().played(MADE, Hole(0, tuple(bars(Piece((Part(MADE),)))[2:4])))
    assert set(made[:, 3]) == {80}
