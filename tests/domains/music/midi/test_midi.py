from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from makar.core.errors import UnreadableError
from makar.domains.music.midi import midi_bytes, parse_midi, read_midi, write_midi
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

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


def rows(*notes: tuple[int, int, int, int]) -> np.ndarray:
    return sorted_notes(np.array(notes, np.int64).reshape(-1, 4))


def content(piece: Piece) -> tuple:
    """All that a piece says, in a form that can be compared."""
    parts = [(p.notes.tolist(), p.name, p.program, p.percussion) for p in piece.parts]
    return parts, piece.keys, piece.metres, piece.tempos, piece.pickup, piece.provenance


note_rows = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 200), st.integers(0, 127), st.integers(1, 127)),
    max_size=12,
).map(lambda notes: rows(*notes))
parts = st.builds(Part, note_rows, TEXT, st.integers(0, 127), st.booleans())
metres = st.tuples(st.integers(1, 12), st.sampled_from([1, 2, 4, 8, 16, 32]))


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    def changes(values: st.SearchStrategy, make) -> tuple:
        later = draw(st.lists(st.integers(1, 400), unique=True, max_size=3))
        return tuple(make(tick, draw(values)) for tick in [0, *sorted(later)])

    first = changes(metres, lambda tick, m: Metre(tick, *m))
    keys = st.builds(Key, st.integers(0, 11), st.sampled_from(MODES))
    return Piece(
        parts=tuple(draw(st.lists(parts, max_size=4))),
        keys=changes(keys, KeyChange),
        metres=first,
        tempos=changes(st.floats(4, 999), Tempo),
        pickup=draw(st.integers(0, first[0].bar - 1)),
        provenance=draw(st.builds(Provenance, TEXT, TEXT, TEXT, TEXT)),
    )


@given(pieces())
@example(Piece((Part(rows((0, 48, 60, 9), (12, 12, 60, 99), (0, 48, 60, 9))),)))
@example(Piece((Part(rows(), "", 5),), pickup=24))
@example(Piece((Part(rows((0, 24, 60, 9))),), metres=(Metre(0, 2, 4), Metre(48, 4, 4))))
def test_a_piece_is_read_back_exactly(piece: Piece) -> None:
    reading = parse_midi(midi_bytes(piece), "piece.mid")
    assert [content(p) for p in reading.pieces] == [content(piece)]
    assert not reading.changes
    assert reading.largest_snap == 0


def saved_by_mido(data: bytes) -> bytes:
    out = io.BytesIO()
    mido.MidiFile(file=io.BytesIO(data)).save(file=out)
    return out.getvalue()


@given(pieces())
@example(Piece((Part(rows((0, 48, 60, 9), (12, 12, 60, 99), (0, 48, 60, 9))),)))
@example(Piece((Part(rows((2**20, 48, 60, 9)), "a" * 200),)))
@example(Piece((), metres=(Metre(0, 255, 32),)))
def test_every_byte_is_where_mido_would_put_it(piece: Piece) -> None:
    """It reads what was written, and writes that again: delta times, running status, lengths."""
    data = midi_bytes(piece)
    assert saved_by_mido(data) == data


def song(division: int = 480, form: int = 1, **tracks: bytes) -> bytes:
    """A MIDI file from the bytes of its tracks."""
    head = form.to_bytes(2) + len(tracks).to_bytes(2) + division.to_bytes(2)
    chunks = [b"MThd" + len(head).to_bytes(4) + head]
    chunks += [b"MTrk" + len(t).to_bytes(4) + t for t in tracks.values()]
    return b"".join(chunks)


def one(data: bytes) -> Piece:
    (piece,) = parse_midi(data, "song.mid").pieces
    return piece


def ticks(division: int) -> bytes:
    return bytes([0x80 | division >> 7, division & 0x7F])


QUARTER = ticks(480)
DUET = Piece(
    parts=(
        Part(rows((0, 24, 67, 80), (24, 36, 72, 90), (60, 12, 71, 70)), "Flöte", 73),
        Part(rows((24, 72, 48, 60), (24, 72, 55, 61)), "Cello ♭", 42),
        Part(rows((24, 6, 36, 100), (48, 6, 38, 99)), "Drums", 0, True),
    ),
    keys=(KeyChange(0, Key(5)), KeyChange(120, Key(4, "minor"))),
    metres=(Metre(0, 3, 4), Metre(96, 6, 8)),
    tempos=(Tempo(0, 88.0), Tempo(96, 132.5)),
    pickup=24,
    provenance=Provenance("Ländler", "Anon", "a shelf", "CC0-1.0"),
)


def test_symusic_hears_what_was_written(tmp_path: Path) -> None:
    import symusic

    write_midi(DUET, tmp_path / "duet.mid")
    score = symusic.Score(tmp_path / "duet.mid")
    scale = score.ticks_per_quarter // 24
    theirs = {
        t.name: (
            t.program,
            t.is_drum,
            sorted([n.time // scale, n.duration // scale, n.pitch, n.velocity] for n in t.notes),
        )
        for t in score.tracks
    }
    assert theirs == {p.name: (p.program, p.percussion, p.notes.tolist()) for p in DUET.parts}
    assert [(t.time // scale, round(t.qpm, 3)) for t in score.tempos] == [(0, 88.0), (96, 132.5)]
    metres = [(m.time // scale, m.numerator, m.denominator) for m in score.time_signatures]
    assert metres == [(0, 1, 4), (24, 3, 4), (96, 6, 8)]
    assert {(k.time // scale, k.key, k.tonality) for k in score.key_signatures} == {
        (0, -1, 0),
        (120, 1, 1),
    }


def test_mido_finds_names_and_provenance_in_utf8(tmp_path: Path) -> None:
    write_midi(DUET, tmp_path / "duet.mid")
    file = mido.MidiFile(tmp_path / "duet.mid", charset="utf-8")
    texts = [m.name if m.type == "track_name" else m.text for t in file.tracks for m in t
             if m.type in ("track_name", "copyright")]  # fmt: skip
    assert texts == ["Ländler", "CC0-1.0", "Flöte", "Cello ♭", "Drums"]


def test_every_melodic_track_states_its_key_as_musescore_wants_it() -> None:
    tracks = mido.MidiFile(file=io.BytesIO(midi_bytes(DUET))).tracks
    stated = [[m.key for m in t if m.type == "key_signature"] for t in tracks]
    assert stated == [["F", "Em"], ["F", "Em"], ["F", "Em"], []]


def test_the_files_of_a_version_are_those_of_the_last() -> None:
    """What mido wrote of these pieces, when makar wrote through it."""
    many = Piece(tuple(Part(rows((n, 9, 60, 70)), f"{n}", n) for n in range(20)))
    digests = [hashlib.sha256(midi_bytes(piece)).hexdigest()[:16] for piece in (DUET, many)]
    assert digests == ["74083471076ff395", "d17a1e310af0f378"]


@pytest.mark.parametrize(
    ("fault", "piece"),
    [
        ("3.6 is the slowest", Piece((), tempos=(Tempo(0, 3.5),))),
        ("no metre of 256/4", Piece((), metres=(Metre(0, 256, 4),))),
        ("no metre of 3/6", Piece((), metres=(Metre(0, 3, 6),))),
        ("no metre of 3/0", Piece((), metres=(Metre(0, 3, 0),))),
        ("no program 128", Piece((Part(rows(), "a", 128),))),
        ("no program -1", Piece((Part(rows(), "a", -1),))),
        ("cannot be written", Piece((Part(rows((0, 24, 128, 90))),))),
        ("cannot be written", Piece((Part(rows((0, 24, -1, 90))),))),
        ("cannot be written", Piece((Part(rows((0, 24, 60, 128))),))),
        ("cannot be written", Piece((Part(rows((0, 0, 60, 90))),))),
        ("on port 256", Piece(tuple(Part(rows()) for _ in range(256 * 15 + 1)))),
    ],
)
def test_what_midi_cannot_hold_is_refused(fault: str, piece: Piece, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=fault):
        write_midi(piece, tmp_path / "piece.mid")
    assert not list(tmp_path.iterdir())


def test_half_a_character_becomes_a_question_mark() -> None:
    halved = Piece((), provenance=Provenance("a\ud800b"))
    assert one(midi_bytes(halved)).provenance.title == "a?b"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_midi(DUET, tmp_path / "duet.mid")
    with pytest.raises(FileExistsError):
        write_midi(DUET, tmp_path / "duet.mid")


def test_twenty_parts_keep_their_sounds() -> None:
    many = Piece(tuple(Part(rows((n, 9, 60, 70)), f"{n}", n) for n in range(20)))
    assert [p.program for p in one(midi_bytes(many)).parts] == list(range(20))
    ports = [m.port for t in mido.MidiFile(file=io.BytesIO(midi_bytes(many))).tracks for m in t
             if m.type == "midi_port"]  # fmt: skip
    assert ports == [1] * 5


def test_running_status_and_note_on_of_velocity_zero() -> None:
    track = b"\x00\x90\x3c\x40" + QUARTER + b"\x3c\x00" + b"\x00\x3e\x41" + QUARTER + b"\x3e\x00"
    assert one(song(a=track)).parts[0].notes.tolist() == [[0, 24, 60, 64], [24, 24, 62, 65]]


def test_the_first_of_two_equal_notes_ends_first() -> None:
    on, off = b"\x90\x3c\x40", b"\x80\x3c\x00"
    track = b"\x00" + on + QUARTER + on + QUARTER + off + QUARTER + off
    assert one(song(a=track)).parts[0].notes.tolist() == [[0, 48, 60, 64], [24, 48, 60, 64]]


def test_a_note_without_an_end_lasts_to_its_next_stroke_or_the_last_event() -> None:
    track = b"\x00\x90\x3c\x40" + QUARTER + b"\x90\x3c\x41" + QUARTER + b"\x80\x3e\x00"
    reading = parse_midi(song(a=track), "song.mid")
    assert reading.pieces[0].parts[0].notes.tolist() == [[0, 24, 60, 64], [24, 24, 60, 65]]
    assert reading.changes["notes without an end cut"] == 2
    assert reading.changes["note-offs without a note ignored"] == 1


def test_other_resolutions_are_snapped_and_the_worst_move_is_told() -> None:
    track = b"\x00\x90\x3c\x40" + ticks(101) + b"\x80\x3c\x00"  # 101 of 96: 25.25 of ours
    reading = parse_midi(song(96, a=track), "song.mid")
    assert reading.pieces[0].parts[0].notes.tolist() == [[0, 25, 60, 64]]
    assert reading.changes["notes moved to the nearest tick"] == 1
    assert reading.largest_snap == pytest.approx(0.25)


def test_a_single_track_is_parted_by_channel() -> None:
    track = (
        b"\x00\xc1\x28\x00\x91\x3c\x40\x00\x99\x24\x50"
        + QUARTER + b"\x81\x3c\x00\x00\x89\x24\x00"
    )  # fmt: skip
    parts = one(song(form=0, a=track)).parts
    assert [(p.program, p.percussion, len(p.notes)) for p in parts] == [
        (40, False, 1),
        (0, True, 1),
    ]


def test_format_2_holds_a_piece_in_each_track() -> None:
    first = b"\x00\x90\x3c\x40" + QUARTER + b"\x80\x3c\x00"
    second = b"\x00\x90\x43\x40" + QUARTER + b"\x80\x43\x00"
    pieces_read = parse_midi(song(form=2, a=first, b=second), "song.mid").pieces
    assert [p.parts[0].notes[0, 2] for p in pieces_read] == [60, 67]


def test_a_short_first_bar_of_another_program_is_a_pickup() -> None:
    metres_then_notes = (
        b"\x00\xff\x58\x04\x01\x02\x18\x08" + QUARTER + b"\xff\x58\x04\x03\x02\x18\x08"
        b"\x00\x90\x3c\x40" + QUARTER + b"\x80\x3c\x00"
    )  # fmt: skip
    piece = one(song(a=metres_then_notes))
    assert (piece.pickup, piece.metres) == (24, (Metre(0, 3, 4),))


def test_latin_1_names_are_read() -> None:
    track = b"\x00\xff\x03\x06Fl\xf6te!" + b"\x00\x90\x3c\x40" + QUARTER + b"\x80\x3c\x00"
    assert one(song(a=track)).parts[0].name == "Flöte!"


def test_impossible_signatures_are_ignored_and_counted() -> None:
    track = (
        b"\x00\xff\x58\x04\x00\x02\x18\x08\x00\xff\x59\x02\x63\x00\x00\xff\x51\x03\x00\x00\x00"
        b"\x00\x90\x3c\x40" + QUARTER + b"\x80\x3c\x00"
    )
    reading = parse_midi(song(a=track), "song.mid")
    assert reading.pieces[0].metres == (Metre(),)
    counted = [
        reading.changes[f"impossible {what} ignored"] for what in ("metres", "keys", "tempos")
    ]
    assert counted == [1, 1, 1]


NOTE = b"\x00\x90\x3c\x40" + QUARTER + b"\x80\x3c\x00"
HOSTILE = {
    "is not a MIDI file": b"<html>" + b"x" * 100,
    "cut short": midi_bytes(DUET)[:-30],
    "holds no tracks": midi_bytes(DUET)[:14],
    "holds no notes": song(a=b"\x00\xff\x2f\x00"),
    "film frames": song(0xE728, a=NOTE),
    "unknown format 7": song(form=7, a=NOTE),
    "longer than 20,000 quarter notes": song(a=b"\x00\x90\x3c\x40\xff\xff\xff\x7f\x80\x3c\x00"),
    "longer than four bytes": song(a=b"\xff" * 1_000_000),
    "without a status byte": song(a=b"\x00\x3c\x40"),
    "5,000 parts": song(**{f"t{n}": NOTE for n in range(5000)}),
    "more than 200,000 notes": song(a=b"\x00\x90\x3c\x40\x01\x80\x3c\x00" * 200_001),
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_a_hostile_file_is_named_with_its_fault(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.mid"
    path.write_bytes(HOSTILE[fault])
    with pytest.raises(UnreadableError) as caught:
        read_midi(path)
    assert caught.value.path == str(path)
    assert fault in caught.value.fault


def test_two_hundred_parts_are_no_fault() -> None:
    assert len(one(song(**{f"t{n}": NOTE for n in range(200)})).parts) == 200


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    st.integers(0, 400),
)
def test_spoilt_files_are_read_or_refused(flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(midi_bytes(DUET))
    for place, value in flips:
        data[place % len(data)] = value
    try:
        reading = parse_midi(bytes(data[: len(data) - cut]), "spoilt.mid")
    except UnreadableError:
        return
    for piece in reading.pieces:
        assert all((p.notes[:, 1] > 0).all() for p in piece.parts)
        assert len(piece.bar_lines()) < 1_000_000


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(noise: bytes) -> None:
    for data in (noise, song(a=noise)):
        with suppress(UnreadableError):
            parse_midi(data, "noise.mid")
