import base64
import re

import numpy as np
import pytest

from makar.domains.levels.constructive.build import construct
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.platform.ranges import ranges_picture
from makar.reporting.whose import possessive, told_of
from makar.runs.report.contents import Card, Change, Chart, Contents, Level, Picture
from makar.runs.report.page import report_html


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Held-out works by people score 84.", "Held-out works of the maps score 84."),
        ("short of people’s (84)", "short of the maps’ (84)"),
        ("outside people's 1 to 3", "outside the maps' 1 to 3"),
        ("People’s cannot be judged", "The maps’ cannot be judged"),
        ("what people do", "what the maps do"),
    ],
)
def test_the_works_compared_with_are_named(words, told):
    assert told_of([words], "the maps") == [told]
    assert told_of([words], "people") == [words]


def test_whose():
    assert [possessive(x) for x in ("people", "the maps")] == ["people’s", "the maps’"]


def test_what_is_no_word_stays():
    chart = Chart("score", np.arange(3), [], levels=[Level("people", 0.5, "people")])
    card = Card("abc", "after", 0.5, "<i class='people'>", 3, export="people")
    contents = Contents(
        "r", "t", after=[card], charts=[("a", "by people", [chart])], config="people"
    )
    found = told_of(contents, "greedy search")
    assert found.after == [card]
    assert found.config == "people"
    (_, words, (changed,)) = found.charts[0]
    assert words == "of greedy search"
    assert changed.levels == (Level("greedy search", 0.5, "people"),) or changed.levels == [
        Level("greedy search", 0.5, "people")
    ]


def test_a_page_shows_the_picture_of_all_works():
    picture = ranges_picture({"the maps": construct(6, 40, seed=0)}, MARIO)
    change = Change("fun", "", "better", "1", "2", "level", (0, 1), (0.1, 0.2, 0.3))
    page = report_html(Contents("r", "t", better=[change], picture=picture))
    shown = re.search(r'<img src="data:image/png;base64,([^"]+)" alt="Which levels', page)
    assert shown
    assert base64.b64decode(shown[1]) == picture.png
    assert isinstance(picture, Picture)
    assert picture.png.startswith(b"\x89PNG")
