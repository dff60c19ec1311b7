import numpy as np
import pytest

from makar.domains.music.rewards import melody

SCALE = "C4 D4 E4 F4 G4 A4 B4 C5"  # steps 2 2 1 2 2 2 1
LEAPS = "C4 G4 C4 A4 B3 C5 C5 C4"  # moves 7 -7 9 -10 13 0 -12


def test_mean_interval_by_hand(tunes, judge):
    found = judge(melody.mean_interval, tunes(SCALE, LEAPS, "C4", ""))
    assert found == pytest.approx([12 / 7, 58 / 7, np.nan, np.nan], nan_ok=True)


def test_steps_leaps_and_repeats_by_hand(tunes, judge):
    # moves: 2 (step), 0 (repeat), 5 (leap), -1 (step), 3 (neither)
    both = tunes("C4 D4 D4 G4 F#4 A4", "C4")
    assert judge(melody.step_share, both) == pytest.approx([0.4, np.nan], nan_ok=True)
    assert judge(melody.leap_share, both) == pytest.approx([0.2, np.nan], nan_ok=True)
    assert judge(melody.repeat_share, both) == pytest.approx([0.2, np.nan], nan_ok=True)


def test_a_held_note_repeats_nothing(tunes, judge):
    held = tunes("C4:16 D4:16", "C4:4 C4:4 C4:4 C4:4 D4:16")
    assert judge(melody.repeat_share, held) == pytest.approx([0.0, 0.75])


def test_range(tunes, judge):
    found = judge(melody.pitch_range, tunes(SCALE, LEAPS, "E4", ""))
    assert found == pytest.approx([12, 13, 0, np.nan], nan_ok=True)


def test_direction_by_hand(tunes, judge):
    # up up down: two pairs, one kept; a repeat in between changes nothing; a zigzag keeps none
    found = judge(
        melody.direction_kept, tunes("C4 D4 E4 D4", "C4 D4 D4 E4 D4", "C4 E4 D4 F4", "C4 D4")
    )
    assert found == pytest.approx([0.5, 0.5, 0.0, np.nan], nan_ok=True)


def test_arch_counts_phrases_of_four_bars(tunes, judge):
    up_and_down = "C4:16 E4:16 G4:16 D4:16"
    down_and_up = "G4:16 E4:16 C4:16 G4:16"
    falling, rising = "G4:16 E4:16 D4:16 C4:16", "C4:16 D4:16 E4:16 G4:16"
    found = judge(
        melody.arch, tunes(f"{up_and_down} {down_and_up}", up_and_down, falling, rising, "C4 D4")
    )
    assert found == pytest.approx([0.5, 1.0, 0.0, 0.0, np.nan], nan_ok=True)


def test_leap_resolution_by_hand(tunes, judge):
    # leaps +7 (then -2: answered), -5 (then -4: not), +12 (last move, no answer to judge)
    found = judge(melody.leap_resolution, tunes("C4 G4 F4 C4 Ab3 Ab4", SCALE))
    assert found == pytest.approx([0.5, np.nan], nan_ok=True)


def test_a_wider_leap_back_is_no_answer(tunes, judge):
    found = judge(melody.leap_resolution, tunes("C4 G4 B3 C4"))  # +7, -8, +1: second is answered
    assert found == pytest.approx([0.5])


def test_a_motif_returns_on_another_degree(tunes, judge):
    # C D E D C, then a third higher; E F G F E has other semitones, the same steps of the scale
    motif, higher = "C4:2 D4:2 E4:4 D4:2 C4:6", "E4:2 F4:2 G4:4 F4:2 E4:6"
    found = judge(melody.motif_recurrence, tunes(f"{motif} {higher}"))
    # nine moves: six runs of four, the last two could repeat the first two; the very last does
    assert found == pytest.approx([0.5])


def test_the_scale_is_that_of_the_key(tunes, judge):
    # the same in A flat major, where D flat is a degree of its own
    motif, higher = "Ab3:2 Bb3:2 C4:4 Bb3:2 Ab3:6", "Bb3:2 C4:2 Db4:4 C4:2 Bb3:6"
    found = judge(melody.motif_recurrence, tunes(f"{motif} {higher}", tonic=8))
    assert found == pytest.approx([0.5])


def test_another_rhythm_is_another_motif(tunes, judge):
    found = judge(
        melody.motif_recurrence, tunes("C4:2 D4:2 E4:4 D4:2 C4:6 E4:4 F4:4 G4:2 F4:4 E4:2")
    )
    assert found == pytest.approx([0.0])


def test_overlapping_runs_are_no_recurrence(tunes, judge):
    # eight equal moves: five runs of four; only the fifth lies clear of the first
    nine = " ".join(["C4"] * 9)
    eight = " ".join(["C4"] * 8)
    assert judge(melody.motif_recurrence, tunes(nine)) == pytest.approx([1.0])
    assert np.isnan(judge(melody.motif_recurrence, tunes(eight))).all()


def test_interval_profile_by_hand(tunes, judge):
    corpus = tunes("C4 D4 E4 D4 D4")  # +2 +2 -2 0: shares ½ ¼ ¼
    profile = melody.IntervalProfile.of(corpus)
    found = judge(profile, tunes("C4 D4 E4 D4 D4", "C4 D4", "C4 C5", "G4 E5 G3", "C4"))
    assert found == pytest.approx([1.0, 0.5, 0.0, 0.0, np.nan], nan_ok=True)


def test_a_profile_needs_moves(tunes):
    with pytest.raises(ValueError, match="two notes"):
        melody.IntervalProfile.of(tunes("C4", ""))


def test_statistics_do_not_depend_on_the_key(tunes, judge):
    here, there = (
        tunes("C4 D4 G4 E4 C4 D4 G4 E4 C4"),
        tunes("D4 E4 A4 F#4 D4 E4 A4 F#4 D4", tonic=2),
    )
    for scorer in (
        melody.mean_interval,
        melody.step_share,
        melody.direction_kept,
        melody.motif_recurrence,
        melody.leap_resolution,
    ):
        assert judge(scorer, here) == pytest.approx(judge(scorer, there))
