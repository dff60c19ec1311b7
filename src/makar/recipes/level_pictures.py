"""Levels at a glance: flat colours or letters, one for each tile. Enough to watch a learner."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from makar.domains.levels.level import Level

PIXELS = 8
"""Height and width of a tile."""
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
}
"""Letter and colour of a tile, by its name."""


def as_picture(level: Level) -> UInt8[np.ndarray, "V U 3"]:
    """``PIXELS`` rows and columns for each tile."""
    colours = np.array([LOOKS[name][1] for name in level.names], np.uint8)
    return colours[level.tiles.repeat(PIXELS, 0).repeat(PIXELS, 1)]


def as_text(level: Level) -> str:
    """A letter for each tile, a line for each row."""
    letters = [LOOKS[name][0] for name in level.names]
    return "\n".join("".join(letters[tile] for tile in row) for row in level.tiles)
