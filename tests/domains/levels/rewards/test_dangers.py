import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.rewards import dangers

CALM = "-------------------- -------------------- XXXXXXXXXXXXXXXXXXXX"
HARD = "-------------------- --E----E----o------- XXXX---XXXX-XXXXXXXX"


def test_counts_by_hand(draw):
    tiles = draw(CALM, HARD).tiles
    assert dangers.enemies(tiles, MARIO).tolist() == [0, 10]
    assert dangers.rewards(tiles, MARIO).tolist() == [0, 5]
    assert dangers.gaps(tiles, MARIO).tolist() == [0, 10]
    np.testing.assert_allclose(dangers.gap_width(tiles, MARIO), [np.nan, 2])


def test_heights_of_what_is_collected_by_hand(draw):
    two = "o" + "-" * 9 + " " + ("-" * 10 + " ") * 3 + "?" + "-" * 9
    level = ("-" * 10 + " ") * 4 + "oQ" + "-" * 8
    tiles = draw(two, level, ("-" * 10 + " ") * 5).tiles
    np.testing.assert_allclose(dangers.reward_heights(tiles, MARIO), [2, 0, np.nan])
    assert len(dangers.reward_heights(tiles[:0], MARIO)) == 0


def test_leniency_by_hand(draw):
    # two enemies, two gaps of two columns on average: -(2 + 2 / 2 + 2) in 20 columns
    assert dangers.leniency(draw(CALM, HARD).tiles, MARIO).tolist() == pytest.approx([0, -25])


def test_a_stretch_of_spikes_is_one_hazard(draw):
    game = Legend(
        (Tile("air", "empty", "."), Tile("rock", "solid", "#"), Tile("spikes", "hazard", "^"))
    )
    tiles = draw(".......... .^^^..^^.. ##########", legend=game).tiles
    assert dangers.leniency(tiles, game).tolist() == pytest.approx([-10])


def test_spread_by_hand(draw):
    everywhere = "E-" * 10 + " " + "-X" * 10
    together = "EE" + "-" * 18 + " " + "XXXX--" + "X" * 14
    two = "-E" + "-" * 8 + "E" + "-" * 9 + " " + "X" * 20
    tiles = draw(everywhere, together, two).tiles
    np.testing.assert_allclose(
        dangers.enemy_spread(tiles, MARIO), [1, 0, np.log(2) / np.log(10)], atol=1e-12
    )
    np.testing.assert_allclose(dangers.gap_spread(tiles, MARIO), [1, 0, np.nan], atol=1e-12)


def test_a_gap_counts_where_it_begins(draw):
    wide = "-" * 20 + " " + "X--------X--XXXXXXXX"  # over five segments, and a small one
    expected = np.log(2) / np.log(10)
    assert dangers.gap_spread(draw(wide).tiles, MARIO).tolist() == pytest.approx([expected])


def test_segments_are_as_equal_as_they_can_be(draw):
    tiles = draw("E" * 25 + " " + "X" * 25, "E" * 7 + "-" * 18 + " " + "X" * 25).tiles
    sizes = np.array([2, 3] * 5) / 25
    expected = -(sizes * np.log(sizes)).sum() / np.log(10)
    first = np.array([2, 3, 2]) / 7
    assert dangers.enemy_spread(tiles, MARIO).tolist() == pytest.approx(
        [expected, -(first * np.log(first)).sum() / np.log(10)]
    )
