import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.measures.overlap import (
    GRID,
    between,
    densities,
    divergence,
    grouped_jackknife,
    overlap,
    overlapping_area,
    within,
)

FEW, MORE = np.array([1, 2, 2, 3, 5, 8.0]), np.array([2, 4, 4, 6, 7, 9, 12.0])


def kernel_density(values, at):
    """The sum over all values, as the estimate is defined."""
    width = values.std(ddof=1) * len(values) ** -0.2
    bells = np.exp(-0.5 * ((at[:, None] - values) / width) ** 2)
    return bells.sum(1) / (len(values) * width * math.sqrt(2 * math.pi))


def normal(mean, spread, count):
    """Evenly spaced quantiles: a sample without chance."""
    return np.array([NormalDist(mean, spread).inv_cdf((i + 0.5) / count) for i in range(count)])


def test_area_and_divergence_of_scipys_estimates():
    # scipy 1.16: gaussian_kde of both, integrate.quad of min(p, q) and of p log(p / q)
    p, q = densities(FEW, MORE)
    assert overlapping_area(p, q) == pytest.approx(0.68049254, abs=2e-4)
    assert divergence(p, q) == pytest.approx(0.30792873, abs=1e-3)


def test_the_density_is_the_sum_of_bells():
    p, q = densities(FEW, MORE)
    for density, values in ((p, FEW), (q, MORE)):
        direct = kernel_density(values, density.at)
        assert np.abs(density.height - direct).max() < 0.01 * direct.max()
        assert density.height.sum() * (density.at[1] - density.at[0]) == pytest.approx(1, abs=1e-3)


def test_two_bell_curves_overlap_as_the_closed_form_says():
    count = 4000
    p, q = densities(normal(0, 1, count), normal(2, 1, count))
    spread = math.sqrt(1 + count**-0.4)  # the kernel's own spread is added to the values'
    area = 2 * NormalDist().cdf(-1 / spread)
    assert overlapping_area(p, q) == pytest.approx(area, abs=2e-3)
    assert area == pytest.approx(0.3173, abs=0.02)  # 2 Φ(-1), without the kernel
    p, q = densities(normal(0, 1, count), normal(1, 1, count))
    assert divergence(p, q) == pytest.approx(1 / (2 * spread**2), abs=2e-2)


def test_equal_sets_overlap_wholly_and_far_ones_not_at_all():
    p, q = densities(FEW, FEW)
    assert overlapping_area(p, q) == pytest.approx(1, abs=1e-6)
    assert divergence(p, q) == 0
    p, q = densities(FEW, FEW + 1000)
    assert overlapping_area(p, q) < 1e-6
    assert 5 < divergence(p, q) < 28  # bounded, where the integral has no end


def test_a_set_without_spread_is_a_narrow_peak():
    p, q = densities(np.full(5, 3.0), np.full(9, 3.0))
    assert overlapping_area(p, q) == pytest.approx(1)
    p, q = densities(np.full(5, 3.0), np.arange(9.0))
    assert 0 < overlapping_area(p, q) < 0.2
    assert p.height.max() > 10 * q.height.max()
    with pytest.raises(ValueError, match="three works or more"):
        densities(np.ones(1), np.ones(4))


def test_distances_by_hand():
    points = np.array([[0.0, 0], [3, 4], [0, 1]])
    assert within(points).tolist() == pytest.approx([5, 1, math.sqrt(18)])
    assert between(points[:1], points[1:]).tolist()[0] == pytest.approx([5, 1])
    far = points + 1e8  # squares of the coordinates alone would lose all of it
    assert within(far).tolist() == pytest.approx([5, 1, math.sqrt(18)], rel=1e-6)


@given(st.integers(2, 6), st.integers(3, 9), st.integers(0, 99))
def test_distances_are_numpys(width, count, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(count, width)), rng.normal(size=(4, width))
    direct = [[np.linalg.norm(x - y) for y in b] for x in a]
    np.testing.assert_allclose(between(a, b), direct, atol=1e-9)


def test_a_set_like_the_reference_overlaps_more_than_one_that_is_not():
    rng = np.random.default_rng(1)
    people, alike, apart = (rng.normal(shift, 1, (60, 4)) for shift in (0, 0, 3))
    near, far = overlap(alike, people), overlap(apart, people)
    assert near.area.mean > 0.9 > 0.5 > far.area.mean
    assert near.kl.mean < 0.05 < far.kl.mean
    assert near.area.low < near.area.mean < near.area.high
    assert near.area.n == 60
    assert len(near.inner.at) == GRID
    with pytest.raises(ValueError, match="three works"):
        overlap(people[:2], people)


def test_the_jackknife_of_a_mean_is_the_textbooks_interval():
    values = np.random.default_rng(0).normal(5, 2, 20)
    [found] = grouped_jackknife(lambda rows: np.array([values[rows].mean()]), 20)
    half = 2.093024 * values.std(ddof=1) / math.sqrt(20)  # t(0.975, 19)
    assert found.mean == pytest.approx(values.mean())
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=1e-5)


def test_the_jackknife_leaves_out_works_in_a_row_together():
    left_out = []

    def noted(rows):
        left_out.append(set(range(9)) - set(rows.tolist()))
        return rows[:1]

    grouped_jackknife(noted, 9, groups=3)
    assert left_out == [set(), {0, 1, 2}, {3, 4, 5}, {6, 7, 8}]
    [alone] = grouped_jackknife(lambda rows: np.array([1.0]), 2)
    assert math.isnan(alone.low)
