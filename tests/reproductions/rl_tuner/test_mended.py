import numpy as np
import pytest

from makar.reproductions.rl_tuner import mended as rl_tuner_mended
from makar.reproductions.rl_tuner import rules as rl_tuner
from makar.reproductions.rl_tuner.mended import MENDED

OFF, HOLD, C4, D4, E4, G4, C5 = 0, 1, 14, 16, 18, 21, 26
T = 32


def row(*tokens, rest=HOLD):
    return np.array([[*tokens, *[rest] * (T - len(tokens))]])


def steps(rule, tokens):
    return {i: round(v, 6) for i, v in enumerate(rule(tokens)[0].tolist()) if v}


def test_long_notes_and_rests_cost_nothing_and_repeated_strikes_do():
    halves = row(C4, *[HOLD] * 7, D4, *[HOLD] * 7, E4, *[HOLD] * 7, OFF, HOLD, OFF, OFF)
    assert rl_tuner.repeating(halves).sum() < -800
    assert steps(MENDED["repeating"], halves) == {}
    struck = row(C4, HOLD, C4, C4, OFF, C4, C4, C4, D4, C4)
    assert steps(MENDED["repeating"], struck) == {6: -1, 7: -1}  # the fifth and sixth in a row


def test_the_tonic_may_be_in_any_octave_and_any_key():
    tokens = row(C5)
    tokens[0, 28:] = 2, HOLD, OFF, HOLD
    assert rl_tuner.tonic(tokens).sum() == 9
    assert steps(MENDED["tonic"], tokens) == {0: 3, 28: 3, 29: 3, 30: 3, 31: 3}
    tokens[0, 0] = 11  # an A
    assert 0 not in steps(MENDED["tonic"], tokens)
    assert steps(rl_tuner_mended.tonic_of(9), tokens)[0] == 3


def test_autocorrelation_is_of_the_notes_and_not_of_what_lies_between():
    tight, spread = row(C4, D4, C4, rest=HOLD), row(C4, HOLD, D4, OFF, HOLD, C4, rest=OFF)
    found, wide = (MENDED["autocorrelation"](t)[0] for t in (tight, spread))
    # C D C: the lags by hand are −2/3 and 1/6
    assert found[2] == pytest.approx(-3 * (2 / 3 + 1 / 6))
    np.testing.assert_allclose(wide[[0, 2, 5]], found[:3])
    assert not wide[[1, 3, 4]].any()
    assert not wide[6:].any()


def test_a_return_is_paid_once_as_it_comes():
    theme = [C4, HOLD, D4, HOLD, E4, HOLD, G4, HOLD]
    paid = MENDED["repeated_motif"](row(*theme, *theme, *theme, *theme))[0]
    assert paid.sum() == pytest.approx(4)
    assert paid[15] == pytest.approx(4 * (1 - (7 / 8) ** 2))
    assert not paid[16:].any()
    half = MENDED["repeated_motif"](row(*theme, *theme[:4], 30, 31, 33, 35, rest=OFF))[0]
    assert half.sum() == pytest.approx(4 * (4 / 8) ** 2)


def test_the_highest_note_alone():
    assert steps(rl_tuner_mended.highest, row(C4, C5, C4)) == {31: 3}
    assert steps(rl_tuner_mended.highest, row(C4, C5, C5, D4)) == {}
