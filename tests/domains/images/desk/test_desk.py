"""A drawing at the desk: what is free, where new strokes go, and what is written."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from makar.core.errors import ConfigError, UnreadableError
from makar.domains.images.desk import desk, repainting
from makar.domains.images.desk.desk import DESK, DrawingDeskConfig, DrawingSheet, open_drawing
from makar.domains.images.desk.repainting import Scene
from makar.domains.images.domain import PICTURES
from makar.domains.images.painting.painter import Painted, Stage
from makar.domains.images.pictures.picture import Picture
from makar.domains.images.strokes.drawing import Strokes, strokes_of
from makar.domains.images.svg.reading import read_svg
from makar.recipes import registry
from makar.recipes.domain import Sheet
from makar.recipes.preparation import Progress

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100" '
    'xmlns:i="http://www.inkscape.org/namespaces/inkscape">'
)
GROUND = '<rect width="100" height="100" fill="#eeffff"/>'
LAYERS = (
    '<g id="layer1" i:groupmode="layer" i:label="ink"><path id="a" d="M10 10L90 10" '
    'stroke="#000"/></g><g id="layer2" i:groupmode="layer" i:label="sky">'
    '<path id="b" d="M10 50L90 50" stroke="#00f" stroke-width="20"/>'
    '<path id="c" d="M10 80L90 80" stroke="#f00" stroke-width="10"/></g>'
)
ONE = strokes_of(
    np.array([[[20.0, 30.0], [40.0, 60.0], [70.0, 30.0]]]), width=5.0, colour=(1, 0, 0)
)


def opened(tmp_path: Path, inner: str, **asked: object) -> DrawingSheet:
    path = tmp_path / "drawing.svg"
    path.write_text(f"{HEAD}{inner}</svg>")
    return open_drawing(path, DrawingDeskConfig.model_validate(asked), None)


def free(sheet: DrawingSheet) -> list[int]:
    return [unit.number for unit in sheet.units if not unit.locked]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The painter takes a tenth of its time."""
    monkeypatch.setattr(repainting, "STAGES", (Stage(64, rounds=1, passes=30, last=10),))


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The painter lays the same stroke every time."""

    def painted(scene: Scene, **asked: object) -> Strokes:
        del scene, asked
        return ONE

    monkeypatch.setattr(desk, "painted", painted)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"keep": ["layer1"]}, [3, 4]),
        ({"keep": ["ink"]}, [3, 4]),
        ({"free": ["sky"]}, [3, 4]),
        ({"free": ["layer2"], "keep": ["b"]}, [4]),
        ({"free": ["b", "a"]}, [2, 3]),
        ({"free": ["2-3"]}, [2, 3]),
        ({"keep": ["4"]}, [2, 3]),  # and the ground
        ({"free": ["1"]}, [1]),
    ],
)
def test_what_is_free_is_named_by_layers_groups_elements_and_numbers(
    tmp_path: Path, asked: dict[str, list[str]], numbers: list[int]
) -> None:
    sheet = opened(tmp_path, GROUND + LAYERS, **asked)
    assert free(sheet) == numbers
    assert [unit.number for unit in sheet.units] == [1, 2, 3, 4]
    assert isinstance(sheet, Sheet)


def test_a_mask_frees_what_lies_where_it_is_light(tmp_path: Path) -> None:
    pixels = np.zeros((10, 10), np.uint8)
    pixels[4:6] = 255  # the height of b
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    assert free(opened(tmp_path, GROUND + LAYERS, mask=tmp_path / "mask.png")) == [3]
    with pytest.raises(ConfigError, match="nothing is left"):
        opened(tmp_path, GROUND + LAYERS, mask=tmp_path / "mask.png", keep=["layer2"])


def test_what_others_refer_to_stays_and_what_is_hidden_is_not_counted(tmp_path: Path) -> None:
    inner = (
        '<g id="k"><use href="#b"/></g><g display="none"><path d="M0 0L1 1"/></g>'
        '<style>.x{fill:url("#d")}</style><circle id="d" r="9"/>'
    )
    sheet = opened(tmp_path, LAYERS + inner, keep=["k"])
    assert free(sheet) == [1, 3]
    assert len(sheet.units) == 5
    assert "2 of the elements stay: others refer to them" in sheet.notes


@pytest.mark.usefixtures("by_hand")
def test_texts_and_pictures_stay_whatever_is_named(tmp_path: Path) -> None:
    unread = (
        '<text id="t">t</text>',
        '<image href="a.png"/>',
        '<use href="b.svg#other"/>',
        '<use href="#note"/>',
        "<foreignObject/>",
    )
    inner = LAYERS + "".join(unread) + '<defs><g id="note"><g><text>n</text></g></g></defs>'
    sheet = opened(tmp_path, inner, keep=["a"])
    assert free(sheet) == [2, 3]
    assert "5 of the elements stay: they are no strokes" in sheet.notes
    put = sheet.put(sheet.candidates(1, seed=0)[0]).decode()
    assert all(element in put for element in unread)
    with pytest.raises(ConfigError, match="nothing is left"):
        opened(tmp_path, inner, free=["t"])


def test_a_use_within_itself_ends(tmp_path: Path) -> None:
    inner = '<g id="g"><use id="u" href="#g"/></g>'
    assert free(opened(tmp_path, LAYERS + inner, keep=["sky"])) == [1, 4]


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({}, "say what stays .* elements 1 to 3, “ink”, “sky”, “a”, “b”, “c”"),
        ({"keep": ["Layer 9"]}, "nothing that is seen is called 'Layer 9'"),
        ({"free": ["7"]}, "nothing that is seen is called '7'"),
        ({"keep": ["1-3"]}, "nothing is left to be painted anew"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_there_is(
    tmp_path: Path, asked: dict[str, list[str]], fault: str
) -> None:
    with pytest.raises(ConfigError, match=fault):
        opened(tmp_path, LAYERS, **asked)


def test_a_drawing_of_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the drawing has nothing that is seen"):
        opened(tmp_path, "")


def test_a_mask_has_the_shape_of_the_sheet(tmp_path: Path) -> None:
    Image.new("L", (30, 20), 255).save(tmp_path / "mask.png")
    with pytest.raises(
        ConfigError, match=r"mask\.png: the mask is 30 × 20 and the sheet 100 × 100"
    ):
        opened(tmp_path, LAYERS, mask=tmp_path / "mask.png")


def test_packed_files_and_no_drawings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_bytes(b"\x1f\x8b")
    with pytest.raises(UnreadableError):
        open_drawing(path, DrawingDeskConfig(keep=("a",)), None)
    path.write_bytes(gzip.compress(f"{HEAD}{LAYERS}</svg>".encode()))
    with pytest.raises(ConfigError, match="unpack it first"):
        open_drawing(path, DrawingDeskConfig(keep=("a",)), None)


@pytest.mark.parametrize(
    "group",
    [
        '<g id="g">{}</g>',
        '<g id="g" transform="rotate(30) scale(2 .5) translate(5 6)">{}</g>',
        '<svg id="g" x="5" y="5" width="50" height="20" viewBox="0 0 7 7">{}</svg>',
        '<g id="g" stroke-dasharray="1 2" visibility="hidden" fill="#f00" opacity=".3">{}</g>',
        '<g id="g" transform="scale(0)">{}</g>',
        '<switch id="g">{}</switch>',
    ],
)
@pytest.mark.usefixtures("by_hand")
def test_new_strokes_lie_on_the_sheet_where_they_were_painted(tmp_path: Path, group: str) -> None:
    element = '<path d="M0 0L5 5" stroke="#0f0" visibility="visible"/>'
    rules = "<style>path{stroke:#0f0;stroke-width:9}</style>"
    sheet = opened(tmp_path, rules + group.format(element), free=["g"])
    [version] = sheet.candidates(3, seed=0)  # the same three times
    strokes = read_svg(sheet.put(version)).drawing.strokes
    assert strokes.points == pytest.approx(ONE.points, abs=0.06)
    assert strokes.width == pytest.approx(ONE.width, abs=0.01)
    assert strokes.colour == pytest.approx(ONE.colour)
    assert strokes.opacity.tolist() == [1]


@pytest.mark.usefixtures("by_hand")
def test_new_strokes_lie_above_what_was_below_and_below_what_was_above(tmp_path: Path) -> None:
    sheet = opened(tmp_path, LAYERS, free=["b"])
    assert len(sheet.scene.below) == 1
    assert len(sheet.scene.above) == 1
    put = sheet.put(sheet.candidates(1, seed=0)[0]).decode()
    assert put.index('id="a"') < put.index('id="makar-anew"') < put.index('id="c"')
    assert put.index('id="layer2"') < put.index('id="makar-anew"')  # in the layer of the old ones
    drawn = read_svg(put.encode()).drawing
    assert drawn.strokes.width[:, 0].tolist() == [1, 5, 10]
    assert [drawn.layers[layer] for layer in drawn.strokes.layer] == ["ink", "sky", "sky"]


@pytest.mark.usefixtures("by_hand")
def test_a_name_that_is_taken_is_not_used_again(tmp_path: Path) -> None:
    sheet = opened(tmp_path, LAYERS + '<g id="makar-anew"/>', free=["a"])
    put = sheet.put(sheet.candidates(1, seed=0)[0])
    assert put.count(b'"makar-anew"') == 1
    assert put.count(b'"makar-anew-2"') == 1
    assert sheet.outside(put) == sheet.outside(sheet.content)


@pytest.mark.usefixtures("quick")
def test_the_painter_paints_toward_the_drawing_as_it_was(tmp_path: Path) -> None:
    sheet = opened(tmp_path, GROUND + LAYERS, keep=["layer1"], strokes=6)
    assert list(sheet.prepare()) == []
    versions = sheet.candidates(2, seed=4)
    assert [one.score for one in versions] == sorted((v.score for v in versions), reverse=True)
    assert versions[0].score > 0.8  # blank paper is 0
    delivered = sheet.deliver(versions, out=tmp_path / "out", seed=4, asked=2)
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == sorted(["sheet.png", *(f"{n}-{v.id}.svg" for n, v in enumerate(versions, 1))])
    assert (tmp_path / "out" / files[0]).read_bytes() == sheet.put(versions[0])
    with Image.open(tmp_path / "out" / "sheet.png") as image:
        assert image.size[0] > 3 * 280
    assert len(delivered.record["drawings"]) == 2
    assert str(tmp_path / "out" / "sheet.png") in delivered.lines[-2]


@pytest.mark.usefixtures("quick")
def test_how_far_all_versions_are_is_told_while_they_are_painted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Progress] = []

    @contextmanager
    def line() -> Iterator[Callable[[Progress], None]]:
        yield told.append

    monkeypatch.setattr(desk, "line", line)
    opened(tmp_path, LAYERS, free=["sky"], strokes=2).candidates(2, seed=0)
    done = [one.done for one in told]
    assert done == sorted(done)
    assert (done[-1], {one.total for one in told}) == (told[-1].total, {told[-1].total})
    assert {one.text for one in told} == {"version 1 of 2", "version 2 of 2"}


def test_a_picture_is_told_to_be_none_of_ours_and_what_makes_a_drawing_of_it(
    tmp_path: Path,
) -> None:
    for suffix in PICTURES:
        photo = tmp_path / f"cat{suffix}"
        photo.write_bytes(b"whatever is in it")
        at = registry.desk_for(photo.suffix)
        with pytest.raises(ConfigError, match="Paint it first, makar paint "):
            at.open(photo, at.config(), None)


@pytest.mark.usefixtures("quick")
def test_the_same_seed_paints_the_same_and_another_something_else(tmp_path: Path) -> None:
    sheet = opened(tmp_path, LAYERS, free=["sky"], strokes=3)
    [first], [again], [other] = (sheet.candidates(1, seed=seed) for seed in (1, 1, 2))
    assert sheet.put(first) == sheet.put(again)
    assert sheet.put(first) != sheet.put(other)


@pytest.mark.usefixtures("quick")
def test_a_picture_to_paint_toward_is_cut_to_the_sheet(tmp_path: Path) -> None:
    picture = tmp_path / "like.png"
    pixels = np.zeros((50, 150, 3), np.uint8)
    pixels[:, 50:100] = (200, 30, 30)
    Image.fromarray(pixels).save(picture)
    sheet = opened(tmp_path, LAYERS, free=["sky"], like=picture, strokes=2)
    assert sheet.scene.target.size == (384, 384)
    assert (sheet.scene.target.pixels == (200, 30, 30)).all()
    assert "of the picture to paint toward, the middle: 50 × 50 of its pixels" in sheet.notes
    [version] = sheet.candidates(1, seed=0)
    assert version.strokes.colour[0] == pytest.approx([200 / 255, 30 / 255, 30 / 255], abs=0.1)
    with pytest.raises(UnreadableError):
        opened(tmp_path, LAYERS, free=["sky"], like=tmp_path / "none.png")


def test_what_covers_the_new_strokes_is_not_painted_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cover = '<path id="top" d="M25 -10V110" stroke="#fff" stroke-width="50"/>'
    sheet = opened(tmp_path, LAYERS + cover, keep=["top"])
    uncovered = sheet.scene.uncovered
    assert uncovered[:, :180].max() == 0
    assert uncovered[:, 200:].min() == 1
    told: list[Any] = []

    def paint(target: Picture, **asked: Any) -> Iterator[Painted]:
        told.append(asked["detail"])
        yield Painted(sheet.scene.below.scaled(target.size[0] / 100), 1, 1, 0.0)

    monkeypatch.setattr(repainting, "paint", paint)
    sheet.candidates(1, seed=0)
    assert np.array_equal(told[0], uncovered)


def test_the_desk_is_declared_whole() -> None:
    assert DESK.config is DrawingDeskConfig
    assert DESK.recipes == ()
