import numpy as np
import pytest

from makar.domains.music.rewards import watch


def test_pitch_class_entropy_by_hand(tunes, judge):
    # octaves are one class; ½ ¼ ¼ is 1.5 bits
    found = judge(watch.pitch_class_entropy, tunes("C4 C5 E4 G4", "C4 C4", ""))
    assert found == pytest.approx([1.5, 0.0, np.nan], nan_ok=True)


def test_rhythm_entropy_by_hand(tunes, judge):
    # gaps 2 2 4 4 (the last note's is not known): pairs 22 24 44, log2 3 bits
    found = judge(watch.rhythm_entropy, tunes("C4:2 C4:2 C4:4 C4:4 C4:4", "C4 C4 C4 C4", "C4 C4"))
    assert found == pytest.approx([np.log2(3), 0.0, np.nan], nan_ok=True)


def test_density_and_rests_by_hand(tunes, judge):
    both = tunes("C4:2 D4:2 r:4 E4:8", "")
    assert judge(watch.note_density, both) == pytest.approx([0.75, 0.0])
    assert judge(watch.rest_share, both) == pytest.approx([0.25, 1.0])


def test_autocorrelation_by_hand(tunes, judge):
    # pitches 0 1 2 about 1: (-1·0 + 0·1) / 2 = 0; a zigzag ±1 of four: -3/4
    found = judge(watch.pitch_autocorrelation, tunes("C4 C#4 D4", "C4 D4 C4 D4", "C4 C4"))
    assert found == pytest.approx([0.0, -0.75, np.nan], nan_ok=True)


def test_surprise_by_hand(tunes, judge):
    # after C: D three times, 128 rows with ½ each: (3 + ½) / (3 + 64)
    surprise = watch.PitchSurprise.of(tunes("C4 D4", "C4 D4", "C4 D4"))
    found = judge(surprise, tunes("C4 D4", "C4 E4", "C4"))
    expected = [np.log2(67 / 3.5), np.log2(67 / 0.5), np.nan]
    assert found == pytest.approx(expected, nan_ok=True)


def test_surprise_is_the_same_in_another_key(tunes, judge):
    surprise = watch.PitchSurprise.of(tunes("C4 D4 E4"))
    assert judge(surprise, tunes("D4 E4 F#4", tonic=2)) == judge(surprise, tunes("C4 D4 E4"))
