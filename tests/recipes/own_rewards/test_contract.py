from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from makar.core.scoring import AnswerFault, Statistic
from makar.core.types import Judgement
from makar.recipes.own_rewards.contract import USUAL, checked

SOUND = [
    [0.0, 1.0], (0, 1), [True, False], np.array([0.5, 1], np.float16), np.array([0, 1], np.uint64),
    torch.tensor([0.25, 0.5]), [Fraction(1, 3), 0.5], [np.float32(0.1), 1], np.array([[0.1, 1]])[0],
]  # fmt: skip


@pytest.mark.parametrize("answer", SOUND, ids=str)
def test_numbers_of_any_kind_are_taken(answer):
    found = checked(answer, 2, USUAL)
    assert found.values.dtype == np.float64
    np.testing.assert_array_equal(found.values, [float(one) for one in answer])
    assert found.faults == {}


@given(st.lists(st.floats(width=64), min_size=1, max_size=8))
def test_what_is_out_of_range_is_nan_and_counted(values):
    found = checked(values, len(values), USUAL)
    given_ = np.array(values)
    within = (given_ >= -1e-6) & (given_ <= 1 + 1e-6)
    np.testing.assert_array_equal(np.isnan(found.values), ~within)
    np.testing.assert_allclose(found.values[within], given_[within], atol=1e-6)
    assert ((found.values[within] >= 0) & (found.values[within] <= 1)).all()
    assert sum(found.faults.values()) == int((~within).sum())
    assert found.faults.get("NaN", 0) == int(np.isnan(given_).sum())


def test_rounding_beyond_an_end_is_the_end():
    found = checked([1 + 1e-9, -1e-9], 2, USUAL)
    assert found.values.tolist() == [1, 0]
    assert found.faults == {}


def test_another_range_is_held_to_as_well():
    found = checked([8.0, 12.0, -1.0], 3, (0.0, 10.0))
    np.testing.assert_array_equal(found.values, [8, np.nan, np.nan])
    assert list(found.faults) == [
        "outside 0 to 10; bring it into that range, or state its own: @LOW:HIGH"
    ]


def test_credit_comes_along_and_has_to_be_sound():
    credit = np.array([[0.1, 0.2], [0.0, 0.4]])
    found = checked(Statistic(np.array([0.3, 0.4]), credit, np.array([2, 2])), 2, USUAL)
    np.testing.assert_array_equal(found.credit, credit)
    np.testing.assert_array_equal(found.units, [2, 2])
    assert checked(Judgement(np.array([0.3, 0.4]), credit=credit), 2, USUAL).credit is not None
    with pytest.raises(AnswerFault, match="credit"):
        checked(Statistic(np.array([0.3, 0.4]), np.full((2, 1), np.nan)), 2, USUAL)


@pytest.mark.parametrize(
    "answer",
    [None, 0.5, "ab", ["0.1", "0.2"], [0.1j, 0.2], [None, 0.2], [[0.1], [0.2]], {1: 2}, object()],
    ids=lambda answer: "object" if type(answer) is object else str(answer),
)
def test_what_is_no_number_for_each_work_is_refused(answer):
    with pytest.raises(AnswerFault, match="return one number from 0 to 1 for each work"):
        checked(answer, 2, USUAL)
