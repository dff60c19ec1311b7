"""Other programs read the same tunes: music21, and abc2midi of Debian's abcmidi."""

import importlib.util
import re
import shutil
import subprocess
import warnings
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import pytest

from makar.domains.music.abc.format import abc_text, read_abc
from makar.domains.music.abc.read import read_abc_text
from makar.domains.music.piece.piece import Key, KeyChange, Metre, Part, Piece, Tempo

CORPUS = Path(importlib.util.find_spec("music21").origin).parent / "corpus"
abc2midi = pytest.mark.skipif(
    shutil.which("abc2midi") is None, reason="abc2midi is not here: apt install abcmidi"
)
# Real tunes with repeats, triplets, broken rhythm, upbeats, 6/8, 9/8, 2/4 and C|.
TUNES = [
    ("oneills1850/0732-0758_bs.abc", "751"), ("oneills1850/0501-0550.abc", "505"),
    ("ryansMammoth/ArielHornpipe.abc", "1"), ("ryansMammoth/KatyIsWaitingJig.abc", "1"),
    ("ryansMammoth/HeyCaThroJig.abc", "1"), ("airdsAirs/book1.abc", "0001"),
    ("airdsAirs/book4.abc", "0617"), ("miscFolk/americanfifeopus.abc", "23"),
]  # fmt: skip
# Tunes that music21 misreads and abc2midi does not: slurs written as ties between pitches, which
# it joins; an accidental that it forgets after a grace note; an H (fermata) before a sign, a dot
# within broken rhythm.
HARD_TUNES = [
    ("oneills1850/0001-0050.abc", "2"), ("oneills1850/1176-1275.abc", "1180"),
    ("oneills1850/1781-1800.abc", "1796"), ("ryansMammoth/BillyTheKids.abc", "1"),
    ("oneills1850/0101-0200.abc", "130"),
]  # fmt: skip


def one_tune(file: str, number: str) -> str:
    tunes = re.split(r"(?m)^(?=X:)", read_abc_text(CORPUS / file))
    return next(t for t in tunes if re.match(rf"X:\s*{number}\s", t))


def by_music21(text: str) -> list[list[tuple[int, int, int]]]:
    """(Onset, duration, pitch) of each part, in ticks, ties joined, grace notes left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from music21 import converter

        score = converter.parse(text, format="abc", forceSource=True)
        parts = list(score.parts) or [score]
        found = []
        for part in parts:
            rows = []
            for note in part.stripTies().flatten().notes:
                if note.duration.isGrace or "ChordSymbol" in note.classes:
                    continue
                time, length = Fraction(note.offset), Fraction(note.quarterLength)
                rows += [(round(time * 24), round(length * 24), p.midi) for p in note.pitches]
            found.append(sorted(rows))
    return found


def by_abc2midi(text: str, folder: Path) -> list[tuple[int, int]]:
    """(Onset, pitch) of all notes, in ticks."""
    (folder / "a.abc").write_text(text)
    command = ["abc2midi", "a.abc", "-o", "a.mid", "-NGRA", "-NGUI", "-NFER", "-silent"]
    subprocess.run(command, cwd=folder, check=False, timeout=20, capture_output=True)
    midi = mido.MidiFile(folder / "a.mid")
    rows = []
    for track in midi.tracks:
        now = 0
        for event in track:
            now += event.time
            if event.type == "note_on" and event.velocity:
                rows.append((round(now * 24 / midi.ticks_per_beat), event.note))
    return sorted(rows)


def rows_of(piece: Piece, part: int = 0) -> list[tuple[int, int, int]]:
    return [tuple(int(v) for v in row[:3]) for row in piece.parts[part].notes]


def a_piece() -> Piece:
    """Upbeat, triplets, ties over bar lines, accidentals, a chord, changes, two parts."""
    top = [
        (0, 12, 74), (12, 12, 73), (24, 8, 74), (32, 8, 76), (40, 8, 77), (48, 36, 78),
        (84, 12, 77), (96, 48, 76), (144, 24, 65), (168, 6, 66), (174, 6, 78), (180, 12, 65),
        (192, 16, 60), (208, 8, 61), (216, 72, 62), (216, 72, 65), (288, 18, 70), (306, 6, 71),
        (312, 24, 68),
    ]  # fmt: skip
    low = [(24, 96, 50), (120, 120, 45), (240, 72, 38), (312, 24, 41)]
    parts = [
        Part(np.array([(*row, 80) for row in rows], np.int64), name, program)
        for rows, name, program in ((top, "Flute", 73), (low, "Bass", 32))
    ]
    return Piece(
        parts=tuple(parts),
        keys=(KeyChange(0, Key(2)), KeyChange(216, Key(5, "minor"))),
        metres=(Metre(0, 4, 4), Metre(216, 3, 4)),
        tempos=(Tempo(0, 96.0),),
        pickup=24,
    )


def test_music21_reads_what_we_write():
    piece = a_piece()
    assert by_music21(abc_text(piece)) == [rows_of(piece, 0), rows_of(piece, 1)]


@abc2midi
@pytest.mark.opener
def test_abc2midi_reads_what_we_write(tmp_path):
    piece = a_piece()
    expected = sorted((t, p) for n in range(2) for t, _, p in rows_of(piece, n))
    theirs = by_abc2midi(abc_text(piece), tmp_path)
    assert [p for _, p in theirs] == [p for _, p in expected]
    # it plays the notes of a chord one after another, half a tick apart
    np.testing.assert_allclose([t for t, _ in theirs], [t for t, _ in expected], atol=1)


@pytest.mark.parametrize(("file", "number"), TUNES)
def test_music21_reads_the_same_notes_in_written_order(file, number):
    # without repeat signs and endings there is only one order of bars
    text = re.sub(r":?\|\s*\[?[12]|\[[12]|:\||\|:|::", "|", one_tune(file, number))
    ours = rows_of(read_abc(text)[0])
    theirs = by_music21(text)[0]
    assert [p for *_, p in ours] == [p for *_, p in theirs]
    np.testing.assert_allclose(np.array(ours)[:, :2], np.array(theirs)[:, :2], atol=1)


@abc2midi
@pytest.mark.opener
@pytest.mark.parametrize(("file", "number"), TUNES + HARD_TUNES)
def test_abc2midi_plays_the_same_repeats(file, number, tmp_path):
    text = one_tune(file, number)
    # it swings hornpipes by their R: field and plays ornaments out, which are not on paper
    text = re.sub(r'(?m)^R:.*\n|\{[^}\n]*\}|"[^"\n]*"|^P:.*\n', "", text)
    header, key, body = re.split(r"(?m)^(K:.*\n)", text, maxsplit=1)
    text = header + key + re.sub(r"[THMPuv~.]", "", body)
    piece = read_abc(text)[0]
    ours = sorted((t, p) for t, _, p in rows_of(piece))
    theirs = by_abc2midi(text, tmp_path)
    assert [p for _, p in ours] == [p for _, p in theirs]
    np.testing.assert_allclose(np.array(ours)[:, 0], np.array(theirs)[:, 0], atol=1)
