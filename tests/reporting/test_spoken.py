"""Pages speak of works, and of whose they are, in the recipe's words; names stay as they are."""

import base64
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import numpy as np
import pytest
from rich.table import Table

from makar.core.seeds import Seeds
from makar.domains.levels.constructive.build import construct
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.platform.ranges import ranges_picture
from makar.domains.levels.words import EDITED_WORDS, LEVEL_WORDS
from makar.domains.music.words import TUNE_WORDS
from makar.evaluation.assessment import DISTANCE, MeasuredSet
from makar.evaluation.gauge import Terms
from makar.evaluation.page import details, page_of, write_assessment
from makar.evaluation.rows import HUMAN, MARKOV, RANDOM, SCORE, TRAINED, compare
from makar.evaluation.sources import Assessment
from makar.measures.alarm import HackingAlarm
from makar.measures.statistics import Estimate
from makar.recipes.loading import as_toml, load_config
from makar.recipes.settings import LoopConfig
from makar.reporting.curves import Log, banners
from makar.reporting.report import _notes, write_report
from makar.runs.folder import RunFolder
from makar.runs.report.assessment import assessment_html
from makar.runs.report.contents import Change, Contents
from makar.runs.report.page import report_html
from makar.training.loop import Training
from makar.training.records import keep_works
from makar.training.session import run
from word_run import Likeness, WordCraft

NAMES = ("people-2", "maps/people/", "People Mover")
CONFIG = """recipe = "levels"
[corpus]
files = ["maps/people/one.tmj"]
legend = "maps/people/legend.toml"
"""
TINY = {
    "ask.columns": 32, "corpus.levels": 24, "model.width": 24, "model.inner": 16,
    "pretrain.updates": 6, "pretrain.batch": 8, "pretrain.evaluate_every": 6,
    "loop.iterations": 1, "loop.works": 8, "evaluate.works": 8, "evaluate.show": 1,
}  # fmt: skip


class Said(HTMLParser):
    """All that a page says to those who see it or not, but its settings and titles of sources."""

    unsaid = ("style", "script", "pre", "cite")

    def __init__(self, page):
        super().__init__()
        self.words, self.tips, self.inside = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in self.unsaid:
            self.inside.append(tag)
        told = ("title", "aria-label", "alt", "data-whose")
        self.tips += [value for name, value in attrs if name in told]

    def handle_endtag(self, tag):
        if tag in self.unsaid:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(["".join(self.words), *self.tips]).split())


@dataclass(frozen=True)
class MoverCraft(WordCraft):
    """Everything resembles the People Mover."""

    def resemblances(self, works):
        return [Likeness("People Mover", "CC0", 4, "four people", (0, 4), True)] * len(works)

    def card(self, work, *, marks=()):
        return f"<p>{'-'.join(map(str, work))}</p>"


def report(words, spoken):
    """The page of a small run of the toy that is spoken of in these words."""
    creator = words.creator()
    creator.words, creator.craft = spoken, MoverCraft(words.toy.Words)
    creator.notes = ["maps/people/: 3 of its maps are wider than asked for"]
    command = ["makar", "train", "levels", "--corpus", "maps/people/one.tmj"]
    folder = RunFolder.create(words.root, "people-2", config=CONFIG, command=command)
    training = Training(
        creator, folder, LoopConfig(iterations=3, works=8, checkpoint_every=1000), 0,
        HackingAlarm(
            {"surprise": np.arange(9, 10, 0.01)}, {"surprise": np.array([0.0, 0.1])},
            whose=spoken.whose_own("'"),
        ),
    )  # fmt: skip
    for _ in training.steps():
        pass
    for phase, policy in (("before", creator.prior), ("after", creator.policy)):
        rollout = policy.sample([creator.ask] * 8, seeds=Seeds(0, 99))
        judgement = creator.reward(rollout.works, rollout.prompts)
        keep_works(
            folder.ledger, creator.craft, rollout, judgement, phase=phase, iteration=0,
            rows=range(8), seeds=Seeds(0, 99), temperature=1.0,
        )  # fmt: skip
    rows = compare(creator, works=8, best_of=[2, 4], seed=1)
    page = write_report(folder, creator, rows, bands={"surprise": (1, 2)}, show=2).read_text()
    folder.close()
    return page


@pytest.mark.parametrize("spoken", [LEVEL_WORDS, EDITED_WORDS], ids=lambda words: words.whose)
def test_names_with_people_in_them_stay_and_no_sentence_speaks_of_people(words, spoken):
    page = report(words, spoken)
    said = Said(page).text
    for name in NAMES:
        assert name in page, name
    assert "makar · people-2" in said
    assert "four people" in said
    assert "<bdi>People Mover</bdi>" in page
    assert "maps/people/: 3 of its maps" in said
    assert "maps/people/one.tmj" in page[page.index("config.toml") :]
    rest = said
    for name in (*NAMES, "maps/people", "four people"):
        rest = rest.replace(name, "")
    assert "people" not in rest.lower()
    assert "human" not in rest.lower()
    assert f"Held-out works {spoken.by_whom} score" in said
    assert f"{spoken.whose_own()} own held-out works" in said
    assert f'<th role="columnheader" scope="col">{spoken.whose}<small>' in page
    assert f'data-whose="{spoken.whose}"' in page
    assert f"different runs of four {spoken.moves}" in said
    assert f"Of all runs of four {spoken.moves} in a set of works" in said
    assert f"</svg>{spoken.whose} <b>" in page, "the charts' level"
    own = spoken.whose_own()
    assert f"varied than {own}:" in said or f"as varied as {own}:" in said


def test_an_alarm_says_whose_range_was_left():
    log = Log([{"iteration": 0, "events": ["alarm: people_share is 1, outside the maps' 2 to 3"]}])
    [banner] = banners(log, LEVEL_WORDS)
    assert banner.words.startswith("People share went away from the maps’ works while learning")


def test_files_of_the_users_own_are_levels_where_levels_are_made():
    notes = ["24 levels", "skipped secret.tmj: no ground", "skipped other.tmj: empty"]
    hidden = _notes(notes, LEVEL_WORDS, named=False)
    assert hidden == [
        "24 levels",
        "skipped: 2 of your own files or levels (--with-sources names them)",
    ]
    assert _notes(notes, LEVEL_WORDS, named=True) == notes


@pytest.fixture(scope="module")
def levels_page(cache, tmp_path_factory):
    """The report of a small run of levels, as training writes it."""
    config = load_config("mario", TINY, environment={})
    root = tmp_path_factory.mktemp("levels")
    with RunFolder.create(root, "m", config=as_toml(config)) as folder:
        for _ in run(folder, config):
            pass
    return (root / "m" / "report.html").read_text()


def test_a_report_of_levels_speaks_of_nothing_that_is_heard(levels_page):
    said = Said(levels_page).text
    assert "Held-out works of the maps score" in said
    heard = r"\b(?:hear\w*|listen\w*|tunes?|phrases?|notes?|musi\w*|melod\w*|people\w*|human\w*)\b"
    assert re.findall(rf".{{30}}{heard}.{{30}}", said, re.IGNORECASE) == []
    assert '<svg class="melody"' not in levels_page


def test_a_page_shows_the_picture_of_all_works():
    picture = ranges_picture({"the maps": construct(6, 40, seed=0)}, MARIO)
    change = Change("fun", "", "better", "1", "2", "level", (0, 1), (0.1, 0.2, 0.3))
    page = report_html(Contents("r", "t", better=[change], picture=picture))
    shown = re.search(r'<img src="data:image/png;base64,([^"]+)" alt="Which levels', page)
    assert shown
    assert base64.b64decode(shown[1]) == picture.png
    assert picture.png.startswith(b"\x89PNG")


def assessed():
    names = (SCORE, DISTANCE, "distinct-4", "self-overlap-4", "overlap_gaps", "kl_gaps",
             "longest_run", "rule_gaps", "rule_flow")  # fmt: skip
    measures = {name: Estimate(0.5, 0.4, 0.6, 20) for name in names}
    rows = [MeasuredSet(name, 20, measures, {}) for name in (HUMAN, RANDOM, MARKOV, TRAINED)]
    terms = Terms({"gaps": "how wide"}, {}, "abc", {}, {"longest_run": "columns"})
    return Assessment(rows, {"kind": "levels"}, frozenset({"gaps"}), terms)


def test_an_evaluation_is_written_in_the_recipes_words():
    said = Said(assessment_html(page_of(assessed(), title="People Mover", words=LEVEL_WORDS))).text
    for sentence in (
        "are 0.5 away from the maps’ levels (makar-FD); as many levels that the maps hold are",
        "for the maps’ held-out works it is 0.5.",
        "Overlap with the maps’ spread (1 = the same)",
        "Rules trained on: fit to the maps’ range",
        "Divergence from the maps’ spread, in nats",
        "distance to the maps’ levels in our own fixed features; the maps’ row is the floor",
        "different runs of 4 columns among all of them",
        "the maps, held out",
        "Of all runs of four columns in a set of works",
    ):
        assert sentence in said, sentence
    rest = said.replace("People Mover", "").lower()
    assert not re.findall(r"people|human|phrase|\bnotes?\b|hear|listen", rest)
    told = details(assessed(), title="x", words=EDITED_WORDS)["measures"]
    assert told["rule_flow"]["group"] == "Rules not trained on: fit to greedy search’s range"


def test_an_evaluation_is_printed_in_the_same_words(tmp_path):
    written = write_assessment(assessed(), tmp_path / "e", title="t", words=LEVEL_WORDS)
    tables = [part for part in written.shown() if isinstance(part, Table)]
    assert [table.title for table in tables] == [
        "The whole", "Overlap with the maps’ spread (1 = the same)",
        "Variety, at equal numbers of works", "Copies", "Rules trained on: fit to the maps’ range",
        "Rules not trained on: fit to the maps’ range",
    ]  # fmt: skip
    assert tables[0].columns[1].header == "the maps, held out"
    assert "people" not in json.dumps(written.as_json(), ensure_ascii=False).lower()
    assert "people" not in (tmp_path / "e" / "evaluation.json").read_text().lower()


def test_an_evaluation_of_music_speaks_of_phrases():
    said = Said(assessment_html(page_of(assessed(), title="x", words=TUNE_WORDS))).text
    assert "away from people’s phrases (makar-FD); as many phrases that people wrote are" in said
    assert "human held-out" in said
    assert "One thing that is listened for" in said
