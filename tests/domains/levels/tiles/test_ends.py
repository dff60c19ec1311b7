import numpy as np

from makar.domains.levels.level.legend import Legend, Physics, Tile
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.tiles.ends import with_ends

GAME = Legend(
    (
        Tile("air", "empty", "-"), Tile("rock", "solid", "X"), Tile("door", "start", "S"),
        Tile("lamp", "goal", "G"), Tile("gem", "reward", "o"), Tile("spikes", "hazard", "^"),
    ),
    Physics(body=(1, 2)),
)  # fmt: skip


def levels_of(*texts):
    symbols = "-XSGo^"
    tiles = [[[symbols.index(s) for s in row] for row in text.split()] for text in texts]
    return Levels(np.array(tiles, np.uint8), GAME.names)


def shown(levels, index=0):
    return [" ".join("".join("-XSGo^"[t] for t in row) for row in x) for x in levels.tiles][index]


def test_start_and_goal_are_set_where_one_can_stand():
    cut = levels_of("-------- -------- --XXXX-- ^------o XXXXXXXX")
    made = with_ends(cut, GAME)
    assert shown(made) == "-------- -------- --XXXX-- ^S-----G XXXXXXXX"
    assert Analyst(GAME)(cut).won[0] == 0
    assert Analyst(GAME)(made).won[0] == 1
    assert not (cut.tiles == 2).any(), "what is given is not changed"


def test_nothing_hangs_right_above_a_start_or_a_goal():
    gems = levels_of("-------- -------- o------o -------- XXXXXXXX")
    assert shown(with_ends(gems, GAME)) == "-------- -------- o------o -S----G- XXXXXXXX"


def test_those_there_are_stay_and_no_second_comes():
    whole = levels_of("-------- -------- ---S---- ---X-G-- XXXXXXXX")
    assert np.array_equal(with_ends(whole, GAME).tiles, whole.tiles)


def test_a_body_of_two_rows_needs_room():
    low = levels_of("-------- XX------ -------- XXXXXX-- XXXXXXXX")
    assert shown(with_ends(low, GAME)) == "-------- XX------ --S----- XXXXXX-G XXXXXXXX"


def test_a_stretch_with_nowhere_to_stand_stays_without():
    air = levels_of("-------- -------- -------- -------- --------")
    assert np.array_equal(with_ends(air, GAME).tiles, air.tiles)
