"""What instruments reach, by music21, and tunes put where they are played."""

import music21.instrument
import numpy as np
import pytest

from makar.domains.music.piece.piece import PITCH, Part, Piece
from makar.domains.music.piece.register import Register, octaves, placed, register_of

LOWEST_BY_MUSIC21 = (
    "Piano", "Violin", "Viola", "Violoncello", "AcousticGuitar", "AcousticBass", "Trumpet",
    "Oboe", "Bassoon", "Flute", "Recorder", "PanFlute", "Banjo", "Accordion",
)  # fmt: skip


def part(*pitches, program=73, percussion=False):
    notes = np.array([(24 * n, 24, pitch, 80) for n, pitch in enumerate(pitches)], np.int64)
    return Part(notes.reshape(-1, 4), "part", program, percussion)


def pitches(piece, number=0):
    return piece.parts[number].notes[:, PITCH].tolist()


@pytest.mark.parametrize("name", LOWEST_BY_MUSIC21)
def test_an_instruments_lowest_note_is_that_of_music21(name):
    known = getattr(music21.instrument, name)()
    assert register_of(known.midiProgram).low == known.lowestNote.midi


@pytest.mark.parametrize("program", range(128))
def test_every_program_has_a_home_within_its_compass(program):
    register = register_of(program)
    assert 0 <= register.low < register.home < register.high <= 127
    assert min(register.home - register.low, register.high - register.home) >= 6


def test_there_is_no_program_beyond_general_midi():
    with pytest.raises(IndexError):
        register_of(128)


def test_a_tune_goes_where_its_mean_is_nearest_home():
    low, near, high = [[50, 54, 55]], [[62, 66, 67]], [[86, 90, 91]]
    for tune, moved in ((low, 24), (near, 12), (high, -12)):
        pitch = np.array(tune)
        assert octaves(pitch, np.ones((1, 3), bool), Register()).tolist() == [moved]


def test_no_note_out_of_reach_is_worth_a_mean_further_away():
    pitch = np.array([[59, 72, 72, 72], [60, 72, 72, 72]])  # a flute has no B below middle C
    found = octaves(pitch, np.ones((2, 4), bool), register_of(73))
    assert found.tolist() == [12, 0]


def test_what_is_no_note_is_not_looked_at():
    pitch = np.array([[67, 0, 0], [0, 0, 0]])
    there = np.array([[True, False, False], [False, False, False]])
    assert octaves(pitch, there, register_of(73)).tolist() == [0, 0]


def test_a_piece_is_moved_as_a_whole_and_its_drums_stay():
    piece = Piece((part(55, 59), part(43, 47, program=42), part(36, percussion=True)))
    moved = placed(piece)
    assert [pitches(moved, n) for n in range(3)] == [[67, 71], [55, 59], [36]]
    assert moved.key == piece.key
    assert pitches(placed(moved)) == [67, 71]


def test_no_part_is_moved_out_of_midi():
    piece = Piece((part(47, 48), part(120, program=0)))
    assert pitches(placed(piece)) == [47, 48]


@pytest.mark.parametrize("piece", [Piece((part(),)), Piece((part(36, percussion=True),))])
def test_nothing_to_place_is_left_alone(piece):
    assert placed(piece) is piece


def test_a_compass_makes_room_for_what_is_asked_elsewhere():
    flute = register_of(73)
    assert flute.with_room_for(np.array([58, 70])) == Register(58, 96)
    assert flute.with_room_for(np.zeros(0, np.int64)) == flute
