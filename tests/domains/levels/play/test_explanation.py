"""Why a level cannot be won, on levels whose fault is known as it was put in."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.levels.level.legend import Legend, Physics, Tile
from makar.domains.levels.level.level import Level
from makar.domains.levels.play.explanation import Verdict, explain

GAME = (
    Tile("air", "empty", "-"),
    Tile("rock", "solid", "X"),
    Tile("spike", "hazard", "^"),
    Tile("slime", "enemy", "E"),
)
HOME = (Tile("hero", "start", "@"), Tile("door", "goal", "G"))


def verdict(rows: list[str], physics: Physics | None = None, *, home: bool = False) -> Verdict:
    legend = Legend(GAME + HOME if home else GAME, physics or Physics())
    numbers = {tile.symbol: n for n, tile in enumerate(legend.tiles)}
    tiles = np.array([[numbers[c] for c in row] for row in rows], np.uint8)
    return explain(Level(tiles, legend.names), legend)


def on_ground(row: str, *, above: int = 8) -> list[str]:
    return ["-" * len(row)] * above + [row]


def test_a_gap_too_wide():
    said = verdict(on_ground("X" * 10 + "-" * 11 + "X" * 10))
    assert (said.won, said.line, said.column) == (0, 8, 11)
    assert said.reason == "a gap of 11 columns, wider than a jump reaches (8)"
    assert "with jump_reach 11" in said.hints
    assert "with jump_reach 12" not in said.hints
    assert "without enemies" not in said.hints


def test_a_wall_too_high():
    wall = "-" * 10 + "X" + "-" * 9
    said = verdict(["-" * 20] * 4 + [wall] * 6 + ["X" * 20])
    assert (said.line, said.column) == (10, 11)
    assert said.reason == "a wall 6 high (jump_height 4)"
    assert said.hints[0] == "with jump_height 6"
    assert "with double_jump" in said.hints


def test_a_wall_to_the_top_is_jumped_onto_only_from_near_it():
    wall = "-" * 10 + "X" + "-" * 9
    said = verdict([wall] * 16 + ["X" * 20])
    assert said.reason == "a wall to the top of the map (jump_height 4)"


def test_a_pit_of_hazards():
    said = verdict(
        ["-" * 30] * 8 + ["XXXXXXXXXX" + "-" * 10 + "XXXXXXXXXX", "X" * 10 + "^" * 10 + "X" * 10]
    )
    assert said.reason == "a pit of hazards of 10 columns, wider than a jump reaches (8)"
    assert (said.line, said.column) == (8, 11)


def test_an_enemy_in_a_corridor():
    said = verdict(["X" * 20, "-" * 12 + "E" + "-" * 7, "X" * 20])
    assert (said.line, said.column) == (2, 13)
    assert said.reason == "an enemy that cannot be passed"
    assert said.hints == ("without enemies",)


def test_a_goal_walled_in():
    said = verdict(["-----XXX", "-----XGX", "-@---XXX", "XXXXXXXX"], home=True)
    assert (said.line, said.column, said.reason) == (2, 7, "the goal is walled in")
    assert said.hints == ()


def test_a_goal_above():
    said = verdict(["G--------", *["---------"] * 7, "@--------", "XXXXXXXXX"], home=True)
    assert said.reason == "the goal is 8 rows up, higher than a jump rises (4)"
    assert "with jump_height 8" in said.hints


def test_a_goal_on_the_left():
    row = "XXX" + "-" * 10 + "XXX"
    said = verdict(["-" * 16] * 8 + ["G" + "-" * 13 + "@-", row], home=True)
    assert said.reason == "a gap of 10 columns, wider than a jump reaches (8)"
    assert (said.line, said.column) == (9, 13)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["---G", "XXXX"], "no start: the level has no tile hero"),
        (["@---", "XXXX"], "no goal: the level has no tile door"),
    ],
)
def test_no_start_and_no_goal(rows, reason):
    assert verdict(rows, home=True).reason == reason
    assert verdict(rows, home=True).line == 0


def test_nowhere_to_stand_and_no_room():
    assert "nowhere to stand" in verdict(["-----", "---XX"]).reason
    said = verdict(["XXXXX", "@---G", "XXXXX"], Physics(body=(1, 2)), home=True)
    assert (said.line, said.column) == (2, 1)
    assert "does not fit" in said.reason


def test_a_gap_to_higher_ground():
    rows = ["-" * 27] * 4 + ["-" * 17 + "X" * 10] * 4 + ["X" * 10 + "-" * 7 + "X" * 10]
    said = verdict(rows)
    assert said.reason == "a gap of 7 columns, 4 higher, too far for a jump (height 4, reach 8)"


def test_what_can_be_won():
    assert str(verdict(on_ground("X" * 20))) == "playable"
    assert str(verdict(on_ground("X" * 6 + "-" * 12 + "XX"))).startswith("line 8, column 7: a gap")


def test_a_tower_with_a_ledge_too_high_is_told_upwards():
    rows = ["---G----", "-XXX----", "--------", "--------", "--------", "--------", "-----XXX",
            "--------", "@-------", "XXXXXXXX"]  # fmt: skip
    said = verdict(rows, home=True)
    assert said.reason == "the next place above is 5 rows up, higher than a jump rises (4)"
    assert said.line == 6
    assert said.hints[0] == "with jump_height 5"


def test_a_ledge_of_a_tower_that_no_jump_comes_round_to():
    rows = ["G---------------------", "XXXX------------------", "----------------------",
            "----------------------", "----------------------", "--------------------XX",
            "----------------------", "-XXXXXXXXXXXXXXXXXXX--", "--------X-------------",
            "@-------X-------------", "XXXXXXXXXXXXXXXXXXXXXX"]  # fmt: skip
    said = verdict(rows, Physics(jump_height=2, jump_reach=4), home=True)
    assert said.won == 0
    assert "column" not in said.reason.replace("columns", "")
