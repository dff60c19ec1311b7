"""Objects stand for tiles: however Tiled knows their class, and wherever it draws them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domains.levels.tiled.building import (
    ENDS,
    EXIT,
    GAME,
    GAME_WITH_ENDS,
    SLIME,
    SPAWN,
    TILES,
    document,
    group,
    layer,
    places,
    read,
    rows,
    saved,
    things,
    told,
)
from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.levels.tiled.map_corpus import read_map_corpus

GROUND = layer()


def slimes(folder: Path, *layers: dict[str, Any], **fields: Any) -> list[tuple[int, int]]:
    """Where the slimes stand, in a map that also has a start and a goal."""
    path = saved(folder, document(GROUND, things(SPAWN, EXIT), *layers, **fields))
    return places(path, "e", GAME_WITH_ENDS)


@pytest.mark.parametrize(
    ("layers", "cell"),
    [
        ([things(SLIME)], (4, 4)),
        ([things(SLIME, offsetx=48)], (7, 4)),
        ([things(SLIME, offsetx=-16, offsety=-32)], (3, 2)),
        ([group(things(SLIME, offsetx=16), offsetx=32)], (7, 4)),
        ([group(group(things(SLIME, offsety=-16), offsety=-16), offsetx=16)], (5, 2)),
        ([group(things(SLIME, offsetx=48, parallaxx=0.5), parallaxx=0.1)], (7, 4)),
    ],
)
def test_offsets_of_layers_and_groups_move_what_is_on_them(
    tmp_path: Path, layers: list[Any], cell: tuple[int, int]
) -> None:
    assert slimes(tmp_path, *layers) == [cell]


@pytest.mark.parametrize("key", ["type", "class"])
@pytest.mark.parametrize("own", [{}, {"type": ""}, {"class": ""}])
def test_a_tile_object_has_the_class_of_its_tile(
    tmp_path: Path, key: str, own: dict[str, str]
) -> None:
    item = {"id": 3, "name": "", "x": 64, "y": 80, "width": 16, "height": 16, "gid": 6} | own
    sheet = TILES | {"tiles": [{"id": 5, key: "slime"}, {"id": 4, key: "other"}]}
    assert slimes(tmp_path, things(item), tilesets=[sheet]) == [(4, 4)]
    turned = item | {"gid": 6 | 0x8000_0000}
    assert slimes(tmp_path, things(turned), tilesets=[sheet]) == [(4, 4)]
    assert slimes(tmp_path, things(item | {"gid": 5}), tilesets=[sheet]) == []
    assert slimes(tmp_path, things(item | {"type": "else"}), tilesets=[sheet]) == []


TEMPLATE = {"name": "slime", "type": "slime", "width": 16, "height": 16, "rotation": 0, "id": 1}


def template(folder: Path, item: dict[str, Any], name: str = "slime.tj", **fields: Any) -> None:
    whole = {"type": "template", "object": item, **fields}
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(whole))


def test_an_instance_has_what_its_template_tells_and_it_does_not(tmp_path: Path) -> None:
    template(tmp_path, TEMPLATE)
    one = {"id": 3, "template": "slime.tj", "x": 64, "y": 64}
    assert slimes(tmp_path, things(one)) == [(4, 4)]
    assert slimes(tmp_path, things(one | {"height": 32, "width": 32, "y": 48})) == [(5, 4)]
    assert slimes(tmp_path, things(one | {"type": "exit", "x": 80})) == []
    assert slimes(tmp_path, things(one | {"name": "else", "type": ""})) == [(4, 4)]
    assert slimes(tmp_path, things(one | {"rotation": 90, "x": 96})) == [(5, 4)]


def test_a_template_of_a_tile_has_its_class_and_its_tilesets_alignment(tmp_path: Path) -> None:
    own = {key: value for key, value in TILES.items() if key != "firstgid"} | {
        "name": "monsters", "objectalignment": "top", "tiles": [{"id": 5, "type": "slime"}],
    }  # fmt: skip
    (tmp_path / "monsters.tsj").write_text(json.dumps(own))
    shown = {"firstgid": 100, "source": "monsters.tsj"}
    template(tmp_path, {"gid": 105, "name": "", "type": ""}, tileset=shown)
    one = {"id": 3, "template": "slime.tj", "x": 72, "y": 64}
    assert slimes(tmp_path, things(one)) == [(4, 4)]
    # a tile of the map's own instead: another alignment, but still the template's class
    assert slimes(tmp_path, things(one | {"gid": 6, "y": 80, "x": 64})) == [(4, 4)]


def test_a_template_in_xml_is_read_beside_one_in_json(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "slime.tx").write_text(
        '<?xml version="1.0"?>\n<template>\n <object name="a" class="slime" width="16" height="16">'
        '<properties><property name="hp" type="int" value="3"/></properties></object>\n</template>'
    )
    one = {"id": 3, "template": "deep\\slime.tx", "x": 64, "y": 64,
           "properties": [{"name": "shy", "type": "bool", "value": True}]}  # fmt: skip
    path = saved(tmp_path, document(GROUND, things(SPAWN, EXIT, one)))
    assert places(path, "e", GAME_WITH_ENDS) == [(4, 4)]
    whole = read(path, GAME_WITH_ENDS).things[2].thing.whole
    assert [one["name"] for one in whole["properties"]] == ["hp", "shy"]
    # as Tiled 1.1 had them, which it still exports to
    old = one | {"properties": {"shy": True, "hp": 2}, "propertytypes": {"shy": "bool"}}
    path = saved(tmp_path, document(GROUND, things(SPAWN, EXIT, old)))
    whole = read(path, GAME_WITH_ENDS).things[2].thing.whole
    assert [(one["name"], one["value"]) for one in whole["properties"]] == [
        ("hp", 2),
        ("shy", True),
    ]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("gone.tj", "no such file"),
        ("../slime.tj", "outside of its folder. Keep templates"),
        ("link.tj", "outside of its folder"),
        ("C:/slime.tj", "no path beside the map"),
        ("/etc/passwd", "no path beside the map"),
        ("map.tmj", "no template of Tiled's"),
        (3, "template must be text"),
    ],
)
def test_a_template_is_read_in_the_maps_folder_only(
    tmp_path: Path, source: Any, fault: str
) -> None:
    template(tmp_path, TEMPLATE)
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "link.tj").symlink_to(tmp_path / "slime.tj")
    one = {"id": 3, "template": source, "x": 64, "y": 64}
    path = saved(folder, document(GROUND, things(SPAWN, EXIT, one)))
    with pytest.raises(UnreadableLevelError, match=fault):
        read(path, GAME_WITH_ENDS)
    assert rows(path, parse_legend(GAME.text.replace(', object = "slime"', ', ids = "7"')))


def test_a_template_may_lie_in_the_legends_folder(tmp_path: Path) -> None:
    template(tmp_path, TEMPLATE, "templates/slime.tj")
    one = {"id": 3, "template": "../templates/slime.tj", "x": 64, "y": 64}
    saved(tmp_path, document(GROUND, things(SPAWN, EXIT, one)), "maps/map.tmj")
    game = parse_legend(ENDS, tmp_path / "legend.toml")
    corpus = read_map_corpus([tmp_path / "maps"], game)
    assert corpus.maps.levels[0].tiles[4, 4] == 4


WORDS = """
[map]
start = "left"
goal = "right"
[tiles]
air = {{ role = "empty", symbol = "-" }}
ground = {{ role = "solid", symbol = "X", ids = "0-3" }}
slime = {{ role = "enemy", symbol = "e", object = {} }}
bat = {{ role = "enemy", symbol = "b", object = {} }}
"""


@pytest.mark.parametrize(
    ("slime", "bat", "item", "name", "symbol"),
    [
        ('"slime, snail"', '"bat*"', {"type": "snail"}, "Objects", "e"),
        ('["slime", "a, b"]', '"bat*"', {"type": "a, b"}, "Objects", "e"),
        ('"slime"', '"bat*, owl?"', {"name": "bat 12"}, "Objects", "b"),
        ('"slime"', '"bat*, owl?"', {"name": "owl7"}, "Objects", "b"),
        ('"slime"', '"bat*, owl?"', {"name": "owl12"}, "Objects", ""),
        ('"slime"', '"bat*"', {"type": "monster", "name": "bat"}, "Objects", "b"),
        ('"slime"', '"b[at]"', {"name": "ba"}, "Objects", ""),
        ('"layer:Enemies"', '"bat*"', {"type": "snail"}, "Enemies", "e"),
        ('"layer:Enem*"', '"bat*"', {"name": "bat"}, "Enemies", "b"),
        ('"layer:Enem*"', '"layer:Enemies"', {"name": ""}, "Enemies", "b"),
        ('"slime"', '"layer:Group"', {"name": "x"}, "Flying", "b"),
        ('"sl*"', '"slime"', {"type": "slime"}, "Objects", "b"),
    ],
)
def test_a_legend_knows_objects_by_class_name_pattern_or_layer(
    tmp_path: Path, slime: str, bat: str, item: dict[str, str], name: str, symbol: str
) -> None:
    game = parse_legend(WORDS.format(slime, bat))
    thing = SLIME | {"type": "", "name": ""} | item
    path = saved(tmp_path, document(GROUND, group(things(thing, name=name))))
    assert {"e": places(path, "e", game), "b": places(path, "b", game)} == {
        "e": [(4, 4)] * (symbol == "e"), "b": [(4, 4)] * (symbol == "b")
    }  # fmt: skip


def test_one_word_cannot_mean_two_tiles() -> None:
    with pytest.raises(LegendError, match="'slime' and 'bat' share the object 'bat'"):
        parse_legend(WORDS.format('"slime, bat"', '["bat"]'))


WALLS = """
[map]
start = "left"
goal = "right"
[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X", ids = "0-3", object = "wall, layer:Collision" }
lava = { role = "hazard", symbol = "^", object = "lava" }
slime = { role = "enemy", symbol = "e", object = "slime" }
"""


def wall(**fields: Any) -> dict[str, Any]:
    return {"id": 7, "name": "", "type": "wall", "width": 0, "height": 0} | fields


@pytest.mark.parametrize(
    ("item", "cells"),
    [
        (wall(x=16, y=32, width=32, height=16), [(1, 2), (2, 2)]),
        (wall(x=9, y=32, width=32, height=16), [(1, 2), (2, 2)]),
        (wall(x=7, y=32, width=32, height=16), [(0, 2), (1, 2)]),
        (wall(x=48, y=32, width=16, height=32, rotation=90), [(1, 2), (2, 2)]),
        (wall(x=16, y=16, polygon=[{"x": 0, "y": 0}, {"x": 48, "y": 0}, {"x": 0, "y": 48}]),
         [(1, 1), (2, 1), (1, 2)]),
        (wall(x=16, y=64, width=32, height=32, gid=2), [(1, 2), (2, 2), (1, 3), (2, 3)]),
        (wall(x=-40, y=-40, width=72, height=72), [(0, 0), (1, 0), (0, 1), (1, 1)]),
    ],
)  # fmt: skip
def test_rectangles_and_polygons_are_solid_where_they_cover_a_cells_middle(
    tmp_path: Path, item: dict[str, Any], cells: list[tuple[int, int]]
) -> None:
    game = parse_legend(WALLS)
    path = saved(tmp_path, document(things(item), tilesets=[TILES]))
    assert sorted(places(path, "X", game)) == sorted(cells)


def test_a_level_may_be_in_objects_alone_and_lava_is_as_wide_as_it_is_drawn(
    tmp_path: Path,
) -> None:
    game = parse_legend(WALLS)
    floor = wall(type="", x=0, y=80, width=192, height=16)
    lava = wall(type="lava", x=32, y=78, width=64, height=18)
    spark = wall(type="lava", x=160, y=75, width=4, height=4)
    line = wall(polyline=[{"x": 0, "y": 0}, {"x": 48, "y": 0}], x=0, y=0)
    thin = wall(x=0, y=33, width=64, height=3)
    pictures = layer(data=[0] * 60 + [8] * 12)
    path = saved(tmp_path, document(
        pictures, things(floor, line, thin, name="Collision"), things(lava, spark, SLIME)
    ))  # fmt: skip
    # a spark covers no middle: it stands where its feet are, on the floor
    assert rows(path, game)[4:] == ["----e-----^-", "XX^^^^XXXXXX"]
    said = told(path, game)
    assert "1 ground on 'Collision'" in said
    assert "lines or points, which cover nothing: 1 ground" in said
    assert "too small to cover the middle of a cell: 1 ground" in said
    assert "tile layers left out: 'Ground' (no tile that the legend names)" in said


def test_hidden_objects_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    hidden = things(SLIME, name="Enemies", visible=False)
    assert slimes(tmp_path, hidden) == []
    assert slimes(tmp_path, things(SLIME | {"visible": False}, name="Enemies")) == []
    assert "are hidden: 1 slime on 'Enemies'" in told(tmp_path / "map.tmj", GAME_WITH_ENDS)
    assert slimes(tmp_path, group(things(SLIME), visible=False)) == []
    # but what the legend asks for by its layer's name is read: games hide such layers
    game = parse_legend(ENDS.replace('"slime"', '"layer:Enemies"'))
    path = saved(tmp_path, document(GROUND, things(SPAWN, EXIT), hidden))
    assert places(path, "e", game) == [(4, 4)]


def test_an_enemy_without_room_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    far = SLIME | {"x": 400}
    buried = layer(data=[0] * 36 + [1] * 36)
    other = things(far, SLIME | {"y": 80}, name="Enemies")
    path = saved(tmp_path, document(buried, other))
    assert places(path, "e", GAME) == []
    said = told(path)
    assert "stand outside the map: 1 slime on 'Enemies'" in said
    assert "stand deep in something solid: 1 slime" in said


def test_of_two_in_a_cell_what_matters_more_counts_and_that_is_said(tmp_path: Path) -> None:
    path = saved(tmp_path, document(GROUND, things(SPAWN, EXIT, SLIME, SLIME | {"id": 9}),
                                    things(SLIME | {"x": 160}, name="More")))  # fmt: skip
    assert rows(path, GAME_WITH_ENDS)[4] == "-S--e-----G-"
    said = told(path, GAME_WITH_ENDS)
    assert "share a cell with another that counts: 1 slime on 'Objects', 1 slime on 'More'" in said
    assert "objects read: 1 hero on 'Objects', 1 exit on 'Objects', 1 slime on 'Objects'" in said


@pytest.mark.parametrize(
    ("exit_", "cell"),
    [
        ({"x": 160, "y": 0, "width": 32, "height": 96}, (11, 3)),
        ({"x": 192, "y": 0, "width": 32, "height": 96}, (11, 3)),
        ({"x": 200, "y": 0, "width": 32, "height": 96}, (11, 3)),
        ({"x": -32, "y": 0, "width": 32, "height": 96}, (0, 3)),
        ({"x": 64, "y": 96, "width": 16, "height": 32}, None),
        ({"x": 320, "y": 0, "width": 32, "height": 96}, None),
    ],
)
def test_a_tall_exit_is_where_the_hero_can_reach_it(
    tmp_path: Path, exit_: dict[str, Any], cell: tuple[int, int] | None
) -> None:
    """In the floor, or beside the map, as games have it whose levels end at the edge."""
    ground = layer(data=[0] * 48 + [1] * 24)
    hero = SPAWN | {"y": 48}
    path = saved(tmp_path, document(ground, things(hero, EXIT | exit_)))
    if cell is None:
        with pytest.raises(UnreadableLevelError, match="'exit' stands"):
            rows(path, GAME_WITH_ENDS)
        return
    assert places(path, "G", GAME_WITH_ENDS) == [cell]
    assert "taken to be in a cell they reach: exit (map.tmj" in told(path, GAME_WITH_ENDS)


def test_more_areas_than_any_map_has_are_refused_before_they_are_filled(tmp_path: Path) -> None:
    wide = wall(x=-9, y=-9, width=160_000, height=16_000)
    pictures = layer(data=[0] * 1_000_000, width=10_000, height=100)
    path = saved(tmp_path, document(pictures, things(*[wide] * 99), width=10_000, height=100))
    with pytest.raises(UnreadableLevelError, match="cover more than 67,108,864 cells"):
        rows(path, parse_legend(WALLS))
