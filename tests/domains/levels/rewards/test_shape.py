import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.rewards import shape

FLAT = "---------- ---------- ---------- XXXXXXXXXX"
HILLS = "---------- -------XXX --XX---XXX XXXXXXXXXX"


def test_linearity_by_hand(draw):
    # platforms: ground 0-1, hill 2-3 one higher, ground 4-6, hill 7-9 two higher
    x, y = np.array([0.5, 2.5, 5, 8]), np.array([1, 2, 1, 3])
    slope, offset = np.polyfit(x, y, 1)
    expected = 1 - np.abs(y - slope * x - offset).mean() / 4
    found = shape.linearity(draw(FLAT, HILLS, FLAT.replace("X", "-")).tiles, MARIO)
    np.testing.assert_allclose(found, [1, expected, np.nan])


def test_a_straight_ramp_is_linear_and_one_platform_too(draw):
    ramp = draw("------ ----XX --XX-- XX----", "------ ------ --XX-- ------").tiles
    np.testing.assert_allclose(shape.linearity(ramp, MARIO), 1)


def test_density_by_hand(draw):
    two_floors = FLAT.replace("---------- XXX", "SSSSS----- XXX", 1)
    assert shape.density(draw(FLAT, two_floors).tiles, MARIO).tolist() == [1, 1]  # no room below
    two_floors = "---------- SSSSS----- ---------- XXXXXXXXXX"
    assert shape.density(draw(two_floors).tiles, MARIO).tolist() == [1.5]


def test_vertical_variety_by_hand(draw):
    two_floors = "---------- SSSSS----- ---------- XXXXX-----"  # five places in two of three rows
    found = shape.vertical_variety(draw(FLAT, two_floors, FLAT.replace("X", "-")).tiles, MARIO)
    np.testing.assert_allclose(found, [0, np.log(2) / np.log(3), np.nan])


def test_shares_by_hand(draw):
    pit = "---------- ---------- ---------- XXXX--XXXX"
    assert shape.empty_share(draw(FLAT, pit).tiles, MARIO).tolist() == pytest.approx([0.75, 0.8])
    assert shape.ground_share(draw(FLAT, pit).tiles, MARIO).tolist() == pytest.approx([1, 0.8])


def test_roles_decide_not_names(draw):
    game = Legend(
        (
            Tile("mist", "decoration", "~"),
            Tile("void", "empty", "."),
            Tile("brick", "solid", "#"),
            Tile("spikes", "hazard", "^"),
        )
    )
    level = draw(".... ~~^. ####", legend=game).tiles  # nobody stands in spikes or on them
    assert shape.standing(level, game)[0].tolist() == [[False] * 4, [True, True, False, True]]
    assert shape.empty_share(level, game).tolist() == pytest.approx([5 / 12])
