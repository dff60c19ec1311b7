"""Fun as a model has it: each part of a level a little new after the parts before it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, UInt8

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.tiles.patterns import consecutive_divergence

SEGMENT = 28
HISTORY = 3
GOAL = 0.1


def fun(tiles: UInt8[np.ndarray, "B H W"], _legend: Legend) -> Float[np.ndarray, " B"]:
    """How well the level balances the known and the new, from screen to screen; at most 1.

    The level is cut into segments of 28 columns. With D(i, j) the Jensen-Shannon divergence of the
    2 by 2 blocks of two segments, in bits, g = 0.1 the divergence that is wanted, and
    r_k = 1 - k / (n + 1) the weight of the k-th segment back (n = 3)::

        fun(i) = Σ_k min(r_k, 1 - |D(i, i - k) - g| / g) / Σ_k r_k

    over the segments there are, and the level's is the mean over its segments from the second on
    (Wang et al. 2022, *The Fun Facets of Mario: Multifaceted Experience-Driven PCG via
    Reinforcement Learning*). NaN for less than two segments.

    This is a *model* of what players enjoy, from Koster's idea that fun is learning; the paper has
    not tested it on players, and nor have we.

    Deviations from the paper:
        1. The paper's second kind of fun, from how an agent's runs through the segments differ, is
           left out: it needs a run of each segment alone.
        2. A level is a whole that is made at once, so that its mean is the reward, not fun(i) step
           by step.
    """
    B, H, W = tiles.shape
    count = W // SEGMENT
    if count < 2:
        return np.full(B, np.nan)
    cut = tiles[:, :, : count * SEGMENT].reshape(B, H, count, SEGMENT)
    segments = np.ascontiguousarray(cut.transpose(0, 2, 1, 3)).reshape(-1, H, SEGMENT)
    value, weight = np.zeros((B, count)), np.zeros(count)
    for k in range(1, min(HISTORY, count - 1) + 1):
        r = 1 - k / (HISTORY + 1)
        apart = np.r_[np.zeros(k), consecutive_divergence(segments, back=k)].reshape(B, count)
        value[:, k:] += np.minimum(r, 1 - np.abs(apart[:, k:] - GOAL) / GOAL)
        weight[k:] += r
    return (value[:, 1:] / weight[1:]).mean(1)
