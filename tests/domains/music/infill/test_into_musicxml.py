"""Splicing MusicXML: outside the hole the text is the same, byte for byte."""

import io
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest

from makar.domains.music.infill.errors import HoleError
from makar.domains.music.infill.hole import Fill, Hole, beyond, find_hole
from makar.domains.music.infill.into_musicxml import open_musicxml
from makar.domains.music.infill.view import view
from makar.domains.music.musicxml import parse_musicxml

NO_NOTES = np.zeros((0, 4), np.int64)
HEAD = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"
 "http://www.musicxml.org/dtds/partwise.dtd">
<!-- a comment that must stay -->
<score-partwise version="4.0"><work><work-title>Caf\u00e9 &amp; "theme"</work-title></work>
<part-list><score-part id="P1"><part-name>Clarinet in B\u266d</part-name></score-part>
<score-part id="P2"><part-name>Cello</part-name></score-part></part-list>
"""


def note(step, octave, duration, kind="quarter", *, voice=1, more="", alter=""):
    alter = f"<alter>{alter}</alter>" if alter else ""
    return (
        f"<note><pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>"
        f"<duration>{duration}</duration>{more}<voice>{voice}</voice><type>{kind}</type></note>"
    )


def score(*, divisions=2, third="", repeat=True):
    """Six bars: a transposing clarinet with signs of all kinds, and a cello."""
    q = divisions
    bars = []
    for n in range(1, 7):
        notes = "".join(f"\n   {note(s, 5, q)}" for s in "DEFG")
        if n == 1:
            notes = (
                f"<attributes><divisions>{q}</divisions><key><fifths>2</fifths></key>"
                "<time><beats>4</beats><beat-type>4</beat-type></time><clef><sign>G</sign>"
                "<line>2</line></clef><transpose><diatonic>-1</diatonic><chromatic>-2</chromatic>"
                f"</transpose></attributes><direction><sound tempo='96'/></direction>{notes}"
            )
        if n == 3:
            half = f"{note('D', 5, q)}{note('E', 5, q)}"
            words = "<direction><direction-type><words>dolce</words></direction-type></direction>"
            tempo = '<direction><sound tempo="72"/></direction>'
            rest = f"{note('F', 5, q)}{note('G', 5, q)}"
            notes = third or f"<print new-system='yes'/>{words}{half}{tempo}{rest}"
        if n == 4 and repeat:
            notes += '<barline location="right"><repeat direction="backward"/></barline>'
        bars.append(f'<measure number="{n}" width="120.5">{notes}</measure>')
    cello = "".join(
        f'<measure number="{n}">'
        + (f"<attributes><divisions>{q}</divisions></attributes>" if n == 1 else "")
        + note("C", 3, 4 * q, "whole")
        + "</measure>"
        for n in range(1, 7)
    )
    parts = f'<part id="P1">{"".join(bars)}</part>\n<part id="P2">{cello}</part>'
    return (HEAD + parts + "</score-partwise>\n").encode()


def opened(data, span, part=0):
    found = open_musicxml(data, "x.musicxml")
    hole = find_hole(found.piece, found.bars, part, span, path="x.musicxml")
    return found, hole, view(found.piece, found.bars, hole, path="x.musicxml")


MADE = np.array([(192, 18, 71, 80), (210, 6, 73, 80), (216, 72, 74, 80), (288, 96, 69, 80)])


@pytest.mark.parametrize("divisions", [1, 2, 3, 24, 480])
def test_outside_the_hole_every_byte_is_the_same(divisions):
    data = score(divisions=divisions)
    found, hole, seen = opened(data, (3, 4))
    out = found.spliced([Fill(hole, MADE, seen.kept)])
    start, end = data.index(b'<measure number="3"'), data.index(b'<measure number="5"')
    assert out.startswith(data[:start])
    assert out.endswith(data[end:])
    heard = open_musicxml(out, "y.musicxml").piece
    clarinet = heard.parts[0].notes
    inside = clarinet[(clarinet[:, 0] >= 192) & (clarinet[:, 0] < 384)]
    assert inside[:, :3].tolist() == MADE[:, :3].tolist()
    assert np.array_equal(heard.parts[1].notes, found.piece.parts[1].notes)
    assert heard.tempos == found.piece.tempos  # the tempo within the hole keeps its time


def test_signs_within_the_hole_stay():
    found, hole, seen = opened(score(), (3, 4))
    out = found.spliced([Fill(hole, MADE, seen.kept)]).decode()
    inside = out[out.index('<measure number="3"') : out.index('<measure number="5"')]
    for sign in (
        "dolce",
        'tempo="72"',
        "new-system",
        'direction="backward"',
        'number="3" width="120.5"',
    ):
        assert inside.count(sign) == 1
    assert inside.index("dolce") < inside.index("<note")


def test_elements_outside_the_hole_are_equal_one_by_one():
    data = score()
    found, hole, seen = opened(data, (3, 4))
    trees = [
        ElementTree.fromstring(t) for t in (data, found.spliced([Fill(hole, MADE, seen.kept)]))
    ]
    for old, new in zip(trees[0].iter("measure"), trees[1].iter("measure"), strict=True):
        same = ElementTree.tostring(old) == ElementTree.tostring(new)
        assert same or old.get("number") in "34"
    first = [[m for m in t.find("part") if m.get("number") in "34"] for t in trees]
    assert all(
        ElementTree.tostring(a) != ElementTree.tostring(b) for a, b in zip(*first, strict=True)
    )


def test_music21_reads_the_result_as_it_is_meant():
    import warnings

    from music21 import converter

    found, hole, seen = opened(score(repeat=False), (3, 4))
    out = found.spliced([Fill(hole, MADE, seen.kept)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = converter.parseData(out.decode(), format="musicxml")
    clarinet = read.parts[0].toSoundingPitch().stripTies().flatten().notes
    heard = [(float(n.offset), float(n.quarterLength), n.pitch.midi) for n in clarinet]
    assert [x for x in heard if 8 <= x[0] < 16] == [
        (8.0, 0.75, 71), (8.75, 0.25, 73), (9.0, 3.0, 74), (12.0, 4.0, 69)
    ]  # fmt: skip
    assert len(read.parts[1].getElementsByClass("Measure")) == 6


@pytest.mark.opener
def test_musescore_opens_the_result(tmp_path):
    if shutil.which("mscore3") is None:
        pytest.skip("MuseScore is not installed")
    found, hole, seen = opened(score(divisions=1, repeat=False), (3, 4))
    (tmp_path / "in.musicxml").write_bytes(found.spliced([Fill(hole, MADE, seen.kept)]))
    subprocess.run(
        ["mscore3", "-o", str(tmp_path / "out.musicxml"), str(tmp_path / "in.musicxml")],
        check=True, capture_output=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
    )  # fmt: skip
    again = parse_musicxml((tmp_path / "out.musicxml").read_bytes(), "out").pieces[0]
    mine = parse_musicxml((tmp_path / "in.musicxml").read_bytes(), "in").pieces[0]
    assert np.array_equal(again.parts[0].notes[:, :3], mine.parts[0].notes[:, :3])


def test_a_note_tied_into_the_hole_is_kept():
    tied = note("G", 5, 2, more='<tie type="stop"/>') + "".join(note(s, 5, 2) for s in "ABC")
    data = score(third=tied).replace(
        note("G", 5, 2).encode(), note("G", 5, 2, more='<tie type="start"/>').encode(), 2
    )
    data = data.replace(b'<tie type="start"/>', b"", 1)  # only the second bar's
    found, hole, seen = opened(data, (3, 3))
    assert seen.kept[:, :3].tolist() == [[168, 48, 77]]
    made = seen.notes(np.array([1] * 4 + [24] + [1] * 11))
    out = found.spliced([Fill(hole, made, seen.kept)])
    heard = open_musicxml(out, "y").piece.parts[0].notes
    assert [168, 48, 77] in heard[:, :3].tolist()
    assert [216, 72] in heard[:, :2].tolist()


def test_zipped_scores_keep_their_other_members():
    buffer = io.BytesIO()
    container = '<container><rootfiles><rootfile full-path="s.xml"/></rootfiles></container>'
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("s.xml", score())
        archive.writestr("picture.png", b"\x89PNG....")
    found, hole, seen = opened(buffer.getvalue(), (3, 4))
    assert found.suffix == ".mxl"
    out = found.spliced([Fill(hole, MADE, seen.kept)])
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        assert archive.read("picture.png") == b"\x89PNG...."
        assert archive.read("META-INF/container.xml").decode() == container
        assert archive.read("s.xml") != score()


@pytest.mark.parametrize(
    ("declared", "codec", "mark"),
    [
        ("UTF-16", "utf-16-le", b"\xff\xfe"),
        ("UTF-16", "utf-16-be", b"\xfe\xff"),
        ("ISO-8859-1", "latin-1", b""),
        ("UTF-8", "utf-8", b"\xef\xbb\xbf"),
    ],
)
def test_the_encoding_and_the_line_ends_come_back(declared, codec, mark):
    text = score().decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
    text = text.replace("\u266d", "b").replace("\n", "\r\n")
    found, hole, seen = opened(mark + text.encode(codec), (3, 4))
    out = found.spliced([Fill(hole, MADE, seen.kept)])
    assert out.startswith(mark)
    words = out[len(mark) :].decode(codec)
    start, end = (text.index(f'<measure number="{n}"') for n in (3, 5))
    assert words.startswith(text[:start])
    assert words.endswith(text[end:])
    assert ElementTree.fromstring(out) is not None


def test_bars_are_counted_as_printed_although_a_repeat_is_heard_twice():
    found = open_musicxml(score(), "x")
    assert [bar.number for bar in found.bars] == [1, 2, 3, 4, 5, 6]
    assert len(parse_musicxml(score(), "x").pieces[0].bar_lines()) == 10


def test_bars_after_the_end_are_added_to_every_part():
    data = score()
    found = open_musicxml(data, "x")
    hole = Hole(1, beyond(found.bars, 2))
    rows = np.array([(hole.start, 96, 50, 80), (hole.start + 96, 48, 52, 80)])
    out = found.spliced([Fill(hole, rows, NO_NOTES)])
    root = ElementTree.fromstring(out)
    assert [[m.get("number") for m in p] for p in root.findall("part")] == [list("12345678")] * 2
    assert open_musicxml(out, "y").piece.parts[1].notes[-2:, :3].tolist() == rows[:, :3].tolist()
    closed = re.sub(rb'<measure number="[78]">.*?</measure>\n?', b"", out, flags=re.S)
    assert closed.replace(b"\n", b"") == data.replace(b"\n", b"")


def test_a_bar_of_a_whole_rest_and_an_empty_one_are_filled():
    rest = '<note><rest measure="yes"/><duration>8</duration><voice>1</voice></note>'
    for third in (rest, "<forward><duration>8</duration></forward>", "<print/>"):
        found, hole, seen = opened(score(third=third), (3, 4))
        out = found.spliced([Fill(hole, MADE, seen.kept)])
        notes = open_musicxml(out, "y").piece.parts[0].notes
        assert (
            notes[(notes[:, 0] >= 192) & (notes[:, 0] < 384), :3].tolist() == MADE[:, :3].tolist()
        )


def test_a_second_voice_that_rests_stays_and_one_that_sounds_is_refused():
    back = "<backup><duration>8</duration></backup>"
    rest = "<note><rest/><duration>8</duration><voice>2</voice><type>whole</type></note>"
    first = "".join(note(s, 5, 2) for s in "DEFG")
    found, hole, seen = opened(score(third=first + back + rest), (3, 4))
    out = found.spliced([Fill(hole, MADE, seen.kept)])
    assert (back + rest).encode() in out
    with pytest.raises(HoleError, match="several notes at once"):
        opened(score(third=first + back + note("C", 4, 8, "whole", voice=2)), (3, 4))
    silent_first = "".join(note(s, 5, 2) for s in "DE") + (
        "<note><rest/><duration>4</duration><voice>1</voice></note>"
    )
    shared = silent_first + "<backup><duration>4</duration></backup>" + note("C", 5, 4, voice=2)
    found, hole, seen = opened(score(third=shared), (3, 4))
    with pytest.raises(HoleError, match=r"voices that sound.*--voice 1"):
        found.spliced([Fill(hole, MADE, seen.kept)])
