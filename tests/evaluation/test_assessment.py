"""Sets whose order everybody knows: people's own, a table's, chance's, one tune over and over."""

import json
import re

import pytest

from makar.core.errors import ConfigError
from makar.core.rewards import Component, RewardTree
from makar.core.types import Prompt
from makar.domains.music.corpus.folder import phrases_of, read_files
from makar.domains.music.corpus.tunes import load_corpus
from makar.domains.music.files import write_piece
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Metre
from makar.domains.music.rewards.catalogue import build, default_transform, people_quantiles
from makar.domains.music.tune.assessment import GAUGE, WORDS, asked_as, form_of
from makar.domains.music.tune.phrases import phrases_in
from makar.domains.music.words import TUNE_WORDS
from makar.evaluation.assessment import (
    DISTANCE,
    Bench,
    measure,
    people_and_chance,
)
from makar.evaluation.gauge import DUPLICATES, LONGEST, NEAR
from makar.evaluation.page import details, mean_overlap, verdict, write_assessment
from makar.evaluation.rows import HUMAN, MARKOV, RANDOM, SCORE
from makar.evaluation.sources import Assessment
from makar.recipes.words import Words

ASK = Prompt(condition={"bars": 8, "metre": "4/4", "mode": "major", "key": "C"})


def read_works(place, *, bars):
    files = read_files(place)
    assert files.recipe == "tune"
    return phrases_of(files, bars=bars, phrases_in=phrases_in, batch=GAUGE.batch)


def finish(work):
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module")
def bench(cache):
    corpus = load_corpus(("miscFolk",))
    known, people = (corpus.windows(8, ("4/4", "2/4"), side=s).grids for s in ("train", "heldout"))
    names = ["mean_interval", "close", "near_copy", "in_key"]
    scorers = build(names, known.melodies)
    bands = people_quantiles(scorers, known.melodies, people.melodies)
    roles = {"near_copy": "gate", "in_key": "watch"}
    reward = RewardTree(
        [
            Component(n, s, default_transform(n, bands[n]), role=roles.get(n, "score"))
            for n, s in scorers.items()
        ]
    )
    return Bench(GAUGE, {"": known}, {HUMAN: people}, reward, ASK, 1, 40, "8 bars", Words())


@pytest.fixture(scope="module")
def rows(bench):
    sets = people_and_chance(bench)
    sets["one tune"] = MelodyGrids.stack([bench.people[HUMAN][0]] * 40)
    sets["copies"] = bench.known[""].take(range(40))
    return {row.name: row for row in finish(measure(bench, sets))}


def mean(row, name):
    return row.measures[name].mean


def test_people_come_first_then_a_table_then_chance(rows):
    far = [mean(rows[name], DISTANCE) for name in (HUMAN, MARKOV, RANDOM)]
    assert far == sorted(far)
    assert far[2] > 10 * far[0]
    areas = [mean_overlap(rows[name]) for name in (HUMAN, MARKOV, RANDOM)]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] > 0.8 > 0.4 > areas[2]
    assert mean(rows[RANDOM], "rule_in_key") < 0.2 < mean(rows[HUMAN], "rule_in_key")


def test_one_tune_over_and_over_is_seen(rows):
    one, people = rows["one tune"], rows[HUMAN]
    assert mean(one, DUPLICATES) == pytest.approx(39 / 40)
    assert mean(one, "self-overlap-8") == 1
    assert mean(one, "distinct-4") < mean(people, "distinct-4") / 10


def test_copies_are_seen_against_peoples_own_rate(rows):
    assert mean(rows["copies"], NEAR) > 0.9
    assert mean(rows["copies"], LONGEST) > 2 * mean(rows[HUMAN], LONGEST)
    assert mean(rows["copies"], SCORE) < 0.1  # the gate stops them
    assert mean(rows[RANDOM], NEAR) == 0


def test_every_row_says_how_sure_it_is(rows, bench):
    for row in rows.values():
        told = row.as_json()
        json.dumps(told, allow_nan=False)
        for name, estimate in told["measures"].items():
            if name not in (DUPLICATES, "longest_run_of_all") and not name.startswith("rule_"):
                assert estimate["low"] <= estimate["mean"] <= estimate["high"], name
    alike = min(len(bench.people[HUMAN]), 40)
    assert rows[RANDOM].measures[DISTANCE].n <= alike
    assert rows[RANDOM].works == 40


def test_page_and_numbers(rows, tmp_path):
    found = Assessment(
        list(rows.values()), {"kind": "8 bars"}, frozenset({"close", "mean_interval"}),
        GAUGE.terms, ["a <note>"], [("bad.mid", "is <b>empty</b>")], WORDS,
    )  # fmt: skip
    page = write_assessment(
        found, tmp_path / "out", title="It <all>", words=TUNE_WORDS
    ).page.read_text()
    assert page.count("<figure") == 9
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "is &lt;b&gt;empty&lt;/b&gt;" in page
    assert "It &lt;all&gt;" in page
    told = details(found, title="x", words=TUNE_WORDS)["measures"]
    assert told["rule_close"]["trained_on"]
    assert not told["rule_in_key"]["trained_on"]
    assert told["rule_in_key"]["group"].startswith("Rules not trained on")
    assert all(about["words"] for about in told.values())
    assert "copies" in verdict(found, TUNE_WORDS)[0]
    with pytest.raises(FileExistsError):
        write_assessment(found, tmp_path / "out", title="x", words=TUNE_WORDS)


def test_a_folder_is_read_and_what_is_broken_is_named(bench, tmp_path):
    (tmp_path / "deep").mkdir()
    for i in range(3):
        write_piece(bench.people[HUMAN][i].piece(), tmp_path / "deep" / f"{i}.mid")
    write_piece(bench.people[HUMAN][3].piece(), tmp_path / "3.musicxml")
    write_piece(bench.people[HUMAN][4].piece(), tmp_path / "4.abc")
    (tmp_path / "broken.mid").write_bytes(b"MThd but no more")
    (tmp_path / "empty.abc").write_bytes(b"")
    (tmp_path / "page.xml").write_text("<html/>")
    (tmp_path / "readme.txt").write_text("hello")
    found = read_works(tmp_path, bars=8)
    assert (len(found.phrases), found.files, found.ignored, found.short) == (5, 5, 1, 0)
    assert dict(found.unreadable) == {
        "broken.mid": "is a MIDI file of unknown format 8302",
        "empty.abc": "is empty",
        "page.xml": "is XML, but not a MusicXML score: <html>",
    }
    by_file = [bench.people[HUMAN][i].tokens.tolist() for i in (3, 4, 0, 1, 2)]
    assert [grid.tokens.tolist() for grid in found.phrases] == by_file
    assert read_works(tmp_path, bars=4).phrases.steps.tolist() == [
        n // 2 for n in found.phrases.steps.tolist() for _ in (0, 1)
    ]


def test_too_little_is_refused_with_every_reason(bench, tmp_path):
    write_piece(bench.people[HUMAN][0].piece(), tmp_path / "one.mid")
    (tmp_path / "broken.mid").write_bytes(b"MThd but no more")
    with pytest.raises(ConfigError, match=r"1 phrases of 8 bars.*3 are needed \(broken\.mid: is a"):
        read_works(tmp_path, bars=8)


def test_a_midi_file_without_a_key_is_put_in_the_one_heard(tmp_path):
    scale = [0, 2, 4, 5, 7, 4, 2, 4, 0, 4, 7, 4, 5, 2, 4, 0]
    for i in range(3):
        text = "X:1\nM:4/4\nL:1/4\nK:D\n" + "D E F G | A F E F | D F A F | G E F D |]\n"
        (tmp_path / f"{i}.abc").write_text(text)
    in_d = read_works(tmp_path, bars=4).phrases
    bare = tmp_path / "bare"
    bare.mkdir()
    for i in range(3):
        (bare / f"{i}.mid").write_bytes(unkeyed_midi([62 + s for s in scale]))
    heard = read_works(bare, bars=4).phrases
    assert [key.name for key in heard.keys] == ["D major"] * 3
    assert heard[0].tokens.tolist() == in_d[0].tokens.tolist()


def unkeyed_midi(pitches):
    """A format-0 file of quarters, with neither key nor metre."""
    track = b"".join(bytes([0, 0x90, p, 80]) + bytes([96, 0x80, p, 0]) for p in pitches) + bytes(
        [0, 0xFF, 0x2F, 0]
    )
    return b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk" + len(track).to_bytes(4, "big") + track


def test_people_are_asked_for_as_the_works_are(bench):
    asked = asked_as(bench.people[HUMAN], bars=8)
    commonest = max(("4/4", "2/4"), key=[str(m) for m in bench.people[HUMAN].metres].count)
    assert asked["ask.metre"] == commonest
    assert [form_of(bars) for bars in (8, 6, 9, 5)] == ["ABAC", "AB", "ABC", "ABCDE"]
    one = bench.people[HUMAN][0]
    seven = MelodyGrids.stack([MelodyGrid(one.tokens, Metre(0, 7, 8), one.key)])
    with pytest.raises(ConfigError, match="the works are in 7/8"):
        asked_as(seven, bars=8)
