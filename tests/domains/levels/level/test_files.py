from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.level.json_file import (
    parse_level_json,
    read_level_json,
    write_level_json,
)
from makar.domains.levels.level.legend import MARIO, Legend, Physics, Tile
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import parse_level_text, read_level_text, write_level_text

SPACED = Legend(
    (Tile("air", "empty", " "), Tile("rock", "solid", "█"), Tile("né", "goal", '"')),
    Physics(2, 5, True, (2, 3), 0.5),
)
"""Symbols that are awkward in a text and in JSON, and physics unlike the default."""
SMALL = "-E-\nXXX\n"
MAPS = st.integers(1, 12).flatmap(
    lambda rows: st.integers(1, 20).flatmap(
        lambda columns: st.tuples(
            st.just((rows, columns)), st.binary(min_size=rows * columns, max_size=rows * columns)
        )
    )
)


def level_of(shape: tuple[int, int], data: bytes, legend: Legend) -> Level:
    tiles = np.frombuffer(data, np.uint8).reshape(shape) % len(legend.tiles)
    return Level(tiles, legend.names)


@given(MAPS, st.sampled_from([MARIO, SPACED]))
def test_a_level_comes_back_from_text_and_json(
    given_map: tuple[tuple[int, int], bytes], legend: Legend
) -> None:
    level = level_of(*given_map, legend)
    assert parse_level_text(write_level_text(level, legend), legend) == level
    assert parse_level_json(write_level_json(level, legend)) == (level, legend)


def test_the_text_shows_the_map() -> None:
    level = parse_level_text(SMALL, MARIO)
    assert level.tiles.tolist() == [[0, 5, 0], [1, 1, 1]]
    assert write_level_text(level, MARIO) == SMALL


@pytest.mark.parametrize(
    "text", [SMALL, SMALL.replace("\n", "\r\n"), f"\n\n{SMALL}\n\n", "-E-\nXXX"]
)
def test_line_ends_and_blank_lines_around_it_do_not_count(text: str) -> None:
    assert parse_level_text(text, MARIO) == parse_level_text(SMALL, MARIO)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("\n\r\n\n", "is empty"),
        ("--\n-\n", "line 2 has 1 columns, line 1 has 2"),
        ("\n--\n\n--\n", "line 3 has 0 columns, line 2 has 2"),
        ("-X-\n-XZ\n", "line 2, column 3: no tile has the symbol 'Z'"),
        ("-\0-\n", "line 1, column 2: no tile has the symbol '\\x00'"),
        ("-" * 10_001, "more than 10,000 columns"),
        ("-\n" * 1_001, "more than 10,000 columns or 1,000 rows"),
        ("-" * 4_000_001, "longer than 4 million"),
        ("\n" * 3_000_000 + "-", "more than 10,000 columns or 1,000 rows"),
    ],
)
def test_what_is_no_level_is_refused_by_line_and_column(text: str, fault: str) -> None:
    with pytest.raises(UnreadableLevelError) as caught:
        parse_level_text(text, MARIO, source="maps/a.txt")
    assert str(caught.value).startswith("maps/a.txt: ")
    assert fault in caught.value.fault
    assert caught.value.remedy


def test_an_unknown_symbol_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnreadableLevelError, match="Use - X S "):
        parse_level_text("*", MARIO)


def test_level_files_are_read(tmp_path: Path) -> None:
    level = parse_level_text(SMALL, MARIO)
    (tmp_path / "a.txt").write_text(SMALL)
    (tmp_path / "a.json").write_text(write_level_json(level, MARIO))
    assert read_level_text(tmp_path / "a.txt", MARIO) == level
    assert read_level_json(tmp_path / "a.json") == (level, MARIO)
    with pytest.raises(UnreadableLevelError, match="no such file"):
        read_level_text(tmp_path / "b.txt", MARIO)
    (tmp_path / "b.txt").write_bytes(b"-\xff")
    with pytest.raises(UnreadableLevelError, match="not UTF-8"):
        read_level_text(tmp_path / "b.txt", MARIO)
    (tmp_path / "c.txt").write_bytes(b"-" * 4_000_001)
    with pytest.raises(UnreadableLevelError, match="larger than 4 MB"):
        read_level_text(tmp_path / "c.txt", MARIO)


def test_json_says_what_its_numbers_mean() -> None:
    whole = json.loads(write_level_json(parse_level_text(SMALL, MARIO), MARIO))
    assert (whole["columns"], whole["rows"]) == (3, 2)
    assert [whole["legend"][number]["symbol"] for number in whole["tiles"][0]] == ["-", "E", "-"]
    assert whole["physics"]["jump_height"] == 4
    assert {tile["symbol"] for tile in whole["legend"] if tile.get("bumped")} == {"?", "Q"}
    assert "bumped" not in whole["legend"][0]


def test_a_json_from_before_tiles_could_be_bumped_is_read() -> None:
    legend = json.loads(_changed())["legend"]
    older = [{key: value for key, value in tile.items() if key != "bumped"} for tile in legend]
    assert not parse_level_json(_changed(legend=older))[1].bumped.any()
    assert parse_level_json(_changed())[1] == MARIO


def _changed(**fields: object) -> str:
    whole = json.loads(write_level_json(parse_level_text(SMALL, MARIO), MARIO))
    return json.dumps(whole | fields)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "nests without end"),
        ("[]", "not an object"),
        ('{"format": NaN}', "no number (NaN)"),
        ('{"format": 1e999}', "no number ('1e999')"),
        ('{"format": 1' + "0" * 5_000 + "}", "no number"),
        ('{"format": "other"}', "'other'"),
        (_changed(tiles=[]), "list of rows"),
        (_changed(tiles=5), "list of rows"),
        (_changed(tiles=[[0, 1], [0]]), "row 2"),
        (_changed(tiles=[[0, 1], [0, 200]]), "tile 200 has no name"),
        (_changed(tiles=[[0, 1], [0, True]]), "row 2, column 2: True"),
        (_changed(tiles=[[0, 1], [0, -1]]), "row 2, column 2: -1"),
        (_changed(tiles=[[0, 1.5]]), "row 1, column 2: 1.5"),
        (_changed(tiles=[[0] * 10_001]), "10,000 columns"),
        (_changed(legend=[]), "2 to 255 tiles"),
        (_changed(legend=[{"name": "air", "role": "void", "symbol": "-"}]), "no role 'void'"),
        (_changed(legend=[{"name": "air", "role": [], "symbol": "-"}]), "role must be text"),
        (_changed(legend=[{"name": "a", "role": "solid", "symbol": "-", "bumped": 1}]), "bumped"),
        (_changed(physics={}), "physics"),
        (_changed(physics=None), "physics"),
        (_changed(physics={"jump_height": 4, "jump_reach": 8, "double_jump": 1, "body": [1, 1],
                           "gravity": 1.0}), "physics"),
        (_changed(physics={"jump_height": 4, "jump_reach": 8, "double_jump": True, "body": [1],
                           "gravity": 1.0}), "body"),
        (_changed(physics={"jump_height": 99, "jump_reach": 8, "double_jump": True,
                           "body": [1, 1], "gravity": 1.0}), "from 1 to 32"),
    ],
)  # fmt: skip
def test_what_is_no_level_json_is_refused(text: str, fault: str) -> None:
    with pytest.raises(UnreadableLevelError) as caught:
        parse_level_json(text, source="a.json")
    assert fault in caught.value.fault
    assert str(caught.value).startswith("a.json: ")


def test_a_large_text_needs_memory_in_proportion() -> None:
    text = ("-" * 9_999 + "\n") * 400
    tracemalloc.start()
    parse_level_text(text, MARIO)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * len(text)
