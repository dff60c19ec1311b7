"""Advantages against numbers worked out by hand, and what must hold for any numbers."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from makar.objectives.advantage import (
    against_baseline,
    group_relative,
    leave_one_out,
    returns_to_go,
    standardised,
)


def at_the_end(totals: list[float], T: int = 2) -> tuple[Tensor, Tensor]:
    """Rewards that pay each total at the last of T decisions, and the mask."""
    rewards = torch.zeros(len(totals), T)
    rewards[:, -1] = torch.tensor(totals)
    return rewards, torch.ones(len(totals), T, dtype=torch.bool)


def test_returns_to_go() -> None:
    rewards = torch.tensor([[1.0, 2.0, 4.0], [8.0, 1.0, 9.0]])
    mask = torch.tensor([[True, True, True], [True, True, False]])
    # 1+2+4, 2+4, 4; the second row's 9 lies where nothing was decided
    plain = torch.tensor([[7.0, 6.0, 4.0], [9.0, 1.0, 0.0]])
    assert torch.equal(returns_to_go(rewards, mask), plain)
    # 4; 2 + 4/2; 1 + 4/2      and 1; 8 + 1/2
    halved = torch.tensor([[3.0, 4.0, 4.0], [8.5, 1.0, 0.0]])
    assert torch.equal(returns_to_go(rewards, mask, gamma=0.5), halved)


def test_discount_counts_decisions_not_columns() -> None:
    rewards = torch.tensor([[0.0, 0.0, 4.0]])
    mask = torch.tensor([[True, False, True]])
    assert returns_to_go(rewards, mask, gamma=0.5).tolist() == [[2.0, 0.0, 4.0]]


def test_nan_where_nothing_was_decided_does_no_harm() -> None:
    rewards = torch.tensor([[1.0, torch.nan]])
    mask = torch.tensor([[True, False]])
    for gamma in (1.0, 0.9):
        assert returns_to_go(rewards, mask, gamma=gamma).tolist() == [[1.0, 0.0]]


def test_against_baseline() -> None:
    returns, mask = torch.tensor([[3.0, 1.0]]), torch.tensor([[True, False]])
    assert against_baseline(returns, mask, baseline=0.5).tolist() == [[2.5, 0.0]]


def test_leave_one_out_by_hand() -> None:
    returns = returns_to_go(*at_the_end([1.0, 2.0, 6.0, 5.0]))
    mask = torch.ones(4, 2, dtype=torch.bool)
    group = torch.tensor([0, 0, 0, 1])
    # 1 - (2+6)/2 = -3; 2 - (1+6)/2 = -1.5; 6 - (1+2)/2 = 4.5; the fourth is alone
    expected = torch.tensor([-3.0, -1.5, 4.5, 0.0])[:, None].expand(4, 2)
    assert torch.equal(leave_one_out(returns, mask, group), expected)


def test_group_relative_by_hand() -> None:
    returns = returns_to_go(*at_the_end([1.0, 3.0, 10.0, 10.0, 10.0]))
    mask = torch.ones(5, 2, dtype=torch.bool)
    group = torch.tensor([0, 0, 1, 1, 1])
    # mean 2, spread sqrt((1+1)/1) = sqrt 2: -1/sqrt 2, 1/sqrt 2; a flat group gives 0
    s = 2**0.5
    expected = torch.tensor([-1 / s, 1 / s, 0.0, 0.0, 0.0])[:, None].expand(5, 2)
    torch.testing.assert_close(group_relative(returns, mask, group, epsilon=0.0)[:2], expected[:2])
    assert not group_relative(returns, mask, group)[2:].any()
    # with epsilon 1: -1 / (sqrt 2 + 1)
    softened = group_relative(returns, mask, group, epsilon=1.0)
    torch.testing.assert_close(softened[0, 0], torch.tensor(-1 / (s + 1)))
    # without the scale (Dr. GRPO): -1, 1
    assert group_relative(returns, mask, group, scale=False)[:2, 0].tolist() == [-1.0, 1.0]


def test_works_are_compared_at_the_same_step() -> None:
    """Three works of lengths 2, 2, 1 paid 1 at step 0 and totals 4, 2, 6 at the end."""
    returns = torch.tensor([[5.0, 4.0], [3.0, 2.0], [6.0, 0.0]])
    mask = torch.tensor([[True, True], [True, True], [True, False]])
    group = torch.zeros(3, dtype=torch.long)
    # step 0: 5 - (3+6)/2 = .5; 3 - (5+6)/2 = -2.5; 6 - (5+3)/2 = 2. step 1: 4 - 2, 2 - 4
    expected = torch.tensor([[0.5, 2.0], [-2.5, -2.0], [2.0, 0.0]])
    assert torch.equal(leave_one_out(returns, mask, group), expected)
    alone = torch.tensor([[True, True], [True, False], [True, False]])
    assert leave_one_out(returns, alone, group)[0, 1] == 0
    assert group_relative(returns, alone, group)[0, 1] == 0


def test_standardised_by_hand() -> None:
    advantage = torch.tensor([[1.0, 3.0], [100.0, 5.0]])
    mask = torch.tensor([[True, True], [False, True]])
    # mean 3, spread sqrt((4+0+4)/2) = 2
    expected = torch.tensor([[-1.0, 0.0], [0.0, 1.0]])
    torch.testing.assert_close(standardised(advantage, mask), expected)
    one = torch.tensor([[True, False], [False, False]])
    assert torch.equal(standardised(advantage, one), advantage)
    flat = standardised(torch.ones(2, 2), torch.ones(2, 2, dtype=torch.bool))
    assert not flat.any()


@st.composite
def judged_groups(draw: st.DrawFn) -> tuple[Tensor, Tensor, Tensor]:
    B, T = draw(st.integers(0, 9)), draw(st.integers(1, 4))
    numbers = st.floats(-100, 100, width=32)
    row = st.lists(numbers, min_size=T, max_size=T)
    lengths = draw(st.lists(st.integers(0, T), min_size=B, max_size=B))
    mask = torch.arange(T) < torch.tensor(lengths).long().reshape(B, 1)
    rewards = torch.tensor(draw(st.lists(row, min_size=B, max_size=B))).reshape(B, T)
    group = draw(st.lists(st.integers(0, 3), min_size=B, max_size=B))
    return torch.where(mask, rewards, 0.0).float(), mask, torch.tensor(group).long()


@given(judged_groups())
def test_advantages_sum_to_zero_per_group_and_step(batch: tuple[Tensor, Tensor, Tensor]) -> None:
    returns, mask, group = batch
    for advantage in (
        leave_one_out(returns, mask, group),
        group_relative(returns, mask, group),
        group_relative(returns, mask, group, scale=False),
    ):
        assert advantage.shape == returns.shape
        assert not advantage[~mask].any()
        for g in range(4):
            sums = advantage[group == g].sum(0).abs()
            size = advantage[group == g].abs().sum(0)
            assert (sums <= 1e-2 + 1e-3 * size).all()


@given(judged_groups(), st.floats(-50, 50, width=32))
def test_a_bonus_for_everyone_changes_nothing(
    batch: tuple[Tensor, Tensor, Tensor], bonus: float
) -> None:
    returns, mask, group = batch
    raised = torch.where(mask, returns + bonus, 0.0)
    for function in (leave_one_out, group_relative):
        if function is group_relative:
            options = {"scale": False}
        else:
            options = {}
        before, after = (
            function(returns, mask, group, **options),
            function(raised, mask, group, **options),
        )
        torch.testing.assert_close(before, after, atol=1e-3, rtol=1e-4)


@given(judged_groups(), st.randoms(use_true_random=False))
def test_the_order_of_works_does_not_matter(
    batch: tuple[Tensor, Tensor, Tensor], random: object
) -> None:
    returns, mask, group = batch
    order = list(range(len(group)))
    random.shuffle(order)  # type: ignore[attr-defined]
    rows = torch.tensor(order).long()
    for function in (leave_one_out, group_relative):
        whole = function(returns, mask, group)[rows]
        torch.testing.assert_close(
            function(returns[rows], mask[rows], group[rows]), whole, atol=1e-3, rtol=1e-3
        )


@given(judged_groups())
def test_leave_one_out_is_the_centred_return_stretched(
    batch: tuple[Tensor, Tensor, Tensor],
) -> None:
    """r - mean of the others = n / (n - 1) times (r - mean of all): Kool et al. 2019."""
    returns, mask, group = batch
    counts = torch.stack([(mask & (group == g)[:, None]).sum(0) for g in range(4)])[group]
    counts = counts.reshape(returns.shape)
    stretched = group_relative(returns, mask, group, scale=False) * counts / (counts - 1).clamp(1)
    torch.testing.assert_close(leave_one_out(returns, mask, group), stretched, atol=1e-3, rtol=1e-4)
