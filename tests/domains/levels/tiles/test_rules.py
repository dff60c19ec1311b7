import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.tiles.rules import NONE, TileRules

NUMBER = {tile.symbol: n for n, tile in enumerate(MARIO.tiles)}
SKY, GROUND, ENEMY = NUMBER["-"], NUMBER["X"], NUMBER["E"]
TUBE = """
------------
--<>--------
--[]---E-<>-
--[]-SSS-[]-
XXXXXXXXXXXX
"""


def tiles_of(text):
    return np.array([[NUMBER[s] for s in row] for row in text.split()], np.uint8)


@pytest.fixture
def rules():
    return TileRules.of([tiles_of(TUBE)], MARIO)


def test_the_halves_of_a_tube_are_found(rules):
    assert rules.right_half[NUMBER["<"]] == NUMBER[">"]
    assert rules.right_half[NUMBER["["]] == NUMBER["]"]
    assert rules.left_half[NUMBER[">"]] == NUMBER["<"]
    assert rules.left_half[NUMBER["]"]] == NUMBER["["]
    assert rules.right_half[GROUND] == NONE


def test_a_tube_stands_on_ground_or_tube_and_ends_with_its_rim(rules):
    stands = {tile.symbol: rules.over[:, n].nonzero()[0].tolist() for tile, n in
              ((t, NUMBER[t.symbol]) for t in MARIO.tiles)}  # fmt: skip
    assert stands["["] == [GROUND, NUMBER["["]]
    assert stands["<"] == [NUMBER["["]]
    assert stands[">"] == [NUMBER["]"]]
    assert not rules.over[NUMBER["["], SKY]


def test_enemies_that_stand_must_stand_on_something_solid(rules):
    assert not rules.over[SKY, ENEMY]
    assert not rules.over[len(MARIO.tiles), ENEMY]
    assert rules.over[GROUND, ENEMY]
    assert rules.over[NUMBER["Q"], ENEMY], "solid, though no map shows it there"


def test_enemies_that_fly_may():
    flying = tiles_of("---- -E-- ---- --E- ---- XXXX")
    assert TileRules.of([flying], MARIO).over[SKY, ENEMY]


def test_what_may_not_float_is_put_down_or_taken_away(rules):
    before = tiles_of("-E--E --E-- ----- SS--- XX-X-")
    after = rules.settled(before)
    expected = tiles_of("----- ----- -E--- SS--- XX-X-")
    assert np.array_equal(after, expected)
    assert (before == ENEMY).sum() == 3, "the map given is not changed"


@pytest.mark.parametrize(
    "text",
    [
        "---- -<-- -[]- XXXX",  # a rim cut in two
        "---- ---- -[]- XXXX",  # a tube with no rim
        "---- --E- ---- XXXX",  # an enemy in the air
    ],
)
def test_broken_maps_are_seen(rules, text):
    assert rules.broken(tiles_of(text)[None]).tolist() == [True]


def test_whole_maps_are_not_broken_nor_those_whose_sides_cut_a_tube(rules):
    whole = tiles_of(TUBE)
    assert not rules.broken(whole[None]).any()
    assert not rules.broken(whole[None, :, 3:]).any()
    assert not rules.broken(whole[None, :, :3]).any()


def test_a_start_comes_once():
    legend = Legend((Tile("air", "empty", "-"), Tile("rock", "solid", "X"),
                     Tile("door", "start", "S")))  # fmt: skip
    once, twice = np.zeros((3, 5), np.uint8), np.zeros((3, 5), np.uint8)
    once[2] = twice[2] = 1
    once[1, 0] = twice[1, 0] = twice[1, 4] = 2
    rules = TileRules.of([once], legend)
    assert rules.broken(np.stack((once, twice))).tolist() == [False, True]


def test_a_start_may_stand_on_anything_solid():
    legend = Legend((Tile("air", "empty", "-"), Tile("rock", "solid", "X"),
                     Tile("wood", "solid", "="), Tile("door", "start", "S")))  # fmt: skip
    tiles = np.array([[0, 0], [3, 0], [1, 2]], np.uint8)
    rules = TileRules.of([tiles], legend)
    assert rules.over[2, 3]
    assert not rules.over[0, 3]
