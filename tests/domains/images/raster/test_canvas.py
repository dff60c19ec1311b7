"""Strokes as pixels, judged by Skia."""

from __future__ import annotations

import numpy as np
import pytest
import skia

from makar.domains.images.raster.canvas import rendered
from makar.domains.images.strokes.drawing import Drawing, polyline, strokes_of, together


def by_skia(drawing: Drawing) -> np.ndarray:
    width, height = (int(side) for side in drawing.size)
    surface = skia.Surface(width, height)
    canvas = surface.getCanvas()
    canvas.clear(skia.Color4f(*drawing.ground, 1.0))
    strokes = drawing.strokes
    for n in range(len(strokes)):
        if not strokes.joined[n]:
            path = skia.Path()
            path.moveTo(*strokes.points[n, 0])
        path.cubicTo(*(float(x) for x in strokes.points[n, 1:].ravel()))
        if n + 1 < len(strokes) and strokes.joined[n + 1]:
            continue
        paint = skia.Paint(
            AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeCap=skia.Paint.kRound_Cap,
            StrokeJoin=skia.Paint.kRound_Join, StrokeWidth=float(strokes.width[n, 0]),
            Color4f=skia.Color4f(*(float(c) for c in strokes.colour[n]), float(strokes.opacity[n])),
        )  # fmt: skip
        canvas.drawPath(path, paint)
    return surface.toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3] / 255


def some_strokes(count: int, *, widest: float, seed: int = 0) -> Drawing:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 200, (count, 1, 2)) + rng.normal(0, 30, (count, 3, 2))
    strokes = strokes_of(
        points, width=rng.uniform(1, widest, count), colour=rng.uniform(0, 1, (count, 3)),
        opacity=rng.uniform(0.2, 1, count),
    )  # fmt: skip
    return Drawing((200.0, 160.0), strokes, ground=(0.9, 0.8, 0.7))


@pytest.mark.parametrize("widest", [3, 30])
def test_strokes_look_as_skia_draws_them(widest: float) -> None:
    drawing = some_strokes(80, widest=widest)
    off = np.abs(rendered(drawing).light - by_skia(drawing))
    assert off.mean() < 0.004
    assert np.quantile(off, 0.99) < 0.06


@pytest.mark.parametrize("width", [0.25, 0.7, 1.0, 2.5])
def test_a_line_has_as_much_ink_as_it_is_long_and_wide(width: float) -> None:
    line = strokes_of(np.array([[[20.3, 30.0], [120.3, 71.0]]]), width=width)
    dark = 1 - rendered(Drawing((150.0, 100.0), line)).light[..., 0]
    area = width * np.hypot(100, 41) + np.pi * width**2 / 4
    assert dark.sum() == pytest.approx(area, rel=0.04)


def test_a_path_covers_what_its_strokes_share_once() -> None:
    zigzag = polyline(np.array([[10, 10], [90, 50], [15, 20], [90, 15]]), width=9, opacity=0.5)
    drawing = Drawing((100.0, 60.0), together([zigzag, polyline([[5, 50], [95, 40]], opacity=0.4)]))
    light = rendered(drawing).light
    assert np.abs(light - by_skia(drawing)).mean() < 0.004
    assert light[:20].min() > 0.49


def test_a_tapered_stroke_is_as_wide_at_each_end_as_it_says() -> None:
    taper = strokes_of(np.array([[[30.0, 50.0], [170.0, 50.0]]]), width=np.array([[4.0, 24.0]]))
    dark = 1 - rendered(Drawing((200.0, 100.0), taper)).light[..., 0]
    assert dark[:, 30].sum() == pytest.approx(4, abs=0.5)
    assert dark[:, 100].sum() == pytest.approx(14, abs=0.5)
    assert dark[:, 169].sum() == pytest.approx(24, abs=0.6)


def test_a_drawing_is_rendered_at_any_size_and_empty_too() -> None:
    drawing = some_strokes(30, widest=20)
    large, small = rendered(drawing, size=(400, 320)), rendered(drawing, size=(100, 80))
    shrunk = large.resized((100, 80)).light
    assert large.size == (400, 320)
    assert np.abs(shrunk - small.light).mean() < 0.01
    assert (rendered(Drawing((7.0, 5.0))).pixels == 255).all()
