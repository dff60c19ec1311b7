"""Bach's chorales: read as music21 reads them, cut along their lines, split by tune."""

import numpy as np
import pytest

from makar.core.errors import UnreadableError
from makar.domains.music.chorale import corpus as chorales
from makar.domains.music.chorale.corpus import chorale_files, load_chorales
from makar.domains.music.chorale.files import key_by_ear, read_chorale
from makar.domains.music.chorale.phrases import cut_phrases
from makar.domains.music.chorale.split import split_by_tune
from makar.domains.music.piece.piece import TICKS_PER_QUARTER, Key, Metre, Part, Piece
from makar.domains.music.voices.voices import FIRST_PITCH, HOLD, LOWEST, VoiceGrid, VoiceGrids


def path_of(name):
    return next(path for path in chorale_files() if path.name == f"{name}.mxl")


# --- reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bwv66.6", "bwv28.6", "bwv244.54"])
def test_a_chorale_is_read_as_music21_reads_it(name):
    music21 = pytest.importorskip("music21")
    score = music21.converter.parse(path_of(name))
    if any(True for _ in score.recurse().getElementsByClass("Repeat")):
        score = score.expandRepeats()
    read = read_chorale(path_of(name))
    for part, mine in zip(("Soprano", "Alto", "Tenor", "Bass"), read.piece.parts, strict=True):
        theirs = next(p for p in score.parts if p.partName == part).stripTies().flatten().notes
        assert [n.pitch.midi for n in theirs] == mine.notes[:, 2].tolist()
        onsets = [round(float(n.offset) * TICKS_PER_QUARTER) for n in theirs]
        assert onsets == mine.notes[:, 0].tolist()
    soprano = next(p for p in score.parts if p.partName == "Soprano").flatten().notes
    fermatas = [
        round(float(n.offset) * TICKS_PER_QUARTER)
        for n in soprano
        if any("Fermata" in type(e).__name__ for e in n.expressions)
    ]
    assert fermatas == read.fermatas.tolist()


def test_a_score_without_a_choir_is_refused():
    with pytest.raises(UnreadableError, match="no part called Soprano"):
        read_chorale(path_of("bwv846"))


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize(("mode", "bass"), [("major", [0, 5, 7, 0]), ("minor", [0, 5, 7, 0])])
def test_the_key_is_heard_whatever_the_signature_says(tonic, mode, bass):
    third = 4 if mode == "major" else 3
    chords = [(root, root + (4 if root == 7 else third), root + 7) for root in bass]
    voices = [[c[(0, 1, 2)[v]] + (24 - 12 * v) for c in chords] for v in (1, 2, 0)] + [bass]
    parts = tuple(
        Part(np.array([[24 * n, 24, 48 + tonic + p, 80] for n, p in enumerate(voice)]))
        for voice in voices
    )
    assert key_by_ear(Piece(parts)) == Key(tonic, mode)


# --- phrases ---------------------------------------------------------------------------------


def quarters(*rows, key=None):
    """A work of quarter notes; a pitch of None holds on."""
    tokens = np.full((4, 4 * len(rows[0])), HOLD, np.int16)
    for voice, row in enumerate(rows):
        for beat, pitch in enumerate(row):
            if pitch is not None:
                tokens[voice, 4 * beat] = pitch - LOWEST + FIRST_PITCH
    return VoiceGrid(tokens, Metre(), key or Key())


TUNE = [72, 74, 76, 77, 79, 77, 76, None, 74, 72, 71, 72, 74, 76, 72, 67]
LINE_ENDS = np.array([[0, 24], [0, 56]])  # the held e in bar 2, the c on the third beat of bar 4


def one_chorale():
    return VoiceGrids.stack(
        [quarters(TUNE, *[[p and p - 12 * v for p in TUNE] for v in (1, 1, 2)])]
    )


def test_phrases_begin_on_every_bar_line():
    phrases = cut_phrases(one_chorale(), LINE_ENDS, bars=2, only=[0])
    plain = phrases.grids.take(np.flatnonzero(~phrases.whole))
    assert plain.steps.tolist() == [32, 32]
    firsts = [int(row[0, 0]) - FIRST_PITCH + LOWEST for row in plain.tokens]
    assert firsts == [79, 74]  # that of the first bar is whole as it stands, and taken once


def test_whole_phrases_begin_and_end_with_a_line_and_hold_their_close():
    phrases = cut_phrases(one_chorale(), LINE_ENDS, bars=2, only=[0])
    whole = phrases.grids.take(np.flatnonzero(phrases.whole))
    assert [int(t[0, 0]) - FIRST_PITCH + LOWEST for t in whole.tokens] == [72, 74]
    last = whole.tokens[1]
    assert (last[:, -4:] == HOLD).all()
    assert whole.sounding[1, 0, -1] == 72  # the upbeat's g is not heard: the c is held


def test_what_is_held_into_a_phrase_is_struck_there():
    held = quarters(*[[60, 62, 64, 65, None, 67, 69, 71]] * 4)
    phrases = cut_phrases(VoiceGrids.stack([held]), np.zeros((0, 2), int), bars=1, only=[0])
    assert phrases.grids.sounding[1, :, 0].tolist() == [65] * 4
    assert phrases.grids.struck[1, :, 0].all()


def test_a_repeated_phrase_is_taken_once():
    twice = quarters(*[[60, 62, 64, 65] * 2] * 4)
    assert (
        len(cut_phrases(VoiceGrids.stack([twice]), np.zeros((0, 2), int), bars=1, only=[0]).grids)
        == 1
    )


# --- the split -------------------------------------------------------------------------------


def setting(tune, bass, key=None):
    return quarters(tune, bass, bass, bass, key=key)


def test_settings_of_one_tune_stay_together_in_any_key_and_rhythm():
    rng = np.random.default_rng(0)
    tunes = [(60 + rng.integers(0, 16, 32)).tolist() for _ in range(12)]
    low = [48] * 32
    works = [setting(t, low) for t in tunes]
    works += [setting([p + 3 for p in t], [50] * 32, Key(3)) for t in tunes]
    works += [setting([p for n in t for p in (n, None)], low * 2) for t in tunes]
    split = split_by_tune(VoiceGrids.stack(works))
    assert len(set(split.group.tolist())) == 12
    for first in range(12):
        assert len({*split.group[first::12].tolist()}) == 1
        assert len({*split.side[first::12].tolist()}) == 1


def test_the_side_of_a_tune_does_not_depend_on_its_company():
    rng = np.random.default_rng(1)
    works = [setting((60 + rng.integers(0, 16, 32)).tolist(), [48] * 32) for _ in range(40)]
    whole = split_by_tune(VoiceGrids.stack(works)).side
    some = split_by_tune(VoiceGrids.stack(works[::-1][:15])).side
    assert some.tolist() == whole[::-1][:15].tolist()
    assert set(whole.tolist()) == {0, 1, 2}


# --- all of it -------------------------------------------------------------------------------


@pytest.fixture
def a_few(monkeypatch, tmp_path):
    names = ("bwv66.6", "bwv112.5", "bwv112.5-sc", "bwv244.15", "bwv244.17", "bwv846")
    files = [path_of(name) for name in names]
    monkeypatch.setattr(chorales, "chorale_files", lambda: files)
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path))
    return files


def test_the_corpus_says_what_it_left_out_and_keeps_tunes_together(a_few):
    corpus = load_chorales(cache=False)
    titles = [p.title for p in corpus.provenance]
    assert titles == ["BWV 66.6", "BWV 112.5", "BWV 244.15", "BWV 244.17"]
    assert sum(corpus.left_out.values()) == 2
    assert any("same music" in reason for reason in corpus.left_out)
    assert not any(p.verified for p in corpus.provenance)
    assert corpus.group[2] == corpus.group[3] != corpus.group[0]  # O Haupt voll Blut, twice


def test_the_cache_holds_all_of_it(a_few, monkeypatch):
    read = load_chorales()
    monkeypatch.setattr(chorales, "_read", lambda _files: pytest.fail("read again"))
    kept = load_chorales()
    np.testing.assert_array_equal(kept.works.tokens, read.works.tokens)
    np.testing.assert_array_equal(kept.lines, read.lines)
    np.testing.assert_array_equal(kept.side, read.side)
    assert kept.provenance == read.provenance
    assert kept.works.keys == read.works.keys
    assert kept.left_out == read.left_out


def test_a_damaged_cache_is_built_again(a_few, tmp_path):
    first = load_chorales()
    (cached,) = tmp_path.glob("corpus-*.npz")
    cached.write_bytes(b"PK nonsense")
    assert load_chorales().provenance == first.provenance
