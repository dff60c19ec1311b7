import numpy as np
import pytest

from makar.domains.music.abc.format import read_abc, read_abc_file
from makar.domains.music.abc.read import read_book
from makar.domains.music.piece.piece import UNVERIFIED, Key, KeyChange, Metre, Tempo

EIGHTH = 12


def tune(
    body: str, *, key: str = "C", metre: str = "4/4", length: str = "1/8", more: str = ""
) -> str:
    return f"X:1\nT:Test\nM:{metre}\nL:{length}\n{more}K:{key}\n{body}\n"


def read(body: str, **fields: str):
    return read_abc(tune(body, **fields))[0]


def notes(piece, part: int = 0) -> list[tuple[int, int, int]]:
    return [tuple(int(v) for v in row[:3]) for row in piece.parts[part].notes]


def pitches(piece) -> list[int]:
    return [p for _, _, p in notes(piece)]


def eighths(*lengths: float) -> list[float]:
    return [EIGHTH * n for n in lengths]


def durations(piece) -> list[int]:
    return [d for _, d, _ in notes(piece)]


def test_octaves_and_lengths():
    piece = read("C,2 C/ c/2 c'3/2 z c//c// c3 |")
    assert pitches(piece) == [48, 60, 72, 84, 72, 72, 72]
    assert durations(piece) == eighths(2, 0.5, 0.5, 1.5, 0.25, 0.25, 3)
    assert notes(piece)[4][0] == EIGHTH * 5.5


def test_an_accidental_holds_for_its_bar_in_every_octave_and_not_beyond():
    assert pitches(read("^FFf=F F4|FFFF FFFF|", key="D")) == [66, 66, 78, 65, 65, *[66] * 8]


def test_a_tied_note_keeps_its_accidental_over_the_bar_line():
    piece = read("z6 ^c2-|c4 c4|")
    assert notes(piece) == [(72, 72, 73), (144, 48, 72)]


def test_a_tie_to_another_pitch_joins_nothing_and_is_counted():
    book = read_book(tune("c4-d4|"))
    assert durations(book.tunes[0].piece) == [48, 48]
    assert book.dropped["ties to another pitch or to nothing"] == 1


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("G", Key(7, "major")), ("Gm", Key(7, "minor")), ("F# minor", Key(6, "minor")),
        ("Ddor", Key(2, "dorian")), ("A Mixolydian", Key(9, "mixolydian")),
        ("Bb", Key(10, "major")), ("EPhr", Key(4, "phrygian")), ("Hp", Key(9, "mixolydian")),
        ("C#loc", Key(1, "locrian")), ("FLydian", Key(5, "lydian")), ("EMin", Key(4, "minor")),
        ("none", Key(0, "major")), ("Amaj % comment", Key(9, "major")),
    ],
)  # fmt: skip
def test_keys_and_modes(field, key):
    assert read("C8|", key=field).key == key


def test_flat_keys_keep_their_written_signature():
    assert pitches(read("C2 B2 F2 E2|", key="Gb")) == [59, 70, 65, 63]


def test_explicit_accidentals_change_the_signature():
    assert pitches(read("F2 B2 G2 c2|", key="D _B =c")) == [66, 70, 67, 72]


def test_broken_rhythm():
    piece = read("a>b a>>b c<d A>.B|")
    assert durations(piece) == [18, 6, 21, 3, 6, 18, 18, 6]


def test_tuplets():
    piece = read("(3abc (3:2:2a2b (5edcBA z z|", metre="12/8")
    assert durations(piece)[:5] == [8, 8, 8, 16, 8]
    onsets = [t for t, _, _ in notes(piece)][5:]
    assert onsets == [48, 55, 62, 70, 77]  # five in the time of three, to the nearest tick


def test_chords_sound_together_and_a_factor_lengthens_all():
    assert notes(read("[CEG]2 [C2E2]/ c|"))[:5] == [
        (0, 24, 60), (0, 24, 64), (0, 24, 67), (24, 12, 60), (24, 12, 64),
    ]  # fmt: skip


def test_grace_notes_chord_symbols_and_decorations_are_dropped_and_counted():
    book = read_book(
        tune('{gfe}"Am"c2 "^slowly"!trill!d2 Te2 (.f2)|', more="w:la\n") + "w: la la\n"
    )
    assert pitches(book.tunes[0].piece) == [72, 74, 76, 77]
    expected = {
        "grace notes": 3, "chord symbols": 1, "annotations": 1, "decorations": 3,
        "lines of words": 1,
    }  # fmt: skip
    assert {k: book.dropped[k] for k in expected} == expected


@pytest.mark.parametrize(
    ("body", "played", "once"),
    [
        ("|:C8|D8:|E8|", "CDCDE", "CDE"),
        ("C8|D8:|E8|", "CDCDE", "CDE"),
        ("C8::D8:|E8|]", "CCDDE", "CDE"),
        ("C8||D8:|", "CDD", "CD"),
        ("|:C8|1D8:|2E8||F8:|", "CDCEFF", "CEF"),
        ("|:C8|[1 D8:|[2 E8|]F8|", "CDCEF", "CEF"),
        ("|:C8|1,3D8:|2E8:|4F8||", "CDCECDCF", "CF"),
        ("|:C8::|D8|", "CCCD", "CD"),
        ("|:C8||D8:|E8|", "CDCDE", "CDE"),
        ("|:C8|1D8:|2E8:|\n|:F8|1G8:|2A8:|", "CDCEFGFA", "CEFA"),
        ("|:C8 [1D4:|[2E4|]", "CDCE", "CE"),
    ],
)
def test_repeats_and_endings(body, played, once):
    def letters(expand: bool) -> str:
        piece = read_abc(tune(body), expand_repeats=expand)[0]
        return "".join("CDEFGA"[[60, 62, 64, 65, 67, 69].index(p)] for p in pitches(piece))

    assert letters(True) == played
    assert letters(False) == once


def test_a_repeat_may_be_tied_into_its_second_ending():
    piece = read("|:C4 c4-|1c8:|2c4 D4|]")
    assert notes(piece) == [
        (0, 48, 60), (48, 144, 72), (192, 48, 60), (240, 96, 72), (336, 48, 62),
    ]  # fmt: skip


def test_pickups_and_complemented_bars():
    book = read_book(tune("AG|A4 A4|A4 A2::Bc|d8|d6:|"), expand_repeats=True)
    piece = book.tunes[0].piece
    assert piece.pickup == 24
    assert piece.metres == (Metre(0, 4, 4),)
    assert piece.bar_lines()[:3] == [0, 24, 120]
    assert "bars of irregular length (kept)" not in book.dropped


def test_an_irregular_bar_gets_a_metre_of_its_own():
    book = read_book(tune("C8|C5|C8|C8|"))
    assert book.tunes[0].piece.metres == (Metre(0, 4, 4), Metre(96, 5, 8), Metre(156, 4, 4))
    assert book.dropped["bars of irregular length (kept)"] == 1


def test_an_upbeat_belongs_to_the_written_metre_even_if_the_first_bar_is_irregular():
    piece = read("C|C5|C8|C8|")
    assert piece.pickup == 12
    assert piece.metres == (Metre(0, 4, 4), Metre(12, 5, 8), Metre(72, 4, 4))


def test_two_unisons_tied_to_one_note_lengthen_one():
    assert sorted(durations(read("[C-C-]4 C4|"))) == [48, 96]


def test_a_stray_line_in_the_header_does_not_end_it():
    book = read_book("X:1\nM:3/4\na remark without a letter\nL:1/4\nK:D\nFFF|")
    assert book.tunes[0].piece.key == Key(2)
    assert pitches(book.tunes[0].piece) == [66, 66, 66]
    assert book.dropped["header lines not understood"] == 1


def test_bars_of_sections_are_known():
    bars = read_book(tune("AG|A8|A8|A8|A6||Bc|d8|d8|]"), expand_repeats=False).tunes[0].bars
    assert bars.start.tolist() == [24, 120, 216, 312, 408, 504]
    assert bars.opens.tolist() == [True, False, False, False, True, False]
    assert bars.heard.tolist() == [96, 96, 96, 72, 96, 96]


def test_key_metre_length_and_tempo_change_within():
    piece = read("F8|[K:G]F8|\nM:3/4\nL:1/4\nK:D\nF3|[Q:1/4=90]C3|", more="Q:1/4=60\n")
    assert pitches(piece) == [65, 66, 66, 61]
    assert piece.keys == (KeyChange(0, Key(0)), KeyChange(96, Key(7)), KeyChange(192, Key(2)))
    assert piece.metres == (Metre(0, 4, 4), Metre(192, 3, 4))
    assert piece.tempos == (Tempo(0, 60), Tempo(264, 90))


@pytest.mark.parametrize(
    ("text", "quarters"),
    [
        ("1/4=100", 100), ("3/8=80", 120), ("1/2=60", 120), ('"Slow" 1/4=50', 50),
        ("1/4 3/8=60", 150), ("200", 100), ("1/4=112.5", 112.5),
    ],
)  # fmt: skip
def test_tempo(text, quarters):
    assert read("C8|", more=f"Q:{text}\n").tempos == (Tempo(0, quarters),)


def test_voices_become_parts():
    body = "V:1\nC8|D8|\nV:2\nE,8|F,8|\n[V:1]E8|\n[V:2]G,8|"
    piece = read(body, more='V:1 name="Flute"\nV:2 nm="Bass"\n')
    assert [p.name for p in piece.parts] == ["Flute", "Bass"]
    assert pitches(piece) == [60, 62, 64]
    assert [p for _, _, p in notes(piece, 1)] == [52, 53, 55]


def test_rests_and_bars_of_rest():
    assert notes(read("z2 x2 C4|Z2|D8|")) == [(48, 48, 60), (288, 96, 62)]


def test_comments_continuations_and_prose():
    book = read_book(
        "%abc\nprose before\n\n" + tune("C4 \\\n%note\nD4|E8 % F8\n|]\n\nsome prose after")
    )
    assert pitches(book.tunes[0].piece) == [60, 62, 64]
    assert book.dropped["lines of prose after a tune"] == 1


def test_what_email_did_is_undone():
    book = read_book(tune("C=3DEc=\n2 |=20\nD8|", more="Q:1/4=20\n"))
    assert pitches(book.tunes[0].piece) == [60, 64, 72, 62]
    assert book.tunes[0].piece.tempos[0].quarters_per_minute == 20


def test_provenance_and_stated_licences():
    text = "% Licence: CC BY 4.0\n\n" + tune("C8|", more="C:Anon\nB:A book\n")
    text += "\n" + tune("D8|", more="Z:Licensed under the GPL\n")
    first, second = read_abc(text, "my.abc")
    assert (first.provenance.title, first.provenance.composer) == ("Test", "Anon")
    assert first.provenance.source == "my.abc X:1 (A book)"
    assert first.provenance.licence == "CC BY 4.0"
    assert "GPL" in second.provenance.licence
    assert read("C8|").provenance.licence == UNVERIFIED


def test_minor_is_found_by_ear_only_where_asked_and_not_named():
    minor = tune("C2_EG c2_BG|_A2_EC _B,2C2|")
    assert read_book(minor).tunes[0].piece.key == Key(0, "major")
    assert read_book(minor, detect_mode=True).tunes[0].piece.key == Key(0, "minor")
    major = tune("C2EG c2BG|A2EC B,2C2|")
    assert read_book(major, detect_mode=True).tunes[0].piece.key == Key(0, "major")
    named = minor.replace("K:C", "K:C major")
    assert read_book(named, detect_mode=True).tunes[0].piece.key == Key(0, "major")


def test_files_in_latin_1_and_with_carriage_returns(tmp_path):
    path = tmp_path / "a.abc"
    path.write_bytes(tune("C8|", more="C:Béla\n").replace("\n", "\r\n").encode("latin-1"))
    assert read_abc_file(path)[0].provenance.composer == "Béla"


def test_notes_are_sorted_and_integers():
    rows = read("[GEC]4 c4|").parts[0].notes
    assert np.issubdtype(rows.dtype, np.integer)
    assert rows[:, 2].tolist() == [60, 64, 67, 72]
