"""Action values of tokens: how they become decisions, and that what was decided is what is said."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Generator, Prompt, QFunction
from makar.models.exploring import exploring
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.models.token_q import GuidedQ, TokenQ

RULES = np.random.default_rng(4).random((8, 7)) < 0.6
RULES[np.arange(8), np.arange(8) % 7] = True
WAYS = ("greedy", "soft", "dueling", "guided")


def policy(toy: Any, seed: int = 5) -> TokenPolicy[Any]:
    """An LSTM under sparse rules, with weights far from uniform, in small shards."""
    torch.manual_seed(seed)
    net = Recurrent(RecurrentConfig(vocabulary=7, width=12, context=32))
    with torch.no_grad():
        for p in net.parameters():
            p.add_(torch.randn_like(p) * 0.4)
    return TokenPolicy(net, toy.Codec(vocabulary=7, length=9, rules=RULES), shard=8)


def acting(way: str, toy: Any, epsilon: float = 0.0) -> Any:
    if way == "guided":
        return GuidedQ(TokenQ.from_policy(policy(toy)), policy(toy, 6), epsilon=epsilon)
    return TokenQ.from_policy(
        policy(toy), greedy=way == "greedy", dueling=way == "dueling", epsilon=epsilon
    )


def wishes(count: int) -> list[Prompt]:
    return [Prompt(condition={"length": 9 - i % 3}) for i in range(count)]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_a_q_function(way: str, toy: Any) -> None:
    q = acting(way, toy)
    assert isinstance(q, Generator)
    assert isinstance(q, QFunction)
    rollout = q.sample(wishes(3), seeds=Seeds(0))
    assert q.q_values(rollout).shape == (3, 9, 7)
    assert len(q.sample([], seeds=Seeds(0))) == 0
    assert q.q_values(q.sample([], seeds=Seeds(0))).shape == (0, 0, 7)
    with pytest.raises(ValueError, match="temperature must be above 0"):
        q.sample(wishes(1), seeds=Seeds(0), temperature=0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("epsilon", [0.0, 0.3])
def test_what_is_said_of_a_decision_is_how_it_was_made(
    way: str, temperature: float, epsilon: float, toy: Any
) -> None:
    q = acting(way, toy, epsilon)
    rollout = q.sample(wishes(11), seeds=Seeds(1), temperature=temperature)
    q.epsilon = 0.9  # what it does now is not what it did then
    now = q.evaluate(rollout)
    torch.testing.assert_close(now.logp, rollout.logp, atol=1e-5, rtol=0)
    torch.testing.assert_close(
        now.logits.exp().sum(-1), torch.ones(rollout.mask.shape), atol=1e-5, rtol=0
    )
    assert not now.entropy[~rollout.mask].any()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("epsilon", [0.0, 0.5, 1.0])
def test_nothing_forbidden_is_written(way: str, epsilon: float, toy: Any) -> None:
    works = acting(way, toy, epsilon).sample(wishes(200), seeds=Seeds(2)).works[:]
    assert all(RULES[a, b] for w in works for a, b in zip((-1, *w), w, strict=False))
    assert [len(w) for w in works[:3]] == [9, 8, 7]


@pytest.mark.parametrize("way", WAYS)
def test_the_first_works_are_the_same_however_many_are_asked_for(way: str, toy: Any) -> None:
    q = acting(way, toy, 0.2)
    many, few = (q.sample(wishes(n), seeds=Seeds(3)) for n in (21, 10))
    assert many.works[:10] == few.works[:]
    assert torch.equal(many.logp[:10], few.logp)
    later = q.sample(wishes(21)[9:], seeds=Seeds(3, first=9))
    assert later.works[:] == many.works[9:]
    assert q.sample(wishes(21), seeds=Seeds(4)).works[:] != many.works[:]


def test_epsilon_is_the_share_of_decisions_that_are_not_the_best(toy: Any) -> None:
    q = acting("greedy", toy, 0.4)
    rollout = q.sample([Prompt()] * 400, seeds=Seeds(0))
    best = q.q_values(rollout).masked_fill(~rollout.context["legal"], -torch.inf).argmax(-1)
    legal = rollout.context["legal"].sum(-1)
    other = (rollout.actions != best).float().mean()
    expected = (0.4 * (1 - 1 / legal)).mean()
    assert other == pytest.approx(float(expected), abs=4 * (0.25 / best.numel()) ** 0.5)
    q.epsilon = 0.0
    assert not q.sample(wishes(30), seeds=Seeds(0)).logp.any(), "certain"


def test_chances_by_hand() -> None:
    q = torch.tensor([[1.0, 9.0, 3.0, 3.0]])
    legal = torch.tensor([[True, False, True, True]])
    greedy = exploring(q, legal, 5.0, 0.3, greedy=True).exp()
    torch.testing.assert_close(greedy, torch.tensor([[0.1, 0, 0.8, 0.1]]))
    soft = exploring(q, legal, 2.0, 0.3, greedy=False).exp()
    e = torch.e
    shares = torch.tensor([[1 / (1 + 2 * e), 0, e / (1 + 2 * e), e / (1 + 2 * e)]])
    torch.testing.assert_close(soft, 0.7 * shares + 0.1 * legal)


def test_sampling_softly_from_a_policys_weights_is_sampling_from_the_policy(toy: Any) -> None:
    """The Ψ of a reward of nothing is the prior, works, chances and all."""
    prior = policy(toy)
    q = TokenQ.from_policy(prior, greedy=False, dueling=True)
    theirs, ours = (g.sample(wishes(20), seeds=Seeds(1), temperature=0.7) for g in (prior, q))
    assert ours.works[:] == theirs.works[:]
    torch.testing.assert_close(ours.logp, theirs.logp)


def test_equal_values_leave_the_prior_as_it_is(toy: Any) -> None:
    prior, q = policy(toy, 6), acting("guided", toy)
    with torch.no_grad():
        q.q.net.head.weight.zero_()
        q.q.net.head.bias.fill_(3.0)
    theirs, ours = (g.sample(wishes(20), seeds=Seeds(1), temperature=0.7) for g in (prior, q))
    assert ours.works[:] == theirs.works[:]
    torch.testing.assert_close(ours.logp, theirs.logp)
    with torch.no_grad():
        kl = q.evaluate(ours).kl(prior.evaluate(ours))
    assert kl[ours.mask].abs().max() < 1e-5


def test_a_guided_one_weighs_values_and_prior(toy: Any) -> None:
    """π ∝ p · exp G at every decision, from the parts."""
    q = acting("guided", toy)
    rollout = q.sample(wishes(6), seeds=Seeds(0))
    with torch.no_grad():
        guide = policy(toy, 6).evaluate(rollout).logits
        expected = (q.q_values(rollout) + guide).log_softmax(-1)
        found = q.evaluate(rollout).logits
    legal = rollout.context["legal"] & rollout.mask[..., None]
    torch.testing.assert_close(found[legal], expected[legal])


def test_the_prior_is_a_copy_that_is_never_trained(toy: Any) -> None:
    prior = policy(toy)
    q = GuidedQ(TokenQ.from_policy(prior), prior)
    with torch.no_grad():
        prior.net.head.bias.add_(1.0)
    assert not torch.equal(q.prior.net.head.bias, prior.net.head.bias)
    assert not any(p.requires_grad for p in q.prior.parameters())
    assert all(p.requires_grad for p in q.q.parameters())


def test_dueling_values_are_the_state_value_and_what_the_token_adds(toy: Any) -> None:
    q = acting("dueling", toy)
    rollout = q.sample(wishes(4), seeds=Seeds(0))
    values = q.q_values(rollout).masked_fill(~rollout.context["legal"], -torch.inf)
    theirs = policy(toy).evaluate(rollout)
    soft = values.logsumexp(-1)
    torch.testing.assert_close(soft[rollout.mask], theirs.value[rollout.mask])
    torch.testing.assert_close(
        (values - soft[..., None])[rollout.mask], theirs.logits[rollout.mask]
    )


def test_copies_go_their_own_way(toy: Any) -> None:
    """A target net is a deep copy."""
    q = acting("guided", toy)
    twin = copy.deepcopy(q)
    with torch.no_grad():
        twin.q.net.head.bias.add_(1.0)
    assert not torch.equal(q.q.net.head.bias, twin.q.net.head.bias)


def test_the_net_must_know_the_codecs_tokens(toy: Any) -> None:
    with pytest.raises(ValueError, match="4 tokens and the codec 5"):
        TokenQ(Recurrent(RecurrentConfig(vocabulary=4)), toy.Codec())


def test_a_silent_one_begins_as_the_prior_and_its_gain_makes_it_louder(toy: Any) -> None:
    prior = policy(toy, 6)
    q = GuidedQ(TokenQ.from_policy(policy(toy), dueling=True), prior, silent=True)
    theirs, ours = (g.sample(wishes(20), seeds=Seeds(1)) for g in (prior, q))
    assert ours.works[:] == theirs.works[:]
    with torch.no_grad():
        q.gain.fill_(0.1)
    loud = q.sample(wishes(20), seeds=Seeds(1))
    assert loud.works[:] != theirs.works[:]
    torch.testing.assert_close(q.evaluate(loud).logp, loud.logp)
    q.q_values(loud).sum().backward()
    assert q.gain.grad is not None


def test_values_of_a_guided_dueling_one_are_worth_the_state_value_under_its_prior(toy: Any) -> None:
    """log Σ p exp G = V, the value of acting as G-learning acts."""
    q = GuidedQ(TokenQ.from_policy(policy(toy), dueling=True), policy(toy, 6))
    rollout = q.sample(wishes(4), seeds=Seeds(0))
    guide = q.prior.evaluate(rollout).logits
    soft = (guide + q.q_values(rollout)).logsumexp(-1)
    theirs = policy(toy).evaluate(rollout).value
    torch.testing.assert_close(soft[rollout.mask], theirs[rollout.mask])


@pytest.mark.parametrize("apart", [False, True])
def test_a_state_value_that_is_apart_does_not_move_what_the_net_sees(toy: Any, apart: bool) -> None:
    q = TokenQ.from_policy(policy(toy), greedy=False, dueling=True, apart=apart)
    with torch.no_grad():
        q.net.value_head.weight.fill_(0.1)
    rollout = q.sample(wishes(4), seeds=Seeds(0))
    legal = rollout.context["legal"] & rollout.mask[..., None]
    q.q_values(rollout).masked_fill(~legal, -torch.inf).logsumexp(-1)[rollout.mask].sum().backward()
    moved = sum(float(p.grad.abs().sum()) for n, p in q.named_parameters()
                if p.grad is not None and "head" not in n)  # fmt: skip
    assert (moved > 1e-3) is not apart, "the soft value is V alone"
    assert float(q.net.value_head.bias.grad) > 0
