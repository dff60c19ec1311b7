"""Minutes on a plotter, against a page worked by hand and the plotter's own account."""

import numpy as np
import pytest

from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.timing import Machine, effort
from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.rewards.plotting import FEWER, plotter_minutes
from makar.domains.images.strokes.drawing import Drawing, polyline, strokes_of, together

RNG = np.random.default_rng(5)


def each(statistic):
    """What each stroke adds."""
    assert statistic.credit is not None
    return statistic.credit


def test_two_lines_worked_by_hand():
    # A sheet of 60 x 60 lies on A4 at 3 mm a unit, its corner at (15, 58.5). One line of 150 mm
    # from (30, 148.5), one of 30 mm upwards from (15, 58.5 + 30).
    lines = np.array([[[5, 30], [55, 30]], [[0, 10], [0, 0]]], float)
    found = plotter_minutes(columns_of([Drawing((60.0, 60.0), strokes_of(lines))]))
    # 40/1000 s and .8 mm to speed up and as much to slow down: 148.4 and 28.4 mm at 40 mm/s
    down = [2 * 0.04 + 148.4 / 40, 2 * 0.04 + 28.4 / 40]
    # with the pen up 120/1500 s, 4.8 mm: a way of w mm takes w/120 + .08 s
    ways = [np.hypot(30, 148.5), np.hypot(180 - 15, 148.5 - 88.5), np.hypot(15, 58.5)]
    up = [way / 120 + 0.08 for way in ways]
    first, second = down[0] + up[0] + 0.2, down[1] + up[1] + 0.2 + up[2]
    assert found.values * 60 == pytest.approx([first + second], rel=1e-6)
    np.testing.assert_allclose(each(found) * 60, [[first, second]], rtol=1e-6)


def test_a_square_slows_down_at_its_corners():
    # 50 mm of side, corners at 10.99 mm/s: 5.303 s with its lift; see plotter.timing
    square = np.array([[20, 20], [70, 20], [70, 70], [20, 70], [20, 20]]) / 3
    found = plotter_minutes(columns_of([Drawing((60.0, 60.0), polyline(square))]))
    there = np.hypot(35, 78.5) / 120 + 0.08
    assert found.values * 60 == pytest.approx([5.303 + 2 * there], abs=0.002)


def test_a_wide_sheet_lies_across():
    # 267 x 178 mm on a sheet of 297 x 210: 4.45 mm a unit, its corner at (15, 16)
    line = strokes_of(np.array([[[0, 20], [60, 20]]], float))
    found = plotter_minutes(columns_of([Drawing((60.0, 40.0), line)]))
    ways = [np.hypot(15, 16 + 89), np.hypot(282, 16 + 89)]
    expected = 0.08 + 265.4 / 40 + 0.2 + sum(ways) / 120 + 0.16
    assert found.values * 60 == pytest.approx([expected], rel=1e-6)


def test_minutes_are_those_of_the_plotter_and_each_stroke_s_add_up():
    drawings = [
        Drawing((90.0, 90.0), strokes_of(RNG.random((count, 2, 2)) * 90)) for count in (0, 7, 1, 30)
    ]
    found = plotter_minutes(columns_of(drawings))
    moved = [d.strokes.points[:, [0, 3]] * 2 + (15, 58.5) for d in drawings]
    theirs = [effort(Paths.of(lines), 0.3, Machine()).minutes for lines in moved]
    np.testing.assert_allclose(found.values, theirs, rtol=1e-9)
    np.testing.assert_allclose(each(found).sum(1), theirs, rtol=1e-9)
    assert each(found).shape == (4, 30)
    assert np.count_nonzero(each(found)) == 38


def test_a_pen_that_is_not_lifted_is_quicker():
    points = RNG.random((6, 2)) * 60
    whole = polyline(points)
    apart = strokes_of(np.stack((points[:-1], points[1:]), 1))
    chain, dashes = plotter_minutes(
        columns_of([Drawing((60.0, 60.0), strokes) for strokes in (whole, apart)])
    ).values
    assert dashes - chain > 4 * 0.2 / 60  # four lifts, and stops where the other only turns


def test_nothing_is_sorted():
    near, far = np.array([[[1, 1], [5, 1]]], float), np.array([[[50, 50], [59, 50]]], float)
    straight = together([strokes_of(part) for part in (near, near + 1, far, far + 1)])
    to_and_fro = straight.take(np.array([0, 2, 1, 3]))
    sheets = [Drawing((60.0, 60.0), strokes) for strokes in (straight, to_and_fro)]
    straight_on, back = plotter_minutes(columns_of(sheets)).values
    assert back > straight_on + 2 / 60  # twice 200 mm more at 120 mm/s


def test_fewer_are_always_better():
    values = FEWER(np.array([0.0, 0.5, 2.0, 8.0, 60.0]))
    assert values[0] == 1
    assert values[2] == pytest.approx(0.5)
    assert (np.diff(values) < 0).all()
