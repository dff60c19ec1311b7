"""What a run of chorales asks its model for, and rewards."""

from __future__ import annotations

from collections.abc import Mapping

from makar.core.types import Prompt
from makar.domains.music.chorale.config import ChoraleConfig
from makar.recipes.settings import RewardConfig

MOVING: Mapping[str, float] = {
    "harmonic_rhythm": 1.0,
    "line_steps": 1.0,
    "contrary_motion": 0.5,
    "awkward_moves": 0.5,
    "chord_novelty": 0.0,
}
"""Weights besides ``reward``'s. Without them the model learned to stand still: repeated
chords break no rule. And no model copies Bach five chords running, so that novelty says nothing.
"""


def ask_prompt(config: ChoraleConfig) -> Prompt:
    """What the config asks for."""
    ask = config.ask
    condition: dict[str, float | str] = {
        "bars": ask.bars, "metre": ask.metre, "mode": ask.mode, "key": ask.key, "ends": ask.ends,
    }  # fmt: skip
    if ask.in_key:
        condition["in_key"] = "yes"
    if not ask.crossing:
        condition["crossing"] = "no"
    if not ask.parallels:
        condition["parallels"] = "no"
    return Prompt(condition=condition)


def reward_config(config: ChoraleConfig) -> RewardConfig:
    """What is rewarded: ``MOVING``, nothing for what is guaranteed, and then the user's weights."""
    sure = {"parallels": config.ask.parallels, "crossing": config.ask.crossing}
    weights = {**MOVING} | {name: 0.0 for name, possible in sure.items() if not possible}
    return config.reward.model_copy(update={"weights": weights | config.reward.weights})
