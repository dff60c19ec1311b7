import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.music.rewards import structure
from makar.domains.music.rewards.bars import bars_of

A = "C4:4 E4:4 G4:8"
A_HIGHER = "D4:4 F4:4 A4:8"
B = "F4:2 A4:2 F4:2 E4:2 D4:2 E4:2 D4:2 B3:2"


def likeness(tunes, first, second):
    return structure.bar_similarity(bars_of(tunes(f"{first} {second}")))[0, 0, 1]


def test_equal_bars_and_sequences_are_alike(tunes):
    assert likeness(tunes, A, A) == 1.0
    assert likeness(tunes, A, A_HIGHER) == 1.0


def test_likeness_by_hand(tunes):
    # rhythm: onsets 0 4 8 and 0 8, two of three; tune: C E G G and C C G G, counted in fours
    assert likeness(tunes, A, "C4:8 G4:8") == pytest.approx((2 / 3 + 3 / 4) / 2)
    # one changed first note: as written ¾ agree, counted from the first note none but itself
    assert likeness(tunes, A, "D4:4 E4:4 G4:8") == pytest.approx((1 + 3 / 4) / 2)


def test_silent_bars(tunes):
    assert likeness(tunes, A, "r:16") == 0.0
    silent = structure.bar_similarity(bars_of(tunes("C4:16 r:16 r:16")))
    assert silent[0, 1, 2] == 1.0


def test_recurrence_by_hand(tunes, judge):
    # A A B A: the likest before is 1, x, 1 with x the likeness of A and B
    x = likeness(tunes, A, B)
    found = judge(structure.bar_recurrence, tunes(f"{A} {A} {B} {A}", A, "r:32"))
    assert found == pytest.approx([(2 + x) / 3, np.nan, np.nan], nan_ok=True)
    assert x < 0.3


def test_a_form_that_is_kept(tunes, judge):
    x = likeness(tunes, A, B)
    tune = tunes(f"{A} {A} {B} {A}")
    kept = judge(structure.form_contrast, tune, [Prompt(form="AABA")])
    assert kept == pytest.approx([1 - x])
    # as ABAB: equal pairs are A-B... bars 1, 3 (x) and 2, 4 (1); different 1, x, x, 1
    broken = judge(structure.form_contrast, tune, [Prompt(form="ABAB")])
    assert broken == pytest.approx([(x + 1) / 2 - (1 + x + x + 1) / 4])


def test_sections_of_two_bars_are_compared_bar_by_bar(tunes, judge):
    tune = tunes(f"{A} {B} {A} {B}")
    assert judge(structure.form_contrast, tune, [Prompt(form="aa")]) == pytest.approx([1.0])
    assert judge(structure.form_contrast, tune, [Prompt(form="a b")]) == pytest.approx([-1.0])


def test_what_cannot_be_judged(tunes, judge):
    tune = tunes(f"{A} {A} {B} {A}")
    for form in ("", "A", "AAB", "AABAAABA"):
        assert np.isnan(judge(structure.form_contrast, tune, [Prompt(form=form)])).all()
    assert np.isnan(judge(structure.form_contrast, tunes("r:64"), [Prompt(form="AABA")])).all()


def test_rows_have_their_own_forms(tunes, judge):
    both = tunes(f"{A} {A} {B} {A}", f"{A} {B} {A} {B}")
    found = judge(structure.form_contrast, both, [Prompt(form="AABA"), Prompt(form="ABAB")])
    x = likeness(tunes, A, B)
    assert found == pytest.approx([1 - x, 1 - x])


def test_a_longer_neighbour_changes_nothing(tunes, judge):
    alone = judge(structure.bar_recurrence, tunes(f"{A} {B}"))
    beside = judge(structure.bar_recurrence, tunes(f"{A} {B}", f"{A} {B} " * 4))
    assert beside[0] == pytest.approx(alone[0])
