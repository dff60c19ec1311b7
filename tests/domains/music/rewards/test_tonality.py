import numpy as np
import pytest

from makar.domains.music.rewards import tonality

GOOD = "C4:4 E4:4 G4:4 E4:4 D4:4 F4:4 A4:4 F4:4 G4:4 B4:4 D5:4 B4:4 G4:8 C4:8"


def test_in_key_in_major_and_minor(tunes, judge):
    found = judge(tonality.in_key_share, tunes("C4 D4 F#4 G4", "C4 E4", ""))
    assert found == pytest.approx([0.75, 1.0, np.nan], nan_ok=True)
    minor = tunes("A3 C4 F4 F#4 G4 G#4 C#4 Bb4", tonic=9, minor=True)
    assert judge(tonality.in_key_share, minor) == pytest.approx([0.75])  # all but C# and Bb


def test_stability_is_the_correlation_with_the_profile(tunes, judge):
    # two pitch classes, one quarter each, against Krumhansl & Kessler's major profile
    profile = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88]
    fifth = np.eye(12)[0] + np.eye(12)[7]
    found = judge(tonality.tonal_stability, tunes("C4 G4", "C#4 F#4", "C4 C5", ""))
    assert found[0] == pytest.approx(np.corrcoef(fifth, profile)[0, 1])
    assert found[1] < 0 < found[0]
    assert np.isnan(found[2:]).all()


def test_stability_weighs_by_length(tunes, judge):
    long_home, long_away = judge(tonality.tonal_stability, tunes("C4:12 F#4:4", "C4:4 F#4:12"))
    assert long_home > long_away


def test_strong_beats_by_hand(tunes, judge):
    # 4/4: strong are beats one and three: C and A; E and B lie on weak beats
    found = judge(tonality.strong_beat_chord, tunes("C4 E4 A4 B4", "r:4 C4:4 r:8"))
    assert found == pytest.approx([0.5, np.nan], nan_ok=True)


def test_strong_beats_of_a_jig(tunes, judge):
    # 6/8: strong are the two dotted quarters: E and G of the chord, then D not and C of it
    jig = tunes("E4:2 F4:2 F4:2 G4:2 F4:2 F4:2 D4:6 C4:6", bar=72, beat=36)
    assert judge(tonality.strong_beat_chord, jig) == pytest.approx([0.75])


def test_close_by_hand(tunes, judge):
    ends_well = "E4:4 D4:4 C4:8"
    with_upbeat = "E4:4 D4:4 C4:6 G4:2"  # the upbeat to a repeat does not spoil the close
    away = "E4:4 C4:4 D4:8"
    short = "E4:8 C4:2 r:2 D4:2 r:2 "
    found = judge(tonality.close, tunes(ends_well, with_upbeat, away, short, "C4"))
    # mean lengths: 16/3, 4, 16/3, 16/3 sixteenths; the last C lasts four, its rest included
    assert found == pytest.approx([1.0, 1.0, 0.5, 0.5, np.nan], nan_ok=True)


def test_nothing_in_the_last_bar_is_no_close(tunes, judge):
    assert judge(tonality.close, tunes("C4:8 C4:8 r:16")) == pytest.approx([0.0])


def test_phrase_endings_by_hand(tunes, judge):
    three_bars = "C4:4 D4:4 E4:4 F4:4 " * 3
    rest_home = three_bars + "D4:4 C4:12"  # C enters on beat two: the strong D stays the ending
    rest_long = three_bars + "E4:8 G4:8"
    rest_away = three_bars + "E4:8 A4:8"
    found = judge(tonality.phrase_endings, tunes(rest_home, rest_long, rest_away, "C4 D4"))
    assert found == pytest.approx([0.0, 1.0, 0.5, np.nan], nan_ok=True)


def test_a_tune_of_two_or_three_bars_ends_with_its_last(tunes, judge):
    bar = "C4:4 D4:4 E4:4 F4:4 "
    short = tunes(f"{bar} E4:8 G4:8", f"{bar} {bar} E4:8 A4:8", f"{bar}")
    assert judge(tonality.phrase_endings, short) == pytest.approx([1.0, 0.5, np.nan], nan_ok=True)


def test_every_phrase_counts(tunes, judge):
    phrase = "C4:4 D4:4 E4:4 F4:4 " * 3
    found = judge(tonality.phrase_endings, tunes(f"{phrase} G4:16 {phrase} A4:4 r:12"))
    # first: long and stable; second: long (with its rest) and not stable
    assert found == pytest.approx([0.75])


def test_a_good_tune_beats_a_bad_one(tunes, judge):
    bad = "C#4:4 E4:4 F#4:4 Eb4:4 D4:4 Ab4:4 Bb4:4 F4:4 G#4:4 B4:4 D5:4 B4:4 G4:12 F#4:4"
    for scorer in (
        tonality.in_key_share,
        tonality.tonal_stability,
        tonality.strong_beat_chord,
        tonality.close,
    ):
        good_value, bad_value = judge(scorer, tunes(GOOD, bad))
        assert good_value > bad_value
