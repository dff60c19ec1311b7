from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import parse_level_text, write_level_text
from makar.domains.levels.tiled.map_corpus import read_map_corpus
from makar.domains.levels.tiled.meaning import level_of
from makar.domains.levels.tiled.read import TiledMap, read_tiled
from makar.domains.levels.tiled.variants import learn_variants
from makar.domains.levels.tiled.write import write_into_map

GAME = parse_legend(
    """
    [tiles]
    air = { role = "empty", symbol = "-" }
    ground = { role = "solid", symbol = "X", ids = "0" }
    hero = { role = "start", symbol = "S", object = "Spawn" }
    flag = { role = "goal", symbol = "G", object = "exit" }
    slime = { role = "enemy", symbol = "e", object = "Slime" }
    """
)
SPAWN = {"id": 3, "type": "Spawn", "name": "one", "x": 4, "y": 16, "point": True, "hp": 3}
EXIT = {"id": 4, "type": "", "name": "exit", "x": 33.5, "y": 5, "width": 4, "height": 10}
SLIME = {"id": 9, "class": "Slime", "gid": 1, "x": 18, "y": 16, "width": 8, "height": 8}
SIGN = {"id": 5, "type": "Sign", "name": "read me", "x": 1, "y": 2}


def map_of(folder: Path, *items: dict[str, Any], grouped: bool = False) -> TiledMap:
    """Three rows of five cells of 8 by 8 pixels, the lowest of them ground."""
    things = {"type": "objectgroup", "name": "Things", "id": 2, "objects": list(items),
              "visible": True}  # fmt: skip
    if grouped:
        things = {"type": "group", "name": "All", "id": 6, "layers": [things]}
    ground = {"type": "tilelayer", "name": "Ground", "id": 1, "width": 5, "height": 3,
              "visible": True}  # fmt: skip
    document = {
        "type": "map", "orientation": "orthogonal", "width": 5, "height": 3, "tilewidth": 8,
        "tileheight": 8, "infinite": False, "version": "1.8", "nextobjectid": 12,
        "tilesets": [{
            "firstgid": 1, "name": "t", "tilecount": 2, "columns": 1, "image": "t.png",
            "imagewidth": 8, "imageheight": 16, "tilewidth": 8, "tileheight": 8,
        }],
        "layers": [ground | {"data": [0] * 10 + [1] * 5}, things],
    }  # fmt: skip
    (folder / "map.tmj").write_text(json.dumps(document))
    return read_tiled(folder / "map.tmj")


def text_of(tiled: TiledMap) -> list[str]:
    return write_level_text(level_of(tiled, GAME), GAME.legend).split()


def level(text: str) -> Level:
    return parse_level_text(text.strip(), GAME.legend)


def written(folder: Path, template: TiledMap, text: str) -> tuple[TiledMap, list[dict[str, Any]]]:
    """The map with a new level, and its objects that are not makar's own."""
    variants = learn_variants([template], GAME)
    write_into_map(folder / "new.tmj", level(text), game=GAME, template=template, variants=variants)
    new = read_tiled(folder / "new.tmj")
    layers = [*new.document["layers"]]
    layers += [inner for layer in layers for inner in layer.get("layers", [])]
    found = [
        item
        for layer in layers
        if layer["type"] == "objectgroup" and not layer["name"].startswith("makar")
        for item in layer["objects"]
    ]
    return new, found


def test_objects_stand_for_tiles_wherever_their_feet_are(tmp_path: Path) -> None:
    """A point on the floor's line, a box by its lower edge, a tile object by its picture's."""
    for grouped in (False, True):
        tiled = map_of(tmp_path, SPAWN, EXIT, SLIME, SIGN, grouped=grouped)
        assert text_of(tiled) == ["-----", "S-e-G", "XXXXX"]


def test_what_makar_wrote_for_the_game_to_read_is_not_read_again(tmp_path: Path) -> None:
    map_of(tmp_path, SPAWN, EXIT)
    document = json.loads((tmp_path / "map.tmj").read_text())
    stale = {
        "type": "objectgroup",
        "name": "makar objects",
        "id": 8,
        "objects": [SPAWN | {"x": 20}],
    }
    document["layers"].append(stale)
    (tmp_path / "map.tmj").write_text(json.dumps(document))
    assert text_of(read_tiled(tmp_path / "map.tmj"))[1] == "S---G"


def test_a_level_takes_its_objects_with_it(tmp_path: Path) -> None:
    template = map_of(tmp_path, SPAWN, EXIT, SLIME, SIGN, grouped=True)
    text = "-S-ee\nX-XXX\nXXXXX\n"[:-1].replace("X-XXX", "XGXXX")
    new, found = written(tmp_path, template, text)
    assert text_of(new) == text.split()
    spawn = next(item for item in found if item.get("type") == "Spawn")
    assert (spawn["x"], spawn["y"], spawn["hp"]) == (12, 8, 3), "as it stood in its own cell"
    slimes = [item for item in found if item.get("class") == "Slime"]
    assert [(s["x"], s["y"], s["gid"]) for s in slimes] == [(26, 8, 1), (34, 8, 1)]
    assert SIGN in found
    ids = [item["id"] for item in found]
    assert len(set(ids)) == len(ids) == 5
    assert new.document["nextobjectid"] > max(ids)


def test_the_object_of_a_cell_is_kept_with_all_it_knows(tmp_path: Path) -> None:
    boss = SLIME | {"id": 10, "x": 26, "name": "boss"}
    template = map_of(tmp_path, SPAWN, EXIT, SLIME, boss)
    _, found = written(tmp_path, template, "-----\nS--eG\nXXXXX")
    assert [item.get("name") for item in found if item.get("class") == "Slime"] == ["boss"]


@pytest.mark.parametrize("items", [[], [SIGN]])
def test_a_map_without_such_objects_gets_points(tmp_path: Path, items: list[Any]) -> None:
    template = map_of(tmp_path, *items)
    new, found = written(tmp_path, template, "S---G\nXXXXX\nXXXXX")
    assert text_of(new) == ["S---G", "XXXXX", "XXXXX"]
    made = [item for item in found if item != SIGN]
    assert [(item["type"], item["point"], item["x"], item["y"]) for item in made] == [
        ("Spawn", True, 4, 4), ("exit", True, 36, 4)
    ]  # fmt: skip


def test_a_lower_level_stands_on_the_templates_floor(tmp_path: Path) -> None:
    boss = SLIME | {"id": 10, "x": 26, "name": "boss"}
    template = map_of(tmp_path, SPAWN, EXIT, SLIME, boss)
    new, found = written(tmp_path, template, "S--eG\nXXXXX")
    assert text_of(new) == ["S--eG", "XXXXX"]
    assert any(item.get("name") == "boss" and item["y"] == 8 for item in found)


@pytest.mark.parametrize("y", [16, 16.5, 24])
def test_what_stands_in_the_floor_is_put_on_it_and_that_is_said(tmp_path: Path, y: float) -> None:
    map_of(tmp_path, SPAWN | {"y": y}, EXIT)
    corpus = read_map_corpus([tmp_path / "map.tmj"], GAME)
    read = write_level_text(corpus.maps.levels[0], GAME.legend)
    assert read.split() == ["-----", "S---G", "XXXXX"]
    said = (
        "objects whose feet are in something solid are taken to stand on it: "
        "one (map.tmj, line 3, column 1)"
    )
    assert [note for note in corpus.notes if "feet" in note] == [said] * (y > 16)


def test_what_is_buried_is_refused(tmp_path: Path) -> None:
    tiled = map_of(tmp_path, SPAWN | {"y": 24})
    tiled.layers[0].cells[1] = 1
    with pytest.raises(UnreadableLevelError, match="'one' stands in something solid, line 3"):
        level_of(tiled, GAME)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"x": 41}, "'one' stands outside the map"),
        ({"y": -3}, "'one' stands outside the map"),
        ({"y": 25}, "'one' stands outside the map"),
        ({"x": "left"}, "x of the object 'one' must be a number, got 'left'"),
        ({"y": True}, "y of the object 'one' must be a number"),
    ],
)
def test_an_object_that_can_stand_nowhere_is_refused(
    tmp_path: Path, change: dict[str, Any], fault: str
) -> None:
    with pytest.raises(UnreadableLevelError, match=fault):
        level_of(map_of(tmp_path, SPAWN | change), GAME)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('a = { role = "start", symbol = "S", object = 3 }', "object = 3"),
        ('a = { role = "empty", symbol = "S", object = "x" }', "cannot be an object"),
        ('a = { role = "start", symbol = "S", object = "x,,y" }', "object = 'x,,y'"),
        ('a = { role = "start", symbol = "S", object = ["x", 3] }', "object = "),
        ('a = { role = "start", symbol = "S", object = "layer:" }', "object = 'layer:'"),
        (
            'a = { role = "start", symbol = "S", object = "x" }\n'
            'b = { role = "goal", symbol = "G", object = "x" }',
            "'a' and 'b' share the object 'x'",
        ),
    ],
)
def test_the_legend_says_what_cannot_be(line: str, fault: str) -> None:
    with pytest.raises(LegendError, match=fault):
        parse_legend(f'[tiles]\nair = {{ role = "empty", symbol = "-" }}\n{line}')


@pytest.mark.opener
def test_tiled_itself_opens_what_is_written(tmp_path: Path) -> None:
    if shutil.which("tiled") is None:
        pytest.skip("Tiled is not installed: apt install tiled")
    slime = {k: v for k, v in SLIME.items() if k != "class"} | {"type": "Slime"}  # as Tiled 1.8
    template = map_of(tmp_path, SPAWN, EXIT, slime, SIGN)
    written(tmp_path, template, "-----\n-SeGe\nXXXXX")
    command = ["tiled", "--export-map", "json", str(tmp_path / "new.tmj"), str(tmp_path / "o.tmj")]
    subprocess.run(
        command, check=True, env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"}
    )
    again = read_tiled(tmp_path / "o.tmj")
    assert text_of(again) == ["-----", "-SeGe", "XXXXX"]
    np.testing.assert_array_equal(again.layers[0].cells[2] > 0, True)
