"""Q-, Ψ- and G-learning: where rewards go, what the target is, how the nets follow one another."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Evaluation, Prompt, Rollout
from makar.learners.q_learning import QLearning
from makar.learners.q_settings import QLearningConfig
from makar.models.token_q import TokenQ
from makar.runs.state import pack

PROMPTS = [Prompt()] * 8


class Table(torch.nn.Module):
    """Values and a prior by step, the same in every work; 2 is illegal at the first step."""

    def __init__(self, values: list[list[float]], prior: list[float] | None = None) -> None:
        super().__init__()
        self.values = torch.nn.Parameter(torch.tensor(values))
        self.prior = torch.tensor(prior or [0.5, 0.25, 0.25])
        self.epsilon = 0.0
        self.heats: list[float] = []

    def q_values(self, rollout: Rollout[Any]) -> torch.Tensor:
        return self.values.expand(len(rollout), -1, -1) + 0.0

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        self.heats.append(float(rollout.context["temperature"][0]))
        legal = rollout.context["legal"]
        logits = self.prior.log().expand(legal.shape).masked_fill(~legal, -math.inf)
        logits = logits.log_softmax(-1)
        logp = logits.gather(-1, rollout.actions[..., None])[..., 0]
        return Evaluation(logp=logp, entropy=torch.zeros_like(logp), logits=logits)


def made(toy: Any, actions: list[list[int]], **changes: Any) -> Any:
    actions_of = torch.tensor(actions)
    B, T = actions_of.shape
    legal = torch.ones(B, T, 3).bool()
    legal[:, 0, 2] = False
    context = {"legal": legal, "temperature": torch.full((B,), 3.0)}
    return toy.rollout(B, T, **({"actions": actions_of, "context": context} | changes))


def learner(q: Any, prior: Any = None, **options: Any) -> QLearning:
    if "updates" not in options:
        options["warmup"] = 99  # only remember
    given = {"batch": 4, "memory": 8, "gamma": 0.5, "n_step": 1, "epsilon": 0.0}
    return QLearning(q, QLearningConfig(**(given | {"epsilon_end": 0.0} | options)), prior=prior)


def targets(learning: QLearning) -> list[float]:
    """Targets of the one work that is remembered."""
    batch = learning.memory.sample(1, np.random.default_rng(0))
    q = learning.q.q_values(batch.rollout).detach()
    return learning._target(batch, q)[0].tolist()


VALUES = [[1.0, 2.0, 99.0], [0.5, 0.0, 4.0]]


def test_a_target_by_hand(toy: Any) -> None:
    """r + γ max Q: the total comes last; the illegal 99 never counts, were it ahead or not."""
    learning = learner(Table(VALUES))
    learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
    assert targets(learning) == [0 + 0.5 * 4, 6]


def test_credit_goes_where_it_was_earned_as_in_every_learner(toy: Any) -> None:
    learning = learner(Table(VALUES))
    judged = toy.judged([6.0], credit=np.array([[4.0]]))
    learning.update(made(toy, [[1, 0]]), judged)
    assert targets(learning) == [4 + 2, 2]
    paying = learner(Table(VALUES))
    paid = torch.tensor([[1.0, 3.0]])
    paying.update(made(toy, [[1, 0]], step_reward=paid), toy.judged([np.nan]))
    assert targets(paying) == [1 + 2, 3]


def test_double_and_target_nets_differ(toy: Any) -> None:
    """The target net says what the action is worth that the trained one would now take."""
    for double, ahead in ((True, 0.5), (False, 4.0)):
        learning = learner(Table(VALUES), double=double)
        learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
        with torch.no_grad():
            learning.q.values[1] = torch.tensor([9.0, 0.0, 0.0])
        assert targets(learning) == [0.5 * ahead, 6]


def test_psi_earns_what_the_prior_says_of_it_too(toy: Any) -> None:
    """r / c + log p, and log Σ exp Ψ ahead; the prior is asked without the sampler's heat."""
    prior = Table(VALUES)
    learning = learner(Table(VALUES), prior, kind="psi", scale=2.0)
    learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
    soft = math.log(math.exp(0.5) + 1 + math.exp(4))
    expected = [math.log(0.25 / 0.75) + 0.5 * soft, 3 + math.log(0.5)]
    assert targets(learning) == pytest.approx(expected)
    assert prior.heats == [1.0]


def test_g_weighs_what_is_ahead_with_the_prior(toy: Any) -> None:
    learning = learner(Table(VALUES), Table(VALUES), kind="g", scale=2.0)
    learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
    soft = math.log(0.5 * math.exp(0.5) + 0.25 + 0.25 * math.exp(4))
    assert targets(learning) == pytest.approx([0.5 * soft, 3])


def test_q_with_a_prior_earns_its_likelihood_and_is_greedy(toy: Any) -> None:
    learning = learner(Table(VALUES), Table(VALUES), scale=2.0)
    learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
    assert targets(learning) == pytest.approx([math.log(1 / 3) + 2, 3 + math.log(0.5)])
    for kind in ("psi", "g"):
        with pytest.raises(ValueError, match="give the policy to stay near"):
            learner(Table(VALUES), kind=kind)


def test_several_steps_are_corrected_for_soft_values_only(toy: Any) -> None:
    """Where the second decision was bad (value 0 of 0.5, 0, 4), Ψ does not blame the first."""
    hard = learner(Table(VALUES), n_step=2)
    hard.update(made(toy, [[1, 1]]), toy.judged([6.0]))
    assert targets(hard) == [3, 6]
    soft = learner(Table(VALUES), Table(VALUES), kind="g", n_step=2)
    soft.update(made(toy, [[1, 1]]), toy.judged([6.0]))
    ahead = math.log(0.5 * math.exp(0.5) + 0.25 + 0.25 * math.exp(4))
    assert targets(soft) == pytest.approx([0.5 * (ahead + 6 - 0), 6])


def test_nothing_is_learned_from_a_decision_whose_end_is_unknown(toy: Any) -> None:
    """A stream that goes on: its last decision has no target, and no value is moved by it."""
    q = Table(VALUES)
    learning = learner(q, updates=20, learning_rate=0.1)
    going = {"bootstrap": torch.full((1, 2), 50.0), "step_reward": torch.tensor([[1.0, 9.0]])}
    learning.update(made(toy, [[1, 0]], **going), toy.judged([0.0]))
    assert math.isnan(targets(learning)[1])
    moved = q.values.detach() != torch.tensor(VALUES)
    assert moved.nonzero().tolist() == [[0, 1]]


def test_values_settle_at_what_they_should_be(toy: Any) -> None:
    q = Table(VALUES)
    learning = learner(q, updates=400, learning_rate=0.05, target_rate=0.2, loss="squared")
    works = made(toy, [[0, 0], [1, 1], [0, 2]])
    learning.update(works, toy.judged([1.0, 2.0, 3.0]))
    expected = torch.tensor([[1.5, 1.5, 99], [1, 2, 3]])
    torch.testing.assert_close(q.values.detach(), expected, atol=0.01, rtol=0)


def test_the_target_net_follows_at_its_pace(toy: Any) -> None:
    for rate, every, steps in ((0.25, 1, 1), (1.0, 3, 3), (1.0, 3, 5)):
        q = Table(VALUES)
        learning = learner(q, target_rate=rate, target_every=every, updates=1, learning_rate=0.1)
        history = [q.values.detach().clone()]
        for _ in range(steps):
            learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
            history.append(q.values.detach().clone())
        followed = dict(learning.target.named_parameters())["values"]
        first, last = history[0], history[steps // every * every]
        torch.testing.assert_close(followed, first + rate * (last - first))
        assert not followed.requires_grad


def test_exploration_falls_with_the_decisions_seen(toy: Any) -> None:
    q = Table(VALUES)
    learning = learner(q, epsilon=1.0, epsilon_end=0.2, epsilon_decisions=8)
    seen = [q.epsilon]
    for _ in range(5):
        learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
        seen.append(q.epsilon)
    assert seen == pytest.approx([1.0, 0.8, 0.6, 0.4, 0.2, 0.2])
    other = Table(VALUES)
    learner(other, epsilon=1.0, epsilon_end=0.2, epsilon_decisions=8).load_state_dict(
        learning.state_dict()
    )
    assert other.epsilon == pytest.approx(0.2)


def test_learning_waits_for_enough_works(toy: Any) -> None:
    q = Table(VALUES)
    learning = learner(q, warmup=3, updates=2)
    counts = []
    for _ in range(3):
        metrics = learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
        counts.append((learning.steps, metrics["remembered"]))
    assert counts == [(0, 1), (0, 2), (2, 3)]


def test_the_last_good_weights_come_back_to_both_nets(toy: Any) -> None:
    q = Table(VALUES)
    learning = learner(q, updates=3, roll_back_after=3)
    with torch.no_grad():
        q.values[0, 1] = math.nan
    metrics = learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
    assert (metrics["non_finite"], metrics["rolled_back"]) == (3, 1)
    for net in (q, learning.target):
        assert torch.equal(net.values.detach(), torch.tensor(VALUES))


def test_an_endless_gradient_of_a_finite_loss_is_left_out(toy: Any) -> None:
    q = Table(VALUES)
    learning = learner(q, updates=1, roll_back_after=None)
    q.values.register_hook(lambda gradient: gradient * math.inf)
    metrics = learning.update(made(toy, [[1, 0]]), toy.judged([6.0]))
    assert math.isfinite(metrics["td_loss"])
    assert metrics["non_finite"] == 1
    assert torch.equal(q.values.detach(), torch.tensor(VALUES))


def test_huge_errors_move_no_further_than_small_ones(toy: Any) -> None:
    """Huber and the clipped gradient; with the squared loss and no clip they do."""
    norms = []
    for loss in ("huber", "squared"):
        learning = learner(Table(VALUES), loss=loss, updates=1, clip_norm=None)
        metrics = learning.update(made(toy, [[1, 0]]), toy.judged([1e4]))
        norms.append(metrics["gradient_norm"])
    assert norms[0] <= 1
    assert norms[1] > 1e3


def test_saved_state_is_tensors_and_plain_values(toy: Any) -> None:
    q = TokenQ.from_policy(toy.policy())
    learning = QLearning(q, QLearningConfig(updates=1))
    rollout = q.sample(PROMPTS, seeds=Seeds(0))
    learning.update(rollout, toy.judged([1.0] * 8))
    tree, tensors = pack(learning.state_dict())
    assert tree
    assert any("memory" in name for name in tensors)


def test_a_wide_batch_may_be_learned_from_after_a_narrow_one(toy: Any) -> None:
    q = TokenQ.from_policy(toy.policy())
    learning = QLearning(q, QLearningConfig(updates=2, batch=8))
    for length in (2, 4, 3):
        asked = [Prompt(condition={"length": length})] * 8
        rollout = q.sample(asked, seeds=Seeds(0, length))
        metrics = learning.update(rollout, toy.judged([1.0] * 8))
        assert math.isfinite(metrics["td_loss"])
        assert metrics["non_finite"] == 0
    narrow = replace(rollout, logp=rollout.logp * math.nan)
    assert learning.update(narrow, toy.judged([1.0] * 8))["unjudged"] == 8


def test_centred_rewards_count_from_the_first_works_mean_at_each_works_end(toy: Any) -> None:
    learning = learner(Table(VALUES), centred=True, loss="squared")
    rollout = made(toy, [[0, 1], [1, 1]])
    learning.update(rollout, toy.judged([1.0, 3.0]))
    remembered = learning.memory.columns["rewards"][:2]
    torch.testing.assert_close(remembered, torch.tensor([[0.0, -1.0], [0.0, 1.0]]))
    learning.update(rollout, toy.judged([5.0, 5.0]))
    assert learning.memory.columns["rewards"][2:4, 1].tolist() == [3.0, 3.0], "from the first mean"
    again = learner(Table(VALUES), centred=True)
    again.load_state_dict(learning.state_dict())
    assert again.baseline == learning.baseline == 2.0


def test_the_rate_falls_to_nothing_and_a_restraint_outlasts_it(toy: Any) -> None:
    learning = learner(Table(VALUES), learning_rate=0.4, decay_updates=4)

    def rate(one: QLearning) -> float:
        return one.update(made(toy, [[0, 1]]), toy.judged([1.0]))["learning_rate"]

    assert [rate(learning), rate(learning)] == pytest.approx([0.4, 0.3])
    learning.restrain(2.0)
    assert rate(learning) == pytest.approx(0.1)
    again = learner(Table(VALUES), learning_rate=0.4, decay_updates=4)
    again.load_state_dict(learning.state_dict())
    assert [rate(again), rate(again)] == pytest.approx([0.05, 0.0])


def test_how_far_works_are_from_the_policy_beside_is_told_by_hand(toy: Any) -> None:
    table = Table(VALUES)
    learning = QLearning(table, QLearningConfig(warmup=99), beside=table)
    logp = torch.tensor([[0.9, 0.3]]).log()
    told = learning.update(made(toy, [[0, 2]], logp=logp), toy.judged([1.0]))
    assert told["entropy"] == pytest.approx(-logp.mean().item())
    prior = (math.log(2 / 3) + math.log(0.25)) / 2  # 2 is illegal at first
    assert told["kl"] == pytest.approx(logp.mean().item() - prior, abs=1e-5)
    assert learning.prior is None, "what is only measured from is not paid for"
    assert learning.memory.columns["rewards"][0, 1] == 1.0
