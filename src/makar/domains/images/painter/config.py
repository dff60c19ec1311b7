"""The settings of the ``painter`` recipe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from makar.domains.images.painter.canvas.process import MOST
from makar.learners.stability import Stability
from makar.recipes.settings import (
    PRIVATE,
    AnyAlgorithm,
    EvaluateConfig,
    Flag,
    LearnConfig,
    LoopConfig,
    RecipeConfig,
)


class PainterAskConfig(BaseModel):
    """The paintings asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    strokes: int = Field(default=60, ge=1, le=MOST, description="strokes in a painting")
    picture: Annotated[Path | None, Flag("--picture"), PRIVATE] = Field(
        default=None, description="a picture of yours to paint; none: those held out, by turns"
    )


class PainterModelConfig(BaseModel):
    """The network that is the painter's hand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: PositiveInt = 128
    depth: PositiveInt = 2
    std: PositiveFloat = Field(default=0.6, description="how boldly it begins to vary strokes")


class PainterLearnConfig(LearnConfig):
    """How the hand learns: each stroke is told what it won, and there is no style to stay near."""

    algorithm: AnyAlgorithm = "ppo"
    learning_rate: PositiveFloat = 2e-3
    epochs: PositiveInt = 3
    minibatch: PositiveInt | None = Field(default=16, description="works per step; none takes all")
    gamma: float = Field(
        default=0.1, gt=0, le=1, description="discount per stroke: how far ahead a stroke looks"
    )
    lam: float = Field(
        default=0.9, ge=0, le=1, description="GAE: 0 trusts the value, 1 the rewards"
    )
    entropy_weight: NonNegativeFloat = Field(default=0.001, description="constant bonus")
    stability: Stability = Field(
        default=Stability(kl_coefficient=0.0, kl_target=None, entropy_floor=None, clip_norm=0.5),
        description="there is nobody's style to stay near to",
    )


class PainterLoopConfig(LoopConfig):
    """How long the hand learns."""

    iterations: PositiveInt = 150
    works: PositiveInt = Field(default=64, description="works made and judged per iteration")
    exploration: NonNegativeFloat = Field(
        default=0.0, description="bonus for kinds of paintings seldom met before; 0: off"
    )
    variety: PositiveFloat | None = Field(
        default=None, description="share of the others' variety to keep up; none: off"
    )


SURE = 0.0
"""Weight of the constant bonus where a style is learned, unless it is set: what varies is to vary
as the drawings do, and no more."""


class PainterConfig(RecipeConfig):
    """Everything the ``painter`` recipe can be told."""

    recipe: Literal["painter"] = "painter"  # pyright: ignore[reportIncompatibleVariableOverride] - its own name
    ask: PainterAskConfig = Field(default_factory=PainterAskConfig)
    model: PainterModelConfig = Field(default_factory=PainterModelConfig)
    learn: PainterLearnConfig = Field(default_factory=PainterLearnConfig)  # pyright: ignore[reportIncompatibleVariableOverride] - its defaults hold where some of it is set
    loop: PainterLoopConfig = Field(default_factory=PainterLoopConfig)  # pyright: ignore[reportIncompatibleVariableOverride] - likewise
    evaluate: EvaluateConfig = Field(default_factory=lambda: EvaluateConfig(works=200))
    corpus: Annotated[Path | None, Flag("--corpus"), PRIVATE] = Field(
        default=None, description="a folder of your pictures and drawings to learn to paint"
    )
    style: Annotated[Path | None, Flag("--style"), PRIVATE] = Field(
        default=None, description="a folder of your drawings (SVG) whose strokes to learn from"
    )
    palette: tuple[str, ...] = Field(
        default=(), description="the only colours there are, such as #1d3557; none: any"
    )

    @model_validator(mode="before")
    @classmethod
    def _sure(cls, given: Any) -> Any:
        """A style is learned without the constant bonus, unless it is asked for."""
        if not isinstance(given, Mapping) or cast(Mapping[str, Any], given).get("style") is None:
            return given
        tree = dict(cast(Mapping[str, Any], given))
        learn = tree.get("learn", {})
        if isinstance(learn, Mapping):
            tree["learn"] = {"entropy_weight": SURE, **cast(Mapping[str, Any], learn)}
        return tree
