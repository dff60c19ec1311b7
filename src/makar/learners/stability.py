"""What keeps a run from blowing up or going dull; each part can be switched off."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt
from torch import Tensor, nn


class Stability(BaseModel):
    """The stability kit. ``None`` (or ``false``) switches a part off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kl_coefficient: NonNegativeFloat = Field(
        default=0.1, description="pull towards the frozen prior; 0 switches it off"
    )
    kl_target: PositiveFloat | None = Field(
        default=0.05,
        description="nats per decision that the coefficient adapts to; none keeps it fixed",
    )
    entropy_floor: PositiveFloat | None = Field(
        default=0.6, description="share of the prior's entropy below which variety is paid for"
    )
    clip_norm: PositiveFloat | None = Field(default=1.0, description="largest gradient norm")
    skip_flat_groups: bool = Field(
        default=True, description="leave out groups whose works all scored the same"
    )
    roll_back_after: PositiveInt | None = Field(
        default=3, description="unusable updates in a row before the last good weights come back"
    )

    @classmethod
    def off(cls) -> Stability:
        """Nothing of it, to see what it is good for."""
        return cls(
            kl_coefficient=0.0,
            kl_target=None,
            entropy_floor=None,
            clip_norm=None,
            skip_flat_groups=False,
            roll_back_after=None,
        )


@dataclass
class AdaptiveCoefficient:
    """A KL coefficient that is raised above the target and lowered below it.

    Proportional control after Ziegler et al. 2019, §2.2, on the logarithm. Deviation: it is
    lowered four times more slowly than it is raised, since a policy that has wandered off
    comes back late, and one that is held a little too tightly loses only time.

    Attributes:
        value: The coefficient.
        target: KL aimed at, nats per decision; None keeps the coefficient.
        rate: Largest relative rise in one update.
    """

    value: float
    target: float | None
    rate: float = 0.1

    def update(self, kl: float) -> None:
        """Adapt to the KL just measured."""
        if self.target is None or not math.isfinite(kl):
            return
        error = min(max(kl / self.target - 1, -0.25), 1.0)
        self.value = min(max(self.value * math.exp(self.rate * error), 1e-4), 10.0)


@dataclass
class EntropyFloor:
    """Pays for entropy only while there is too little of it, and as much as it takes.

    Attributes:
        floor: Share of the reference entropy to keep, or None.
        value: Coefficient of the entropy in the loss.
        rate: Change of the coefficient per update for a relative shortfall of 1.
    """

    floor: float | None
    value: float = 0.0
    rate: float = 0.05

    def update(self, entropy: float, reference: float) -> None:
        """Adapt to the entropies just measured, both in nats per decision."""
        if self.floor is None or not (math.isfinite(entropy) and reference > 0):
            return
        shortfall = 1 - entropy / (self.floor * reference)
        self.value = min(max(self.value + self.rate * shortfall, 0.0), 1.0)


class LastGood:
    """Weights and optimiser as they were when all was well.

    Args:
        model: Whose weights are kept.
        optimiser: Whose moments are kept.
        patience: Unusable updates in a row before going back; None never goes back.
        every: Good updates between two copies.
    """

    def __init__(
        self,
        model: nn.Module,
        optimiser: torch.optim.Optimizer,
        *,
        patience: int | None,
        every: int = 5,
    ) -> None:
        self.model, self.optimiser = model, optimiser
        self.patience, self.every = patience, every
        self.bad = self.good = 0
        self.kept = self._copy()

    def _copy(self) -> dict[str, Any]:
        state = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict()}
        return copy.deepcopy(state)

    def restore(self) -> None:
        """Go back to the last good weights."""
        self.model.load_state_dict(self.kept["model"])
        self.optimiser.load_state_dict(copy.deepcopy(self.kept["optimiser"]))

    def update(self, *, usable: bool) -> bool:
        """Count one update, before its step is taken; True if the last good weights are back.

        Before, because only then have the weights shown that they give a finite gradient.
        """
        if usable:
            self.bad, self.good = 0, self.good + 1
            if self.patience is not None and self.good % self.every == 0:
                self.kept = self._copy()
            return False
        self.bad += 1
        if self.patience is None or self.bad < self.patience:
            return False
        self.bad = 0
        self.restore()
        return True

    def state_dict(self) -> dict[str, Any]:
        """The copy and the counters."""
        return {"kept": self.kept, "bad": self.bad, "good": self.good}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.kept = copy.deepcopy(dict(state["kept"]))
        self.bad, self.good = int(state["bad"]), int(state["good"])


def gradient_norm(model: nn.Module, limit: float | None) -> float:
    """Norm of the gradient, before it is clipped to ``limit``."""
    gradients: list[Tensor] = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.nn.utils.get_total_norm(gradients)
    if limit is not None and norm.isfinite():
        torch.nn.utils.clip_grads_with_norm_(model.parameters(), limit, norm)
    return float(norm)
