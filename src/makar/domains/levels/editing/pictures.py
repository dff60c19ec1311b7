"""Levels at a glance: flat colours or letters, one for each tile. Enough to watch a learner."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.level.level import Level
from makar.domains.levels.problems.maze3d import longest_walk

PIXELS = 8
"""Height and width of a tile."""
WAY = (46, 116, 181)
LOOKS = {
    "empty": (".", (236, 232, 220)),
    "solid": ("#", (84, 78, 92)),
    "player": ("@", (46, 116, 181)),
    "key": ("k", (230, 176, 40)),
    "door": ("D", (133, 83, 45)),
    "bat": ("b", (178, 58, 72)),
    "scorpion": ("s", (201, 93, 42)),
    "spider": ("w", (122, 47, 110)),
    "crate": ("$", (187, 132, 74)),
    "target": ("x", (104, 160, 92)),
    "enemy": ("g", (178, 58, 72)),
    "brick": ("B", (160, 98, 70)),
    "question": ("?", (222, 160, 58)),
    "coin": ("o", (240, 200, 80)),
    "tube": ("T", (70, 140, 84)),
    "air": (".", (236, 232, 220)),
    "dirt": ("#", (133, 98, 66)),
}
"""Letter and colour of a tile, by its name."""


def as_picture(level: Level, depth: int = 1) -> UInt8[np.ndarray, "V U 3"]:
    """``PIXELS`` rows and columns for each tile; layers side by side, the lowest at the left.

    In a map of blocks the longest way is drawn in.
    """
    colours = np.array([LOOKS[name][1] for name in level.names], np.uint8)
    layers = level.tiles.reshape(depth, -1, level.tiles.shape[1])
    painted = colours[layers]
    if depth > 1:
        x, y, layer = longest_walk(layers).path.T
        painted[layer, y, x] = WAY
        painted = np.pad(painted, ((0, 0), (0, 0), (0, 1), (0, 0)), constant_values=255)
    return np.concatenate(list(painted), 1).repeat(PIXELS, 0).repeat(PIXELS, 1)


def as_text(level: Level, depth: int = 1) -> str:
    """A letter for each tile, a line for each row; an empty line between layers."""
    letters = [LOOKS[name][0] for name in level.names]
    rows = ["".join(letters[tile] for tile in row) for row in level.tiles]
    height = len(rows) // depth
    layers = [rows[first : first + height] for first in range(0, len(rows), height)]
    return "\n\n".join("\n".join(layer) for layer in layers)
