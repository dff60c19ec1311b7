"""Scores: bars as printed, voices, lyrics of varied bars."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, find_hole
from makar.domains.music.infill.into_musicxml import open_musicxml
from makar.domains.music.infill.view import view
from makar.domains.music.musicxml import parse_musicxml

FIRST = (
    "<attributes><divisions>4</divisions><key><fifths>1</fifths></key><time><beats>4</beats>"
    "<beat-type>4</beat-type></time></attributes>"
)


def note(pitch, length, *, voice=1, more="", kind=""):
    step, octave = pitch[0], pitch[-1]
    alter = f"<alter>{'-1' if 'b' in pitch else '1'}</alter>" if len(pitch) == 3 else ""
    written = f"<pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>"
    return (
        f"<note>{kind}{written}<duration>{length}</duration><voice>{voice}</voice>"
        f"<type>quarter</type>{more}</note>\n"
    )


def score(*measures):
    """Measures given as (number, attributes, content)."""
    text = "".join(
        f'<measure number="{number}"{more}>{FIRST if n == 0 else ""}{content}</measure>\n'
        for n, (number, more, content) in enumerate(measures)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<score-partwise version="3.1"><part-list>'
        '<score-part id="P1"><part-name>Voice</part-name></score-part></part-list>\n'
        f'<part id="P1">{text}</part></score-partwise>\n'
    ).encode()


def quarters(pitches):
    return "".join(note(p, 4) for p in pitches)


FULL = ["G4", "A4", "B4", "C5"]


def hole_of(data, span, voice=None, line=None):
    found, part = open_musicxml(data, "x.musicxml").chosen(None, voice, line)
    hole = find_hole(found.piece, found.bars, part, span, path="x", line=found.split)
    return found, hole, view(found.piece, found.bars, hole, path="x", written=True)


def test_an_upbeat_printed_1_counts_1():
    data = score(("1", "", quarters(["D4"])), *((str(n), "", quarters(FULL)) for n in range(2, 6)))
    found = open_musicxml(data, "x")
    assert [(bar.number, bar.name) for bar in found.bars] == [(n, str(n + 1)) for n in range(5)]
    with pytest.raises(HoleError, match=r"bar 1 is the upbeat.*Begin with bar 2"):
        hole_of(data, (0, 1))


@pytest.mark.parametrize("number", ["X1", "3", "", "0"])
def test_the_halves_of_a_split_bar_are_one_bar(number):
    half = ("3", "", quarters(FULL[:2])), (number, ' implicit="yes"', quarters(FULL[2:]))
    data = score(*((str(n), "", quarters(FULL)) for n in (1, 2)), *half, ("4", "", quarters(FULL)))
    found, hole, seen = hole_of(data, (3, 3))
    assert [bar.name for bar in found.bars] == ["1", "2", "3", "4"]
    assert (hole.start, hole.end) == (192, 288)
    made = np.array([(192, 60, 72, 80), (252, 36, 71, 80)])
    out = found.spliced([Fill(hole, made, seen.kept)])
    assert out.count(b"<measure") == 5
    heard = parse_musicxml(out, "y").pieces[0].parts[0].notes
    inside = heard[(heard[:, 0] >= 192) & (heard[:, 0] < 288)]
    assert inside[:, :3].tolist() == made[:, :3].tolist()  # tied over the sign between the halves


def test_numbers_that_begin_again_are_not_used_and_that_is_said():
    data = score(*((str(n), "", quarters(FULL)) for n in (1, 2, 1, 2)))
    found = open_musicxml(data, "x")
    assert [bar.name for bar in found.bars] == ["1", "2", "3", "4"]
    assert any("not in order" in word for word in found.notes)


WORDS = (
    '<lyric number="1"><syllabic>begin</syllabic><text>so</text></lyric>'
    '<lyric number="2"><text>\u00e9t\u00e9</text></lyric>'
)
SLUR = (
    '<notations><slur type="start" number="1"/><articulations><staccato/></articulations>'
    "</notations>"
)


def test_varied_bars_keep_the_words_of_every_verse_and_every_other_sign():
    grace = "<note><grace/><pitch><step>A</step><octave>4</octave></pitch><voice>1</voice></note>"
    sung = grace + note("F#5", 6, more=SLUR + WORDS) + note("F#5", 2) + note("E5", 8, more=WORDS)
    data = score(*((str(n), "", quarters(FULL)) for n in (1, 2)), ("3", "", sung),
                 ("4", "", quarters(FULL)))  # fmt: skip
    found, hole, seen = hole_of(data, (3, 3))
    made = seen.inside.copy()
    made[:, 2] += [1, 0, 1]
    out = found.spliced([Fill(hole, made, seen.kept, seen.inside)])

    def bare(text):
        text = re.sub(rb"<pitch>.*?</pitch>", b"<pitch/>", text)
        return re.sub(rb"<accidental>.*?</accidental>", b"", text)

    assert bare(out) == bare(data)
    assert out.count("\u00e9t\u00e9".encode()) == 2
    heard = parse_musicxml(out, "y").pieces[0].parts[0].notes
    assert heard[8:11].tolist() == made.tolist()
    accidentals = [e.text for e in ElementTree.fromstring(out).iter("accidental")]
    assert accidentals == ["natural"]  # of F; G and F sharp need none in this key


def two_voices():
    back = "<backup><duration>16</duration></backup>"
    bars = [quarters(FULL) + back + note("G3", 16, voice=2) for _ in range(5)]
    bars[3] = quarters(FULL)  # the second voice is silent and not written
    return score(*((str(n), "", bar) for n, bar in enumerate(bars, 1)))


def test_a_voice_is_worked_on_and_the_other_stays():
    data = two_voices()
    for wish in ({"voice": "1"}, {"line": "top"}):
        found, hole, seen = hole_of(data, (3, 4), **wish)
        made = np.array([(192, 96, 76, 80), (288, 96, 74, 80)])
        out = found.spliced([Fill(hole, made, seen.kept)])
        assert out.count(note("G3", 16, voice=2).encode()) == 4
        for part, notes in ((0, made), (1, None)):
            again = hole_of(out, (3, 4), "1")[0].piece.parts[part].notes
            if notes is None:
                assert np.array_equal(again, found.piece.parts[1].notes)
            else:
                assert again[8:10, :3].tolist() == made[:, :3].tolist()


def test_a_varied_voice_leaves_the_same_pitch_of_another_voice_alone():
    back = "<backup><duration>16</duration></backup>"
    unison = quarters(FULL) + back + note("G4", 16, voice=2)
    data = score(*((str(n), "", unison) for n in range(1, 5)))
    found, hole, seen = hole_of(data, (3, 3), "1")
    made = seen.inside + np.array([0, 0, 2, 0])
    out = found.spliced([Fill(hole, made, seen.kept, seen.inside)])
    assert out.count(note("G4", 16, voice=2).encode()) == 4
    assert out.count(note("G4", 4).encode()) == 3


def test_a_voice_that_is_silent_in_a_bar_gets_its_notes_beside_the_other():
    found, hole, seen = hole_of(two_voices(), (4, 4), "2")
    made = np.array([(288, 96, 52, 80)])
    out = found.spliced([Fill(hole, made, seen.kept)])
    again = hole_of(out, (4, 4), "2")[0].piece
    assert [288, 96, 52] in again.parts[0].notes[:, :3].tolist()
    assert np.array_equal(again.parts[1].notes, found.piece.parts[1].notes)


def test_voices_that_are_not_there_and_lines_in_chords_are_refused():
    with pytest.raises(HoleError, match=r"has no voice '3'; it has: 1, 2"):
        hole_of(two_voices(), (3, 3), "3")
    chord = note("E5", 16) + note("G4", 16, kind="<chord/>")
    with pytest.raises(HoleError, match="stands in chords"):
        hole_of(score(*((str(n), "", chord) for n in range(1, 5))), (2, 2), None, "top")


def test_a_cue_is_no_second_voice_and_stays():
    back = "<backup><duration>16</duration></backup>"
    cue = note("B5", 16, voice=2, kind="<cue/>")
    data = score(*((str(n), "", quarters(FULL) + back + cue) for n in range(1, 5)))
    found, hole, seen = hole_of(data, (2, 2))
    assert any("cue notes are set aside" in word for word in found.notes)
    out = found.spliced([Fill(hole, np.array([(96, 96, 72, 80)]), seen.kept)])
    assert out.count(cue.encode()) == 4
