"""A catalogue's rewards put together, where no model is taught before that has a style."""

from __future__ import annotations

from collections.abc import Mapping

from makar.core.rewards import Blend
from makar.core.scoring import Scorer
from makar.core.types import Works
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import Blended, Weighting


def blended(
    weighting: Weighting, config: RewardConfig, functions: Mapping[str, Scorer], theirs: Works
) -> Blended:
    """The reward, the range of each part among their works, and each part in plain words."""
    catalogue, own = weighting.catalogue, weighting.checked(config, functions)
    scorers = catalogue.build(list(catalogue), None)
    quantiles = catalogue.people_quantiles(scorers, theirs, theirs)
    words = {entry.name: entry.words for entry in catalogue.values()}
    return (
        Blend([*weighting.components(config, scorers, quantiles), *own]),
        {name: (found[0], found[-1]) for name, found in quantiles.items()},
        words | {component.name: "your own reward" for component in own},
    )
