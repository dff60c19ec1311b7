import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest

from makar.core.errors import UnreadableError
from makar.domains.music.abc.format import abc_text, read_abc
from makar.domains.music.corpus import cache as corpus_cache
from makar.domains.music.corpus import sources as corpus_sources
from makar.domains.music.corpus.groups import SIDES
from makar.domains.music.corpus.tunes import load_corpus, load_user_corpus
from makar.domains.music.piece.piece import UNVERIFIED

TUNES = [
    "CDEF G2A2|GFED C4|E2G2 c2G2|AGFE D4|", "C2E2 G2E2|F2A2 G4|c2BA G2F2|E2D2 C4|",
    "G4 E4|F2E2 D4|G2A2 B2c2|d8|", "c2c2 d2e2|dcBA G4|ABcd e2d2|c8|",
]  # fmt: skip


def tune(body: str, number: int = 1, key: str = "C", metre: str = "4/4") -> str:
    return f"X:{number}\nT:Tune {number}\nM:{metre}\nL:1/8\nK:{key}\n{body}\n\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("MAKAR_CACHE", str(folder))
    return folder


@pytest.fixture
def user(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.abc").write_text("".join(tune(t, n) for n, t in enumerate(TUNES[:2], 1)))
    (tmp_path / "deep" / "b.ABC").write_text(tune(TUNES[2]))
    (tmp_path / "broken.abc").write_bytes(b"\x00\x01")
    (tmp_path / "half.abc").write_text(tune("C0|") + tune(TUNES[3], 2))
    (tmp_path / "empty.mid").write_bytes(b"")
    (tmp_path / "bad.xml").write_text("<html>no music</html>")
    (tmp_path / "notes.txt").write_text("not looked at")
    return tmp_path


def test_music21_is_not_imported():
    code = (
        "import sys; from makar.domains.music.corpus.tunes import load_corpus; "
        "load_corpus(('miscFolk',)); sys.exit('music21' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_collection_of_the_installed_music21_is_read():
    corpus = load_corpus(("miscFolk",))
    assert 160 < len(corpus) <= 185
    assert set(corpus.collection) == {"miscFolk"}
    assert {p.licence for p in corpus.provenance} == {UNVERIFIED}
    assert corpus.provenance[0].source.startswith("miscFolk/americanfifeopus.abc X:")
    assert corpus.dropped["grace notes"] > 0
    assert not corpus.skipped


def test_essen_only_by_name_and_with_its_terms(monkeypatch):
    assert "essen" not in corpus_sources.DEFAULT_COLLECTIONS
    files = corpus_sources.collection_files("essen")[:1]
    monkeypatch.setattr(corpus_sources, "collection_files", lambda _: files)
    harvest = corpus_sources.harvest_collections(["essen"])
    assert all("non-commercial" in p.provenance.licence for p in harvest.pieces)
    assert {p.key.mode for p in harvest.pieces} >= {"major", "minor"}


def test_an_unknown_collection_names_the_known_ones():
    with pytest.raises(UnreadableError, match="oneills1850"):
        load_corpus(("nonsense",))


def test_pieces_come_out_of_the_columns_as_they_were_read(user):
    corpus = load_user_corpus(user)
    whole = read_abc(tune(TUNES[0]), "a.abc", expand_repeats=False)[0]
    piece = next(p for p in corpus if p.provenance.source == "a.abc X:1")
    np.testing.assert_array_equal(piece.parts[0].notes, whole.parts[0].notes)
    for field in dataclasses.fields(whole):
        if field.name not in ("parts",):
            assert getattr(piece, field.name) == getattr(whole, field.name)
    assert piece.parts[0].name == "Melody"
    assert len(corpus.take([0, 2])) == 2
    assert len(corpus[1:3]) == 2


def test_every_skipped_file_is_named_with_its_reason_and_the_others_are_read(user):
    corpus = load_user_corpus(user)
    assert [p.source for p in corpus.provenance] == [
        "a.abc X:1", "a.abc X:2", "deep/b.ABC X:1", "half.abc X:2",
    ]  # fmt: skip
    reasons = dict(corpus.skipped)
    assert set(reasons) == {"broken.abc", "half.abc X:1", "empty.mid", "bad.xml"}
    assert "binary" in reasons["broken.abc"]
    assert "zero" in reasons["half.abc X:1"]
    assert all(len(reason) > 5 for reason in reasons.values())


def test_midi_files_of_the_user_are_read_like_abc(user):
    from makar.domains.music.midi import write_midi

    piece = read_abc(tune("c8|B8|A4 G4|F2E2 D2C2|"))[0]
    write_midi(piece, user / "own.mid")
    corpus = load_user_corpus(user)
    sources = [p.source for p in corpus.provenance]
    (row,) = [n for n, source in enumerate(sources) if "own.mid" in source]
    assert corpus[row].parts[0].notes[:, 2].tolist() == piece.parts[0].notes[:, 2].tolist()
    assert len(corpus.windows(bars=4).grids) == 5
    assert corpus.provenance[row].source.startswith("own.mid")


def test_a_folder_that_is_none():
    with pytest.raises(UnreadableError, match="not a folder"):
        load_user_corpus("/nonexistent/folder")


def test_too_few_and_too_uniform_pieces_are_told_in_words(user, tmp_path_factory):
    said = " ".join(load_user_corpus(user).shortcomings())
    for words in ("4 pieces: too few", "melody notes", "in minor", "Every piece is in 4/4"):
        assert words in said
    assert (
        "no file could be read" in load_user_corpus(tmp_path_factory.mktemp("x")).shortcomings()[0]
    )
    assert load_corpus(("miscFolk",)).shortcomings() == []


def test_the_second_load_reads_no_file_and_gives_the_same(user, monkeypatch):
    first = load_user_corpus(user)
    monkeypatch.setattr("makar.domains.music.corpus.tunes.harvest_user", None)
    second = load_user_corpus(user)
    for name, array in first.columns.arrays().items():
        np.testing.assert_array_equal(second.columns.arrays()[name], array)
    for field in ("names", "provenance", "collection", "dropped", "skipped", "duplicates"):
        assert getattr(second, field) == getattr(first, field)
    np.testing.assert_array_equal(first.side, second.side)


def test_a_changed_file_is_read_again(user):
    before = load_user_corpus(user)
    (user / "a.abc").write_text(tune(TUNES[0]))
    assert len(load_user_corpus(user)) == len(before) - 1


def test_what_is_no_file_is_named_though_the_files_are_in_the_cache(user):
    load_user_corpus(user)
    pipe = user / "pipe.abc"
    os.mkfifo(pipe)
    try:
        assert "a pipe" in dict(load_user_corpus(user).skipped)["pipe.abc"]
    finally:
        pipe.unlink()
    assert "pipe.abc" not in dict(load_user_corpus(user).skipped)


def test_folders_and_files_whose_names_are_no_text_are_read_and_kept(tmp_path):
    folder = tmp_path / os.fsdecode(b"t\xe4nze")
    folder.mkdir()
    (folder / os.fsdecode(b"\xfc.abc")).write_text(tune(TUNES[0]))
    for _ in range(2):
        (source,) = load_user_corpus(folder).provenance
        assert source.source == "\udcfc.abc X:1"


def test_a_damaged_cache_is_built_again(user, own_cache):
    first = load_user_corpus(user)
    (stored,) = own_cache.glob("*.npz")
    whole = stored.read_bytes()
    damages = [b"", whole[: len(whole) // 2], b"nonsense"]
    middle = len(whole) // 3
    damages.append(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    for damage in damages:
        stored.write_bytes(damage)
        again = load_user_corpus(user)
        assert again.provenance == first.provenance
        np.testing.assert_array_equal(again.columns.notes, first.columns.notes)
        assert stored.read_bytes() == whole or len(stored.read_bytes()) == len(whole)
    assert not list(own_cache.glob("*.partial"))


def test_a_cache_of_another_make_is_built_again(user, own_cache):
    first = load_user_corpus(user)
    (stored,) = own_cache.glob("*.npz")
    corpus_cache.save(stored.stem.removeprefix("corpus-"), {"x": np.zeros(3)}, {"y": 1})
    assert load_user_corpus(user).provenance == first.provenance


def test_a_cache_that_cannot_be_written_does_not_matter(user, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path / "file"))
    assert len(load_user_corpus(user)) == 4


def test_exact_duplicates_are_left_out_even_transposed_or_renamed(user):
    twin = read_abc(tune(TUNES[0]))[0].transposed(3)
    (user / "z.abc").write_text(abc_text(twin))
    corpus = load_user_corpus(user)
    assert corpus.duplicates == 1
    assert next(p.source for p in corpus.provenance) == "a.abc X:1"
    assert "z.abc" not in " ".join(p.source for p in corpus.provenance)


def test_groups_are_never_split_and_sides_have_their_shares():
    corpus = load_corpus(("airdsAirs",))
    for group in np.unique(corpus.group):
        assert len(set(corpus.side[corpus.group == group])) == 1
    shares = np.bincount(corpus.side, minlength=3) / len(corpus)
    np.testing.assert_allclose(shares, [0.8, 0.1, 0.1], atol=0.04)
    rows = np.concatenate([corpus.rows(side) for side in SIDES])
    assert sorted(rows) == list(range(len(corpus)))


def test_the_split_does_not_depend_on_the_order_of_files(user):
    sides = {p.title + p.source[:1]: s for p, s in zip_sides(load_user_corpus(user))}
    (user / "a.abc").rename(user / "zz.abc")
    moved = {
        p.title + p.source[:1].replace("z", "a"): s for p, s in zip_sides(load_user_corpus(user))
    }
    assert moved == sides


def zip_sides(corpus):
    return zip(corpus.provenance, corpus.side.tolist(), strict=True)
