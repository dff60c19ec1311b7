"""The chorale recipe on a small book of made-up hymns: prepared, trained, opened, harmonising."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from commands import invoke
from makar.console import telling
from makar.core.errors import ConfigError, UnreadableError
from makar.core.seeds import Seeds
from makar.domains.music.chorale import harmonise_command
from makar.domains.music.chorale import learned as chorale_phrases
from makar.domains.music.chorale import recipe as chorale
from makar.domains.music.chorale.corpus import Chorales
from makar.domains.music.chorale.harmonisation import harmonise, sopranos
from makar.domains.music.chorale.learned import LearnedChorales
from makar.domains.music.chorale.prompts import ask_prompt, reward_config
from makar.domains.music.chorale.recipe import build_policy, demonstrations
from makar.domains.music.corpus.folder import Files
from makar.domains.music.files import read_pieces, write_piece
from makar.domains.music.piece.piece import Key, Metre, Part, Piece, Provenance
from makar.domains.music.voices.codec import NOT_GIVEN
from makar.domains.music.voices.voices import FIRST_PITCH, HOLD, LOWEST, VoiceGrid, VoiceGrids
from makar.evaluation.ablation import compare_models, rewarded_parts, trials
from makar.recipes.loading import as_toml, load_config
from makar.recipes.trained_run import craft_of, finished, open_run
from makar.runs.folder import RunFolder
from makar.training.sampling import make_again, make_works, same
from makar.training.session import Finished, Heard, run

CHORDS = ((72, 67, 64, 48), (72, 69, 64, 45), (72, 69, 65, 53), (74, 69, 65, 50), (71, 67, 62, 43))
TUNE = np.array([[0, 96, 71, 80], [96, 96, 72, 80]])
TINY = {
    "ask.bars": 2, "model.width": 16, "pretrain.updates": 3, "pretrain.batch": 8,
    "loop.iterations": 2, "loop.works": 8, "evaluate.works": 12, "evaluate.best_of": 2,
    "evaluate.show": 2,
}  # fmt: skip


def hymn(rng):
    """Eight bars in quarters; every second bar ends with V, I held for two beats."""
    tokens = np.full((4, 128), HOLD, np.int16)
    for bar in range(8):
        order = (
            [*rng.integers(0, len(CHORDS), 2), 4, 0]
            if bar % 2 == 0
            else [*rng.integers(0, 5, 1), 4, 0]
        )
        for beat, number in enumerate(order):
            column = np.array(CHORDS[number]) - LOWEST + FIRST_PITCH
            tokens[:, 16 * bar + 4 * beat] = column
            if rng.random() < 0.5 and beat < 2:
                tokens[1, 16 * bar + 4 * beat + 2] = column[1] - 2
    return VoiceGrid(tokens, Metre(), Key(7))


@pytest.fixture(scope="module")
def book():
    rng = np.random.default_rng(5)
    works = VoiceGrids.stack([hymn(rng) for _ in range(30)])
    lines = np.array([[n, 16 * bar + 8] for n in range(30) for bar in (1, 3, 5, 7)])
    about = tuple(Provenance(f"Hymn {n}") for n in range(30))
    return Chorales(works, lines, about, np.arange(30), np.arange(30) % 3, {"too long": 2})


def _read(book):
    """The book, as it is read: in so many files."""
    yield 0, 2
    yield 1, 2
    return book


@pytest.fixture(scope="module", autouse=True)
def _the_book(book, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chorale_phrases, "load_chorales", lambda: book)
        patch.setattr(chorale_phrases, "reading_chorales", lambda: _read(book))
        patch.setenv("MAKAR_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def config():
    return load_config("chorale", TINY, environment={})


@pytest.fixture(scope="module")
def trained(config, tmp_path_factory):
    """A run, made once for all tests of this module."""
    runs = tmp_path_factory.mktemp("runs")
    folder = RunFolder.create(runs, "hymns", config=as_toml(config), seed=config.seed, fresh=False)
    with folder:
        events = list(run(folder, config))
    return runs / "hymns", events


def test_a_run_goes_from_reading_to_the_report(trained):
    path, events = trained
    assert isinstance(events[-1], Finished)
    rows = [row["row"] for row in events[-1].table]
    assert rows[0] == "human held-out"
    assert "trained" in rows
    assert {e.phase for e in events if isinstance(e, Heard)} >= {"before", "after"}
    page = events[-1].report.read_text(encoding="utf-8")
    assert "Two bars in 4/4, G major" in page
    assert "Soprano" in page
    with RunFolder(path) as folder:
        kept = folder.ledger.query(phase="after")
    assert {entry.kind for entry in kept} == {"music/voice-grid"}


def test_works_are_made_again_and_handed_out(trained, tmp_path):
    path, _ = trained
    with RunFolder(path, write=True) as folder:
        config = load_config(path / "config.toml", environment={})
        opened = open_run(folder, config)
        (made,) = make_works(folder, opened, opened.creator.ask, count=1, temperature=1.0, seed=0)
        entry = folder.ledger.find(made.id)
        assert same(opened.creator.craft, make_again(folder, opened, entry), made.work)
    craft = craft_of(config)
    for suffix in (".mid", ".musicxml"):
        craft.export(
            craft.unpack(entry.content), tmp_path / f"work{suffix}", title="work", notice=""
        )
        (piece,) = read_pieces(tmp_path / f"work{suffix}")
        sung = [part.notes[:, :3].tolist() for part in made.work.piece().parts]
        assert [part.notes[:, :3].tolist() for part in piece.parts] == [
            s for s in sung if s or suffix == ".musicxml"
        ]


def test_what_is_learned_comes_twice_once_with_the_soprano_given(config, book):
    learned = LearnedChorales.of(book, 2)
    policy = build_policy(config)
    shown = demonstrations(policy, learned.valid.grids)
    half = len(learned.valid.grids)
    given = shown.context["prefix"][:, 4:]
    assert (given[:half] == NOT_GIVEN).all()
    np.testing.assert_array_equal(given[half:], shown.actions[:half, ::4])
    torch.testing.assert_close(shown.actions[:half], shown.actions[half:])
    assert (shown.context["legal"][half:, ::4].sum(-1) == 1).all()  # nothing is left to decide


def test_each_side_is_of_its_own_hymns(config, book):
    learned = LearnedChorales.of(book, 2)
    for number, side in enumerate((learned.train, learned.valid, learned.heldout)):
        assert set((side.chorale % 3).tolist()) == {number}
    assert [p.title for p in learned.sources][:2] == ["Hymn 0", "Hymn 3"]
    assert "left out: 2 (too long)" in learned.notes()


def test_a_tune_is_harmonised_and_kept(config):
    prepared = finished(chorale.prepare(config))
    notes = [
        [n * 24, 24, p, 80] for n, p in enumerate([67, 69, 71, 72, 74, 72, 71, 69, 67, 66, 69, 67])
    ]
    piece = Piece((Part(np.array(notes)),), provenance=Provenance("mine"))
    settings = harmonise(prepared.creator, piece, bars=2, count=2, seed=1, path="mine.abc")
    totals = [one.total for one in settings]
    assert totals == sorted(totals, reverse=True)
    for setting in settings:
        sung = setting.work.piece().parts
        assert sung[0].notes[:, :3].tolist() == [n[:3] for n in notes]
        assert all(len(part.notes) for part in sung)
        assert setting.work.tokens.shape == (4, 48)
    again = harmonise(prepared.creator, piece, bars=2, count=1, seed=settings[0].seed, path="")
    np.testing.assert_array_equal(again[0].work.tokens, settings[0].work.tokens)


def test_a_tune_out_of_reach_is_moved_by_octaves_and_a_wide_one_refused():
    low = Piece((Part(np.array([[0, 48, 40, 80], [48, 48, 43, 80]])),))
    (phrase,) = sopranos(low, 4, "low.mid")
    assert VoiceGrids.stack([VoiceGrid(phrase.tokens.repeat(4, 0))]).sounding[0, 0, 0] % 12 == 4
    wide = Piece((Part(np.array([[0, 48, 40, 80], [48, 48, 90, 80]])),))
    with pytest.raises(UnreadableError, match="wider than a soprano"):
        sopranos(wide, 4, "wide.mid")
    jig = Piece((Part(np.array([[0, 48, 60, 80]])),), metres=(Metre(0, 6, 8),))
    with pytest.raises(UnreadableError, match=r"4/4 or 3/4"):
        sopranos(jig, 4, "jig.mid")


def test_what_is_asked_reaches_the_model():
    flags = {"ask.in_key": True, "ask.crossing": False, "ask.metre": "3/4", "ask.mode": "minor"}
    asked = ask_prompt(load_config("chorale", flags, environment={}))
    assert asked.condition["in_key"] == "yes"
    assert asked.condition["crossing"] == "no"
    assert (asked.condition["metre"], asked.condition["mode"]) == ("3/4", "minor")
    policy = build_policy(load_config("chorale", TINY, environment={}))
    with pytest.raises(ValueError, match="room for 32"):
        policy.sample([ask_prompt(load_config("chorale", environment={}))], seeds=Seeds(0))


def test_what_is_guaranteed_is_not_rewarded_too():
    sure = reward_config(load_config("chorale", environment={})).weights
    assert sure["parallels"] == 0
    assert "crossing" not in sure
    left = {"ask.parallels": True, "ask.crossing": False, "reward.weights.line_steps": 3}
    weights = reward_config(load_config("chorale", left, environment={})).weights
    assert "parallels" not in weights
    assert (weights["crossing"], weights["line_steps"]) == (0, 3)


def test_settings_of_another_recipe_are_refused():
    with pytest.raises(ConfigError, match="form"):
        load_config("chorale", {"ask.form": "AABA"}, environment={})


def test_the_command_harmonises_with_the_newest_chorale_run(trained, tmp_path):
    path, _ = trained
    tune = tmp_path / "tune.musicxml"
    write_piece(Piece((Part(np.array([[0, 96, 71, 80], [96, 96, 72, 80]])),)), tune)
    told = invoke("harmonise", str(tune), "-n", "1", "--runs", str(path.parent), "--json")
    assert told.exit_code == 0, told.output
    (made,) = read_pieces(json.loads(told.stdout)["path"])
    assert [part.name for part in made.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert made.parts[0].notes[:, :3].tolist() == [[0, 96, 71], [96, 96, 72]]


def test_while_a_model_is_taught_something_is_heard_and_every_stage_is_told(tmp_path, monkeypatch):
    """Without a run: a first try of a model that still learns, said as such; then the better ones.

    Once the model is kept nobody waits, and nothing is tried.
    """
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path / "cache"))
    for name, value in TINY.items():
        monkeypatch.setenv(f"MAKAR_{name.upper().replace('.', '__')}", str(value))
    monkeypatch.setattr(harmonise_command, "FIRST", 2)
    monkeypatch.setattr(telling, "PATIENCE", 0.0)
    tune = tmp_path / "tune.abc"
    tune.write_text("X:1\nM:4/4\nL:1/4\nK:none\nGABG|cBA2|BcdB|A2G2|\n")
    words = ("harmonise", str(tune), "-n", "2", "--runs", str(tmp_path / "none"), "--to", "mid")
    told = invoke(*words)
    assert told.exit_code == 0, told.output
    assert sorted(path.name for path in tmp_path.glob("*.mid")) == [
        "tune-first-try.mid", "tune-harmonised-2.mid", "tune-harmonised.mid",
    ]  # fmt: skip
    lines = told.stderr.splitlines()
    assert "makar: no key is written: heard as G major" in lines
    early = next(n for n, line in enumerate(lines) if "to hear meanwhile" in line)
    assert "learned for 2 of 3 steps" in lines[early]
    assert "better ones follow" in lines[early]
    stages = ["reading chorales", "learning chorales", "setting up the reward", "harmonising"]
    firsts = [next(n for n, x in enumerate(lines) if x.startswith(f"makar: {s}")) for s in stages]
    assert firsts == sorted(firsts)
    assert firsts[1] < early < firsts[2]
    (first,) = read_pieces(tmp_path / "tune-first-try.mid")
    (best,) = read_pieces(tmp_path / "tune-harmonised.mid")
    assert first.parts[0].notes[:, :3].tolist() == best.parts[0].notes[:, :3].tolist()
    assert all(len(part.notes) for part in first.parts)
    again = invoke(*words)
    assert "to hear meanwhile" not in again.stderr
    assert len(list(tmp_path.glob("*first-try*"))) == 1


def test_what_cannot_be_harmonised_is_said_before_anything_is_learned(tmp_path):
    tune = tmp_path / "jig.abc"
    tune.write_text("X:1\nM:6/8\nL:1/8\nK:G\nGAB dBG|A3 G3|\n")
    told = invoke("harmonise", str(tune), "--runs", str(tmp_path / "none"))
    assert isinstance(told.exception, UnreadableError)
    assert "is in 6/8" in str(told.exception)
    assert "learning" not in told.stderr


ROWS = [
    "human held-out", "random", "Markov", "prior", "best of 2", "best of 4",
    "best of many in equal seconds", "trained", "trained, best of 2",
]  # fmt: skip


def test_a_run_is_evaluated_beside_bach_chance_and_a_table(trained):
    path, _ = trained
    done = invoke("evaluate", str(path), "--works", "20", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(next(line for line in done.output.splitlines() if line.startswith("{")))
    rows = {row["row"]: row["measures"] for row in found["rows"]}
    assert list(rows) == ROWS
    assert found["about"]["makar-FD features"].startswith("voices-v1-")
    human, chance, table = (rows[name] for name in ROWS[:3])
    assert human["makar-FD"]["mean"] < chance["makar-FD"]["mean"] / 10
    for feature in ("pitch_classes", "chords", "bass_note_lengths"):
        areas = [row[f"overlap_{feature}"]["mean"] for row in (human, chance)]
        assert areas[0] > areas[1], feature
    # five chords in a book of thirty hymns: what people wrote is mostly found in the others
    assert human["longest_run"]["mean"] > 2 * chance["longest_run"]["mean"]
    assert table["longest_run"]["mean"] > 2 * chance["longest_run"]["mean"]
    assert chance["near_copies"]["mean"] == 0
    assert chance["rule_chord_fit"]["mean"] < human["rule_chord_fit"]["mean"]
    told = found["measures"]
    assert not told["rule_parallels"]["trained_on"]  # a guarantee
    assert told["rule_cadence"]["trained_on"]
    assert [name for name, about in told.items() if not about["words"]] == []
    page = (path / "evaluation" / "evaluation.html").read_text()
    assert page.count("<figure") == 17


def test_a_folder_in_four_parts_is_measured_as_chorales(book, tmp_path, monkeypatch):
    scores = tmp_path / "scores"
    scores.mkdir()
    for number in range(4):
        write_piece(book.works[number].piece(), scores / f"{number}.musicxml")
    (scores / "page.xml").write_text("<html/>")
    monkeypatch.setenv("MAKAR_MODEL__WIDTH", "16")
    out = tmp_path / "seen"
    asked = ["evaluate", str(scores), "--works", "20", "--json", "--out", str(out)]
    done = invoke(*asked)
    assert done.exit_code == 0, done.output
    found = json.loads(next(line for line in done.output.splitlines() if line.startswith("{")))
    rows = {row["row"]: row for row in found["rows"]}
    assert list(rows) == ["human held-out", "the folder", "random", "Markov"]
    assert rows["the folder"]["n"] == 8  # eight bars each, cut in four
    # they are of the book that is learned from, or of its like
    near = rows["the folder"]["measures"]["makar-FD"]["mean"]
    assert near < rows["random"]["measures"]["makar-FD"]["mean"] / 10
    assert any("makar train chorale teaches one" in note for note in found["notes"])
    wrong = invoke("evaluate", str(scores), "--as", "fugue")
    assert "tune or chorale" in str(wrong.exception or wrong.output)


def test_what_folders_are_taken_for(book, tmp_path):
    four, one = book.works[0].piece(), replace(book.works[0].piece(), parts=(Part(TUNE),))
    assert Files(tmp_path, [four, four, one], 3).recipe == "chorale"
    assert Files(tmp_path, [four, one], 2).recipe == "tune"
    assert Files(tmp_path, [], 0).recipe == "tune"


def test_a_part_left_out_is_watched_and_nothing_else_changes(config):
    parts = rewarded_parts(config)
    assert {"cadence", "harmonic_rhythm", "line_steps"} <= set(parts)
    assert not {"parallels", "chord_novelty", "chord_copy"} & set(parts)
    for trial in trials(config, name="x", seeds=1)[1:]:
        assert set(parts) - set(rewarded_parts(trial.config)) == {trial.part}


def test_an_ablation_of_four_voices(config, tmp_path):
    study = trials(config, name="x", seeds=1, only=["cadence"])
    done = []
    for trial in study:
        with RunFolder.create(
            tmp_path, trial.name, config=as_toml(trial.config), seed=1, fresh=False
        ) as folder:
            list(run(folder, trial.config))
        done.append((trial, tmp_path / trial.name))
    found = finished(compare_models(config, done))
    assert list(found.changes) == ["cadence"]
    assert np.isfinite(found.changes["cadence"]["cadence"].mean)
    assert {"score", "distinct-4", "near copies", "harmonic_rhythm"} <= set(found.whole)
