from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
import subprocess
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from makar.domains.levels.level.errors import LegendError, UnreadableLevelError
from makar.domains.levels.level.legend_file import parse_legend
from makar.domains.levels.level.text import write_level_text
from makar.domains.levels.tiled.meaning import level_of
from makar.domains.levels.tiled.read import read_tiled

GAME = parse_legend(
    """
    [map]
    start = "left"
    goal = "right"
    [tiles]
    air = { role = "empty", symbol = "-" }
    ground = { role = "solid", symbol = "X", ids = "0-2" }
    spikes = { role = "hazard", symbol = "^", ids = "3" }
    """
)
CELLS = [0, 0, 4, 1, 0x8000_0000 + 2, 0xE000_0000 + 3]
"""Two rows of three: nothing, nothing, spikes; ground, ground mirrored, ground turned."""
TEXT = "--^\nXXX\n"
PACKED = b"".join(cell.to_bytes(4, "little") for cell in CELLS)
TERRAIN = {"name": "terrain", "tilecount": 6, "columns": 3, "tilewidth": 8, "tileheight": 8}

FILE = "file:" + "///"
"""In two parts: a test of the repository looks for paths of one machine."""


def layer(**fields: Any) -> dict[str, Any]:
    return {"type": "tilelayer", "name": "Ground", "width": 3, "height": 2, "data": CELLS} | fields


def document(**fields: Any) -> dict[str, Any]:
    return {
        "type": "map",
        "orientation": "orthogonal",
        "infinite": False,
        "width": 3,
        "height": 2,
        "tilewidth": 8,
        "tileheight": 8,
        "layers": [layer()],
        "tilesets": [{"firstgid": 1, **TERRAIN}],
    } | fields


Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a map into a folder of its own."""

    def write(whole: object = None, name: str = "maps/a.tmj", **fields: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(document(**fields) if whole is None else whole))
        return path

    return write


def text_of(path: Path, root: Path | None = None) -> str:
    return write_level_text(level_of(read_tiled(path, root), GAME), GAME.legend)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"encoding": "csv"},
        {"encoding": "base64", "data": b64(PACKED)},
        {"encoding": "base64", "data": b64(PACKED), "compression": ""},
        {"encoding": "base64", "data": b64(zlib.compress(PACKED)), "compression": "zlib"},
        {"encoding": "base64", "data": b64(gzip.compress(PACKED)), "compression": "gzip"},
    ],
)
def test_cells_are_read_however_they_are_packed_and_turned(put: Put, fields: Any) -> None:
    path = put(layers=[layer(**fields)])
    assert read_tiled(path).layers[0].cells.tolist() == [CELLS[:3], CELLS[3:]]
    assert text_of(path) == TEXT


@pytest.mark.parametrize("suffix", ["tsj", "json", "tsx"])
def test_an_external_tileset_is_found_beside_the_map(put: Put, suffix: str) -> None:
    path = put(tilesets=[{"firstgid": 1, "source": f"art/terrain.{suffix}"}])
    file = path.parent / "art" / f"terrain.{suffix}"
    file.parent.mkdir()
    if suffix == "tsx":
        file.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<tileset name="terrain" tilecount="6">'
            '<image source="terrain.png"/><tile id="9"/></tileset>'
        )
    else:
        file.write_text(json.dumps(TERRAIN | {"tiles": [{"id": 9}]}))
    (tileset,) = read_tiled(path).tilesets
    assert (tileset.name, tileset.first, tileset.count) == ("terrain", 1, 10)
    assert tileset.source == file
    assert text_of(path) == TEXT


def test_a_tileset_may_lie_in_the_games_folder_but_not_outside(put: Put, tmp_path: Path) -> None:
    path = put(tilesets=[{"firstgid": 1, "source": "../art/terrain.tsj"}])
    (tmp_path / "art").mkdir()
    (tmp_path / "art/terrain.tsj").write_text(json.dumps(TERRAIN))
    assert text_of(path, tmp_path) == TEXT
    with pytest.raises(UnreadableLevelError, match=r"outside of its folder. Keep tilesets in"):
        text_of(path)


def test_a_link_does_not_lead_outside(put: Put, tmp_path: Path) -> None:
    path = put(tilesets=[{"firstgid": 1, "source": "terrain.tsj"}])
    (tmp_path / "terrain.tsj").write_text(json.dumps(TERRAIN))
    (path.parent / "terrain.tsj").symlink_to(tmp_path / "terrain.tsj")
    with pytest.raises(UnreadableLevelError, match="outside of its folder"):
        read_tiled(path)


@pytest.mark.parametrize(
    "source",
    ["/etc/passwd", "C:/tiles.tsx", "..\\tiles.tsx", f"{FILE}etc/passwd", "http://x/t.tsx", "",
     "a\0b", "x" * 5_000, 5, None],
)  # fmt: skip
def test_a_tileset_elsewhere_is_never_opened(put: Put, source: Any) -> None:
    with pytest.raises(UnreadableLevelError):
        read_tiled(put(tilesets=[{"firstgid": 1, "source": source}]))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE tileset [<!ENTITY a "b">]><tileset name="&a;"/>',
        f'<!DOCTYPE tileset SYSTEM "{FILE}etc/passwd"><tileset/>',
        f'<!DOCTYPE t [<!ENTITY x SYSTEM "{FILE}etc/passwd">]><tileset>&x;</tileset>',
        "<tileset>" + "<a>" * 100 + "</a>" * 100 + "</tileset>",
        "<tileset>" + "<a/>" * 600_001 + "</tileset>",
        "<tileset>",
        "<tileset/><tileset/>",
        "",
        "\0",
        "<map/>",
        '<tileset tilecount="-1"/>',
        '<tileset tilecount="1e9"/>',
        '<tileset tilecount="99999999999"/>',
        '<tileset tilecount="¹"/>',
        '<tileset><tile id="x"/></tileset>',
        "<tileset>&undefined;</tileset>",
        '<?xml version="1.0" encoding="no-such"?><tileset/>',
    ],
)
def test_hostile_tileset_xml_is_refused(put: Put, text: str) -> None:
    path = put(tilesets=[{"firstgid": 1, "source": "terrain.tsx"}])
    (path.parent / "terrain.tsx").write_text(text)
    with pytest.raises(UnreadableLevelError) as caught:
        read_tiled(path)
    assert caught.value.path.endswith("terrain.tsx")


BOMB = base64.b64encode(zlib.compress(b"\0" * 200_000_000, 9)).decode()


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"layers": [layer(data=CELLS[:5])]}, "holds 5 cells instead of 6"),
        ({"layers": [layer(data=[*CELLS[:5], -1])]}, "line 2, column 3: -1"),
        ({"layers": [layer(data=[*CELLS[:5], 1 << 32])]}, "line 2, column 3"),
        ({"layers": [layer(data=[*CELLS[:5], 1.0])]}, "line 2, column 3: 1.0"),
        ({"layers": [layer(data=[True, *CELLS[:5]])]}, "line 1, column 1: True"),
        ({"layers": [layer(data=None)]}, "holds None"),
        ({"layers": [layer(data="AAAA")]}, "encoding is ''"),
        ({"layers": [layer(data="A!", encoding="base64")]}, "cannot be unpacked"),
        ({"layers": [layer(data="AAAA", encoding="base64")]}, "3 bytes instead of 24"),
        ({"layers": [layer(data="AAAA", encoding="base64", compression="zlib")]}, "unpacked"),
        ({"layers": [layer(data="AAAA", encoding="base64", compression="zstd")]}, "'zstd'"),
        ({"layers": [layer(data="AAAA", encoding="base64", compression=5)]}, "compression must"),
        ({"layers": [layer(data=BOMB, encoding="base64", compression="zlib")]}, "expands to more"),
        ({"layers": [layer(chunks=[])]}, "chunks, as an infinite map has"),
        ({"layers": [layer(width=0)]}, "width must be"),
        ({"layers": [layer(width=10**12)]}, "width must be"),
        ({"layers": [layer(width="3")]}, "width must be"),
        ({"layers": [layer(name=3)]}, "name must be text"),
        ({"layers": [layer(), 5]}, "layers must be a list of objects"),
        ({"layers": {}}, "layers must be a list of objects"),
        ({"layers": [{"type": "group"}] * 257}, "more than 256 layers"),
        ({"layers": [{"type": "group", "layers": 3}]}, "layers must be"),
        ({"layers": [{"type": "objectgroup", "objects": 3}]}, "objects must be"),
        ({"width": 10_000, "height": 1_000}, "more than 1,048,576"),
        ({"width": 10_001}, "width must be"),
        ({"height": True}, "height must be"),
        ({"height": 0}, "height must be"),
        ({"tilewidth": 0}, "tilewidth must be"),
        ({"tileheight": 10**9}, "tileheight must be"),
        ({"infinite": "yes"}, "infinite is 'yes'"),
        ({"orientation": "isometric"}, "isometric"),
        ({"orientation": None}, "orientation"),
        ({"type": "tileset"}, "no Tiled map"),
        ({"tilesets": 3}, "tilesets must be"),
        ({"tilesets": [{"firstgid": 0, **TERRAIN}]}, "firstgid must be"),
        ({"tilesets": [{"firstgid": 1, **TERRAIN, "name": 3}]}, "name must be"),
        ({"tilesets": [{"firstgid": 1, **TERRAIN, "image": 3}]}, "image must be"),
        ({"tilesets": [{"firstgid": 1, **TERRAIN, "tilecount": 1e3}]}, "tilecount must be"),
        ({"tilesets": [{"firstgid": 1, **TERRAIN, "tiles": [{"id": -1}]}]}, "id must be"),
        ({"tilesets": [{"firstgid": 1, **TERRAIN}] * 2}, "the same first"),
        ({"tilesets": [{"firstgid": n, **TERRAIN} for n in (1, 9)]}, "the same name"),
        ({"tilesets": [{"firstgid": n + 1, **TERRAIN} for n in range(257)]}, "more than 256"),
        ({"tilesets": [{"firstgid": 1, "source": "gone.tsj"}]}, "no such file"),
    ],
)  # fmt: skip
def test_a_broken_or_hostile_map_is_refused_by_name(put: Put, fields: Any, fault: str) -> None:
    path = put(**fields)
    with pytest.raises(UnreadableLevelError) as caught:
        read_tiled(path)
    assert fault in caught.value.fault
    assert caught.value.remedy
    assert str(path.parent) in caught.value.path


def test_groups_nest_so_deep_and_no_deeper(put: Put) -> None:
    whole: dict[str, Any] = layer()
    for _ in range(16):
        whole = {"type": "group", "layers": [whole]}
    assert text_of(put(layers=[whole])) == TEXT
    with pytest.raises(UnreadableLevelError, match="nest deeper"):
        read_tiled(put(layers=[{"type": "group", "layers": [whole]}]))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe{}", b"[" * 1_000_000, b'{"a":' * 100_000, b"[]", b'{"width": NaN}',
     b'{"width": -Infinity}', b'{"width": 1e400}', b"{" + b'"a":1,' * 3, b"\0" * 100],
)  # fmt: skip
def test_what_is_no_json_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.tmj").write_bytes(data)
    with pytest.raises(UnreadableLevelError):
        read_tiled(tmp_path / "a.tmj")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.tmj").open("wb") as file:
        file.truncate(8_000_001)
    with pytest.raises(UnreadableLevelError, match="larger than 8 MB"):
        read_tiled(tmp_path / "a.tmj")


def test_a_bomb_is_not_unpacked(put: Put) -> None:
    path = put(layers=[layer(data=BOMB, encoding="base64", compression="zlib")])
    tracemalloc.start()
    with pytest.raises(UnreadableLevelError, match="expands to more than its 6 cells"):
        read_tiled(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_many_layers_are_counted_together(put: Put) -> None:
    big = layer(width=1_000, height=300, data=[0] * 300_000)
    with pytest.raises(UnreadableLevelError, match="cells together"):
        read_tiled(put(layers=[big] * 4, width=1_000, height=300))


def test_layers_in_groups_are_read_too_and_one_that_the_legend_names_nothing_of_is_not(
    put: Put,
) -> None:
    back = layer(name="Back", data=[6] * 6)
    sparse = layer(name="Things", data=[0, 0, 0, 0, 1, 0])
    path = put(layers=[back, {"type": "group", "layers": [sparse, layer()]}])
    tiled = read_tiled(path)
    assert [(one.name, one.place) for one in tiled.layers] == [
        ("Back", (0,)), ("Things", (1, 0)), ("Ground", (1, 1)),
    ]  # fmt: skip
    assert text_of(path) == TEXT


def test_the_legend_may_name_the_layer(put: Put) -> None:
    things = layer(name="Things", data=[0, 1, 0, 0, 0, 0])
    tiled = read_tiled(put(layers=[layer(), things]))
    game = parse_legend(GAME.text.replace("[map]", '[map]\n    layer = "Things"'))
    assert level_of(tiled, game).tiles.tolist() == [[0, 1, 0], [0, 0, 0]]
    game = parse_legend(GAME.text.replace("[map]", '[map]\n    layer = "Sky"'))
    with pytest.raises(UnreadableLevelError, match=r"no tile layer 'Sky'.*'Ground', 'Things'"):
        level_of(tiled, game)


def test_a_tile_without_a_name_is_told_with_its_place_and_a_line_to_add(put: Put) -> None:
    path = put(layers=[layer(data=[0, 1, 1, 0, 5, 1])])
    with pytest.raises(LegendError) as caught:
        text_of(path)
    said = str(caught.value)
    assert "a.tmj: layer 'Ground', line 2, column 2" in said
    assert "tile 4 of tileset 'terrain'" in said
    line = said[said.index("tile4 = ") :]
    mended = parse_legend(GAME.text + line)
    assert level_of(read_tiled(path), mended).tiles.tolist() == [[0, 1, 1], [0, 3, 1]]


def test_a_cell_beyond_every_tileset_is_no_tile(put: Put) -> None:
    with pytest.raises(UnreadableLevelError, match="line 1, column 3: no tileset has the tile 7"):
        text_of(put(layers=[layer(data=[0, 1, 7, 0, 0, 0])]))


def test_a_map_without_a_known_tile_is_refused(put: Put) -> None:
    with pytest.raises(UnreadableLevelError, match=r"no tile layer \('Ground'\) has a tile"):
        text_of(put(layers=[layer(data=[0, 5, 5, 0, 0, 0])]))


def test_with_two_tilesets_in_a_layer_the_legend_must_say_whose_ids_they_are(put: Put) -> None:
    props = {"firstgid": 7, **TERRAIN, "name": "props"}
    tilesets = [{"firstgid": 1, **TERRAIN}, props]
    path = put(tilesets=tilesets, layers=[layer(data=[0, 0, 8, 1, 2, 3])])
    with pytest.raises(LegendError, match=r"'props' and 'terrain'.*Give the ids by tileset"):
        text_of(path)
    text = GAME.text.replace('"0-2"', '{ terrain = "0-2" }').replace('"3"', '{ props = "1" }')
    level = level_of(read_tiled(path), parse_legend(text))
    assert np.array_equal(level.tiles, [[0, 0, 2], [1, 1, 1]])


def test_a_tileset_that_does_not_tell_its_size_has_every_tile(put: Put) -> None:
    unknown = {"firstgid": 1, **TERRAIN, "tilecount": 0}
    assert text_of(put(tilesets=[unknown])) == TEXT


@pytest.mark.opener
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ('encoding="csv"', ",".join(map(str, CELLS))),
        ('encoding="base64"', b64(PACKED)),
        ('encoding="base64" compression="zlib"', b64(zlib.compress(PACKED))),
        ('encoding="base64" compression="gzip"', b64(gzip.compress(PACKED))),
    ],
    ids=["csv", "base64", "zlib", "gzip"],  # a gzip's own bytes hold the time it was made at
)
def test_what_tiled_makes_of_an_xml_map_is_read(tmp_path: Path, kind: str, data: str) -> None:
    if shutil.which("tiled") is None:
        pytest.skip("Tiled is not installed: apt install tiled")
    (tmp_path / "a.tmx").write_text(
        '<map version="1.8" orientation="orthogonal" width="3" height="2" tilewidth="8"'
        ' tileheight="8" infinite="0"><tileset firstgid="1" name="terrain" tilewidth="8"'
        ' tileheight="8" tilecount="6" columns="3"/><layer id="1" name="Ground" width="3"'
        f' height="2"><data {kind}>{data}</data></layer></map>'
    )
    # the very command with which the reader answers an XML map
    subprocess.run(
        ["tiled", "--export-map", "a.tmx", "a.tmj"], cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert read_tiled(tmp_path / "a.tmj").layers[0].cells.tolist() == [CELLS[:3], CELLS[3:]]
    assert text_of(tmp_path / "a.tmj") == TEXT
