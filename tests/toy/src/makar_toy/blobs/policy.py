"""Who places blobs: a Gaussian over what is decided of each; see ``core.types.Policy``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from makar.core.seeds import Seeds
from makar.core.types import Evaluation, Prompt, Rollout, groups_of
from makar_toy.blobs.picture import BLOBS, NUMBERS, Picture, painted


class BlobPolicy(nn.Module):
    """Draws (B, 3, 3) numbers, a blob after the other, each with an eye on the one before."""

    shard = 64

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(BLOBS, NUMBERS))
        self.follows = nn.Parameter(torch.zeros(NUMBERS))
        self.log_std = nn.Parameter(torch.zeros(BLOBS, NUMBERS))

    def _mean(self, actions: Float[Tensor, "B 3 3"]) -> Float[Tensor, "B 3 3"]:
        before = torch.cat((torch.zeros_like(actions[:, :1]), actions[:, :-1]), 1)
        return self.mean + before * self.follows

    @torch.no_grad()
    def sample(
        self, prompts: Sequence[Prompt], *, seeds: Seeds, temperature: float = 1.0
    ) -> Rollout[Picture]:
        """Place the blobs; see ``core.types.Generator``."""
        rows = len(prompts)
        noise = torch.from_numpy(seeds.normals(rows, BLOBS * NUMBERS)).float()
        noise = noise.unflatten(1, (BLOBS, NUMBERS)) * self.log_std.exp() * temperature
        actions = torch.zeros_like(noise)
        for blob in range(BLOBS):
            actions[:, blob] = self._mean(actions)[:, blob] + noise[:, blob]
        rollout = Rollout(
            works=painted(actions.double().numpy()),
            prompts=list(prompts),
            actions=actions,
            logp=torch.zeros(rows, BLOBS),
            mask=torch.ones(rows, BLOBS, dtype=torch.bool),
            group=groups_of(prompts),
            place=torch.arange(BLOBS).repeat(rows, 1),
            context={"temperature": torch.full((rows,), temperature)},
        )
        return replace(rollout, logp=self.evaluate(rollout).logp)

    def evaluate(self, rollout: Rollout[Any]) -> Evaluation:
        """How likely such blobs are now; see ``core.types.Policy``."""
        mean, heat = self._mean(rollout.actions), rollout.context["temperature"]
        log_std = self.log_std + heat.log()[:, None, None].expand_as(mean)
        normal = torch.distributions.Normal(mean, log_std.exp())
        return Evaluation(
            logp=normal.log_prob(rollout.actions).sum(-1),
            entropy=normal.entropy().sum(-1),
            gaussian=(mean, log_std),
        )
