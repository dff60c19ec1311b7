"""Strokes that are laid one by one: only those that are of use."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.images.painting.greedy import Scene, lacking, lay_greedily
from makar.domains.images.painting.painter import Stage, paint
from makar.domains.images.painting.refinement import refine
from makar.domains.images.pictures.picture import Picture

STAGES = (Stage(24, rounds=2, passes=4, renewals=1, again=3, last=2, tries=5, climbs=5),)
RED = np.array([[1.0, 0.0, 0.0]])


@pytest.mark.parametrize("palette", [np.zeros((0, 3)), RED])
def test_where_the_canvas_is_the_picture_strokes_are_seen_by_nobody(palette: np.ndarray) -> None:
    red = np.zeros((3, 20, 30), np.float32)
    red[0] = 1
    flat = np.zeros((20, 30))
    canvas = red.copy()
    scene = Scene(red, np.ones((20, 30), np.float32), flat, flat, palette)
    *_, opacity = lay_greedily(
        scene, canvas, np.full(6, 4.0), tries=6, climbs=6, random=np.random.default_rng(0)
    )
    assert opacity.tolist() == [0] * 6
    assert np.array_equal(canvas, red)


@pytest.mark.parametrize("palette", [np.zeros((0, 3)), RED])
def test_what_is_painted_already_needs_no_strokes(palette: np.ndarray) -> None:
    picture = Picture(np.full((20, 30, 3), (255, 0, 0), np.uint8))
    *_, last = paint(picture, strokes=8, stages=STAGES, palette=palette)
    assert len(last.drawing) == 0
    assert last.error == 0


def test_a_palette_that_helps_nowhere_adds_no_colour_of_its_own() -> None:
    picture = Picture(np.full((20, 30, 3), (120, 90, 60), np.uint8))
    *_, last = paint(picture, strokes=8, stages=STAGES, palette=RED)
    assert {tuple(colour) for colour in last.drawing.strokes.colour} <= {(1, 0, 0)}


def test_without_a_palette_as_many_are_laid_as_are_asked_for() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (20, 30, 3), np.uint8)
    *_, last = paint(Picture(noise), strokes=60, stages=STAGES)
    assert len(last.drawing) == 60


def half_weighted() -> Scene:
    """A grey picture of which the left half alone counts."""
    weight = np.zeros((20, 40), np.float32)
    weight[:, :20] = 1
    flat = np.zeros((20, 40))
    return Scene(np.full((3, 20, 40), 0.5, np.float32), weight, flat, flat, np.zeros((0, 3)))


def test_what_does_not_count_is_not_lacking() -> None:
    scene, lack = half_weighted(), np.zeros((8, 8))
    total = lacking(scene.target, np.zeros_like(scene.target), scene.weight, lack)
    assert total == pytest.approx(400 * 3 * 0.25)
    assert (lack[:, :4] > 0).all()
    assert (lack[:, 4:] == 0).all()


def test_a_stroke_where_nothing_counts_is_not_refined() -> None:
    points = np.array([[[8.0, 10]] * 4, [[32.0, 10]] * 4]) + np.linspace(-3, 3, 4)[:, None]
    looks = (points, np.full((2, 2), 2.0), np.full((2, 3), 0.1), np.full(2, 0.6))
    moved = refine(half_weighted(), np.zeros((3, 20, 40), np.float32), looks, passes=5)
    assert np.abs(moved[2][0] - 0.1).min() > 0.01
    np.testing.assert_allclose(moved[2][1], 0.1)
    np.testing.assert_allclose(moved[0][1], points[1])
