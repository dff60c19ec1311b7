"""The best colour and opacity of a stroke, against trying them all.

What is tried is flattened more roughly than what is laid: half a percent apart at most.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from makar.domains.images.raster.canvas import lay
from makar.domains.images.raster.coverage import MOST_SEGMENTS
from makar.domains.images.raster.gain import SUMS, gained, scratch_for
from makar.domains.images.strokes.drawing import as_cubic

OPACITIES = np.array([0.25, 0.5, 0.75, 1.0])
NO_COLOURS = np.zeros((0, 3))
CURVE = as_cubic(np.array([[[4.0, 6.0], [20.0, 30.0], [33.0, 9.0]]]))
RADIUS = 3.4


@pytest.fixture
def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    target, canvas = rng.uniform(0, 1, (2, 3, 30, 40)).astype(np.float32)
    return target, canvas, rng.uniform(0, 2, (30, 40)).astype(np.float32)


def tried(scene, palette: np.ndarray) -> tuple[float, float, np.ndarray]:
    colour = np.zeros(3)
    scratch = scratch_for(30, 40, MOST_SEGMENTS + 1)
    gain, opacity = gained(
        CURVE[0], RADIUS, *scene, OPACITIES, palette, scratch, np.zeros((SUMS, 3)), colour
    )
    return gain, opacity, colour


def lost(scene, colour: np.ndarray, opacity: float) -> float:
    """What the squared error loses when the stroke is laid."""
    target, canvas, weight = scene
    painted = canvas.copy()
    lay(
        painted,
        CURVE,
        np.full((1, 2), RADIUS),
        colour[None],
        np.array([opacity]),
        np.zeros(1, bool),
    )
    return float((weight * ((canvas - target) ** 2 - (painted - target) ** 2)).sum())


def test_what_is_promised_is_what_laying_it_gives(scene) -> None:
    gain, opacity, colour = tried(scene, NO_COLOURS)
    assert gain == pytest.approx(lost(scene, colour, opacity), rel=5e-3)
    assert gain > 0


def test_no_other_colour_or_opacity_gives_more(scene) -> None:
    gain, _, _ = tried(scene, NO_COLOURS)
    for opacity in OPACITIES:
        for colour in itertools.product(np.linspace(0, 1, 6), repeat=3):
            assert lost(scene, np.array(colour), opacity) <= gain * 1.005


def test_of_a_palette_the_best_colour_is_taken(scene) -> None:
    palette = np.array([[0.1, 0.9, 0.2], [0.5, 0.4, 0.5], [0.9, 0.1, 0.1]])
    gain, _, colour = tried(scene, palette)
    every = [lost(scene, one, o) for one in palette for o in OPACITIES]
    assert gain == pytest.approx(max(every), rel=5e-3)
    assert (palette == colour).all(1).any()
