import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

import tiny_run
from makar.core.types import Prompt
from makar.domains.music.melody.grid import MelodyGrids
from makar.domains.music.rewards.novelty import CopyIndex
from makar.domains.music.words import TUNE_WORDS, in_words
from makar.evaluation.rows import HUMAN, PRIOR, SCORE, TRAINED, aggregate
from makar.recipes.words import Asked
from makar.reporting.curves import (
    HELD,
    UNSEEN,
    Known,
    Log,
    banners,
    chart_groups,
    duration,
    happenings,
)
from makar.reporting.report import Settings, report_contents, write_report
from makar.reporting.table import table_of
from makar.reporting.works import _typical_pair
from makar.runs.entry import Entry
from makar.runs.folder import RunFolder

tiny_run = tiny_run


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    run = tiny_run.make(tmp_path_factory.mktemp("runs"), iterations=4, updates=25, works=32)
    after = [run.creator.craft.unpack(e.content) for e in run.folder.ledger.query(phase="after")]
    # the corpus now holds what was made: every work after training is a copy of a source
    corpus = MelodyGrids.stack(after)
    index = CopyIndex.of(corpus.melodies)
    run.creator.craft = replace(run.creator.craft, index=index)
    yield run
    run.folder.close()


@pytest.fixture(scope="module")
def page(tiny):
    path = write_report(tiny.folder, tiny.creator, tiny.rows, bands=tiny.bands, show=2)
    return path.read_text()


def told(page):
    words = []
    parser = HTMLParser()
    parser.handle_data = words.append
    parser.feed(page)
    return " ".join(" ".join(words).split())


def test_the_page_is_there_whole_and_small(tiny, page):
    assert (tiny.folder.path / "report.html").read_text() == page
    assert not list(tiny.folder.path.glob(".*.tmp"))
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")
    assert len(page) < 1_200_000


def test_the_first_screen_says_what_was_asked_in_a_musicians_words(page):
    said = told(page)
    assert "Eight bars in 6/8, D major" in said
    assert "form ABAC" in said
    assert "104 beats a minute" in said
    assert "Rewarded:" in said
    assert "One thing that is listened for" in said
    assert (
        said.index("Before and after") < said.index("What changed") < said.index("How it learned")
    )


def test_works_are_shown_with_id_draw_sound_and_staff(tiny, page):
    contents = report_contents(
        tiny.folder, tiny.creator, tiny.rows, bands=tiny.bands, with_sources=False, show=2
    )
    before, after = contents.pair
    assert (before.when, after.when) == ("before", "after")
    assert before.draw == after.draw
    assert len(contents.before) == len(contents.after) == 2
    assert contents.after[0].score >= contents.after[1].score
    best = tiny.folder.ledger.query(order="best", phase="after", limit=1)[0]
    assert contents.after[0].id == best.id
    assert contents.after[0].files == [f"samples/after-{best.id}.ogg"]
    assert f"makar export {best.id} --to mid" in page
    assert page.count('src="data:audio/ogg;base64,') == 6
    assert page.count('class="makar-staff"') == 6


def test_hostile_titles_of_sources_do_nothing(tiny, page):
    said = told(page)
    assert "<script>document.title" in said, "the title is there to be read"
    assert page.count("<script") == 1
    assert "<img" not in page
    assert not re.search(r"<[^>]*\sonerror=", page)
    assert "unverified licence" in said
    assert "CC0 1.0" in said
    assert "notes running" in said


def test_a_private_corpus_is_not_named_unless_asked(tmp_path):
    run = tiny_run.make(tmp_path, iterations=1, updates=2, works=8, private=True)
    after = [run.creator.craft.unpack(e.content) for e in run.folder.ledger.query(phase="after")]
    index = CopyIndex.of(MelodyGrids.stack(after).melodies)
    run.creator.craft = replace(run.creator.craft, index=index)
    quiet = write_report(run.folder, run.creator, run.rows, bands=run.bands, show=1).read_text()
    loud = write_report(
        run.folder, run.creator, run.rows, bands=run.bands, show=1, with_sources=True
    ).read_text()
    run.folder.close()
    for secret in ("secret", "Jig No.", "O&#x27;Hostile", "CC0 1.0"):
        assert secret not in quiet, secret
        assert secret in loud, secret
    assert "as in a source" in told(quiet)
    assert "1 of your own files" in told(quiet)


def settings(root, config, **options):
    with RunFolder.create(root, "s", config=config, fresh=True) as folder:
        return Settings.of(folder, **({"with_sources": False} | options))


@pytest.mark.parametrize(
    "config",
    [
        'recipe = "tune"\ncorpus = {folder = "/home/me/secret"}',
        'recipe = "blend"\n[corpus]\n"folder" = "/home/me/secret"',
        'corpus.folder = "/home/me/secret" # my secret\nrecipe = "mario"',
    ],
)
def test_what_is_marked_private_is_hidden_however_it_is_written(tmp_path, config):
    hidden = settings(tmp_path, config)
    assert hidden.private
    assert "secret" not in hidden.text
    assert 'folder = "(your own)"' in hidden.text
    assert "/home/me/secret" in settings(tmp_path, config, with_sources=True).text
    assert settings(tmp_path, config, with_sources=True).private


def test_other_settings_are_shown_and_a_damaged_file_is_not(tmp_path):
    found = settings(tmp_path, 'recipe = "mario"\nseed = 7\n[loop]\nworks = 40\n')
    assert (found.private, found.works) == (False, 40)
    assert "seed = 7" in found.text
    nothing = Settings("", 0, private=True)
    for damaged in ("a = = b", 'recipe = "no such one"', 'recipe = "tune"\nstrange = 1'):
        assert settings(tmp_path, damaged) == nothing
    with RunFolder.create(tmp_path, "gone", config="") as folder:
        (folder.path / "config.toml").unlink()
        assert Settings.of(folder, with_sources=True) == nothing


def test_the_table_is_the_summarys(tiny):
    table = table_of(tiny.rows, {}, TUNE_WORDS)
    rows = aggregate([tiny.rows])
    assert list(table.columns) == ["people", "chance", "a table", "prior", "best of 4", "trained",
                                   "trained, best of 4"]  # fmt: skip
    shown = {m.name: m for _, measures in table.groups for m in measures}
    assert set(shown) == set(rows[0]["measures"])
    for place, row in enumerate(rows):
        mean = row["measures"][SCORE]["mean"]
        assert shown[SCORE].cells[place].mean == mean
    assert shown[SCORE].cells[0].verdict == "untested", "people are not compared with the prior"
    assert not shown["note_density"].is_share
    assert shown["close"].is_share


def test_curves_hold_every_part_and_what_they_are_compared_with(tiny):
    contents = report_contents(
        tiny.folder, tiny.creator, tiny.rows, bands=tiny.bands, with_sources=False, show=1
    )
    charts = {c.title: c for _, _, group in contents.charts for c in group}
    rows = {row.name: row for row in tiny.rows}
    parts = rows[TRAINED].judgement.parts
    for name, part in parts.items():
        if part.role in ("score", "watch") and name != "unjudged":
            assert name.replace("_", " ") in charts, name
    assert charts["note density"].band == tiny.bands["note_density"]
    levels = {level.name: level.value for level in charts["Score of an average work"].levels}
    assert levels["people"] == pytest.approx(np.nanmean(rows[HUMAN].judgement.total))
    assert levels["prior"] == pytest.approx(np.nanmean(rows[PRIOR].judgement.total))
    assert set(levels) == {"people", "prior", "best of 4"}
    assert {"KL", "entropy", "gradient norm", "Seconds per iteration"} <= set(charts)


def test_a_run_that_has_made_nothing_yet_has_a_page(tiny, tmp_path):
    with RunFolder.create(tmp_path, "new", config="seed = 1\n") as folder:
        path = write_report(folder, tiny.creator, tiny.rows, bands=tiny.bands)
        assert "Eight bars" in path.read_text()


def log(*events):
    return Log([{"iteration": i, "events": list(said)} for i, said in enumerate(events)])


def test_equal_events_are_told_once():
    alarm = "alarm: note_density is {}, outside people's 1.0 to 2.0 (it began at 1.5): gamed"
    found = happenings(
        log([], [alarm.format(2.5)], [alarm.format(2.75)], ["reward fault: x (2 works)"])
    )
    assert [(h.when, h.grave) for h in found] == [
        ("iterations 1 to 2", True),
        ("iteration 3", False),
    ]
    assert "is 2.5," in found[0].words
    assert "2 times" in found[0].words


def test_banners_for_alarms_and_collapses_only():
    assert banners(log([], ["reward fault: x (2 works)"]), TUNE_WORDS) == []
    alarms = [f"alarm: {n} is 1, outside people's 2 to 3 (it began at 2): x" for n in "abcde"]
    found = banners(
        log(alarms, [], ["collapse: 40% of the works are copies; weights are back"]), TUNE_WORDS
    )
    assert [b.title for b in found] == ["An alarm rang.", "The model collapsed."]
    assert found[0].words.startswith(
        "A, b, c and 2 more went away from people’s works while learning, last in"
    )
    assert "iteration 0 of 2" in found[0].words
    assert "40% of the works are copies" in found[1].words
    assert log([], ["collapse: x"]).returns == [1]


def test_the_log_reads_what_is_there():
    rows = [
        {"iteration": 0, "total": 0.9, "score": 0.5, "learner": {"kl": 0.1, "temperature": 1.2}},
        {"iteration": 1, "total": 0.6, "learner": {}, "temperature": 1.1},
    ]
    found = Log(json.loads(json.dumps(rows)))
    np.testing.assert_array_equal(found.score, [0.5, 0.6])
    np.testing.assert_array_equal(found.column("learner", "kl"), [0.1, np.nan])
    np.testing.assert_array_equal(found.anywhere("temperature"), [1.2, 1.1])


def entry(number, total, phase, seed=7):
    return Entry(0, number, phase, b"", "k", total=total, seed=seed, seed_number=number)


def test_the_pair_is_of_one_draw_and_near_the_middle():
    before = [entry(n, t, "before") for n, t in enumerate((0.1, 0.4, 0.5, 0.6, 0.9))]
    after = [entry(n, t, "after") for n, t in enumerate((0.9, 0.2, 0.7, 0.6, 0.8))]
    one, other = _typical_pair(before, after)
    assert one.seed_number == other.seed_number == 2
    assert _typical_pair(before, [entry(2, 0.5, "after", seed=8)]) is None
    assert _typical_pair([], after) is None


def test_what_was_asked_in_words():
    wishes = {"bars": 16, "metre": "3/4", "mode": "minor", "key": "F#"}
    ask = SimpleNamespace(tempo=104.0, program=73)
    further = ["104 beats a minute", "flute or pipe (General MIDI 73)"]
    found = in_words(Prompt(condition=wishes), ask)
    assert found == Asked("16 bars in 3/4, F♯ minor", further)
    assert in_words(Prompt(condition=wishes | {"key": "Bb"}), ask).title.endswith("B♭ minor")
    other = Prompt(text="a level", condition={"challenge": 0.6}, form="AB")
    assert Asked.of(other) == Asked("a level", ["form AB", "challenge 0.6"])


def test_time_as_people_say_it():
    assert [duration(s) for s in (5, 89, 600, 9000)] == [
        "5 seconds", "89 seconds", "10 minutes", "2.5 hours",
    ]  # fmt: skip


@pytest.mark.parametrize(("paid", "told"), [({}, UNSEEN), ({"likeness": -0.1}, HELD)])
def test_watches_that_were_held_in_training_are_not_said_to_be_unseen(paid, told):
    rows = [{"iteration": n, "parts": {"seen": 0.5} | paid, "score": 0.5} for n in range(3)]
    known = Known({"seen": "watch"}, {}, {}, {}, {}, {}, TUNE_WORDS)
    (words,) = (words for title, words, _ in chart_groups(Log(rows), known) if "watched" in title)
    assert words == told
