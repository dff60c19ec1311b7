"""Of levels with what makar does not know how to use: never that they cannot be won."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO, Legend, Physics, Role, Tile
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.text import parse_level_text
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.play.beyond import beyond, cannot_tell, mechanism_of
from makar.domains.levels.play.explanation import explain

COMMON = (
    Tile("air", "empty", "-"),
    Tile("ground", "solid", "X"),
    Tile("hero", "start", "S"),
    Tile("exit", "goal", "G"),
)
ONE_WAY = ["--G---------", "============", "------------", "============", "------------",
           "============", "S-----------", "XXXXXXXXXXXX"]  # fmt: skip
LADDER = ["----------G-", "XXHXXXXXXXXX", "--H---------", "--H---------", "--H---------",
          "--H---------", "S-H---------", "XXXXXXXXXXXX"]  # fmt: skip
MOVER = ["-" * 20, "-" * 20, "S------mm---------G-", "XXX--------------XXX"]
LOCK = ["XXXXXXXXXXXXXX", "X---------D--X", "XS-k------D-GX", "XXXXXXXXXXXXXX"]
CASES = [
    (ONE_WAY, [Tile("oneway", "solid", "=")], "one-way floors (tile 'oneway'), which makar does "
     "not know how to jump up through"),
    (LADDER, [Tile("ladder", "decoration", "H")], "ladders (tile 'ladder'), which makar does not "
     "know how to climb"),
    (MOVER, [Tile("mover", "decoration", "m")], "moving platforms (tile 'mover'), which makar "
     "does not know how to ride"),
    (LOCK, [Tile("door", "solid", "D"), Tile("key", "reward", "k")], "keys and locks (tiles "
     "'door', 'key'), which makar does not know how to open"),
]  # fmt: skip


def game(*tiles: Tile) -> Legend:
    return Legend((*COMMON, *tiles), Physics(jump_height=2, jump_reach=4))


def read(rows: list[str], legend: Legend) -> Level:
    return parse_level_text("\n".join(rows), legend)


def won(level: Level, legend: Legend) -> int:
    return int(Analyst(legend)(Levels(level.tiles[None], level.names)).won[0])


@pytest.mark.parametrize(("rows", "tiles", "words"), CASES)
def test_what_is_not_understood_is_said_and_nothing_else_is(rows, tiles, words):
    legend = game(*tiles)
    level = read(rows, legend)
    assert won(level, legend) == -1
    said = explain(level, legend)
    assert str(said) == f"cannot tell: this level has {words}"
    assert said.won == -1


@pytest.mark.parametrize(("rows", "tiles", "words"), CASES)
def test_the_same_map_of_plain_tiles_cannot_be_won(rows, tiles, words):
    plain = [Tile(f"thing {n}", tile.role, tile.symbol) for n, tile in enumerate(tiles)]
    legend = game(*plain)
    assert won(read(rows, legend), legend) == 0
    assert explain(read(rows, legend), legend).won == 0


def test_a_level_that_is_won_without_stays_won():
    legend = game(Tile("ladder", "decoration", "H"))
    level = read(["-----", "S-H-G", "XXXXX"], legend)
    assert won(level, legend) == 1
    assert str(explain(level, legend)) == "playable"


@pytest.mark.parametrize("rows", [["--H--", "--H-G", "XXXXX"], ["--H--", "S-H--", "XXXXX"]])
def test_a_level_without_a_start_or_a_goal_cannot_be_won_whatever_it_has(rows):
    legend = game(Tile("ladder", "decoration", "H"))
    assert won(read(rows, legend), legend) == 0
    assert explain(read(rows, legend), legend).reason.startswith("no ")


@pytest.mark.parametrize(
    ("name", "role", "what"),
    [
        ("One-Way", "solid", "one-way floors"),
        ("platform_through", "solid", "one-way floors"),
        ("passThroughPlatform", "solid", "one-way floors"),
        ("solidtop passable platform", "solid", "one-way floors"),
        ("LADDER", "decoration", "ladders"),
        ("ladder2", "decoration", "ladders"),
        ("vines", "empty", "ladders"),
        ("passable climbable rope", "decoration", "ladders"),
        ("moving platform", "solid", "moving platforms"),
        ("Elevator", "solid", "moving platforms"),
        ("gold key", "reward", "keys and locks"),
        ("doors", "solid", "keys and locks"),
        ("springboard", "solid", "springs"),
        ("door", "goal", None),
        ("door", "start", None),
        ("moving saw", "hazard", None),
        ("moving slime", "enemy", None),
        ("platform", "solid", None),
        ("keystone", "solid", None),
        ("solid top-left pipe pipe", "solid", None),
        ("not understood", "decoration", "tiles of which it is not known what they are"),
        ("monkey", "decoration", None),
        ("doorstep", "solid", None),
        ("grape vinegar", "reward", None),
    ],
)
def test_names_are_taken_word_by_word(name: str, role: Role, what: str | None) -> None:
    found = mechanism_of(Tile(name, role, "?"))
    assert (found.what if found else None) == what


def test_makars_own_game_has_nothing_that_it_does_not_know():
    assert not beyond(MARIO).any()


def test_only_what_is_there_is_named():
    legend = game(Tile("ladder", "decoration", "H"), Tile("key", "reward", "k"))
    tiles = np.array([[0, 4]], np.uint8)
    assert cannot_tell(tiles, legend, whose="2 of 3 maps") == (
        "cannot tell: 2 of 3 maps have ladders (tile 'ladder'), which makar does not know how to "
        "climb"
    )
