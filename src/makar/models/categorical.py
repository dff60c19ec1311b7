"""Choosing one of several actions: log-probabilities under masks, and a repeatable draw."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

LARGEST_UNIFORM = 1 - 1e-6
"""Uniforms stay this far below 1, so that rounding never picks an impossible last action."""


def normalised(
    logits: Float[Tensor, "*B A"],
    legal: Bool[Tensor, "*B A"] | None,
    temperature: float | Float[Tensor, "... 1"],
) -> Float[Tensor, "*B A"]:
    """Log-probabilities over the legal actions, -inf for the others."""
    heated = logits / temperature
    return (heated if legal is None else heated.masked_fill(~legal, -torch.inf)).log_softmax(-1)


def drawn(logp: Float[Tensor, " B A"], uniforms: Float[Tensor, " B"]) -> Int[Tensor, " B"]:
    """Inverse CDF: one uniform in [0, 1) per row decides, and nothing else."""
    ladder = logp.exp().cumsum(-1)
    reached = uniforms.clamp(max=LARGEST_UNIFORM)[:, None].to(ladder.dtype) * ladder[:, -1:]
    return (ladder <= reached).sum(-1)


def entropy(logp: Float[Tensor, "*B A"]) -> Float[Tensor, "*B"]:
    """Nats; impossible actions add nothing, also not to the gradient."""
    return -(logp.exp() * torch.where(logp.isfinite(), logp, 0.0)).sum(-1)
