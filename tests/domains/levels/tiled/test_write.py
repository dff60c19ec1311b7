from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.levels.level.level import Level
from makar.domains.levels.level.text import parse_level_text, write_level_text
from makar.domains.levels.tiled.meaning import level_of
from makar.domains.levels.tiled.objects import rectangles
from makar.domains.levels.tiled.read import TiledMap, read_tiled
from makar.domains.levels.tiled.tilesets import TilesetReference
from makar.domains.levels.tiled.variants import learn_variants
from makar.domains.levels.tiled.write import (
    Written,
    with_locked,
    write_into_map,
    write_with_tileset,
)

GAME = parse_legend(
    """
    [tiles]
    air = { role = "empty", symbol = "-" }
    ground = { role = "solid", symbol = "X", ids = "0-2" }
    hero = { role = "start", symbol = "S", ids = "4" }
    flag = { role = "goal", symbol = "G", ids = "5" }
    slime = { role = "enemy", symbol = "e", ids = { props = "1" } }
    """.replace('"0-2"', '{ terrain = "0-2" }')
    .replace('"4"', '{ terrain = "4" }')
    .replace('"5"', '{ terrain = "5" }')
)
MIRRORED = 0x8000_0000
TEMPLATE = """
-----
S---G
XXXXX
"""
CELLS = [0, 0, 0, 0, 0, 5, 0, 0, 0, 6, 1, 2, 2 | MIRRORED, 2, 3]
"""Ground has a left end, a middle and a right end; one middle is mirrored."""
SIZES = {"tilewidth": 8, "tileheight": 8}
BACK: dict[str, Any] = {
    "type": "tilelayer", "name": "Back", "id": 7, "width": 5, "height": 3, "opacity": 0.50,
    "encoding": "base64", "compression": "",
    "data": "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "properties": [{"name": "parallax ☂", "type": "float", "value": 1e-7}],
}  # fmt: skip
OTHERS: list[dict[str, Any]] = [
    BACK,
    {"type": "imagelayer", "name": "Sky", "id": 3, "image": "sky.png", "x": 0, "y": 0},
    {"type": "objectgroup", "name": "Doors", "id": 4, "strange": [None, {"": []}],
     "objects": [{"id": 41, "x": 1.5, "y": 2, "polygon": [{"x": 0, "y": 0}], "gid": 3}]},
]  # fmt: skip


def template_of(folder: Path, *, locked: list[int] | None = None, **fields: Any) -> TiledMap:
    """A map with layers of every kind, one of them in a group with the level."""
    art = folder / "art"
    art.mkdir(exist_ok=True)
    for name, count in (("terrain", 6), ("props", 4)):
        sheet = {"name": name, "tilecount": count, "columns": 2, "image": f"{name}.png", **SIZES}
        sheet |= {"imagewidth": 16, "imageheight": 24, "type": "tileset", "margin": 0}
        (art / f"{name}.tsj").write_text(json.dumps(sheet | {"spacing": 0, "version": "1.8"}))
    level = {"type": "tilelayer", "name": "Ground", "id": 2, "width": 5, "height": 3,
             "data": CELLS, "tintcolor": "#ffffff"}  # fmt: skip
    inside = [level]
    if locked:
        marks = {"type": "tilelayer", "name": "makar locked", "id": 9, "width": 5, "height": 3}
        inside.append(marks | {"data": locked})
    group = {"type": "group", "name": "World", "id": 8, "layers": inside, "opacity": 1}
    whole = {
        "type": "map", "orientation": "orthogonal", "width": 5, "height": 3, **SIZES,
        "infinite": False, "version": "1.8", "nextlayerid": 10, "nextobjectid": 42,
        "properties": [{"name": "music", "type": "string", "value": "cave.ogg"}],
        "layers": [*OTHERS, group],
        "tilesets": [{"firstgid": 1, "source": "art/terrain.tsj"},
                     {"firstgid": 7, "source": "art/props.tsj"}],
    }  # fmt: skip
    path = folder / "template.tmj"
    path.write_text(json.dumps(whole | fields))
    return read_tiled(path)


def write(path: Path, text: str, template: TiledMap, **options: Any) -> Written:
    level = parse_level_text(text.lstrip("\n"), GAME.legend)
    variants = learn_variants([template], GAME)
    return write_into_map(path, level, game=GAME, template=template, variants=variants, **options)


def layers_of(path: Path) -> dict[str, dict[str, Any]]:
    def named(layers: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        found = {}
        for layer in layers:
            found |= {layer["name"]: layer} | named(layer.get("layers", []))
        return found

    return named(json.loads(path.read_text())["layers"])


def test_the_level_comes_back_from_the_written_map(tmp_path: Path) -> None:
    text = "--G--\nS-e-e\nXX-XX\n"
    written = write(tmp_path / "new.tmj", text, template_of(tmp_path))
    back = level_of(read_tiled(tmp_path / "new.tmj"), GAME)
    assert write_level_text(back, GAME.legend) == text
    assert (back, written.notes) == (written.level, ())


def test_what_is_not_the_level_stays_byte_for_byte(tmp_path: Path) -> None:
    template = template_of(tmp_path)
    write(tmp_path / "new.tmj", TEMPLATE.replace("S-", "Se"), template)
    before, after = template.document, json.loads((tmp_path / "new.tmj").read_text())
    assert [json.dumps(one) for one in after["layers"][:3]] == [json.dumps(one) for one in OTHERS]
    for key in set(before) - {"layers", "nextlayerid", "nextobjectid"}:
        assert json.dumps(after[key]) == json.dumps(before[key]), key
    group = after["layers"][3]
    assert (group["name"], group["opacity"], len(group["layers"])) == ("World", 1, 1)
    assert group["layers"][0]["tintcolor"] == "#ffffff"


def test_a_tile_is_drawn_as_the_map_draws_it_in_such_a_place(tmp_path: Path) -> None:
    def drawn(row: str) -> list[int]:
        level = parse_level_text(f"{row}\n{row}\n", GAME.legend)
        found = variants.of(level.tiles)[0].tolist()
        looks = [variants.looks[look] if look >= 0 else None for look in found]
        assert all(look is None or look[0] in ("", "terrain") for look in looks)
        return [-9 if look is None else (look[1] + 1) | look[2] for look in looks]

    wide = [0, 1, 2, 2 | MIRRORED, 2, 3, 0]
    ground = {"type": "tilelayer", "name": "x", "width": 7, "height": 2, "data": wide * 2}
    template = template_of(tmp_path, layers=[ground], width=7, height=2)
    variants = learn_variants([template], GAME)
    # ends as the map ends, and for the middle what was there twice, not the mirrored one
    assert drawn("-XXXXX-") == [0, 1, 2, 2, 2, 3, 0]
    assert drawn("XX-XXXX") == [2, 3, 0, 1, 2, 2, 2]
    # ground of one column stands in no map: the most frequent look; a slime has none
    assert drawn("-X-e") == [0, 2, 0, -9]


def test_a_tile_is_mirrored_where_the_map_mirrors_it(tmp_path: Path) -> None:
    cells = [1, 2 | MIRRORED, 2 | MIRRORED, 2, 3, 0]
    ground = {"type": "tilelayer", "name": "Ground", "width": 6, "height": 1, "data": cells}
    template = template_of(tmp_path, layers=[ground], width=6, height=1)
    write(tmp_path / "new.tmj", "-XXXX-\n", template)
    drawn = layers_of(tmp_path / "new.tmj")["Ground"]["data"]
    assert drawn == [0, 2 | MIRRORED, 2 | MIRRORED, 2 | MIRRORED, 3, 0]


def test_a_tile_that_no_map_has_is_drawn_by_the_legends_first_id(tmp_path: Path) -> None:
    write(tmp_path / "new.tmj", "-----\nSe--G\nXXXXX\n", template_of(tmp_path))
    assert layers_of(tmp_path / "new.tmj")["Ground"]["data"][6] == 8  # props begin at 7


def test_locked_cells_keep_their_tile_and_how_it_was_turned(tmp_path: Path) -> None:
    marks = [0] * 15
    marks[5] = marks[12] = marks[13] = 1
    marks[2] = 4  # whatever is stamped there: an empty cell is locked too
    template = template_of(tmp_path, locked=marks)
    written = write(tmp_path / "new.tmj", "XXXXX\n-----\nXX---\n", template)
    layers = layers_of(tmp_path / "new.tmj")
    assert write_level_text(written.level, GAME.legend) == "XX-XX\nS----\nXXXX-\n"
    assert [layers["Ground"]["data"][n] for n in (2, 5, 12, 13)] == [0, 5, CELLS[12], 2]
    assert layers["makar locked"]["data"] == marks
    assert level_of(read_tiled(tmp_path / "new.tmj"), GAME) == written.level
    level = parse_level_text("XXXXX\n-----\nXX---\n", GAME.legend)
    assert with_locked(level, template, GAME) == written.level


def test_rows_are_counted_from_the_floor(tmp_path: Path) -> None:
    marks = [0] * 15
    marks[12] = 1
    template = template_of(tmp_path, locked=marks)
    written = write(tmp_path / "new.tmj", "-----\n-----\n-----\n-----\n", template)
    assert write_level_text(written.level, GAME.legend).split()[3] == "--X--"
    assert any("1 rows higher" in note for note in written.notes)
    write(tmp_path / "new.tmj", "-----\n-----\n", template)
    assert layers_of(tmp_path / "new.tmj")["makar locked"]["data"] == marks[5:]
    written = write(tmp_path / "new.tmj", "--\n--\n", template)
    assert "1 locked cells lie outside of the level and are lost" in written.notes


def test_other_tile_layers_stay_and_are_cut_where_they_do_not_fit(tmp_path: Path) -> None:
    template = template_of(tmp_path)
    wider = write(tmp_path / "new.tmj", "S-----G\n-------\nXXXXXXX\n", template)
    assert json.dumps(layers_of(tmp_path / "new.tmj")["Back"]) == json.dumps(BACK)
    assert wider.notes == ()
    narrower = write(tmp_path / "new.tmj", "S--G\n----\nXXXX\n", template)
    assert narrower.notes == ("tile layer 'Back' was larger than the level and is cut",)
    layers = layers_of(tmp_path / "new.tmj")
    (told,) = layers["makar objects"]["properties"]
    assert (told["name"], told["value"]) == ("notes", *narrower.notes)
    back = {key: value for key, value in BACK.items() if key not in ("encoding", "compression")}
    assert layers["Back"] == back | {"data": [9] + [0] * 11, "width": 4}
    whole = json.loads((tmp_path / "new.tmj").read_text())
    assert (whole["width"], whole["height"], layers["Ground"]["width"]) == (4, 3, 4)


def test_a_packed_level_is_written_plainly(tmp_path: Path) -> None:
    template = template_of(tmp_path)
    write(tmp_path / "plain.tmj", TEMPLATE, template)
    packed = json.loads((tmp_path / "plain.tmj").read_text())
    ground = packed["layers"][3]["layers"][0]
    cells = np.array(ground["data"], "<u4").tobytes()
    ground |= {"data": base64.b64encode(cells).decode(), "encoding": "base64", "compression": ""}
    (tmp_path / "packed.tmj").write_text(json.dumps(packed))
    for name in ("packed", "plain"):
        write(tmp_path / f"{name}-again.tmj", TEMPLATE, read_tiled(tmp_path / f"{name}.tmj"))
    again = [(tmp_path / f"{name}-again.tmj").read_text() for name in ("packed", "plain")]
    assert again[0] == again[1]


def test_written_again_the_objects_are_made_anew(tmp_path: Path) -> None:
    write(tmp_path / "one.tmj", TEMPLATE, template_of(tmp_path), route=[(0, 1), (4, 1)])
    write(tmp_path / "two.tmj", TEMPLATE, read_tiled(tmp_path / "one.tmj"), route=[(0, 1), (4, 1)])
    one, two = (json.loads((tmp_path / f"{n}.tmj").read_text()) for n in ("one", "two"))
    assert [layer["name"] for layer in one["layers"]] == [layer["name"] for layer in two["layers"]]
    ids = [thing["id"] for layer in two["layers"] for thing in layer.get("objects", [])]
    assert len(set(ids)) == len(ids)
    assert max(ids) < two["nextobjectid"]


def test_the_game_finds_its_points_its_way_and_its_walls(tmp_path: Path) -> None:
    text = "----G\nS-e-X\nXX-XX\n"
    write(tmp_path / "new.tmj", text, template_of(tmp_path), route=[(0, 1), (1, 0), (4, 0)])
    layers = layers_of(tmp_path / "new.tmj")
    points = layers["makar objects"]["objects"]
    assert [(p["type"], p["name"], p["x"], p["y"], p.get("point")) for p in points] == [
        ("goal", "flag", 36, 4, True),
        ("start", "hero", 4, 12, True),
        ("enemy", "slime", 20, 12, True),
        ("path", "a way through", 4, 12, None),
    ]
    assert points[3]["polyline"] == [{"x": 0, "y": 0}, {"x": 8, "y": -8}, {"x": 32, "y": -8}]
    boxes = layers["makar collision"]["objects"]
    assert [(b["x"], b["y"], b["width"], b["height"]) for b in boxes] == [
        (32, 8, 8, 8), (0, 16, 16, 8), (24, 16, 16, 8),
    ]  # fmt: skip
    assert {b["type"] for b in boxes} == {"solid"}
    assert [p["id"] for p in [*points, *boxes]] == list(range(42, 49))


@given(arrays(bool, st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_rectangles_cover_what_is_solid_once_and_nothing_else(solid: np.ndarray) -> None:
    covered = np.zeros(solid.shape, int)
    for x, y, width, height in rectangles(solid):
        assert x + width <= solid.shape[1]
        assert y + height <= solid.shape[0]
        covered[y : y + height, x : x + width] += 1
    assert (covered == solid).all()


def test_a_block_is_one_rectangle() -> None:
    assert rectangles(np.ones((4, 6), bool)) == [(0, 0, 6, 4)]


def test_written_elsewhere_the_map_still_finds_its_tilesets(tmp_path: Path) -> None:
    embedded = {"firstgid": 7, "name": "props", "tilecount": 4, "image": "art/props.png", **SIZES,
                "tiles": [{"id": 0, "image": "art/one.png"}, {"id": 1}]}  # fmt: skip
    tilesets = [{"firstgid": 1, "source": "art/terrain.tsj"}, embedded]
    template = template_of(tmp_path, tilesets=tilesets)
    (tmp_path / "runs" / "one").mkdir(parents=True)
    path = tmp_path / "runs" / "one" / "new.tmj"
    written = write(path, TEMPLATE, template)
    first, second = json.loads(path.read_text())["tilesets"]
    assert first == {"firstgid": 1, "source": "../../art/terrain.tsj"}
    assert second["image"] == "../../art/props.png"
    assert second["tiles"] == [{"id": 0, "image": "../../art/one.png"}, {"id": 1}]
    assert written.notes == ("image layers name pictures beside template.tmj: copy them too",)
    assert level_of(read_tiled(path, tmp_path), GAME) == written.level


def test_a_tile_that_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    template = template_of(tmp_path)
    game = parse_legend(GAME.text.replace(', ids = { props = "1" }', ""))
    level = parse_level_text(TEMPLATE.strip("\n").replace("S-", "Se"), game.legend)
    with pytest.raises(LegendError, match=r"'slime' cannot be drawn .* Give 'slime' an id"):
        write_into_map(
            tmp_path / "new.tmj", level, game=game, template=template,
            variants=learn_variants([template], game),
        )  # fmt: skip
    assert not (tmp_path / "new.tmj").exists()


def mario_map(folder: Path) -> tuple[Level, Path]:
    """A Mario level with a tileset of thirteen tiles, four in a row."""
    from PIL import Image

    size = len(MARIO.tiles)
    Image.new("RGB", (64, 64), (90, 120, 30)).save(folder / "tiles.png")
    tileset = TilesetReference(
        folder / "tiles.tsj", "tiles.png", columns=4, tile_size=16, count=size,
        ids={number: size - number for number in range(1, size)},
    )  # fmt: skip
    level = parse_level_text("--o--\n-E-<>\nXX-[]\n", MARIO)
    path = folder / "mario.tmj"
    write_with_tileset(path, level, legend=MARIO, tileset=tileset, route=[(0, 1), (2, 0), (4, 0)])
    return level, path


def test_a_game_without_maps_gets_a_map_and_a_tileset(tmp_path: Path) -> None:
    level, path = mario_map(tmp_path)
    whole = json.loads(path.read_text())
    assert whole["tilesets"] == [{"firstgid": 1, "source": "tiles.tsj"}]
    data = np.array(whole["layers"][0]["data"]).reshape(level.tiles.shape)
    assert (data == np.where(level.tiles == 0, 0, 1 + 13 - level.tiles.astype(int))).all()
    sheet = json.loads((tmp_path / "tiles.tsj").read_text())
    assert {tile["id"]: tile["type"] for tile in sheet["tiles"]} == {
        13 - number: MARIO.names[number] for number in range(1, 13)
    }
    assert (sheet["imagewidth"], sheet["imageheight"]) == (64, 64)


def exported(path: Path) -> ElementTree.Element:
    """The map as Debian's Tiled writes it in XML, having opened it without a screen."""
    if shutil.which("tiled") is None:
        pytest.skip("Tiled is not installed: apt install tiled")
    home = {"HOME": str(path.parent), "XDG_RUNTIME_DIR": str(path.parent)}
    done = subprocess.run(
        ["tiled", "--export-map", str(path), str(path.with_suffix(".tmx"))],
        env={**os.environ, **home, "QT_QPA_PLATFORM": "offscreen"},
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "rror" not in done.stderr
    return ElementTree.parse(path.with_suffix(".tmx")).getroot()


def cells_in(layer: ElementTree.Element) -> list[int]:
    text = layer.findtext("data")
    assert text is not None
    return [int(cell) for cell in text.replace("\n", "").split(",")]


@pytest.mark.opener
def test_tiled_opens_a_written_map_and_sees_every_layer(tmp_path: Path) -> None:
    marks = [0] * 15
    marks[12] = 1
    template = template_of(tmp_path, locked=marks)
    text = "----G--\nS-e-XX-\nXX-XX--\n"
    written = write(tmp_path / "new.tmj", text, template, route=[(0, 1), (1, 0), (4, 0)])
    seen = exported(tmp_path / "new.tmj")
    assert (seen.get("width"), seen.get("height")) == ("7", "3")
    assert [t.get("source") for t in seen.findall("tileset")] == [
        "art/terrain.tsj", "art/props.tsj",
    ]  # fmt: skip
    assert seen.find("properties/property").get("value") == "cave.ogg"  # type: ignore[union-attr]
    layers = {layer.get("name"): layer for layer in seen.iter() if layer.get("name")}
    assert cells_in(layers["Ground"])[16] == CELLS[12]  # the locked cell, still mirrored
    meaning = {0: "-", 1: "X", 2: "X", 3: "X", 5: "S", 6: "G", 8: "e"}
    rows = [meaning[cell & 0xFFF_FFFF] for cell in cells_in(layers["Ground"])]
    assert "".join(rows) == write_level_text(written.level, GAME.legend).replace("\n", "")
    assert cells_in(layers["Back"]) == [9] + [0] * 14
    assert cells_in(layers["makar locked"]) == marks
    assert layers["Sky"].find("image").get("source") == "sky.png"  # type: ignore[union-attr]
    assert [thing.get("id") for thing in layers["Doors"].findall("object")] == ["41"]
    found = layers["makar objects"].findall("object")
    assert Counter(thing.get("type") for thing in found) == {
        "start": 1, "goal": 1, "enemy": 1, "path": 1,
    }  # fmt: skip
    assert sum(thing.find("point") is not None for thing in found) == 3
    assert found[-1].find("polyline").get("points") == "0,0 8,-8 32,-8"  # type: ignore[union-attr]
    boxes = [
        [float(box.get(key, 0)) / 8 for key in ("x", "y", "width", "height")]
        for box in layers["makar collision"].findall("object")
    ]
    solid = np.zeros((3, 7), int)
    for x, y, width, height in np.array(boxes, int):
        solid[y : y + height, x : x + width] += 1
    assert (solid == (written.level.tiles == 1)).all()


@pytest.mark.opener
def test_tiled_opens_a_map_with_our_own_tileset(tmp_path: Path) -> None:
    level, path = mario_map(tmp_path)
    seen = exported(path)
    cells = np.array(cells_in(seen.find("layer"))).reshape(level.tiles.shape)  # type: ignore[arg-type]
    assert (cells == np.where(level.tiles == 0, 0, 14 - level.tiles.astype(int))).all()
    done = subprocess.run(
        ["tiled", "--export-tileset", "tiles.tsj", "tiles.tsx"], cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    sheet = ElementTree.parse(tmp_path / "tiles.tsx").getroot()
    assert sheet.get("tilecount") == "16", done.stderr
    assert {tile.get("type") for tile in sheet.findall("tile")} == set(MARIO.names[1:])


ODD = (None, True, -1, 1 << 70, "a\0", "\ud800", [], {}, [[]])


def places_in(whole: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, and so every value that could be another."""
    yield place
    inside = enumerate(whole) if isinstance(whole, list) else ()
    for key, value in whole.items() if isinstance(whole, dict) else inside:
        yield from places_in(value, (*place, key))


def test_whatever_stands_anywhere_in_a_map_it_is_read_or_refused(tmp_path: Path) -> None:
    marks = [0] * 15
    marks[12] = 1
    embedded = {"firstgid": 7, "name": "props", "tilecount": 4, "image": "art/props.png", **SIZES,
                "tiles": [{"id": 0, "image": "art/one.png"}]}  # fmt: skip
    tilesets = [{"firstgid": 1, "source": "art/terrain.tsj"}, embedded]
    good = template_of(tmp_path, locked=marks, tilesets=tilesets)
    variants = learn_variants([good], GAME)
    level = parse_level_text("S-e-XG\nXXX-XX\n", GAME.legend)
    path, outcomes = tmp_path / "odd.tmj", Counter[str]()
    for place in places_in(good.document):
        if place and place[-1] in range(2, 15):
            continue  # one cell of many is enough
        for odd in ODD:
            whole = {"": json.loads(json.dumps(good.document))}
            holder: Any = whole
            for key in ("", *place)[:-1]:
                holder = holder[key]
            holder[("", *place)[-1]] = odd
            path.write_text(json.dumps(whole[""]))
            try:
                write_into_map(
                    tmp_path / "new.tmj", level, game=GAME, template=read_tiled(path),
                    variants=variants,
                )  # fmt: skip
                outcomes["read"] += 1
            except UnreadableLevelError:
                outcomes["refused"] += 1
    assert min(outcomes.values()) > 200
