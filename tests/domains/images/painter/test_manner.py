"""Whether strokes are like a folder's, one by one."""

import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.images.painter.canvas.works import Painting, stacked
from makar.domains.images.painter.manner import Manner, told
from makar.domains.images.strokes.drawing import Drawing, strokes_of


def line(way, *, half=8.0, width=2.0, bow=0.0, size=64.0):
    """A stroke through the middle of the sheet."""
    along = half * np.array([np.cos(way), np.sin(way)])
    across = bow * half * np.array([-np.sin(way), np.cos(way)])
    middle = np.full(2, size / 2)
    points = np.stack((middle - along, middle + across, middle + along))[None]
    return Drawing((size, size), strokes_of(points, width=width))


def like(drawing):
    side = drawing.size[0]
    return told(drawing.strokes.points / side, drawing.strokes.width / side)[0]


def near(drawing, *known):
    batch = stacked([Painting(drawing)])
    return float(Manner.of(known)(batch, [Prompt()]).values[0])


def test_a_stroke_is_told_by_length_width_bow_and_direction():
    length, width, bow, level, steep = like(line(np.pi / 4, half=8, width=2, bow=0.5))
    assert length == pytest.approx(np.log2(16 / 64))
    assert width == pytest.approx(np.log2(2 / 64))
    assert bow == pytest.approx(0.125)  # a quadratic's middle is half as far off as its control
    assert (level, steep) == pytest.approx((0, 1), abs=1e-9)


def test_neither_the_end_it_began_at_nor_the_sheet_s_units_matter():
    one = line(0.4, bow=0.3)
    back = one.with_strokes(strokes_of(one.strokes.points[:, ::-1], width=2.0))
    np.testing.assert_allclose(like(one), like(back), atol=1e-9)
    np.testing.assert_allclose(like(one), like(one.scaled(3)), atol=1e-9)


def test_the_more_unlike_the_less_is_paid():
    known = line(0.5)
    assert near(known, known) == pytest.approx(1, abs=0.01)
    for change in ({"half": 16.0}, {"width": 5.0}, {"bow": 0.8}):
        assert near(line(0.5, **change), known) < 0.7
    turned = [near(line(0.5 + off), known) for off in (0.0, 0.2, 0.5, 1.0)]
    assert turned == sorted(turned, reverse=True)
    assert near(line(1.5), known, line(1.5)) == pytest.approx(1, abs=0.01)  # like any of them


def test_each_stroke_is_paid_for_itself():
    known = line(0.5)
    both = known.with_strokes(
        strokes_of(np.concatenate((known.strokes.points, line(2.0).strokes.points)), width=2.0)
    )
    found = Manner.of([known])(stacked([Painting(both), Painting(known)]), [Prompt()] * 2)
    np.testing.assert_allclose(found.credit.sum(1), found.values)
    assert found.credit[0, 0] == pytest.approx(0.5, abs=0.01)
    assert found.credit[0, 1] < 0.15
    assert found.credit[1, 1] == 0


def test_without_drawings_there_is_no_manner():
    assert np.isnan(Manner.of([])(stacked([Painting(line(0.1))]), [Prompt()]).values).all()
