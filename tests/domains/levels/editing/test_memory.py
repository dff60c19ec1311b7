"""A map that is written where the cursor is, and read from anywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.memory import NeuralMap
from makar.domains.levels.editing.partial_view import Remembering
from makar.domains.levels.problems.catalogue import problem
from makar.models.stepwise import StepModel, StepwisePolicy

CHANNELS = 4


def parts(*, remembers: bool = True) -> tuple[Remembering, NeuralMap]:
    torch.manual_seed(0)
    what = replace(problem("sokoban"), window=3)
    process = Remembering(what, "narrow", channels=CHANNELS, change=1.0)
    net = NeuralMap((5, 5), 3, 5, process.actions, channels=CHANNELS, remembers=remembers)
    process.writer = net.write
    return process, net


def test_each_step_writes_at_its_cursor_and_nowhere_else() -> None:
    process, net = parts()
    assert isinstance(process, Process)
    assert isinstance(net, StepModel)
    state = process.start([Prompt()] * 6, Seeds(1))
    assert not state.memory.any()
    expected = state.memory.copy()
    for _ in range(5):
        here, written = process.place(state).numpy(), net.write(process.observe(state))
        going = ~(process.terminated(state) | process.truncated(state)).numpy()
        for b in np.flatnonzero(going):
            expected[b, :, here[b]] = written[b].detach().numpy()
        state, _ = process.step(state, torch.ones(6, dtype=torch.long))  # type: ignore[assignment]
        np.testing.assert_allclose(state.memory, expected, atol=1e-6)
    fresh = process.restart(state, torch.tensor([True] + [False] * 5), [Prompt()] * 6, Seeds(2))
    assert not fresh.memory[0].any()
    np.testing.assert_array_equal(fresh.memory[1:], state.memory[1:])


def test_what_was_seen_elsewhere_counts_only_with_a_memory() -> None:
    for remembers in (True, False):
        process, net = parts(remembers=remembers)
        seen = process.observe(process.start([Prompt()], Seeds(1)))
        other = seen.clone()
        other[0, 9 + 3] = 1.0  # in the memory's first channel, cell 3
        same = torch.equal(net(seen)[0], net(other)[0])
        assert same is not remembers


def test_gradients_reach_reading_and_writing() -> None:
    process, net = parts()
    state = process.start([Prompt()] * 8, Seeds(3))
    for _ in range(4):
        state, _ = process.step(state, torch.zeros(8, dtype=torch.long))
    logits, value = net(process.observe(state))
    (logits.logsumexp(1).sum() + value.sum()).backward()
    for name, weights in net.named_parameters():
        assert weights.grad is not None, name
        assert weights.grad.abs().sum() > 0, name


def test_the_policy_thinks_again_what_it_thought_and_its_streams_are_kept() -> None:
    process, net = parts()
    policy = StepwisePolicy(process, net, steps=12, fragments=True, shard=8)
    for iteration in range(2):
        rollout = policy.sample([Prompt()] * 8, seeds=Seeds(0, iteration))
    torch.testing.assert_close(policy.evaluate(rollout).logp, rollout.logp, atol=1e-5, rtol=1e-5)
    saved = policy.streams.state_dict()
    again = StepwisePolicy(process, net, steps=12, fragments=True, shard=8)
    again.streams.load_state_dict(saved)
    one, other = (
        p.sample([Prompt()] * 8, seeds=Seeds(0, 2)).context["observation"] for p in (policy, again)
    )
    torch.testing.assert_close(one, other)


def test_without_a_cursor_there_is_nowhere_to_write() -> None:
    with pytest.raises(ValueError, match="narrow or turtle"):
        Remembering(problem("zelda"), "wide", channels=2)
