"""The settings of the ``tune`` recipe: what a config file and the command line may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from makar.domains.music.melody.codec import Tonic
from makar.learners.likelihood import PretrainConfig
from makar.learners.stability import Stability
from makar.recipes.settings import PRIVATE, Flag, LoopConfig, RecipeConfig, SettlingConfig

Metres = Literal["4/4", "2/4", "3/4", "6/8", "9/8"]


def form_of(bars: int) -> str:
    """A form that can be spread over so many bars; nobody is held to it."""
    letters = next((n for n in (4, 2, 3, *range(5, 17)) if bars % n == 0), 2)
    return "ABAC" if letters == 4 else "ABCDEFGHIJKLMNOP"[:letters]


class AskConfig(BaseModel):
    """The tunes asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bars: int = Field(default=8, ge=2, le=32)
    metre: Metres = "6/8"
    mode: Literal["major", "minor", "dorian", "mixolydian"] = "major"
    key: Tonic = Field(default="D", description="tonic to hear it in: C, F#, Bb ...")
    form: str = Field(
        default="ABAC", pattern=r"^[A-Za-z]{2,16}$", description="letters spread over the bars"
    )
    tempo: float = Field(default=104.0, gt=10, lt=400, description="beats per minute")
    program: int = Field(default=73, ge=0, le=127, description="General MIDI program; 73 = flute")

    @model_validator(mode="after")
    def _form_fits(self) -> Self:
        if self.bars % len(self.form):
            raise ValueError(
                f"form {self.form!r} has {len(self.form)} letters, which cannot be spread evenly "
                f"over {self.bars} bars; change the one or the other"
            )
        return self


class CorpusConfig(BaseModel):
    """The tunes learned from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    collections: tuple[str, ...] = Field(
        default=("oneills1850", "ryansMammoth", "airdsAirs", "miscFolk"),
        description="collections of the installed music21; essen is non-commercial",
    )
    folder: Annotated[Path | None, Flag("--corpus"), PRIVATE] = Field(
        default=None, description="your own MIDI, MusicXML and ABC files, learned from last"
    )


class ModelConfig(BaseModel):
    """The network that writes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[Literal["lstm", "transformer"], Flag("--model")] = "lstm"
    width: PositiveInt = 192
    layers: PositiveInt = 1
    dropout: float = Field(default=0.2, ge=0, lt=1)


class MelodyConfig(RecipeConfig):
    """Everything the ``tune`` recipe can be told."""

    recipe: Literal["tune"] = "tune"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name
    ask: AskConfig = Field(default_factory=AskConfig)
    corpus: CorpusConfig = Field(default_factory=CorpusConfig)
    model: ModelConfig = Field(default_factory=ModelConfig)
    pretrain: PretrainConfig = Field(
        default_factory=lambda: PretrainConfig(updates=1500, learning_rate=6e-3)
    )
    tune: PretrainConfig = Field(
        default_factory=lambda: PretrainConfig(
            updates=300, learning_rate=5e-4, evaluate_every=20, patience=3
        ),
        description="second pre-training, on your own folder",
    )
    learn: SettlingConfig = Field(  # pyright: ignore[reportIncompatibleVariableOverride] - narrower
        default_factory=lambda: SettlingConfig(
            learning_rate=3e-3, stability=Stability(kl_target=0.1, entropy_floor=0.9)
        ),
        description="fast, and at rest in the end; as surprising as what it learned from",
    )
    loop: LoopConfig = Field(default_factory=lambda: LoopConfig(likeness=0.25))
