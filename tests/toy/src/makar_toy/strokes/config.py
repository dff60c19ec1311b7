"""The settings of the ``strokes`` recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt

from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.recipes.settings import PRIVATE, EvaluateConfig, Flag, LoopConfig, RecipeConfig
from makar_toy.strokes.drawing import FEWEST, MOST


class StrokesAskConfig(BaseModel):
    """The drawings asked for: each setting here is a flag, of ``sample`` as of ``train``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    strokes: int = Field(default=8, ge=FEWEST, le=MOST, description="strokes in a drawing")
    ink: float = Field(
        default=0.25, ge=0.1, le=0.4, description="share of the lattice that is to be covered"
    )


class StrokesModelConfig(BaseModel):
    """The network that draws."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: PositiveInt = 64


class StrokesLearnConfig(PolicyGradientConfig):
    """How it learns: there is nobody's style to stay near to."""

    learning_rate: PositiveFloat = 5e-3
    stability: Stability = Stability(kl_coefficient=0, kl_target=None, entropy_floor=None)


class StrokesLoopConfig(LoopConfig):
    """How long it learns."""

    iterations: PositiveInt = 80
    works: PositiveInt = Field(default=96, description="drawings made and judged per iteration")
    exploration: NonNegativeFloat = Field(default=0.0, description="bonus for new kinds")


class StrokesConfig(RecipeConfig):
    """Everything the ``strokes`` recipe can be told."""

    recipe: Literal["strokes"] = "strokes"
    ask: StrokesAskConfig = StrokesAskConfig()
    model: StrokesModelConfig = StrokesModelConfig()
    learn: StrokesLearnConfig = StrokesLearnConfig()
    loop: StrokesLoopConfig = StrokesLoopConfig()
    evaluate: EvaluateConfig = EvaluateConfig(works=200)
    own: Annotated[Path | None, Flag("--own"), PRIVATE] = Field(
        default=None, description="a .strokes file of your own, to compare with in place of ours"
    )
