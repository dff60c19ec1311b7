"""Losses against numbers worked out by hand, and their gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import e, log

import pytest
import torch
from torch import Tensor

from makar.objectives.advantage import against_baseline, leave_one_out
from makar.objectives.policy_loss import (
    clipped,
    clipped_share,
    mean_over,
    score_function,
    value_error,
)

MASK = torch.tensor([[True, True], [True, False]])


def numbers(*rows: list[float]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def test_mean_over_decisions_only() -> None:
    assert mean_over(numbers([1, 2], [6, torch.nan]), MASK) == 3
    assert mean_over(numbers([1, 2], [6, 9]), torch.zeros_like(MASK)) == 0


def test_score_function_by_hand() -> None:
    logp, advantage = numbers([-1, -2], [-3, -9]), numbers([1, 0.5], [-2, 7])
    # -( -1*1 + -2*.5 + -3*-2 ) / 3 = -4/3
    torch.testing.assert_close(score_function(logp, advantage, MASK).item(), -4 / 3)


def test_clipped_by_hand() -> None:
    # ratios 1.5, 0.5 and 1.5; clip .2
    logp = numbers([log(1.5), log(0.5)], [log(1.5), 3])
    old = torch.zeros_like(logp)
    # good and already likelier: 1.2 * 1. good and less likely: .5 * 2. bad but likelier: 1.5 * -1
    advantage = numbers([1, 2], [-1, 9])
    loss = clipped(logp, old, advantage, MASK, clip=0.2)
    torch.testing.assert_close(loss.item(), -(1.2 + 1.0 - 1.5) / 3)
    # bad and already unlikely: the clip holds, .8 * -2
    loss = clipped(logp, old, numbers([0, -2], [0, 0]), MASK, clip=0.2)
    torch.testing.assert_close(loss.item(), 1.6 / 3)


def test_clipped_share_by_hand() -> None:
    logp = numbers([log(1.3), log(0.9)], [log(0.7), log(5)])
    share = clipped_share(logp, torch.zeros_like(logp), MASK, clip=0.2)
    assert share == pytest.approx(2 / 3)


def test_value_error_by_hand() -> None:
    # errors 1, 2 and 1: half the mean of 1, 4 and 1
    assert value_error(numbers([1, 2], [0, 9]), numbers([0, 4], [1, 0]), MASK).item() == 1.0


LOSSES: dict[str, Callable[[Tensor], Tensor]] = {
    "score function": lambda x: score_function(x, numbers([0.3, -2], [1.7, 5]), MASK),
    "clipped": lambda x: clipped(
        x, numbers([-1, -1.3], [-0.4, 0]), numbers([0.3, -2], [1.7, 5]), MASK, clip=0.15
    ),
    "clipped, wide": lambda x: clipped(
        x, numbers([-1, -1.3], [-0.4, 0]), numbers([0.3, -2], [1.7, 5]), MASK, clip=e
    ),
    "value error": lambda x: value_error(x, numbers([0.3, -2], [1.7, 5]), MASK),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_gradients_are_finite_differences(loss: Callable[[Tensor], Tensor]) -> None:
    at = numbers([-1.1, -0.7], [-0.9, -2.0]).requires_grad_()
    assert torch.autograd.gradcheck(loss, (at,), eps=1e-6, atol=1e-6)
    loss(at).backward()
    assert at.grad is not None
    assert at.grad[1, 1] == 0, "nothing was decided there"
    assert at.grad[MASK].abs().sum() > 0


def test_at_equal_policies_clipped_and_score_function_agree() -> None:
    """At ratio 1 the two have the same gradient (Schulman et al. 2017, section 2)."""
    advantage = numbers([0.3, -2], [1.7, 5])
    gradients = []
    for kind in ("clipped", "score"):
        logp = numbers([-1.1, -0.7], [-0.9, -2.0]).requires_grad_()
        old = logp.detach().clone()
        loss = (
            clipped(logp, old, advantage, MASK)
            if kind == "clipped"
            else score_function(logp, advantage, MASK)
        )
        loss.backward()
        gradients.append(logp.grad)
    torch.testing.assert_close(*gradients)


REWARD = torch.tensor([0.0, 1.0, 0.2, 0.7, 0.1, 0.4, 0.9, 0.3, 0.6], dtype=torch.float64)
"""Of each of the nine works of two decisions among three actions."""
WORKS = torch.tensor(list(product(range(3), repeat=2)))


def logp_of(theta: Tensor) -> Tensor:
    """``(9, 2)`` log-probabilities: the second decision sees the first."""
    first = theta[0].log_softmax(-1)[WORKS[:, 0]]
    second = theta[1:].log_softmax(-1)[WORKS[:, 0], WORKS[:, 1]]
    return torch.stack((first, second), 1)


def exact_gradient(theta: Tensor) -> Tensor:
    """Of minus the expected reward per decision, by summing over all works."""
    theta = theta.clone().requires_grad_()
    expected = (logp_of(theta).sum(1).exp() * REWARD).sum() / 2
    return torch.autograd.grad(-expected, theta)[0]


@pytest.mark.parametrize("baseline", ["none", "constant", "leave one out"])
def test_the_estimator_has_the_true_gradient_as_its_mean(baseline: str) -> None:
    """Its expectation, by summing over every pair of works that can be drawn."""
    theta = torch.randn(4, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mask, group = torch.ones(2, 2, dtype=torch.bool), torch.zeros(2, dtype=torch.long)
    chance = logp_of(theta).sum(1).exp()
    mean = torch.zeros_like(theta)
    for pair in product(range(9), repeat=2):
        rows = list(pair)
        weights = theta.clone().requires_grad_()
        logp = logp_of(weights)[rows]
        returns = REWARD[rows][:, None].expand(2, 2)
        if baseline == "leave one out":
            advantage = leave_one_out(returns, mask, group)
        else:
            level = 0.4 if baseline == "constant" else 0.0
            advantage = against_baseline(returns, mask, baseline=level)
        gradient = torch.autograd.grad(score_function(logp, advantage, mask), weights)[0]
        mean += chance[rows].prod() * gradient
    torch.testing.assert_close(mean, exact_gradient(theta), rtol=1e-9, atol=1e-12)
