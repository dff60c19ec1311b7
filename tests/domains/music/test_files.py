from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from makar.core.errors import UnreadableError
from makar.domains.music.files import read_file, read_pieces, write_piece
from makar.domains.music.piece.piece import Key, KeyChange, Metre, Part, Piece, Provenance, Tempo
from makar.domains.music.piece.reading import MAX_BYTES, sorted_notes


def rows(*notes: tuple[int, int, int, int]) -> np.ndarray:
    return sorted_notes(np.array(notes, np.int64).reshape(-1, 4))


def tune(start: int, *played: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Rows of (length, pitch) one after the other; pitch 0 is a rest."""
    found, tick = [], start
    for length, pitch in played:
        if pitch:
            found.append((tick, length, pitch, 80))
        tick += length
    return found


JIG = Piece(
    parts=(
        Part(
            rows(*tune(0, (12, 71), (24, 76), (12, 75), (12, 76), (24, 78), (36, 79), (36, 78),
                       (60, 76), (12, 0), (36, 71), (24, 75), (12, 71), (72, 76))),
            "Fiddle",
            40,
        ),
        Part(rows(*tune(12, (72, 52), (72, 47), (72, 52), (72, 47), (72, 52))), "Bass", 43),
    ),
    keys=(KeyChange(0, Key(4, "minor")),),
    metres=(Metre(0, 6, 8),),
    tempos=(Tempo(0, 150.0),),
    pickup=12,
    provenance=Provenance("The Test Jig", "Trad.", "a shelf", "CC0-1.0"),
)  # fmt: skip
STUDY = Piece(
    parts=(
        Part(
            rows(*tune(0, (24, 60), (36, 65), (12, 67), (8, 69), (8, 70), (8, 72), (72, 68),
                       (16, 67), (16, 65), (16, 63), (48, 66), (96, 65), (9, 61), (15, 62))),
            "Flute",
            73,
        ),
        Part(rows((24, 96, 53, 60), (24, 48, 60, 61), (72, 96, 57, 62), (120, 144, 41, 63)),
             "Piano", 0),
        Part(rows(*((24 * n, 12, 38 if n % 2 else 36, 90) for n in range(1, 12))), "Kit", 0, True),
    ),
    keys=(KeyChange(0, Key(5)), KeyChange(120, Key(8))),
    metres=(Metre(0, 4, 4), Metre(216, 3, 4)),
    tempos=(Tempo(0, 96.0), Tempo(120, 72.0)),
    pickup=24,
    provenance=Provenance("Étude", "A. Nonym", "a shelf", "CC0-1.0"),
)  # fmt: skip


def content(piece: Piece) -> tuple:
    parts = [(p.notes.tolist(), p.name, p.program, p.percussion) for p in piece.parts]
    return parts, piece.keys, piece.metres, piece.tempos, piece.pickup, piece.provenance


@pytest.mark.parametrize("piece", [JIG, STUDY], ids=["jig", "study"])
@pytest.mark.parametrize("suffix", [".mid", ".musicxml"])
def test_what_is_written_is_read_back(piece: Piece, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"piece{suffix}"
    write_piece(piece, path)
    (back,) = read_pieces(path)
    assert content(back) == content(piece)


def test_abc_is_written_and_read(tmp_path: Path) -> None:
    write_piece(JIG, tmp_path / "jig.abc")
    (back,) = read_pieces(tmp_path / "jig.abc")
    assert back.parts[0].notes[:, :3].tolist() == JIG.parts[0].notes[:, :3].tolist()


@pytest.mark.parametrize("suffix", [".mid", ".musicxml", ".abc"])
def test_nothing_is_overwritten(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"piece{suffix}"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write_piece(JIG, path)
    assert path.read_text() == "mine"


def test_what_a_file_is_counts_not_its_name(tmp_path: Path) -> None:
    write_piece(JIG, tmp_path / "jig.mid")
    (tmp_path / "jig.mid").rename(tmp_path / "jig.xml")
    assert content(read_pieces(tmp_path / "jig.xml")[0]) == content(JIG)


def test_a_piece_without_title_and_source_takes_them_from_its_file(tmp_path: Path) -> None:
    write_piece(Piece((Part(rows((0, 24, 60, 80))),)), tmp_path / "nameless.mid")
    (about,) = (p.provenance for p in read_pieces(tmp_path / "nameless.mid"))
    assert (about.title, about.source, about.verified) == ("nameless", "nameless.mid", False)


@pytest.mark.parametrize("suffix", [".abc", ".musicxml", ".mid"])
def test_a_piece_from_a_file_whose_name_is_no_text_is_written(suffix: str, tmp_path: Path) -> None:
    source = tmp_path / os.fsdecode(b"t\xe4nze.abc")
    source.write_text("X:1\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n")
    write_piece(read_pieces(source)[0], tmp_path / f"made{suffix}")
    assert len(read_pieces(tmp_path / f"made{suffix}")[0].parts[0].notes) == 8


def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.mid, \.musicxml or \.abc"):
        write_piece(JIG, tmp_path / "jig.doc")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (None, "cannot be opened"),
        (b"", "is empty"),
        (b"\x00" * (MAX_BYTES + 1), "larger than 8 MB"),
        (b"\x89PNG\r\n\x1a\n", "none of the kinds"),
    ],
)
def test_what_is_no_music_file_is_refused_by_name(
    data: bytes | None, fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "thing.bin"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UnreadableError) as caught:
        read_pieces(path)
    assert (caught.value.path, fault in caught.value.fault) == (str(path), True)


def test_music21_reads_the_midi_file(tmp_path: Path) -> None:
    from music21 import converter, key, meter

    write_piece(JIG, tmp_path / "jig.mid")
    score = converter.parse(tmp_path / "jig.mid", quantizePost=False)
    assert [p.partName for p in score.parts] == ["Fiddle", "Bass"]
    for ours, part in zip(JIG.parts, score.parts, strict=True):
        theirs = [
            [round(n.offset * 24), round(n.quarterLength * 24), n.pitch.midi]
            for n in part.stripTies().flatten().notes
        ]
        assert theirs == ours.notes[:, :3].tolist()
    assert {k.sharps for k in score[key.KeySignature]} == {1}
    assert [m.ratioString for m in score.parts[0][meter.TimeSignature]] == ["1/8", "6/8"]


@pytest.fixture(scope="module")
def reexported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our files as MuseScore 3 writes them again, all opened in one start of the program."""
    if shutil.which("mscore3") is None:
        pytest.skip("MuseScore 3 is not installed: apt install musescore3")
    folder = tmp_path_factory.mktemp("musescore")
    jobs = []
    for name, piece in (("jig", JIG), ("study", STUDY)):
        for suffix in ("mid", "musicxml"):
            source, target = folder / f"{name}.{suffix}", folder / f"{name}-{suffix}.musicxml"
            write_piece(piece, source)
            jobs.append({"in": str(source), "out": str(target)})
    (folder / "jobs.json").write_text(json.dumps(jobs))
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(
        ["mscore3", "-j", str(folder / "jobs.json")],
        env={**os.environ, **home}, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder


@pytest.mark.opener
@pytest.mark.parametrize(("name", "piece"), [("jig", JIG), ("study", STUDY)])
def test_musescore_opens_the_score_without_changing_a_note(
    name: str, piece: Piece, reexported: Path
) -> None:
    (back,) = read_pieces(reexported / f"{name}-musicxml.musicxml")
    assert content(back) == content(piece)


@pytest.mark.opener
@pytest.mark.parametrize(("name", "piece"), [("jig", JIG), ("study", STUDY)])
def test_music21_sees_full_bars_a_pickup_and_the_spelling_in_musescores_score(
    name: str, piece: Piece, reexported: Path
) -> None:
    from music21 import converter

    score = converter.parse(reexported / f"{name}-musicxml.musicxml")
    for ours, part in zip(piece.parts, score.parts, strict=True):
        assert part.partName == ours.name
        bars = list(part.getElementsByClass("Measure"))
        assert bars[0].duration.quarterLength * 24 == piece.pickup
        assert all(m.duration.quarterLength == m.barDuration.quarterLength for m in bars[1:])
        notes = part.stripTies().flatten().notes
        if ours.percussion:  # music21 gives an unpitched note no MIDI number
            heard = [[round(n.offset * 24), round(n.quarterLength * 24)] for n in notes]
            assert heard == ours.notes[:, :2].tolist()
            continue
        heard = sorted([round(n.offset * 24), round(n.quarterLength * 24), p.midi]
                       for n in notes for p in n.pitches)  # fmt: skip
        assert heard == sorted(ours.notes[:, :3].tolist())
    spelled = {p.name for n in score.parts[0].flatten().notes for p in n.pitches}
    expected = {
        "jig": {"B", "E", "D#", "F#", "G"},
        "study": {"C", "F", "G", "A", "B-", "A-", "E-", "G-", "D-", "D"},
    }
    assert spelled == expected[name]


@pytest.mark.opener
def test_musescore_writes_as_many_ties_and_triplets_as_it_was_given(reexported: Path) -> None:
    def signs(path: Path) -> Counter[str]:
        root = ElementTree.parse(path).getroot()
        found = [e.tag + e.get("type", "") for e in root.iter() if e.tag in ("tie", "tuplet")]
        return Counter([*found, *(f"type {e.text}" for e in root.iter("type"))])

    for name in ("jig", "study"):
        given = signs(reexported / f"{name}.musicxml")
        assert given["tiestart"]
        assert signs(reexported / f"{name}-musicxml.musicxml") == given


@pytest.mark.opener
def test_musescore_hears_the_midi_file(reexported: Path) -> None:
    (back,) = read_pieces(reexported / "jig-mid.musicxml")
    assert (back.pickup, back.metres, back.key.fifths) == (JIG.pickup, JIG.metres, JIG.key.fifths)
    assert back.tempos == JIG.tempos
    for ours, theirs in zip(JIG.parts, back.parts, strict=True):
        assert ours.name in theirs.name
        # its importer fills short rests by holding the note before them: compare what is struck
        assert theirs.notes[:, [0, 2]].tolist() == ours.notes[:, [0, 2]].tolist()


def test_what_was_assumed_is_told(tmp_path: Path) -> None:
    (tmp_path / "bare.mid").write_bytes(
        b"MThd\0\0\0\6\0\0\0\1\0\x18MTrk\0\0\0\x08\0\x90\x3c\x40\x18\x80\x3c\0"
    )
    assert read_file(tmp_path / "bare.mid").changes == {
        "4/4 assumed at the start": 1,
        "no key is written: heard as C major": 1,
        "120 quarter notes a minute assumed at the start": 1,
    }


@pytest.mark.parametrize("suffix", ["abc", "musicxml"])
def test_repeats_are_played_out_or_not(tmp_path: Path, suffix: str) -> None:
    """|: A [1 B :| [2 C || D |: E :| is ABACDEE, or ACDE where every section is heard once."""
    path = tmp_path / f"repeats.{suffix}"
    if suffix == "abc":
        path.write_text("X:1\nM:4/4\nL:1/1\nK:C\n|:A|1 B:|2 C||D|:E:|\n")
    else:
        signs = {
            "A": '<barline location="left"><repeat direction="forward"/></barline>',
            "B": '<barline location="left"><ending number="1" type="start"/></barline>',
            "C": '<barline location="left"><ending number="2" type="start"/></barline>',
            "E": '<barline location="left"><repeat direction="forward"/></barline>',
        }
        back = '<repeat direction="backward"/>'
        ends = {
            "B": f'<barline location="right"><ending number="1" type="stop"/>{back}</barline>',
            "C": '<barline location="right"><ending number="2" type="stop"/></barline>',
            "E": f'<barline location="right">{back}</barline>',
        }
        bars = "".join(
            f'<measure number="{n}">{signs.get(step, "")}<attributes><divisions>1</divisions>'
            f"</attributes><note><pitch><step>{step}</step><octave>4</octave></pitch>"
            f"<duration>4</duration></note>{ends.get(step, '')}</measure>"
            for n, step in enumerate("ABCDE", 1)
        )
        path.write_text(
            '<score-partwise><part-list><score-part id="P1"><part-name>A</part-name></score-part>'
            f'</part-list><part id="P1">{bars}</part></score-partwise>'
        )
    names = {69: "A", 71: "B", 60: "C", 62: "D", 64: "E"}

    def heard(*, expand: bool) -> str:
        notes = read_file(path, expand_repeats=expand).pieces[0].parts[0].notes
        return "".join(names[pitch] for pitch in notes[:, 2].tolist())

    assert heard(expand=True) == "ABACDEE"
    assert heard(expand=False) == "ACDE"
