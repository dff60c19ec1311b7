import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.music.harmony import function
from makar.domains.music.piece.piece import Key

CHORDS = {
    "I": ("C5", "G4", "E4", "C3"),
    "I6": ("C5", "G4", "C4", "E3"),
    "IV": ("C5", "A4", "F4", "F3"),
    "V": ("B4", "G4", "D4", "G3"),
    "V6": ("D5", "G4", "G4", "B3"),
    "V7": ("B4", "F4", "D4", "G3"),
    "vii": ("F4", "D4", "D4", "B2"),
    "vi": ("C5", "A4", "E4", "A3"),
    "ii": ("D5", "A4", "F4", "D3"),
    "D": ("D5", "A4", "F#4", "D3"),
    "E": ("B4", "G#4", "E4", "E3"),
}


def block(names):
    """A chord a quarter, ``"I V I V"``."""
    return tuple(" ".join(f"{CHORDS[n][v]}:4" for n in names.split()) for v in range(4))


@pytest.mark.parametrize(
    ("names", "strength"),
    [
        ("I IV V I", 1),
        ("I IV V7 I", 1),
        ("I IV vii I", 1),
        ("I ii V vi", 0),
        ("I I IV I", 0.5),
        ("I I ii V", 0.5),
        ("I IV D V", 1),  # into the key of the dominant
        ("I IV E vi", 1),  # into the relative minor
        ("I V6 I IV", 0),  # V to I in F would want its seventh
        ("I IV V I6", 0),  # not onto a root
        ("I IV V6 I", 0),  # not from one
        ("I V I IV", 0),  # what was before the last chord
        ("vi ii vi ii", 0),
        ("I ii I6 ii", 0),
    ],
)
def test_cadence_by_hand(chorus, judge, names, strength):
    assert judge(function.cadence, chorus(block(names))).tolist() == [strength]


def test_a_cadence_is_asked_for_in_every_fourth_bar_and_in_the_last(chorus, judge):
    idle, close = "vi ii vi ii", "vi ii V I"
    early = block(" ".join([close, idle, idle, idle]))
    late = block(" ".join([idle, idle, idle, close]))
    six = block(" ".join([idle, idle, idle, close, idle, idle]))
    assert judge(function.cadence, chorus(early, late)).tolist() == [0, 1]
    assert judge(function.cadence, chorus(six)) == [0.5]
    assert judge(function.dominant_motion, chorus(early, late)).tolist() == [0.25, 0.25]


def test_a_dominant_before_the_bar_line_closes_after_it(chorus, judge):
    assert judge(function.dominant_motion, chorus(block("vi ii vi V I I I I"))) == [0.75]


def test_one_chord_closes_nothing(chorus, judge):
    assert np.isnan(judge(function.cadence, chorus(block("I I I I")))).all()


def test_root_position_by_hand(chorus, judge):
    assert judge(function.root_position, chorus(block("I I6 V V"))).tolist() == [0.75]


def test_leading_tone_by_hand(chorus, judge):
    home = block("V I")
    falls = ("D5:4 C5:4", "B4:4 G4:4", "D4:4 E4:4", "G3:4 C3:4")
    waits = ("B4:4 B4:4 C5:8", "G4:8 G4:8", "D4:8 E4:8", "G3:8 C3:8")
    in_iii = ("B4:4 C5:4", "G4:8", "E4:8", "E3:4 C3:4")  # E minor is no dominant
    leaps = ("B4:4 E5:4", "G4:4 G4:4", "D4:4 E4:4", "G3:4 C3:4")
    assert judge(function.leading_tone, chorus(leaps)) == [0]
    values = judge(function.leading_tone, chorus(home, falls, waits, in_iii))
    assert values[:3].tolist() == [1, 0, 1]
    assert np.isnan(values[3])


def test_the_leading_tone_of_minor_is_raised(chorus, judge):
    works = chorus(block("E vi"), key=Key(9, "minor"))  # G sharp to A
    stays = ("B4:4 C5:4", "G#4:4 E4:4", "E4:4 A3:4", "E3:4 A3:4")
    assert judge(function.leading_tone, works).tolist() == [1 if "G#4" in CHORDS["E"] else 0]
    assert judge(function.leading_tone, chorus(stays, key=Key(9, "minor"))).tolist() == [0]


def test_doubled_leading_tone_by_hand(chorus):
    doubled = ("D5:12 B4:4", "B4:16", "G4:16", "G3:16")
    found = function.doubled_leading_tone(chorus(doubled, block("V I")), [Prompt()] * 2)
    assert found.values.tolist() == [0.25, 0]
    assert found.credit[0].tolist() == [0] * 12 + [1 / 16] * 4
