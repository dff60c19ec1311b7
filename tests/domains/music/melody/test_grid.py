"""The 38 tokens by hand, and there and back again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.music.melody.encoding import encode_bars
from makar.domains.music.melody.grid import (
    HOLD,
    OFF,
    PADDING,
    TOKENS,
    MelodyGrid,
    MelodyGrids,
    OffGridError,
    home_tonic,
    legal_after,
    sounding_shift,
)
from makar.domains.music.piece.piece import MODES, Key, Metre, Part, Piece

METRES = [Metre(0, b, u) for b, u in ((4, 4), (2, 4), (3, 4), (6, 8), (9, 8), (12, 8), (3, 2))]


@st.composite
def legal_grids(draw: st.DrawFn) -> MelodyGrid:
    """Any melody that the rules allow, of one to three bars."""
    metre = draw(st.sampled_from(METRES))
    steps = draw(st.integers(1, 3)) * metre.bar // 6
    rolls = draw(st.lists(st.integers(0, 1000), min_size=steps, max_size=steps))
    tokens, previous = [], PADDING
    for roll in rolls:
        allowed = np.flatnonzero(legal_after(np.array([previous]))[0])
        previous = int(allowed[roll % len(allowed)])
        tokens.append(previous)
    key = Key(draw(st.integers(0, 11)), draw(st.sampled_from(MODES)))
    return MelodyGrid(np.array(tokens, np.int8), metre, key)


def test_tokens_by_hand() -> None:
    # C4 for a quarter; a rest; E4 and again E4 for an eighth; G4 to the end
    tokens = [14, HOLD, HOLD, HOLD, OFF, HOLD, 18, HOLD, 18, HOLD, 21, *[HOLD] * 5]
    grids = MelodyGrids.stack([MelodyGrid(np.array(tokens, np.int8))])
    melodies = grids.melodies
    assert melodies.onset.tolist() == [[0, 36, 48, 60]]
    assert melodies.duration.tolist() == [[24, 12, 12, 36]]
    assert melodies.pitch.tolist() == [[60, 64, 64, 67]]
    assert melodies.length.tolist() == [96]
    notes = grids[0].piece().parts[0].notes
    assert notes[:, :3].tolist() == [[0, 24, 60], [36, 12, 64], [48, 12, 64], [60, 36, 67]]


def test_lowest_and_highest() -> None:
    grid = MelodyGrid(np.array([2, 37] * 8, np.int8))
    pitches = MelodyGrids.stack([grid]).melodies.pitch[0]
    assert (pitches.min(), pitches.max()) == (48, 83)


def test_silence() -> None:
    melodies = MelodyGrids.stack([MelodyGrid(np.array([OFF] + [HOLD] * 15, np.int8))]).melodies
    assert melodies.count.tolist() == [0]
    assert melodies.onset.shape == (1, 0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tonic", range(12))
def test_a_melody_sounds_in_its_key(tonic: int, mode: str) -> None:
    """The grid's C (or A, in minor-like modes) becomes the key's tonic, by the nearer way."""
    key = Key(tonic, mode)
    shift = sounding_shift(key)
    assert -5 <= shift <= 6
    assert (home_tonic(key) + shift) % 12 == tonic
    piece = MelodyGrid(np.array([14 + home_tonic(key)] + [HOLD] * 15, np.int8), key=key).piece()
    assert piece.parts[0].notes[0, 2] % 12 == tonic
    assert piece.key == key


@given(legal_grids())
def test_there_and_back_again(grid: MelodyGrid) -> None:
    """Grid to piece to grid: the same notes, in the octave nearest the grid's middle."""
    piece = grid.piece()
    bars = len(grid.tokens) * 6 // grid.metre.bar
    before = MelodyGrids.stack([grid]).melodies
    if not before.count[0]:
        with pytest.raises(OffGridError, match="empty"):
            encode_bars(piece, 0, bars)
        return
    again = encode_bars(piece, 0, bars)
    assert (again.metre, again.key) == (grid.metre, grid.key)
    after = MelodyGrids.stack([again]).melodies
    np.testing.assert_array_equal(after.onset, before.onset)
    np.testing.assert_array_equal(after.duration, before.duration)
    moved = np.unique(after.pitch - before.pitch)
    assert len(moved) == 1
    assert moved[0] % 12 == 0
    assert abs((after.pitch.min() + after.pitch.max()) / 2 - 65.5) <= 6
    check = np.r_[PADDING, again.tokens[:-1]]
    assert legal_after(check)[np.arange(len(check)), again.tokens].all()


@given(legal_grids(), legal_grids())
def test_a_melody_is_the_same_alone_and_in_company(a: MelodyGrid, b: MelodyGrid) -> None:
    both = MelodyGrids.stack([a, b])
    for i, grid in enumerate((a, b)):
        np.testing.assert_array_equal(both[i].tokens, grid.tokens)
        assert (both[i].metre, both[i].key) == (grid.metre, grid.key)
        alone, count = MelodyGrids.stack([grid]).melodies, both.melodies.count[i]
        for column in ("onset", "duration", "pitch"):
            np.testing.assert_array_equal(
                getattr(both.melodies, column)[i, :count], getattr(alone, column)[0]
            )
    swapped = both.take([1, 0, 1])
    assert [len(g.tokens) for g in swapped] == [len(b.tokens), len(a.tokens), len(b.tokens)]


def test_rules() -> None:
    legal = legal_after(np.array([PADDING, OFF, HOLD, 20]))
    assert legal.shape == (4, TOKENS)
    assert legal[:, 2:].all(), "a note may begin anywhere"
    assert legal[:, OFF].tolist() == [True, False, True, True]
    assert legal[:, HOLD].tolist() == [False, True, True, True]


def a_piece(*rows: tuple[int, int, int], **more: Any) -> Piece:
    return Piece(parts=(Part(np.array([(*row, 80) for row in rows], np.int64)),), **more)


def test_bars_of_a_piece_by_hand() -> None:
    # an upbeat; D4 dotted quarter, E4 eighth, rest; second bar F sharp half, rest
    piece = a_piece((0, 24, 69), (24, 36, 62), (60, 12, 64), (120, 48, 66), pickup=24)
    first = encode_bars(piece, 0, 1)
    assert first.tokens.tolist() == [16, *[HOLD] * 5, 18, HOLD, OFF, *[HOLD] * 7]
    second = encode_bars(piece, 1, 1)
    assert second.tokens.tolist() == [20, *[HOLD] * 7, OFF, *[HOLD] * 7]


def test_a_note_held_over_the_bar_line_is_cut_and_not_heard_twice() -> None:
    piece = a_piece((48, 96, 65), (144, 24, 67))
    assert encode_bars(piece, 0, 1).tokens.tolist() == [OFF, *[HOLD] * 7, 19, *[HOLD] * 7]
    assert encode_bars(piece, 1, 1).tokens.tolist() == [
        OFF, *[HOLD] * 7, 21, *[HOLD] * 3, OFF, *[HOLD] * 3,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        (a_piece((0, 8, 60), (8, 8, 62)), "off the sixteenth grid"),
        (a_piece((0, 24, 40), (24, 24, 80)), "wider than three octaves"),
        (a_piece((200, 24, 60)), "empty"),
        (a_piece((0, 24, 60), metres=(Metre(), Metre(48, 3, 4))), "metre changes"),
    ],
)
def test_what_the_grid_cannot_hold_is_said(piece: Piece, reason: str) -> None:
    with pytest.raises(OffGridError, match=reason):
        encode_bars(piece, 0, 1)
