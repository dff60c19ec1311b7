import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Levels
from makar.domains.levels.platform.collectables import Collectables

SKY, GROUND, QUESTION, COIN = 0, 1, 3, 10


def test_what_lies_in_levels_is_counted_by_hand():
    tiles = np.full((2, 10, 50), SKY, np.uint8)
    tiles[:, 9] = GROUND
    tiles[0, 8, 10:14] = COIN
    tiles[0, 0, 20] = COIN  # out of reach
    tiles[1, 5, 30] = QUESTION
    found = Collectables.of(Levels(tiles, MARIO.names), MARIO)
    assert (found.coins, found.blocks) == (5, 1)
    assert found.spread == pytest.approx(np.std([8] * 4 + [0, 5]))
    assert found.reachable == pytest.approx(5 / 6)
    assert found.as_json()["reachable"] == found.reachable
    share, counts = found.beside(Collectables(10, 2, 3.5, 1))
    assert share.strip() == "83.3% of what lies there can be taken, of the maps' 100.0%"
    assert "5.0 coins (the maps' 10.0), 1.0 blocks to bump (2.0)" in counts


def test_where_nothing_lies_nothing_is_said():
    found = Collectables.of(Levels(np.zeros((2, 10, 50), np.uint8), MARIO.names), MARIO)
    assert (found.coins, found.blocks) == (0, 0)
    assert np.isnan([found.spread, found.reachable]).all()
    assert found.as_json() == {"coins": 0, "blocks": 0, "spread": None, "reachable": None}
    assert found.beside(found) == []
