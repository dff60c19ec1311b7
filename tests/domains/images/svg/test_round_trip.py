"""What is written is read back exactly, whatever the drawing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from makar.domains.images.strokes.drawing import Drawing, Strokes, strokes_of, together
from makar.domains.images.svg.reading import read_svg
from makar.domains.images.svg.rounding import rounded
from makar.domains.images.svg.writing import as_svg

PLACES = st.one_of(
    st.floats(-2000, 2000, allow_subnormal=False),
    st.sampled_from([0.0, -0.0, 0.05, 0.25, 1 / 3, 10.0, 10.05, 11.0, 511.95]),
)
WIDTHS = st.one_of(st.floats(0, 90, allow_subnormal=False), st.sampled_from([0.0, 1e-6, 3.0]))
SHARES = st.floats(0, 1, allow_subnormal=False)


@st.composite
def strokes(draw: st.DrawFn) -> Strokes:
    """A few strokes of one degree; later ones may begin where those before them end."""
    count = draw(st.integers(1, 4))
    points = draw(arrays(np.float64, (count, draw(st.integers(2, 4)), 2), elements=PLACES))
    if draw(st.booleans()):
        points[1:, 0] = points[:-1, -1]
    width = draw(arrays(np.float64, (count, draw(st.integers(1, 2))), elements=WIDTHS))
    return strokes_of(
        points,
        width=np.broadcast_to(width, (count, 2)),
        colour=draw(st.tuples(SHARES, SHARES, SHARES)),
        opacity=draw(SHARES),
        layer=draw(st.integers(0, 3)),
        joined=draw(arrays(np.bool_, (count,))),
    )


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    """A drawing of several kinds of strokes."""
    return Drawing(
        size=(draw(st.floats(0.01, 3000)), draw(st.floats(0.01, 3000))),
        strokes=together(draw(st.lists(strokes(), max_size=5))),
        ground=draw(st.tuples(SHARES, SHARES, SHARES)),
        layers=tuple(draw(st.lists(st.text(max_size=6), max_size=3))),
    )


@settings(max_examples=40, deadline=None)
@given(drawing=drawings(), decimals=st.integers(0, 4), unit=st.sampled_from(["", "mm", "cm"]))
def test_what_is_written_is_read_back_exactly(drawing: Drawing, decimals: int, unit: str) -> None:
    kept = rounded(drawing, decimals)
    read = read_svg(as_svg(kept, decimals=decimals, unit=unit, title="a & b").encode())
    assert read.drawing == kept
    assert read.notes == ()
    assert as_svg(drawing, decimals=decimals) == as_svg(kept, decimals=decimals)


@settings(max_examples=30, deadline=None)
@given(drawing=drawings(), decimals=st.integers(0, 4))
def test_rounding_moves_nothing_by_more_than_half_a_step(drawing: Drawing, decimals: int) -> None:
    kept, was = rounded(drawing, decimals).strokes, drawing.strokes
    step = 10.0**-decimals
    assert np.abs(kept.points - was.points).max(initial=0) <= 1.5 * step
    assert np.abs(kept.points[:, 0] - was.points[:, 0]).max(initial=0) <= 0.76 * step
    assert np.abs(kept.width - was.width).max(initial=0) <= 0.1 * step
    assert np.abs(kept.colour - was.colour).max(initial=0) <= 0.5 / 255 + 1e-12
    assert np.abs(kept.opacity - was.opacity).max(initial=0) <= 0.005 + 1e-12


def test_a_page_in_millimetres_says_how_long_a_unit_is() -> None:
    page = as_svg(Drawing((210, 297)), unit="mm")
    assert read_svg(page.encode()).millimetres == pytest.approx(1)
    assert read_svg(as_svg(Drawing((96, 96))).encode()).millimetres == pytest.approx(25.4 / 96)
