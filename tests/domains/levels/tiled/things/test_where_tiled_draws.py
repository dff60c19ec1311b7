"""Objects lie where Tiled draws them: its own programs are the judges."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from domains.levels.tiled.building import SIDE, document, group, layer, program, saved, things
from makar.domains.levels.tiled.read import read_tiled
from makar.domains.levels.tiled.things.outline import around, box_of, covered, feet, outline_of
from makar.domains.levels.tiled.tilesets import ALIGNMENTS

COLOURS = [(40 + 50 * (n % 5), 30 + 45 * (n // 5 % 5), 20 + 9 * n) for n in range(24)]
"""One for each tile, so that each object's picture is found again."""


RASTER = ("tmxrasterizer", "--no-smoothing")


def tileset(
    folder: Path, name: str, first: int, colours: list[int], **fields: Any
) -> dict[str, Any]:
    """Tiles of one colour each, 16 wide and 24 high."""
    sheet = Image.new("RGB", (16 * len(colours), 24))
    for n, colour in enumerate(colours):
        sheet.paste(COLOURS[colour], (16 * n, 0, 16 * n + 16, 24))
    sheet.save(folder / f"{name}.png")
    return {
        "firstgid": first, "name": name, "tilewidth": 16, "tileheight": 24, "columns": len(colours),
        "tilecount": len(colours), "image": f"{name}.png", "imagewidth": 16 * len(colours),
        "imageheight": 24, "margin": 0, "spacing": 0,
    } | fields  # fmt: skip


def thing(number: int, gid: int, place: tuple[float, float], **fields: Any) -> dict[str, Any]:
    return {
        "id": number, "name": f"n{number}", "type": "", "x": place[0], "y": place[1], "width": 16,
        "height": 24, "rotation": 0, "visible": True, "gid": gid,
    } | fields  # fmt: skip


def boxes(picture: Path) -> dict[int, tuple[int, int, int, int]]:
    """Left, top, right, bottom of each colour in a picture, as far as it covers its pixels."""
    with Image.open(picture) as image:
        seen = np.asarray(image.convert("RGBA")).astype(int)
    found = {}
    for n, colour in enumerate(COLOURS):
        y, x = np.nonzero((np.abs(seen[..., :3] - colour).max(2) <= 2) & (seen[..., 3] > 128))
        if len(x):
            found[n] = (int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1)
    return found


def drawn(folder: Path, whole: dict[str, Any], show: str) -> dict[int, tuple[int, int, int, int]]:
    path, picture = saved(folder, whole), folder / "seen.png"
    program(*RASTER, "--show-layer", show, path, picture, home=folder)
    return boxes(picture)


def ours(path: Path) -> list[np.ndarray]:
    things_ = read_tiled(path).things
    outlines = [outline_of(one, str(path)) for one in things_]
    assert [box_of(one, str(path)) for one in things_] == [around(one) for one in outlines]
    return outlines


def agree(seen: dict[int, tuple[int, int, int, int]], outlines: list[np.ndarray]) -> None:
    """Within a pixel, as edges are drawn, and in the very cell."""
    assert len(seen) == len(outlines)
    for n, outline in enumerate(outlines):
        assert np.allclose(seen[n], around(outline), atol=1.01), n
        left, _, right, bottom = seen[n]
        cell = (math.floor((left + right) / 2 / SIDE), math.ceil(bottom / SIDE) - 1)
        assert feet(around(outline), (SIDE, SIDE)) == cell, n


@pytest.mark.opener
def test_tiles_lie_where_their_tilesets_alignment_puts_them(tmp_path: Path) -> None:
    """All nine and none, one also with an offset of its own, drawn larger than it is."""
    names = ["unspecified", *ALIGNMENTS]
    sets = [
        tileset(tmp_path, f"s{n}", n + 1, [n], objectalignment=name) for n, name in enumerate(names)
    ]
    sets += [
        tileset(tmp_path, "moved", 11, [10], tileoffset={"x": 5, "y": -6}),
        tileset(tmp_path, "large", 12, [11], objectalignment="center", tileoffset={"x": 3, "y": 2}),
    ]
    items = [thing(n + 1, n + 1, (30 + 45 * (n % 4), 40 + 50 * (n // 4))) for n in range(12)]
    items[11] |= {"width": 32, "height": 36}
    whole = document(layer(data=[0] * 240, width=20, height=12), things(*items), tilesets=sets)
    seen = drawn(tmp_path, whole | {"width": 20, "height": 12}, "Objects")
    agree(seen, ours(tmp_path / "map.tmj"))


@pytest.mark.opener
def test_offsets_add_up_and_turned_tiles_turn_about_where_they_lie(tmp_path: Path) -> None:
    sets = [
        tileset(tmp_path, "plain", 1, list(range(12))),
        tileset(tmp_path, "centred", 13, list(range(12, 16)), objectalignment="center"),
    ]
    turned = [
        thing(n + 1, n + 1, (40 + 50 * n, 60), rotation=r) for n, r in enumerate((90, 180, 30))
    ]
    turned += [thing(4, 4, (190, 60), rotation=-90), thing(5, 5, (230, 60), rotation=450)]
    flipped = [thing(n + 6, (n + 6) | bits, (30 + 40 * n, 110), visible=True)
               for n, bits in enumerate((0x8000_0000, 0x4000_0000, 0xC000_0000))]  # fmt: skip
    middle = [thing(n + 9, n + 13, (40 + 50 * n, 160), rotation=r) for n, r in enumerate((90, 45))]
    inner = things(*turned, *flipped, offsetx=7, offsety=-4, parallaxx=0.5)
    outer = group(group(inner, offsetx=16, name="B"), offsety=24, offsetx=-3, name="A")
    whole = document(
        layer(data=[0] * 300, width=20, height=15), outer, things(*middle, name="Middle"),
        width=20, height=15, tilesets=sets,
    )  # fmt: skip
    path, picture = saved(tmp_path, whole), tmp_path / "seen.png"
    program(*RASTER, path, picture, home=tmp_path)
    found, outlines = boxes(picture), ours(path)
    seen = [found[colour] for colour in (*range(8), 12, 13)]
    # the picture begins where the largest offset to the left and up reaches: before the map
    before = np.round(np.subtract(seen[8], around(outlines[8]))).astype(int)
    assert (before >= 0).all()
    assert (before[:2] == before[2:]).all()
    agree({n: tuple((box - before).tolist()) for n, box in enumerate(seen)}, outlines)


@pytest.mark.opener
def test_templates_and_sizes_that_are_not_told_are_as_tiled_takes_them(tmp_path: Path) -> None:
    sheet = tileset(tmp_path, "sheet", 1, [0, 1, 2, 3], objectalignment="top")
    (tmp_path / "sheet.tsj").write_text(
        json.dumps(
            {k: v for k, v in sheet.items() if k != "firstgid"}
            | {"type": "tileset", "version": "1.8"}
        )
    )
    base = {"id": 1, "name": "base", "type": "slime", "gid": 2, "width": 16, "height": 24,
            "rotation": 0, "visible": True}  # fmt: skip
    (tmp_path / "one.tj").write_text(json.dumps(
        {"type": "template", "tileset": {"firstgid": 1, "source": "sheet.tsj"}, "object": base}
    ))  # fmt: skip
    (tmp_path / "sheet.tsx").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<tileset version="1.8" name="sheet"'
        ' tilewidth="16" tileheight="24" tilecount="4" columns="4" objectalignment="top">'
        '<image source="sheet.png" width="64" height="24"/></tileset>'
    )
    (tmp_path / "two.tx").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<template>\n'
        '<tileset firstgid="5" source="sheet.tsx"/>\n'
        '<object name="x" type="slime" gid="7" width="32" height="24" rotation="90"/></template>'
    )
    items = [
        {"id": 1, "template": "one.tj", "x": 40, "y": 30, "gid": 1, "width": 16, "height": 24},
        {"id": 2, "template": "one.tj", "x": 80, "y": 30},
        {"id": 3, "template": "two.tx", "x": 120, "y": 30},
        {"id": 4, "gid": 4, "x": 160, "y": 30, "name": "", "type": "", "rotation": 0,
         "visible": True, "width": 0, "height": 0},
    ]  # fmt: skip
    tilesets = [{"firstgid": 1, "source": "sheet.tsj"}]
    path = saved(tmp_path, document(layer(), things(*items), tilesets=tilesets))
    # its rasteriser cannot read a .tx itself, Tiled can
    alone, picture = tmp_path / "alone.tmx", tmp_path / "seen.png"
    program("tiled", "--detach-templates", "--export-map", path, alone, home=tmp_path)
    program(*RASTER, "--show-layer", "Objects", alone, picture, home=tmp_path)
    agree(boxes(picture), ours(path))
    assert [one.kind for one in read_tiled(tmp_path / "map.tmj").things] == ["slime"] * 3 + [""]


@pytest.mark.opener
def test_points_rectangles_and_polygons_are_what_tiled_exports(tmp_path: Path) -> None:
    """Tiled reads and writes them; by hand: a quarter turn, offsets, the middles of cells."""
    shapes = [
        {"id": 1, "x": 24, "y": 33, "point": True, "width": 0, "height": 0},
        {"id": 2, "x": 64, "y": 32, "width": 48, "height": 16, "rotation": 90},
        {"id": 3, "x": 80, "y": 16, "width": 0, "height": 0,
         "polygon": [{"x": 0, "y": 0}, {"x": 48, "y": 0}, {"x": 48, "y": 48}]},
        {"id": 4, "x": 16, "y": 64, "width": 40, "height": 24, "ellipse": True},
    ]  # fmt: skip
    shapes = [{"name": "", "type": "s", "rotation": 0, "visible": True} | shape for shape in shapes]
    path = saved(tmp_path, document(layer(), things(*shapes, offsetx=8)))
    program("tiled", "--export-map", path, tmp_path / "map.tmx", home=tmp_path)
    one, two = ours(path), ours(tmp_path / "map.tmx")
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    seen = ElementTree.parse(tmp_path / "map.tmx").find("objectgroup")
    assert seen is not None
    assert seen.get("offsetx") == "8"
    assert one[0].tolist() == [[32, 33]]
    assert sorted(one[1].tolist()) == [[56, 32], [56, 80], [72, 32], [72, 80]]
    assert one[2].tolist() == [[88, 16], [136, 16], [136, 64]]
    assert feet(around(one[0]), (SIDE, SIDE)) == (2, 2)

    def cells(outline: np.ndarray) -> list[list[int]]:
        area = covered(outline, (SIDE, SIDE), (6, 12))
        corner = (area.rows.start, area.columns.start)
        return (np.argwhere(area.cells) + corner).tolist()

    # middles are 8, 24, 40 ...: an edge on one takes it in on the left and above, not beyond
    assert cells(one[1]) == [[2, 3], [3, 3], [4, 3]]
    assert cells(one[2]) == [[1, 6], [1, 7], [2, 7]]
    assert cells(one[3]) == [[4, 2], [4, 3]]
    assert cells(one[0]) == []
