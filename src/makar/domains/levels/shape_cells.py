"""Coarse kinds of platform levels, to see whether a generator explores or repeats itself."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, UInt8

from makar.domains.levels.legend import Legend

BROKEN = (0.02, 0.08, 0.16, 0.3)
"""Shares of columns without any ground, at which levels become another kind."""
HILLY = (0.5, 1.0, 2.0, 3.0)
"""Standard deviations of the highest ground, in tiles."""
CROWDED = (1.0, 4.0, 8.0, 14.0)
"""Enemies and hazards in a hundred columns."""


def shape_cells(tiles: UInt8[np.ndarray, "B H W"], legend: Legend) -> Int[np.ndarray, " B"]:
    """Number of each level's kind, 0 to 124: how broken, how hilly, how crowded it is."""
    height = tiles.shape[1]
    solid = legend.having("solid")[tiles]
    has_ground = solid.any(1)
    top = np.where(has_ground, height - solid.argmax(1), 0)
    threats = legend.having("enemy", "hazard")[tiles].sum((1, 2))
    statistics = (
        (BROKEN, 1 - has_ground.mean(1)),
        (HILLY, top.std(1)),
        (CROWDED, threats * 100 / tiles.shape[2]),
    )
    cells = np.zeros(len(tiles), np.int64)
    for edges, values in statistics:
        cells = cells * (len(edges) + 1) + np.digitize(values, edges)
    return cells
