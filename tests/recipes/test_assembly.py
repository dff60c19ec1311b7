"""A run put together: what cannot learn is refused, and what is asked reaches the learner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from makar.core.errors import ConfigError
from makar.recipes.assembly import assemble
from makar.recipes.loading import load_config


def test_an_algorithm_with_a_value_needs_a_value_head(words: Any) -> None:
    creator = words.creator()
    evaluate = creator.prior.evaluate
    creator.prior.evaluate = lambda rollout: replace(evaluate(rollout), value=None)

    def put_together(algorithm: str) -> Any:
        return assemble(
            load_config("tune", {"learn.algorithm": algorithm}, environment={}),
            creator.policy, prior=creator.prior, ask=creator.ask, asked=creator.asked,
            blended=(creator.reward, {}, {}), words=creator.words,
            craft=creator.craft, human=creator.human,
        )  # fmt: skip

    with pytest.raises(ConfigError, match="tune's has none: choose reinforce, rloo or grpo"):
        put_together("ppo")
    assert put_together("rloo").creator.learner.config.algorithm == "rloo"


def together(words: Any, human: Any, *, varied: float | None = None, **flags: Any) -> Any:
    """A run of words with the settings of a tune."""
    creator, settings = words.creator(), {name.replace("__", "."): v for name, v in flags.items()}
    return assemble(
        load_config("tune", settings, environment={}),
        creator.policy, prior=creator.prior, ask=creator.ask, asked=creator.asked,
        blended=(creator.reward, {}, {}), words=creator.words, craft=creator.craft, human=human,
        varied=varied,
    ).creator  # fmt: skip


def test_a_learning_rate_that_settles_reaches_nothing_where_the_run_ends(words: Any) -> None:
    human = words.creator().human
    settled = together(words, human, loop__iterations=7)
    assert settled.learner.config.decay_updates == 7
    other = together(words, human, loop__iterations=7, learn__decay_updates=30)
    assert other.learner.config.decay_updates == 30


def test_watches_are_held_near_those_of_people(words: Any, toy: Any) -> None:
    human = toy.Words(tuple((n % 4, n // 2 % 4, 3, n % 3) for n in range(20)))
    prices = together(words, human).bonuses.likeness
    kinds = [float(len(set(work))) for work in human]
    assert prices.people == {
        "surprise": (pytest.approx(np.mean(kinds)), pytest.approx(np.std(kinds)))
    }
    below, above = prices.allowed["surprise"]
    assert min(below, above) == 0.25, "as far as is asked, or as the untrained model is off"
    assert together(words, human, loop__likeness=None).bonuses.likeness is None


def test_what_training_adds_is_as_the_settings_of_the_loop_have_it(words: Any, toy: Any) -> None:
    """Also where a recipe says how varied people's sets are: blends of two genres."""
    human = toy.Words(tuple((n % 4, n // 2 % 4, 3, n % 3) for n in range(20)))
    told = {"loop__distinctness": True, "loop__variety": 0.5}
    added = together(words, human, varied=0.8, **told).bonuses
    assert added.target == pytest.approx(0.4)
    assert added.distinctness
    assert added.likeness is not None
    assert not together(words, human, varied=0.8).bonuses.distinctness
    assert together(words, human, varied=0.8, loop__variety=None).bonuses.target is None
