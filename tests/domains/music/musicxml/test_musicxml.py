from __future__ import annotations

import importlib.util
import io
import re
import zipfile
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.core.errors import UnreadableError
from makar.domains.music.musicxml import musicxml, parse_musicxml, read_musicxml
from makar.domains.music.piece.piece import (
    MODES,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Provenance,
    Tempo,
)
from makar.domains.music.piece.reading import sorted_notes

CHORALES = Path(importlib.util.find_spec("music21").origin).parent / "corpus" / "bach"
WORDS = st.text("abZ0&<>\"'ä♯日]", min_size=1, max_size=9)


def rows(*notes: tuple[int, int, int, int]) -> np.ndarray:
    return sorted_notes(np.array(notes, np.int64).reshape(-1, 4))


def content(piece: Piece) -> tuple:
    parts = [(p.notes.tolist(), p.name, p.program, p.percussion) for p in piece.parts]
    return parts, piece.keys, piece.metres, piece.tempos, piece.pickup, piece.provenance


note_rows = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 200), st.integers(0, 127), st.integers(1, 127)),
    min_size=1,
    max_size=12,
).map(lambda notes: rows(*notes))


def changing(draw: st.DrawFn, values: st.SearchStrategy, ticks: list[int]) -> list[tuple]:
    """Changes at 0 and some of ``ticks``, none of them to what already holds."""
    chosen = [0, *sorted(draw(st.lists(st.sampled_from(ticks), unique=True, max_size=3)))]
    found = [(tick, draw(values)) for tick in chosen]
    return [c for i, c in enumerate(found) if not i or c[1] != found[i - 1][1]]


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    metres = st.tuples(st.integers(1, 12), st.sampled_from([1, 2, 4, 8, 16, 32]))
    first = Metre(0, *draw(metres))
    pickup = draw(st.integers(0, first.bar - 1))
    bar_lines = [pickup + first.bar * n for n in range(1, 4)]
    keys = st.builds(Key, st.integers(0, 11), st.sampled_from(MODES))
    part = st.builds(Part, note_rows, WORDS, st.integers(0, 127), st.booleans())
    later = draw(metres)
    metre_changes = (first,)
    if later != (first.beats, first.unit):
        metre_changes = (first, Metre(draw(st.sampled_from(bar_lines)), *later))
    return Piece(
        parts=(
            Part(draw(note_rows), "First", 3),
            *draw(st.lists(part, max_size=2)),
        ),
        keys=tuple(KeyChange(t, k) for t, k in changing(draw, keys, [1, 50, *bar_lines])),
        metres=metre_changes,
        tempos=tuple(
            Tempo(t, q) for t, q in changing(draw, st.floats(4, 999), [1, 50, *bar_lines])
        ),
        pickup=pickup,
        provenance=draw(st.builds(Provenance, WORDS, WORDS, WORDS, WORDS)),
    )


@settings(deadline=None)
@given(pieces())
def test_a_piece_is_read_back_exactly(piece: Piece) -> None:
    reading = parse_musicxml(musicxml(piece).encode(), "piece.musicxml")
    assert [content(p) for p in reading.pieces] == [content(piece)]
    assert not reading.changes
    assert reading.largest_snap == 0


STUDY = Piece(
    parts=(
        Part(
            rows(
                *((24 + i * 16, 16, 62 + i, 70 + i) for i in range(3)),  # quarter triplets
                (0, 24, 57, 88), (72, 60, 66, 80), (132, 60, 69, 81), (192, 8, 71, 82),
                (200, 8, 73, 83), (208, 8, 74, 84), (216, 9, 76, 85), (225, 15, 70, 86),
                (264, 120, 77, 87), (384, 96, 79, 64),
            ),
            "Violin I",
            40,
        ),
        Part(
            rows((24, 192, 50, 60), (24, 48, 57, 61), (72, 96, 54, 62), (168, 24, 57, 63)),
            "Cello & Bass",
            42,
        ),
        Part(rows(*((24 * i, 12, 36 if i % 2 else 42, 90) for i in range(1, 13))), "Kit", 0, True),
    ),
    keys=(KeyChange(0, Key(2)), KeyChange(216, Key(5))),
    metres=(Metre(0, 4, 4), Metre(408, 3, 4)),
    tempos=(Tempo(0, 96.0), Tempo(216, 120.0)),
    pickup=24,
    provenance=Provenance("Étude <1>", "A. Nonym", "a shelf", "CC0-1.0"),
)  # fmt: skip


def heard_by_music21(part) -> list[list[float]]:
    """Onset, duration, pitch in ticks of a music21 part, ties merged."""
    found = []
    for element in part.stripTies().flatten().notes:
        if element.duration.isGrace:
            continue
        found += [
            [
                round(float(element.offset) * 24, 3),
                round(float(element.quarterLength) * 24, 3),
                p.midi,
            ]
            for p in element.pitches
        ]
    return sorted(found)


def test_music21_hears_and_sees_the_same() -> None:
    from music21 import converter, key, meter, note, tempo

    score = converter.parseData(musicxml(STUDY), format="musicxml")
    assert score.metadata.title == "Étude <1>"
    assert score.metadata.composer == "A. Nonym"
    assert [p.partName for p in score.parts] == ["Violin I", "Cello & Bass", "Kit"]
    violin = score.parts[0]
    assert heard_by_music21(violin) == sorted(STUDY.parts[0].notes[:, :3].tolist())
    for part in score.parts:  # also where a part rests through the pickup
        assert next(iter(part.getElementsByClass("Measure"))).duration.quarterLength == 1
    bars = list(violin.getElementsByClass("Measure"))
    assert (bars[0].number, bars[0].duration.quarterLength, bars[0].paddingLeft) == (0, 1.0, 3.0)
    assert [b.duration.quarterLength for b in bars[1:]] == [4, 4, 4, 4, 3][: len(bars) - 1]
    assert [k.sharps for k in violin[key.KeySignature]] == [2, -1]
    assert [m.ratioString for m in violin[meter.TimeSignature]] == ["4/4", "3/4"]
    assert [m.number for m in score.parts[0][tempo.MetronomeMark]] == [96, 120]
    spelled = {p.nameWithOctave for n in violin[note.Note] for p in n.pitches}
    assert {"F#4", "C#5", "B-4"} <= spelled
    assert not {"G-4", "D-5", "A#4"} & spelled


def test_every_bar_of_every_voice_is_full() -> None:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(musicxml(STUDY))
    for part in root.iterfind("part"):
        for measure in part.iterfind("measure"):
            filled: Counter[str] = Counter()
            for note in measure.iterfind("note"):
                if note.find("chord") is None:
                    filled[note.findtext("voice", "")] += int(note.findtext("duration", ""))
            number = int(measure.get("number", ""))
            expected = 24 if number == 0 else 96 if number < 5 else 72
            assert set(filled.values()) == {expected}


@settings(deadline=None)
@given(st.sets(st.integers(1, 95), max_size=8))
def test_written_values_last_as_long_as_they_sound(cuts: set[int]) -> None:
    """Each value's printed type, dots and triplet add up to its sounding duration."""
    from xml.etree import ElementTree

    edges = [0, *sorted(cuts), 96]
    notes = rows(*((a, b - a, 60, 80) for a, b in pairwise(edges)))
    root = ElementTree.fromstring(musicxml(Piece((Part(notes),))))
    quarters = {"whole": 4, "half": 2, "quarter": 1, "eighth": 0.5, "16th": 0.25, "32nd": 0.125,
                "64th": 0.0625}  # fmt: skip
    for note in root.iter("note"):
        printed = 24 * quarters[note.findtext("type", "")]
        printed *= 1.5 if note.find("dot") is not None else 1
        printed *= 2 / 3 if note.find("time-modification") is not None else 1
        assert printed == pytest.approx(int(note.findtext("duration", "")))
    opened = [t.get("type") for t in root.iter("tuplet")]
    assert opened == ["start", "stop"] * (len(opened) // 2)


def test_plain_rhythms_are_written_without_ties_and_triplets_in_threes() -> None:
    notes = rows(
        *((a, d, 60, 80) for a, d in [(0, 36), (36, 12), (48, 8), (56, 8), (64, 8), (72, 24)])
    )
    text = musicxml(Piece((Part(notes),)))
    assert "<tie " not in text
    assert text.count("<time-modification>") == 3


def test_accidentals_are_printed_once_a_bar_and_beams_join_a_beat() -> None:
    notes = rows(*((i * 12, 12, p, 80) for i, p in enumerate((66, 66, 65, 66, 67, 67, 67, 67))))
    text = musicxml(Piece((Part(notes),)))
    assert re.findall(r"<accidental>(\w+)</accidental>", text) == ["sharp", "natural", "sharp"]
    assert re.findall(r'<beam number="1">(\w+)</beam>', text) == ["begin", "end"] * 4


def score(*measures: str, part: str = "", divisions: int = 2) -> bytes:
    """A one-part score with these measures."""
    opening = (
        f"<attributes><divisions>{divisions}</divisions><key><fifths>0</fifths></key>"
        "<time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
    )
    body = "".join(
        f'<measure number="{n}">{opening if n == 1 else ""}{m}</measure>'
        for n, m in enumerate(measures, 1)
    )
    return (
        '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 3.1 Partwise//EN"'
        ' "http://www.musicxml.org/dtds/partwise.dtd"><score-partwise version="3.1"><part-list>'
        f'<score-part id="P1"><part-name>Solo</part-name>{part}</score-part></part-list>'
        f'<part id="P1">{body}</part></score-partwise>'
    ).encode()


def n(step: str, duration: int = 8, inside: str = "", before: str = "", octave: int = 4) -> str:
    return (
        f"<note>{before}<pitch><step>{step}</step><octave>{octave}</octave></pitch>"
        f"<duration>{duration}</duration>{inside}</note>"
    )


def sign(repeat: str = "", ending: str = "", times: str = "") -> str:
    inside = f'<repeat direction="{repeat}"{times}/>' if repeat else ""
    if ending:
        number, kind = ending.split()
        inside = f'<ending number="{number}" type="{kind}"/>' + inside
    return f"<barline>{inside}</barline>"


def heard(data: bytes) -> str:
    """Letters of the white keys in order."""
    (piece,) = parse_musicxml(data, "score.xml").pieces
    names = dict(zip((0, 2, 4, 5, 7, 9, 11), "CDEFGAB", strict=True))
    return "".join(names[p % 12] for p in piece.parts[0].notes[:, 2].tolist())


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        ((n("C"), n("D") + sign("backward"), n("E")), "CDCDE"),
        ((n("C"), sign("forward") + n("D") + sign("backward"), n("E")), "CDDE"),
        ((n("C") + sign("backward", times=' times="3"'),), "CCC"),
        (
            (
                sign("forward") + n("C"),
                sign(ending="1 start") + n("D") + sign("backward", "1 stop"),
                sign(ending="2 start") + n("E") + sign(ending="2 discontinue"),
                n("F"),
            ),
            "CDCEF",
        ),
        (
            (
                n("C"),
                sign(ending="1,2 start") + n("D") + sign("backward", "1,2 stop"),
                sign(ending="3 start") + n("E") + sign(ending="3 stop"),
            ),
            "CDCDCE",
        ),
        (  # after an ending, a repeat without a beginning goes back to where the ending was left
            (
                n("C"),
                sign(ending="1 start") + n("D") + sign("backward", "1 stop"),
                sign(ending="2 start") + n("E") + sign(ending="2 discontinue"),
                n("F") + sign("backward"),
            ),
            "CDCEFF",
        ),
        (
            (
                n("C"),
                sign(ending="1 start") + n("D"),
                n("E") + sign("backward", "1 stop"),
                sign(ending="2 start") + n("F") + sign("backward", "2 stop"),
                sign("forward") + n("G") + sign("backward"),
            ),
            "CDECFGG",
        ),
    ],
)
def test_repeats_and_endings_are_played_out(measures: tuple[str, ...], expected: str) -> None:
    assert heard(score(*measures)) == expected


def notes_of(data: bytes) -> list[list[int]]:
    (piece,) = parse_musicxml(data, "score.xml").pieces
    return piece.parts[0].notes[:, :3].tolist()


def test_ties_join_voices_sound_together_and_chords_share_an_onset() -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    first = (
        n("C", 6) + n("E", 2, start) + "<backup><duration>8</duration></backup>" + n("G", octave=3)
    )
    second = (
        n("E", 2, stop)
        + n("F", 2)
        + n("A", 2, before="<chord/>")
        + "<forward><duration>4</duration></forward>"
    )
    assert notes_of(score(first, second)) == [
        [0, 96, 55],
        [0, 72, 60],
        [72, 48, 64],
        [120, 24, 65],
        [120, 24, 69],
    ]


def test_grace_notes_are_dropped_and_counted() -> None:
    grace = "<note><grace/><pitch><step>B</step><octave>4</octave></pitch></note>"
    reading = parse_musicxml(score(grace + n("C")), "score.xml")
    assert reading.pieces[0].parts[0].notes[:, :3].tolist() == [[0, 96, 60]]
    assert reading.changes["grace notes dropped"] == 1


def test_a_transposing_instrument_sounds_in_concert_pitch_and_key() -> None:
    clarinet = (
        "<attributes><key><fifths>2</fifths></key><transpose><diatonic>-1</diatonic>"
        "<chromatic>-2</chromatic></transpose></attributes>"
    )
    (piece,) = parse_musicxml(score(clarinet + n("D")), "score.xml").pieces
    assert piece.parts[0].notes[0, 2] == 60
    assert piece.key == Key(0)


def test_a_short_first_measure_is_a_pickup() -> None:
    (piece,) = parse_musicxml(score(n("G", 2), n("C")), "score.xml").pieces
    assert piece.pickup == 24
    assert piece.bar_lines() == [0, 24]


def test_foreign_divisions_are_snapped_and_told() -> None:
    five = "".join(n("C", 4) for _ in range(5))  # a quintuplet of sixteenths in a quarter
    reading = parse_musicxml(score(five, divisions=20), "score.xml")
    assert reading.pieces[0].parts[0].notes[:, 0].tolist() == [0, 5, 10, 14, 19]
    assert reading.largest_snap == pytest.approx(0.4)


@pytest.mark.parametrize("name", ["bwv66.6.mxl", "bwv269.mxl", "bwv1.6.mxl"])
def test_real_chorales_are_read_as_music21_reads_them(name: str) -> None:
    from music21 import converter

    path = CHORALES / name
    (piece,) = read_musicxml(path).pieces
    theirs = converter.parse(path).expandRepeats()
    assert [p.name for p in piece.parts] == [p.partName for p in theirs.parts]
    for ours, part in zip(piece.parts, theirs.parts, strict=True):
        assert ours.notes[:, :3].tolist() == heard_by_music21(part)


def test_twenty_real_chorales_are_read() -> None:
    for path in sorted(CHORALES.glob("*.mxl"))[:20]:
        reading = read_musicxml(path)
        assert reading.largest_snap == 0
        assert len(reading.pieces[0].parts) >= 4


def mxl(text: bytes, name: str = "score.xml", root: str = "rootfile") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        container = f'<container><rootfiles><{root} full-path="{name}"/></rootfiles></container>'
        archive.writestr("META-INF/container.xml", container)
        archive.writestr(name, text)
    return out.getvalue()


def test_a_zipped_score_is_read_whatever_its_name() -> None:
    assert notes_of(mxl(score(n("C")), "../../etc/passwd")) == [[0, 96, 60]]


LAUGHS = (
    '<!DOCTYPE score-partwise [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
    + "]><score-partwise>&j;</score-partwise>"
).encode()
HOSTILE = {
    "declares XML entities": LAUGHS,
    "well-formed XML": musicxml(STUDY).encode()[:-500],
    "nested or filled too deep": (
        b"<score-partwise>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</score-partwise>"
    ),
    "not a MusicXML score": b"<html><body/></html>",
    "score-timewise": b"<score-timewise/>",
    "holds no notes": score("<note><rest/><duration>8</duration></note>"),
    "where a number": score(n("C").replace("<duration>8", "<duration>many")),
    "zip bomb": mxl(b"<score-partwise>" + b" " * 30_000_000),
    "more than a score needs": mxl(bytes(40_000_000)),
    "broken or locked": mxl(score(n("C")))[:-40],
    "without a MusicXML score": mxl(b"nothing", "readme.txt", "other"),
    "longer than 20,000": score(n("C", 10**9)),
    "letters are A to G": score(n("H")),
    "600 parts": b"<score-partwise>" + b"<part/>" * 600 + b"</score-partwise>",
    "more than 200,000 notes": score(
        n("C", 1) * 15_000 + sign("backward", times=' times="16"'), divisions=10_000
    ),
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_a_hostile_file_is_named_with_its_fault(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.musicxml"
    path.write_bytes(HOSTILE[fault])
    with pytest.raises(UnreadableError) as caught:
        read_musicxml(path)
    assert caught.value.path == str(path)
    assert fault in caught.value.fault


def test_a_score_of_too_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("makar.domains.music.musicxml.document.MAX_ELEMENTS", 10)
    with pytest.raises(UnreadableError, match="filled too large"):
        parse_musicxml(score(n("C")), "large.musicxml")


SHORT = musicxml(Piece((Part(rows((0, 40, 60, 80), (40, 56, 64, 80)), "Solo"),))).encode()
flips = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6)


@settings(max_examples=300, deadline=None)
@given(flips, st.integers(0, 60), st.booleans())
def test_spoilt_files_are_read_or_refused(flips: list, cut: int, zipped: bool) -> None:
    data = bytearray(mxl(SHORT) if zipped else SHORT)
    for place, value in flips:
        data[place % len(data)] = value
    with suppress(UnreadableError):
        parse_musicxml(bytes(data[: len(data) - cut]), "spoilt.musicxml")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_strange_numbers_are_read_or_refused(data: st.DataObject) -> None:
    texts = list(re.finditer(rb">([^<>\n]+)<", SHORT))
    spot = data.draw(st.sampled_from(texts))
    odd = data.draw(
        st.sampled_from(["", "-1", "0", "nan", "1e999", "9" * 30, "9" * 5000, "x", "1.5"])
    )
    with suppress(UnreadableError):
        parse_musicxml(SHORT[: spot.start(1)] + odd.encode() + SHORT[spot.end(1) :], "odd.musicxml")
