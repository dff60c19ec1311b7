"""The kinds of file that are read: for each a good one, and what reads it. Not a test file.

A new format is one line in ``FORMATS``: its suffix, a function that gives the bytes of a good file,
and one that takes the path of a file.
"""

import base64
import io
import json
import zipfile
import zlib
from contextlib import suppress

import numpy as np
from PIL import Image

from makar.core.disk.parsing import read_json
from makar.core.disk.toml import read_toml
from makar.core.errors import UnreadableError
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.svg.metadata import read_metadata
from makar.domains.images.svg.reading import read_svg
from makar.domains.levels.level.json_file import read_level_json, write_level_json
from makar.domains.levels.level.legend_file import parse_legend, read_legend
from makar.domains.levels.level.text import parse_level_text, read_level_text
from makar.domains.levels.tiled.meaning import level_of
from makar.domains.levels.tiled.read import read_tiled
from makar.domains.levels.tiled.variants import learn_variants
from makar.domains.levels.tiled.write import write_into_map
from makar.domains.music.files import read_file, write_piece
from makar.domains.music.infill.hole import Fill, beyond, find_hole
from makar.domains.music.infill.score import open_score
from makar.domains.music.infill.view import view

LEGEND = b"""[map]
start = "left"
goal = "right"

[physics]
jump_height = 4
jump_reach = 8

[tiles]
air = { role = "empty", symbol = "-" }
ground = { role = "solid", symbol = "X", ids = "0-11, 15" }
"""
GAME = parse_legend(LEGEND.decode())
LEVEL = "------\n--X---\nXXXXXX\n"
ABC = (
    b"%abc-2.1\nX:1\nT:One\nM:4/4\nL:1/8\nQ:1/4=120\nV:1\nV:2\nK:Gmin\n[V:1] |:G2A2 (3BcB [GBd]2|"
    b"^c>d e/f/g z2 -g2|1 G8:|2 {a}g8|]\n[V:2] G,8|D4 ~D4|G,8|G,8|]\n\nX:2\nM:6/8\nK:D\nDFA dfa|]\n"
)
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="40" viewBox="0 0 100 80">
<style>.a { stroke: red; fill: none } #b { stroke-width: 2 }</style>
<defs><clipPath id="k"><rect width="40" height="40"/></clipPath>
<symbol id="s" viewBox="0 0 9 9"><circle r="3" stroke="#00f"/></symbol></defs>
<g transform="rotate(30 4 5) scale(2)" clip-path="url(#k)"><path class="a" id="b"
 d="M1 2L3 4c1 2 3 4 5 6q1 1 2 2A4 5 0 0 1 30 40zm1 1h4v-3"/><use href="#s" x="3" width="9"/></g>
<polyline points="1,2 3,4 5,6" stroke="black" stroke-dasharray="1 2"/><ellipse cx="9" rx="4" ry="3"
 fill="rgb(1,2,3)" opacity=".5"/></svg>"""
TILED = {
    "type": "map", "orientation": "orthogonal", "width": 6, "height": 3, "tilewidth": 8,
    "tileheight": 8, "infinite": False, "tilesets": [
        {"firstgid": 1, "name": "t", "columns": 4, "tilecount": 16, "tilewidth": 8,
         "tileheight": 8, "image": "t.png", "imagewidth": 32, "imageheight": 32}
    ], "layers": [
        {"type": "tilelayer", "name": "a", "width": 6, "height": 3, "visible": True,
         "data": [0] * 6 + [0, 0, 1, 0, 0, 0] + [1] * 6},
        {"type": "group", "name": "g", "layers": [
            {"type": "objectgroup", "name": "o", "objects": [{"id": 1, "x": 1, "y": 2}]}]},
    ],
}  # fmt: skip


SHEET = {key: value for key, value in TILED["tilesets"][0].items() if key != "firstgid"} | {
    "objectalignment": "top", "tileoffset": {"x": 1, "y": -2},
    "tiles": [{"id": 3, "type": "slime", "properties": [{"name": "a", "type": "int", "value": 3}]},
              {"id": 5, "image": "five.png", "imagewidth": 9, "imageheight": 8}],
}  # fmt: skip
TSX = b"""<?xml version="1.0" encoding="UTF-8"?>
<tileset name="t" tilewidth="8" tileheight="8" tilecount="16" columns="4" objectalignment="left">
<tileoffset x="1" y="-2"/><properties><property name="a" type="float" value="1.5"/></properties>
<image source="t.png" width="32" height="32"/><tile id="3" type="slime" probability="0.5">
<animation><frame tileid="1" duration="9"/></animation></tile><tile id="5"><image source="5.png"
 width="9" height="8"/></tile><wangsets><wangset name="w" type="mixed" tile="-1"><wangcolor
 name="c" color="#f00" tile="1" probability="1"/><wangtile tileid="1" wangid="0,1,0,1,0,0,0,0"/>
</wangset></wangsets></tileset>"""
OBJECTS = """<objectgroup id="4" name="o" offsetx="3.5"><object id="1" template="a.tx" x="8" y="16">
<properties><property name="b" type="bool" value="true"/></properties></object><object id="2"
 name="x" type="wall" x="4" y="0" width="20" height="9" rotation="30"/><object id="3" type="wall"
 x="1" y="1"><polygon points="0,0 24,0 24,16"/></object><object id="4" gid="2147483652" x="24"
 y="16" width="8" height="8"/><object id="5" type="slime" x="2" y="2"><ellipse/></object>
</objectgroup>"""
PACKED = base64.b64encode(zlib.compress(bytes([0, 0, 0, 0, 2, 0, 0, 0]))).decode()
TMX = f"""<?xml version="1.0" encoding="UTF-8"?>
<map version="1.10" orientation="orthogonal" width="6" height="3" tilewidth="8" tileheight="8"
 infinite="0" nextlayerid="9"><tileset firstgid="1" source="a.tsx"/><group id="1" name="g"
 offsety="8"><layer id="2" name="a" width="6" height="3"><data encoding="csv">0,0,0,0,0,0,
0,0,1,0,0,0,
1,1,1,1,1,1</data></layer><layer id="3" name="b" width="2" height="1" offsetx="16"><data
 encoding="base64" compression="zlib">{PACKED}</data></layer></group>
{OBJECTS}<layer id="5" name="c" width="2" height="1"><data><tile gid="1"/><tile/></data></layer>
</map>""".encode()
CHUNKS = (
    '<chunk x="-16" y="-4" width="3" height="2">0,1,0,\n1,1,1</chunk>'
    '<chunk x="4" y="-3" width="2" height="1">1,1</chunk>'
)
CHUNKED_XML = f"""<?xml version="1.0"?><map orientation="orthogonal" width="9" height="9"
 tilewidth="8" tileheight="8" infinite="1"><tileset firstgid="1" source="a.tsx"/><layer id="2"
 name="a" width="9" height="9"><data encoding="csv">{CHUNKS}</data></layer>{OBJECTS}
</map>""".encode()
CHUNKED = TILED | {"infinite": True, "layers": [
    {"type": "tilelayer", "name": "a", "width": 9, "height": 9, "startx": -16, "starty": -4,
     "visible": True, "chunks": [
         {"x": -16, "y": -4, "width": 3, "height": 2, "data": [0, 1, 0, 1, 1, 1]},
         {"x": 4, "y": -3, "width": 2, "height": 1, "data": [1, 1]}]},
    *TILED["layers"][1:],
]}  # fmt: skip
WITH_OBJECTS = TILED | {
    "tilesets": [{"firstgid": 1, "source": "a.tsx"}],
    "layers": [
        TILED["layers"][0] | {"offsety": 8},
        {"type": "group", "name": "g", "offsetx": 4, "layers": [
            {"type": "objectgroup", "name": "o", "visible": True, "objects": [
                {"id": 1, "x": 1, "y": 2, "template": "a.tx", "properties": {"hp": 3}},
                {"id": 2, "x": 8, "y": 0, "type": "wall", "width": 16, "height": 9, "rotation": 5},
                {"id": 3, "x": 8, "y": 0, "type": "fire", "polygon": [
                    {"x": 0, "y": 0}, {"x": 16, "y": 0}, {"x": 16, "y": 9.5}]},
                {"id": 4, "gid": 4, "x": 32, "y": 16, "width": 8, "height": 8, "visible": True}]}]},
    ],
}  # fmt: skip
TX = b"""<?xml version="1.0" encoding="UTF-8"?>
<template><tileset firstgid="3" source="a.tsx"/><object name="s" type="slime" gid="6" width="8"
 height="9" rotation="12.5"><properties><property name="b" type="class" propertytype="P">
<properties><property name="c" value="d"/></properties></property></properties></object></template>
"""
TJ = {
    "type": "template", "tileset": {"firstgid": 3, "source": "a.tsx"}, "object": {
        "name": "s", "type": "slime", "gid": 6, "width": 8, "height": 9, "rotation": 12.5,
        "properties": [{"name": "b", "type": "bool", "value": True}]},
}  # fmt: skip
THINGS = parse_legend(
    LEGEND.decode()
    + """
wall = { role = "solid", symbol = "W", object = "wall" }
fire = { role = "hazard", symbol = "^", object = "fire*" }
slime = { role = "enemy", symbol = "e", object = ["slime", "layer:o"] }
"""
)


def beside(path):
    """The tileset and the template that the maps refer to."""
    (path.parent / "a.tsx").write_bytes(TSX)
    (path.parent / "a.tx").write_bytes(TX)


def read_map(path):
    """All that is read of a map, and a level written into it."""
    beside(path)
    tiled = read_tiled(path)
    level = level_of(tiled, THINGS, [])
    variants = learn_variants([tiled], THINGS)
    new = path.parent / "new.tmj"
    write_into_map(new, level, game=THINGS, template=tiled, variants=variants)


def read_part(kind, name):
    """A reader of a map that refers to a tileset or a template, which is what is spoilt."""

    def read(path):
        beside(path)
        source = {"tileset": "a.tsx", "template": "a.tx", kind: path.name}
        item = {"id": 1, "x": 8, "y": 16, "template": source["template"]}
        other = item | {"gid": 4} if kind == "tileset" else item
        whole = TILED | {
            "tilesets": [{"firstgid": 1, "source": source["tileset"]}],
            "layers": [TILED["layers"][0], {"type": "objectgroup", "name": name, "visible": True,
                                            "objects": [item, other]}],
        }  # fmt: skip
        (path.parent / "whole.tmj").write_text(json.dumps(whole))
        level_of(read_tiled(path.parent / "whole.tmj"), THINGS)

    return read


def written(suffix):
    """The tune as a file of music."""

    def make(folder):
        source, made = folder / "source.abc", folder / f"made{suffix}"
        source.write_bytes(ABC)
        made.unlink(missing_ok=True)
        write_piece(read_file(source).pieces[0], made)
        return made.read_bytes()

    return make


def zipped(folder):
    """A score in its container."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        place = '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
        archive.writestr("META-INF/container.xml", place)
        archive.writestr("a.xml", written(".musicxml")(folder))
    return out.getvalue()


def picture(kind):
    """A small picture as Pillow writes it."""

    def make(_folder):
        out = io.BytesIO()
        across, down = np.meshgrid(np.arange(24), np.arange(16))
        rgb = np.stack([across * 10, down * 15, across * down], 2).astype(np.uint8)
        Image.fromarray(rgb).save(out, kind)
        return out.getvalue()

    return make


def is_(data):
    """A good file that is written here."""
    return lambda _folder: data


def read_drawing(path):
    """All that is read of an SVG."""
    read_metadata(path)
    read_svg(path, outlines=True, lines=20)


def worked_on(path):
    """A piece is read, and one bar of every line that can be chosen in it made and varied."""
    score = open_score(path)
    for voice, line in ((None, None), ("1", None), ("2", None), (None, "top"), (None, "bottom")):
        with suppress(UnreadableError):
            chosen, part = score.chosen(None, voice, line)
            bars = [bar for bar in chosen.bars if bar.number]
            for bar in (bars[0], bars[-1], *beyond(chosen.bars, 1)):
                span = (bar.number, bar.number)
                every = [*chosen.bars, bar] if bar.number > bars[-1].number else chosen.bars
                hole = find_hole(chosen.piece, every, part, span, path=str(path), line=chosen.split)
                seen = view(chosen.piece, every, hole, path=str(path), written=chosen.written)
                made = np.array([(hole.start, hole.end - hole.start, 67, 80)])
                chosen.spliced([Fill(hole, made, seen.kept)])
                if len(seen.inside):
                    again = seen.inside + np.array([0, 0, 1, 0])
                    again[:, 2] = np.minimum(again[:, 2], 127)
                    chosen.spliced([Fill(hole, again, seen.kept, seen.inside)])


SONG = (
    b'X:1\nT:One\nM:4/4\nL:1/8\nV:1\nV:2\nK:Gmin exp ^f\n[V:1] |:"Gm"G2A2 (3BcB !p!(B2|'
    b"^c>d) {e}f/g/ z2 & G4 -g2|[1 G8:|[2 {a}g8|]\nw: one two- three * | four_ five\n"
    b"[V:2] G,8|D4 [K:C] ~D4|Z|G,8|]\n"
)
FORMATS = {
    "midi": (".mid", written(".mid"), read_file),
    "musicxml": (".musicxml", written(".musicxml"), read_file),
    "mxl": (".mxl", zipped, read_file),
    "abc": (".abc", is_(ABC), read_file),
    "midi continued": (".mid", written(".mid"), worked_on),
    "musicxml continued": (".musicxml", written(".musicxml"), worked_on),
    "mxl continued": (".mxl", zipped, worked_on),
    "abc continued": (".abc", is_(SONG), worked_on),
    "svg": (".svg", is_(SVG), read_drawing),
    "tiled": (".tmj", is_(json.dumps(TILED).encode()), lambda p: level_of(read_tiled(p), GAME)),
    "tmx": (".tmx", is_(TMX), read_map),
    "tmj with objects": (".tmj", is_(json.dumps(WITH_OBJECTS).encode()), read_map),
    "chunked tmj": (".tmj", is_(json.dumps(CHUNKED).encode()), read_map),
    "chunked tmx": (".tmx", is_(CHUNKED_XML), read_map),
    "tsx": (".tsx", is_(TSX), read_part("tileset", "o")),
    "tsj": (".tsj", is_(json.dumps(SHEET).encode()), read_part("tileset", "o")),
    "tx": (".tx", is_(TX), read_part("template", "o")),
    "tj": (".tj", is_(json.dumps(TJ).encode()), read_part("template", "o")),
    "legend": (".toml", is_(LEGEND), read_legend),
    "level text": (".txt", is_(LEVEL.encode()), lambda p: read_level_text(p, GAME.legend)),
    "level json": (
        ".json",
        is_(write_level_json(parse_level_text(LEVEL, GAME.legend), GAME.legend).encode()),
        read_level_json,
    ),
    "toml": (".toml", is_(LEGEND), read_toml),
    "json": (".json", is_(json.dumps(TILED).encode()), read_json),
    **{
        kind: (f".{kind}", picture(kind), read_picture)
        for kind in ("png", "jpeg", "gif", "webp", "bmp", "tiff", "ppm", "tga", "ico")
    },
}
PLAIN_FAULTS = {"toml", "json"}
"""Readers of settings: they say ``ValueError``, and who calls them names the file."""
