"""The ``blobs`` recipe: pictures as bright as asked, their light in the middle."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt
from torch import Tensor

from makar.core.errors import ConfigError
from makar.core.scoring import Scorer
from makar.core.transforms import Ramp
from makar.core.types import Prompt
from makar.learners.policy_gradient import frozen
from makar.learners.policy_settings import PolicyGradientConfig
from makar.learners.stability import Stability
from makar.measures.catalogue import Catalogue, Entry, plain
from makar.recipes.assembly import assemble, begin, placed
from makar.recipes.domain import Brought, Recipe
from makar.recipes.preparation import Prepared, Progress
from makar.recipes.settings import EvaluateConfig, LoopConfig, RecipeConfig
from makar.recipes.weighting import Weighting
from makar.recipes.words import Asked, Words
from makar_toy.blobs.craft import BlobCraft, read_picture
from makar_toy.blobs.picture import SIDE, Picture, Pictures, painted
from makar_toy.blobs.policy import BlobPolicy
from makar_toy.judging import blended

WORDS = Words(
    piece="picture", pieces="pictures", unit="blob", units="blobs", stretch="picture",
    stretches="pictures", whose="painters", moves="blobs",
)  # fmt: skip
PLACED: Float[np.ndarray, "P 3 3"] = np.array(
    [
        [(x, y, 0), (-x, y, -1), (0, -y, width)]
        for x, y, width in ((0, 1, 1), (1, 0, 0), (1, 1, -1), (2, -1, 0), (-1, 2, 1), (0, -2, -2))
    ],
    float,
)
"""Blobs placed by hand."""


class BlobsAskConfig(BaseModel):
    """The pictures asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bright: float = Field(default=0.5, ge=0.1, le=0.9, description="share of the light")


class BlobsLearnConfig(PolicyGradientConfig):
    """How it learns."""

    learning_rate: PositiveFloat = 0.03
    stability: Stability = Stability(kl_target=0.3)


class BlobsLoopConfig(LoopConfig):
    """How long it learns."""

    iterations: PositiveInt = 40
    works: PositiveInt = Field(default=64, description="pictures made and judged per iteration")


class BlobsConfig(RecipeConfig):
    """Everything the ``blobs`` recipe can be told."""

    recipe: Literal["blobs"] = "blobs"
    ask: BlobsAskConfig = BlobsAskConfig()
    model: None = None
    learn: BlobsLearnConfig = BlobsLearnConfig()
    loop: BlobsLoopConfig = BlobsLoopConfig()
    evaluate: EvaluateConfig = EvaluateConfig(works=200)


def off(works: Pictures, prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
    """How far the brightness is from what was asked."""
    asked = [float(prompt.condition.get("bright", np.nan)) for prompt in prompts]
    return np.abs(works.light.mean((1, 2)) - asked)


def eccentric(works: Pictures, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
    """How far the centre of the light is from the middle, in widths of the picture."""
    light = works.light + 1e-9
    across = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    centre = np.stack([light.sum(1) @ across, light.sum(2) @ across]) / light.sum((1, 2))
    return np.hypot(*centre)


WEIGHTING = Weighting(
    Catalogue(
        (
            Entry("bright", plain(off), "is as bright as was asked", "ours", fixed=Ramp(0.4, 0)),
            Entry("middle", plain(eccentric), "has its light in the middle", "ours",
                  fixed=Ramp(0.3, 0)),
        )
    ),
    defaults={},
    styled=False,
)  # fmt: skip


def ask_prompt(config: BlobsConfig) -> Prompt:
    """What the config asks for."""
    return Prompt(condition={"bright": config.ask.bright})


def wished(config: BlobsConfig, wishes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who places the blobs is not told what is wished: it learned one brightness alone."""
    if wishes.get("bright", config.ask.bright) != config.ask.bright:
        raise ConfigError(
            f"this run learned a brightness of {config.ask.bright} alone: train another one"
        )
    return wishes


def prepare(
    config: BlobsConfig,
    *,
    prior: Mapping[str, Tensor] | None = None,
    functions: Mapping[str, Scorer] | None = None,
) -> Generator[Progress, None, Prepared[Picture]]:
    """Set up who places blobs, and what is rewarded."""
    begin(config)
    yield Progress("mixing light")
    policy, _ = placed(BlobPolicy(), config, prior)
    theirs, ask = painted(PLACED), ask_prompt(config)
    return assemble(
        config,
        policy,
        prior=frozen(policy),
        blended=blended(WEIGHTING, config.reward, functions or {}, theirs),
        ask=ask,
        asked=Asked.of(ask),
        words=WORDS,
        craft=BlobCraft(),
        human=theirs,
    )


BLOBS = Recipe(
    name="blobs",
    config=BlobsConfig,
    words=WORDS,
    bring=f"Bring a picture of {SIDE} by {SIDE} pixels",
    prompt=ask_prompt,
    check=lambda config, functions: WEIGHTING.checked(config.reward, functions),
    prepare=prepare,
    craft=lambda config: BlobCraft(),
    read=lambda path, config: [Brought(path.stem, [read_picture(path)], {})],
    parts=lambda config: WEIGHTING.rewarded(config.reward),
    wished=wished,
    examples=("makar train blobs --bright 0.3",),
)
