import numpy as np
import pytest

from makar.domains.images.rewards import economy, lines
from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.strokes.drawing import (
    Drawing,
    no_strokes,
    polyline,
    strokes_of,
    together,
)

SQUARE = np.array([[20, 20], [60, 20], [60, 60], [20, 60], [20, 20.0]])
EMPTY = Drawing((50, 50))


def one(*parts, size=(100.0, 100.0)):
    return columns_of([Drawing(size, together(parts))])


def line(x0, y0, x1, y1, **looks):
    return strokes_of(np.array([[[x0, y0], [x1, y1]]], float), **looks)


def circle(radius=20.0, at=(50.0, 50.0)):
    """Four cubics with the usual constant."""
    k = 0.5522847498 * radius
    quarter = np.array([[radius, 0], [radius, k], [k, radius], [0, radius]])
    turn = np.array([[0, 1], [-1, 0]])
    points = [quarter]
    for _ in range(3):
        points.append(points[-1] @ turn)
    return strokes_of(np.stack(points) + np.array(at), joined=np.array([False, True, True, True]))


def test_sheets_lie_middle_on_middle():
    sheets = [(100.0, 100.0), (400.0, 25.0)]
    columns = columns_of([Drawing(s, line(s[0] / 2, s[1] / 2, s[0], s[1] / 2)) for s in sheets])
    np.testing.assert_allclose(columns.paths.start, 0, atol=1e-12)
    np.testing.assert_allclose(columns.paths.end, [[0.5, 0], [2, 0]], atol=1e-12)


def test_lengths_by_hand():
    columns = one(line(0, 0, 30, 40), polyline(SQUARE), line(10, 10, 10, 60))
    assert lines.line_length(columns) == pytest.approx([(0.5 + 1.6 + 0.5) / 3])
    logs = np.log2([0.5, 1.6, 0.5])
    assert lines.length_variety(columns) == pytest.approx([logs.std()])
    assert economy.path_count(columns).tolist() == [3]
    assert economy.stroke_count(columns).tolist() == [6]


def test_a_circle_turns_once_round():
    columns = one(circle())
    assert lines.line_length(columns) == pytest.approx([0.4 * np.pi], rel=0.005)
    # all but the turn where it closes: it is cut into 32 pieces
    assert lines.curvature(columns) == pytest.approx(
        [2 * np.pi * 31 / 32 / (0.4 * np.pi)], rel=0.01
    )
    assert lines.straightness(columns) == pytest.approx([0], abs=1e-9)
    assert lines.smooth_joins(columns).tolist() == [1]
    np.testing.assert_allclose(lines.angle_histogram(columns), 1 / 8, atol=0.01)
    assert lines.angle_variety(columns) == pytest.approx([1], abs=0.01)
    assert lines.main_direction(columns) == pytest.approx([0], abs=0.01)


def test_a_square_turns_at_its_corners():
    columns = one(polyline(SQUARE))
    assert lines.curvature(columns) == pytest.approx([3 * np.pi / 2 / 1.6])
    assert lines.smooth_joins(columns).tolist() == [0]
    assert lines.upright_share(columns).tolist() == [1]
    np.testing.assert_allclose(
        lines.angle_histogram(columns), [[0.5, 0, 0, 0, 0.5, 0, 0, 0]], atol=1e-9
    )
    assert lines.angle_variety(columns) == pytest.approx([np.log(2) / np.log(8)])


def test_lifting_the_pen_is_no_turn():
    apart = together([line(0, 0, 40, 0), line(40, 0, 40, 40)])
    assert lines.curvature(one(apart)) == pytest.approx([0])
    assert np.isnan(lines.smooth_joins(one(apart))).all()
    assert lines.straightness(one(apart)) == pytest.approx([1])


@pytest.mark.parametrize("number", range(8))
def test_directions_by_hand(number):
    x, y = np.cos(number * np.pi / 8), np.sin(number * np.pi / 8)
    for sign in (1, -1):
        columns = one(line(50, 50, 50 + sign * 20 * x, 50 + sign * 20 * y))
        np.testing.assert_allclose(lines.angle_histogram(columns), np.eye(8)[[number]], atol=1e-9)
        assert lines.main_direction(columns) == pytest.approx([1])
        assert lines.upright_share(columns).tolist() == [number % 4 == 0]


def test_widths_by_hand():
    columns = one(
        line(0, 0, 30, 0, width=2.0),
        line(0, 5, 10, 5, width=np.array([[2.0, 6.0]])),
        line(0, 9, 10, 9, width=1.0, opacity=0.5),
    )
    assert lines.line_width(columns) == pytest.approx([(30 * 2 + 10 * 4 + 10 * 1) / 50 / 100])
    assert lines.width_variety(columns) == pytest.approx([np.log2([2, 4, 1]).std()])
    assert lines.taper_share(columns) == pytest.approx([1 / 3])
    assert economy.ink_laid(columns) == pytest.approx([(60 + 40 + 5) / 100**2])


NUMBERS = [
    lines.line_length, lines.length_variety, lines.curvature, lines.straightness,
    lines.smooth_joins, lines.angle_variety, lines.main_direction, lines.upright_share,
    lines.line_width, lines.width_variety, lines.taper_share,
    economy.ink_laid, economy.path_count, economy.stroke_count,
]  # fmt: skip


@pytest.mark.parametrize("measure", NUMBERS, ids=lambda m: m.__name__)
def test_each_drawing_has_its_own_number_whatever_its_size(measure):
    rng = np.random.default_rng(0)
    drawings = [
        Drawing(
            (80.0, 50.0), together([polyline(rng.random((4, 2)) * 50), circle(r), polyline(SQUARE)])
        )
        for r in (3.0, 8.0, 15.0)
    ]
    drawings.insert(1, EMPTY)
    found = measure(columns_of(drawings))
    assert found.shape == (4,)
    for number, drawing in enumerate(drawings):
        np.testing.assert_allclose(measure(columns_of([drawing.scaled(3)])), found[[number]])
    assert np.isnan(found[1]) or found[1] == 0
    assert measure(columns_of([])).shape == (0,)


def test_the_first_stroke_of_a_drawing_begins_a_path_whatever_it_says():
    broken = strokes_of(np.array([[[0, 0], [10, 0.0]]]), joined=True)
    columns = columns_of([Drawing((10, 10), broken), Drawing((10, 10), broken)])
    assert columns.paths.drawing.tolist() == [0, 1]
    assert lines.curvature(columns).tolist() == [0, 0]


def test_specks_have_no_direction():
    columns = one(line(10, 10, 10, 10), line(20, 20, 20, 20))
    assert np.isnan(lines.curvature(columns)).all()
    assert np.isnan(lines.angle_histogram(columns)).all()
    assert np.isnan(lines.straightness(columns)).all()
    assert lines.line_length(columns).tolist() == [0]
    assert np.isnan(lines.line_length(one(no_strokes()))).all()


def test_bytes_are_those_of_the_file():
    assert economy.svg_bytes("<svg>ß</svg>") == 13
    assert economy.ink_share(np.array([[0, 0.01, 0.3, 0.5]])) == 0.5
