"""Action values over any step-by-step process, driven as ``StepwisePolicy`` drives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Generic, TypeVar

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn

from makar.core.devices import device_of
from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Evaluation, Prompt, Rollout
from makar.models.decisions import Categorical
from makar.models.exploring import evaluated, exploring
from makar.models.stepwise import StepModel, StepwisePolicy
from makar.models.streams import Streams

S = TypeVar("S")
W = TypeVar("W")


class ValueNet(nn.Module):
    """Values of each action of a flat observation, and of the best of them.

    Args:
        observation: Numbers in an observation, all axes multiplied.
        actions: Number of actions.
        width: Units of each hidden layer.
        depth: Hidden layers.
    """

    def __init__(self, observation: int, actions: int, *, width: int = 64, depth: int = 2) -> None:
        super().__init__()
        sizes = [observation, *[width] * depth]
        layers: list[nn.Module] = []
        for before, after in pairwise(sizes):
            layers += [nn.Linear(before, after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], actions))

    def forward(
        self, observation: Shaped[Tensor, " N *O"]
    ) -> tuple[Float[Tensor, " N A"], Float[Tensor, " N"]]:
        """See ``StepModel``."""
        q = self.layers(observation.flatten(1).float())
        return q, q.amax(1)


class StepwiseQ(nn.Module, Generic[S, W]):
    """Drives a process by what each action is worth.

    Args:
        process: The steps.
        net: The network; what it gives for logits are values.
        steps: Decisions per fragment; for whole works the most that one may take.
        fragments: Whether works go on in the next call; see ``StepwisePolicy``.
        greedy: Take the best action, or each in proportion to the exponential of its value.
        epsilon: Chance that any legal action is taken instead; a learner lowers it.
        shard: Rows the network sees at once while sampling.
    """

    def __init__(
        self,
        process: Process[S, W],
        net: StepModel,
        *,
        steps: int,
        fragments: bool = False,
        greedy: bool = True,
        epsilon: float = 0.0,
        shard: int = 32,
    ) -> None:
        super().__init__()
        self.greedy, self.epsilon = greedy, epsilon
        self.driver = StepwisePolicy(
            process, net, steps=steps, fragments=fragments, shard=shard,
            decisions=Categorical(self._chances),
        )  # fmt: skip

    @property
    def streams(self) -> Streams[S, W]:
        """Works in the making; save them beside the weights to resume exactly."""
        return self.driver.streams

    def _chances(
        self, q: Float[Tensor, " B A"], legal: Bool[Tensor, " B A"] | None, temperature: float
    ) -> Float[Tensor, " B A"]:
        return exploring(q, legal, temperature, self.epsilon, greedy=self.greedy)

    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[W]:
        """Make one work per prompt, or carry every stream on; see ``StepwisePolicy.sample``."""
        rollout = self.driver.sample(prompts, seeds=seeds, temperature=temperature)
        explored = torch.full((len(rollout),), self.epsilon)
        return replace(rollout, context={**rollout.context, "epsilon": explored})

    def q_values(self, rollout: Rollout[Any]) -> Float[Tensor, " B T A"]:
        """Value of every action at every decision. See ``core.types.QFunction``."""
        home, rollout = rollout.mask.device, rollout.to(device_of(self))
        q, _ = self.driver.net(rollout.context["observation"].flatten(0, 1))
        return q.unflatten(0, rollout.mask.shape).to(home)

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """How likely the rollout's decisions are to be taken now; see ``core.types.Policy``."""
        return evaluated(self.q_values(rollout), rollout, greedy=self.greedy)
