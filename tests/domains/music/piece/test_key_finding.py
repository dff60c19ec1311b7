"""Which key is heard where none is written, in every format and wherever music is read."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest

from makar.domains.music.abc.format import read_abc
from makar.domains.music.corpus.folder import read_files
from makar.domains.music.corpus.tunes import load_user_corpus
from makar.domains.music.files import read_file, write_piece
from makar.domains.music.melody.grid import MelodyGrid
from makar.domains.music.piece.key_finding import heard_key, key_heard_in, keys_in_words
from makar.domains.music.piece.piece import Key, KeyChange, Part, Piece
from makar.domains.music.piece.remarks import remarks
from makar.domains.music.tune.config import MelodyConfig
from makar.domains.music.tune.recipe import TUNE

MINOR = "EFGA BGEF|GABc B2E2|GABc d2cB|A2F2 E4|BcdB cBAG|FGAF G2E2|Bcde dcBA|G2F2 E4|"
MAJOR = "DFAd fdAF|GBdB A2F2|EGBg fedc|d2A2 d4|fdfa gfed|cdec d2A2|BGBd cBAG|FEDE D4|"
BOOK = "X:1\nT:one\nM:4/4\nL:1/8\nK:{}\n{}\n"


def midi(folder: Path, name: str, body: str, key: str) -> Path:
    """The tune as MIDI."""
    path = folder / name
    write_piece(read_abc(BOOK.format(key, body))[0], path)
    return path


def keyless(path: Path) -> Path:
    """The same notes without the key's event, as workstations export them."""
    file = mido.MidiFile(path)
    for track in file.tracks:
        track[:] = [message for message in track if message.type != "key_signature"]
    out = path.with_name(f"keyless-{path.name}")
    file.save(out)
    return out


@pytest.mark.parametrize(
    ("body", "key", "heard"), [(MINOR, "Em", Key(4, "minor")), (MAJOR, "D", Key(2, "major"))]
)
def test_a_tune_is_judged_alike_with_its_key_and_without(tmp_path, body, key, heard):
    written = midi(tmp_path, "a.mid", body, key)
    unwritten = keyless(written)
    assert read_file(written).pieces[0].key == heard
    [one], [other] = (TUNE.read(path, MelodyConfig()) for path in (written, unwritten))
    assert len(one.works) == len(other.works) == 1
    assert np.array_equal(one.works[0].tokens, other.works[0].tokens)
    assert one.works[0].key == other.works[0].key == heard
    assert not one.notes
    assert other.notes == [f"no key is written: heard as {heard.name}"]


def test_a_folder_and_a_corpus_hear_the_same_and_say_so_in_a_line(tmp_path):
    for name, body, key in (("a.mid", MINOR, "Em"), ("b.mid", MAJOR, "D")):
        written = midi(tmp_path, name, body, key)
        keyless(written)
        written.unlink()
    midi(tmp_path, "c.mid", MAJOR[:40], "D")
    said = ["no key is written in 2 of 3 pieces: heard as E minor 1, D major 1"]
    files = read_files(tmp_path)
    assert sorted(piece.key.name for piece in files.pieces) == ["D major", "D major", "E minor"]
    assert sorted(files.notes[0].split(": heard as ")[1].split(", ")) == ["D major 1", "E minor 1"]
    corpus = load_user_corpus(tmp_path, cache=False)
    assert sorted(piece.key.name for piece in corpus.pieces) == ["D major", "D major", "E minor"]
    assert corpus.keys_heard[0].startswith(said[0].partition(":")[0])
    assert len(corpus.keys_heard) == 1


@pytest.mark.parametrize("key", ["none", "", None])
def test_abc_without_a_key(tmp_path, key):
    text = BOOK.format(key, "EG^FE A2B2|c2B2 A2^F2|EGBe d2cB|A2^F2 E4|")
    if key is None:
        text = text.replace("K:None\n", "")
    path = tmp_path / "a.abc"
    path.write_text(text + "\nX:2\nT:two\nM:4/4\nL:1/8\nK:D\nDFAd d2A2|\n")
    reading = read_file(path)
    assert [piece.key.name for piece in reading.pieces] == ["E minor", "D major"]
    assert remarks(reading.changes_of(0)) == ["no key is written: heard as E minor"]
    assert remarks(reading.changes_of(1)) == []
    assert [p.key.name for p in load_user_corpus(tmp_path, cache=False).pieces] == [
        "E minor",
        "D major",
    ]


def test_musicxml_without_a_key(tmp_path):
    path = tmp_path / "a.musicxml"
    write_piece(read_abc(BOOK.format("Em", MINOR))[0], path)
    text = path.read_text()
    begin, end = text.index("<key>"), text.index("</key>") + len("</key>")
    path.write_text(text[:begin] + text[end:])
    reading = read_file(path)
    assert reading.pieces[0].key == Key(4, "minor")
    assert "no key is written: heard as E minor" in reading.changes


def test_the_key_is_that_of_the_whole_piece_and_not_of_a_phrase(tmp_path):
    """A first phrase on the dominant changes nothing: the key is heard once, over everything."""
    away = "A2^ce agec|^de^fd e2A2|" * 4
    path = midi(tmp_path, "a.mid", away + MAJOR + MAJOR + MAJOR, "D")
    [brought] = TUNE.read(keyless(path), MelodyConfig())
    assert [work.key for work in brought.works] == [Key(2, "major")] * 4


def test_percussion_and_a_key_that_is_written_later_are_left_aside():
    tune = read_abc(BOOK.format("D", MAJOR))[0].parts[0].notes
    drums = tune.copy()
    drums[:, 2] = 37
    parts = (Part(drums, "Drums", percussion=True), Part(tune))
    assert key_heard_in(Piece(parts)) == Key(2, "major")
    assert key_heard_in(Piece((Part(drums, percussion=True),))) == Key()
    later = tune.copy()
    later[:, 0] += 768
    later[:, 2] += 3
    both = Piece((Part(np.concatenate([tune, later])),), (KeyChange(), KeyChange(768, Key(5))))
    assert key_heard_in(both) == Key(2, "major")


def test_music_comes_home():
    """The same notes for the same time: the one they end on decides between relative keys."""
    counts = {60: 4, 62: 2, 64: 4, 65: 2, 67: 3, 69: 4, 71: 2}
    pitches = [pitch for pitch, count in counts.items() for _ in range(count)]
    home = []
    for last in (60, 69):
        ending = [*(p for p in pitches if p != last), *(p for p in pitches if p == last)]
        rows = np.array([[24 * n, 24, pitch, 80] for n, pitch in enumerate(ending)])
        home.append(heard_key(rows))
    assert home == [Key(0, "major"), Key(9, "minor")]


def test_keys_in_words():
    keys = {"G major": 3, "E minor": 9, "A minor": 1, "D major": 2, "C major": 1}
    said = {f"no key is written: heard as {key}": n for key, n in keys.items()}
    assert keys_in_words(said, 20) == [
        "no key is written in 16 of 20 pieces: heard as E minor 9, G major 3, D major 2, A minor 1 "
        "and 1 more"
    ]
    assert keys_in_words({}, 20) == []


def test_what_is_made_here_writes_its_key(tmp_path):
    grid = MelodyGrid(np.array([14, *[1] * 15], np.int8), key=Key(2, "dorian"))
    write_piece(grid.piece(), tmp_path / "a.mid")
    reading = read_file(tmp_path / "a.mid")
    assert reading.pieces[0].key == Key(2, "dorian")
    assert remarks(reading.changes) == []
