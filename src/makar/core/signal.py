"""From judgement to learning signal: one order everywhere."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from makar.core.types import Judgement, Rollout


def decision_rewards(rollout: Rollout[Any], judgement: Judgement) -> Float[Tensor, " B T"]:
    """Reward per decision: what the process paid, else credit by place, else the total at the end.

    Each unit's credit goes to the last decision that belongs to the unit; what the credit
    leaves of the total goes to the work's last decision. Hence the sum over decisions is the
    judged total, always. Works that could not be judged (NaN) get NaN throughout.
    """
    if rollout.step_reward is not None:
        return rollout.step_reward
    device = rollout.logp.device
    total = torch.as_tensor(judgement.total, dtype=torch.float32, device=device)
    rewards = torch.zeros_like(rollout.logp)
    last = last_decision(rollout)
    rows = torch.arange(len(rollout), device=device)
    decided = rollout.mask.any(1)
    rest = total.clone()
    if judgement.credit is not None:
        credit = torch.as_tensor(judgement.credit, dtype=torch.float32, device=device)
        credit = F.pad(credit, (0, 1))  # units beyond the credit's width earned nothing
        unit = rollout.place.clamp(0, credit.shape[1] - 1)
        rewards = torch.where(_completes_unit(rollout), credit.gather(1, unit), 0.0)
        rest = total - rewards.sum(1)
    rewards[rows[decided], last[decided]] += rest[decided]
    return torch.where(total.isnan()[:, None], torch.nan, rewards)


def last_decision(rollout: Rollout[Any]) -> Tensor:
    """``(B,)`` index of each work's last decision; 0 where there is none."""
    steps = torch.arange(rollout.mask.shape[1], device=rollout.mask.device)
    return torch.where(rollout.mask, steps, 0).amax(1) if rollout.mask.numel() else steps[:0]


def _completes_unit(rollout: Rollout[Any]) -> Tensor:
    """``(B, T)`` True at the last decision of each unit, in whatever order units are visited."""
    placed = rollout.mask & (rollout.place >= 0)
    unit = torch.where(placed, rollout.place, 0)
    step = torch.arange(unit.shape[1], device=unit.device).expand_as(unit)
    units = int(unit.max()) + 1 if unit.numel() else 0
    last = torch.full((len(unit), units), -1, device=unit.device).scatter_reduce(
        1, unit, torch.where(placed, step, -1), "amax"
    )
    return placed & (last.gather(1, unit) == step)
