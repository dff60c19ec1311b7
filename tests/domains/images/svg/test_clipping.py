"""Clips of drawings that are shown: the same pixels as skia's own SVG reader leaves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import skia
from PIL import Image

from makar.domains.images.svg import clipping, showing
from makar.domains.images.svg.reading import read_svg
from makar.domains.images.svg.showing import TOO_MANY, shown

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'width="100" height="100" viewBox="0 0 100 100"><defs>{}</defs>{}</svg>'
)
CIRCLE = '<clipPath id="c"><circle cx="50" cy="50" r="30"/></clipPath>'
STAR = "M50 5L80 95L5 40L95 40L20 95Z"
RED = '<rect x="2" y="2" width="96" height="96" fill="#c00" {}/>'
USED = 'clip-path="url(#c)"'
RECT = '<clipPath id="r"><rect x="40" y="10" width="45" height="70"/></clipPath>'
FINE = 400


def whole(defs: str, body: str) -> str:
    return HEAD.format(defs, body)


def by_skia(svg: str) -> np.ndarray:
    dom = skia.SVGDOM.MakeFromStream(skia.MemoryStream(svg.encode(), True))
    surface = skia.Surface(FINE, FINE)
    surface.getCanvas().clear(skia.ColorWHITE)
    dom.setContainerSize(skia.Size(FINE, FINE))
    surface.getCanvas().scale(FINE / 100, FINE / 100)
    dom.render(surface.getCanvas())
    return surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3] / 255


def seen(tmp_path: Path, svg: str) -> tuple[np.ndarray, tuple[str, ...]]:
    (tmp_path / "a.svg").write_text(svg)
    picture = shown(tmp_path / "a.svg", longest=FINE)
    return picture.light, picture.notes


@pytest.mark.parametrize(
    ("defs", "body"),
    [
        (CIRCLE, RED.format(USED)),
        (f'<clipPath id="c"><path d="{STAR}"/></clipPath>', RED.format(USED)),
        (f'<clipPath id="c"><path d="{STAR}" clip-rule="evenodd"/></clipPath>', RED.format(USED)),
        (
            '<clipPath id="c"><circle cx="30" cy="30" r="20"/><rect x="40" y="40" width="50" '
            'height="30"/></clipPath>',
            RED.format(USED),
        ),
        (CIRCLE, RED.format(USED + ' transform="translate(20 -10) scale(.7)"')),
        (
            '<clipPath id="c"><rect width="60" height="20" transform="rotate(30 20 20)"/>'
            "</clipPath>",
            RED.format(USED),
        ),
        (CIRCLE + RECT, f'<g clip-path="url(#r)">{RED.format(USED)}</g>'),
        (
            CIRCLE,
            f'<g {USED}><path d="M0 20H100" stroke="#00f" stroke-width="30"/>'
            '<path d="M20 0V100" stroke="#080" stroke-width="20" stroke-opacity=".5"/></g>'
            '<path d="M0 95H100" stroke="#000" stroke-width="8"/>',
        ),
        ('<clipPath id="c"/>', RED.format('id="x"') + RED.format(USED).replace("#c00", "#00c")),
    ],
    ids=["circle", "nonzero", "evenodd", "union", "moved", "turned", "nested", "group",
         "empty"],
)  # fmt: skip
def test_what_is_seen_is_what_skia_shows(tmp_path: Path, defs: str, body: str) -> None:
    svg = whole(defs, body)
    ours, notes = seen(tmp_path, svg)
    theirs = by_skia(svg)
    assert notes == ()
    assert np.abs(ours - theirs).mean() < 0.006
    assert np.mean(np.abs(ours - theirs) > 0.5) < 0.002
    unclipped, _ = seen(tmp_path, svg.replace("clip-path=", "data-was="))
    assert np.abs(unclipped - theirs).mean() > 0.05


def test_a_clip_may_use_a_shape_from_elsewhere(tmp_path: Path) -> None:
    shape = '<circle id="o" cx="50" cy="50" r="25" transform="scale(.5)"/>'
    used = '<clipPath id="c"><use xlink:href="#o" x="10" y="-5"/></clipPath>'
    alone = '<clipPath id="c"><circle cx="35" cy="20" r="12.5"/></clipPath>'
    one, notes = seen(tmp_path, whole(shape + used, RED.format(USED)))
    other, _ = seen(tmp_path, whole(alone, RED.format(USED)))
    np.testing.assert_allclose(one, other, atol=1 / 255)
    assert notes == ()


def test_a_clip_may_itself_be_clipped(tmp_path: Path) -> None:
    both = CIRCLE.replace("<clipPath", '<clipPath clip-path="url(#r)"') + RECT
    one, notes = seen(tmp_path, whole(both, RED.format(USED)))
    other, _ = seen(
        tmp_path, whole(CIRCLE + RECT, f'<g clip-path="url(#r)">{RED.format(USED)}</g>')
    )
    np.testing.assert_allclose(one, other, atol=1 / 255)
    assert notes == ()


def test_a_clip_says_nothing_of_what_lies_beside_it(tmp_path: Path) -> None:
    pixels, _ = seen(tmp_path, whole(CIRCLE, RED.format(USED) + '<circle r="9" fill="#00f"/>'))
    assert pixels[4, 4].tolist() == pytest.approx([0, 0, 1], abs=0.01)
    assert pixels[200, 200].tolist() == pytest.approx([0.8, 0, 0], abs=0.01)
    assert pixels[90, 90].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "defs",
    [
        '<clipPath id="c"><text x="9" y="50">word</text></clipPath>',
        '<clipPath id="c" clipPathUnits="objectBoundingBox"><circle cx=".5" r=".5"/></clipPath>',
        '<clipPath id="c" clip-path="url(#c)"><circle r="50"/></clipPath>',
        '<clipPath id="c" transform="turn(9)"><circle r="50"/></clipPath>',
        '<clipPath id="c"><circle r="9" clip-path="url(#d)"/></clipPath>',
        '<clipPath id="c"><use href="#nowhere"/></clipPath>',
        '<clipPath id="d"/>',
        '<mask id="c"><circle r="50"/></mask>',
    ],
)
def test_what_is_not_understood_is_shown_whole_and_said(tmp_path: Path, defs: str) -> None:
    pixels, notes = seen(tmp_path, whole(defs, RED.format(USED)))
    assert (np.abs(pixels[12:-12, 12:-12] - (0.8, 0, 0)) < 0.01).all()
    assert "1 clip, mask or filter not applied" in notes


def test_words_for_shapes_and_masks_beside_clips_are_said(tmp_path: Path) -> None:
    body = RED.format('clip-path="inset(10px)"') + RED.format(USED + ' filter="url(#f)"')
    _, notes = seen(tmp_path, whole(CIRCLE, body))
    assert notes == ("2 clips, masks or filters not applied",)


def test_strokes_that_are_read_to_be_kept_are_not_clipped() -> None:
    read = read_svg(whole(CIRCLE, f'<path d="M0 0H99" stroke="#000" {USED}/>').encode())
    assert len(read.drawing) == 1
    assert read.notes == ("1 clip, mask or filter not applied",)


def test_clips_without_end_take_bounded_time_and_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "MOST_CLIPPED", 3)
    many = "".join(RED.format(USED + f' transform="translate({n})"') for n in range(5))
    assert seen(tmp_path, whole(CIRCLE, many))[1] == (TOO_MANY,)
    assert seen(tmp_path, whole(CIRCLE, RED.format(USED)))[1] == ()
    monkeypatch.setattr(clipping, "MOST_LINES", 10)
    clips = CIRCLE.replace("</clipPath>", '<circle r="20"/></clipPath>')
    assert seen(tmp_path, whole(clips, RED.format(USED)))[1] == (TOO_MANY,)
    monkeypatch.setattr(clipping, "MOST_TEXT", 10)
    notes = seen(tmp_path, whole(CIRCLE, RED.format(USED)))[1]
    assert notes == ("1 clip, mask or filter not applied",)


@pytest.mark.browser
def test_what_is_seen_is_what_chromium_shows(tmp_path: Path) -> None:
    """Skia's reader leaves out what a clip uses, Inkscape what a clip is turned and clipped by."""
    if (program := shutil.which("chromium")) is None:
        pytest.skip("needs Debian's chromium")
    turned = '<clipPath id="t" clip-path="url(#r)" transform="rotate(20 50 50)">{}</clipPath>'
    defs = CIRCLE + RECT + turned.format('<rect x="10" y="30" width="80" height="40"/>')
    used = '<circle id="o" r="4" cx="60" cy="8"/><clipPath id="u"><use href="#o" y="3"/></clipPath>'
    body = (
        f'<g clip-path="url(#t)"><g {USED} transform="translate(10 5)">{RED.format("")}</g></g>'
        '<path id="p" d="M5 65H95" stroke="#00c" stroke-width="9" stroke-linecap="round"/>'
        '<use href="#p" x="-20" y="25" clip-path="url(#r)"/><g clip-path="url(#u)">'
        '<use href="#p" y="-55" clip-path="none"/></g>'
    )
    svg = whole(defs + used, body)
    ours, notes = seen(tmp_path, svg)
    page, picture = tmp_path / "a.html", tmp_path / "chromium.png"
    large = svg.replace('width="100" height="100" view', f'width="{FINE}" height="{FINE}" view')
    page.write_text(f'<body style="margin:0">{large}')
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    flags += ["--force-device-scale-factor=1", f"--window-size={FINE},{FINE}"]
    asked = [program, *flags, f"--screenshot={picture}", page.as_uri()]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert picture.exists(), done.stderr
    with Image.open(picture) as image:
        theirs = np.asarray(image.convert("RGB"), np.float64) / 255
    assert notes == ()
    assert np.abs(ours - theirs).mean() < 0.006
    assert np.mean(np.abs(ours - theirs) > 0.5) < 0.002
