from __future__ import annotations

import re
from pathlib import Path

import pytest

from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend import ROLES, Physics
from makar.domains.levels.level.legend_file import ANY_TILESET, UNSTATED, parse_legend, read_legend

GOOD = """
[map]
layer = "Ground"

[physics]
jump_height = 3
double_jump = true
body = [1, 2]
gravity = 1.5

[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X", ids = "0-2, 15" }
"pine tree" = { role = "decoration", symbol = "t", ids = { props = "3", terrain = "7-8" } }
hero = { role = "start", symbol = "S", ids = 9 }
flag = { role = "goal", symbol = "G", ids = "10" }
"""


def test_a_legend_is_read_as_it_says() -> None:
    game = parse_legend(GOOD)
    assert game.legend.names == ("air", "ground", "pine tree", "hero", "flag")
    assert [tile.role for tile in game.legend.tiles] == [
        "empty", "solid", "decoration", "start", "goal",
    ]  # fmt: skip
    assert "".join(tile.symbol for tile in game.legend.tiles) == "-XtSG"
    assert game.legend.physics == Physics(3, 8, True, (1, 2), 1.5)
    assert (game.layers, game.licence) == (("Ground",), UNSTATED)
    assert game.ids == {
        (ANY_TILESET, 0): 1,
        (ANY_TILESET, 1): 1,
        (ANY_TILESET, 2): 1,
        (ANY_TILESET, 15): 1,
        ("props", 3): 2,
        ("terrain", 7): 2,
        ("terrain", 8): 2,
        (ANY_TILESET, 9): 3,
        (ANY_TILESET, 10): 4,
    }
    assert (game.number("props", 3), game.number("props", 15), game.number("x", 3)) == (2, 1, None)
    assert (game.first_id(1), game.first_id(0)) == ((ANY_TILESET, 0), None)
    assert game.text == GOOD


def test_a_solid_tile_may_be_one_that_is_bumped() -> None:
    text = GOOD.replace('"0-2, 15" }', '"0-2, 15", bumped = true }')
    assert parse_legend(text).legend.bumped.tolist() == [False, True, False, False, False]
    assert not parse_legend(GOOD).legend.bumped.any()


def test_the_edges_may_be_start_and_goal_where_the_legend_says_so() -> None:
    text = """
    [map]
    start = "left"
    goal = "right"
    [tiles]
    air = { role = "empty", symbol = "-" }
    ground = { role = "solid", symbol = "X" }
    """
    assert parse_legend(text).legend.names == ("air", "ground")
    assert parse_legend(text).legend.physics == Physics()


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('role = "solid"', 'role = "slippery"', 13, ("slippery", "hazard")),
        ('symbol = "X"', 'symbol = "-"', 0, ("two tiles", "'-'")),
        ('symbol = "X"', 'symbol = "XX"', 13, ("one printable character",)),
        ('symbol = "X"', "symbol = 5", 13, ("text",)),
        ('symbol = "X"', 'symbl = "X"', 13, ("lacks a role or a symbol",)),
        ('"X", ids', '"X", id', 13, ("unknown key 'id'", "ids")),
        ('"0-2, 15"', '"0-2, 10"', 16, ("share the id 10",)),
        ('"0-2, 15"', '"0-2", bumped = 1', 13, ("bumped = 1", "bumped = true")),
        ('ids = "10"', 'ids = "10", bumped = true', 16, ("only a solid tile", "hit from below")),
        ('"0-2, 15"', '"0..2"', 13, ("0..2", "0-11, 15")),
        ('"0-2, 15"', '"9-2"', 13, ("backwards",)),
        ('"0-2, 15"', '"0-99999999"', 13, ("too far",)),
        ('"0-2, 15"', '"100-65635,80000-145535"', 13, ("more than 65,536 ids",)),
        ('"0-2, 15"', "[0, 1]", 13, ("ids = [0, 1]",)),
        ("jump_height = 3", "jump_hight = 3", 6, ("no jump_hight", "jump_height")),
        ("jump_height = 3", "jump_height = 3.5", 6, ("jump_height = 3.5",)),
        ("jump_height = 3", "jump_height = true", 6, ("jump_height = True",)),
        ("jump_height = 3", "jump_height = 99", 0, ("from 1 to 32",)),
        ("gravity = 1.5", "gravity = nan", 0, ("0.25 to 8",)),
        ("body = [1, 2]", "body = [1, 2, 3]", 8, ("body = [1, 2, 3]",)),
        ("body = [1, 2]", 'body = [1, "2"]', 8, ("body",)),
        ('layer = "Ground"', "layer = 3", 3, ("layer = 3",)),
        ('layer = "Ground"', 'layers = "Ground"', 3, ("layers",)),
        ('layer = "Ground"', 'start = "left"', 3, ("'hero'", "Take one")),
        ("[map]", "[maps]", 2, ("[maps]", "map, physics, tiles")),
        ('role = "empty"', 'role = "decoration"', 0, ("no empty tile",)),
        ('role = "start"', 'role = "goal"', 0, ("no start", 'start = "left"')),
        ('role = "goal"', 'role = "start"', 0, ("no goal", 'goal = "right"')),
        ("[tiles]", "[[tiles]]", 0, ("tiles is not a table",)),
        ("[tiles]", "tiles", 0, ("is not TOML", "line 11")),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_a_remedy(
    old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(LegendError) as caught:
        parse_legend(GOOD.replace(old, new), "my/legend.toml")
    said = str(caught.value)
    assert said.startswith("my/legend.toml: ")
    assert all(word in said for word in words), said
    assert (f"line {line}: " in said) == bool(line), said
    assert caught.value.remedy in said


@pytest.mark.parametrize(
    "text",
    ["", "[tiles]\n", "x = " + "[" * 100_000, "[tiles]\na = 5\n", "[tiles]\nx=\0", "physics = 3"],
)
def test_what_is_no_legend_is_refused(text: str) -> None:
    with pytest.raises(LegendError):
        parse_legend(text)


def test_files_that_are_no_legend_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "legend.toml"
    with pytest.raises(UnreadableLevelError, match="no such file"):
        read_legend(file)
    with pytest.raises(UnreadableLevelError, match="not a file"):
        read_legend(tmp_path)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableLevelError, match="UTF-8"):
        read_legend(file)
    file.write_bytes(b"#" * 1_000_001)
    with pytest.raises(UnreadableLevelError, match="larger than 1 MB"):
        read_legend(file)
    file.write_text(GOOD, encoding="utf-8-sig")
    assert read_legend(file).path == file


def test_the_example_that_designers_are_given_is_a_legend() -> None:
    page = (Path(__file__).parents[4] / "docs" / "levels-legend.md").read_text(encoding="utf-8")
    text = re.search(r"^```toml file=legend.toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert text is not None
    game = parse_legend(text[1])
    assert game.legend.physics == Physics(3, 6, True, (1, 2), 1.5)
    roles = {tile.role for tile in game.legend.tiles}
    assert roles == set(ROLES)
    told = re.search(r"as in Super Mario Bros: (.*?)\. The", page, re.DOTALL)
    assert told is not None
    defaults = "\n".join(re.findall(r"`(.*?)`", told[1]))
    ends = '[map]\nstart = "left"\ngoal = "right"\n'
    tiles = '[tiles]\na = {role = "empty", symbol = "-"}\nb = {role = "solid", symbol = "X"}'
    assert parse_legend(f"{ends}[physics]\n{defaults}\n{tiles}").legend.physics == Physics()
