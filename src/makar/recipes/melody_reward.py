"""The reward of the ``tune`` recipe, put together from the catalogue, the corpus and the user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float

from makar.core.rewards import Blend, Component
from makar.core.scoring import Scorer
from makar.core.transforms import Band
from makar.core.types import Prompt, Role, Works
from makar.domains.music.grid import MelodyGrid, MelodyGrids
from makar.domains.music.rewards.catalogue import (
    CATALOGUE,
    build,
    default_transform,
    people_quantiles,
)
from makar.measures.statistics import quantile_band
from makar.models.token_policy import TokenPolicy
from makar.recipes.custom_reward import load_reward
from makar.recipes.errors import UnknownRewardError
from makar.recipes.melody_config import RewardConfig

STYLE = "style"
DEFAULT_WEIGHTS: Mapping[str, float] = {
    "form_contrast": 3.0,
    "close": 2.0,
    "phrase_endings": 2.0,
    "motif_recurrence": 2.0,
    "bar_recurrence": 2.0,
    "mean_interval": 0.25,
    "step_share": 0.25,
    "leap_share": 0.25,
    "pitch_range": 0.25,
    "direction_kept": 0.25,
}
"""Weights that differ from 1.

A small model that has learned from tunes already moves as they do; what it lacks is form, coming
back to what was said, and coming home. So these are paid for, and how the tune moves is only held.
"""


@dataclass(frozen=True)
class Style:
    """How likely the prior finds a melody: nats per decision, on average.

    The prior-likelihood term of Jaques et al. 2017, as a statistic of its own.
    """

    prior: TokenPolicy[MelodyGrid]

    @torch.no_grad()
    def __call__(
        self, works: Works[MelodyGrid], prompts: Sequence[Prompt], /
    ) -> Float[np.ndarray, " B"]:
        """Mean log-probability of each melody's decisions."""
        del prompts
        shown = self.prior.demonstrate(works)
        logp = self.prior.evaluate(shown).logp.sum(1) / shown.mask.sum(1)
        return logp.double().cpu().numpy()


def melody_blend(
    config: RewardConfig,
    *,
    train: MelodyGrids,
    known: MelodyGrids,
    judges: MelodyGrids,
    prior: TokenPolicy[MelodyGrid],
    functions: Mapping[str, Scorer] | None = None,
) -> tuple[Blend, dict[str, tuple[float, float]], dict[str, str]]:
    """The blend, people's 5-95 % range of every part, and each part in plain words.

    Args:
        config: Weights and the user's own rewards.
        train: The tunes that novelty and near copies are measured against.
        known: Those of them that are of the kind asked for: people's measure.
        judges: Such tunes that are not among them, for what compares with the corpus.
        prior: For the style.
        functions: Rewards given as Python functions, by name.

    Raises:
        UnknownRewardError: a weight is given for a reward that does not exist.
        CustomRewardError: a user's own reward cannot be loaded.
    """
    custom = checked_rewards(config, functions or {})
    scorers = build(list(CATALOGUE), train.melodies)
    quantiles = people_quantiles(scorers, known.melodies, judges.melodies)
    components = [
        Component(
            name,
            scorer,
            default_transform(name, quantiles[name]),
            weight=_weight(name, config),
            role=_role(name, config),
            seconds=None,
        )
        for name, scorer in scorers.items()
    ]
    style = Style(prior)
    style_range = quantile_band(style(judges, [Prompt()] * len(judges)))
    low, high = style_range[1], style_range[3]
    components.append(
        Component(
            STYLE,
            style,
            Band(low, high, (high - low) / 2),
            weight=config.weights.get(STYLE, 0.0),
            role="score" if config.weights.get(STYLE, 0.0) else "watch",
            seconds=None,
            costly=True,  # the KL, which the learner knows anyway, says as much in training
        )
    )
    bands = {name: (q[0], q[-1]) for name, q in {**quantiles, STYLE: style_range}.items()}
    words = {entry.name: entry.words for entry in CATALOGUE.values()}
    words[STYLE] = "sounds like the tunes it learned from: how likely the untrained model finds it"
    words |= {component.name: "your own reward" for component in custom}
    return Blend([*components, *custom]), bands, words


def checked_rewards(config: RewardConfig, functions: Mapping[str, Scorer]) -> list[Component]:
    """The user's own rewards, loaded; quick, so that a bad name is said before anybody waits.

    Raises:
        UnknownRewardError: a weight is given for a reward that does not exist, or a name is
            taken, or nothing is left to be rewarded.
        CustomRewardError: a user's own reward cannot be loaded.
    """
    names = [*CATALOGUE, STYLE]
    if unknown := [name for name in config.weights if name not in names]:
        raise UnknownRewardError(
            f"reward.weights names {', '.join(unknown)}; there are: {', '.join(names)}"
        )
    custom = [
        replace(load_reward(spec, functions), seconds=config.seconds) for spec in config.custom
    ]
    chosen = Counter([*names, *(c.name for c in custom)])
    if twice := [name for name, count in chosen.items() if count > 1]:
        raise UnknownRewardError(
            f"reward.custom: the name {', '.join(twice)} is taken; rename your function"
        )
    scored = [name for name in CATALOGUE if _role(name, config) == "score"]
    if not any(_weight(n, config) > 0 for n in scored) and not config.weights.get(STYLE):  # noqa: SIM102
        if not any(c.role == "score" for c in custom):
            raise UnknownRewardError("reward.weights: every part is 0; give one a weight above 0")
    return custom


def _weight(name: str, config: RewardConfig) -> float:
    return config.weights.get(name, DEFAULT_WEIGHTS.get(name, 1.0))


def _role(name: str, config: RewardConfig) -> Role:
    """A weight makes a watch a score, and 0 makes a score a watch; gates stay gates."""
    role = CATALOGUE[name].role
    if role == "gate" or name not in config.weights:
        return role
    return "score" if config.weights[name] > 0 else "watch"
