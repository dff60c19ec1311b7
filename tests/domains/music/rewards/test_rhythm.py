import numpy as np
import pytest

from makar.domains.music.rewards import rhythm
from makar.domains.music.rewards.bars import metric_tree


def test_the_metric_tree_of_common_time_is_the_published_one():
    # Longuet-Higgins & Lee: 0 -4 -3 -4 -2 -4 -3 -4 -1 -4 -3 -4 -2 -4 -3 -4
    expected = [0, 4, 3, 4, 2, 4, 3, 4, 1, 4, 3, 4, 2, 4, 3, 4]
    assert metric_tree(96, 24)[::6].tolist() == expected


def test_the_metric_trees_of_other_metres():
    assert metric_tree(72, 36)[::6].tolist() == [0, 3, 2, 3, 2, 3, 1, 3, 2, 3, 2, 3]  # 6/8
    assert metric_tree(72, 24)[::12].tolist() == [0, 2, 1, 2, 1, 2]  # 3/4 in eighths
    assert metric_tree(48, 24)[::12].tolist() == [0, 2, 1, 2]  # 2/4
    assert metric_tree(108, 36)[::12].tolist() == [0, 2, 2, 1, 2, 2, 1, 2, 2]  # 9/8
    assert metric_tree(144, 36)[::36].tolist() == [0, 2, 1, 2]  # 12/8
    assert metric_tree(36, 12)[::12].tolist() == [0, 1, 1]  # 3/8
    assert metric_tree(96, 48)[::12].tolist() == [0, 3, 2, 3, 1, 3, 2, 3]  # 2/2
    assert metric_tree(96, 24)[8] == 5  # a triplet's second note is off the grid


def test_groove_by_hand(tunes, judge):
    # bar two lacks one of bar one's onsets and has two others: 3 of 16 places differ
    two = "C4:4 D4:4 E4:4 F4:4 C4:2 D4:2 E4:2 F4:2 G4:8"
    same = "C4:4 D4:4 E4:4 F4:4 A4:4 B4:4 A4:4 B4:4"
    found = judge(rhythm.groove_consistency, tunes(two, same, "C4:16", "r:32"))
    assert found == pytest.approx([1 - 3 / 16, 1.0, np.nan, np.nan], nan_ok=True)


def test_groove_takes_the_mean_over_neighbours(tunes, judge):
    found = judge(rhythm.groove_consistency, tunes("C4:16 C4:16 C4:8 C4:8"))
    assert found == pytest.approx([1 - (0 + 1 / 16) / 2])


def test_bar_rhythm_recurrence_by_hand(tunes, judge):
    # rhythms a b a c: of three later bars one returns, next to nothing or not
    tune = "C4:16 D4:8 E4:8 G4:16 C4:4 C4:12"
    found = judge(rhythm.bar_rhythm_recurrence, tunes(tune, "C4:16 D4:16", "C4:8"))
    assert found == pytest.approx([1 / 3, 1.0, np.nan], nan_ok=True)


def test_syncopation_by_hand(tunes, judge):
    on_the_beat = "C4:4 D4:4 E4:8"
    # the Charleston's second note begins on an eighth (level 3) and is held over beat three (1)
    charleston = "C4:6 D4:10"
    # an eighth early over the bar line: level 3 held over level 0
    anticipation = "C4:14 D4:18"
    found = judge(rhythm.syncopation, tunes(on_the_beat, charleston, anticipation, ""))
    assert found == pytest.approx([0.0, 2.0, 1.5, np.nan], nan_ok=True)


def test_the_strongest_place_crossed_counts(tunes, judge):
    # from an eighth (level 3) over beat three (1) and the bar line (0): 3 in two bars
    assert judge(rhythm.syncopation, tunes("r:6 C4:26")) == pytest.approx([1.5])


def test_a_rest_on_the_beat_syncopates_too(tunes, judge):
    held, cut = judge(rhythm.syncopation, tunes("C4:6 D4:10", "C4:6 D4:2 r:8"))
    assert held == cut


def test_metric_strength_by_hand(tunes, judge):
    # strengths 1, ½, ¾ of four levels, weighted 4, 4, 8 of 16 sixteenths
    found = judge(rhythm.metric_strength, tunes("C4:4 D4:4 E4:8", "C4:16", "r:1 C4:15", ""))
    assert found == pytest.approx([(4 + 2 + 6) / 16, 1.0, 0.0, np.nan], nan_ok=True)


def test_long_notes_on_weak_places_are_worse(tunes, judge):
    good, bad = judge(rhythm.metric_strength, tunes("C4:12 D4:4", "D4:4 C4:12"))
    assert good > bad
