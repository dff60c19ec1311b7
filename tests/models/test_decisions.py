"""Numbers decided step by step: a point that is steered to a goal on a plane."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from makar.core.seeds import Seeds
from makar.core.train import train
from makar.core.types import Judgement, Policy, Prompt
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.models.decisions import Categorical, Decisions, Gaussian
from makar.models.policy_net import GaussianNet
from makar.models.stepwise import StepwisePolicy

STEPS = 6


@dataclass(frozen=True)
class Places:
    at: np.ndarray  # (B, 2)
    goal: np.ndarray

    def __len__(self):
        return len(self.at)

    def __getitem__(self, index):
        return self.at[index]

    def take(self, indices):
        rows = np.fromiter(indices, int)
        return Places(self.at[rows], self.goal[rows])


@dataclass(frozen=True)
class Points:
    at: torch.Tensor
    goal: torch.Tensor
    steps: torch.Tensor


class Steering:
    """Moves a point by at most 1 along either axis, ``STEPS`` times or as often as asked."""

    actions = 2

    def __init__(self, *, pays=True):
        self.pays = pays

    def start(self, prompts, seeds):
        goal = torch.from_numpy(seeds.uniforms(len(prompts), 2)).float() * 4 - 2
        left = torch.tensor([int(p.condition.get("steps", STEPS)) for p in prompts]).long()
        return Points(torch.zeros_like(goal), goal, left)

    def observe(self, state):
        return state.goal - state.at

    def legal(self, state):
        return None

    def place(self, state):
        return torch.zeros_like(state.steps)

    def step(self, state, actions):
        going = state.steps > 0
        at = state.at + torch.where(going[:, None], actions.tanh(), 0.0)
        before, after = (torch.linalg.norm(state.goal - x, dim=1) for x in (state.at, at))
        new = Points(at, state.goal, state.steps - going.long())
        return new, before - after if self.pays else None

    def terminated(self, state):
        return state.steps <= 0

    def truncated(self, state):
        return torch.zeros_like(state.steps, dtype=torch.bool)

    def restart(self, state, rows, prompts, seeds):
        new, pick = self.start(prompts, seeds), rows[:, None]
        return Points(
            torch.where(pick, new.at, state.at),
            torch.where(pick, new.goal, state.goal),
            torch.where(rows, new.steps, state.steps),
        )

    def works(self, state):
        return Places(state.at.numpy(), state.goal.numpy())

    def join(self, batches):
        return Places(*(np.concatenate([getattr(b, n) for b in batches]) for n in ("at", "goal")))


def near(works, _prompts, /):
    return Judgement(np.exp(-np.linalg.norm(works.at - works.goal, axis=1)))


def steersman(*, pays=True, fragments=False, shard=8, push=0.0):
    torch.manual_seed(3)
    net = GaussianNet(2, 2, width=16)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(torch.randn_like(weight) * push)
    return StepwisePolicy(
        Steering(pays=pays), net, steps=STEPS, decisions=Gaussian(2), shard=shard,
        fragments=fragments,
    )  # fmt: skip


def uneven(count):
    return [Prompt(condition={"steps": 1 + 2 * (i % 3)}) for i in range(count)]


def without_prior(**options):
    kit = Stability(kl_coefficient=0, kl_target=None, entropy_floor=None)
    return PolicyGradientConfig(stability=kit, **options)


def test_both_ways_to_decide_keep_the_protocol():
    assert isinstance(Categorical(), Decisions)
    assert isinstance(Gaussian(2), Decisions)
    assert isinstance(steersman(), Policy)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("seed", [0, 1])
def test_evaluation_agrees_with_sampling(temperature, seed):
    policy = steersman(push=0.2)
    rollout = policy.sample(uneven(11), seeds=Seeds(seed, 3), temperature=temperature)
    now = policy.evaluate(rollout)
    assert rollout.actions.shape == (11, 5, 2)
    torch.testing.assert_close(now.logp, rollout.logp, rtol=1e-5, atol=1e-5)
    over = ~rollout.mask
    assert over.any()
    for column in (rollout.logp, rollout.actions, now.logp, now.entropy, rollout.step_reward):
        assert not column[over].any()
    now.logp.sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in policy.parameters())


def test_density_entropy_and_distance_are_the_textbooks():
    one, other = steersman(push=0.2), steersman(push=0.4)
    rollout = one.sample([Prompt()] * 9, seeds=Seeds(0), temperature=0.7)
    now, then = one.evaluate(rollout), other.evaluate(rollout)
    textbook, besides = (Normal(e.gaussian[0], e.gaussian[1].exp()) for e in (now, then))
    expected = textbook.log_prob(rollout.actions).sum(-1)
    torch.testing.assert_close(now.logp, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(now.entropy, textbook.entropy().sum(-1))
    torch.testing.assert_close(now.kl(then), kl_divergence(textbook, besides).sum(-1))
    assert (now.kl(then) > 0.01).all()


def test_temperature_multiplies_the_deviation():
    policy = steersman()
    mean = policy.sample([Prompt()] * 4, seeds=Seeds(2), temperature=1e-6).actions[:, 0]
    first = [
        policy.sample([Prompt()] * 4, seeds=Seeds(2), temperature=t).actions[:, 0] - mean
        for t in (0.5, 1.0)
    ]
    torch.testing.assert_close(2 * first[0], first[1], rtol=1e-4, atol=1e-4)
    many = policy.sample([Prompt()] * 600, seeds=Seeds(4), temperature=0.5).actions[:, 0]
    assert (many.std(0) - 0.3).abs().max() < 0.03  # half of policy_net.STD


@pytest.mark.parametrize("count", [1, 10, 33])
def test_first_works_do_not_depend_on_how_many_are_asked_for(count):
    policy = steersman(push=0.2)
    everything = policy.sample([Prompt()] * 40, seeds=Seeds(3, 1))
    some = policy.sample([Prompt()] * count, seeds=Seeds(3, 1))
    assert torch.equal(some.actions, everything.actions[:count])
    late = policy.sample([Prompt()] * 7, seeds=Seeds(3, 1, first=33))
    torch.testing.assert_close(late.actions, everything.actions[33:], rtol=1e-4, atol=1e-4)


def test_nothing_asked_nothing_made():
    policy = steersman()
    rollout = policy.sample([], seeds=Seeds(0))
    assert len(rollout) == len(rollout.works) == 0
    assert rollout.actions.shape[2:] == (2,)
    assert policy.evaluate(rollout).logp.shape == rollout.logp.shape


def test_rows_evaluate_alone_as_in_the_whole():
    policy = steersman(push=0.2)
    rollout = policy.sample(uneven(9), seeds=Seeds(0), temperature=0.7)
    rows = torch.tensor([8, 0, 3, 3])
    part = policy.evaluate(rollout.select(rows)).logp
    torch.testing.assert_close(part, policy.evaluate(rollout).logp[rows], rtol=1e-5, atol=1e-5)


def test_a_deviation_stays_within_bounds():
    policy = steersman()
    with torch.no_grad():
        policy.net.log_std[:] = torch.tensor([-90.0, 90.0])
    rollout = policy.sample([Prompt()] * 3, seeds=Seeds(0))
    assert rollout.logp.isfinite().all()
    assert policy.evaluate(rollout).gaussian[1][0, 0].tolist() == [-5.0, 2.0]


def test_a_network_with_too_few_scores_is_refused():
    policy = StepwisePolicy(Steering(), GaussianNet(2, 2), steps=2, decisions=Gaussian(3))
    with pytest.raises(ValueError, match="6 scores"):
        policy.sample([Prompt()], seeds=Seeds(0))
    with pytest.raises(ValueError, match="at least 1 number"):
        Gaussian(0)


def reached(policy):
    whole = StepwisePolicy(policy.process, policy.net, steps=STEPS, decisions=Gaussian(2))
    made = whole.sample([Prompt()] * 100, seeds=Seeds(99))
    return float(near(made.works, made.prompts).total.mean())


@pytest.mark.parametrize(
    ("pays", "fragments", "options"),
    [
        (True, False, {"algorithm": "ppo", "epochs": 4, "minibatch": 16, "gamma": 0.9}),
        (True, True, {"algorithm": "ppo", "epochs": 4, "minibatch": 16, "gamma": 0.9}),
        (True, False, {"algorithm": "a2c", "gamma": 0.9}),
        (True, False, {"algorithm": "reinforce"}),
        (False, False, {"algorithm": "reinforce"}),
        (False, False, {"algorithm": "rloo"}),
        (False, False, {"algorithm": "grpo"}),
    ],
    ids=lambda value: value["algorithm"] if isinstance(value, dict) else None,
)
def test_every_algorithm_learns_to_steer(pays, fragments, options):
    policy = steersman(pays=pays, fragments=fragments)
    learner = PolicyGradient(policy, without_prior(learning_rate=0.02, **options))
    before = reached(policy)
    updates = 8 if "epochs" in options else 25
    for _ in islice(train(policy, near, learner, lambda _: [Prompt()] * 48, seed=1), updates):
        pass
    assert before < 0.25
    assert reached(policy) > before + 0.1
