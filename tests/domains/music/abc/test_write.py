import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.music.abc.format import abc_text, read_abc, read_abc_file, write_abc
from makar.domains.music.piece.piece import (
    MODES,
    UNVERIFIED,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Provenance,
    Tempo,
)

METRES = [(4, 4), (3, 4), (6, 8), (2, 4), (9, 8), (5, 4), (2, 2), (12, 8), (7, 8), (3, 2)]


def piece_of(*rows: tuple[int, int, int], **fields) -> Piece:
    notes = np.array([(*row, 80) for row in rows], np.int64)
    return Piece(parts=(Part(notes),), **fields)


def music(piece: Piece) -> str:
    lines = abc_text(piece).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("K:"))
    return " ".join(line for line in lines[start + 1 :] if not line.startswith("%%"))


@st.composite
def parts(draw, bars: int = 3) -> Part:
    """A part of notes and rests of any length in ticks, sometimes with chords."""
    tick, rows = draw(st.integers(0, 30)), []
    while tick < 96 * bars:
        length = draw(
            st.sampled_from([1, 2, 3, 4, 5, 6, 8, 9, 12, 16, 18, 24, 36, 48, 60, 96, 130])
        )
        chord = draw(st.lists(st.integers(30, 100), min_size=1, max_size=3, unique=True))
        rows += [(tick, length, pitch, 80) for pitch in sorted(chord)]
        tick += length + draw(st.sampled_from([0, 0, 0, 4, 6, 12, 24]))
    return Part(
        np.array(rows, np.int64),
        draw(st.sampled_from(["Melody", "Flute 1", "Bass"])),
        draw(st.integers(0, 127)),
        draw(st.booleans()),
    )


@st.composite
def pieces(draw) -> Piece:
    key = st.builds(Key, st.integers(0, 11), st.sampled_from(MODES))
    beats, unit = draw(st.sampled_from(METRES))
    first = Metre(0, beats, unit)
    pickup = draw(st.sampled_from([0, 0, 6, 12, first.bar // 2]))
    metres, keys, tempos = [first], [KeyChange(0, draw(key))], [Tempo(0, draw(tempo_values))]
    if draw(st.booleans()):
        other = draw(st.sampled_from([m for m in METRES if m != (beats, unit)]))
        metres.append(Metre(pickup + 2 * first.bar, *other))
    if draw(st.booleans()):
        other_key = draw(key.filter(lambda k: k != keys[0].key))
        keys.append(KeyChange(draw(st.integers(1, 200)), other_key))
    if draw(st.booleans()):
        other_tempo = draw(tempo_values.filter(lambda t: t != tempos[0].quarters_per_minute))
        tempos.append(Tempo(draw(st.integers(1, 200)), other_tempo))
    several = draw(st.lists(parts(), min_size=1, max_size=3))
    filler = Part(np.array([(700, 20, 60, 80)], np.int64))  # so that every change has its bar
    return Piece(
        (*several, filler), tuple(keys), tuple(metres), tuple(tempos), pickup,
        Provenance("A title", "Somebody", "here", "CC0 1.0"),
    )  # fmt: skip


tempo_values = st.one_of(
    st.integers(10, 400).map(float), st.floats(20, 300), st.sampled_from([112.5, 66.25])
)


@given(pieces())
def test_what_is_written_is_read_back(piece):
    (back,) = read_abc(abc_text(piece))
    assert len(back.parts) == len(piece.parts)
    for ours, theirs in zip(piece.parts, back.parts, strict=True):
        np.testing.assert_array_equal(theirs.notes[:, :3], ours.notes[:, :3])
        assert (theirs.name, theirs.program, theirs.percussion) == (
            ours.name, ours.program, ours.percussion,
        )  # fmt: skip
    assert back.keys == piece.keys
    assert back.metres == piece.metres
    assert back.pickup == piece.pickup
    assert back.tempos == piece.tempos


def test_the_text_is_what_a_musician_writes():
    piece = piece_of(
        (0, 12, 62), (12, 12, 66), (24, 24, 69), (48, 24, 73), (72, 48, 74), (120, 8, 74),
        (128, 8, 73), (136, 8, 71), (144, 24, 69), keys=(KeyChange(0, Key(2)),),
    )  # fmt: skip
    assert music(piece) == "DF A2 c2 d2- | d2 (3dcB A2 z2 |]"


def test_accidentals_only_where_needed_and_spelled_in_the_key():
    rows = [(n * 12, 12, p) for n, p in enumerate([65, 66, 66, 65, 77, 78, 66, 65, 66, 65])]
    in_g = music(piece_of(*rows, keys=(KeyChange(0, Key(7)),)))
    # the octave's note needs its own sign: programs differ in what a sign reaches
    assert in_g == "=F^F F=F =f^f ^F=F | F=F z6 |]"
    flat = music(piece_of((0, 24, 70), (24, 24, 68), keys=(KeyChange(0, Key(5)),)))
    assert flat == "B _A z2 |]"


def test_after_a_key_change_within_a_bar_every_sign_is_written():
    keys = (KeyChange(0, Key(0)), KeyChange(24, Key(7)))
    piece = piece_of((0, 24, 66), (24, 24, 66), (48, 48, 66), (96, 96, 66), keys=keys)
    # programs differ in whether a new key ends the accidentals before it
    assert music(piece) == "^F [K:G] ^F ^F2 | F4 |]"


def test_pickup_last_bar_and_unit_length():
    piece = piece_of((0, 24, 60), (24, 72, 62), metres=(Metre(0, 3, 4),), pickup=24)
    assert music(piece) == "C | D3 |]"
    assert "L:1/4" in abc_text(piece)
    sixteenths = piece_of((0, 6, 60), (6, 6, 60), (12, 12, 60))
    assert music(sixteenths) == "CCC2 z12 |]"
    assert "L:1/16" in abc_text(sixteenths)


def test_header_says_where_the_piece_comes_from():
    origin = Provenance('A "title"\nX:7 100% mine', "Me", "a.mid", "CC BY 4.0")
    text = abc_text(piece_of((0, 24, 60), provenance=origin), number=3)
    assert text.startswith(
        "X:3\nT:A 'title' X:7 100\\% mine\nC:Me\nS:a.mid\nZ:Licence: CC BY 4.0\n"
    )
    assert read_abc(text)[0].provenance.licence == "CC BY 4.0"
    unknown = abc_text(piece_of((0, 24, 60)))
    assert f"Z:{UNVERIFIED}" in unknown
    assert read_abc(unknown)[0].provenance.licence == UNVERIFIED


def test_overlapping_notes_of_one_pitch_end_where_the_next_begins():
    back = read_abc(abc_text(piece_of((0, 48, 60), (24, 48, 60))))[0]
    assert [tuple(n[:3]) for n in back.parts[0].notes] == [(0, 24, 60), (24, 48, 60)]


def test_a_piece_without_notes_is_refused():
    with pytest.raises(ValueError, match="without notes"):
        abc_text(Piece(parts=(Part(np.zeros((0, 4), np.int64)),)))


def test_files_hold_several_tunes_and_are_not_overwritten(tmp_path):
    path = tmp_path / "two.abc"
    write_abc([piece_of((0, 24, 60)), piece_of((0, 24, 62))], path)
    assert [int(p.parts[0].notes[0, 2]) for p in read_abc_file(path)] == [60, 62]
    with pytest.raises(FileExistsError):
        write_abc(piece_of((0, 24, 60)), path)
