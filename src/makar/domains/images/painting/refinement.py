"""All strokes improved at once, by the gradient of the error: Adam, a fixed number of passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.domains.images.painting.greedy import Scene
from makar.domains.images.raster.gradient import Looks, Room, backwards, forwards

STEPS = (0.4, 0.2, 0.012, 0.03)
"""The largest step of a pass: of points and radius in pixels, of colour and opacity in shares."""
LEAST_RADIUS, LEAST_OPACITY = 0.5, 0.1
SOFT = (2.0, 1.0)
"""Pixels that edges are soft over, at the beginning and at the end."""
MEAN, SQUARE = 0.9, 0.99


@dataclass
class Adam:
    """Steps of Kingma & Ba (2015) for one array."""

    step: float
    passed: int = 0
    mean: np.ndarray | float = 0.0
    square: np.ndarray | float = 0.0

    def move(self, slope: np.ndarray, share: float) -> np.ndarray:
        """What to subtract; ``share`` of the step."""
        self.passed += 1
        self.mean = MEAN * self.mean + (1 - MEAN) * slope
        self.square = SQUARE * self.square + (1 - SQUARE) * slope**2
        mean = self.mean / (1 - MEAN**self.passed)
        square = self.square / (1 - SQUARE**self.passed)
        return share * self.step * mean / (np.sqrt(square) + 1e-12)


def refine(
    scene: Scene,
    ground: Float[np.ndarray, "3 H W"],
    looks: Looks,
    *,
    passes: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Looks:
    """Move all strokes down the gradient of the squared error.

    Quadratic curves stay quadratic. Where there is a palette, only shapes change.

    Args:
        scene: What is painted.
        ground: What lies below the strokes.
        looks: The strokes.
        passes: How often they are moved.
        stopped: Asked before each pass; True ends it.
    """
    quadratic = _bends(looks[0])
    parts = [quadratic, *(one.copy() for one in looks[1:])]
    adams = [Adam(step) for step in STEPS]
    fixed = len(scene.palette) > 0
    room = Room()
    for i in range(passes):
        if stopped():
            break
        done = i / max(passes - 1, 1)
        soft = SOFT[0] + (SOFT[1] - SOFT[0]) * done
        now = (_cubic(parts[0]), parts[1], parts[2], parts[3])
        laid = forwards(ground, now, soft=soft, room=room)
        slope = 2 * scene.weight * (laid.canvas - scene.target)
        found = backwards(laid, now, slope, soft=soft)
        slopes = [_on_bends(found[0]), found[1].sum(1, keepdims=True), found[2], found[3]]
        for part, adam, slope in [*zip(parts, adams, slopes, strict=True)][: 2 if fixed else 4]:
            part -= adam.move(slope, 1 - 0.8 * done)
        np.maximum(parts[1], LEAST_RADIUS, out=parts[1])
        np.clip(parts[2], 0, 1, out=parts[2])
        np.clip(parts[3], LEAST_OPACITY, 1, out=parts[3])
    return _cubic(parts[0]), parts[1], parts[2], parts[3]


def _bends(points: Float[np.ndarray, "N 4 2"]) -> Float[np.ndarray, "N 3 2"]:
    """Quadratic control points of curves that are quadratic."""
    return np.stack((points[:, 0], (3 * points[:, 1] - points[:, 0]) / 2, points[:, 3]), 1)


def _cubic(bends: Float[np.ndarray, "N 3 2"]) -> Float[np.ndarray, "N 4 2"]:
    first, middle, last = bends[:, 0], bends[:, 1], bends[:, 2]
    return np.stack((first, (first + 2 * middle) / 3, (2 * middle + last) / 3, last), 1)


def _on_bends(slope: Float[np.ndarray, "N 4 2"]) -> Float[np.ndarray, "N 3 2"]:
    """The gradient on quadratic control points, from that on cubic ones."""
    return np.stack(
        (
            slope[:, 0] + slope[:, 1] / 3,
            2 * (slope[:, 1] + slope[:, 2]) / 3,
            slope[:, 3] + slope[:, 2] / 3,
        ),
        1,
    )
