"""Gradients of a painting's error, against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from makar.domains.images.raster.gradient import Looks, backwards, forwards, worths
from makar.domains.images.strokes.drawing import as_cubic

STROKES, ROWS, COLUMNS, SOFT, STEP = 7, 36, 40, 2.0, 2e-3
WHAT = ("points", "radius", "colour", "opacity")


@pytest.fixture(scope="module")
def scene() -> tuple[Looks, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    points = as_cubic(rng.uniform(4, 34, (STROKES, 1, 2)) + rng.normal(0, 6, (STROKES, 3, 2)))
    looks = (
        points, rng.uniform(1, 4, (STROKES, 2)), rng.uniform(0, 1, (STROKES, 3)),
        rng.uniform(0.2, 0.9, STROKES),
    )  # fmt: skip
    target = rng.uniform(0, 1, (3, ROWS, COLUMNS)).astype(np.float32)
    weight = rng.uniform(0, 2, (ROWS, COLUMNS)).astype(np.float32)
    return looks, np.ones_like(target), target, weight


def error(scene, looks: Looks) -> float:
    _, ground, target, weight = scene
    canvas = forwards(ground, looks, soft=SOFT).canvas.astype(float)
    return float((weight * (canvas - target) ** 2).sum())


@pytest.mark.parametrize("what", range(4), ids=WHAT)
def test_gradients_agree_with_finite_differences(scene, what: int) -> None:
    looks, ground, target, weight = scene
    laid = forwards(ground, looks, soft=SOFT)
    found = backwards(laid, looks, 2 * weight * (laid.canvas - target), soft=SOFT)[what].ravel()
    differences = np.zeros_like(found)
    for i in range(found.size):
        for sign in (1, -1):
            moved = [one.copy() for one in looks]
            moved[what].ravel()[i] += sign * STEP
            differences[i] += sign * error(scene, tuple(moved)) / (2 * STEP)
    # An edge that passes a pixel's middle has a kink there: most agree closely, none is far off.
    off = np.abs(found - differences) / np.abs(differences).max()
    assert np.median(off) < 0.006
    assert off.max() < 0.08
    assert np.corrcoef(found, differences)[0, 1] > 0.997


def test_a_stroke_is_worth_what_the_error_grows_by_without_it(scene) -> None:
    looks, ground, target, weight = scene
    laid = forwards(ground, looks, soft=SOFT)
    found = worths(laid, looks, target, weight)
    for n in range(STROKES):
        others: Looks = tuple(np.delete(one, n, 0) for one in looks)  # pyright: ignore
        assert found[n] == pytest.approx(error(scene, others) - error(scene, looks), abs=1e-3)


def test_what_does_not_fit_into_the_room_is_laid_again() -> None:
    many = 400
    points = np.tile(as_cubic(np.array([[[-5.0, 5.0], [5, 5], [15, 5]]])), (many, 1, 1))
    looks = (points, np.full((many, 2), 9.0), np.zeros((many, 3)), np.full(many, 0.01))
    laid = forwards(np.ones((3, 10, 10), np.float32), looks, soft=1.0)
    assert laid.begin[-1] == many * 100
    assert laid.canvas[0, 5, 5] == pytest.approx(0.99**many, rel=1e-3)
