import numpy as np
import pytest

import spoiled_levels
from makar.domains.levels.constructive.build import construct
from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst

LEVELS = construct(8, 112, seed=0).tiles
ENEMY = MARIO.names.index("enemy")


def spoiled(scramble):
    return scramble(LEVELS, MARIO, np.random.default_rng(0))


@pytest.mark.parametrize("name", spoiled_levels.SCRAMBLES)
def test_every_scramble_spoils_every_level_and_repeats(name):
    scramble, before = spoiled_levels.SCRAMBLES[name], LEVELS.copy()
    bad = spoiled(scramble)
    assert bad.shape == LEVELS.shape
    assert (bad != LEVELS).any((1, 2)).all()
    np.testing.assert_array_equal(LEVELS, before)
    np.testing.assert_array_equal(bad, spoiled(scramble))


def test_columns_stay_whole():
    for scramble in (spoiled_levels.shuffled_columns, spoiled_levels.shuffled_pieces):
        for level, bad in zip(LEVELS, spoiled(scramble), strict=True):
            assert sorted(map(bytes, level.T)) == sorted(map(bytes, bad.T))
    pieces = spoiled(spoiled_levels.shuffled_pieces).reshape(8, 14, 14, 8)
    whole = {piece.tobytes() for piece in LEVELS.reshape(8, 14, 14, 8).transpose(0, 2, 1, 3)[0]}
    assert {piece.tobytes() for piece in pieces.transpose(0, 2, 1, 3)[0]} == whole


def test_rows_keep_their_tiles():
    bad = spoiled(spoiled_levels.random_tiles)
    np.testing.assert_array_equal(np.sort(bad, axis=2), np.sort(LEVELS, axis=2))


def test_noise_hits_one_cell_in_twenty_at_most():
    changed = (spoiled(spoiled_levels.noisy_tiles) != LEVELS).mean()
    assert 0.005 < changed < 0.05


def test_crowds_stand_on_something():
    bad = spoiled(spoiled_levels.crowded)
    level, row, column = np.nonzero((bad == ENEMY) & (LEVELS != ENEMY))
    assert len(level) > 8 * 30
    assert MARIO.having("solid")[bad[level, row + 1, column]].all()
    kind = Legend((Tile("air", "empty", "."), Tile("rock", "solid", "#")))
    flat = np.array([[[0, 0], [1, 1]]], np.uint8)
    np.testing.assert_array_equal(
        spoiled_levels.crowded(flat, kind, np.random.default_rng(0)), flat
    )


def test_a_cut_cannot_be_crossed():
    bad = Levels(spoiled(spoiled_levels.cut_through), MARIO.names)
    assert (Analyst(MARIO)(bad).won == 0).all()


def test_screens():
    again = spoiled(spoiled_levels.screens_repeated).reshape(8, 14, 4, 28)
    np.testing.assert_array_equal(again, np.broadcast_to(again[:, :, :1], again.shape))
    others = spoiled(spoiled_levels.screens_exchanged).reshape(8, 14, 4, 28)
    for place in range(4):
        ours = {screen.tobytes() for screen in LEVELS.reshape(8, 14, 4, 28)[:, :, place]}
        assert {screen.tobytes() for screen in others[:, :, place]} == ours
