"""A bounded memory of works: what is in it, what gives way, and that it can be saved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from makar.learners.replay import Forgotten, Replay
from makar.runs.state import pack, unpack


def numbered(toy: Any, first: int, count: int, T: int = 3, **changes: Any) -> Any:
    """Works whose actions are their number."""
    numbers = torch.arange(first, first + count)
    context = {
        "prefix": numbers[:, None].expand(count, 3),
        "legal": torch.ones(count, T, 5).bool(),
        "temperature": numbers.float(),
    }
    actions = numbers[:, None].expand(count, T)
    return toy.rollout(count, T, **({"actions": actions, "context": context} | changes))


def filled(toy: Any, capacity: int, *counts: int) -> Replay:
    memory, first = Replay(capacity), 0
    for count in counts:
        rollout = numbered(toy, first, count)
        memory.add(rollout, rollout.actions.float() / 10)
        first += count
    return memory


def drawn(memory: Replay, count: int = 500) -> Any:
    return memory.sample(count, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("counts", "kept"),
    [((2,), {0, 1}), ((3, 3), {1, 2, 3, 4, 5}), ((5, 1), {1, 2, 3, 4, 5}), ((9,), {4, 5, 6, 7, 8}),
     ((3, 9, 1), {8, 9, 10, 11, 12})],
)  # fmt: skip
def test_the_oldest_give_way(counts: tuple[int, ...], kept: set[int], toy: Any) -> None:
    memory = filled(toy, 5, *counts)
    batch = drawn(memory)
    assert set(batch.rollout.actions[:, 0].tolist()) == kept
    assert memory.size == len(kept)
    assert memory.decisions == 3 * len(kept)


def test_what_belongs_together_stays_together(toy: Any) -> None:
    batch = drawn(filled(toy, 5, 4, 4))
    number = batch.rollout.actions[:, 0]
    torch.testing.assert_close(batch.rewards, number[:, None].expand(-1, 3) / 10)
    assert torch.equal(batch.rollout.context["temperature"], number.float())
    assert torch.equal(batch.rollout.context["prefix"][:, 1], number)
    assert len(batch.rollout.works) == len(batch.rollout.prompts) == 500
    assert len(batch.rollout.select(torch.tensor([3, 1])).works) == 2


def test_all_are_drawn_alike(toy: Any) -> None:
    numbers = drawn(filled(toy, 4, 6), 4000).rollout.actions[:, 0]
    counts = torch.bincount(numbers, minlength=6)[2:]
    assert (counts - 1000).abs().max() < 4 * (4000 * 0.25 * 0.75) ** 0.5


@pytest.mark.parametrize("widths", [(2, 4), (4, 2), (3, 5), (5, 3)])
def test_works_of_different_lengths_are_padded(widths: tuple[int, int], toy: Any) -> None:
    """The prefix, as long as one of them, is not."""
    memory = Replay(8)
    for first, T in zip((0, 2), widths, strict=True):
        memory.add(numbered(toy, first, 2, T), torch.ones(2, T))
    batch = drawn(memory)
    assert batch.rollout.mask.shape[1] == max(widths)
    for number, lengths in ((0, widths[0]), (3, widths[1])):
        rows = batch.rollout.actions[:, 0] == number
        assert (batch.rollout.mask[rows].sum(1) == lengths).all()
        assert (batch.rewards[rows].sum(1) == lengths).all()
        assert (batch.rollout.context["legal"][rows].sum((1, 2)) == 5 * lengths).all()
    assert batch.rollout.context["prefix"].shape == (500, 3)


def test_other_context_is_refused(toy: Any) -> None:
    memory = filled(toy, 5, 2)
    strange = numbered(toy, 0, 2, context={"observation": torch.zeros(2, 3, 4)})
    with pytest.raises(ValueError, match="begin a new memory"):
        memory.add(strange, torch.zeros(2, 3))
    longer = numbered(toy, 0, 2)
    longer.context["prefix"] = torch.zeros(2, 7).long()
    with pytest.raises(ValueError, match="prefix of shape"):
        memory.add(longer, torch.zeros(2, 3))


def test_what_follows_a_cut_is_marked_as_unknown(toy: Any) -> None:
    """A cut, and the end of a fragment that did not end its work; not the end of a whole one."""
    cut = torch.tensor([[0, 1, 0], [0, 0, 0], [0, 0, 0]]).bool()
    ended = torch.tensor([[0, 0, 0], [0, 0, 1], [1, 0, 0]]).bool()
    fields = {"truncated": cut, "terminated": ended, "bootstrap": torch.full((3, 3), 9.0)}
    for bootstrap, expected in (
        (True, [[0, 1, 1], [0, 0, 0], [0, 1, 0]]),
        (False, [[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
    ):
        given = dict(fields) if bootstrap else {n: fields[n] for n in ("truncated", "terminated")}
        memory = Replay(3)
        memory.add(numbered(toy, 0, 3, lengths=[3, 3, 2], **given), torch.zeros(3, 3))
        batch = drawn(memory)
        for number in range(3):
            rows = batch.rollout.actions[:, 0] == number
            assert batch.open[rows][0].tolist() == [bool(x) for x in expected[number]]
        assert torch.equal(batch.rollout.terminated, ended[batch.rollout.actions[:, 0]])


@pytest.mark.parametrize("counts", [(), (2,), (4, 4)])
def test_a_saved_memory_goes_on_alike(counts: tuple[int, ...], toy: Any) -> None:
    memory, other = filled(toy, 5, *counts), Replay(5)
    other.load_state_dict(unpack(*pack(memory.state_dict())))
    for held in (memory, other):
        held.add(numbered(toy, 50, 3), torch.zeros(3, 3))
    ours, theirs = drawn(memory), drawn(other)
    assert torch.equal(ours.rollout.actions, theirs.rollout.actions)
    assert torch.equal(ours.rewards, theirs.rewards)
    with pytest.raises(ValueError, match="resume with the capacity"):
        Replay(1).load_state_dict(memory.state_dict())


def test_nothing_to_remember(toy: Any) -> None:
    memory = Replay(5)
    memory.add(numbered(toy, 0, 0), torch.zeros(0, 3))
    assert (memory.size, memory.decisions) == (0, 0)
    assert Forgotten(3)[1:] == [None, None]
