"""Columns follow one another as they do in the maps, and nothing else does."""

import numpy as np

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Levels
from makar.domains.levels.platform.baselines import ColumnChain
from makar.domains.levels.tiles.codec import COLUMNS

AIR, GROUND = (MARIO.names.index(name) for name in ("sky", "ground"))


def level(heights):
    tiles = np.full((14, len(heights)), AIR, np.uint8)
    for column, height in enumerate(heights):
        tiles[14 - height :, column] = GROUND
    return tiles


def heights(tiles):
    return (tiles == GROUND).sum(0).tolist()


def test_three_columns_running_were_ones_of_the_maps():
    known = [[1, 2, 3, 1, 2, 3, 1, 2, 3, 1], [2, 3, 3, 2, 3, 3, 2, 3, 3, 2]]
    chain = ColumnChain(Levels(np.stack([level(h) for h in known]), MARIO.names), MARIO)
    made = chain([Prompt(condition={COLUMNS: 40})] * 6, Seeds(1))
    met = {tuple(h[i : i + 3]) for h in known for i in range(len(h) - 2)}
    assert made.tiles.shape == (6, 14, 40)
    for tiles in made.tiles:
        told = heights(tiles)
        assert {tuple(told[i : i + 3]) for i in range(38)} <= met
    assert len({tuple(heights(tiles)) for tiles in made.tiles}) > 1


def test_where_nothing_followed_these_two_the_last_one_says_and_at_an_end_any_may_come():
    chain = ColumnChain(Levels(np.stack([level([1, 2, 5])]), MARIO.names), MARIO)
    assert chain.after[(0, 1)] == [2]
    told = heights(chain([Prompt(condition={COLUMNS: 30})], Seeds(2)).tiles[0])
    assert told[:3] == [1, 2, 5]
    assert set(told) == {1, 2, 5}
