"""ABC is beamed by the beat, and the metre says what a beat is."""

import numpy as np
import pytest

from makar.domains.music.abc.write import abc_body, abc_text
from makar.domains.music.piece.piece import Metre, Part, Piece


def eighths(metre, count, *, length=12, pickup=0, more=()):
    rows = [(n * length, length, 67, 80) for n in range(count)]
    return Piece((Part(np.array([*rows, *more])),), metres=(metre,), pickup=pickup)


@pytest.mark.parametrize(
    ("metre", "count", "expected"),
    [
        (Metre(0, 4, 4), 8, "GG GG GG GG |]"),
        (Metre(0, 3, 4), 6, "GG GG GG |]"),
        (Metre(0, 6, 8), 6, "GGG GGG |]"),
        (Metre(0, 9, 8), 9, "GGG GGG GGG |]"),
        (Metre(0, 3, 8), 3, "GGG |]"),
        (Metre(0, 2, 4), 4, "GG GG |]"),
        (Metre(0, 5, 8), 5, "GG GG G |]"),
    ],
)
def test_eighths_hang_together_within_a_beat(metre, count, expected):
    assert abc_body(eighths(metre, count)) == expected


def test_an_upbeat_is_the_end_of_a_bar():
    assert abc_body(eighths(Metre(0, 6, 8), 7, pickup=12)).startswith("G | GGG GGG |")
    assert abc_body(eighths(Metre(0, 4, 4), 11, pickup=36)).startswith("G GG | GG")


def test_quarters_and_rests_break_a_beam():
    rows = np.array([(0, 24, 67, 80), (24, 12, 67, 80), (48, 6, 67, 80), (54, 6, 67, 80),
                     (60, 12, 67, 80), (72, 24, 67, 80)])  # fmt: skip
    assert abc_body(Piece((Part(rows),))) == "G2 G z G/G/G G2 |]"


def test_a_triplet_is_one_group():
    rows = [(8 * n, 8, 67, 80) for n in range(3)] + [(24, 12, 67, 80), (36, 12, 67, 80)]
    assert abc_body(Piece((Part(np.array(rows)),))).startswith("(3GGG GG ")


def test_beams_change_nothing_that_is_heard():
    from makar.domains.music.abc.format import read_abc

    draw = np.random.default_rng(0)
    rows = [
        (6 * n, 6 * int(draw.integers(1, 2)), int(draw.integers(55, 90)), 80) for n in range(96)
    ]
    piece = Piece((Part(np.array(rows)),), metres=(Metre(0, 6, 8),))
    again = read_abc(abc_text(piece))[0].parts[0].notes
    assert np.array_equal(again[:, :3], piece.parts[0].notes[:, :3])
