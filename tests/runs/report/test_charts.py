import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.runs.report.charts import chart_figure as figure_of
from makar.runs.report.contents import Change, Chart, Level, Line
from makar.runs.report.pictures import dumbbell, melody
from makar.runs.report.series import MOST_POINTS, axis, smoothed, thinned
from makar.runs.report.words import Words


def chart_figure(chart):
    return figure_of(chart, Words())


def curves(count):
    at = np.arange(count)
    values = at / count + np.random.default_rng(0).normal(0, 0.05, count)
    levels = [Level("people", 0.6, "people")]
    return Chart("score", at, [Line("score", values)], "", levels, (0.2, 0.7), [count // 2])


def test_smoothing_keeps_a_straight_line_and_flattens_noise():
    line = np.linspace(2, 5, 400)
    np.testing.assert_allclose(smoothed(line), line, atol=1e-12)
    noise = np.random.default_rng(1).normal(0, 1, 400)
    assert smoothed(noise)[30:-30].std() < 0.3
    short = np.arange(20.0) ** 2
    np.testing.assert_array_equal(smoothed(short), short)


def test_smoothing_leaves_gaps_out():
    values = np.full(320, 3.0)
    values[100:104] = np.nan
    values[104] = np.inf
    np.testing.assert_allclose(smoothed(values), 3.0)
    assert np.isnan(smoothed(np.full(100, np.nan))).all()


@given(st.integers(1, 5000))
def test_thinning_keeps_ends_and_order(count):
    at, values = thinned(np.arange(count), np.arange(count) * 2.0)
    assert len(at) == len(values) == min(count, MOST_POINTS)
    assert (at[0], at[-1]) == (0, count - 1)
    assert (np.diff(at) > 0).all()
    np.testing.assert_allclose(values, at * 2)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_an_axis_covers_its_range_in_few_round_steps(low, width):
    ticks = axis(low, low + width)
    slack = 1e-6 * max(1.0, abs(low), width)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + width - slack
    assert 2 <= len(ticks) <= 8
    np.testing.assert_allclose(np.diff(ticks), ticks[1] - ticks[0], rtol=1e-3)


def test_axes_worked_out_by_hand():
    assert axis(0, 1) == [0, 0.25, 0.5, 0.75, 1]
    assert axis(3, 97) == [0, 25, 50, 75, 100]
    assert axis(-0.3, 0.9) == [-0.5, 0, 0.5, 1]
    assert axis(float("nan"), float("nan")) == [0, 0.25, 0.5, 0.75, 1]
    assert len(axis(5, 5)) >= 2


def svgs(figure):
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", figure, re.S)]


def drawn(figure, kind):
    return [e for svg in svgs(figure) for e in svg if e.get("class") == kind]


def test_a_curve_is_where_its_numbers_are():
    chart = Chart(
        "KL", np.array([0, 5, 10]), [Line("KL", np.array([0.0, 1.0, 0.5]))],
        levels=[Level("people", 0.25, "people")], band=(0.0, 0.5), from_zero=True,
    )  # fmt: skip
    figure = chart_figure(chart)
    assert drawn(figure, "curve after")[-1].get("d") == "M0 300.0L500 0.0L1000 150.0"
    assert "M0 225.0H1000" in [e.get("d") for e in drawn(figure, "level people")]
    [band] = [e for e in drawn(figure, "band") if e.get("x")]
    assert (band.get("y"), band.get("height")) == ("150.0", "150.0")
    assert "KL from 0 at iteration 0 to 0.50 at iteration 10; people 0.25." in figure


def test_a_gap_breaks_the_curve_and_an_outlier_does_not_squash_it():
    values = np.r_[np.linspace(0, 1, 10), np.nan, np.linspace(0, 1, 9)]
    figure = chart_figure(Chart("x", np.arange(20), [Line("x", values)]))
    assert drawn(figure, "curve after")[-1].get("d").count("M") == 2
    tall = np.r_[np.linspace(0, 1, 500), 1e9, np.linspace(0, 1, 500)]
    ticks = re.findall(
        r'top:([\d.]+)%">([^<]+)<', chart_figure(Chart("x", np.arange(1001), [Line("x", tall)]))
    )
    assert len(ticks) <= 8


def test_stacked_areas_add_up():
    lines = [Line("making", np.full(3, 1.0)), Line("judging", np.full(3, 3.0))]
    figure = chart_figure(Chart("s", np.arange(3), lines, stacked=True))
    top = drawn(figure, "area stack1")[-1].get("d")
    assert top.startswith("M0 0.0"), "4 seconds are the axis's top"
    assert "225.0" in top, "it stands on the first one"


def test_nothing_to_draw_is_not_drawn():
    assert chart_figure(Chart("x", np.arange(3), [Line("x", np.full(3, np.nan))])) == ""
    assert melody(np.array([0.5])) == ""
    one = chart_figure(Chart("x", np.array([7]), [Line("x", np.array([1.0]))]))
    assert "h12" in one


@pytest.mark.parametrize("count", [2, 20, 300, 5000])
def test_charts_are_well_formed_and_small(count):
    figure = chart_figure(curves(count))
    assert len(figure) < 16_000
    assert svgs(figure)
    assert len(drawn(figure, "tip")) <= 24
    stacked = chart_figure(replace(curves(count), stacked=True))
    assert len(stacked) < 16_000
    ElementTree.fromstring(melody(np.linspace(0, 1, count)))


def test_the_melody_rises_with_the_score():
    notes = [
        float(e.get("y"))
        for e in ElementTree.fromstring(melody(np.linspace(0, 1, 240)))
        if e.get("class", "").startswith("note")
    ]
    assert len(notes) == 24
    assert notes == sorted(notes, reverse=True), "higher on the page is a smaller y"
    assert notes[0] - notes[-1] == 40, "from the lowest line to the highest"


def test_before_and_after_lie_on_their_scale():
    change = Change("x", "x", "better", "", "", "", (0, 10), (0, 10, 5), (2.5, 7.5))
    svg = ElementTree.fromstring(dumbbell(change))
    where = {e.get("class"): e.get("cx") or e.get("x") or e.get("x1") for e in svg}
    assert where["before"] == "2.0%"
    assert where["after"] == "98.0%"
    assert where["people"] == "50.0%"
    assert where["band"] == "26.0%"
    assert dumbbell(replace(change, scale=(1, 1))) == ""
    assert "people" not in dumbbell(replace(change, points=(0, 10, float("nan"))))
