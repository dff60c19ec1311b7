import numpy as np
import pytest

from makar.domains.images.rewards.composition import (
    balance,
    centre_of_mass,
    figure_and_ground,
    symmetry,
    thirds,
    visual_mass,
)

EVEN = np.ones((60, 60))


def spot(x, y, size=60):
    mass = np.zeros((size, size))
    mass[y, x] = 1
    return mass


def test_mass_is_the_distance_from_the_ground():
    pixels = np.ones((20, 20, 3))
    pixels[5:8, 5:8] = 0
    mass = visual_mass(pixels)
    assert mass[6, 6] == pytest.approx(1, abs=1e-6)
    assert mass[0, 0] == 0
    np.testing.assert_allclose(visual_mass(pixels, np.ones(3)), mass, atol=1e-9)
    np.testing.assert_allclose(visual_mass(pixels, np.zeros(3)), 1 - mass, atol=1e-6)


def test_symmetry_by_hand():
    rng = np.random.default_rng(0)
    half = rng.random((12, 9, 3))
    assert symmetry(np.concatenate((half, half[:, ::-1]), 1)) == pytest.approx(1)
    assert abs(symmetry(rng.random((64, 64, 3)))) < 0.05
    split = np.zeros((8, 8, 3))
    split[:, 4:] = 1
    assert symmetry(split) == pytest.approx(-1)
    assert np.isnan(symmetry(np.full((8, 8, 3), 0.3)))


def test_balance_by_hand():
    assert centre_of_mass(EVEN) == (pytest.approx(0.5), pytest.approx(0.5))
    assert balance(EVEN) == pytest.approx(1)
    assert balance(spot(0, 0, 4)) == pytest.approx(1 - 0.375 / 0.5)
    assert balance(spot(1, 30) + spot(58, 29)) == pytest.approx(1)
    two = spot(10, 20) + 3 * spot(50, 20)
    assert centre_of_mass(two) == (pytest.approx(40.5 / 60), pytest.approx(20.5 / 60))
    assert np.isnan(balance(0 * EVEN))


def test_thirds_by_hand():
    assert thirds(EVEN) == pytest.approx(1)
    discs = 4 * np.pi / 36  # area of the four discs on a square of side 1
    for x, y in ((20, 20), (39, 20), (20, 39), (40, 40)):
        assert thirds(spot(x, y)) == pytest.approx(1 / discs, rel=0.02)
    assert thirds(spot(30, 30)) == 0
    assert thirds(spot(0, 20)) == 0
    assert np.isnan(thirds(0 * EVEN))


def test_figure_and_ground_by_hand():
    mass = np.zeros((10, 10))
    mass[:3] = 0.8
    found = figure_and_ground(mass)
    assert found.share == pytest.approx(0.3)
    assert found.clarity == pytest.approx(1)
    # an even ramp is split in the middle: 3/4 of its variance lies between the halves
    ramp = np.linspace(0, 1, 6400).reshape(80, 80)
    assert figure_and_ground(ramp) == (pytest.approx(0.5, abs=0.01), pytest.approx(0.75, abs=0.01))
    assert np.isnan(figure_and_ground(EVEN)).all()
