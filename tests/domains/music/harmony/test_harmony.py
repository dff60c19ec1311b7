import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.music.harmony import harmony
from makar.domains.music.piece.key_finding import MAJOR_PROFILE, MINOR_PROFILE
from makar.domains.music.piece.piece import Key

TRIAD = ("C5:16", "G4:16", "E4:16", "C3:16")
CLUSTER = ("D5:16", "C#5:16", "C5:16", "B4:16")


def test_consonance_by_hand(chorus, judge):
    values = judge(harmony.consonance, chorus(TRIAD, CLUSTER, ("C5:4", "C4:4", "C3:4", "C2:4")))
    # C-G and G-C fifths, C-E and E-C thirds, G-E a third; C-C is left out
    assert values[0] == pytest.approx((2 * 1.24 + 2 * 0.386 + 0.594) / 5)
    assert values[1] == pytest.approx((3 * -1.428 + 2 * -0.582 + 0.594) / 6)
    assert np.isnan(values[2])


def test_consonance_weighs_by_length(chorus, judge):
    fifth, tritone = 1.24, -0.453
    work = ("G4:12 F#4:4", "r:16", "r:16", "C4:16")
    expected = (3 * fifth + tritone) / 4
    assert judge(harmony.consonance, chorus(work)) == pytest.approx([expected])


def test_a_dissonance_that_is_struck_counts_and_one_that_passes_does_not(chorus, judge):
    struck = ("C5:8 D5:8", "G4:8 E4:8", "E4:16", "C4:16")  # D against E, struck at once
    passing = ("C5:8 D5:8", "G4:16", "E4:16", "C4:16")
    suspended = ("C5:16", "G4:16", "E4:8 C4:8", "F3:16")  # E and G are struck against F
    values = judge(harmony.struck_dissonance, chorus(struck, passing, suspended))
    # six pairs at the beginning, and one more where two voices move
    assert values == pytest.approx([1 / 7, 0, 2 / 6])
    found = harmony.struck_dissonance(chorus(struck), [Prompt()])
    assert np.flatnonzero(found.credit[0]).tolist() == [8]
    assert found.credit.sum() == pytest.approx(1 / 7)


@pytest.mark.parametrize(
    ("upper", "share"),
    [("D4", 1), ("D#4", 0), ("F#4", 1), ("G4", 0), ("Bb4", 1), ("B4", 1), ("C5", 0)],
)
def test_what_is_dissonant(chorus, judge, upper, share):
    work = (f"{upper}:4", "r:4", "r:4", "C4:4")
    assert judge(harmony.struck_dissonance, chorus(work)) == [share]


def test_chord_fit_by_hand(chorus, judge):
    # a triad, then with a fourth in it: 2·3 / (4 + 3); two of four neighbours in a triad, 4 / 7
    work = ("C5:8 F5:8", "G4:16", "E4:16", "C3:16")
    alone = ("C5:8", "r:16", "r:16", "E3:4 r:12")  # only the first quarter has two voices
    values = judge(harmony.chord_fit, chorus(work, TRIAD, CLUSTER, alone))
    assert values == pytest.approx([(1 + 6 / 7) / 2, 1, 4 / 7, 4 / 5])


def test_complete_chords_by_hand(chorus, judge):
    bare = ("C5:4 C5:4", "G4:4 G4:4", "G3:4 E4:4", "C3:4 C3:4")  # no third, then one
    assert judge(harmony.complete_chords, chorus(bare, TRIAD)) == pytest.approx([0.5, 1])
    minor = ("C5:4", "G4:4", "Eb4:4", "C3:4")
    no_root = ("E4:4", "G4:4", "E4:4", "G3:4")  # fits C and e alike; e has root and third
    assert judge(harmony.complete_chords, chorus(minor, no_root)).tolist() == [1, 1]


@pytest.mark.parametrize("key", [Key(), Key(9, "minor")])
def test_key_fit_is_the_correlation_with_the_profile(chorus, judge, key):
    works = chorus(("C5:12 B4:4", "G4:16", "E4:8 D4:8", "C3:16"), key=key)
    held = np.zeros(12)
    for pitch_class, steps in ((0, 12), (11, 4), (7, 16), (4, 8), (2, 8), (0, 16)):
        held[(pitch_class - key.tonic) % 12] += steps
    profile = MINOR_PROFILE if key.is_minor else MAJOR_PROFILE
    assert judge(harmony.key_fit, works) == pytest.approx([np.corrcoef(held, profile)[0, 1]])


def test_key_fit_needs_two_pitch_classes(chorus, judge):
    assert np.isnan(judge(harmony.key_fit, chorus(("C5:4", "C4:4", "C4:4", "C3:4")))).all()


def test_harmonic_rhythm_by_hand(chorus, judge):
    moves = ("C5:4 C5:4 D5:8", "G4:8 G4:8", "E4:8 B3:8", "C3:8 G2:8")  # I I V V
    assert judge(harmony.harmonic_rhythm, chorus(moves, TRIAD)) == pytest.approx([1 / 3, 0])
