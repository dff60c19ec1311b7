"""SVG files of drawings: short, the same every time, and what another program draws from them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import skia

from makar.domains.images.strokes.drawing import Drawing, polyline, strokes_of, together
from makar.domains.images.svg.rounding import rounded
from makar.domains.images.svg.writing import as_svg

NS = {
    "svg": "http://www.w3.org/2000/svg",
    "ink": "{http://www.inkscape.org/namespaces/inkscape}",
}


def shown(svg: str, size: tuple[int, int]) -> np.ndarray:
    """As skia draws the file, 0..255."""
    dom = skia.SVGDOM.MakeFromStream(skia.MemoryStream(svg.encode(), True))
    surface = skia.Surface(*size)
    dom.setContainerSize(skia.Size(*size))
    dom.render(surface.getCanvas())
    return surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3]


def discs(points: np.ndarray, width: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Where a round brush has been, disc by disc; True is covered."""
    y, x = np.mgrid[: size[1], : size[0]] + 0.5
    covered = np.zeros(size[::-1], np.bool_)
    for t in np.linspace(0, 1, 300):
        s = 1 - t
        at = np.array([s**3, 3 * s * s * t, 3 * s * t * t, t**3]) @ points
        radius = (width[0] * s + width[1] * t) / 2
        covered |= (x - at[0]) ** 2 + (y - at[1]) ** 2 <= radius**2
    return covered


def random_drawing(count: int, seed: int = 0) -> Drawing:
    rng = np.random.default_rng(seed)
    strokes = strokes_of(
        rng.uniform(0, 512, (count, 3, 2)),
        width=rng.uniform(1, 40, count),
        colour=rng.uniform(0, 1, (count, 3)),
        opacity=rng.choice([0.25, 0.5, 0.75, 1], count),
    )
    return Drawing((512, 512), strokes)


def test_two_hundred_quadratic_strokes_are_small() -> None:
    assert len(as_svg(random_drawing(200)).encode()) <= 21_000


def test_the_same_drawing_is_the_same_file_and_rounding_changes_nothing_twice() -> None:
    drawing = random_drawing(30)
    assert as_svg(drawing) == as_svg(rounded(drawing))
    assert rounded(rounded(drawing)).strokes == rounded(drawing).strokes


def test_each_degree_is_written_as_such() -> None:
    line = strokes_of(np.array([[[1, 2], [3.5, 4]]]))
    quadratic = strokes_of(np.array([[[1, 2], [30, -4], [5, 6]]]))
    cubic = strokes_of(np.array([[[1, 2], [30, 4], [50, 0.25], [7, 8]]]))
    svg = as_svg(Drawing((60, 60), together([line, quadratic, cubic])))
    drawn = [path.get("d") for path in ET.fromstring(svg).iterfind(".//svg:path", NS)]
    assert drawn == ["M1 2L3.5 4", "M1 2Q30-4 5 6", "M1 2C30 4 50 .2 7 8"]


def test_a_line_drawn_without_lifting_the_pen_is_one_path() -> None:
    svg = as_svg(Drawing((9, 9), polyline(np.array([[1, 1], [2, 1], [2, -2], [5, 5]]))))
    (path,) = ET.fromstring(svg).iterfind(".//svg:path", NS)
    assert path.get("d") == "M1 1L2 1 2-2 5 5"


def test_what_is_joined_without_meeting_or_in_another_colour_is_lifted() -> None:
    points = np.array([[[1, 1], [2, 1]], [[2, 1], [4, 4]], [[9, 9], [7, 7]], [[7, 7], [8, 8]]])
    colour = np.array([[0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0]])
    strokes = strokes_of(points, colour=colour, joined=True)
    assert rounded(Drawing((9, 9), strokes)).strokes.joined.tolist() == [False, True, False, False]


def test_a_stroke_that_is_thinner_than_can_be_written_does_not_vanish() -> None:
    strokes = strokes_of(np.array([[[1, 1], [2, 1]]] * 3), width=np.array([0, 1e-5, 0.02]))
    assert rounded(Drawing((9, 9), strokes)).strokes.width[:, 0].tolist() == [0, 0.01, 0.02]


def test_layers_are_inkscapes_and_keep_the_order_of_drawing() -> None:
    points = np.array([[[1, 1], [2, 1]]] * 4)
    strokes = strokes_of(points, layer=np.array([1, 1, 0, 1]))
    drawing = Drawing((9, 9), strokes, layers=("sky & sea", "<ink>", "none"))
    root = ET.fromstring(as_svg(drawing))
    groups = root.findall("svg:g", NS)
    assert [group.get(NS["ink"] + "label") for group in groups] == [
        "<ink>",
        "sky & sea",
        "<ink>",
        "none",
    ]
    assert [len(group) for group in groups] == [2, 1, 1, 0]
    assert {group.get(NS["ink"] + "groupmode") for group in groups} == {"layer"}


def test_what_a_layer_shares_is_said_once() -> None:
    pen = strokes_of(np.arange(400.0).reshape(100, 2, 2), width=0.35, colour=(1, 0, 0))
    root = ET.fromstring(as_svg(Drawing((210, 297), pen), unit="mm"))
    (group,) = root.findall("svg:g", NS)
    assert (group.get("stroke"), group.get("stroke-width")) == ("#ff0000", ".35")
    assert all(set(path.attrib) == {"d"} for path in group)


def test_a_page_is_as_large_as_its_paper_and_white_paper_is_not_drawn() -> None:
    root = ET.fromstring(as_svg(Drawing((210, 297.125)), unit="mm"))
    assert (root.get("width"), root.get("height")) == ("210mm", "297.125mm")
    assert root.get("viewBox") == "0 0 210 297.125"
    assert root.find("svg:rect", NS) is None
    tinted = ET.fromstring(as_svg(Drawing((210, 297), ground=(0, 0, 1)), unit="mm"))
    ground = tinted.find("svg:rect", NS)
    assert ground is not None
    assert ground.get("fill") == "#0000ff"


def test_titles_and_notices_are_text_whatever_is_in_them() -> None:
    root = ET.fromstring(as_svg(Drawing((9, 9)), title="<a> & \0 b", notice="]]> & 'me'"))
    assert root.findtext("svg:title", namespaces=NS) == "<a> & \ufffd b"
    assert root.findtext("svg:desc", namespaces=NS) == "]]> & 'me'"


def test_skia_draws_what_was_meant() -> None:
    strokes = strokes_of(np.array([[[10, 32], [50, 32]]]), width=12, colour=(0, 0, 1), opacity=0.5)
    seen = shown(as_svg(Drawing((64, 64), strokes, ground=(1, 1, 0))), (64, 64))
    assert seen[32, 30].tolist() == pytest.approx([128, 128, 128], abs=2)
    assert seen[32, 5].tolist() == pytest.approx([128, 128, 128], abs=2)  # the round end
    assert seen[45, 30].tolist() == [255, 255, 0]


@pytest.mark.parametrize(
    ("points", "width"),
    [
        ([[10, 30], [20, 10], [60, 60], [85, 25]], (4, 20)),
        ([[20, 50], [95, 20], [95, 80], [20, 55]], (24, 2)),  # turns sharply while it is wide
        ([[30, 20], [30, 90], [30, 90], [31, 20]], (9, 30)),  # there and back
        ([[40, 40], [41, 40], [42, 41], [43, 41]], (50, 2)),  # the start swallows the rest
        ([[50, 50]] * 4, (10, 30)),
    ],
)
def test_an_outline_covers_what_a_round_brush_covers(
    points: list[list[float]], width: tuple[float, float]
) -> None:
    at, widths = np.array([points], np.float64), np.array([width], np.float64)
    svg = as_svg(Drawing((100, 100), strokes_of(at, width=widths)))
    covered = shown(svg, (100, 100))[..., 0] < 128
    meant = discs(at[0], widths[0], (100, 100))
    assert (covered != meant).sum() <= 0.03 * meant.sum() + 8


def test_a_brush_stroke_of_changing_width_takes_half_a_kilobyte() -> None:
    rng = np.random.default_rng(0)
    middle, angle = rng.uniform(50, 460, (40, 2)), rng.uniform(0, 6.28, 40)
    reach = rng.uniform(20, 80, (40, 1)) * np.stack((np.cos(angle), np.sin(angle)), 1)
    bend = rng.normal(0, 0.3, (40, 1)) * np.stack((-reach[:, 1], reach[:, 0]), 1)
    points = np.stack((middle - reach, middle + bend, middle + reach), 1)
    width = rng.uniform(4, 30, (40, 1)) * [1, 0.6]
    assert len(as_svg(Drawing((512, 512), strokes_of(points, width=width)))) <= 40 * 500


def test_tapered_strokes_that_are_joined_cover_what_they_share_once() -> None:
    points = np.array([[[10, 50], [50, 50]], [[50, 50], [90, 20]]], np.float64)
    width = np.array([[4, 20], [20, 8]], np.float64)
    strokes = strokes_of(points, width=width, opacity=0.5, joined=np.array([False, True]))
    seen = shown(as_svg(Drawing((100, 100), strokes)), (100, 100))
    assert seen[50, 50, 0] == pytest.approx(128, abs=2)


@pytest.mark.parametrize(
    "drawing",
    [
        Drawing((9, 9), strokes_of(np.array([[[np.nan, 1], [2, 1]]]))),
        Drawing((9, 9), strokes_of(np.array([[[1, 1], [2, 1]]]), width=-1.0)),
        Drawing((9, 9), strokes_of(np.array([[[1, 1], [2, 1]]]), layer=-1)),
        Drawing((0, 9)),
        Drawing((np.inf, 9)),
    ],
)
def test_what_cannot_be_written_is_refused(drawing: Drawing) -> None:
    with pytest.raises(ValueError, match=r"drawing|sheet|stroke"):
        as_svg(drawing)
