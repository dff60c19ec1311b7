"""A counting game whose every number is known, played by action values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Generator, Prompt, QFunction
from makar.models.stepwise_q import StepwiseQ, ValueNet
from makar.runs.state import pack, unpack


@dataclass(frozen=True)
class Sums:
    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index: Any) -> Any:
        return self.numbers[index]

    def take(self, indices: Any) -> Sums:
        return Sums(self.numbers[np.fromiter(indices, int)])


@dataclass(frozen=True)
class Counters:
    at: torch.Tensor


class Count:
    """Add 1, 2 or 3 without passing 7; paid what is added."""

    actions = 3

    def start(self, prompts: Any, seeds: Seeds) -> Counters:
        return Counters(torch.from_numpy(seeds.uniforms(len(prompts), 1)[:, 0] * 3).long())

    def observe(self, state: Counters) -> torch.Tensor:
        return state.at[:, None].float()

    def legal(self, state: Counters) -> torch.Tensor:
        return state.at[:, None] + torch.arange(1, 4) <= 7

    def place(self, state: Counters) -> torch.Tensor:
        return state.at

    def step(self, state: Counters, actions: torch.Tensor) -> tuple[Counters, torch.Tensor]:
        added = (actions + 1) * (state.at < 7)
        return Counters(state.at + added), added.float()

    def terminated(self, state: Counters) -> torch.Tensor:
        return state.at == 7

    def truncated(self, state: Counters) -> torch.Tensor:
        return torch.zeros_like(state.at, dtype=torch.bool)

    def restart(self, state: Counters, rows: Any, prompts: Any, seeds: Seeds) -> Counters:
        return Counters(torch.where(rows, self.start(prompts, seeds).at, state.at))

    def works(self, state: Counters) -> Sums:
        return Sums(state.at.numpy().copy())

    def join(self, batches: Any) -> Sums:
        return Sums(np.concatenate([b.numbers for b in batches]))


def counting(**options: Any) -> StepwiseQ[Any, Any]:
    torch.manual_seed(1)
    return StepwiseQ(Count(), ValueNet(1, 3, width=8), steps=7, shard=4, **options)


PROMPTS = [Prompt()] * 10


@pytest.mark.parametrize("greedy", [False, True])
@pytest.mark.parametrize("fragments", [False, True])
@pytest.mark.parametrize("epsilon", [0.0, 0.4])
def test_what_is_said_of_a_decision_is_how_it_was_made(
    greedy: bool, fragments: bool, epsilon: float
) -> None:
    q = counting(greedy=greedy, fragments=fragments, epsilon=epsilon)
    assert isinstance(q, Generator)
    assert isinstance(q, QFunction)
    rollout = q.sample(PROMPTS, seeds=Seeds(1), temperature=0.5)
    q.epsilon = 0.7
    torch.testing.assert_close(q.evaluate(rollout).logp, rollout.logp, atol=1e-5, rtol=0)
    legal = rollout.context["legal"].gather(-1, rollout.actions[..., None])[..., 0]
    assert legal[rollout.mask].all()


def test_greedy_takes_the_best_legal_action() -> None:
    q = counting()
    rollout = q.sample(PROMPTS, seeds=Seeds(0))
    with torch.no_grad():
        values = q.q_values(rollout).masked_fill(~rollout.context["legal"], -torch.inf)
    assert torch.equal(values.argmax(-1)[rollout.mask], rollout.actions[rollout.mask])
    assert rollout.works[:].tolist() == [7] * 10


def test_the_first_works_are_the_same_however_many_are_asked_for() -> None:
    q = counting(epsilon=0.5)
    few, many = (q.sample([Prompt()] * n, seeds=Seeds(5)) for n in (3, 11))
    steps = few.mask.shape[1]
    assert torch.equal(few.actions, many.actions[:3, :steps])


def test_streams_go_on_from_where_they_were_saved() -> None:
    q = counting(fragments=True, epsilon=0.3)
    q.sample(PROMPTS, seeds=Seeds(0, 0))
    saved = unpack(*pack(q.streams.state_dict()))
    whole = q.sample(PROMPTS, seeds=Seeds(0, 1))
    other = counting(fragments=True, epsilon=0.3)
    other.streams.load_state_dict(saved)
    assert torch.equal(other.sample(PROMPTS, seeds=Seeds(0, 1)).actions, whole.actions)


def test_a_net_tells_the_best_value_beside_all() -> None:
    net = ValueNet(6, 3)
    values, best = net(torch.randn(5, 2, 3))
    assert values.shape == (5, 3)
    assert torch.equal(best, values.max(1).values)
