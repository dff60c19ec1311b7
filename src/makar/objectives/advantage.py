"""How much better than expected each decision turned out: one function a paper.

All take rewards ``(B, T)`` (see ``core.signal``), the decision mask ``(B, T)``, and return
advantages ``(B, T)``, 0 where nothing was decided.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def returns_to_go(
    rewards: Float[Tensor, " B T"], mask: Bool[Tensor, " B T"], *, gamma: float = 1.0
) -> Float[Tensor, " B T"]:
    """Discounted sum of the rewards from each decision on."""
    rewards = torch.where(mask, rewards, 0.0)
    if gamma == 1.0:
        return torch.where(mask, rewards.flip(1).cumsum(1).flip(1), 0.0)
    returns = torch.zeros_like(rewards)
    ahead = torch.zeros_like(rewards[:, 0])
    for t in reversed(range(rewards.shape[1])):
        ahead = torch.where(mask[:, t], rewards[:, t] + gamma * ahead, ahead)
        returns[:, t] = ahead
    return torch.where(mask, returns, 0.0)


def against_baseline(
    returns: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
    *,
    baseline: float,
) -> Float[Tensor, " B T"]:
    """REINFORCE with a constant baseline (Williams 1992), such as a running mean of returns."""
    return torch.where(mask, returns - baseline, 0.0)


def leave_one_out(
    returns: Float[Tensor, " B T"], mask: Bool[Tensor, " B T"], group: Int[Tensor, " B"]
) -> Float[Tensor, " B T"]:
    """RLOO: each work against the mean of the *other* works of its group.

    Kool et al. 2019; Ahmadian et al. 2024, eq. 4. The baseline of a decision is the others'
    return at the same step, which for a reward at the end is their total. A work alone in
    its group (or at its step) has nothing to be compared with: advantage 0.
    """
    total, count = _group_sums(returns, mask, group)
    others = (total - returns) / (count - 1).clamp(min=1)
    return torch.where(mask & (count > 1), returns - others, 0.0)


def group_relative(
    returns: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
    group: Int[Tensor, " B"],
    *,
    scale: bool = True,
    epsilon: float = 1e-4,
) -> Float[Tensor, " B T"]:
    """GRPO: each work against its group's mean, over its group's spread.

    Shao et al. 2024 (DeepSeekMath), §4.1.2; ``scale=False`` is Dr. GRPO (Liu et al. 2025),
    which leaves the spread in. Mean and spread are taken over works at the same step.
    """
    total, count = _group_sums(returns, mask, group)
    centred = torch.where(mask, returns - total / count.clamp(min=1), 0.0)
    if not scale:
        return centred
    squares, _ = _group_sums(centred.square(), mask, group)
    spread = (squares / (count - 1).clamp(min=1)).sqrt()
    return torch.where(mask, centred / (spread + epsilon), 0.0)


def generalised(
    rewards: Float[Tensor, " B T"],
    values: Float[Tensor, " B T"],
    mask: Bool[Tensor, " B T"],
    *,
    gamma: float = 1.0,
    lam: float = 0.95,
    terminated: Bool[Tensor, " B T"] | None = None,
    truncated: Bool[Tensor, " B T"] | None = None,
    bootstrap: Float[Tensor, " B T"] | None = None,
) -> Float[Tensor, " B T"]:
    """GAE (Schulman et al. 2016, eq. 16).

    A row that stops without being ``terminated`` or ``truncated`` is a finished work, worth
    nothing further, unless ``bootstrap`` gives the value of what comes after it. At a
    truncation the value goes on but the advantage does not reach back across it.

    Args:
        rewards: ``(B, T)``.
        values: ``(B, T)`` value before each decision.
        mask: ``(B, T)`` decisions.
        gamma: Discount.
        lam: 0 trusts the value, 1 the rewards.
        terminated: Episode ends inside the row.
        truncated: Episodes cut off inside the row.
        bootstrap: Value after each truncated decision and after the row's last.
    """
    nothing = torch.zeros_like(mask)
    terminated = nothing if terminated is None else terminated
    truncated = nothing if truncated is None else truncated
    after = torch.zeros_like(values) if bootstrap is None else bootstrap
    advantage = torch.zeros_like(values)
    running = torch.zeros_like(values[:, 0])
    next_value, later = torch.zeros_like(running), torch.zeros_like(mask[:, 0])
    for t in reversed(range(values.shape[1])):
        cut = terminated[:, t] | truncated[:, t]
        ahead = torch.where(later & ~cut, next_value, after[:, t])
        ahead = torch.where(terminated[:, t], 0.0, ahead)
        surprise = rewards[:, t] + gamma * ahead - values[:, t]
        fresh = surprise + gamma * lam * torch.where(later & ~cut, running, 0.0)
        running = torch.where(mask[:, t], fresh, running)
        next_value = torch.where(mask[:, t], values[:, t], next_value)
        later = later | mask[:, t]
        advantage[:, t] = torch.where(mask[:, t], running, 0.0)
    return advantage


def standardised(
    advantage: Float[Tensor, " B T"], mask: Bool[Tensor, " B T"], *, epsilon: float = 1e-6
) -> Float[Tensor, " B T"]:
    """Advantages with mean 0 and variance 1 over the decisions, as PPO is usually run."""
    chosen = advantage[mask]
    if chosen.numel() < 2:
        return advantage
    return torch.where(mask, (advantage - chosen.mean()) / (chosen.std() + epsilon), 0.0)


def _group_sums(x: Tensor, mask: Tensor, group: Tensor) -> tuple[Tensor, Tensor]:
    """Sum and count of ``x`` over each row's group, column by column; both ``(B, T)``."""
    groups = int(group.max()) + 1 if group.numel() else 0
    kept = torch.where(mask, x, 0.0)
    sums = x.new_zeros(groups, x.shape[1]).index_add_(0, group, kept)
    counts = x.new_zeros(groups, x.shape[1]).index_add_(0, group, mask.to(x.dtype))
    return sums[group], counts[group]
