"""Path data: every command, against numbers worked out by hand and against skia."""

from __future__ import annotations

import math

import numpy as np
import pytest
import skia
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.domains.images.strokes.drawing import as_cubic
from makar.domains.images.svg.geometry.pathdata import track


def ends(data: str) -> list[tuple[float, float]]:
    return [curve[-1] for curve in track(data).curves]


@pytest.mark.parametrize(
    ("data", "meant"),
    [
        ("M1 2 3 4 5,6", [(3, 4), (5, 6)]),
        ("m1 2 3 4 5 6", [(4, 6), (9, 12)]),
        ("M1 1h2v3H9V0z", [(3, 1), (3, 4), (9, 4), (9, 0), (1, 1)]),
        ("M0 0l1.5.5-1-1", [(1.5, 0.5), (0.5, -0.5)]),
        ("M10-20L+1e1,2E-1", [(10, 0.2)]),
        ("M0 0c1 0 2 1 2 2s1 3 2 2", [(2, 2), (4, 4)]),
        ("M0 0q1 2 3 0t3 0", [(3, 0), (6, 0)]),
        ("M2 2l1 1zl5 0", [(3, 3), (2, 2), (7, 2)]),
        ("M0 0L5 5z", [(5, 5), (0, 0)]),
        ("M0 0L5 5L0 0z", [(5, 5), (0, 0)]),  # it is closed already
        (" \n M\t0 0 \r\n L 1 1 ", [(1, 1)]),
    ],
)
def test_commands_go_where_they_say(data: str, meant: list[tuple[float, float]]) -> None:
    made = track(data)
    assert [curve[-1] for curve in made.curves] == meant
    assert not made.fault


def test_smooth_curves_mirror_the_handle_before_them() -> None:
    made = track("M0 0c1 0 2 1 2 2s1 3 2 2").curves
    assert made[1][1] == (2, 3)  # 2,2 mirrored: 2 * (2,2) - (2,1)
    assert track("M1 1s1 3 2 2").curves[0][1] == (1, 1)  # nothing to mirror
    assert track("M0 0q1 2 3 0t3 0").curves[1][1] == (5, -2)
    assert track("M0 0l1 1t3 0").curves[1][1] == (1, 1)


def test_a_new_move_or_a_close_lifts_the_pen() -> None:
    assert track("M0 0L1 1L2 2M3 3L4 4zL5 5").lifted == [True, False, True, False, True]


@pytest.mark.parametrize(
    ("data", "drawn"),
    [
        ("M1 1L2 2L3", 1),
        ("M1 1L2 2X3 3", 1),
        ("M1 1L2 2L3 nan", 1),
        ("M1 1L2 2,,3 3", 1),
        ("M1 1L2 2L1e999 0L4 4", 1),
        ("M1 1L2 2L1e30 0L4 4", 1),
        ("M1 1L2 2L", 1),
        ("L1 1L2 2", 0),
        ("1 1", 0),
        ("M1 1 Z5L2 2", 0),
        ("M1 1A5 5 0 2 0 3 3L4 4", 0),  # a flag is 0 or 1
    ],
)
def test_what_is_malformed_is_drawn_up_to_the_fault(data: str, drawn: int) -> None:
    made = track(data)
    assert made.fault
    assert len(made.curves) == drawn


def test_flags_of_an_arc_need_no_space() -> None:
    assert ends("M0 0a1 1 0 00.5.5") == ends("M0 0A1 1 0 0 0 .5 .5")
    assert track("M0 0a1 1 0 01.5-.5 1 1 0 112 2").fault is False


def test_a_quarter_of_a_circle_is_where_it_should_be() -> None:
    (curve,) = track("M1 0A1 1 0 0 1 0 1").curves
    handle = 4 / 3 * math.tan(math.pi / 8)
    assert np.allclose(curve, [(1, 0), (1, handle), (handle, 1), (0, 1)])


def test_an_arc_whose_radii_are_too_small_has_them_grow() -> None:
    points = np.array(track("M-2 0A1 1 0 0 1 2 0").curves).reshape(-1, 2)
    assert np.allclose(np.hypot(*points[[0, 3, 7]].T), 2)


def test_an_arc_without_radius_is_a_line_and_one_without_length_is_nothing() -> None:
    assert ends("M0 0A0 5 0 0 1 3 3") == [(3, 3)]
    assert ends("M1 1A5 5 0 0 1 1 1") == []


@settings(max_examples=40, deadline=None)
@given(
    radii=st.tuples(st.floats(0.5, 40), st.floats(0.5, 40)),
    tilt=st.floats(-400, 400),
    large=st.booleans(),
    sweep=st.booleans(),
    end=st.tuples(st.integers(-30, 30), st.integers(5, 30)),
)
def test_arcs_lie_where_skia_has_them(
    radii: tuple[float, float], tilt: float, large: bool, sweep: bool, end: tuple[int, int]
) -> None:
    data = f"M3 4A{radii[0]!r} {radii[1]!r} {tilt!r} {int(large)} {int(sweep)} {end[0]} {end[1]}"
    judge = skia.Path()
    judge.moveTo(3, 4)
    size = skia.Path.kLarge_ArcSize if large else skia.Path.kSmall_ArcSize
    way = skia.PathDirection.kCW if sweep else skia.PathDirection.kCCW
    judge.arcTo(*radii, tilt, size, way, *end)
    measure = skia.PathMeasure(judge, False)
    whole = measure.getLength()
    theirs = [measure.getPosTan(float(d))[0] for d in np.linspace(0, whole, 40)]
    points = as_cubic(np.array(track(data).curves)).transpose(1, 0, 2)
    t = np.linspace(0, 1, 60)[:, None, None]
    weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    ours = sum(weight * point for weight, point in zip(weights, points, strict=True))
    gaps = np.array([(at.x(), at.y()) for at in theirs])[:, None] - np.reshape(ours, (-1, 2))
    assert np.hypot(*gaps.transpose(2, 0, 1)).min(1).max() <= 0.01 + whole / 60
