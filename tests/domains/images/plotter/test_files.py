"""The file for the plotter, judged by vpype, by an XML reader and, where it is there, Inkscape."""

import io
import re
import shutil
import subprocess
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import vpype

from makar.core.errors import ConfigError
from makar.domains.images.plotter.files import drawing_of, rounded, svg_text
from makar.domains.images.plotter.layers import Layer, layers_of, parts_of, registration
from makar.domains.images.plotter.page import Page
from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.pens import parse_pens
from makar.domains.images.plotter.timing import Machine

PAGE = Page(120, 80.5, margin=10)
BLACK, RED = parse_pens("black:0.3mm,#e01010:0.5mm")
PIXEL = 25.4 / 96
"""Millimetres of a unit of vpype's."""
LABEL = "{http://www.inkscape.org/namespaces/inkscape}label"


def scribbles(seed: int, count: int = 12) -> Paths:
    rng = np.random.default_rng(seed)
    return rounded(Paths.of([rng.uniform((10, 10), (110, 70.5), (9, 2)) for _ in range(count)]))


def two_layers(**options) -> tuple[Layer, ...]:
    return layers_of([(BLACK, scribbles(0)), (RED, scribbles(1))], Machine(), **options)


def labels(svg: str) -> list[str]:
    return [group.attrib[LABEL] for group in ET.fromstring(svg) if LABEL in group.attrib]


def read(svg: str) -> vpype.Document:
    return vpype.read_multilayer_svg(io.StringIO(svg), quantization=0.1)


def test_vpype_reads_the_page_the_layers_and_their_metres():
    layers = two_layers()
    document = read(svg_text(PAGE, layers))
    assert document.page_size is not None
    assert np.multiply(document.page_size, PIXEL) == pytest.approx((120, 80.5))
    assert sorted(document.layers) == [1, 2]
    for layer in layers:
        seen = document.layers[layer.number]
        assert len(seen) == layer.effort.paths == 12
        assert seen.length() * PIXEL / 1000 == pytest.approx(layer.effort.metres_down, rel=1e-4)
        assert seen.pen_up_length()[0] * PIXEL / 1000 == pytest.approx(
            layer.effort.metres_up, rel=1e-4
        )
        assert float(seen.property("vp_pen_width") or 0) * PIXEL == pytest.approx(layer.pen.width)


def test_places_do_not_drift_along_a_path():
    layers = layers_of([(BLACK, scribbles(2, 1))], Machine())
    line = read(svg_text(PAGE, layers)).layers[1].lines[0] * PIXEL
    np.testing.assert_allclose(
        np.stack((line.real, line.imag), 1), layers[0].paths.points, atol=2e-4
    )


def test_a_layer_begins_with_its_number_and_all_but_the_first_with_a_pause():
    layers = two_layers()
    assert [layer.name for layer in layers] == ["1-black 0.3mm", "2-#e01010 0.5mm"]
    assert labels(svg_text(PAGE, layers)) == ["1-black 0.3mm", "!2-#e01010 0.5mm"]


def test_a_plot_goes_on_at_a_layer_without_a_pause_before_it():
    layers = two_layers(split=1.0)
    assert len(layers) > 3
    later = svg_text(PAGE, layers, from_layer=3)
    assert labels(later)[0] == layers[2].name
    assert len(labels(later)) == len(layers) - 2
    assert all(label.startswith("!") for label in labels(later)[1:])


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_layer_that_is_not_there_is_refused(number):
    with pytest.raises(ConfigError, match="layers 1 to 2"):
        svg_text(PAGE, two_layers(), from_layer=number)


def test_lines_are_plain_centre_lines_in_millimetres():
    root = ET.fromstring(svg_text(PAGE, two_layers(), title="a < b & c"))
    assert (root.attrib["width"], root.attrib["height"]) == ("120mm", "80.5mm")
    assert root.attrib["viewBox"] == "0 0 120 80.5"
    assert root[0].text == "a < b & c"
    group = root[2].attrib
    assert (group["fill"], group["stroke"], group["stroke-width"]) == ("none", "#e01010", ".5")
    assert "opacity" not in svg_text(PAGE, two_layers())
    assert not re.search(r"\d\.\d{3}", svg_text(PAGE, two_layers()))


def test_ink_is_split_after_so_many_metres():
    paths = scribbles(3)
    layers = layers_of([(BLACK, paths)], Machine(), split=1.0)
    assert len(layers) >= paths.down / 1000
    assert max(layer.effort.metres_down for layer in layers) <= 1.0
    assert sum(layer.effort.metres_down for layer in layers) * 1000 == pytest.approx(paths.down)
    assert layers[1].name == f"2-black 0.3mm part 2 of {len(layers)}"


def test_a_path_longer_than_a_part_is_cut_and_goes_on_where_it_was_cut():
    line = np.stack((np.arange(101.0), np.zeros(101)), 1)
    parts = parts_of(Paths.of([line]), 40.0)
    assert [part.down for part in parts] == [40, 40, 20]
    assert parts[1].points[0].tolist() == [40, 0]


@pytest.mark.parametrize("split", [0, -1, float("nan")])
def test_ink_is_not_split_after_nothing(split):
    with pytest.raises(ConfigError, match="split"):
        layers_of([(BLACK, scribbles(0))], Machine(), split=split)


def test_registration_marks_are_drawn_with_every_layer_inside_the_margins():
    marks = registration(PAGE.area)
    layers = two_layers(marks=marks)
    for layer in layers:
        np.testing.assert_array_equal(layer.paths.points[: len(marks.points)], marks.points)
        assert layer.effort.paths == 20
    assert marks.points.min(0).tolist() == [10, 10]
    assert marks.points.max(0).tolist() == [110, 70.5]


def test_a_drawing_has_the_same_strokes():
    layers = two_layers()
    drawing = drawing_of(PAGE, layers)
    strokes = drawing.strokes
    assert drawing.layers == ("1-black 0.3mm", "2-#e01010 0.5mm")
    assert len(strokes) == 2 * 12 * 8
    assert strokes.path[-1] == 23
    np.testing.assert_array_equal(
        strokes.points[:, 0], np.concatenate([y.paths.segments[:, 0] for y in layers])
    )
    assert set(strokes.width.ravel().tolist()) == {0.3, 0.5}


@pytest.mark.opener
@pytest.mark.skipif(shutil.which("inkscape") is None, reason="Inkscape is not installed")
def test_inkscape_sees_the_same_extent(tmp_path):
    file = tmp_path / "page.svg"
    layers = two_layers()
    file.write_text(svg_text(PAGE, layers))
    told = subprocess.run(
        ["inkscape", "--query-all", str(file)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    rows = {row.split(",")[0]: [float(v) for v in row.split(",")[1:]] for row in told.split()}
    left, top, wide, high = rows["layer1"]
    low, high_end = layers[0].paths.points.min(0), layers[0].paths.points.max(0)
    ink = 0.15 / PIXEL
    assert (left, top) == pytest.approx(low / PIXEL - ink, abs=0.6)
    assert (left + wide, top + high) == pytest.approx(high_end / PIXEL + ink, abs=0.6)
