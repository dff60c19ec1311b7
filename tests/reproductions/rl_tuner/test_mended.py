import numpy as np
import pytest

from makar.reproductions.rl_tuner import mended
from makar.reproductions.rl_tuner import rules as rl_tuner

OFF, HOLD, C4, D4, E4, G4, C5 = 0, 1, 14, 16, 18, 21, 26
T = 32


def row(*tokens, rest=HOLD):
    return np.array([[*tokens, *[rest] * (T - len(tokens))]])


def steps(rule, tokens):
    return {i: round(v, 6) for i, v in enumerate(rule(tokens)[0].tolist()) if v}


def test_long_notes_and_rests_cost_nothing_and_repeated_strikes_do():
    halves = row(C4, *[HOLD] * 7, D4, *[HOLD] * 7, E4, *[HOLD] * 7, OFF, HOLD, OFF, OFF)
    assert rl_tuner.repeating(halves).sum() < -800
    assert not mended.repeated_strikes(halves).any()
    struck = row(C4, HOLD, C4, C4, OFF, C4, C4, C4, D4, C4)
    assert np.flatnonzero(mended.repeated_strikes(struck)[0]).tolist() == [6, 7]  # the fifth on


def test_a_return_is_paid_once_as_it_comes():
    theme = [C4, HOLD, D4, HOLD, E4, HOLD, G4, HOLD]
    paid = mended.repeated_motif(row(*theme, *theme, *theme, *theme))[0]
    assert paid.sum() == pytest.approx(4)
    assert paid[15] == pytest.approx(4 * (1 - (7 / 8) ** 2))
    assert not paid[16:].any()
    half = mended.repeated_motif(row(*theme, *theme[:4], 30, 31, 33, 35, rest=OFF))[0]
    assert half.sum() == pytest.approx(4 * (4 / 8) ** 2)


def test_the_highest_note_alone():
    assert steps(mended.highest, row(C4, C5, C4)) == {31: 3}
    assert steps(mended.highest, row(C4, C5, C5, D4)) == {}
