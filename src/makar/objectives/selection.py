"""Which works of a batch are worth the cost of learning from them."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor


def best_and_worst(
    totals: Float[Tensor, " B"], group: Int[Tensor, " B"], *, keep: int
) -> Int[Tensor, " K"]:
    """Rows of the best and the worst works of each group, in the order of the batch.

    Xu et al. 2025 (*Not All Rollouts are Useful*, arXiv 2504.13818), algorithm 2: making works is
    cheap beside learning from them, and the extremes of a group say most of what it has to say.
    Deviation: half of the rows are from either end, rather than as many as make the variance
    greatest.

    Args:
        totals: What each work came to.
        group: Works that are compared with one another.
        keep: Rows of all ``B``; each group gives its share of them, two at least.
    """
    chosen: list[Tensor] = []
    for number in sorted({int(n) for n in group}):
        rows = torch.where(group == number)[0]
        share = max(round(keep * len(rows) / len(totals)), 2)
        if share >= len(rows):
            chosen.append(rows)
            continue
        order = rows[torch.argsort(totals[rows], stable=True)]
        worst = share // 2
        chosen += [order[:worst], order[len(order) - (share - worst) :]]
    return torch.cat(chosen).sort().values if chosen else group.new_zeros(0)
