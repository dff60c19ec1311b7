"""Maps in Tiled's XML are the documents that Tiled itself would export as JSON."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from domains.levels.tiled.building import (
    EXIT,
    FLOOR,
    GAME,
    GAME_WITH_ENDS,
    SLIME,
    SPAWN,
    TILES,
    document,
    group,
    layer,
    program,
    rows,
    saved,
    things,
)
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.levels.tiled.read import read_tiled

PACKED = b"".join(cell.to_bytes(4, "little") for cell in FLOOR)
CSV = ",\n".join(",".join(map(str, FLOOR[n : n + 12])) for n in range(0, 72, 12))


def xml(data: str, head: str = "", tail: str = "", tiles: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<map version="1.10" orientation='
        '"orthogonal" width="12" height="6" tilewidth="16" tileheight="16" infinite="0">'
        '<tileset firstgid="1" name="tiles" tilewidth="16" tileheight="16" tilecount="8"'
        f' columns="8"><image source="t.png" width="128" height="16"/>{tiles}</tileset>'
        f'<layer id="1" name="Ground" width="12" height="6">{data}</layer>{tail}</map>'
    )


def put(folder: Path, text: str | bytes, name: str = "map.tmx") -> Path:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / name


def b64(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return f"\n   {text[:40]}\n   {text[40:]}\n  "


@pytest.mark.parametrize(
    "data",
    [
        f'<data encoding="csv">\n{CSV}\n</data>',
        f'<data encoding="csv">{CSV},</data>',
        f'<data encoding="base64">{b64(PACKED)}</data>',
        f'<data encoding="base64" compression="zlib">{b64(zlib.compress(PACKED))}</data>',
        f'<data encoding="base64" compression="gzip">{b64(gzip.compress(PACKED))}</data>',
        "<data>" + "".join(f'<tile gid="{c}"/>' if c else "<tile/>" for c in FLOOR) + "</data>",
    ],
    ids=["csv", "comma", "base64", "zlib", "gzip", "elements"],
)
@pytest.mark.parametrize("name", ["map.tmx", "map.json", "map.xml"])
def test_cells_are_read_however_they_are_packed(tmp_path: Path, data: str, name: str) -> None:
    assert rows(put(tmp_path, xml(data), name)) == ["-" * 12] * 5 + ["X" * 12]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_mark_of_an_encoding_does_no_harm(tmp_path: Path, encoding: str) -> None:
    text = xml(f'<data encoding="csv">{CSV}</data>').replace('"UTF-8"', f'"{encoding[:6]}"')
    text = text.replace('"utf-8-"', '"utf-8"')
    assert rows(put(tmp_path, text.encode(encoding)))[5] == "X" * 12


def everything() -> dict[str, Any]:
    """A map with as much of what a map can hold as Tiled 1.8 knows."""
    told = [
        {"name": "a", "type": "string", "value": "two\nlines"},
        {"name": "b", "type": "bool", "value": True},
        {"name": "c", "type": "float", "value": 1.5},
        {"name": "d", "type": "int", "value": -3},
        {"name": "e", "type": "color", "value": "#ff112233"},
        {"name": "f", "type": "file", "value": "sound.ogg"},
        {"name": "g", "type": "object", "value": 2},
    ]
    shapes = [
        SPAWN | {"properties": told, "rotation": 12.5, "visible": False},
        EXIT | {"ellipse": True}, SLIME | {"point": True, "width": 0, "height": 0},
        {"id": 4, "name": "p", "type": "x", "x": 1.5, "y": 2, "width": 0, "height": 0,
         "polygon": [{"x": 0, "y": 0}, {"x": 8.25, "y": 4}, {"x": 0, "y": 16}]},
        {"id": 5, "name": "l", "type": "", "x": 1, "y": 2, "width": 0, "height": 0,
         "polyline": [{"x": 0, "y": 0}, {"x": -8, "y": 4}]},
        {"id": 6, "name": "t", "type": "", "x": 1, "y": 2, "width": 40, "height": 9,
         "text": {"text": "Hi <you>", "wrap": True, "color": "#112233", "pixelsize": 9}},
        {"id": 7, "name": "g", "type": "", "x": 1, "y": 2, "width": 16, "height": 16,
         "gid": 0xC000_0003},
    ]  # fmt: skip
    for shape in shapes:
        shape.setdefault("rotation", 0)
        shape.setdefault("visible", True)
    tile = {
        "id": 2, "type": "slime", "probability": 0.5, "properties": told[1:3],
        "animation": [{"duration": 100, "tileid": 1}, {"duration": 50, "tileid": 2}],
        "objectgroup": things({"id": 1, "name": "", "type": "", "x": 0, "y": 0, "width": 8,
                               "height": 8, "rotation": 0, "visible": True}, name=""),
    }  # fmt: skip
    sheet = TILES | {
        "tiles": [tile], "tileoffset": {"x": 2, "y": -3}, "objectalignment": "center",
        "grid": {"orientation": "orthogonal", "width": 16, "height": 16},
        "properties": told[:2], "transparentcolor": "#ff00ff",
        "transformations": {"hflip": True, "vflip": False, "rotate": False,
                            "preferuntransformed": True},
        "wangsets": [{
            "name": "w", "type": "mixed", "tile": -1,
            "colors": [{"name": "c", "color": "#ff0000", "tile": -1, "probability": 1}],
            "wangtiles": [{"tileid": 1, "wangid": [0, 1, 0, 1, 0, 0, 0, 0]}],
        }],
    }  # fmt: skip
    inner = group(
        layer("Deep", visible=False, opacity=0.5, offsetx=3.5, offsety=-4, parallaxx=0.5,
              tintcolor="#102030", locked=True, properties=told[:1]),
        name="In", offsetx=16,
    )  # fmt: skip
    picture = {"type": "imagelayer", "name": "Sky", "image": "sky.png", "opacity": 1,
               "visible": True, "repeatx": True, "offsetx": 5}  # fmt: skip
    return document(
        layer(), group(inner, things(*shapes)), picture, tilesets=[sheet], properties=told,
        backgroundcolor="#445566", parallaxoriginx=7,
    )  # fmt: skip


IDLE = {
    "x": 0, "y": 0, "rotation": 0, "opacity": 1, "visible": True, "name": "", "type": "",
    "draworder": "topdown", "properties": [], "tintcolor": "", "encoding": "csv", "margin": 0,
    "spacing": 0, "objectalignment": "unspecified", "probability": 1, "value": "", "wrap": False,
    "locked": False, "id": 0, "width": 0, "height": 0, "tile": -1,
}  # fmt: skip
"""What says nothing where it is told: one of the two formats leaves it out."""


def told_of(value: Any, keys: tuple[str, ...] = ()) -> Any:
    """A document without what says nothing, so that two may be compared."""
    if isinstance(value, dict):
        found = {key: told_of(one, (*keys, key)) for key, one in value.items()}
        lone = {"editorsettings", "tiledversion", "version", "compressionlevel", "type"}
        return {
            key: one for key, one in found.items()
            if not (key in IDLE and one == IDLE[key]) and not (len(keys) == 0 and key in lone)
        }  # fmt: skip
    if isinstance(value, list):
        return [told_of(one, keys) for one in value]
    return value


@pytest.mark.opener
def test_a_map_in_xml_is_the_document_that_tiled_exports(tmp_path: Path) -> None:
    path = saved(tmp_path, everything())
    program("tiled", "--export-map", path, tmp_path / "a.tmx", home=tmp_path)
    program("tiled", "--export-map", tmp_path / "a.tmx", tmp_path / "b.tmj", home=tmp_path)
    ours = json.loads(json.dumps(read_tiled(tmp_path / "a.tmx").document))
    assert told_of(ours) == told_of(json.loads((tmp_path / "b.tmj").read_text()))


def test_instances_of_templates_and_classes_of_tiled_1_9_are_read(tmp_path: Path) -> None:
    (tmp_path / "slime.tx").write_text(
        '<template><object name="slime" class="slime" width="16" height="16"/></template>'
    )
    tail = (
        '<group name="g" offsetx="16"><objectgroup name="o"><object id="1" class="spawn" x="0"'
        ' y="64" width="16" height="16"/><object id="2" type="exit" x="144" y="64" width="16"'
        ' height="16"/><object id="3" template="slime.tx" x="48" y="64"/></objectgroup></group>'
    )
    text = xml(f'<data encoding="csv">{CSV}</data>', tail=tail)
    assert rows(put(tmp_path, text), GAME_WITH_ENDS)[4] == "-S--e-----G-"


def test_the_document_type_of_tileds_early_maps_does_no_harm(tmp_path: Path) -> None:
    head = '<!DOCTYPE map SYSTEM "http://mapeditor.org/dtd/1.0/map.dtd">'
    assert rows(put(tmp_path, xml(f'<data encoding="csv">{CSV}</data>', head=head)))[5] == "X" * 12


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (xml("", head='<!DOCTYPE map SYSTEM "http://x.org/map.dtd">'), "document type or entities"),
        (xml("", head='<!DOCTYPE map SYSTEM "http://mapeditor.org/dtd/1.0/map.dtd"'
                      ' [<!ENTITY a "b">]>'), "document type or entities"),
        (xml("", head='<!DOCTYPE map>'), "document type or entities"),
        (xml("", head='<!DOCTYPE map [<!ENTITY a "b">]>'), "document type or entities"),
        (xml("<data>&b;</data>"), "well-formed XML"),
        (xml('<data encoding="csv">1,2,x</data>'), "holds what is no cell"),
        (xml(f'<data encoding="csv">{"9" * 5_000}</data>'), "holds what is no cell"),
        (xml('<data encoding="csv">1,2</data>'), "holds 2 cells instead of 72"),
        (xml('<data encoding="csv"></data>'), "holds what is no cell"),
        (xml(""), "holds 0 cells"),
        (xml('<data><tile gid="-1"/></data>'), "holds 1 cells"),
        (xml('<data><tile gid="1e3"/></data>'), "no cell"),
        (xml('<data encoding="base64" compression="zstd">AAAA</data>'), "compressed by 'zstd'"),
        (xml('<data encoding="base64">A</data>'), "cannot be unpacked"),
        (xml('<data encoding="rot13">A</data>'), "encoding is 'rot13'"),
        (xml("").replace('width="12"', 'width="¹"'), "width of <map> is '¹'"),
        (xml("").replace('infinite="0"', 'infinite="yes"'), "infinite of <map> is 'yes'"),
        (xml("", tail='<objectgroup><object x="nan"/></objectgroup>'), "x of <object> is 'nan'"),
        (xml("", tail='<objectgroup><object><polygon points="1"/></object></objectgroup>'),
         "points are '1'"),
        (xml("", tiles='<tile id="x"/>'), "id of <tile> is 'x'"),
        (xml("", tiles='<tile id="1" ><properties><property name="a" type="int" value="b"/>'
                       "</properties></tile>"), "the property 'a' is 'b'"),
        ("<map>" + "<group>" * 60 + "</group>" * 60 + "</map>", "nests deeper than 48"),
        ("<tileset/>", "is no Tiled map, but XML of <tileset>"),
        ("<html><body/></html>", "but XML of <html>"),
        ("<", "well-formed"),
    ],
)  # fmt: skip
def test_broken_or_hostile_xml_is_refused_by_name(tmp_path: Path, text: str, fault: str) -> None:
    path = put(tmp_path, text)
    with pytest.raises(UnreadableLevelError, match=fault.replace("(", r"\(")) as caught:
        rows(path, GAME)
    assert "map.tmx" in str(caught.value)
