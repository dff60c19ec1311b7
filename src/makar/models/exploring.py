"""How action values become decisions: the best one, or all in proportion, and now and then any."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from makar.core.types import Evaluation, Rollout
from makar.models.categorical import entropy


def exploring(
    q: Float[Tensor, "*B A"],
    legal: Bool[Tensor, "*B A"] | None,
    temperature: float | Float[Tensor, ...],
    epsilon: float | Float[Tensor, ...],
    *,
    greedy: bool,
) -> Float[Tensor, "*B A"]:
    """Log-probabilities of the actions, -inf where they are illegal or never taken.

    Args:
        q: Action values.
        legal: Actions allowed; None means all.
        temperature: Divides the values; a greedy choice does not depend on it.
        epsilon: Chance that any legal action is taken instead, each as likely as another.
        greedy: Take the best action, or act in proportion to exp(q / temperature).
    """
    allowed = torch.ones_like(q, dtype=torch.bool) if legal is None else legal
    q = q.masked_fill(~allowed, -torch.inf)
    if greedy:
        chance = torch.zeros_like(q).scatter(-1, q.argmax(-1, keepdim=True), 1.0)
    elif not torch.as_tensor(epsilon).any():
        return (q / temperature).log_softmax(-1)
    else:
        chance = (q / temperature).softmax(-1)
    anything = allowed / allowed.sum(-1, keepdim=True)
    return ((1 - epsilon) * chance + epsilon * anything).log()


def evaluated(q: Float[Tensor, "B T A"], rollout: Rollout[Any], *, greedy: bool) -> Evaluation:
    """How likely a rollout's decisions are under values ``q``, acted on as when it was sampled."""
    heat, epsilon = (rollout.context[n][:, None, None] for n in ("temperature", "epsilon"))
    logits = exploring(q, rollout.context.get("legal"), heat, epsilon, greedy=greedy)
    logp = logits.gather(-1, rollout.actions[..., None])[..., 0]
    return Evaluation(
        logp=torch.where(rollout.mask, logp, 0.0),
        entropy=torch.where(rollout.mask, entropy(logits), 0.0),
        logits=logits,
    )
