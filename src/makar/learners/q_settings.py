"""How a learner of action values learns: Q-, Ψ- and G-learning share all but the kind."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt

Kind = Literal["dqn", "psi", "g"]


class ValueSettings(BaseModel):
    """How action values are learned, whichever kind they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    learning_rate: PositiveFloat = 1e-3
    decay_updates: PositiveInt | None = Field(
        default=None,
        description="rollouts in which the learning rate falls in a straight line to 0, where "
        "learning ends; none keeps it",
    )
    gamma: float = Field(default=0.99, gt=0, le=1, description="discount per decision")
    n_step: PositiveInt = Field(default=1, description="rewards before a value is trusted")
    double: bool = Field(
        default=True, description="dqn: the net in training chooses what the target net values"
    )
    memory: PositiveInt = Field(default=4096, description="works, or fragments, remembered")
    warmup: NonNegativeInt = Field(default=0, description="works made before learning begins")
    batch: PositiveInt = Field(default=32, description="works in a gradient step")
    updates: PositiveInt = Field(default=8, description="gradient steps for each rollout")
    target_rate: float = Field(
        default=0.01, gt=0, le=1, description="how far the target net follows at each step of it"
    )
    target_every: PositiveInt = Field(
        default=1, description="gradient steps between two steps of the target net"
    )
    loss: Literal["huber", "squared"] = "huber"
    clip_norm: PositiveFloat | None = Field(default=10.0, description="largest gradient norm")
    epsilon: float = Field(default=1.0, ge=0, le=1, description="exploration at the start")
    epsilon_end: float = Field(default=0.05, ge=0, le=1, description="exploration in the end")
    epsilon_decisions: NonNegativeInt = Field(
        default=10_000, description="decisions in which exploration falls, in a straight line"
    )
    centred: bool = Field(
        default=False,
        description="count what a work earned from the mean of the first works, so that values "
        "begin near 0; which action is best stays",
    )
    scale: PositiveFloat = Field(
        default=1.0, description="reward that weighs as much as one nat of the prior"
    )
    roll_back_after: PositiveInt | None = Field(
        default=3, description="unusable steps in a row before the last good weights come back"
    )


class QLearningConfig(ValueSettings):
    """Which kind of action values, and how they are learned."""

    kind: Kind = "dqn"
