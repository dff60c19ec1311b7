import json
from dataclasses import replace

import gymnasium
import numpy as np
import pytest
import torch

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.reproductions.cartpole import learning as cartpole
from makar.reproductions.cartpole import table as cartpole_table
from makar.reproductions.cartpole.process import (
    FARTHEST,
    LONGEST,
    STEEPEST,
    Balances,
    CartPole,
    Carts,
    staying_up,
)

PROMPTS = [Prompt()] * 6


def test_it_is_a_process_of_works():
    assert isinstance(CartPole(), Process)
    assert isinstance(Balances(np.arange(3)), Works)


def test_the_physics_are_gymnasiums():
    process, worlds = CartPole(), [gymnasium.make("CartPole-v1") for _ in PROMPTS]
    state = process.start(PROMPTS, Seeds(0))
    for world, first in zip(worlds, state.physics.numpy(), strict=True):
        world.reset(seed=0)
        world.unwrapped.state = first
    rng, falls = np.random.default_rng(0), 0
    for t in range(200):
        pushes = rng.integers(0, 2, len(worlds))
        state, paid = process.step(state, torch.from_numpy(pushes))
        fallen = process.terminated(state)
        for i, world in enumerate(worlds):
            seen, reward, ended, cut, _ = world.step(pushes[i])
            np.testing.assert_allclose(process.observe(state)[i], seen, atol=1e-6)
            np.testing.assert_allclose(state.physics[i], world.unwrapped.state, atol=1e-9)
            assert (paid[i].item(), fallen[i].item(), cut) == (reward, ended, False), t
            if ended:
                falls += 1
                world.reset(seed=t)
                seeds = Seeds(1, t)
                state = process.restart(state, torch.arange(len(worlds)) == i, PROMPTS, seeds)
                world.unwrapped.state = state.physics[i].numpy()
    assert falls > 20


def test_five_hundred_steps_are_enough():
    process = CartPole()
    state = Carts(torch.zeros(2, 4, dtype=torch.float64), torch.tensor([LONGEST - 1, 3]))
    after, paid = process.step(state, torch.tensor([1, 1]))
    assert paid.tolist() == [1.0, 1.0]
    assert process.truncated(after).tolist() == [True, False]
    assert not process.terminated(after).any()
    assert process.works(after)[0] == 500


@pytest.mark.parametrize(
    "fallen",
    [[FARTHEST + 1e-6, 0, 0, 0], [-FARTHEST - 1e-6, 0, 0, 0], [0, 0, STEEPEST + 1e-6, 0]],
)
def test_what_has_fallen_stays_as_it_is_and_is_paid_nothing(fallen):
    process = CartPole()
    state = Carts(torch.tensor([fallen, [0, 0, 0, 0]], dtype=torch.float64), torch.tensor([7, 7]))
    assert process.terminated(state).tolist() == [True, False]
    after, paid = process.step(state, torch.tensor([1, 1]))
    assert torch.equal(after.physics[0], state.physics[0])
    assert after.steps.tolist() == [7, 8]
    assert paid.tolist() == [0.0, 1.0]


def test_a_step_leaves_the_old_state_alone_so_that_a_search_may_branch():
    process = CartPole()
    state = process.start(PROMPTS, Seeds(2))
    before = state.physics.clone()
    left, _ = process.step(state, torch.zeros(6, dtype=torch.long))
    right, _ = process.step(state, torch.ones(6, dtype=torch.long))
    assert torch.equal(state.physics, before)
    assert (left.physics[:, 1] < right.physics[:, 1]).all()


def test_poles_begin_within_the_spread_and_a_restart_touches_only_its_rows():
    process = CartPole()
    state = process.start([Prompt()] * 500, Seeds(0))
    assert state.physics.abs().max() <= 0.05
    assert state.physics.max() > 0.049
    assert state.physics.min() < -0.049
    rows = torch.arange(500) % 7 == 0
    after = process.restart(replace(state, steps=state.steps + 9), rows, [Prompt()] * 500, Seeds(1))
    assert torch.equal(after.physics[~rows], state.physics[~rows])
    assert (after.physics[rows] != state.physics[rows]).all()
    assert len(after.physics[rows].unique(dim=0)) == rows.sum()
    assert torch.equal(after.steps == 0, rows)


def test_the_log_counts_steps():
    works = CartPole().join([Balances(np.array([500, 250])), Balances(np.array([], dtype=int))])
    assert staying_up(works.take([1, 0]), PROMPTS[:2]).total.tolist() == [0.5, 1.0]
    assert works[1] == 250
    assert list(works[:1]) == [500]


class Leaning(torch.nn.Module):
    """Pushes the way the pole falls, which is nearly enough; or the other way."""

    def __init__(self, sign):
        super().__init__()
        self.sign = sign

    def forward(self, observation):
        lean = self.sign * (observation[:, 2] + 0.3 * observation[:, 3])
        return torch.stack((-lean, lean), 1), lean


def test_the_judge_tells_a_balancer_from_a_tumbler():
    good = cartpole.judged_by_gymnasium(Leaning(1), episodes=8)
    bad = cartpole.judged_by_gymnasium(Leaning(-1), episodes=8)
    assert good.min() > 100
    assert bad.max() < 20
    assert good.max() <= 500


def learned(chosen, *, seed):
    *_, last = cartpole.learn(chosen, seed=seed)
    return last


@pytest.mark.slow
@pytest.mark.parametrize(
    ("algorithm", "budget", "bound"),
    [("ppo", 50_000, 120), ("dqn", 8_000, 100), ("rloo", 60_000, 100)],
)
def test_it_learns_to_balance(algorithm, budget, bound):
    """Fragments with a critic, replayed fragments, and whole episodes."""
    few = replace(cartpole.settings(algorithm), budget=budget)
    before = cartpole.judged_by_gymnasium(next(cartpole.learn(few, seed=100)).net)
    after = cartpole.judged_by_gymnasium(learned(few, seed=100).net)
    assert before.mean() < 60
    assert after.mean() > bound


@pytest.mark.parametrize("algorithm", ["ppo", "rloo", "dqn"])
def test_learning_is_repeatable(algorithm):
    full = cartpole.settings(algorithm)
    short = replace(full, streams=8, steps=16, budget=8 * 16 * 2)
    if algorithm == "dqn":
        short = replace(short, learner=full.learner.model_copy(update={"warmup": 0, "updates": 2}))
    first, again, other = (learned(short, seed=s).net.state_dict() for s in (1, 1, 2))
    assert all(torch.equal(first[n], again[n]) for n in first)
    assert not all(torch.equal(first[n], other[n]) for n in first)


def test_learning_stops_when_the_last_hundred_works_are_good_enough():
    full = cartpole.settings("ppo")
    once = full.learner.model_copy(update={"epochs": 1})
    short = replace(full, streams=8, steps=32, budget=8 * 32 * 25 + 255, learner=once)
    never = learned(replace(short, enough=501.0), seed=1)
    assert never.decisions == 8 * 32 * 25
    soon = learned(replace(short, enough=1.0), seed=1)  # as soon as there are a hundred
    assert 1000 < soon.decisions < never.decisions
    assert 1 < soon.lately < 100


@pytest.mark.parametrize("algorithm", cartpole.BARS)
def test_the_settings_keep_the_budget(algorithm):
    chosen = cartpole.settings(algorithm)
    assert chosen.budget <= 500_000
    assert chosen.whole == (algorithm in ("reinforce", "rloo", "grpo"))


@pytest.fixture
def quick(makar, monkeypatch, tmp_path):
    """The command, with nets that are numbers and known lengths of episodes."""

    def learn(chosen, *, seed):
        yield cartpole.Learned(seed, 0, 0.0)
        yield cartpole.Learned(seed, 7 * seed, 321.0)

    monkeypatch.setattr(cartpole_table, "learn", learn)
    monkeypatch.setattr(
        cartpole_table, "judged_by_gymnasium", lambda net: np.array([490, 480 if net < 3 else 300])
    )
    return lambda *arguments: makar("reproduce", "cartpole", *arguments)


def test_the_command_writes_one_object_per_row_and_fails_below_the_bar(quick, tmp_path):
    done = quick("--algorithm", "ppo", "--seeds", 2, "--out", tmp_path / "run")
    assert done.code == 0
    rows = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert [line["event"] for line in done.lines] == ["row", "row", "row", "finished"]
    assert [{"event": "row"} | row for row in rows] == done.lines[:3]
    assert [r["seeds"] for r in rows] == [[1], [2], [1, 2]]
    assert rows[2] == {
        "algorithm": "ppo", "row": "all seeds", "mean": 485, "low": 485, "high": 485, "n": 4,
        "seeds": [1, 2], "min": 480, "steps": 14, "bar": 475,
    }  # fmt: skip
    assert (rows[0]["min"], rows[0]["steps"]) == (480, 7)
    assert rows[0]["high"] == pytest.approx(485 + 12.7062047 * 5)  # t(0.975, 1 degree) · s / √2
    assert quick("--algorithm", "ppo").code == 1, "seed 3 falls"


def test_all_learners_are_one_command(quick, tmp_path):
    done = quick("--first-seed", 1, "--seeds", 1)
    assert done.code == 0
    rows = json.loads((tmp_path / "reproductions" / "cartpole" / "summary.json").read_text())
    assert [row["algorithm"] for row in rows][::2] == list(cartpole.BARS)
    assert quick("--algorithm", "sarsa").code == 2


def test_progress_is_a_share_of_everything(quick):
    events = list(cartpole_table.reproduce(["ppo", "dqn"], seeds=[1, 2]))
    done = [e.done for e in events if isinstance(e, cartpole_table.Stage)]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(0.75, abs=0.001)  # three of four, and 14 steps
    assert events[0] == cartpole_table.Stage("ppo, seed 1", done[0], "321 of 500 steps")
