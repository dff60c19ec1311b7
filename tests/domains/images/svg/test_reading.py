"""Anybody's SVG files: where their strokes lie, how they look, what is told of the rest."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageColor

from makar.domains.images.strokes.drawing import Drawing
from makar.domains.images.svg.looks.colours import colour
from makar.domains.images.svg.reading import Read, read_svg

XML = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {}>{}</svg>'
)
SIZED = 'width="100" height="100"'
INKSCAPE = 'xmlns:i="http://www.inkscape.org/namespaces/inkscape"'


def read(inner: str, head: str = SIZED, *, outlines: bool = False) -> Read:
    return read_svg(XML.format(head, inner).encode(), outlines=outlines)


def drawn(inner: str, head: str = SIZED) -> Drawing:
    return read(inner, head).drawing


def line(inner: str, head: str = SIZED) -> list[float]:
    """Both ends of the only stroke."""
    (points,) = drawn(inner, head).strokes.points
    return points[[0, 3]].ravel().round(6).tolist()


L = '<path d="M0 0L10 0" stroke="red"{}/>'


@pytest.mark.parametrize(
    ("transform", "meant"),
    [
        ("translate(5)", [5, 0, 15, 0]),
        ("translate(5 -6)", [5, -6, 15, -6]),
        ("translate(5,-6) scale(2)", [5, -6, 25, -6]),
        ("scale(2,3)translate(1 1)", [2, 3, 22, 3]),
        ("rotate(90)", [0, 0, 0, 10]),
        ("rotate(90 10,0)", [10, -10, 10, 0]),
        ("skewX(45)", [0, 0, 10, 0]),
        ("skewY(45)", [0, 0, 10, 10]),
        ("matrix(1 2 3 4 5 6)", [5, 6, 15, 26]),
        (" translate ( 1-2 ) , scale(1) ", [1, -2, 11, -2]),
    ],
)
def test_transforms_move_as_they_say(transform: str, meant: list[float]) -> None:
    assert line(L.format(f' transform="{transform}"')) == meant


@pytest.mark.parametrize(
    "transform",
    ["turn(5)", "translate(1 2 3)", "scale(x)", "translate(1) nonsense", "scale(1e999)"],
)
def test_a_malformed_transform_is_ignored_and_told(transform: str) -> None:
    made = read(L.format(f' transform="{transform}"'))
    assert made.notes == ("1 malformed transform ignored",)
    assert made.drawing.strokes.points[0, 3].tolist() == [10, 0]


def test_transforms_nest_and_widths_grow_with_them() -> None:
    inner = f'<g transform="scale(2)"><g transform="translate(1 1)">{L.format("")}</g></g>'
    assert line(inner) == [2, 2, 22, 2]
    assert drawn(inner).strokes.width[0].tolist() == [2, 2]
    kept = inner.replace("/></g>", ' vector-effect="non-scaling-stroke"/></g>')
    assert drawn(kept).strokes.width[0].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("shape", "corners"),
    [
        ('<line x1="1" y1="2" x2="10%" y2="4"/>', [(1, 2), (10, 4)]),
        ('<polyline points="1,2 3,4 5,6"/>', [(1, 2), (3, 4), (5, 6)]),
        ('<polygon points="1,2 3,4 5,6"/>', [(1, 2), (3, 4), (5, 6), (1, 2)]),
        ('<rect x="1" y="2" width="3" height="4"/>', [(1, 2), (4, 2), (4, 6), (1, 6), (1, 2)]),
        ('<circle cx="5" cy="5" r="2"/>', [(7, 5), (5, 7), (3, 5), (5, 3), (7, 5)]),
        ('<ellipse cx="5" cy="5" rx="2" ry="1"/>', [(7, 5), (5, 6), (3, 5), (5, 4), (7, 5)]),
        (
            '<rect width="8" height="6" rx="1"/>',
            [(1, 0), (7, 0), (8, 1), (8, 5), (7, 6), (1, 6), (0, 5), (0, 1), (1, 0)],
        ),
    ],
)
def test_shapes_are_lines_and_arcs(shape: str, corners: list[tuple[float, float]]) -> None:
    strokes = drawn(f'<g stroke="#000" fill="none">{shape}</g>').strokes
    assert np.allclose(strokes.points[:, 0], corners[:-1])
    assert np.allclose(strokes.points[:, 3], corners[1:])
    assert strokes.joined.tolist() == [False] + [True] * (len(corners) - 2)


def test_shapes_without_a_size_draw_nothing() -> None:
    shapes = '<rect width="0" height="5"/><circle r="0"/><ellipse rx="3" ry="-1"/><polygon/><path/>'
    assert len(drawn(f'<g stroke="#000">{shapes}</g>')) == 0


@pytest.mark.parametrize(
    ("said", "colour"),
    [
        ("red", (255, 0, 0)),
        ("RebeccaPurple", (102, 51, 153)),
        ("#f0a", (255, 0, 170)),
        ("#102030", (16, 32, 48)),
        ("rgb(1, 2, 3)", (1, 2, 3)),
        ("rgb(100% 0% 50%)", (255, 0, 127.5)),
        ("hsl(120, 100%, 25%)", (0, 127.5, 0)),
        ("hsl(0.5turn 100% 50%)", (0, 255, 255)),
        ("#010203 icc-color(p, 1)", (1, 2, 3)),
        ("currentColor", (0, 0, 255)),
        ("url(#none) #010203", (1, 2, 3)),
        ("url(#swatch)", (9, 8, 7)),
    ],
)
def test_colours(said: str, colour: tuple[float, float, float]) -> None:
    swatch = (
        '<linearGradient id="one"><stop style="stop-color:#090807"/></linearGradient>'
        '<linearGradient id="swatch" xlink:href="#one"/>'
    )
    made = read(f'{swatch}<g color="blue"><path d="M0 0L1 1" stroke="{said}"/></g>')
    assert made.drawing.strokes.colour[0] * 255 == pytest.approx(colour)
    assert made.notes == ()


def test_opacities_multiply_through_groups() -> None:
    inner = (
        '<g opacity=".5"><g style="opacity:50%"><path d="M0 0L1 1" stroke-opacity=".5" '
        'stroke="rgba(0,0,0,.5)"/></g></g>'
    )
    assert drawn(inner).strokes.opacity.tolist() == [0.0625]


def test_style_goes_before_rules_and_rules_before_attributes() -> None:
    sheet = (
        "<style>/* a */ path{stroke:#000001;stroke-width:2} .b, .c{stroke:#000002}"
        "#d{stroke:#000003} path.c{stroke:#000004} g path{stroke:#f00} * {opacity:1}"
        "@media print{path{stroke:#0f0}}</style>"
    )
    paths = [
        '<path d="M0 0L1 1" stroke="#00f"/>',
        '<path d="M0 0L1 1" class="x b"/>',
        '<path d="M0 0L1 1" class="c" id="e"/>',
        '<path d="M0 0L1 1" class="c" id="d"/>',
        '<path d="M0 0L1 1" id="d" style="stroke : #000005 !important"/>',
    ]
    made = read(sheet + "".join(paths))
    assert (made.drawing.strokes.colour[:, 2] * 255).tolist() == [1, 2, 4, 3, 5]
    assert set(made.drawing.strokes.width[:, 0]) == {2}
    assert "1 style rule not understood" in made.notes


def test_what_is_inherited_and_what_is_not() -> None:
    inner = '<g stroke="#010101" stroke-width="5%"><path d="M0 0L1 1" stroke="inherit"/></g>'
    strokes = drawn(inner).strokes
    assert strokes.width[0].tolist() == pytest.approx([5, 5])
    assert strokes.colour[0] * 255 == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(
    ("head", "size", "end", "unit"),
    [
        ('width="100" height="50"', (100, 50), [10, 0], 25.4 / 96),
        ('width="10mm" height="20mm"', (37.795276, 75.590551), [10, 0], 25.4 / 96),
        ('width="10mm" height="20mm" viewBox="0 0 100 200"', (100, 200), [10, 0], 0.1),
        ('width="1in" height="1in" viewBox="5 5 96 96"', (96, 96), [5, -5], 25.4 / 96),
        ('viewBox="0,0,30,40"', (30, 40), [10, 0], 25.4 / 96),
        ('width="100%" height="100%" viewBox="0 0 30 40"', (30, 40), [10, 0], 25.4 / 96),
        ('width="8pc" height="72pt"', (128, 96), [10, 0], 25.4 / 96),
        # wider than its box: in the middle, on the left, cut, stretched
        ('width="400" height="100" viewBox="0 0 100 50"', (200, 50), [60, 0], 50.8 / 96),
        (
            'width="400" height="100" viewBox="0 0 100 50" preserveAspectRatio="xMinYMin"',
            (200, 50),
            [10, 0],
            50.8 / 96,
        ),
        (
            'width="400" height="100" viewBox="0 0 100 50" preserveAspectRatio="xMidYMid slice"',
            (100, 25),
            [10, -12.5],
            101.6 / 96,
        ),
        (
            'width="400" height="100" viewBox="0 0 100 50" preserveAspectRatio="none"',
            (100, 25),
            [10, 0],
            101.6 / 96,
        ),
    ],
)
def test_sheets_and_their_units(
    head: str, size: tuple[float, float], end: list[float], unit: float
) -> None:
    made = read(L.format(""), head)
    assert made.drawing.size == pytest.approx(size)
    assert made.drawing.strokes.points[0, 3] == pytest.approx(end)
    assert made.millimetres == pytest.approx(unit)


def test_a_file_without_a_size_is_as_large_as_what_is_drawn() -> None:
    made = read('<path d="M1 1L30 20" stroke="red" stroke-width="4"/>', "")
    assert made.drawing.size == (32, 22)
    assert made.notes == ("no size given: taken from what is drawn",)


def test_symbols_are_drawn_where_they_are_used() -> None:
    inner = (
        '<defs><path id="p" d="M0 0L10 0" stroke="red"/></defs>'
        '<symbol id="s" viewBox="0 0 10 10"><use href="#p"/></symbol>'
        '<use xlink:href="#p" x="3" y="4" transform="scale(2)"/>'
        '<use href="#s" x="50" width="20" height="20"/>'
    )
    points = drawn(inner).strokes.points
    assert points[0, [0, 3]].tolist() == [[6, 8], [26, 8]]
    assert points[1, [0, 3]].tolist() == [[50, 0], [70, 0]]


def test_inner_drawings_have_a_window_of_their_own() -> None:
    inner = f'<svg x="10" y="20" width="50%" height="50" viewBox="0 0 10 10">{L.format("")}</svg>'
    assert line(inner) == [10, 20, 60, 20]


def test_inkscapes_layers_keep_their_names() -> None:
    layer = '<g i:groupmode="layer" id="{}" i:label="{}" {}>{}</g>'
    inner = (
        layer.format("l1", "sky", "", L.format("") + layer.format("l2", "bird", "", L.format("")))
        + L.format("")
        + layer.format("l3", "sky", "", L.format(""))
        + layer.format("l4", "gone", 'style="display:none"', L.format(""))
    )
    made = read(inner, f"{SIZED} {INKSCAPE}")
    assert made.drawing.layers == ("sky", "bird", "", "sky")
    assert made.drawing.strokes.layer.tolist() == [0, 1, 2, 3]
    assert made.notes == ("1 hidden element left out",)


def test_a_rectangle_below_all_is_the_ground() -> None:
    ground = '<rect width="100%" height="100" fill="#010203"/>'
    made = read(ground + L.format(""))
    assert made.drawing.ground == (1 / 255, 2 / 255, 3 / 255)
    assert made.notes == ()
    assert read(L.format("") + ground).drawing.ground == (1, 1, 1)
    assert read(ground.replace("100%", "99")).drawing.ground == (1, 1, 1)
    assert read(ground.replace("fill=", 'opacity=".5" fill=')).drawing.ground == (1, 1, 1)


def test_filled_shapes_are_told_or_read_as_outlines() -> None:
    inner = (
        '<path d="M0 0H50V50z" fill="#0a0000"/><circle r="5" stroke="red"/>'
        '<path d="M0 0H1" fill="none"/><path d="M0 0H1V1" fill="url(#g)" opacity=".5"/>'
        '<radialGradient id="g"><stop stop-color="#fff"/><stop/></radialGradient>'
    )
    left = read(inner)
    assert left.notes == (
        "2 filled shapes without a stroke left out",
        "the fill of 1 stroked shape left out",
        "1 of the fills is a gradient",
    )
    assert len(left.drawing) == 4
    strokes = read(inner, outlines=True).drawing.strokes
    assert len(strokes) == 3 + 4 + 3 - 1
    assert strokes.colour[0] * 255 == pytest.approx([10, 0, 0])
    assert strokes.width[0].tolist() == [0.25, 0.25]
    assert strokes.colour[-1] == pytest.approx([0.5] * 3)
    assert strokes.opacity[-1] == 0.5


def test_all_that_is_left_out_is_told() -> None:
    inner = (
        "<text>a</text><text>b</text><image href='http://a.b/c.png'/><script>x</script>"
        "<use href='other.svg#a'/><use href='#nobody'/><foreignObject/><animate/>"
        '<path d="M0 0L1 1" fill="none" stroke="url(#p)"/><pattern id="p"/>'
        '<path d="M0 0L1 1L" stroke="red" stroke-dasharray="1 2" marker-end="url(#m)"/>'
        '<g clip-path="url(#c)"/><path d="M0 0L1e12 1" stroke="red"/>'
        '<path d="M0 0C1e12 1 2 2 3 3" fill="none" stroke="red"/>'
        "<switch><foreignObject/><g/></switch>"
    )
    assert read(inner).notes == (
        "2 texts left out",
        "1 image left out",
        "1 element of another kind left out",
        "1 script ignored",
        "1 animation ignored",
        "1 shape left out whose paint is not known",
        "1 dashed line drawn through",
        "1 clip, mask or filter not applied",
        "markers of 1 line left out",
        "1 reference to another file not followed",
        "1 reference leads nowhere",
        "2 paths are malformed and drawn as far as they are not",
        "1 stroke left out that lies beyond every sheet",
    )


def test_what_is_hidden_is_not_drawn() -> None:
    inner = (
        '<g visibility="hidden">' + L.format("") + L.format(' visibility="visible"') + "</g>"
        '<g display="none">' + L.format("") + "</g>"
        '<path d="M0 0L1 1" stroke="red" opacity="0"/><path d="M0 0L1 1" stroke-width="0"/>'
    )
    assert len(drawn(inner)) == 1


def test_a_switch_draws_what_it_understands_first() -> None:
    group = f"<g>{L.format('')}</g>"
    foreign = '<foreignObject requiredExtensions="x"/>'
    assert len(drawn(f"<switch>{foreign}{group}{group}</switch>")) == 1


def test_any_encoding_and_packed_files_and_files_without_a_namespace(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0" encoding="{}"?><svg width="9" height="9">'
        '<path id="ä" d="M0 0L1 1" stroke="red"/></svg>'
    )
    for encoding in ("utf-8", "utf-16", "iso-8859-1", "windows-1252"):
        assert len(read_svg(text.format(encoding).encode(encoding)).drawing) == 1
    packed = tmp_path / "a.svgz"
    packed.write_bytes(gzip.compress(text.format("utf-8").encode()))
    assert len(read_svg(packed).drawing) == 1


def test_a_document_type_is_passed_over() -> None:
    head = (
        '<?xml version="1.0" standalone="no"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    assert len(read_svg((head + XML.format(SIZED, L.format(""))).encode()).drawing) == 1


def test_a_colour_that_pillow_was_asked_for_keeps_its_name() -> None:
    ImageColor.getrgb("tan")
    colour.cache_clear()
    assert colour("tan") == ((210 / 255, 180 / 255, 140 / 255), 1.0)
