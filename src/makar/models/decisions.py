"""How a network's scores become decisions: one of several actions, or numbers."""

from __future__ import annotations

import math
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor

from makar.core.seeds import Seeds
from makar.core.types import Evaluation
from makar.models.categorical import drawn, entropy, normalised

LOWEST_LOG_STD, HIGHEST_LOG_STD = -5.0, 2.0
"""A Gaussian never becomes so narrow that rounding decides, nor so wide that nothing does."""
HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


@runtime_checkable
class StepChances(Protocol):
    """How likely each action is to be taken, given a network's scores."""

    def __call__(
        self,
        scores: Float[Tensor, " B A"],
        legal: Bool[Tensor, " B A"] | None,
        temperature: float,
        /,
    ) -> Float[Tensor, " B A"]:
        """Log-probabilities, -inf where illegal."""
        ...


@runtime_checkable
class Decisions(Protocol):
    """Draws decisions from a network's scores, and says how likely they are."""

    def randomness(self, seeds: Seeds, rows: int, steps: int) -> Float[Tensor, " B T *R"]:
        """All that will be drawn from, by row and step."""
        ...

    def draw(
        self,
        scores: Float[Tensor, " B N"],
        legal: Bool[Tensor, " B A"] | None,
        temperature: float,
        random: Float[Tensor, " B *R"],
    ) -> tuple[Shaped[Tensor, " B *A"], Float[Tensor, " B"]]:
        """One decision of each row, and its log-probability."""
        ...

    def evaluate(
        self,
        scores: Float[Tensor, " B T N"],
        legal: Bool[Tensor, " B T A"] | None,
        heat: Float[Tensor, " B 1 1"],
        actions: Shaped[Tensor, " B T *A"],
        mask: Bool[Tensor, " B T"],
    ) -> Evaluation:
        """What such scores think of decisions taken; ``mask`` says which were."""
        ...


class Categorical:
    """One of several actions.

    Args:
        chances: How scores become log-probabilities. ``evaluate`` is for the default.
    """

    def __init__(self, chances: StepChances = normalised) -> None:
        self.chances = chances

    def randomness(self, seeds: Seeds, rows: int, steps: int) -> Float[Tensor, "B T"]:
        """A uniform for each decision."""
        return torch.from_numpy(seeds.uniforms(rows, steps))

    def draw(
        self,
        scores: Float[Tensor, "B A"],
        legal: Bool[Tensor, "B A"] | None,
        temperature: float,
        random: Float[Tensor, " B"],
    ) -> tuple[Shaped[Tensor, " B"], Float[Tensor, " B"]]:
        """By inverse CDF; see ``categorical.drawn``."""
        logp = self.chances(scores, legal, temperature)
        action = drawn(logp, random)
        return action, logp.gather(-1, action[:, None])[:, 0]

    def evaluate(
        self,
        scores: Float[Tensor, "B T A"],
        legal: Bool[Tensor, "B T A"] | None,
        heat: Float[Tensor, "B 1 1"],
        actions: Shaped[Tensor, "B T"],
        mask: Bool[Tensor, "B T"],
    ) -> Evaluation:
        """Of softmax decisions."""
        logp = normalised(scores, legal, heat)
        taken = logp.gather(-1, actions[..., None])[..., 0]
        return Evaluation(
            logp=torch.where(mask, taken, 0.0), entropy=entropy(logp) * mask, logits=logp
        )


class Gaussian:
    """Numbers, each drawn from a Gaussian of its own.

    The scores are the means and then the logarithms of the standard deviations. Temperature
    multiplies the deviations. The numbers are not bounded here: a process that needs them within
    bounds squashes what it is given, so that the density stays that of a Gaussian, and entropy and
    KL stay in closed form.

    Args:
        width: Numbers in a decision.
    """

    def __init__(self, width: int) -> None:
        if width < 1:
            raise ValueError(f"a decision has at least 1 number, got {width}")
        self.width = width

    def randomness(self, seeds: Seeds, rows: int, steps: int) -> Float[Tensor, "B T A"]:
        """A standard normal for each number."""
        drawn = torch.from_numpy(seeds.normals(rows, steps * self.width))
        return drawn.float().unflatten(1, (steps, self.width))

    def draw(
        self,
        scores: Float[Tensor, "B N"],
        legal: Bool[Tensor, "B A"] | None,
        temperature: float,
        random: Float[Tensor, "B A"],
    ) -> tuple[Float[Tensor, "B A"], Float[Tensor, " B"]]:
        """The mean, and so many deviations from it."""
        del legal  # numbers are all allowed
        mean, log_std = self._split(scores, math.log(temperature))
        action = mean + log_std.exp() * random
        return action, _log_density(mean, log_std, action)

    def evaluate(
        self,
        scores: Float[Tensor, "B T N"],
        legal: Bool[Tensor, "B T A"] | None,
        heat: Float[Tensor, "B 1 1"],
        actions: Float[Tensor, "B T A"],
        mask: Bool[Tensor, "B T"],
    ) -> Evaluation:
        """Of Gaussian decisions."""
        del legal
        mean, log_std = self._split(scores, heat.log())
        return Evaluation(
            logp=torch.where(mask, _log_density(mean, log_std, actions), 0.0),
            entropy=(log_std + HALF_LOG_TAU + 0.5).sum(-1) * mask,
            gaussian=(mean, log_std),
        )

    def _split(
        self, scores: Float[Tensor, "*B N"], log_heat: float | Tensor
    ) -> tuple[Float[Tensor, "*B A"], Float[Tensor, "*B A"]]:
        """Means, and the logarithms of the deviations under a temperature."""
        if scores.shape[-1] != 2 * self.width:
            raise ValueError(
                f"decisions of {self.width} numbers need {2 * self.width} scores, means and log "
                f"deviations; the network gives {scores.shape[-1]}"
            )
        mean, log_std = scores.split(self.width, -1)
        return mean, log_std.clamp(LOWEST_LOG_STD, HIGHEST_LOG_STD) + log_heat


def _log_density(
    mean: Float[Tensor, "*B A"], log_std: Float[Tensor, "*B A"], action: Float[Tensor, "*B A"]
) -> Float[Tensor, "*B"]:
    """Nats per number, added up."""
    off = (action - mean) * (-log_std).exp()
    return -(0.5 * off.square() + log_std + HALF_LOG_TAU).sum(-1)
