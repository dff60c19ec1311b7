"""The settings of the ``chorale`` recipe: what a config file and the command line may say."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
)

from makar.domains.music.melody.codec import Tonic
from makar.learners.likelihood import PretrainConfig
from makar.learners.stability import Stability
from makar.recipes.settings import LoopConfig, RecipeConfig, SettlingConfig


class ChoraleAskConfig(BaseModel):
    """The phrases asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bars: int = Field(default=4, ge=2, le=8)
    metre: Literal["4/4", "3/4"] = "4/4"
    mode: Literal["major", "minor"] = "major"
    key: Tonic = Field(default="G", description="tonic to hear it in: C, F#, Bb ...")
    ends: Literal["close", "open"] = Field(
        default="close", description="close: it comes to rest on its last chord"
    )
    in_key: bool = Field(default=False, description="only pitches of the key, as a guarantee")
    crossing: bool = Field(default=True, description="false: voices never cross, as a guarantee")
    parallels: bool = Field(
        default=False,
        description="false: no parallel fifths, octaves or unisons, as a guarantee; true: left "
        "to the reward",
    )
    tempo: float = Field(default=72.0, gt=10, lt=400, description="beats per minute")
    program: int = Field(
        default=52, ge=0, le=127, description="General MIDI program; 52 = choir, 19 = church organ"
    )


class ChoraleModelConfig(BaseModel):
    """The network that writes; see ``domains.music.voices.network``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: PositiveInt = 192
    layers: PositiveInt = 1
    dropout: float = Field(default=0.4, ge=0, lt=1)


class ChoraleConfig(RecipeConfig):
    """Everything the ``chorale`` recipe can be told."""

    recipe: Literal["chorale"] = "chorale"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name
    ask: ChoraleAskConfig = Field(default_factory=ChoraleAskConfig)
    model: ChoraleModelConfig = Field(default_factory=ChoraleModelConfig)
    pretrain: PretrainConfig = Field(
        default_factory=lambda: PretrainConfig(updates=400, learning_rate=3e-3, batch=32)
    )
    learn: SettlingConfig = Field(  # pyright: ignore[reportIncompatibleVariableOverride] - narrower
        default_factory=lambda: SettlingConfig(
            learning_rate=3e-3, stability=Stability(kl_target=0.1, entropy_floor=0.86)
        ),
        description="fast, and at rest in the end; as surprising as what it learned from",
    )
    loop: LoopConfig = Field(
        default_factory=lambda: LoopConfig(iterations=60, works=96, likeness=0.25)
    )
