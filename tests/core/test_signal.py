"""From judgement to decisions: what is earned must add up."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from makar.core.signal import decision_rewards, last_decision


def test_without_credit_the_total_comes_at_the_last_decision(toy: Any) -> None:
    rollout = toy.rollout(3, 4, lengths=[4, 2, 0])
    rewards = decision_rewards(rollout, toy.judged([0.5, 0.25, 1.0]))
    assert rewards.tolist() == [[0, 0, 0, 0.5], [0, 0.25, 0, 0], [0, 0, 0, 0]]
    assert last_decision(rollout).tolist() == [3, 1, 0]


def test_credit_goes_where_a_unit_is_finished_and_the_rest_to_the_end(toy: Any) -> None:
    """Two notes of two decisions each: .25 earned by the first, .5 by the second, of a total 1."""
    rollout = toy.rollout(1, 5, place=torch.tensor([[0, 0, 1, 1, 2]]))
    judgement = toy.judged([1.0], credit=np.array([[0.25, 0.5]]))
    assert decision_rewards(rollout, judgement).tolist() == [[0, 0.25, 0, 0.5, 0.25]]


def test_credit_of_undecided_units_goes_to_the_end(toy: Any) -> None:
    mask = torch.tensor([[False, False, True, True]])
    rollout = toy.rollout(1, 4, mask=mask)
    judgement = toy.judged([1.0], credit=np.array([[0.125, 0.25, 0.5, 0.0]]))
    assert decision_rewards(rollout, judgement).tolist() == [[0, 0, 0.5, 0.5]]


def test_credit_narrower_than_the_work(toy: Any) -> None:
    rollout = toy.rollout(2, 3)
    judgement = toy.judged([1.0, 0.5], credit=np.array([[0.25], [0.5]]))
    assert decision_rewards(rollout, judgement).tolist() == [[0.25, 0, 0.75], [0.5, 0, 0]]


def test_what_the_process_paid_comes_first(toy: Any) -> None:
    paid = torch.tensor([[1.0, 2.0]])
    rollout = toy.rollout(1, 2, step_reward=paid)
    assert torch.equal(decision_rewards(rollout, toy.judged([9.0])), paid)


def test_what_could_not_be_judged_stays_nan(toy: Any) -> None:
    rollout = toy.rollout(2, 3)
    for credit in (None, np.zeros((2, 3))):
        rewards = decision_rewards(rollout, toy.judged([np.nan, 0.5], credit=credit))
        assert rewards[0].isnan().all()
        assert rewards[1].sum() == 0.5


@given(st.data())
def test_decisions_add_up_to_the_total(toy: Any, data: st.DataObject) -> None:
    B, T, U = (data.draw(st.integers(low, 5)) for low in (0, 1, 0))
    unit = st.floats(-1, 1, width=32)

    def rows(element: st.SearchStrategy[Any], width: int) -> np.ndarray:
        row = st.lists(element, min_size=width, max_size=width)
        return np.array(data.draw(st.lists(row, min_size=B, max_size=B))).reshape(B, width)

    mask = torch.from_numpy(rows(st.booleans(), T).astype(bool))
    place = torch.from_numpy(np.sort(rows(st.integers(-1, 6), T).astype(np.int64), axis=1))
    total = rows(unit, 1)[:, 0].astype(np.float64)
    credit = data.draw(st.sampled_from([None, rows(unit, U).astype(np.float64)]))
    rollout = toy.rollout(B, T, mask=mask, place=place)
    rewards = decision_rewards(rollout, toy.judged(total, credit=credit))
    expected = torch.where(mask.any(1), torch.from_numpy(total).float(), 0.0)
    torch.testing.assert_close(rewards.sum(1), expected, atol=1e-5, rtol=1e-5)
    assert not rewards[~mask].any()
