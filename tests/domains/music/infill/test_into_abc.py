"""Splicing ABC: outside the hole the text is the same, in it what belongs to the bar stays."""

import re
import shutil
import subprocess

import mido
import numpy as np
import pytest

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, Hole, begins_in, beyond, find_hole
from makar.domains.music.infill.into_abc import open_abc
from makar.domains.music.infill.view import view
from makar.domains.music.musicxml.bars import bars

HEAD = "X:1\nT:Song\nM:4/4\nL:1/4\nK:G\n"


def hole_of(text, span, voice=None, line=None):
    data = text if isinstance(text, bytes) else text.encode()
    score, part = open_abc(data, "x.abc").chosen(None, voice, line)
    hole = find_hole(score.piece, score.bars, part, span, path="x.abc")
    return score, hole, view(score.piece, score.bars, hole, path="x.abc", written=True)


def filled(text, span, rows, voice=None):
    """The file with these notes (onset from the hole's start, length, pitch) in its bars."""
    score, hole, seen = hole_of(text, span, voice)
    made = np.array([(hole.start + o, d, p, 80) for o, d, p in rows], np.int64).reshape(-1, 4)
    return score.spliced([Fill(hole, made, seen.kept)])


def varied(text, span, voice=None, up=2):
    """The file with the notes of these bars two semitones higher."""
    score, hole, seen = hole_of(text, span, voice)
    made = seen.inside.copy()
    made[:, 2] += up
    return score.spliced([Fill(hole, made, seen.kept, seen.inside)]).decode(score.file.codec)


BAR = [(0, 24, 72), (24, 12, 71), (36, 12, 69), (48, 48, 67)]  # c B/A/ G2


def heard(text):
    """Notes of the first part, as they are read from the text in printed order."""
    return open_abc(text if isinstance(text, bytes) else text.encode(), "y.abc").piece


@pytest.mark.parametrize(
    ("body", "span", "expected"),
    [
        # chord symbols, decorations of a place, inline comments and the bar sign's blanks
        ('GABc|"D"d2 "^dolce"e2|"G"!p!.g2 ~b2 |]', (2, 2),
         'GABc|"D"c B/A/ "^dolce"G2|"G"!p!.g2 ~b2 |]'),
        ('G2B2|!mf!(d2 !trill!e2)| g4|]', (2, 2), "G2B2|!mf!c B/A/ G2| g4|]"),
        ("G2B2|+fermata+d2 vue2|g4|]", (2, 2), "G2B2|c B/A/ G2|g4|]"),
        # endings and repeats within the hole and beside it
        ("|:GABc|1 d4:|2 d2e2|g4|]", (2, 2), "|:GABc|1 c B/A/ G2:|2 d2e2|g4|]"),
        ("|:GABc|[1,3 d4:|[2 d2e2||g4|]", (3, 3), "|:GABc|[1,3 d4:|[2 c B/A/ G2||g4|]"),
        ("|:GABc :: d2e2 :|g4|]", (2, 2), "|:GABc :: c B/A/ G2 :|g4|]"),
        # an overlay is the writer's second layer
        ("cdef & C2G2|edcB & C2G,2|c4|]", (2, 2), "cdef & C2G2|c B/A/ G2 & C2G,2|c4|]"),
        # slurs over the edges keep their ends
        ("GA(Bc|d2)(e2|g4)|]", (2, 2), "GA(Bc|c B/A/) (G2|g4)|]"),
        # a field within the hole, and a line that breaks within it
        ("G4|d2 [K:D] e2|g4|]", (2, 2), "G4|c B/A/ [K:D] =G2|g4|]"),
        ("G4|d2\\\n e2 % why\n|g4|]", (2, 2), "G4|c B/A/\\\n G2 % why\n|g4|]"),
        # grace notes, tuplets and broken rhythm go with their notes
        ("G4|{gf}e>d (3efg|g4|]", (2, 2), "G4|c B/A/ G2|g4|]"),
        # parts of the tune
        ("P:A\nG4|d4|\nP:B\ng4|]", (2, 2), "P:A\nG4|c B/A/ G2|\nP:B\ng4|]"),
    ],
)  # fmt: skip
def test_what_belongs_to_the_bar_stays_in_it(body, span, expected):
    made = filled(HEAD + body + "\n", span, BAR).decode()
    assert made == HEAD + expected + "\n"


def test_a_chord_symbol_under_a_held_note_keeps_its_time():
    made = filled(HEAD + '"G"G2"D"A2|"C"c2 "D7"d2|g4|]\n', (2, 2), [(0, 96, 67)]).decode()
    assert '|"C"G2- "D7"G2|' in made
    assert [0, 96, 67] in (heard(made).parts[0].notes[:, :3] - [96, 0, 0]).tolist()


VOICES = HEAD.replace("K:G\n", 'V:T name="Tenor"\nV:B\nK:G\n')


def test_one_voice_of_several_is_worked_on():
    lines = VOICES + "[V:T] GABc|d4|\n[V:B] G,4|D,4|\n[V:T] g4|]\n[V:B] G,4|]\n"
    for voice in ("T", "1", "tenor"):
        made = filled(lines, (2, 3), BAR, voice).decode()
        assert made == VOICES + "[V:T] GABc|c B/A/ G2|\n[V:B] G,4|D,4|\n[V:T] z4|]\n[V:B] G,4|]\n"
    made = filled(lines, (2, 2), [(0, 96, 50)], "B").decode()
    assert "[V:T] GABc|d4|\n[V:B] G,4|D,4|\n" in made
    low = filled(lines, (2, 2), [(0, 48, 48), (48, 48, 50)], "B").decode()
    assert "[V:B] G,4|C,2 D,2|\n" in low
    with pytest.raises(HoleError, match="has no part 'X'; there are: 1 Tenor"):
        hole_of(lines, (2, 2), "X")


def test_words_outside_the_hole_stay_under_their_notes():
    text = (
        HEAD + "GABc|d2e2|gf e2|]\nw: one two three four five six se-ven _\nw: a b c d e f g h *\n"
    )
    made = filled(text, (2, 2), BAR).decode()
    assert made == HEAD + (
        "GABc|c B/A/ G2|gf e2|]\nw: one two three four * * * * se-ven _\nw: a b c d * * * * g h *\n"
    )
    barred = HEAD + "GABc|d2e2|gfe2|]\nw: one two | five six | se-ven _\n"
    assert "w: one two | * * * * | se-ven _" in filled(barred, (2, 2), BAR).decode()


def test_varied_bars_keep_every_sign_and_change_pitches_only():
    text = HEAD + (
        '"G"G.A(Bc)|"D"{f}d>e !trill!f2-|f2 (3g^fg|z2 =f2|"G"g4|]\n'
        "w: one two three four five six se- ven\nw: zwei\n"
    )
    made = varied(text, (2, 4))
    shape = re.compile(r"[_^=]*[A-Ga-g][,']*")
    music = HEAD.count("\n")
    assert shape.sub("N", made.split("\n")[music]) == shape.sub("N", text.split("\n")[music])
    assert made.split("\n")[music + 1 :] == text.split("\n")[music + 1 :]
    before, after = heard(text).parts[0].notes, heard(made).parts[0].notes
    assert np.array_equal(before[:, :2], after[:, :2])
    inside = (before[:, 0] >= 96) & (before[:, 0] < 4 * 96)
    assert np.array_equal(after[inside, 2], before[inside, 2] + 2)
    assert np.array_equal(after[~inside], before[~inside])


def test_an_accidental_that_is_no_longer_there_is_written_where_it_is_needed():
    text = HEAD + "G4|^c2 c2|g4|]\n"
    score, hole, seen = hole_of(text, (2, 2))
    made = seen.inside.copy()
    made[0, 2] = 71
    out = score.spliced([Fill(hole, made, seen.kept, seen.inside)]).decode()
    assert "|B2 ^c2|" in out


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("latin-1", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_encoding_and_the_line_ends_come_back(codec, mark, end):
    text = HEAD.replace("Song", "Zo\u00eb") + "GABc|d4|\ng4|]\n"
    made = filled(mark + text.replace("\n", end).encode(codec), (2, 2), BAR)
    assert made == mark + text.replace("d4", "c B/A/ G2").replace("\n", end).encode(codec)
    score, part = open_abc(mark + text.replace("\n", end).encode(codec), "x").chosen(
        None, None, None
    )
    hole = Hole(part, beyond(score.bars, 1))
    rows = np.array([(hole.start, 96, 67, 80)])
    longer = score.spliced([Fill(hole, rows, rows[:0])])
    assert longer == mark + (text + "G4 |]\n").replace("\n", end).encode(codec)


def test_bars_after_the_end_come_under_the_last_words():
    text = HEAD + "GABc|d4|]\nw: a b c d e\n% the end"
    score = open_abc(text.encode(), "x.abc")
    hole = Hole(0, beyond(score.bars, 1))
    rows = np.array([(hole.start + o, d, p, 80) for o, d, p in BAR])
    made = score.spliced([Fill(hole, rows, rows[:0])]).decode()
    assert made == text + "\nc B/A/ G2 |]"
    assert np.array_equal(heard(made).parts[0].notes[-4:, :3], rows[:, :3])


def test_a_last_bar_that_is_written_short_is_filled_up_first():
    text = HEAD + "D|GABc|d3|]\n"
    score = open_abc(text.encode(), "x.abc")
    hole = Hole(0, beyond(score.bars, 1))
    rows = np.array([(hole.start + o, d, p, 80) for o, d, p in BAR])
    made = score.spliced([Fill(hole, rows, rows[:0])])
    assert made.decode() == text + "z | c B/A/ G2 |]\n"
    assert np.array_equal(heard(made).parts[0].notes[-4:, :3], rows[:, :3])


def test_a_note_tied_over_the_edge_belongs_to_where_it_begins():
    text = HEAD + "GAB^c-|c2 d2-|d2 e2|]\n"
    score, hole, seen = hole_of(text, (2, 2))
    assert seen.kept[:, :3].tolist() == [[72, 72, 73]]
    assert begins_in(score.piece.parts[0].notes, hole).sum() == 1
    made = filled(text, (2, 2), [(48, 48, 67)]).decode()
    assert "GAB^c-|^c2 G2|d2 e2|]" in made
    assert heard(made).parts[0].notes[3, :3].tolist() == [72, 72, 73]


def test_a_key_with_signs_of_its_own_gets_every_accidental():
    text = HEAD.replace("K:G", "K:D exp _b ^c") + "d2A2|d4|d4|]\n"
    made = filled(text, (2, 2), [(0, 48, 66), (48, 48, 71)]).decode()
    assert "|^F2 =B2|" in made
    assert heard(made).parts[0].notes[2:4, 2].tolist() == [66, 71]


@pytest.mark.parametrize(
    ("body", "span", "fault"),
    [
        ("GABc|Z4|g4|]", (2, 2), "a rest of several bars"),
        ("GABc|d2 [L:1/8] e4|g8|]", (2, 2), "unit length"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(body, span, fault):
    with pytest.raises(HoleError, match=fault):
        filled(HEAD + body + "\n", span, BAR)
    score = open_abc((HEAD + "GABc|[Gd]4|g4|]\n").encode(), "x.abc")
    with pytest.raises(HoleError, match=r"several notes at once.*--line top"):
        find_hole(score.piece, score.bars, 0, (2, 2), path="x.abc")
    with pytest.raises(HoleError, match="stands in chords"):
        score.chosen(None, None, "top")


SONG = HEAD.replace("M:4/4", "M:4/4\nQ:1/4=120") + (
    '|:"G"GABc|d2 (3efg|1 "D"{b}a2 .f2:|2 ~g4||\n'
    "P:B\n[1 G>A B<c|(d2 e2)|!f!g4 & B4|g4|]\n"
)  # fmt: skip


@pytest.mark.opener
@pytest.mark.parametrize("span", [(1, 1), (2, 3), (4, 4), (5, 6)])
def test_abc2midi_hears_the_other_bars_as_before(span, tmp_path):
    if shutil.which("abc2midi") is None:
        pytest.skip("abc2midi is not installed")
    score = open_abc(SONG.encode(), "x.abc")
    every = bars(score.piece)
    rows = [(96 * n + o, d, p) for n in range(span[1] - span[0] + 1) for o, d, p in BAR]
    played = []
    for name, text in (("a", SONG.encode()), ("b", filled(SONG, span, rows))):
        (tmp_path / f"{name}.abc").write_bytes(text)
        subprocess.run(
            ["abc2midi", f"{name}.abc", "-o", f"{name}.mid"],
            cwd=tmp_path, capture_output=True, check=False,
        )  # fmt: skip
        played.append(mido.MidiFile(tmp_path / f"{name}.mid"))
    lengths = [file.length for file in played]
    assert lengths[0] == pytest.approx(lengths[1])
    assert len(every) == 8
