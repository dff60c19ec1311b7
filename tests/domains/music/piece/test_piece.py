"""Keys against tables any theory book has; metres, bar lines, transposition."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.music.piece.piece import (
    MODES,
    Key,
    KeyChange,
    Metre,
    Part,
    Piece,
    Pieces,
    Provenance,
)

# Sharps (flats negative) of the signature on each tonic; enharmonic keys on their simpler side.
SIGNATURES = {
    "major": {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F♯": 6,
              "F": -1, "B♭": -2, "E♭": -3, "A♭": -4, "D♭": -5},
    "minor": {"A": 0, "E": 1, "B": 2, "F♯": 3, "C♯": 4, "G♯": 5, "D♯": 6,
              "D": -1, "G": -2, "C": -3, "F": -4, "B♭": -5},
    "dorian": {"D": 0, "A": 1, "E": 2, "B": 3, "F♯": 4, "C♯": 5, "G♯": 6,
               "G": -1, "C": -2, "F": -3, "B♭": -4, "E♭": -5},
    "phrygian": {"E": 0, "B": 1, "F♯": 2, "C♯": 3, "G♯": 4, "D♯": 5, "A♯": 6,
                 "A": -1, "D": -2, "G": -3, "C": -4, "F": -5},
    "lydian": {"F": 0, "C": 1, "G": 2, "D": 3, "A": 4, "E": 5, "B": 6,
               "B♭": -1, "E♭": -2, "A♭": -3, "D♭": -4, "G♭": -5},
    "mixolydian": {"G": 0, "D": 1, "A": 2, "E": 3, "B": 4, "F♯": 5, "C♯": 6,
                   "C": -1, "F": -2, "B♭": -3, "E♭": -4, "A♭": -5},
    "locrian": {"B": 0, "F♯": 1, "C♯": 2, "G♯": 3, "D♯": 4, "A♯": 5, "E♯": 6,
                "E": -1, "A": -2, "D": -3, "G": -4, "C": -5},
}  # fmt: skip
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def pitch_class(name: str) -> int:
    return (LETTERS[name[0]] + name.count("♯") - name.count("♭")) % 12


@pytest.mark.parametrize("mode", MODES)
def test_signatures_and_names(mode: str) -> None:
    table = SIGNATURES[mode]
    assert {pitch_class(name) for name in table} == set(range(12)), "the table is complete"
    for name, fifths in table.items():
        key = Key(pitch_class(name), mode)
        assert key.fifths == fifths, name
        assert key.name == f"{name} {mode}"
        assert Key.from_fifths(fifths, mode) == key


@pytest.mark.parametrize("mode", MODES)
def test_modes_that_sound_minor_have_a_minor_third(mode: str) -> None:
    key = Key(0, mode)
    white_keys = {(7 * (key.fifths + step)) % 12 for step in range(-1, 6)}
    assert len(white_keys) == 7
    assert 0 in white_keys
    assert key.is_minor is (3 in white_keys)
    assert key.is_minor is not (4 in white_keys)


def test_bars_and_beats() -> None:
    expected = {
        (4, 4): (96, 24), (3, 4): (72, 24), (2, 2): (96, 48), (6, 8): (72, 36), (9, 8): (108, 36),
        (12, 8): (144, 36), (3, 8): (36, 12), (5, 8): (60, 12), (3, 2): (144, 48),
    }  # fmt: skip
    for (beats, unit), (bar, beat) in expected.items():
        assert (Metre(0, beats, unit).bar, Metre(0, beats, unit).beat) == (bar, beat)
        assert str(Metre(0, beats, unit)) == f"{beats}/{unit}"


def a_piece(*rows: tuple[int, int, int], **more: object) -> Piece:
    notes = np.array([(*row, 80) for row in rows], np.int64).reshape(-1, 4)
    return Piece(parts=(Part(notes),), **more)  # type: ignore[arg-type]


def test_bar_lines_with_pickup_and_change_of_metre() -> None:
    piece = a_piece((0, 24, 60), (300, 24, 60), metres=(Metre(), Metre(120, 3, 4)), pickup=24)
    # upbeat of a quarter, one bar of 4/4, then bars of 3/4
    assert piece.bar_lines() == [0, 24, 120, 192, 264]
    assert piece.end == 324
    assert a_piece().bar_lines() == [0]
    assert a_piece().end == 0


def test_transposition_moves_notes_and_keys_but_not_drums() -> None:
    notes = np.array([[0, 24, 60, 80], [24, 24, 127 - 5, 80]])
    piece = Piece(
        parts=(Part(notes), Part(notes, percussion=True)),
        keys=(KeyChange(), KeyChange(24, Key(9, "minor"))),
    )
    higher = piece.transposed(5)
    assert higher.parts[0].notes[:, 2].tolist() == [65, 127]
    assert higher.parts[1].notes[:, 2].tolist() == [60, 122]
    assert [k.key for k in higher.keys] == [Key(5), Key(2, "minor")]
    assert piece.parts[0].notes[0, 2] == 60, "the original stays"
    for far in (6, -61):
        with pytest.raises(ValueError, match=r"leaves MIDI's pitches 0\.\.127"):
            piece.transposed(far)


def test_batches() -> None:
    pieces = Pieces(tuple(a_piece((0, 6, p)) for p in (60, 61, 62)))
    assert [p.parts[0].notes[0, 2] for p in pieces.take([2, 0, 0])] == [62, 60, 60]
    assert len(pieces[1:]) == 2
    assert len(pieces.take([])) == 0


def test_a_licence_is_unverified_unless_stated() -> None:
    assert not Provenance().verified
    assert Provenance(licence="CC0").verified


def test_a_unit_too_small_for_the_clock_still_ends() -> None:
    notes = np.array([[0, 4, 60, 80]])
    piece = Piece((Part(notes),), metres=(Metre(0, 1, 128),))
    assert piece.bar_lines() == [0, 1, 2, 3]
