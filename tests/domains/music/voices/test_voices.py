"""Four voices on the grid: against hand-made music, and against their own pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.music.melody.grid import OffGridError
from makar.domains.music.piece.piece import Key, Metre, Part, Piece
from makar.domains.music.voices.voices import (
    FIRST_PITCH,
    HOLD,
    LOWEST,
    OFF,
    PADDING,
    RANGES,
    VoiceGrid,
    VoiceGrids,
    encode_voices,
    voices_of,
)


def strike(pitch):
    return pitch - LOWEST + FIRST_PITCH


def grid(*rows, key=None, metre=None):
    return VoiceGrid(np.array(rows, np.int16), metre or Metre(), key or Key())


C, G, E, LOW_C = strike(72), strike(67), strike(64), strike(48)
CHORD = grid(
    [C, HOLD, HOLD, HOLD],
    [G, HOLD, OFF, HOLD],
    [E, E, E, E],
    [OFF, HOLD, LOW_C, HOLD],
)


@st.composite
def works(draw):
    """A bar of 2/4 in some key: any tokens that mean something where they stand."""
    rows = []
    for low, high in RANGES:
        row = [draw(st.sampled_from([OFF, strike(low + 6)]))]
        for _ in range(7):
            silent = [t for t in row if t != HOLD][-1] == OFF
            row.append(
                draw(
                    st.sampled_from(
                        [HOLD, strike(low + 6), strike(high - 6), *[OFF] * (not silent)]
                    )
                )
            )
        row[0] = strike(low + 6) if all(t in (OFF, HOLD) for t in row) else row[0]
        rows.append(row)
    key = Key(draw(st.integers(0, 11)), draw(st.sampled_from(["major", "minor"])))
    return grid(*rows, key=key, metre=Metre(0, 2, 4))


def test_what_sounds_and_what_is_struck():
    batch = VoiceGrids.stack([CHORD])
    assert batch.sounding[0].tolist() == [
        [72, 72, 72, 72], [67, 67, -1, -1], [64, 64, 64, 64], [-1, -1, 48, 48],
    ]  # fmt: skip
    assert batch.struck[0].sum(1).tolist() == [1, 1, 4, 1]


def test_shorter_works_are_padded_and_nothing_sounds_there():
    batch = VoiceGrids.stack([CHORD, grid(*[[C]] * 4)])
    assert (batch.tokens[1, :, 1:] == PADDING).all()
    assert (batch.sounding[1, :, 1:] == -1).all()
    assert batch.steps.tolist() == [4, 1]
    assert batch[1].tokens.shape == (4, 1)


def test_taking_rows_takes_everything_along():
    batch = VoiceGrids.stack([CHORD, grid(*[[C]] * 4, key=Key(9, "minor"))]).take([1, 0, 1])
    assert batch.minor.tolist() == [True, False, True]
    assert batch.tonic.tolist() == [9, 0, 9]
    assert [len(w.tokens[0]) for w in batch] == [1, 4, 1]


def test_a_piece_sounds_in_its_key_with_four_named_parts():
    piece = grid(*CHORD.tokens, key=Key(7)).piece()
    assert [part.name for part in piece.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert [int(part.notes[0, 2]) for part in piece.parts] == [67, 62, 59, 43]  # down a fourth
    assert piece.parts[1].notes[:, :2].tolist() == [[0, 12]]
    assert piece.parts[2].notes[:, 0].tolist() == [0, 6, 12, 18]
    assert piece.parts[3].notes[:, :2].tolist() == [[12, 12]]


def test_the_soprano_is_a_melody():
    melodies = VoiceGrids.stack([CHORD]).melodies
    assert (melodies.count.tolist(), melodies.pitch.tolist()) == ([1], [[72]])
    assert (melodies.duration.tolist(), melodies.length.tolist()) == ([[24]], [24])


@given(works())
def test_a_work_is_read_back_from_its_piece(work):
    """Silence at the end of a voice is the same whether it was ended or never begun."""
    again = encode_voices(work.piece(), 0, 1)
    one, other = (VoiceGrids.stack([w]) for w in (work, again))
    np.testing.assert_array_equal(one.sounding, other.sounding)
    np.testing.assert_array_equal(one.struck, other.struck)
    assert (again.key, again.metre) == (work.key, work.metre)


def test_what_is_held_over_the_first_bar_line_is_struck_on_it():
    held = np.array([[0, 192, 60, 80]])
    second = encode_voices(Piece(tuple(Part(held) for _ in range(4))), 1, 1)
    assert second.tokens[:, 0].tolist() == [strike(60)] * 4
    assert (second.tokens[:, 1:] == HOLD).all()


@pytest.mark.parametrize(
    ("notes", "parts", "fault"),
    [
        ([[0, 24, 60, 80]], 3, "3 parts"),
        ([[0, 8, 60, 80], [8, 8, 60, 80]], 4, "sixteenth grid"),
        ([[0, 24, 100, 80]], 4, "range"),
        (np.zeros((0, 4), int), 4, "silent"),
    ],
)
def test_what_the_grid_cannot_hold_is_refused(notes, parts, fault):
    piece = Piece(tuple(Part(np.array(notes)) for _ in range(parts)))
    with pytest.raises(OffGridError, match=fault):
        encode_voices(piece, 0, 1)


def test_every_range_fits_the_grid_in_every_key():
    lowest, highest = min(low for low, _ in RANGES), max(high for _, high in RANGES)
    shifts = VoiceGrids.stack([grid(*[[C]] * 4, key=Key(k)) for k in range(12)]).shift
    assert (shifts.min(), shifts.max()) == (-5, 6)
    tokens = VoiceGrids.stack([]).tokens
    assert tokens.shape == (0, 4, 0)
    assert lowest - shifts.max() >= LOWEST
    assert highest - shifts.min() <= LOWEST + 56


def test_works_in_one_voice_are_refused():
    with pytest.raises(TypeError, match="no four voices"):
        voices_of([1, 2])
