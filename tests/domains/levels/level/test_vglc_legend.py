"""VGLC's own legends, after the forms that its games' files have."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend_file import read_legend
from makar.domains.levels.level.text import FOREIGN, parse_level_text, read_level_text
from makar.domains.levels.level.vglc_legend import parse_vglc_legend
from makar.domains.levels.play.beyond import mechanism_of
from makar.domains.levels.tiled.map_corpus import read_map_corpus

WORDS = {
    "-": ["passable", "empty"],
    "#": ["solid", "ground"],
    "H": ["solid", "damaging", "hazard"],
    "B": ["Cannon top", "cannon", "solid", "hazard"],
    "E": ["enemy", "damaging", "hazard", "moving"],
    "T": ["solidtop", "passable", "platform"],
    "|": ["passable", "climbable"],
    "D": ["solid", "openable", "door"],
    "?": ["solid", "question block", "full question block"],
    "o": ["coin", "collectable", "passable"],
    "L": ["passable", "collectable", "powerup"],
    "W": ["passable", "collectable", "powerup"],
    "<": ["solid", "top-left pipe", "pipe"],
    "z": ["frobnicated"],
}


def roles(text: str) -> dict[str, tuple[str, str]]:
    legend = parse_vglc_legend(text, "game.json")
    return {
        tile.symbol: (tile.role, found.what if (found := mechanism_of(tile)) else "")
        for tile in legend.tiles
    }


def test_every_symbol_has_vglcs_own_role_or_is_named_as_not_understood() -> None:
    unknown = "tiles of which it is not known what they are"
    assert roles(json.dumps({"tiles": WORDS})) == {
        "-": ("empty", ""),
        "#": ("solid", ""),
        "H": ("hazard", ""),
        "B": ("solid", ""),
        "E": ("enemy", ""),
        "T": ("solid", "one-way floors"),
        "|": ("decoration", "ladders"),
        "D": ("solid", "keys and locks"),
        "?": ("solid", ""),
        "o": ("reward", ""),
        "L": ("reward", ""),
        "W": ("reward", ""),
        "<": ("solid", ""),
        "z": ("decoration", unknown),
        FOREIGN: ("decoration", unknown),
    }
    legend = parse_vglc_legend(json.dumps({"tiles": WORDS}), "game.json")
    assert [tile.symbol for tile in legend.tiles if tile.bumped] == ["?"]
    assert "passable collectable powerup W" in legend.names


def test_a_game_that_is_crossed_has_its_plainest_ground_for_empty_space() -> None:
    found = roles('{"tiles": {"S": ["drivable"], "-": ["grass", "drivable"], "W": ["wall"]}}')
    assert {symbol: role for symbol, (role, _) in found.items() if symbol != FOREIGN} == {
        "S": "decoration", "-": "empty", "W": "solid"
    }  # fmt: skip


def test_the_corpuss_own_broken_file_is_read() -> None:
    text = """{"tiles":
      {"structural-tiles" : {"-" : ["empty","passable"], "|" : ["flagpole","passable"]} }
      {"player-path-tiles" : {"-" : ["position not on path"], "x" : ["position on path"]} } }"""
    assert {symbol: role for symbol, (role, _) in roles(text).items()} == {
        "-": "empty", "|": "decoration", "x": "decoration", FOREIGN: "decoration"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", 'no "tiles"'),
        ("[" * 100_000, 'no "tiles"'),
        ('{"nodes": {"e": ["room"]}}', 'no "tiles"'),
        ('{"tiles": {}}', 'no "tiles"'),
        ('{"tiles": {"X": "solid"}}', "does not say what it is"),
        ('{"tiles": {"X": ["solid"], "-": [3]}}', "does not say what it is"),
        ('{"tiles": {"XY": ["empty"]}}', "one printable character"),
        ('{"tiles": {"X": ["solid"]}}', "no empty tile"),
    ],
)
def test_what_is_no_such_legend_is_refused_with_a_remedy(text: str, fault: str) -> None:
    with pytest.raises(LegendError, match=fault) as refused:
        parse_vglc_legend(text, "game.json")
    assert "legend.toml" in str(refused.value)


def test_symbols_that_are_not_in_it_are_read_and_told(tmp_path: Path) -> None:
    (tmp_path / "game.json").write_text(json.dumps({"tiles": WORDS}))
    game = read_legend(tmp_path / "game.json")
    (tmp_path / "a.txt").write_text("-x-q\n####\n")
    strangers = Counter[str]()
    level = read_level_text(tmp_path / "a.txt", game.legend, strangers)
    symbols = [[game.legend.tiles[tile].symbol for tile in row] for row in level.tiles]
    assert symbols == [["-", "-", "-", FOREIGN], ["#"] * 4]
    assert strangers == {"x": 1, "q": 1}
    corpus = read_map_corpus([tmp_path / "a.txt"], game)
    assert corpus.notes == (
        "the symbol 'x' is read as a player's path through nothing",
        "the symbol 'q' is not in the legend and not understood",
    )


def test_a_designers_legend_still_refuses_them(tmp_path: Path) -> None:
    (tmp_path / "legend.toml").write_text(
        '[map]\nstart = "left"\ngoal = "right"\n[tiles]\n'
        'air = { role = "empty", symbol = "-" }\nrock = { role = "solid", symbol = "#" }\n'
    )
    with pytest.raises(UnreadableLevelError, match="no tile has the symbol 'x'"):
        parse_level_text("-x\n##", read_legend(tmp_path / "legend.toml").legend)


def test_a_map_of_the_corpus_without_a_start_is_learned_from(tmp_path: Path) -> None:
    words = {**WORDS, "M": ["passable", "spawn"]}
    (tmp_path / "game.json").write_text(json.dumps({"tiles": words}))
    (tmp_path / "a.txt").write_text("-M--\n####\n")
    (tmp_path / "b.txt").write_text("----\n####\n")
    maps = read_map_corpus([tmp_path / "*.txt"], read_legend(tmp_path / "game.json")).maps
    assert len(maps) == 2
