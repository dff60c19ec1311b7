"""The settings that all recipes have."""

from __future__ import annotations

from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from makar.learners.policy_gradient import PolicyGradientConfig
from makar.training.loop import LoopConfig


class RewardConfig(BaseModel):
    """What is rewarded, over the defaults of the catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: dict[str, NonNegativeFloat] = Field(
        default_factory=dict, description="weight of a part by name; 0 only watches it"
    )
    custom: tuple[str, ...] = Field(
        default=(), description='your own: "mine.py:swing=0.5" is function swing, weight 0.5'
    )
    seconds: PositiveFloat = Field(
        default=20.0, description="time that each of your own may take for a batch of works"
    )
    scale_parts: bool = Field(
        default=True, description="divide each part's weight by its spread under the prior"
    )


class EvaluateConfig(BaseModel):
    """The comparison at the end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    works: PositiveInt = Field(default=1000, description="works per row of the table")
    best_of: PositiveInt = Field(default=4, description="prior's works to choose the best from")
    show: PositiveInt = Field(default=6, description="works shown in the report")


class RecipeConfig(BaseModel):
    """What any recipe can be told; each adds what it asks for, and the model that writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: str
    seed: int = Field(default=0, ge=0, lt=2**32)
    prior_seed: int = Field(
        default=0,
        ge=0,
        lt=2**32,
        description="of pre-training and comparison: runs that share it share their prior",
    )
    threads: PositiveInt = Field(default=1, description="torch threads; small models like one")
    device: str = Field(default="cpu", pattern=r"^(cpu|cuda(:\d+)?)$")
    ask: Any
    model: Any
    learn: PolicyGradientConfig = Field(default_factory=PolicyGradientConfig)
    loop: LoopConfig = Field(default_factory=LoopConfig)
    reward: RewardConfig = Field(default_factory=RewardConfig)
    evaluate: EvaluateConfig = Field(default_factory=EvaluateConfig)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.learn.minibatch is not None and self.learn.minibatch > self.loop.works:
            raise ValueError(
                f"learn.minibatch is {self.learn.minibatch}, and there are only "
                f"{self.loop.works} loop.works; change the one or the other"
            )
        if self.learn.uses_groups and self.loop.works < 2:
            raise ValueError(
                f"learn.algorithm {self.learn.algorithm!r} compares works with one another: "
                "loop.works must be 2 or more"
            )
        return self
