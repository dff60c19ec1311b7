"""The settings of the ``blend`` recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from makar.domains.music.corpus.genres import GENRES, YOURS
from makar.domains.music.melody.codec import Tonic
from makar.domains.music.tune.config import Metres, ModelConfig
from makar.learners.likelihood import PretrainConfig
from makar.learners.stability import Stability
from makar.recipes.settings import PRIVATE, Flag, LearnConfig, LoopConfig, RecipeConfig


class BlendAsk(BaseModel):
    """The phrases asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    blend: float = Field(
        default=0.5, ge=0, le=1, description="0 is all the first genre, 1 all the second"
    )
    bars: int = Field(default=4, ge=2, le=16)
    metre: Metres = "4/4"
    mode: Literal["major", "minor", "dorian", "mixolydian"] = "major"
    key: Tonic = Field(default="D", description="tonic to hear it in: C, F#, Bb ...")
    tempo: float = Field(default=104.0, gt=10, lt=400, description="beats per minute")
    program: int = Field(default=73, ge=0, le=127, description="General MIDI program; 73 = flute")


class BlendCorpus(BaseModel):
    """The two genres."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Annotated[str, Flag("--from")] = Field(
        default="irish", description=f"one of {', '.join(GENRES)}"
    )
    second: Annotated[str, Flag("--and")] = Field(default="chorale", description="another of them")
    folder: Annotated[Path | None, Flag("--and-folder", ("--corpus",)), PRIVATE] = Field(
        default=None, description="your own MIDI, MusicXML and ABC files, in place of the second"
    )

    @property
    def names(self) -> tuple[str, str]:
        """Names of the two genres."""
        return self.first, YOURS if self.folder else self.second

    @model_validator(mode="after")
    def _two(self) -> Self:
        if unknown := {self.first, self.second} - set(GENRES):
            known = ", ".join(GENRES)
            raise ValueError(f"no genre is called {', '.join(unknown)}; there are: {known}")
        if self.first == self.second and not self.folder:
            raise ValueError(f"two genres are blended, and {self.first!r} is one: name another")
        return self


class BlendConfig(RecipeConfig):
    """Everything the ``blend`` recipe can be told."""

    recipe: Literal["blend"] = "blend"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name
    ask: BlendAsk = Field(default_factory=BlendAsk)
    corpus: BlendCorpus = Field(default_factory=BlendCorpus)
    model: ModelConfig = Field(
        default_factory=lambda: ModelConfig(kind="transformer", width=64, layers=2, dropout=0.1),
        description="a transformer's every note can look back at what was asked",
    )
    pretrain: PretrainConfig = Field(
        default_factory=lambda: PretrainConfig(
            updates=1000, batch=48, learning_rate=5e-3, warmup=20, evaluate_every=50
        )
    )
    learn: LearnConfig = Field(
        default_factory=lambda: LearnConfig(
            learning_rate=2e-3,
            stability=Stability(kl_target=0.1),  # from a mixture to a blend it is a longer way
        )
    )
    loop: LoopConfig = Field(default_factory=lambda: LoopConfig(iterations=30, works=72))
