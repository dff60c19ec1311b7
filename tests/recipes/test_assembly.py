"""What cannot learn as it is asked to is refused before anything is trained."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
