"""Learning by action values in any recipe that writes tokens: how it begins, and what holds it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from makar.core.errors import ConfigError
from makar.core.seeds import Seeds
from makar.learners.policy_gradient import PolicyGradient
from makar.learners.q_learning import QLearning
from makar.recipes.assembly import assemble
from makar.recipes.loading import load_config

KINDS = ("dqn", "psi", "g")


def together(words: Any, algorithm: str, policy: Any = None, **flags: Any) -> Any:
    """A run of words that learns by an algorithm, with the settings of a tune."""
    creator, settings = words.creator(), {name.replace("__", "."): v for name, v in flags.items()}
    return assemble(
        load_config("tune", {"learn.algorithm": algorithm, **settings}, environment={}),
        policy or creator.policy, prior=creator.prior, ask=creator.ask, asked=creator.asked,
        blended=(creator.reward, {}, {}), words=creator.words, craft=creator.craft,
        human=creator.human,
    ).creator  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_begins_by_writing_as_the_untrained_model_does(words: Any, kind: str) -> None:
    creator = together(words, kind)
    asked = [creator.ask] * 20
    theirs, ours = (g.sample(asked, seeds=Seeds(3)) for g in (creator.prior, creator.policy))
    assert ours.works[:] == theirs.works[:]
    assert creator.policy.shard == creator.prior.shard


@pytest.mark.parametrize("kind", KINDS)
def test_each_learns_what_is_rewarded_and_says_how_far_it_went(words: Any, kind: str) -> None:
    creator = together(words, kind, values__learning_rate=0.02, values__scale=0.05)
    asked, scores, told = [creator.ask] * 64, [], {}
    for step in range(25):
        rollout = creator.policy.sample(asked, seeds=Seeds(5, step))
        judgement = creator.reward(rollout.works, asked)
        scores.append(float(np.mean(judgement.total)))
        told = creator.learner.update(rollout, judgement)
    assert np.mean(scores[-5:]) > np.mean(scores[:2]) + 0.1
    assert told["kl"] > 0.01
    assert told["prior_entropy"] > 0 < told["entropy"]
    held = creator.policy if kind == "psi" else creator.policy.q
    assert held.apart, "what a work is worth must not drown what each token adds"


def test_a_prior_is_paid_for_by_psi_and_held_to_by_g_and_only_a_start_to_dqn(words: Any) -> None:
    priors = {kind: together(words, kind).learner.prior for kind in KINDS}
    assert priors["dqn"] is None
    assert priors["psi"] is not None is not priors["g"]
    assert all(together(words, kind).learner.config.kind == kind for kind in KINDS)


def test_settings_of_values_reach_the_learner_and_it_rests_as_the_run_ends(words: Any) -> None:
    learner = together(words, "g", loop__iterations=7, values__memory=77).learner
    assert isinstance(learner, QLearning)
    assert (learner.config.memory, learner.config.decay_updates) == (77, 7)
    other = together(words, "g", loop__iterations=7, values__decay_updates=3).learner
    assert other.config.decay_updates == 3
    assert isinstance(together(words, "rloo").learner, PolicyGradient)


def test_what_does_not_write_token_by_token_is_refused_with_what_to_choose(words: Any) -> None:
    drawn = words.creator().policy

    class Painter(type(drawn).__mro__[1]):  # any module: not one that writes tokens
        shard = 4
        sample = drawn.sample

    with pytest.raises(ConfigError, match="does not write token by token: choose reinforce"):
        together(words, "dqn", policy=Painter())
