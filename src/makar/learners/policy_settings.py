"""How a policy-gradient learner learns: which algorithm, how far, how many, how steadily."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt

from makar.learners.stability import Stability

Algorithm = Literal["reinforce", "rloo", "grpo", "a2c", "ppo"]


class PolicyGradientConfig(BaseModel):
    """How a policy-gradient learner learns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    algorithm: Algorithm = "grpo"
    learning_rate: PositiveFloat = 3e-4
    decay_updates: PositiveInt | None = Field(
        default=None,
        description="updates in which the learning rate falls in a straight line to 0, where "
        "learning ends; none keeps it",
    )
    epochs: PositiveInt = Field(default=1, description="passes over each rollout")
    minibatch: PositiveInt | None = Field(
        default=None, description="works per step; none takes all"
    )
    best_and_worst: int | None = Field(
        default=None,
        ge=2,
        description="works learned from: half of them the best that were made, half the worst; "
        "none learns from all",
    )
    shard: PositiveInt | None = Field(
        default=None,
        description="works whose gradient is taken at once, to save memory; none takes all",
    )
    gamma: float = Field(default=1.0, gt=0, le=1, description="discount per decision")
    lam: float = Field(
        default=0.95, ge=0, le=1, description="GAE: 0 trusts the value, 1 the rewards"
    )
    clip: PositiveFloat = Field(default=0.2, description="PPO's and GRPO's clip")
    value_weight: NonNegativeFloat = 0.5
    entropy_weight: NonNegativeFloat = Field(
        default=0.0, description="constant bonus, besides the floor"
    )
    stability: Stability = Field(default_factory=Stability)

    @property
    def uses_value(self) -> bool:
        """True where a value head is trained."""
        return self.algorithm in ("a2c", "ppo")

    @property
    def uses_groups(self) -> bool:
        """True where works are compared within their group."""
        return self.algorithm in ("rloo", "grpo")
