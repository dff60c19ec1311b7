"""Prompts, groups, rollouts, and the distance between two policies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, Normal, kl_divergence

from makar.core import types
from makar.core.types import Evaluation, Prompt, groups_of
from makar.objectives.advantage import group_relative


def categorical(logits: torch.Tensor, actions: torch.Tensor) -> Evaluation:
    logits = logits.log_softmax(-1)
    logp = logits.gather(-1, actions[..., None])[..., 0]
    return Evaluation(logp, torch.special.entr(logits.exp()).sum(-1), logits=logits)


def two_policies(B: int, T: int, A: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(A)
    p, q = torch.randn(2, B, T, A, generator=draw)
    return p, q, torch.randint(A, (B, T), generator=draw)


def test_equal_prompts_share_a_group() -> None:
    a, b = Prompt(condition={"x": 1, "y": "z"}), Prompt(condition={"y": "z", "x": 1})
    others = [Prompt(), Prompt("text"), Prompt(form="AABA"), Prompt(given=3)]
    assert groups_of([a, b, *others, a]).tolist() == [0, 0, 1, 2, 3, 4, 0]
    assert groups_of([]).shape == (0,)
    assert groups_of([Prompt("x", {}, "y|{}|"), Prompt("x|{}|y")]).tolist() == [0, 1]


def test_prompts_with_different_pictures_are_different_groups() -> None:
    """Works are compared with others of their own prompt only, whatever ``repr`` leaves out."""
    one = np.zeros((64, 64))
    other = one.copy()
    other[32, 32] = 1
    prompts = [Prompt(given=given) for given in (one, other, one.copy(), other.copy())]
    groups = groups_of(prompts)
    assert groups.tolist() == [0, 1, 0, 1]
    returns = torch.tensor([[1.0], [5.0], [2.0], [4.0]])
    better = group_relative(returns, torch.ones_like(returns, dtype=torch.bool), groups) > 0
    assert better[:, 0].tolist() == [False, True, True, False]
    assert (
        groups_of([Prompt(given=torch.as_tensor(p.given)) for p in prompts]).tolist() == [0, 1] * 2
    )


def test_kl_of_categoricals_is_exact() -> None:
    p, q, actions = two_policies(3, 4, 7)
    expected = kl_divergence(Categorical(logits=p), Categorical(logits=q))
    found = categorical(p, actions).kl(categorical(q, actions))
    torch.testing.assert_close(found, expected)
    assert found.min() > 0
    same = categorical(p, actions)
    assert not same.kl(same).any()


def test_kl_with_forbidden_actions() -> None:
    p, q, actions = two_policies(1, 1, 4)
    forbidden = torch.tensor([False, True, False, False])
    p_legal, q_legal = p.masked_fill(forbidden, -torch.inf), q.masked_fill(forbidden, -torch.inf)
    actions = torch.zeros_like(actions)
    kept = [0, 2, 3]
    expected = kl_divergence(Categorical(logits=p[..., kept]), Categorical(logits=q[..., kept]))
    p_legal.requires_grad_()
    found = categorical(p_legal, actions).kl(categorical(q_legal, actions))
    torch.testing.assert_close(found, expected)
    found.sum().backward()
    assert p_legal.grad is not None
    assert p_legal.grad.isfinite().all()
    # what one policy may do and the other never does is infinitely far
    assert categorical(p, actions).kl(categorical(q_legal, actions)).isinf().all()


def test_kl_estimate_for_large_action_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """k3 by hand, and its mean over every action, which must be the exact KL."""
    p, q, _ = two_policies(1, 1, 6)
    actions = torch.arange(6)[:, None]
    p, q = p.expand(6, 1, 6), q.expand(6, 1, 6)
    exact = categorical(p, actions).kl(categorical(q, actions))[0, 0]
    monkeypatch.setattr(types, "EXACT_KL_ACTIONS", 5)
    estimate = categorical(p, actions).kl(categorical(q, actions))[:, 0]
    ratio = q[0, 0].log_softmax(-1).exp() / p[0, 0].log_softmax(-1).exp()
    torch.testing.assert_close(estimate, ratio - 1 - ratio.log())
    torch.testing.assert_close((p[0, 0].softmax(-1) * estimate).sum(), exact)


def test_kl_estimate_without_logits() -> None:
    def bare(logp: float) -> Evaluation:
        return Evaluation(torch.tensor([[logp]]), torch.zeros(1, 1))

    # log ratio .5: e^.5 - 1 - .5
    torch.testing.assert_close(bare(-1.0).kl(bare(-0.5)).item(), 0.14872127)


def test_kl_of_gaussians() -> None:
    draw = torch.Generator().manual_seed(0)
    (mp, sp), (mq, sq) = torch.randn(2, 2, 3, 4, 2, generator=draw)

    def gaussian(mean: torch.Tensor, log_std: torch.Tensor) -> Evaluation:
        return Evaluation(torch.zeros(3, 4), torch.zeros(3, 4), gaussian=(mean, log_std))

    expected = kl_divergence(Normal(mp, sp.exp()), Normal(mq, sq.exp())).sum(-1)
    torch.testing.assert_close(gaussian(mp, sp).kl(gaussian(mq, sq)), expected)


def test_select_takes_everything_along(toy: Any) -> None:
    rollout = toy.rollout(
        4,
        3,
        works=toy.Words(((0,), (1,), (2,), (3,))),
        prompts=[Prompt(str(i)) for i in range(4)],
        actions=torch.arange(12).reshape(4, 3),
        group=torch.arange(4),
        context={"heat": torch.arange(4.0)},
        step_reward=torch.arange(12.0).reshape(4, 3),
    )
    part = rollout.select(torch.tensor([3, 1, 1]))
    assert part.works.items == ((3,), (1,), (1,))
    assert [p.text for p in part.prompts] == ["3", "1", "1"]
    assert part.actions.tolist() == [[9, 10, 11], [3, 4, 5], [3, 4, 5]]
    assert part.group.tolist() == part.context["heat"].tolist() == [3, 1, 1]
    assert part.step_reward[0].tolist() == [9.0, 10.0, 11.0]
    assert len(rollout.select(torch.zeros(0).long())) == 0
