"""Small actors and critics, for processes whose observation is a handful of numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

STD = 0.6
"""How far first decisions that are numbers are from the mean, usually."""


class PolicyNet(nn.Module):
    """A small actor and critic for flat observations, with nothing shared between them.

    Orthogonal weights and a nearly uniform first policy, as Andrychowicz et al. 2021 (*What
    Matters in On-Policy RL?*, §3.2) found best.

    Args:
        observation: Numbers in an observation, all axes multiplied.
        actions: Number of actions.
        width: Units of each hidden layer.
        depth: Hidden layers.
    """

    def __init__(self, observation: int, actions: int, *, width: int = 64, depth: int = 2) -> None:
        super().__init__()
        self.actor = _perceptron(observation, actions, width=width, depth=depth, gain=0.01)
        self.critic = _perceptron(observation, 1, width=width, depth=depth, gain=1.0)

    def forward(
        self, observation: Shaped[Tensor, " N *O"]
    ) -> tuple[Float[Tensor, " N A"], Float[Tensor, " N"]]:
        """See ``StepModel``."""
        seen = observation.flatten(1).float()
        return self.actor(seen), self.critic(seen)[:, 0]


class GaussianNet(nn.Module):
    """Means and deviations of several numbers, and the expected return, with nothing shared.

    At first every mean is nearly 0, whatever is observed, and so is the return: a process whose
    action 0 is sensible is sensible from the start. The deviations do not depend on what is
    observed, as Andrychowicz et al. 2021 (*What Matters in On-Policy RL?*, §3.3) found no worse.

    Args:
        observation: Numbers in an observation, all axes multiplied.
        actions: Numbers in a decision.
        width: Units of each hidden layer.
        depth: Hidden layers.
        std: First standard deviation of the decisions.
    """

    def __init__(
        self, observation: int, actions: int, *, width: int = 64, depth: int = 2, std: float = STD
    ) -> None:
        super().__init__()
        self.actor = _perceptron(observation, actions, width=width, depth=depth, gain=0.01)
        self.critic = _perceptron(observation, 1, width=width, depth=depth, gain=0.01)
        self.log_std = nn.Parameter(torch.full((actions,), std).log())
        self.middle: Tensor
        self.reach: Tensor
        self.register_buffer("middle", torch.zeros(actions))
        self.register_buffer("reach", torch.ones(actions))
        self.register_load_state_dict_pre_hook(_began_at_nothing)

    def forward(
        self, observation: Shaped[Tensor, " N *O"]
    ) -> tuple[Float[Tensor, "N S"], Float[Tensor, " N"]]:
        """Means and then log deviations (see ``decisions.Gaussian``), and the return."""
        seen = observation.flatten(1).float()
        mean = self.middle + self.reach * self.actor(seen)
        scores = torch.cat((mean, self.log_std.expand_as(mean)), -1)
        return scores, self.critic(seen)[:, 0]

    @torch.no_grad()
    def begin_at(self, mean: Float[np.ndarray, " A"], std: Float[np.ndarray, " A"]) -> None:
        """Begin with this Gaussian, whatever is observed; NaN leaves a number as it is.

        A step of learning then moves a number by the same share of how much it varies, be that
        much or little.
        """
        known = torch.from_numpy(~np.isnan(mean))
        deviation = torch.from_numpy(std[~np.isnan(mean)]).to(self.log_std)
        self.middle[known] = torch.from_numpy(mean[~np.isnan(mean)]).to(self.log_std)
        self.reach[known] = deviation / self.log_std[known].exp()
        self.log_std[known] = deviation.log()


def _began_at_nothing(
    net: nn.Module, state: dict[str, Tensor], prefix: str, *_more: object
) -> None:
    """Nets that were saved before they could begin elsewhere began at nothing."""
    for name in ("middle", "reach"):
        state.setdefault(prefix + name, getattr(net, name))


def _perceptron(inputs: int, outputs: int, *, width: int, depth: int, gain: float) -> nn.Sequential:
    sizes = [inputs, *[width] * depth]
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [_orthogonal(nn.Linear(before, after), 2**0.5), nn.Tanh()]
    return nn.Sequential(*layers, _orthogonal(nn.Linear(sizes[-1], outputs), gain))


def _orthogonal(layer: nn.Linear, gain: float) -> nn.Linear:
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer
