"""The settings of the ``binary``, ``zelda`` and ``sokoban`` recipes: levels made by editing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt

from makar.learners.stability import Stability
from makar.recipes.settings import (
    AnyAlgorithm,
    EvaluateConfig,
    Flag,
    LearnConfig,
    LoopConfig,
    RecipeConfig,
)


class EditingLearnConfig(LearnConfig):
    """How editors learn: as in ``makar.reproductions.pcgrl.editors``."""

    algorithm: AnyAlgorithm = "ppo"
    learning_rate: PositiveFloat = 2e-3
    epochs: PositiveInt = 3
    minibatch: PositiveInt | None = Field(default=32, description="works per step; none takes all")
    gamma: float = Field(default=0.97, gt=0, le=1, description="discount per edit")
    lam: float = Field(
        default=0.9, ge=0, le=1, description="GAE: 0 trusts the value, 1 the rewards"
    )
    entropy_weight: NonNegativeFloat = Field(default=0.001, description="constant bonus")
    stability: Stability = Field(
        default=Stability(kl_coefficient=0.0, kl_target=None, entropy_floor=None, clip_norm=0.5),
        description="there is nobody's style to stay near to",
    )


class EditingLoopConfig(LoopConfig):
    """How long editors learn."""

    iterations: PositiveInt = 60
    works: PositiveInt = Field(default=256, description="works made and judged per iteration")
    checkpoint_every: PositiveInt = 20
    exploration: NonNegativeFloat = Field(
        default=0.0, description="bonus for kinds of levels seldom met before; 0 switches it off"
    )
    variety: PositiveFloat | None = Field(
        default=None, description="share of found levels' distinct-4 to keep up; none: off"
    )


class EditingAskConfig(BaseModel):
    """The levels asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    change: float = Field(
        default=0.3, gt=0, le=1, description="share of a random map's tiles that may be changed"
    )
    statistics: Annotated[dict[str, int], Flag("--ask")] = Field(
        default_factory=dict,
        description="values that statistics are to have, such as path-length = 30",
    )
    spread: bool = Field(
        default=False,
        description="learn every value of the statistics asked for, so that sample can ask for any",
    )


class EditingModelConfig(BaseModel):
    """The network that edits; see ``domains.levels.editing.network``."""

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
    learn: EditingLearnConfig = Field(default_factory=EditingLearnConfig)  # pyright: ignore[reportIncompatibleVariableOverride] - its defaults hold where some of it is set
    loop: EditingLoopConfig = Field(default_factory=EditingLoopConfig)  # pyright: ignore[reportIncompatibleVariableOverride] - likewise
    evaluate: EvaluateConfig = Field(default_factory=lambda: EvaluateConfig(works=300))


class BinaryConfig(EditingConfig):
    """Everything the ``binary`` recipe can be told: caves of one part with a long path."""

    recipe: Literal["binary"] = "binary"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name


class ZeldaConfig(EditingConfig):
    """Everything the ``zelda`` recipe can be told: dungeons with a key, a door and enemies."""

    recipe: Literal["zelda"] = "zelda"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name


class SokobanAskConfig(EditingAskConfig):
    """The warehouses asked for: they need more changes than other levels."""

    change: float = Field(
        default=1.0, gt=0, le=1, description="share of a random map's tiles that may be changed"
    )


class SokobanConfig(EditingConfig):
    """Everything the ``sokoban`` recipe can be told: warehouses with a long solution."""

    recipe: Literal["sokoban"] = "sokoban"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name
    ask: SokobanAskConfig = Field(default_factory=SokobanAskConfig)  # pyright: ignore[reportIncompatibleVariableOverride] - likewise
