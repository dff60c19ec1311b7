"""A user's files in phrases: what is judged as it is written, what is left out, what is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from makar.domains.music.abc.format import read_abc
from makar.domains.music.corpus.folder import phrases_of, read_files
from makar.domains.music.files import write_piece
from makar.domains.music.melody.codec import MelodyCodec
from makar.domains.music.melody.grid import MelodyGrids
from makar.domains.music.melody.written import encode_written
from makar.domains.music.piece.piece import Key, Metre, Part, Piece
from makar.domains.music.tune.assessment import GAUGE
from makar.domains.music.tune.config import MelodyConfig
from makar.domains.music.tune.phrases import judged_in_part, phrases_in, phrases_on_grid
from makar.domains.music.tune.recipe import TUNE
from makar.models.token_policy import TokenPolicy
from makar.models.transformer import Transformer, TransformerConfig
from makar.recipes.weighting import Style

TRIPLETS = """X:1
T:Slurs and triplets
M:4/4
L:1/8
K:D
(3(DEF) (A2d2) (3fed|{g}e2(c2 A2) FA|(B2G2 E2)G2|(3ABA F2 D4|
(3(DEF) (A2d2) f2|e2(c2 A2) FA|(B2G2 E2)C2|D8|]
"""
ODD = "(tuplets, thirty-seconds, playing by hand): groove consistency, syncopation, metric strength"


def note(step: str, length: int, more: str = "") -> str:
    pitch = f"<pitch><step>{step}</step><octave>5</octave></pitch>"
    return f"<note>{more}{pitch}<duration>{length}</duration></note>"


def score(path: Path) -> Path:
    """Four bars of C major with a grace note, a cue note and a triplet in the first."""
    first = (
        f"<note><grace/><pitch><step>B</step><octave>4</octave></pitch></note>{note('C', 6)}"
        f"{note('D', 2)}{note('E', 2)}{note('F', 2)}{note('G', 12)}<backup><duration>24</duration>"
        f"</backup>{note('E', 24, '<cue/>')}"
    )
    others = [note("G", 12) + note("E", 12), note("F", 6) + note("D", 18), note("C", 24)]
    head = "<attributes><divisions>6</divisions><key><fifths>0</fifths></key><time><beats>4</beats>"
    head += "<beat-type>4</beat-type></time></attributes>"
    bars = "".join(
        f'<measure number="{n}">{head if n == 1 else ""}{bar}</measure>'
        for n, bar in enumerate([first, *others], 1)
    )
    path.write_text(
        '<score-partwise><part-list><score-part id="P1"><part-name>Oboe</part-name></score-part>'
        f'</part-list><part id="P1">{bars}</part></score-partwise>'
    )
    return path


def test_tuplets_and_slurs_are_judged_and_said(tmp_path):
    path = tmp_path / "a.abc"
    path.write_text(TRIPLETS)
    [brought] = TUNE.read(path, MelodyConfig())
    [work] = brought.works
    assert not brought.left_out
    assert work.written is not None
    assert work.written[:4, :2].tolist() == [[0, 8], [8, 8], [16, 8], [24, 24]]
    aside, between = brought.notes
    assert aside == "set aside, and judged without: 1 grace note"
    assert (
        between == f"4 of 32 beats have notes between the sixteenths {ODD} and style leave them out"
    )


def test_grace_and_cue_notes_are_set_aside_and_the_rest_is_judged(tmp_path):
    [brought] = TUNE.read(score(tmp_path / "a.musicxml"), MelodyConfig())
    [work] = brought.works
    assert work.written is not None
    assert work.written[:5, 0].tolist() == [0, 24, 32, 40, 48]
    assert len(work.written) == 10
    assert brought.notes[0] == "set aside, and judged without: 1 grace note, 1 cue note"
    assert brought.notes[1].startswith("1 of 16 beats have")


def test_phrases_beside_a_change_of_metre_are_judged(tmp_path):
    """Four bars of 4/4, one of 1/4, and eight of 4/4 with a triplet: two phrases."""
    rows = [(24 * n, 24, 60 + n % 7, 80) for n in range(16)]
    rows += [(384, 24, 67, 80)]
    rows += [(408 + 24 * n, 24, 60 + n % 5, 80) for n in range(31)]
    rows += [(408 + 24 * 31 + at, 8, 60, 80) for at in (0, 8, 16)]
    metres = (Metre(0, 4, 4), Metre(384, 1, 4), Metre(408, 4, 4))
    write_piece(Piece((Part(np.array(rows)),), metres=metres), tmp_path / "a.mid")
    [brought] = TUNE.read(tmp_path / "a.mid", MelodyConfig())
    assert [len(work.tokens) for work in brought.works] == [64, 128]
    assert brought.works[0].written is None
    assert brought.works[1].written is not None
    assert brought.left_out == {"a bar alone between changes of metre": 1}


def test_each_phrase_counts_its_odd_beats():
    piece = read_abc(TRIPLETS)[0]
    halves, _ = phrases_in(piece, 4)
    assert [judged_in_part([half])[0][:10] for half in halves] == ["3 of 16 be", "1 of 16 be"]
    assert judged_in_part(phrases_in(read_abc(TRIPLETS.replace("(3", ""))[0], 4)[0]) == []


def test_where_only_the_grid_can_be_judged_the_others_are_left_out():
    found, left_out = phrases_on_grid(read_abc(TRIPLETS)[0], 8)
    assert not found
    assert list(left_out) == ["an onset is off the sixteenth grid (tuplets or thirty-seconds)"]


def test_the_style_is_not_asked_about_odd_beats():
    """It is the mean over the other decisions; and nothing where there are none."""
    codec = MelodyCodec()
    net = Transformer(
        TransformerConfig(width=16, layers=1, heads=2, vocabulary=codec.vocabulary, context=80)
    )
    policy = TokenPolicy(net, codec).eval()
    grids = MelodyGrids.stack(phrases_in(read_abc(TRIPLETS)[0], 4)[0])
    shown = policy.demonstrate(grids)
    with torch.no_grad():
        logp = policy.evaluate(shown).logp.numpy()
    unsaid = np.zeros((2, 64), bool)
    unsaid[0, 0:4] = unsaid[0, 12:16] = unsaid[0, 48:52] = True
    unsaid[1, 0:4] = True
    assert np.array_equal(grids.unsaid, unsaid)
    expected = [row[~out].mean() for row, out in zip(logp, unsaid, strict=True)]
    assert Style(policy)(grids, []) == pytest.approx(expected, rel=1e-5)
    line = np.array([(24 * n + at, 8, 60 + n % 5) for n in range(16) for at in (0, 8)])
    swung = encode_written(line, 0, 384, metre=Metre(0, 4, 4), key=Key())
    assert np.isnan(Style(policy)(MelodyGrids.stack([swung]), []))


def test_a_folder_says_the_same(tmp_path):
    for n in range(3):
        (tmp_path / f"{n}.abc").write_text(TRIPLETS.replace("D8|]", f"D{4 + n}z{4 - n}|]"))
    brought = phrases_of(
        read_files(tmp_path), bars=8, phrases_in=phrases_in, batch=GAUGE.batch, told=judged_in_part
    )
    assert len(brought.phrases) == 3
    assert brought.notes == [
        "set aside, and judged without: 3 grace notes",
        f"12 of 96 beats have notes between the sixteenths {ODD} and style leave them out",
    ]
    assert brought.phrases[0].key == Key(2, "major")


def test_a_folder_plays_no_repeats_out(tmp_path):
    tune = "X:{}\nM:4/4\nL:1/4\nK:D\n|:DEFG|AFDA|BGEC|D4:|\n"
    (tmp_path / "a.abc").write_text("\n".join(tune.format(n) for n in range(1, 4)))
    brought = phrases_of(read_files(tmp_path), bars=4, phrases_in=phrases_in, batch=GAUGE.batch)
    assert len(brought.phrases) == 3
