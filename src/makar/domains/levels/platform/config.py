"""The settings of the ``mario`` and ``levels`` recipes: levels to run and jump through."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from makar.learners.likelihood import PretrainConfig
from makar.learners.stability import Stability
from makar.recipes.settings import (
    PRIVATE,
    Before,
    EvaluateConfig,
    Flag,
    LoopConfig,
    RecipeConfig,
    SettlingConfig,
)


class PlatformAskConfig(BaseModel):
    """The levels asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: int = Field(default=100, ge=16, le=400)
    challenge: float = Field(
        default=0.4, ge=0, le=1, description="0 is a stroll; about the chance to fail at 1"
    )
    spread: bool = Field(
        default=True, description="learn every challenge, so that sample can ask for any"
    )


class PlatformModelConfig(BaseModel):
    """The network that writes; see ``domains.levels.tiles.network``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: PositiveInt = 192
    inner: PositiveInt = 96
    dropout: float = Field(default=0.1, ge=0, lt=1)
    room: Annotated[bool, Before(False)] = Field(
        default=True, description="write no enemy beside the start"
    )


class ConstructedConfig(BaseModel):
    """The levels that ``mario`` learns from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Literal["constructed-2", "constructed", "mario-gpt"] = Field(
        default="constructed-2",
        description="levels put together by makar, all that lies in them within reach "
        "(constructed: as once, half of it out of reach), or those of the installed mario-gpt "
        "package",
    )
    folder: Annotated[Path | None, Flag("--corpus"), PRIVATE] = Field(
        default=None, description="your own levels instead: .txt in the alphabet of the VGLC"
    )
    levels: PositiveInt = Field(default=300, description="levels to construct")


class MapsConfig(BaseModel):
    """The maps of your own game."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Annotated[tuple[Path, ...], Flag("--corpus")] = Field(
        default=(), description="maps made with Tiled (.tmj, .tmx)"
    )
    legend: Annotated[Path | None, Flag("--legend")] = Field(
        default=None, description="what your tiles mean: legend.toml"
    )


class PlatformPretrainConfig(PretrainConfig):
    """How long and how fast to learn from maps."""

    updates: PositiveInt = Field(default=600, description="gradient steps at most")
    batch: PositiveInt = 32
    learning_rate: PositiveFloat = 4e-3
    evaluate_every: PositiveInt = 50


class PlatformLearnConfig(SettlingConfig):
    """How to learn what is rewarded: a level has a thousand decisions, so steps are small."""

    learning_rate: PositiveFloat = 8e-4
    shard: PositiveInt | None = Field(
        default=16, description="works whose gradient is taken at once, to save memory"
    )
    stability: Stability = Field(default_factory=lambda: Stability(kl_target=0.02))


class PlatformLoopConfig(LoopConfig):
    """How long to learn, and on how much at a time."""

    iterations: PositiveInt = 200
    works: PositiveInt = Field(default=96, description="works made and judged per iteration")
    checkpoint_every: PositiveInt = 20


class PlatformEvaluateConfig(EvaluateConfig):
    """The comparison at the end."""

    works: PositiveInt = Field(default=300, description="works per row of the table")


class PlatformConfig(RecipeConfig):
    """What both recipes can be told."""

    ask: PlatformAskConfig = Field(default_factory=PlatformAskConfig)
    model: PlatformModelConfig = Field(default_factory=PlatformModelConfig)
    pretrain: PlatformPretrainConfig = Field(default_factory=PlatformPretrainConfig)
    learn: PlatformLearnConfig = Field(default_factory=PlatformLearnConfig)  # pyright: ignore[reportIncompatibleVariableOverride] - its own defaults
    loop: PlatformLoopConfig = Field(default_factory=PlatformLoopConfig)  # pyright: ignore[reportIncompatibleVariableOverride] - its own defaults
    evaluate: PlatformEvaluateConfig = Field(default_factory=PlatformEvaluateConfig)  # pyright: ignore[reportIncompatibleVariableOverride] - its own defaults

    @property
    def ends(self) -> Literal["both", "none"]:
        """Which ends of the map are part of a level: none where the corpus shows hardly any."""
        return "both"


class MarioConfig(PlatformConfig):
    """Everything the ``mario`` recipe can be told: levels in the alphabet of the VGLC."""

    recipe: Literal["mario"] = "mario"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name
    corpus: ConstructedConfig = Field(default_factory=ConstructedConfig)

    @property
    def ends(self) -> Literal["both", "none"]:
        """See ``PlatformConfig``; mario-gpt's levels are one long string."""
        one_string = self.corpus.source == "mario-gpt" and self.corpus.folder is None
        return "none" if one_string else "both"


class LevelsConfig(PlatformConfig):
    """Everything the ``levels`` recipe can be told: levels for your own game."""

    recipe: Literal["levels"] = "levels"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name
    corpus: MapsConfig = Field(default_factory=MapsConfig)
