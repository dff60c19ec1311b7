"""The kinds of file that are read: for each a good one, and what reads it. Not a test file.

A new format is one line in ``FORMATS``: its suffix, a function that gives the bytes of a good file,
and one that takes the path of a file.
"""

import io
import json
import zipfile

import numpy as np
from PIL import Image

from makar.core.disk.parsing import read_json
from makar.core.disk.toml import read_toml
from makar.domains.images.pictures.reading import read_picture
from makar.domains.images.svg.metadata import read_metadata
from makar.domains.images.svg.reading import read_svg
from makar.domains.levels.level.json_file import read_level_json, write_level_json
from makar.domains.levels.level.legend_file import parse_legend, read_legend
from makar.domains.levels.level.text import parse_level_text, read_level_text
from makar.domains.levels.tiled.meaning import level_of
from makar.domains.levels.tiled.read import read_tiled
from makar.domains.music.files import read_file, write_piece

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


FORMATS = {
    "midi": (".mid", written(".mid"), read_file),
    "musicxml": (".musicxml", written(".musicxml"), read_file),
    "mxl": (".mxl", zipped, read_file),
    "abc": (".abc", is_(ABC), read_file),
    "svg": (".svg", is_(SVG), read_drawing),
    "tiled": (".tmj", is_(json.dumps(TILED).encode()), lambda p: level_of(read_tiled(p), GAME)),
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
