"""Learning by example: maximum likelihood, and pre-training with it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt
from torch import Tensor, nn

from makar.core.devices import device_of
from makar.core.seeds import Seeds
from makar.core.types import Judgement, Rollout
from makar.learners.optimisers import AdamW
from makar.learners.policy_gradient import TrainablePolicy
from makar.learners.stability import gradient_norm
from makar.objectives.policy_loss import mean_over


class PretrainConfig(BaseModel):
    """How long and how fast to learn from examples."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    updates: PositiveInt = Field(default=1500, description="gradient steps at most")
    batch: PositiveInt = 64
    learning_rate: PositiveFloat = 3e-3
    warmup: PositiveInt = 50
    weight_decay: NonNegativeFloat = 0.05
    clip_norm: PositiveFloat = 1.0
    evaluate_every: PositiveInt = 100
    patience: PositiveInt = Field(
        default=4, description="evaluations without a better held-out loss before stopping"
    )


class Likelihood:
    """Raises the likelihood of demonstrated works; the judgement, if any, is not looked at.

    Args:
        policy: The policy to change.
        config: Rates; the learning rate warms up, then falls along a cosine to a twentieth.
    """

    def __init__(self, policy: TrainablePolicy, config: PretrainConfig) -> None:
        self.policy, self.config = policy, config
        self.model = cast(nn.Module, policy)
        self.updates = 0
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        others = [p for p in self.model.parameters() if p.ndim <= 1]
        self.optimiser = AdamW(
            [
                {"params": decayed, "weight_decay": config.weight_decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
            betas=(0.9, 0.98),
        )

    def update(self, rollout: Rollout[Any], judgement: Judgement | None = None) -> dict[str, float]:
        """One gradient step; an unusable one changes nothing and is counted."""
        del judgement
        rollout = rollout.to(device_of(self.model))
        self.model.train()
        rate = self._rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss = -mean_over(self.policy.evaluate(rollout).logp, rollout.mask)
        self.optimiser.zero_grad(set_to_none=True)
        norm = math.nan
        if loss.isfinite():
            loss.backward()  # pyright: ignore[reportUnknownMemberType] - torch leaves it untyped
            norm = gradient_norm(self.model, self.config.clip_norm)
        if math.isfinite(norm):
            self.optimiser.step()  # pyright: ignore[reportUnknownMemberType] - untyped too
        self.updates += 1
        return {"nll": loss.item(), "learning_rate": rate, "non_finite": float(norm != norm)}

    def _rate(self) -> float:
        warm = min((self.updates + 1) / self.config.warmup, 1.0)
        done = min(self.updates / self.config.updates, 1.0)
        return self.config.learning_rate * warm * (0.05 + 0.475 * (1 + math.cos(math.pi * done)))

    def state_dict(self) -> dict[str, Any]:
        """Optimiser and counter."""
        return {"optimiser": self.optimiser.state_dict(), "updates": self.updates}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.optimiser.load_state_dict(state["optimiser"])
        self.updates = int(state["updates"])


@dataclass(frozen=True)
class PretrainReport:
    """One step of pre-training; ``heldout`` is the held-out loss where it was just measured."""

    update: int
    nll: float
    heldout: float | None
    best: float


class Pretraining:
    """Teaches a policy by example until the held-out loss stops falling; can be resumed.

    Args:
        policy: The policy; it ends with the weights of the best held-out loss.
        examples: Demonstrations to learn from (``TokenPolicy.demonstrate``).
        heldout: Demonstrations to test on.
        config: How long and how fast.
        seed: Fixes the order of the examples.
    """

    def __init__(
        self,
        policy: TrainablePolicy,
        examples: Rollout[Any],
        heldout: Rollout[Any],
        config: PretrainConfig,
        *,
        seed: int,
    ) -> None:
        if not len(examples) or not len(heldout):
            raise ValueError("pre-training needs examples, and others to test on")
        self.policy, self.examples, self.heldout, self.config = policy, examples, heldout, config
        self.model, self.seed = cast(nn.Module, policy), seed
        self.learner = Likelihood(policy, config)
        self.lengths = examples.mask.sum(1).numpy()
        self.best, self.waited = math.inf, 0
        self.best_weights = _copy(self.model)

    def run(self) -> Iterator[PretrainReport]:
        """Go on from where it stands, to the end."""
        while not self.finished:
            update = self.learner.updates
            metrics = self.learner.update(self.examples.select(self._rows(update)))
            heldout = None
            if (update + 1) % self.config.evaluate_every == 0 or self.finished:
                heldout = heldout_nll(self.policy, self.heldout, batch=self.config.batch)
                self._compare(heldout)
            yield PretrainReport(update, metrics["nll"], heldout, self.best)
        self.model.load_state_dict(self.best_weights)

    @property
    def finished(self) -> bool:
        """True once the updates are used up or the held-out loss has stopped falling."""
        return self.learner.updates >= self.config.updates or self.waited >= self.config.patience

    def _rows(self, update: int) -> Tensor:
        """Rows of one batch: every example once an epoch, like lengths together.

        Works of one length in a batch leave nothing to compute in vain; which of them meet,
        and the order of the batches, change with every epoch.
        """
        n, size = len(self.examples), min(self.config.batch, len(self.examples))
        epoch, number = divmod(update, n // size)
        draw = Seeds(self.seed, epoch).generator()
        order = draw.permutation(n)
        alike = order[np.argsort(self.lengths[order], kind="stable")]
        first = int(draw.permutation(n // size)[number]) * size + int(draw.integers(n % size + 1))
        return torch.as_tensor(alike[first : first + size])

    def _compare(self, heldout: float) -> None:
        if heldout < self.best:
            self.best, self.waited = heldout, 0
            self.best_weights = _copy(self.model)
        else:
            self.waited += 1

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly, the policy's weights included."""
        return {
            "model": self.model.state_dict(),
            "learner": self.learner.state_dict(),
            "best": self.best,
            "waited": self.waited,
            "best_weights": self.best_weights,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.model.load_state_dict(state["model"])
        self.learner.load_state_dict(state["learner"])
        self.best, self.waited = float(state["best"]), int(state["waited"])
        self.best_weights = dict(state["best_weights"])


@torch.no_grad()
def heldout_nll(policy: TrainablePolicy, heldout: Rollout[Any], *, batch: int = 64) -> float:
    """Mean negative log-likelihood per decision, in nats."""
    model = cast(nn.Module, policy)
    was_training = model.training
    model.eval()
    device = device_of(model)
    total = torch.zeros((), device=device)
    by_length = heldout.mask.sum(1).argsort(stable=True)
    for first in range(0, len(heldout), batch):
        rows = by_length[first : first + batch]
        total = total - policy.evaluate(heldout.select(rows).to(device)).logp.sum()
    model.train(was_training)
    return float(total / heldout.mask.sum().clamp(min=1).to(device))


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
