"""A catalogue's rewards put together, where no model is taught before that has a style."""

from __future__ import annotations

from collections.abc import Mapping

from makar.core.scoring import Scorer
from makar.core.types import Works
from makar.recipes.settings import RewardConfig
from makar.recipes.weighting import ExplainedReward, Weighting


def blended(
    weighting: Weighting, config: RewardConfig, functions: Mapping[str, Scorer], theirs: Works
) -> ExplainedReward:
    """The reward, the range of each part among their works, and each part in plain words."""
    catalogue = weighting.catalogue
    scorers = catalogue.build(list(catalogue), None)
    quantiles = catalogue.people_quantiles(scorers, theirs, theirs)
    return weighting.blend(
        config, scorers, quantiles, functions=functions, prior=None, judges=theirs
    )
