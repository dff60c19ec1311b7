"""Coarse kinds of platform levels, to see whether a generator explores or repeats itself."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, UInt8

from makar.domains.levels.level.legend import Legend

BROKEN = (0.02, 0.08, 0.16, 0.3)
"""Shares of columns with no ground at the bottom, at which levels become another kind."""
HILLY = (0.5, 1.0, 1.5, 2.2)
"""Standard deviations of the ground's height, in tiles."""
CROWDED = (1.5, 3.5, 5.5, 9.0)
"""Enemies and hazards in a hundred columns."""


def shape_cells(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Int[np.ndarray, " B"]:
    """Number of each level's kind, 0 to 124: how broken, how hilly, how crowded it is."""
    rising = legend.having("solid")[tiles[:, ::-1]]
    height = np.logical_and.accumulate(rising, axis=1).sum(1)
    threats = legend.having("enemy", "hazard")[tiles].sum((1, 2))
    statistics = (
        (BROKEN, (height == 0).mean(1)),
        (HILLY, height.std(1)),
        (CROWDED, threats * 100 / tiles.shape[2]),
    )
    cells = np.zeros(len(tiles), np.int64)
    for edges, values in statistics:
        cells = cells * (len(edges) + 1) + np.digitize(values, edges)
    return cells
