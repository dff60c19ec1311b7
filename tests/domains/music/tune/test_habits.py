"""A folder decides what is asked for where the user says nothing, and what is stated wins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from makar.core.errors import ConfigError
from makar.domains.music.abc.format import read_abc
from makar.domains.music.corpus.tunes import load_user_corpus
from makar.domains.music.files import write_piece
from makar.domains.music.piece.piece import Tempo
from makar.domains.music.tune.config import AskConfig, MelodyConfig
from makar.domains.music.tune.habits import habits_in_words, habits_of
from makar.domains.music.tune.phrases import own_phrases
from makar.recipes.loading import as_toml, load_config

WALTZ = "X:{n}\nT:Waltz {n}\nM:3/4\nL:1/4\nK:{key}\n|:{body}:|\n|:{body}:|\n"
BODIES = (
    "E2F|G2A|B2c|B3|A2F|D2F|E2F|E3",
    "G2F|E2D|E3|B3|c2B|A2G|F2D|E3",
    "B2A|G2F|E2G|B3|e2d|c2A|F2D|E3",
)


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def waltzes(tmp_path) -> Path:
    """Three waltzes in E minor, one in D, and a reel; sections of eight bars, no instrument."""
    folder = tmp_path / "music"
    folder.mkdir()
    tunes = [WALTZ.format(n=n, key="Em", body=body) for n, body in enumerate(BODIES, 1)]
    tunes.append(WALTZ.format(n=4, key="D", body="D2F|A2F|D2E|F3|G2B|A2F|E2C|D3"))
    tunes.append("X:5\nT:Reel\nM:4/4\nL:1/8\nK:G\n|:G4 B4|d4 B4|c4 A4|G8:|\n")
    (folder / "book.abc").write_text("\n".join(tunes))
    return folder


def asked(folder: Path, **flags: object) -> AskConfig:
    named = {f"ask.{name}": value for name, value in flags.items()}
    return load_config("music", {"corpus.folder": str(folder), **named}, environment={}).ask


def test_waltzes_in_e_minor_ask_for_waltzes_in_e_minor(waltzes):
    ask = asked(waltzes)
    assert (ask.metre, ask.mode, ask.key, ask.bars, ask.form) == ("3/4", "minor", "E", 8, "ABAC")
    usual = AskConfig()
    assert (ask.tempo, ask.program) == (usual.tempo, usual.program)  # nobody says them


def test_what_is_stated_wins(waltzes, tmp_path, monkeypatch):
    assert asked(waltzes, metre="6/8").metre == "6/8"
    assert asked(waltzes, mode="major").key == "D"  # of the waltzes in major
    assert asked(waltzes, key="C", bars=4).key == "C"
    file = tmp_path / "mine.toml"
    file.write_text(f'recipe = "tune"\n[corpus]\nfolder = "{waltzes}"\n[ask]\nmode = "dorian"\n')
    assert load_config(file, environment={}).ask.mode == "dorian"
    monkeypatch.setenv("MAKAR_ASK__METRE", "2/4")
    assert load_config("tune", {"corpus.folder": str(waltzes)}).ask.metre == "2/4"


def test_without_a_folder_nothing_changes():
    assert load_config("tune", environment={}).ask == AskConfig()


def test_a_run_keeps_what_was_decided(waltzes, tmp_path):
    config = load_config("tune", {"corpus.folder": str(waltzes)}, environment={})
    kept = tmp_path / "config.toml"
    kept.write_text(as_toml(config))
    (waltzes / "book.abc").unlink()
    assert load_config(kept, environment={}) == config


def test_a_folder_of_nothing_is_refused_where_it_always_was(tmp_path):
    assert asked(tmp_path / "nowhere") == AskConfig()
    (tmp_path / "empty").mkdir()
    assert asked(tmp_path / "empty") == AskConfig()


def test_tempo_and_instrument_of_files_that_state_them(tmp_path):
    for n, body in enumerate(BODIES):
        piece = read_abc(WALTZ.format(n=n, key="Em", body=body))[0]
        part = replace(piece.parts[0], program=40)
        tempo = (Tempo(0, 150.0 + n),)
        write_piece(replace(piece, parts=(part,), tempos=tempo), tmp_path / f"{n}.mid")
    ask = asked(tmp_path)
    assert (ask.metre, ask.tempo, ask.program) == ("3/4", 151.0, 40)
    said = habits_in_words(MelodyConfig(ask=ask), load_user_corpus(tmp_path))
    assert said == [
        "what is asked for follows your music: 3/4, minor, in E, 151 beats a minute, strings "
        "(General MIDI 40)"
    ]


def test_beats_are_felt_beats(tmp_path):
    """A jig at 180 quarters a minute has 120 dotted ones."""
    for n in range(2):
        piece = read_abc(f"X:{n}\nM:6/8\nL:1/8\nK:G\nG{'ABc'[n]}B dBG|A3 G3|\n")[0]
        write_piece(replace(piece, tempos=(Tempo(0, 180.0),)), tmp_path / f"{n}.mid")
    assert asked(tmp_path).tempo == 120.0


def test_short_pieces_decide_the_length_and_the_form_fits(tmp_path):
    bodies = ("GABc|d2B2|c2A2|B2G2|A2FD|G4", "BcdB|c2A2|B2G2|A2F2|G2AB|G4")
    for n, body in enumerate(bodies):
        (tmp_path / f"{n}.abc").write_text(f"X:1\nM:4/4\nL:1/4\nK:G\n{body}|\n")
    ask = asked(tmp_path)
    assert (ask.bars, ask.form) == (6, "AB")
    assert asked(tmp_path, form="ABAC").bars == 8  # six bars cannot be four sections
    with pytest.raises(ConfigError, match="cannot be spread evenly"):
        asked(tmp_path, form="ABAC", bars=6)


def test_metres_that_are_not_written_decide_nothing(tmp_path):
    (tmp_path / "a.abc").write_text("X:1\nM:5/4\nL:1/4\nK:D\nDEFGA|FEDEF|D5|\n")
    found = habits_of(load_user_corpus(tmp_path))
    assert "metre" not in found
    assert (found["mode"], found["key"]) == ("major", "D")


def test_it_is_said_in_one_line_before_anything_is_learned(waltzes):
    config = load_config("tune", {"corpus.folder": str(waltzes)}, environment={})
    said = [progress.text for progress in own_phrases(config)]
    assert said[1] == ("what is asked for follows your music: 3/4, minor, in E, phrases of 8 bars")
    other = load_config("tune", {"corpus.folder": str(waltzes), "ask.metre": "6/8"}, environment={})
    [line] = habits_in_words(other, load_user_corpus(waltzes))
    assert line.endswith("not as in your music: 6/8, and most of it is 3/4")


def test_the_commonest_counts_and_not_the_first(waltzes):
    corpus = load_user_corpus(waltzes)
    assert len(corpus) == 5
    found = habits_of(corpus)
    assert np.isin(["metre", "mode", "key", "bars"], list(found)).all()
    assert habits_of(corpus, metre="4/4")["key"] == "G"
