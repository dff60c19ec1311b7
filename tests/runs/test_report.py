import base64
import hashlib
import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.runs.report.charts import chart_figure
from makar.runs.report.contents import (
    Banner,
    Card,
    Cell,
    Change,
    Chart,
    Contents,
    Happening,
    Level,
    Likeness,
    Line,
    Measure,
    Table,
    Wish,
)
from makar.runs.report.markup import compact, number, percent, text
from makar.runs.report.page import report_html
from makar.runs.report.pictures import dumbbell, melody
from makar.runs.report.series import MOST_POINTS, axis, smoothed, thinned
from makar.runs.report.style import STYLE
from makar.runs.report.words import GLOSSARY, linked

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'&amp;</title></svg>\x00\u202e"
VOID = {"meta", "img", "br", "input", "link", "hr"}


class Page(HTMLParser):
    """The page as an independent parser sees it."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words, self.open, self.faults = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        self.words.append(data)

    def named(self, *tags):
        return [attrs for tag, attrs in self.tags if tag in tags]


def card(word, when="before"):
    near = Likeness("bcdfgh22", word, word, word, unverified=True, too_near=True)
    player = '<audio controls src="data:,"></audio>'
    return Card("bcdfgh22", when, 0.5, player, 3, (word,), word, near)


def curves(count, word="score"):
    rng = np.random.default_rng(0)
    at = np.arange(count)
    values = at / count + rng.normal(0, 0.05, count)
    lines = [Line(word, values)]
    return Chart(word, at, lines, word, [Level(word, 0.6, "people")], (0.2, 0.7), [count // 2])


def contents(word, count=20):
    change = Change(word, word, "better", word, word, word, (0, 1), (0.2, 0.8, 0.6), (0.4, 0.7))
    measure = Measure(word, word, [Cell(0.5, 0.4, 0.6, "better"), Cell(0.4)])
    stacked = replace(curves(count, word), stacked=True)
    return Contents(
        run=word,
        title=word,
        asked=[word],
        rewarded=[Wish(word, 0.5)] * 5,
        verdict=[word],
        banners=[Banner(word, word)],
        melody=np.linspace(0.3, 0.7, count),
        pair=(card(word), card(word, "after")),
        pair_words=word,
        before=[card(word)],
        after=[card(word, "after")],
        better=[change],
        worse=[replace(change, verdict="worse", trained_on=False)],
        unchanged=word,
        remarks=[word],
        likeness_words=word,
        likenesses=[Likeness("bcdfgh22", word, word, word)],
        charts=[(word, word, [curves(count, word)] * 6), (word, "", [stacked])],
        table=Table([word, word], [word, word], [(word, [measure])], word),
        happenings=[Happening(word, word, grave=True)],
        notes=[word],
        config=word,
        facts=[(word, word)],
    )


def test_hostile_words_stay_words_everywhere():
    page = Page(report_html(contents(HOSTILE)))
    assert len(page.named("script")) == 1, "only the page's own"
    assert not page.named("img", "iframe", "object", "embed", "link")
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert page.faults == []
    assert page.open == []
    assert "".join(page.words).count("<script>alert(1)</script>") > 30


def test_every_text_field_of_the_contents_is_tried_with_hostile_words():
    filled = contents(HOSTILE)

    def texts(value, where):
        if isinstance(value, str) and not where.endswith((".html", ".work", ".id")):
            yield where, value
        elif is_dataclass(value):
            for f in fields(value):
                yield from texts(getattr(value, f.name), f"{where}.{f.name}")
        elif isinstance(value, (list, tuple)):
            for item in value:
                yield from texts(item, where)

    kinds = (".verdict", ".when", ".ink", ".unit")
    untried = {w for w, v in texts(filled, "c") if v not in (HOSTILE, "") and not w.endswith(kinds)}
    assert untried == set()


def test_nothing_is_asked_of_any_server():
    page = Page(report_html(contents("a tune")))
    for tag, attrs in page.tags:
        for name in ("src", "href", "action", "poster", "srcset", "xlink:href"):
            assert attrs.get(name, "#").startswith(("#", "data:")), (tag, attrs)
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_only_the_pages_own_script_may_run():
    page = report_html(contents("a tune"))
    policy = Page(page).named("meta")[1]["content"]
    script = re.search(r"<script>(.*)</script>", page, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_headings_links_and_names():
    page = Page(report_html(contents("a tune")))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert max(np.diff(levels)) <= 1, "no level is left out on the way down"
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    targets = [a["href"][1:] for a in page.named("a")]
    targets += [a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a]
    assert set(targets) <= set(ids)
    for attrs in page.named("svg"):
        assert attrs.get("aria-hidden") == "true" or attrs.get("aria-label") or "class" in attrs
    assert page.named("html")[0]["lang"] == "en"


def test_every_term_is_explained():
    page = Page(report_html(contents("a tune")))
    ids = {attrs["id"] for attrs in page.named("dt") if "id" in attrs}
    assert ids == {f"word-{anchor}" for anchor in GLOSSARY}
    said = linked(
        "KL, KL coefficient, entropy, prior, a watch reward, near copies, distinct-4, "
        "best of 16, 95 % intervals, held-out works, significantly, alarms"
    )
    assert said.count('class="term"') == 12
    assert 'href="#word-kl-coefficient"' in said


def test_a_term_is_linked_once_and_inside_no_other_word():
    assert linked("the prior and the prior").count("<a ") == 1
    assert "<a " not in linked("prioress")
    assert linked("5 < 6 prior").startswith("5 &lt; 6 <a ")


def test_an_empty_run_has_a_page_too():
    page = report_html(Contents(run="r", title="t"))
    assert "Nothing: no alarm" in page
    assert "nan" not in Page(page).words


def test_numbers_as_people_read_them():
    assert number(-3.14159) == "\N{MINUS SIGN}3.14"
    assert number(-0.001) == "0.00"
    assert number(float("nan")) == "–"
    assert number(12345.6, 0) == "12,346"
    assert [compact(v) for v in (0, 1e-9, 2.5e-5, 0.0123, 0.5, 12.34, 1234.5)] == [
        "0", "0", "2.5e\N{MINUS SIGN}5", "0.012", "0.50", "12.3", "1,234",
    ]  # fmt: skip
    assert percent(0.5) == "50\N{NO-BREAK SPACE}%"
    assert percent(0.003) == "0.3\N{NO-BREAK SPACE}%"
    assert text("a\x00b\u202e\N{NO-BREAK SPACE}c") == "a b \N{NO-BREAK SPACE}c"


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


def test_the_table_says_means_intervals_and_what_changed():
    cells = [Cell(0.8), Cell(0.5, 0.45, 0.55), Cell(0.7, 0.65, 0.75, "better")]
    measure = Measure("step_share", "moves by step", cells)
    table = Table(["people", "prior", "trained"], ["9 works"] * 3, [("All", [measure])])
    page = report_html(Contents(run="r", title="t", table=table))
    row = re.search(r"<tr role=\"row\"><th role=\"rowheader\".*?</tr>", page)[0]
    said = "".join(Page(row).words)
    assert said == "step sharemoves by step80.050.0± 5.070.0 ▲, better than the prior± 5.0"


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_enough_contrast(dark):
    light, night = STYLE.split("@media(prefers-color-scheme:dark)")
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})\b", night.split("}}")[0] if dark else light))
    for ink in ("ink", "soft", "after", "before", "people", "best"):
        for paper in ("paper", "sheet"):
            one, other = sorted((luminance(colours[ink]), luminance(colours[paper])))
            assert (other + 0.05) / (one + 0.05) >= 4.5, (ink, paper)
