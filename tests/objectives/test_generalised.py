"""Generalised advantages worked out by hand: gamma 1/2, lambda 1/2 unless said otherwise.

surprise_t = r_t + gamma * (value after t) - value_t;  A_t = surprise_t + gamma * lambda * A_t+1,
where nothing reaches back across the end of a work.
"""

import pytest
import torch

from makar.core.types import Evaluation, Judgement, Prompt, Rollout
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.objectives.advantage import generalised


def row(*numbers):
    return torch.tensor([numbers], dtype=torch.float32)


def at(*steps, of=4):
    return (torch.arange(of)[:, None] == torch.tensor(steps)).any(1)[None]


REWARDS, VALUES = row(1, 2, 3, 4), row(8, 4, 2, 6)
EVERYWHERE = torch.ones(1, 4, dtype=torch.bool)


def advantage(mask=EVERYWHERE, gamma=0.5, lam=0.5, **ends):
    return generalised(REWARDS, VALUES, mask, gamma=gamma, lam=lam, **ends)[0].tolist()


def test_a_finished_work():
    # surprises: 1+4/2-8 = -5; 2+2/2-4 = -1; 3+6/2-2 = 4; 4+0-6 = -2
    # A3 = -2; A2 = 4-2/4 = 3.5; A1 = -1+3.5/4 = -0.125; A0 = -5-0.125/4
    assert advantage() == [-5.03125, -0.125, 3.5, -2.0]


def test_a_termination_in_the_middle():
    # t=1 ends a work: 2+0-4 = -2, and nothing reaches back from t=2. A0 = -5-2/4
    assert advantage(terminated=at(1)) == [-5.5, -2.0, 3.5, -2.0]


def test_a_truncation_in_the_middle_is_worth_what_lay_beyond():
    # t=1 is cut off before a state of value 10: 2+10/2-4 = 3, whatever comes at t=2. A0 = -5+3/4
    assert advantage(truncated=at(1), bootstrap=row(0, 10, 0, 0)) == [-4.25, 3.0, 3.5, -2.0]


def test_a_cut_at_the_end_of_the_fragment():
    # t=3 goes on to a state of value 12: 4+12/2-6 = 4; A2 = 4+4/4; A1 = -1+5/4; A0 = -5+0.25/4
    assert advantage(bootstrap=row(0, 0, 0, 12)) == [-4.9375, 0.25, 5.0, 4.0]


def test_all_three_in_one_row():
    # t=0 ends: 1-8; t=2 is cut off before a 10: 3+5-2 = 6; t=1: 2+1-4 = -1, -1+6/4; t=3: 4+6-6
    found = advantage(terminated=at(0), truncated=at(2), bootstrap=row(0, 0, 10, 12))
    assert found == [-7.0, 0.5, 6.0, 4.0]


def test_a_work_that_ended_for_good_is_worth_nothing_more_whatever_the_bootstrap_says():
    ends = {"terminated": at(1, 3), "bootstrap": row(0, 99, 0, 99)}
    assert advantage(**ends) == [-5.5, -2.0, 3.5, -2.0]


def test_values_between_ends_are_no_bootstrap():
    assert advantage(bootstrap=row(99, 99, 99, 0)) == advantage()


def test_decisions_are_neighbours_across_what_was_not_decided():
    # without t=1 and t=3: A2 = 3-2 = 1; A0 = 1+2/2-8 + 1/4
    assert advantage(mask=at(0, 2)) == [-5.75, 0.0, 1.0, 0.0]


def test_lambda_0_trusts_the_value_and_lambda_1_the_rewards():
    assert advantage(lam=0.0) == [-5.0, -1.0, 4.0, -2.0]
    # returns 1+2/2+3/4+4/8, 2+3/2+4/4, 3+4/2, 4, less the values
    assert advantage(lam=1.0) == [3.25 - 8, 4.5 - 4, 5.0 - 2, 4.0 - 6]


class Table(torch.nn.Module):
    """Two actions, and one value for each (row, step): what the learner does is plain to see."""

    def __init__(self, values):
        super().__init__()
        self.logits = torch.nn.Parameter(torch.zeros(*values.shape, 2))
        self.values = torch.nn.Parameter(values.clone())

    def evaluate(self, rollout):
        row, step = rollout.context["row"], torch.arange(rollout.mask.shape[1])
        logits = self.logits[row[:, None], step].log_softmax(-1)
        return Evaluation(
            logp=logits.gather(-1, rollout.actions[..., None])[..., 0],
            entropy=-(logits.exp() * logits).sum(-1),
            value=self.values[row],
            logits=logits,
        )


class NoWorks(list):
    def take(self, indices):
        return NoWorks(self[i] for i in indices)


def three_streams():
    """A termination, a truncation and a cut: one row each, with the numbers from above."""
    flags = torch.zeros(3, 4, dtype=torch.bool)
    terminated, truncated = flags.clone(), flags.clone()
    terminated[0, [1, 3]] = True
    truncated[1, 1] = True
    bootstrap = torch.zeros(3, 4)
    bootstrap[1, 1], bootstrap[2, 3] = 10, 12
    terminated[1, 3] = True
    rollout = Rollout(
        works=NoWorks(),
        prompts=list[Prompt](),
        actions=torch.zeros(3, 4, dtype=torch.long),
        logp=torch.full((3, 4), 0.5).log(),
        mask=torch.ones(3, 4, dtype=torch.bool),
        group=torch.zeros(3, dtype=torch.long),
        place=torch.zeros(3, 4, dtype=torch.long),
        context={"row": torch.arange(3)},
        step_reward=REWARDS.repeat(3, 1),
        terminated=terminated,
        truncated=truncated,
        bootstrap=bootstrap,
        owner=torch.zeros(0, dtype=torch.long),
    )
    by_hand = torch.tensor(
        [[-5.5, -2, 3.5, -2], [-4.25, 3, 3.5, -2], [-4.9375, 0.25, 5, 4]], dtype=torch.float32
    )
    return rollout, by_hand


@pytest.mark.parametrize("minibatch", [None, 1, 2])
@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("algorithm", ["ppo", "a2c"])
def test_the_learner_moves_every_decision_and_value_the_way_these_numbers_say(
    algorithm, epochs, minibatch
):
    rollout, by_hand = three_streams()
    values = VALUES.repeat(3, 1)
    policy = Table(values)
    config = PolicyGradientConfig(
        algorithm=algorithm, gamma=0.5, lam=0.5, epochs=epochs, minibatch=minibatch
    )
    kit = Stability.off()
    learner = PolicyGradient(policy, config.model_copy(update={"stability": kit}), seed=3)
    learner.update(rollout, Judgement(torch.zeros(0).numpy()))
    # the taken action is 0: its logit rises where the advantage is above the mean of all
    moved = (policy.logits[..., 0] - policy.logits[..., 1]).detach().sign()
    assert torch.equal(moved, (by_hand - by_hand.mean()).sign())
    # the values move towards advantage + value: the sign of the advantage itself
    assert torch.equal((policy.values.detach() - values).sign(), by_hand.sign())


def test_the_size_of_the_targets_is_right_too():
    rollout, by_hand = three_streams()
    policy = Table(VALUES.repeat(3, 1))
    config = PolicyGradientConfig(algorithm="ppo", gamma=0.5, lam=0.5, stability=Stability.off())
    learner = PolicyGradient(policy, config)
    metrics = learner.update(rollout, Judgement(torch.zeros(0).numpy()))
    assert metrics["value_loss"] == pytest.approx(0.5 * by_hand.square().mean().item())
    # at ratio 1 each decision's gradient of logp is (1/2, -1/2), weighed by its advantage / 12
    expected = -(by_hand - by_hand.mean()) / by_hand.std() / 12 / 2
    torch.testing.assert_close(policy.logits.grad[..., 0], expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("algorithm", ["reinforce", "rloo", "grpo"])
def test_learners_without_a_value_refuse_fragments(algorithm):
    rollout, _ = three_streams()
    kit = Stability.off()
    config = PolicyGradientConfig(algorithm=algorithm, stability=kit)
    learner = PolicyGradient(Table(VALUES.repeat(3, 1)), config)
    with pytest.raises(ValueError, match="fragments need a2c or ppo"):
        learner.update(rollout, Judgement(torch.zeros(0).numpy()))
