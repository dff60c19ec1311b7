"""What is special to writing token by token; the rest is in the conformance tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy

ONLY_LATER = np.array([[0, 1, 1], [0, 0, 1], [1, 0, 0], [1, 1, 0]], bool)
"""What may follow 0, 1 and 2, and, last, what may begin."""


def test_the_draw_is_the_inverse_of_the_cumulated_probabilities(toy: Any) -> None:
    """One decision of three tokens, against numpy's searchsorted on the same uniforms."""
    policy = toy.policy(toy.Codec(vocabulary=3, length=1))
    rollout = policy.sample([Prompt()] * 64, seeds=Seeds(5))
    with torch.no_grad():
        chances = policy.evaluate(rollout).logits[:, 0].exp().double().numpy()
    uniforms = Seeds(5).uniforms(64, 1)[:, 0]
    expected = [np.searchsorted(c.cumsum(), u, side="right") for c, u in zip(chances, uniforms)]  # noqa: B905
    assert rollout.actions[:, 0].tolist() == expected


@pytest.mark.parametrize("uniform", [0.0, 1 - 2**-53])
def test_extreme_draws_are_legal(uniform: float, toy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = toy.policy(toy.Codec(vocabulary=3, length=6, rules=ONLY_LATER))
    monkeypatch.setattr(
        Seeds, "uniforms", lambda self, works, decisions: np.full((works, decisions), uniform)
    )
    rollout = policy.sample([Prompt()], seeds=Seeds(0))
    # the lowest legal token each time, or the highest
    assert rollout.works[0] == ((0, 1, 2, 0, 1, 2) if uniform == 0 else (1, 2, 0, 2, 0, 2))
    assert rollout.logp.isfinite().all()


def test_shorter_works_are_masked(toy: Any) -> None:
    policy = toy.policy()
    prompts = [Prompt(condition={"length": n}) for n in (1, 4, 0, 2)]
    rollout = policy.sample(prompts, seeds=Seeds(0))
    assert [len(w) for w in rollout.works[:]] == rollout.mask.sum(1).tolist() == [1, 4, 0, 2]
    assert not rollout.actions[~rollout.mask].any()


def test_demonstrations_are_existing_works(toy: Any) -> None:
    policy = toy.policy(toy.Codec(vocabulary=3, rules=ONLY_LATER))
    shown = policy.demonstrate(toy.Words(((0, 1, 2), (1, 2, 0, 2))))
    assert shown.works.items == ((0, 1, 2), (1, 2, 0, 2))
    assert shown.mask.sum(1).tolist() == [3, 4]
    assert not shown.logp.any()
    now = policy.evaluate(shown)
    assert now.logp[0, 2] == 0, "after 1 only 2 is legal: certain"
    assert now.logp[0, 0] < 0
    with pytest.raises(ValueError, match="work 1 holds a forbidden token at step 2"):
        policy.demonstrate(toy.Words(((0, 1, 2), (0, 1, 1))))


def test_demonstrations_equal_samples_of_the_same_works(toy: Any) -> None:
    policy = toy.policy(toy.Codec(vocabulary=3, rules=ONLY_LATER, length=5))
    made = policy.sample([Prompt(condition={"length": 5})] * 4, seeds=Seeds(0))
    shown = policy.demonstrate(made.works)
    with torch.no_grad():
        torch.testing.assert_close(policy.evaluate(shown).logp, made.logp, atol=1e-5, rtol=1e-5)


def test_the_net_must_know_the_codecs_tokens(toy: Any) -> None:
    net = Recurrent(RecurrentConfig(vocabulary=4))
    with pytest.raises(ValueError, match="4 tokens and the codec 5"):
        TokenPolicy(net, toy.Codec())
