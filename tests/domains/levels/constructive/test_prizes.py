"""What lies in constructed levels: all of it within reach, and as much of it as was meant."""

import numpy as np

from makar.domains.levels.constructive.build import construct
from makar.domains.levels.constructive.prizes import within_reach
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst

NUMBER = {tile.symbol: number for number, tile in enumerate(MARIO.tiles)}
SYMBOLS = "".join(NUMBER)


def mended(*rows):
    tiles = within_reach(np.array([[NUMBER[s] for s in row] for row in rows], np.uint8))
    return ["".join(SYMBOLS[v] for v in row) for row in tiles]


def open_sky(rows, columns=12):
    return ["-" * columns] * rows


def test_what_is_within_reach_stays():
    rows = [*open_sky(2), "----ooo-----", "----S?S-----", *open_sky(2), "X" * 12]
    assert mended(*rows) == rows


def test_a_row_of_coins_comes_down_together():
    high = ["----ooo-----", *open_sky(6), "X" * 12]
    assert mended(*high) == [*open_sky(2), "----ooo-----", *open_sky(4), "X" * 12]
    over_a_step = ["----ooo-----", *open_sky(6), "-----X------", "X" * 12]
    assert mended(*over_a_step)[2] == "----ooo-----"


def test_coins_that_no_row_can_hold_are_laid_one_by_one():
    rows = ["----oooo----", "XXXXXXXXXXXX", *open_sky(1), "-------X----", "X" * 12]
    rows[0] = "XXX-oooo----"
    assert mended(*rows) == ["XXX---------", "X" * 12, "----oooo----", *rows[3:]]
    low = ["XXX-oooo----", "X" * 12, "-------X----", "X" * 12]
    assert mended(*low) == ["XXX---------", "X" * 12, "----oooX----", "X" * 12]


def test_a_question_block_changes_places_with_a_brick():
    below = [*open_sky(3), "X" * 12]
    rows = ["-----?------", *open_sky(5), "---S----S---", *below]
    assert mended(*rows) == ["-----S------", *open_sky(5), "---?----S---", *below]
    alone = ["-----Q------", *open_sky(7), "X" * 12]
    assert mended(*alone) == ["-----S------", *open_sky(7), "X" * 12]


def test_of_constructed_levels_everything_can_be_taken():
    levels = construct(40, 150, seed=6)
    found = Analyst(MARIO)(levels)
    assert (found.won == 1).all()
    assert (found.reachable == 1).all()
    coins, blocks = (there[levels.tiles] for there in (MARIO.having("reward"), MARIO.bumped))
    assert coins.sum() / levels.tiles.shape[2] > 0.8 * 40 * 28.5 / 200
    assert blocks.sum() / levels.tiles.shape[2] > 0.8 * 40 * 17.1 / 200
    rows = np.argwhere(coins | blocks)[:, 1]
    assert rows.std() > 0.8 * 3.47  # before they were put within reach


def test_nothing_else_of_a_level_changes():
    noise = np.random.default_rng(0).integers(0, len(MARIO.tiles), (6, 12, 30)).astype(np.uint8)
    for tiles in noise:
        after = within_reach(tiles)
        for role in ("solid", "enemy", "hazard"):
            there = MARIO.having(role)
            assert np.array_equal(there[tiles], there[after])
        reachable = Analyst(MARIO)(Levels(after[None], MARIO.names)).reachable[0]
        assert reachable == 1 or np.isnan(reachable)
