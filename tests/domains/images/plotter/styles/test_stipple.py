"""Dots: evenly apart, as many and as large as the tone asks."""

import numpy as np
import pytest
from scipy.spatial import KDTree

from makar.domains.images.plotter.preview import coverage
from makar.domains.images.plotter.styles.scatter import _hand_on, scattered
from makar.domains.images.plotter.styles.stipple import LARGEST, dots, stipple
from makar.domains.images.plotter.tone import Tone

PEN = 0.3


def test_places_are_as_many_as_asked_and_evenly_apart():
    density = np.full((100, 100), 2.0)
    places = scattered(density, 0.2, seed=0, rounds=10)
    assert len(places) == pytest.approx(800, abs=1)
    apart = KDTree(places).query(places, 2)[0][:, 1]
    assert apart.min() > 0.5 * apart.mean()
    assert apart.std() < 0.15 * apart.mean()  # by chance: .52


def test_places_follow_the_density():
    density = np.repeat([[1.0, 4.0]], 100, 0).repeat(100, 1)
    places = scattered(density, 0.2, seed=0, rounds=10)
    left = (places[:, 0] < 20).sum()
    assert left == pytest.approx(400, rel=0.08)
    assert len(places) - left == pytest.approx(1600, rel=0.02)


def test_the_nearest_place_is_handed_on():
    places = np.random.default_rng(0).random((40, 2)) * (60, 50)
    nearest = np.empty((50, 60), np.int32)
    _hand_on(places, nearest)
    y, x = np.mgrid[:50, :60] + 0.5
    far = np.hypot(x[..., None] - places[:, 0], y[..., None] - places[:, 1])
    ours = np.take_along_axis(far, nearest[..., None].astype(int), -1)[..., 0]
    assert (ours <= far.min(-1) + 1).mean() > 0.995
    assert (nearest == far.argmin(-1)).mean() > 0.96


@pytest.mark.parametrize("tone", [0.05, 0.2, 0.4])
def test_a_tone_is_covered_as_asked(tone):
    paths = stipple(Tone(np.full((200, 200), tone), 0.2), PEN)
    assert coverage(paths, PEN, (200, 200), 0.2).mean() == pytest.approx(tone, rel=0.2)


def test_a_dot_is_a_filled_stroke_no_shorter_than_its_pen():
    paths = dots(np.array([(5.0, 5.0)] * 2), np.array([(1.6 - 1), (LARGEST - 1)]) * PEN / 2)
    assert paths.lengths.min() >= PEN
    largest = coverage(paths.take(np.array([1])), PEN, (200, 200), 0.05)
    row, column = np.mgrid[:200, :200] * 0.05 + 0.025 - 5
    assert largest[np.hypot(row, column) < 0.4 * LARGEST * PEN].min() > 0.4  # no hole
    assert largest.sum() * 0.05**2 == pytest.approx(np.pi / 4 * (LARGEST * PEN) ** 2, rel=0.15)


def test_white_stays_white():
    assert len(stipple(Tone(np.zeros((50, 50)), 0.2), PEN)) == 0
