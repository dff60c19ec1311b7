"""Written maps keep each thing where the game looks for it, and as the designer drew it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domains.levels.tiled.building import (
    EXIT,
    SLIME,
    SPAWN,
    TILES,
    document,
    group,
    layer,
    program,
    saved,
    things,
)
from makar.domains.levels.level.legend_file import GameLegend, parse_legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import parse_level_text, write_level_text
from makar.domains.levels.tiled.map_corpus import read_map_corpus
from makar.domains.levels.tiled.meaning import level_of
from makar.domains.levels.tiled.read import read_tiled
from makar.domains.levels.tiled.write import write_into_map

TEXT = """
[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X", ids = "0-3" }
spike = { role = "hazard", symbol = "^", ids = "4" }
hero = { role = "start", symbol = "S", object = "spawn" }
exit = { role = "goal", symbol = "G", object = "exit" }
slime = { role = "enemy", symbol = "e", object = "slime, layer:Enemies" }
wall = { role = "solid", symbol = "W", object = "wall" }
bat = { role = "enemy", symbol = "b", object = "bat*" }
"""
ROWS = ["------------"] * 4 + ["-S----------", "XXXXXXXXXXXX"]
HP = [{"name": "hp", "type": "int", "value": 7}]


def level(game: GameLegend, *lines: str) -> Level:
    """The last rows of a level, over air."""
    rows = ["-" * 12] * (6 - len(lines)) + list(lines)
    return parse_level_text("\n".join(rows), game.legend)


def write(
    folder: Path, maps: list[dict[str, Any]], *lines: str, to: str = "new.tmj", text: str = TEXT
) -> tuple[dict[str, Any], list[str]]:
    """A level written into the first of these maps: the document, and the level read again."""
    for n, whole in enumerate(maps):
        saved(folder, whole, f"{n}.tmj")
    game = parse_legend(text, folder / "legend.toml")
    corpus = read_map_corpus([folder / "*.tmj"], game)
    assert corpus.templates[0] is not None
    (folder / to).parent.mkdir(exist_ok=True)
    made = level(game, *lines)
    write_into_map(
        folder / to, made, game=game, template=corpus.templates[0], variants=corpus.variants
    )
    back = level_of(read_tiled(folder / to, folder), game)
    assert write_level_text(back, game.legend) == write_level_text(made, game.legend)
    whole = json.loads((folder / to).read_text())
    (folder / to).unlink()
    return whole, write_level_text(back, game.legend).split()


def on_layers(whole: dict[str, Any], *path: str) -> dict[str, list[dict[str, Any]]]:
    """Objects by the name of their layer, the groups' before it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in whole["layers"]:
        name = "/".join((*path, one["name"]))
        if one["type"] == "group":
            found |= on_layers(one, *path, one["name"])
        elif one["type"] == "objectgroup" and not name.startswith("makar"):
            found.setdefault(name, []).extend(one["objects"])
    return found


def ends(*items: dict[str, Any]) -> dict[str, Any]:
    return things(SPAWN, EXIT, *items)


def test_an_enemy_is_a_copy_of_one_of_its_class_from_any_map(tmp_path: Path) -> None:
    slime = SLIME | {"width": 14, "height": 12, "y": 68, "rotation": 0, "properties": HP}
    maps = [document(layer(), ends()), document(layer(), ends(), things(slime, name="Enemies"))]
    whole, _ = write(tmp_path, maps, "-S-e--e---G-", "X" * 12)
    layers = on_layers(whole)
    assert set(layers) == {"Objects", "Enemies"}
    made = layers["Enemies"]
    assert [(one["x"], one["y"], one["width"], one["height"]) for one in made] == [
        (48, 68, 14, 12), (96, 68, 14, 12)
    ]  # fmt: skip
    assert all(one["type"] == "slime" and one["properties"] == HP for one in made)
    ids = [one["id"] for layer in layers.values() for one in layer]
    assert len(set(ids)) == len(ids)
    assert whole["nextobjectid"] > max(ids)
    numbers = [one["id"] for one in whole["layers"] if one["name"] == "Enemies"]
    assert whole["nextlayerid"] > numbers[0]


def test_it_goes_to_the_layer_of_its_kind_offset_or_not(tmp_path: Path) -> None:
    """In the map's own layer of that name, wherever it lies and whatever lies on it."""
    enemies = group(things(name="Enemies", offsetx=16, offsety=-5), name="World", offsetx=32)
    other = things(SLIME | {"x": 48}, name="Enemies", offsetx=16)
    maps = [document(layer(), ends(), enemies), document(layer(), ends(), other)]
    whole, _ = write(tmp_path, maps, "-S----e---G-", "X" * 12)
    (made,) = on_layers(whole)["World/Enemies"]
    assert (made["x"], made["y"]) == (96 - 48, 64 + 5)


def test_each_kind_goes_to_its_own_layer(tmp_path: Path) -> None:
    """And not all to the first that has any."""
    bat = SLIME | {"type": "", "name": "bat 1", "id": 8, "x": 96}
    map_ = document(layer(), ends(), things(SLIME, name="Enemies"), things(bat, name="Flying"))
    whole, _ = write(tmp_path, [map_], "-S-e-b-b--G-", "X" * 12)
    found = {
        name: [one["type"] or one["name"] for one in items]
        for name, items in on_layers(whole).items()
    }
    assert found == {
        "Objects": ["spawn", "exit"], "Enemies": ["slime"], "Flying": ["bat 1", "bat 1"]
    }  # fmt: skip


def test_an_instance_of_a_template_stays_one_and_is_found_from_elsewhere(tmp_path: Path) -> None:
    template = {"name": "slime", "type": "slime", "width": 16, "height": 16, "rotation": 0}
    (tmp_path / "things").mkdir()
    for name in ("slime", "sign"):
        whole = {"type": "template", "object": template | {"type": name, "name": name}}
        (tmp_path / "things" / f"{name}.tj").write_text(json.dumps(whole))
    one = {"id": 3, "template": "things\\slime.tj", "x": 64, "y": 64, "properties": HP}
    sign = {"id": 4, "template": "things/sign.tj", "x": 0, "y": 0}
    map_ = document(layer(), ends(one, sign))
    whole, _ = write(tmp_path, [map_], "-S-e-e----G-", "X" * 12)
    assert [one["template"] for one in on_layers(whole)["Objects"] if "template" in one] == [
        "things/sign.tj", "things/slime.tj", "things/slime.tj"
    ]  # fmt: skip
    whole, _ = write(tmp_path, [map_], "-S-e------G-", "X" * 12, to="runs/new.tmj")
    made = [one for one in on_layers(whole)["Objects"] if "template" in one]
    assert [one["template"] for one in made] == ["../things/sign.tj", "../things/slime.tj"]
    assert made[1]["properties"] == HP


def test_a_picture_that_the_map_lacks_comes_with_its_tileset(tmp_path: Path) -> None:
    monsters = TILES | {
        "firstgid": 40, "name": "monsters", "image": "art/m.png", "objectalignment": "top",
        "tiles": [{"id": 5, "type": "slime"}],
    }  # fmt: skip
    shown = {"id": 3, "name": "", "type": "", "gid": 0x8000_0000 + 45, "x": 72, "y": 64,
             "width": 16, "height": 16, "rotation": 0, "visible": True}  # fmt: skip
    maps = [document(layer(), ends()), document(layer(), ends(shown), tilesets=[TILES, monsters])]
    whole, _ = write(tmp_path, maps, "-S-e--e---G-", "X" * 12, to="runs/new.tmj")
    added = whole["tilesets"][1]
    assert (added["name"], added["image"], len(whole["tilesets"])) == (
        "monsters",
        "../art/m.png",
        2,
    )
    made = [one for one in on_layers(whole)["Objects"] if "gid" in one]
    assert [one["gid"] - 0x8000_0000 - added["firstgid"] for one in made] == [5, 5]
    assert [(one["x"], one["y"]) for one in made] == [(56, 64), (104, 64)]


def test_maps_of_another_cell_size_lend_their_things_too(tmp_path: Path) -> None:
    big = document(
        layer(), things(*({**one, **{k: 2 * one[k] for k in ("x", "y", "width", "height")}}
                          for one in (SPAWN, EXIT, SLIME))), tilewidth=32, tileheight=32,
    )  # fmt: skip
    whole, _ = write(tmp_path, [document(layer(), ends()), big], "-S-e--e---G-", "X" * 12)
    assert [one["width"] for one in on_layers(whole)["Objects"] if one["type"] == "slime"] == [
        32,
        32,
    ]


def test_what_dips_into_the_ground_dips_again_where_there_is_ground(tmp_path: Path) -> None:
    map_ = document(layer(), ends(SLIME | {"y": 67}))
    whole, found = write(tmp_path, [map_], "---e--------", "-S--e-----G-", "X" * 12)
    made = [one["y"] for one in on_layers(whole)["Objects"] if one["type"] == "slime"]
    assert made == [48, 67], "in the air it does not"
    assert found[4][4] == "e"


def wall(x: int, y: int, width: int, height: int, **fields: Any) -> dict[str, Any]:
    return {"id": 9, "name": "", "type": "wall", "x": x, "y": y, "width": width, "height": height,
            "rotation": 0, "visible": True} | fields  # fmt: skip


@pytest.mark.parametrize(
    "example",
    [
        wall(0, 80, 64, 16, properties=HP),
        wall(64, 16, 16, 64, rotation=90, properties=HP),
        wall(0, 0, 0, 0, polygon=[{"x": 0, "y": 0}, {"x": 48, "y": 0}, {"x": 0, "y": 48}],
             properties=HP),
    ],
)  # fmt: skip
def test_solid_areas_are_rectangles_over_the_new_cells(
    tmp_path: Path, example: dict[str, Any]
) -> None:
    map_ = document(layer(), ends(), things(example, name="Collision", offsetx=4))
    whole, _ = write(tmp_path, [map_], "----WW------", "-S--WW----G-", "XXXXWWWW--XX")
    made = on_layers(whole)["Collision"]
    assert [[one[key] for key in ("x", "y", "width", "height")] for one in made] == [
        [60, 48, 32, 32], [60, 80, 64, 16]
    ]  # fmt: skip
    assert all(one["properties"] == HP and "polygon" not in one for one in made)


def test_a_solid_thing_with_a_picture_is_one_for_each_cell(tmp_path: Path) -> None:
    sheet = TILES | {"objectalignment": "bottomright", "tileoffset": {"x": 2, "y": 0}}
    crate = wall(62, 80, 32, 32, gid=8)
    map_ = document(layer(), ends(crate), tilesets=[sheet])
    whole, _ = write(tmp_path, [map_], "-----W------", "-S--WW----G-", "X" * 12)
    made = [one for one in on_layers(whole)["Objects"] if "gid" in one]
    assert len(made) == 3
    assert [made[0][key] for key in ("x", "y", "width")] == [94, 64, 16]


SPIKES = [0] * 51 + [5] * 7 + [0] * 14


def test_tiles_go_to_the_layer_of_their_kind(tmp_path: Path) -> None:
    """Where this map has them, or where the others do, though this one's layer is empty."""
    one = document(layer(), layer("Spikes", [0] * 72), layer("Bushes", [8] * 72), ends())
    two = document(layer(), layer("Spikes", SPIKES), ends())
    for maps in ([one, two], [two, one]):
        whole, _ = write(tmp_path, maps, "-S-^^-----G-", "XXXXXXX--XXX")
        cells = {x["name"]: x["data"] for x in whole["layers"] if x["type"] == "tilelayer"}
        assert [n for n, cell in enumerate(cells["Spikes"]) if cell] == [51, 52]
        assert set(cells["Ground"]) == {0, 1}
        if maps[0] is one:
            assert cells["Bushes"] == [8] * 72


def test_a_layer_that_is_moved_is_drawn_where_it_was(tmp_path: Path) -> None:
    """Whole cells of its offset go into its cells, so that none lies outside; the rest stays."""
    moved = group(layer(offsety=-36, offsetx=3), name="World", offsety=2)
    hero, goal = SPAWN | {"y": 30}, EXIT | {"y": 30}
    text = TEXT.replace('object = "exit"', 'object = "exit"')
    map_ = document(moved, things(hero, goal))
    whole, _ = write(tmp_path, [map_], "-S--------G-", "X--XX-----XX", text=text)
    ground = whole["layers"][0]["layers"][0]
    assert (ground["offsetx"], ground["offsety"], whole["layers"][0]["offsety"]) == (3, -4, 2)
    assert ground["data"][60:] == [1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1]


def test_an_infinite_map_is_written_of_fixed_size(tmp_path: Path) -> None:
    chunk = {"x": -20, "y": -6, "width": 12, "height": 6, "data": layer()["data"]}
    ground = {key: value for key, value in layer().items() if key != "data"} | {"chunks": [chunk]}
    shift = {"x": -320, "y": -96}
    items = [one | {key: one[key] + shift[key] for key in "xy"} for one in (SPAWN, EXIT, SLIME)]
    sign = {"id": 8, "type": "sign", "x": -320, "y": -96}
    map_ = document(ground, things(*items, sign), infinite=True)
    whole, _ = write(tmp_path, [map_], "-S-e------G-", "X" * 12)
    assert (whole["infinite"], whole["width"], whole["height"]) == (False, 12, 6)
    kept = next(one for one in on_layers(whole)["Objects"] if one["type"] == "sign")
    assert kept["x"] == 0


def test_whatever_the_level_it_comes_back_from_the_map(tmp_path: Path) -> None:
    """Every tile, in chance places, in a map with layers, objects, offsets and templates."""
    (tmp_path / "slime.tj").write_text(json.dumps(
        {"type": "template", "object": {"name": "", "type": "slime", "width": 20, "height": 9}}
    ))  # fmt: skip
    maps = [
        document(layer(offsety=-16), layer("Spikes", SPIKES, offsetx=-32), ends(),
                 things({"id": 5, "template": "slime.tj", "x": 61, "y": 60}, name="Enemies")),
        document(layer(), layer("Deco", [8] * 72), ends(wall(2, 3, 90, 40)),
                 group(things(SLIME | {"name": "batty", "type": "", "y": 12.5, "gid": 3}),
                       offsetx=5)),
    ]  # fmt: skip
    random, game = np.random.default_rng(5), parse_legend(TEXT)
    for order in (maps, maps[::-1]):
        for _ in range(12):
            tiles = random.choice(8, (6, 12), p=[0.5, 0.15, 0.1, 0, 0, 0.1, 0.05, 0.1])
            tiles[random.integers(6), random.integers(6)] = 3
            tiles[random.integers(6), 6 + random.integers(6)] = 4
            text = write_level_text(Level(tiles.astype(np.uint8), game.legend.names), game.legend)
            write(tmp_path, order, *text.split())


@pytest.mark.opener
def test_tiled_opens_what_is_written_and_has_every_object(tmp_path: Path) -> None:
    slime = SLIME | {"properties": HP, "rotation": 0, "visible": True}
    maps = [document(layer(), ends()), document(layer(), ends(), things(slime, name="Enemies"))]
    whole, _ = write(tmp_path, maps, "-S-e--e---G-", "X" * 12)
    path = saved(tmp_path, whole, "seen.tmj")
    program("tiled", "--export-map", path, tmp_path / "seen.tmx", home=tmp_path)
    game = parse_legend(TEXT)
    one, two = (level_of(read_tiled(p), game) for p in (path, tmp_path / "seen.tmx"))
    assert one == two
    (enemies,) = [x for x in read_tiled(tmp_path / "seen.tmx").document["layers"]
                  if x["name"] == "Enemies"]  # fmt: skip
    assert [x["properties"] for x in enemies["objects"]] == [HP, HP]
