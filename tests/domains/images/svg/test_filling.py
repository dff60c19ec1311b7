"""Filled shapes as lines: the same areas that skia fills, by both rules."""

from __future__ import annotations

import numpy as np
import pytest
import skia

from makar.domains.images.raster.canvas import rendered
from makar.domains.images.svg.reading import read_svg

STAR = "M50 5L80 95L5 40L95 40L20 95Z"
RING = "M10 10H90V90H10ZM30 30H70V70H30Z"
CURVED = (
    "M10 50C10 -20 90 -20 90 50Q90 90 50 95 10 90 10 50M40 40a10 10 0 1 0 20 0a10 10 0 1 0-20 0"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{}</svg>'


def filled(svg: str) -> np.ndarray:
    """How skia fills it, as black on white, 100 pixels wide."""
    dom = skia.SVGDOM.MakeFromStream(skia.MemoryStream(svg.encode(), True))
    surface = skia.Surface(100, 100)
    surface.getCanvas().clear(skia.ColorWHITE)
    dom.setContainerSize(skia.Size(100, 100))
    dom.render(surface.getCanvas())
    return surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)[..., 0] / 255


@pytest.mark.parametrize("rule", ["nonzero", "evenodd"])
@pytest.mark.parametrize("data", [STAR, RING, CURVED])
@pytest.mark.parametrize("transform", ["", "rotate(20 50 50) scale(.8)", "matrix(-1 0 .2 1 90 0)"])
def test_areas_are_covered_as_skia_fills_them(data: str, rule: str, transform: str) -> None:
    path = f'<path d="{data}" transform="{transform}" fill="#000" fill-rule="{rule}"/>'
    svg = SVG.format(path if transform else path.replace('transform=""', ""))
    made = read_svg(svg.encode(), lines=200)
    seen = rendered(made.drawing, size=(200, 200)).of_side(100).light[:, :, 0]
    assert made.notes == ()
    assert np.abs(seen - filled(svg)).mean() <= 0.012
    assert np.abs(seen - filled(svg)).max() <= 1.0


def test_a_half_transparent_area_is_laid_once_and_below_its_stroke() -> None:
    path = '<path d="M10 10H90V90H10Z" fill="#f00" opacity=".5" stroke="#00f" stroke-width="8"/>'
    made = read_svg(SVG.format(path).encode(), lines=100).drawing
    pixels = rendered(made, size=(100, 100)).pixels
    assert pixels[50, 50].tolist() == pytest.approx([255, 128, 128], abs=2)
    assert pixels[50, 7].tolist() == pytest.approx([128, 128, 255], abs=2)
    assert (made.strokes.path[:-4] == 0).all()


def test_fills_are_left_out_where_nobody_asks_for_them() -> None:
    made = read_svg(SVG.format(f'<path d="{STAR}"/>').encode())
    assert len(made.drawing) == 0
    assert made.notes == ("1 filled shape without a stroke left out",)


@pytest.mark.parametrize(
    "data",
    [
        "M5 5",
        "M5 5L9 9",
        "M5 5H50",
        "M1e6 1e6h10v10z",
        "M0 1e6V-1e6h1z",
        "M0 0C1e308 0 0 1e308 9 9",
    ],
)
def test_areas_of_no_size_or_far_away_are_no_trouble(data: str) -> None:
    made = read_svg(SVG.format(f'<path d="{data}"/>').encode(), lines=256)
    assert len(made.drawing) <= 300
