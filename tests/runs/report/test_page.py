import base64
import hashlib
import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser

import numpy as np
import pytest

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
from makar.runs.report.glossary import GLOSSARY, linked
from makar.runs.report.markup import compact, number, opening, percent, text
from makar.runs.report.page import report_html
from makar.runs.report.style import STYLE
from makar.runs.report.words import Words

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


def words_of(word):
    nouns = ("piece", "unit", "stretch", "whose", "by", "wrote", "yours", "moves")
    plurals = ("pieces", "units", "stretches")
    return Words(**dict.fromkeys([*nouns, *plurals], word))


def contents(word, count=20):
    change = Change(word, word, "better", word, word, word, (0, 1), (0.2, 0.8, 0.6), (0.4, 0.7))
    measure = Measure(word, word, [Cell(0.5, 0.4, 0.6, "better"), Cell(0.4)])
    stacked = replace(curves(count, word), stacked=True)
    return Contents(
        run=word,
        title=word,
        words=words_of(word),
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

    kinds = (".verdict", ".when", ".ink", ".unit", ".sense", ".heading")
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
        "best of 16, 95 % intervals, held-out works, significantly, alarms",
        Words(),
    )
    assert said.count('class="term"') == 12
    assert 'href="#word-kl-coefficient"' in said


def test_a_term_is_linked_once_and_inside_no_other_word():
    assert linked("the prior and the prior", Words()).count("<a ") == 1
    assert "<a " not in linked("prioress", Words())
    assert linked("5 < 6 prior", Words()).startswith("5 &lt; 6 <a ")


def test_terms_are_explained_in_the_recipes_words():
    said = "".join(Page(report_html(Contents("r", "t", Words(moves="moves", sense="hear")))).words)
    assert "Of all runs of four moves in a set" in said
    assert "One thing that is listened for" in said
    said = "".join(Page(report_html(Contents("r", "t", Words(moves="columns")))).words)
    assert "Of all runs of four columns in a set" in said
    assert "One thing that is looked for" in said
    assert 'title="One thing that is looked for' in linked("reward part", Words())


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
    assert [opening(w) for w in ("the maps", "People’s", "")] == ["The maps", "People’s", ""]
    assert text("a\x00b\u202e\N{NO-BREAK SPACE}c") == "a b \N{NO-BREAK SPACE}c"


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
