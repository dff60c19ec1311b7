"""What to descend: losses of policy-gradient learners, one function a paper.

All take ``(B, T)`` tensors and a mask of decisions, and return a scalar.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def mean_over(x: Float[Tensor, " B T"], mask: Bool[Tensor, " B T"]) -> Float[Tensor, ""]:
    """Mean over the decisions; 0 where there are none."""
    return torch.where(mask, x, 0.0).sum() / mask.sum().clamp(min=1)


def score_function(
    logp: Float[Tensor, " B T"],
    advantage: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
) -> Float[Tensor, ""]:
    """REINFORCE (Williams 1992): −mean log π(a) · advantage."""
    return -mean_over(logp * advantage, mask)


def clipped(
    logp: Float[Tensor, " B T"],
    old_logp: Float[Tensor, " B T"],
    advantage: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
    *,
    clip: float = 0.2,
) -> Float[Tensor, ""]:
    """PPO's pessimistic surrogate (Schulman et al. 2017, eq. 7)."""
    ratio = (logp - old_logp).exp()
    bounded = ratio.clamp(1 - clip, 1 + clip)
    return -mean_over(torch.minimum(ratio * advantage, bounded * advantage), mask)


def value_error(
    value: Float[Tensor, " B T"],
    target: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
) -> Float[Tensor, ""]:
    """Half the mean squared error of the value head."""
    return 0.5 * mean_over((value - target).square(), mask)


def clipped_share(
    logp: Float[Tensor, " B T"],
    old_logp: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
    *,
    clip: float = 0.2,
) -> float:
    """Share of decisions whose probability moved beyond PPO's clip: a health sign."""
    moved = ((logp - old_logp).exp() - 1).abs() > clip
    return float(mean_over(moved.to(logp.dtype), mask))
