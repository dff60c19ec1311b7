"""Where a piece is cut: at every so many bars, and anew where the metre changes."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.music.piece.piece import Metre, Part, Piece
from makar.domains.music.piece.stretches import ALONE, Stretch, beginning_at, stretches


def piece(ticks: int, *metres: Metre, pickup: int = 0) -> Piece:
    """A note from the beginning to the end."""
    return Piece((Part(np.array([[0, ticks, 60, 80]])),), metres=metres, pickup=pickup)


def test_whole_stretches_of_one_metre():
    found, left_out = stretches(piece(96 * 17, Metre(0, 4, 4)), 8)
    assert found == [Stretch(0, 8, Metre(0, 4, 4)), Stretch(768, 8, Metre(0, 4, 4))]
    assert not left_out
    assert stretches(piece(96 * 3 - 10, Metre(0, 4, 4)), 8)[0] == [Stretch(0, 3, Metre(0, 4, 4))]
    assert stretches(piece(0, Metre(0, 4, 4)), 8)[0] == [Stretch(0, 1, Metre(0, 4, 4))]


def test_the_upbeat_is_in_none():
    found, _ = stretches(piece(24 + 96 * 8, Metre(0, 4, 4), pickup=24), 4)
    assert [(s.start, s.bars) for s in found] == [(0, 4), (384, 4)]


def test_the_bars_beside_a_change_are_stretches_of_their_own():
    """Four bars, one of 1/4, and four more: the odd bar alone is left out."""
    metres = (Metre(0, 4, 4), Metre(384, 1, 4), Metre(408, 4, 4))
    found, left_out = stretches(piece(408 + 384, *metres), 8)
    assert [(s.start, s.bars, str(s.metre)) for s in found] == [(0, 4, "4/4"), (408, 4, "4/4")]
    assert left_out == {ALONE: 1}


def test_a_metre_that_is_said_again_changes_nothing():
    said_again = (Metre(0, 4, 4), Metre(384, 4, 4))
    assert stretches(piece(768, *said_again), 8) == stretches(piece(768, Metre(0, 4, 4)), 8)


def test_a_change_within_a_bar_counts_from_the_next_bar_line():
    found, _ = stretches(piece(96 * 2 + 72 * 2, Metre(0, 4, 4), Metre(140, 3, 4)), 8)
    assert [(s.start, s.bars, str(s.metre)) for s in found] == [(0, 2, "4/4"), (192, 2, "3/4")]


@pytest.mark.parametrize("bars", [1, 4])
def test_seen_from_a_stretch(bars):
    metres = (Metre(0, 4, 4), Metre(96 + 24, 3, 4))
    tune = Piece(
        (Part(np.array([[0, 24, 60, 80], [24, 96, 62, 80], [120, 24, 64, 80]])),),
        metres=metres, pickup=24,
    )  # fmt: skip
    seen = beginning_at(tune, Stretch(96, bars, Metre(0, 3, 4)))
    assert seen.parts[0].notes[:, 0].tolist() == [-120, -96, 0]
    assert (str(seen.metre), seen.pickup, len(seen.metres)) == ("3/4", 0, 1)


def test_many_changes_are_walked_once():
    metres = tuple(Metre(96 * n, 4 + n % 2, 4) for n in range(4000))
    found, left_out = stretches(piece(96 * 4000, *metres), 8)
    assert len(found) + sum(left_out.values()) > 1000
