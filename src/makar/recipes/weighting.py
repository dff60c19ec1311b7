"""A catalogue's rewards, the style and the user's own ones put together into one reward."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float

from makar.core.errors import UnknownRewardError
from makar.core.rewards import Component, RewardTree
from makar.core.scoring import Scorer
from makar.core.transforms import Band
from makar.core.types import Prompt, Role, Works
from makar.learners.evaluations import shards
from makar.measures.catalogue import Catalogue, Quantiles
from makar.measures.statistics import quantile_band
from makar.models.token_policy import TokenPolicy
from makar.recipes.own_rewards.loading import load_reward
from makar.recipes.settings import RewardConfig

W = TypeVar("W")
STYLE = "style"
ExplainedReward: TypeAlias = tuple[RewardTree, dict[str, tuple[float, float]], dict[str, str]]
"""The reward, people's 5-95 % range of every part, and each part in plain words."""


AT_ONCE = 64
"""Works that the prior looks at together: some are of thousands of decisions."""


@runtime_checkable
class SaidInPart(Protocol):
    """Works that a model's tokens may not say in full, such as a user's own."""

    @property
    def unsaid(self) -> Bool[np.ndarray, "B T"]:
        """Decisions that stand for what no token says: they are not looked at."""
        ...


@dataclass(frozen=True)
class Style(Generic[W]):
    """How likely the prior finds a work: nats per decision, on average.

    The prior-likelihood term of Jaques et al. 2017, as a statistic of its own.
    """

    prior: TokenPolicy[W]

    @torch.no_grad()
    def __call__(self, works: Works[W], prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Mean log-probability of each work's decisions; NaN where none stands for the work."""
        del prompts
        found = [np.zeros(0)]
        for rows in shards(len(works), AT_ONCE):
            some = works.take(rows.tolist())
            shown = self.prior.demonstrate(some)
            logp, mask = self.prior.evaluate(shown).logp, shown.mask
            if isinstance(some, SaidInPart):
                mask = mask & ~torch.from_numpy(some.unsaid[:, : mask.shape[1]])
                logp = torch.where(mask, logp, 0.0)
            found.append((logp.sum(1) / mask.sum(1)).double().cpu().numpy())
        return np.concatenate(found)


@dataclass(frozen=True)
class Weighting:
    """What each reward of a catalogue weighs and does, by default and by the config.

    Attributes:
        catalogue: The rewards there are.
        defaults: Weights that differ from 1.
        styled: False where no model is taught before, whose style could be kept.
    """

    catalogue: Catalogue[Any]
    defaults: Mapping[str, float]
    styled: bool = True

    def weight(self, name: str, config: RewardConfig) -> float:
        """Its weight, before scaling."""
        return config.weights.get(name, self.defaults.get(name, 1.0))

    def role(self, name: str, config: RewardConfig) -> Role:
        """A weight makes a watch a score, and 0 makes a score a watch; gates stay gates."""
        role = self.catalogue[name].role
        if role == "gate" or name not in config.weights:
            return role
        return "score" if config.weights[name] > 0 else "watch"

    def checked(self, config: RewardConfig, functions: Mapping[str, Scorer]) -> list[Component]:
        """The user's own rewards, loaded; quick, so that a bad name is said before anybody waits.

        Raises:
            UnknownRewardError: a weight is given for a reward that does not exist, or a name is
                taken, or nothing is left to be rewarded.
            CustomRewardError: a user's own reward cannot be loaded.
        """
        names = [*self.catalogue, *[STYLE] * self.styled]
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
        scored = [name for name in self.catalogue if self.role(name, config) == "score"]
        if not (
            any(self.weight(name, config) > 0 for name in scored)
            or config.weights.get(STYLE)
            or any(c.role == "score" for c in custom)
        ):
            raise UnknownRewardError("reward.weights: every part is 0; give one a weight above 0")
        return custom

    def rewarded(self, config: RewardConfig) -> list[str]:
        """Names of the parts that the total is made of, gates left aside.

        Raises:
            UnknownRewardError, CustomRewardError: as ``checked``.
        """
        custom = [c.name for c in self.checked(config, {}) if c.role == "score" and c.weight > 0]
        parts = [
            name
            for name in self.catalogue
            if self.role(name, config) == "score" and self.weight(name, config) > 0
        ]
        return parts + [STYLE] * (config.weights.get(STYLE, 0.0) > 0) + custom

    def components(
        self,
        config: RewardConfig,
        scorers: Mapping[str, Scorer],
        quantiles: Mapping[str, Quantiles],
    ) -> list[Component]:
        """The catalogue's parts alone: what can be judged without any model."""
        return [
            Component(
                name,
                scorer,
                self.catalogue.default_transform(name, quantiles[name]),
                weight=self.weight(name, config),
                role=self.role(name, config),
                seconds=None,
                copying=self.role(name, config) == "gate" and self.catalogue[name].corpus,
            )
            for name, scorer in scorers.items()
        ]

    def blend(
        self,
        config: RewardConfig,
        scorers: Mapping[str, Scorer],
        quantiles: Mapping[str, Quantiles],
        *,
        functions: Mapping[str, Scorer],
        prior: TokenPolicy[Any] | None,
        judges: Works[Any],
    ) -> ExplainedReward:
        """All parts as one reward.

        Args:
            config: Weights and the user's own rewards.
            scorers: The catalogue's, built.
            quantiles: Of people's works, for each of them.
            functions: Rewards given as Python functions, by name.
            prior: For the style; None where the recipe has none.
            judges: People's works that the prior has not learned from.

        Raises:
            UnknownRewardError, CustomRewardError: as ``checked``.
        """
        custom = self.checked(config, functions)
        components = self.components(config, scorers, quantiles)
        words = {entry.name: entry.words for entry in self.catalogue.values()}
        ranges = dict(quantiles)
        if prior is not None:
            style, ranges[STYLE] = _style(prior, judges, config)
            components.append(style)
            words[STYLE] = "is like what it learned from: how likely the untrained model finds it"
        words |= {component.name: "your own reward" for component in custom}
        bands = {name: (q[0], q[-1]) for name, q in ranges.items()}
        return RewardTree([*components, *custom]), bands, words


def _style(
    prior: TokenPolicy[Any], judges: Works[Any], config: RewardConfig
) -> tuple[Component, Quantiles]:
    """The style as a part, and people's quantiles of it."""
    style = Style(prior)
    quantiles = quantile_band(style(judges, [Prompt()] * len(judges)))
    low, high = quantiles[1], quantiles[3]
    weight = config.weights.get(STYLE, 0.0)
    component = Component(
        STYLE,
        style,
        Band(low, high, (high - low) / 2 or 0.01),
        weight=weight,
        role="score" if weight else "watch",
        seconds=None,
        costly=True,  # the KL, which the learner knows anyway, says as much in training
    )
    return component, quantiles
