"""How a page looks, judged by skia; and tone, judged by SciPy."""

import numpy as np
import pytest
import skia
from scipy.ndimage import gaussian_filter

from makar.domains.images.plotter.paths import Paths, no_paths
from makar.domains.images.plotter.preview import coverage, mixed, painted
from makar.domains.images.plotter.tone import Curve, Knee, blurred, tone_error


def by_skia(paths: Paths, width: float, side: int, pitch: float) -> np.ndarray:
    surface = skia.Surface(side, side)
    pen = skia.Paint(
        AntiAlias=True,
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width / pitch,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )
    with surface as canvas:
        canvas.clear(skia.ColorWHITE)
        for path in paths:
            line = skia.Path()
            line.addPoly([skia.Point(*(point / pitch)) for point in path], False)
            canvas.drawPath(line, pen)
    return 1 - surface.toarray()[..., 0] / 255


@pytest.mark.parametrize("width", [0.3, 0.7])
def test_lines_cover_what_skia_says(width):
    rng = np.random.default_rng(0)
    paths = Paths.of([rng.random((6, 2)) * 24 for _ in range(5)])
    ours = painted(paths, width, (240, 240), 0.1) / 255
    theirs = by_skia(paths, width, 240, 0.1)
    assert np.abs(ours - theirs).mean() < 0.006
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.02)


def test_a_line_is_as_wide_as_its_pen():
    line = Paths.of([[(2.0, 5.0), (8.0, 5.0)]])
    area = coverage(line, 0.5, (50, 50), 0.2).sum() * 0.2**2
    assert area == pytest.approx(6 * 0.5 + np.pi * 0.25**2, rel=0.02)


def test_ink_on_ink_of_one_pen_covers_once():
    line = [(2.0, 5.0), (8.0, 5.0)]
    once, twice = (coverage(Paths.of([line] * n), 0.5, (50, 50), 0.2) for n in (1, 2))
    np.testing.assert_array_equal(once, twice)
    assert not coverage(no_paths(), 0.5, (5, 5), 0.2).any()


def test_inks_mix_as_filters_do():
    full, none = np.full((1, 1), 255, np.uint8), np.zeros((1, 1), np.uint8)
    yellow, cyan = (1.0, 1.0, 0.0), (0.0, 1.0, 1.0)
    assert mixed([full, full], [yellow, cyan], (1, 1, 1)).ravel().tolist() == [0, 255, 0]
    assert mixed([full, none], [yellow, cyan], (1, 1, 1)).ravel().tolist() == [255, 255, 0]
    assert mixed([none, none], [yellow, cyan], (1.0, 0.8, 0.6)).ravel().tolist() == [255, 204, 153]


def test_the_blur_is_scipys():
    values = np.random.default_rng(1).random((40, 23))
    expected = gaussian_filter(values, 2.5, mode="reflect", truncate=3.2)
    np.testing.assert_allclose(blurred(values, 2.5), expected, atol=1e-9)
    assert blurred(np.full((1, 1), 0.3), 5.0)[0, 0] == pytest.approx(0.3)


def test_the_error_of_a_constant_is_its_square():
    values = np.random.default_rng(2).random((30, 30))
    assert tone_error(values + 0.1, values, 0.2) == pytest.approx((0.01, 0.1))


def test_the_knee_bends_the_dark_alone_and_always_rises():
    tone = np.linspace(0, 1, 101)
    bent = Knee()(tone)
    np.testing.assert_array_equal(bent[:75], tone[:75])
    assert (np.diff(bent) > 0).all()
    assert 0.85 < bent[-1] < 0.9


def test_a_curve_is_straight_between_its_knots():
    assert Curve((0, 0.5, 1), (0, 0.2, 1))(np.array([0, 0.25, 0.75])).tolist() == pytest.approx(
        [0, 0.1, 0.6]
    )
