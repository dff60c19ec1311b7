"""Targets of action values, against numbers worked out by hand and optima known in closed form."""

from __future__ import annotations

from itertools import product
from math import exp, inf, log, nan

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from makar.objectives import td
from makar.objectives.advantage import generalised

Q = torch.tensor([[[1.0, 3.0, 2.0], [0.0, -1.0, 5.0]]])
LEGAL = torch.tensor([[[True, False, True], [True, True, False]]])
ALL = torch.ones(1, 4, dtype=torch.bool)


def row(*numbers: float) -> torch.Tensor:
    return torch.tensor([numbers], dtype=torch.float32)


def flags(*numbers: int) -> torch.Tensor:
    return torch.tensor([numbers], dtype=torch.bool)


def test_the_best_legal_action_counts() -> None:
    assert td.greedy_value(Q, None).tolist() == [[3, 5]]
    assert td.greedy_value(Q, LEGAL).tolist() == [[2, 0]]
    assert td.taken(Q, torch.tensor([[0, 2]])).tolist() == [[1, 5]]


def test_double_one_net_chooses_and_the_other_values() -> None:
    choosing = torch.tensor([[[9.0, 99.0, 0.0], [0.0, 1.0, 99.0]]])
    assert td.double_value(Q, choosing, LEGAL).tolist() == [[1, -1]]
    assert td.double_value(Q, choosing, None).tolist() == [[3, 5]]


def test_soft_values_by_hand() -> None:
    psi = td.soft_value(Q, LEGAL)
    torch.testing.assert_close(psi, row(log(exp(1) + exp(2)), log(1 + exp(-1))))
    prior = torch.tensor([[[0.25, 0.0, 0.75], [0.5, 0.5, 0.0]]]).log()
    g = td.soft_value(Q, LEGAL, prior)
    expected = row(log(0.25 * exp(1) + 0.75 * exp(2)), log(0.5 + 0.5 * exp(-1)))
    torch.testing.assert_close(g, expected)
    assert td.soft_value(Q, None, prior).isfinite().all(), "illegal by the prior's -inf too"


@given(st.floats(-1e4, 1e4), st.integers(0, 5))
def test_what_is_illegal_changes_nothing(rubbish: float, action: int) -> None:
    t, a = divmod(action, 3)
    if LEGAL[0, t, a]:
        return
    spoilt = Q.clone()
    spoilt[0, t, a] = rubbish
    assert torch.equal(td.greedy_value(spoilt, LEGAL), td.greedy_value(Q, LEGAL))
    assert torch.equal(td.double_value(Q, spoilt, LEGAL), td.double_value(Q, Q, LEGAL))
    assert torch.equal(td.soft_value(spoilt, LEGAL), td.soft_value(Q, LEGAL))


def test_the_prior_pays_in_nats() -> None:
    paid = td.prior_reward(row(1, -2, 5), row(-0.5, -1, -3), flags(1, 1, 0), scale=0.5)
    assert paid.tolist() == [[1.5, -5, 0]]


def test_one_step_by_hand() -> None:
    """r + γ V' with γ = 1/2; the last decision of a finished work has nothing after it."""
    target = td.n_step(row(1, 2, 3, 4), row(10, 20, 30, 40), ALL, gamma=0.5)
    assert target.tolist() == [[11, 17, 23, 4]]


def test_several_steps_by_hand() -> None:
    values, rewards = row(10, 20, 30, 40), row(1, 2, 3, 4)
    two = td.n_step(rewards, values, ALL, gamma=0.5, n=2)
    assert two.tolist() == [[1 + 0.5 * (2 + 0.5 * 30), 2 + 0.5 * (3 + 0.5 * 40), 3 + 2, 4]]
    many = td.n_step(rewards, values, ALL, gamma=0.5, n=9)
    assert many.tolist() == [[1 + 1 + 0.75 + 0.5, 2 + 1.5 + 1, 3 + 2, 4]]


def test_several_steps_corrected_by_hand() -> None:
    """r + γ (V' + [r' + γ V'' − q']): γ = 1/2, V' = 20, q' = 18, V'' = 30."""
    target = td.n_step(
        row(1, 2, 3, 4), row(10, 20, 30, 40), ALL, gamma=0.5, n=2, taken=row(9, 18, 30, 44)
    )
    expected = [1 + 0.5 * (20 + 17 - 18), 2 + 0.5 * (30 + 23 - 30), 3 + 0.5 * (40 + 4 - 44), 4]
    assert target.tolist() == [expected]


def test_decisions_follow_one_another_over_what_was_not_decided() -> None:
    target = td.n_step(row(1, 9, 3, 9), row(10, 99, 30, 99), flags(1, 0, 1, 0), gamma=0.5)
    assert target.tolist() == [[1 + 15, 0, 3, 0]]


def test_ends_by_hand() -> None:
    """Terminated after 0: nothing more. Truncated after 2, and on after 3: what is said."""
    target = td.n_step(
        row(1, 2, 3, 4), row(10, 20, 30, 40), ALL, gamma=0.5, n=3,
        terminated=flags(1, 0, 0, 0), truncated=flags(0, 0, 1, 0), bootstrap=row(7, 7, 60, 80),
    )  # fmt: skip
    assert target.tolist() == [[1, 2 + 0.5 * (3 + 30), 33, 44]]


def test_what_follows_an_unknown_end_is_not_made_up() -> None:
    """After 3 it is not known: 2 and 1 stop at the last value that is, V_3 = 40."""
    target = td.n_step(
        row(1, 2, 3, 4), row(10, 20, 30, 40), ALL, gamma=0.5, n=9,
        bootstrap=row(0, 0, 0, nan),
    )  # fmt: skip
    assert target[0, :3].tolist() == [1 + 0.5 * (2 + 0.5 * 23), 2 + 0.5 * 23, 23]
    assert target[0, 3].isnan()


@given(seed=st.integers(0, 999), gamma=st.floats(0.1, 1))
def test_rewards_to_the_end_are_gaes_with_lambda_one(seed: int, gamma: float) -> None:
    """An independent judge of every kind of end: the same returns by another recursion."""
    draw = torch.Generator().manual_seed(seed)

    def random(chance: float) -> torch.Tensor:
        return torch.rand(3, 6, generator=draw) < chance

    mask, ended = random(0.8), random(0.2)
    cut = random(0.2) & ~ended
    rewards, values, beyond = (torch.randn(3, 6, generator=draw) for _ in range(3))
    ends: dict = {"terminated": ended, "truncated": cut, "bootstrap": beyond}
    for n, lam in ((1, 0.0), (6, 1.0)):
        target = td.n_step(rewards, values, mask, gamma=gamma, n=n, **ends)
        advantage = generalised(rewards, values, mask, gamma=gamma, lam=lam, **ends)
        torch.testing.assert_close(target[mask], (advantage + values)[mask])


@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (0, 0)])
def test_nothing_decided_nothing_wanted(shape: tuple[int, int]) -> None:
    none = torch.zeros(shape)
    assert td.n_step(none, none, none.bool(), gamma=0.9, n=3).shape == shape
    assert td.huber_error(none, none, none.bool()) == 0


def test_errors_by_hand() -> None:
    q, target, mask = row(0, 0, 0, 0), row(0.5, -3, 2, inf), flags(1, 1, 1, 0)
    assert td.squared_error(q, target, mask) == pytest.approx((0.125 + 4.5 + 2) / 3)
    assert td.huber_error(q, target, mask) == pytest.approx((0.125 + 2.5 + 1.5) / 3)


class Melodies:
    """Three tokens, three steps: a prior over what follows what, and a reward for each token.

    Small enough to write out all 27 works; then the best trade of reward for nearness to the
    prior is known: in proportion to p(work) · exp(reward of work) (Todorov 2007, eq. 7).
    """

    rng = np.random.default_rng(3)
    start = rng.dirichlet(np.ones(3))
    prior = rng.dirichlet(np.ones(3), 3)
    reward = rng.normal(size=(3, 3))  # by step and token
    works = np.array(list(product(range(3), repeat=3)))

    def logp(self) -> np.ndarray:
        a, b, c = self.works.T
        return np.log(self.start[a] * self.prior[a, b] * self.prior[b, c])

    def optimum(self) -> np.ndarray:
        """Chance of each first token."""
        a, b, c = self.works.T
        weight = np.exp(self.logp() + self.reward[0, a] + self.reward[1, b] + self.reward[2, c])
        return np.bincount(a, weight) / weight.sum()


@pytest.mark.parametrize("kind", ["psi", "g"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_soft_iteration_reaches_the_optimum_of_kl_control(kind: str, n: int) -> None:
    """Values by (step, token before), swept over all works until nothing moves.

    Whatever ``n``: the works are all there are, not what the optimum would make, and without
    the correction n = 3 would learn their mean.
    """
    m = Melodies()
    tokens = torch.from_numpy(m.works)
    before = torch.cat((torch.full((27, 1), 3), tokens[:, :-1]), 1)  # 3: nothing yet
    log_prior = torch.from_numpy(np.log(np.vstack((m.prior, m.start)))).float()[before]
    rewards = torch.from_numpy(m.reward).float()[torch.arange(3), tokens]
    guide = log_prior if kind == "g" else None
    if kind == "psi":
        own = td.taken(log_prior, tokens)
        rewards = td.prior_reward(rewards, own, torch.ones(27, 3).bool(), scale=1.0)
    table = torch.zeros(3, 4, 3)
    steps = torch.arange(3).expand(27, 3)
    for _ in range(12):
        q = table[steps, before]
        values = td.soft_value(q, None, guide)
        target = td.n_step(
            rewards, values, torch.ones(27, 3).bool(), gamma=1.0, n=n, taken=td.taken(q, tokens)
        )
        table[steps, before, tokens] = target
    q = table[steps, before]
    policy = (q if guide is None else q + guide).log_softmax(-1)[0, 0].exp()
    np.testing.assert_allclose(policy, m.optimum(), atol=1e-5)
    total = m.logp() + m.reward[range(3), m.works].sum(1)
    value = td.soft_value(q, None, guide)[0, 0]
    assert value == pytest.approx(np.log(np.exp(total).sum()), abs=1e-5), "log partition"


def test_psi_is_g_and_the_prior() -> None:
    """With any discount: Ψ = G + log p is a fixed point of the one when G is of the other."""
    rng = torch.Generator().manual_seed(1)
    log_p = torch.randn(4, 5, 3, generator=rng).log_softmax(-1)
    g, reward = torch.randn(4, 5, 3, generator=rng), torch.randn(4, 5, generator=rng)
    tokens, mask = torch.randint(3, (4, 5), generator=rng), torch.ones(4, 5).bool()
    theirs = td.n_step(reward, td.soft_value(g, None, log_p), mask, gamma=0.7)
    priced = td.prior_reward(reward, td.taken(log_p, tokens), mask, scale=1.0)
    ours = td.n_step(priced, td.soft_value(g + log_p, None), mask, gamma=0.7)
    torch.testing.assert_close(ours, theirs + td.taken(log_p, tokens))
