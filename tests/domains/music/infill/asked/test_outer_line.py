"""The uppermost and lowest line of a part with several notes at once."""

import numpy as np

from makar.domains.music.infill.asked.parts import outer_line, split
from makar.domains.music.piece.piece import Part, Piece


def line(rows, which="top"):
    return np.array(rows)[outer_line(np.array(rows), which), 2].tolist()


def test_of_chords_the_outer_notes():
    chords = [(48 * n, 48, p + n, 80) for n in range(8) for p in (48, 55, 64)]
    assert line(chords) == [64 + n for n in range(8)]
    assert line(chords, "bottom") == [48 + n for n in range(8)]


def test_what_moves_under_a_held_note_is_not_the_line():
    held = [(0, 96, 76, 80), *((24 * n, 24, 60 + n, 60) for n in range(4)), (96, 96, 74, 80)]
    assert line(sorted(held)) == [76, 74]
    assert line(sorted(held), "bottom") == [60, 61, 62, 63]


def test_accompaniment_in_the_lines_rests_is_not_the_line():
    melody = [(48 * n, 24, 76 + n % 3, 80) for n in range(8)]
    below = [(48 * n + 24, 24, 48, 60) for n in range(8)]
    assert line(sorted([*melody, *below])) == [p for _, _, p, _ in melody]


def test_a_line_becomes_a_part_and_the_rest_another():
    rows = np.array([(0, 24, 60, 80), (0, 24, 72, 80), (24, 24, 62, 80)])
    piece = split(Piece((Part(rows, "Piano"),)), 0, outer_line(rows, "top"), name="top line")
    assert [part.name for part in piece.parts] == ["Piano (top line)", "Piano (the rest)"]
    assert [len(part.notes) for part in piece.parts] == [2, 1]
