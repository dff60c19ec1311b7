"""The settings of the ``binary``, ``zelda`` and ``sokoban`` recipes: levels made by editing."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from makar.learners.policy_gradient import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.recipes.loop import LoopConfig
from makar.recipes.recipe_config import EvaluateConfig, RecipeConfig, RewardConfig

LEARN = PolicyGradientConfig(
    algorithm="ppo", learning_rate=2e-3, epochs=3, minibatch=32, gamma=0.97, lam=0.9,
    entropy_weight=0.001,
    stability=Stability(kl_coefficient=0.0, kl_target=None, entropy_floor=None, clip_norm=0.5),
)  # fmt: skip
"""There is nobody's style to stay near to; the rest as in ``makar.reproductions.pcgrl``."""


class EditingAskConfig(BaseModel):
    """The levels asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    change: float = Field(
        default=0.3, gt=0, le=1, description="share of a random map's tiles that may be changed"
    )
    statistics: dict[str, int] = Field(
        default_factory=dict,
        description="values that statistics are to have, such as path-length = 30",
    )
    spread: bool = Field(
        default=False,
        description="learn every value of the statistics asked for, so that sample can ask for any",
    )


class EditingModelConfig(BaseModel):
    """The network that edits; see ``models.map_net``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: PositiveInt = 16
    depth: int = Field(default=4, ge=2, le=13)
    ahead: bool = Field(
        default=True, description="see what each edit would bring at once: one step of search"
    )


class EditingConfig(RecipeConfig):
    """What these recipes can be told."""

    ask: EditingAskConfig = Field(default_factory=EditingAskConfig)
    model: EditingModelConfig = Field(default_factory=EditingModelConfig)
    learn: PolicyGradientConfig = LEARN
    loop: LoopConfig = Field(
        default_factory=lambda: LoopConfig(
            iterations=60, works=256, checkpoint_every=20, exploration=0.0, variety=None
        )
    )
    reward: RewardConfig = Field(default_factory=lambda: RewardConfig(scale_parts=False))
    evaluate: EvaluateConfig = Field(default_factory=lambda: EvaluateConfig(works=300))


class BinaryConfig(EditingConfig):
    """Everything the ``binary`` recipe can be told: caves of one part with a long path."""

    recipe: Literal["binary"] = "binary"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name


class ZeldaConfig(EditingConfig):
    """Everything the ``zelda`` recipe can be told: dungeons with a key, a door and enemies."""

    recipe: Literal["zelda"] = "zelda"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name


class SokobanConfig(EditingConfig):
    """Everything the ``sokoban`` recipe can be told: warehouses with a long solution."""

    recipe: Literal["sokoban"] = "sokoban"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name
    ask: EditingAskConfig = Field(default_factory=lambda: EditingAskConfig(change=1.0))
