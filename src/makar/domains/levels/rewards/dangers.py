"""What threatens the player and what he finds: enemies, gaps, hazards, rewards.

Counts are per 100 columns, so that levels of any width compare. A *gap* is a row of columns
without a solid tile at the bottom; a *hazard stretch* is a row of hazard tiles side by side.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, UInt8

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.rewards.shape import evenness

SEGMENTS = 10


def enemies(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """Enemies per 100 columns."""
    return _per_hundred(legend.having("enemy")[tiles])


def rewards(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """Reward tiles per 100 columns."""
    return _per_hundred(legend.having("reward")[tiles])


def reward_heights(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """Standard deviation of the rows that rewards and bumped blocks lie in; NaN without any."""
    there = (legend.having("reward") | legend.bumped)[tiles].sum(2)
    count, rows = there.sum(1), np.arange(tiles.shape[1])
    safe = np.maximum(count, 1)
    mean = there @ rows / safe
    return np.where(count > 0, np.sqrt((there * (rows - mean[:, None]) ** 2).sum(1) / safe), np.nan)


def gaps(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """Gaps per 100 columns."""
    return _per_hundred(_begins(_pits(tiles, legend)))


def gap_width(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """Columns of a gap, on average; NaN without a gap."""
    pits = _pits(tiles, legend)
    count = _begins(pits).sum(1)
    return np.where(count > 0, pits.sum(1) / np.maximum(count, 1), np.nan)


def leniency(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """How much a level forgives, per 100 columns; 0 where nothing threatens, else below 0.

    The sum of what threatens, each with its weight::

        -100 / columns · (enemies + gaps / 2 + hazard stretches / 2 + mean columns of a gap)

    The weights are those of Marino et al. 2015, *An Empirical Evaluation of Evaluation Metrics of
    Procedurally Generated Mario Levels*. There are several that do not agree (Smith & Whitehead
    2010 began it), and all follow people's ratings of difficulty weakly: it counts what is there,
    not what has to be passed. For that ask for ``challenge``.

    Deviations from the paper:
        1. Power-ups, there + 1, are left out: a role does not tell them from what only scores.
        2. Hazards stand for the paper's cannons and flower tubes.
    """
    hazards = _begins(legend.having("hazard")[tiles].reshape(-1, tiles.shape[2]))
    stretches = hazards.reshape(tiles.shape).sum((1, 2))
    foes, pits = legend.having("enemy")[tiles].sum((1, 2)), _begins(_pits(tiles, legend)).sum(1)
    width = np.nan_to_num(gap_width(tiles, legend))
    return -100 / tiles.shape[2] * (foes + 0.5 * pits + 0.5 * stretches + width)


def enemy_spread(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """How evenly the enemies are spread over the level; NaN without any.

    Entropy of their counts over ten equal segments, as a share of log 10: 0 = all in one segment,
    1 = as many in each (Shaker et al. 2011, *Feature Analysis for Modeling Game Content Quality*).
    """
    return _spread(legend.having("enemy")[tiles].sum(1))


def gap_spread(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Float[np.ndarray, " B"]:
    """The same for gaps, by where each begins."""
    return _spread(_begins(_pits(tiles, legend)))


def _spread(columns: np.ndarray) -> Float[np.ndarray, " B"]:
    """Evenness of what stands in the columns, over ten segments."""
    ends = np.arange(SEGMENTS + 1) * columns.shape[1] // SEGMENTS
    before = np.pad(columns.astype(np.int64).cumsum(1), ((0, 0), (1, 0)))
    return evenness(np.diff(before[:, ends], axis=1), SEGMENTS)


def _pits(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Bool[np.ndarray, "B W"]:
    return ~legend.having("solid")[tiles[:, -1]]


def _begins(runs: Bool[np.ndarray, "N W"]) -> Bool[np.ndarray, "N W"]:
    """True at the first column of each run."""
    return runs & ~np.pad(runs, ((0, 0), (1, 0)))[:, :-1]


def _per_hundred(there: Bool[np.ndarray, "B H W"] | Bool[np.ndarray, "B W"]) -> np.ndarray:
    """Counts per 100 columns; the last axis is the columns."""
    return 100 * there.sum(tuple(range(1, there.ndim))) / there.shape[-1]
