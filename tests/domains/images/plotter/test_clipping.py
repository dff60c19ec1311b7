"""Paths cut at edges and simplified, judged by shapely."""

import numpy as np
import pytest
from shapely import LineString, MultiLineString, box, hausdorff_distance

from makar.domains.images.plotter.clipping import clipped, simplified
from makar.domains.images.plotter.paths import Paths


def walks(seed: int, count: int = 40) -> Paths:
    rng = np.random.default_rng(seed)
    return Paths.of(
        [
            rng.uniform(-5, 15, 2) + rng.normal(0, 2, (rng.integers(2, 12), 2)).cumsum(0)
            for _ in range(count)
        ]
    )


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_is_what_shapely_leaves(seed):
    paths, area = walks(seed), (0.0, 1.0, 10.0, 9.0)
    ours = clipped(paths, area)
    theirs = MultiLineString([LineString(p) for p in paths]).intersection(box(*area))
    assert ours.down == pytest.approx(theirs.length)
    assert hausdorff_distance(MultiLineString(list(ours)), theirs) < 1e-9
    low, high = ours.points.min(0), ours.points.max(0)
    assert (low >= area[:2]).all()
    assert (high <= area[2:]).all()


def test_a_path_that_comes_back_is_two():
    paths = Paths.of([[(1, 1), (5, 1), (5, 2), (1, 2)]])
    ends = [p.tolist() for p in clipped(paths, (0.0, 0.0, 3.0, 3.0))]
    assert ends == [[[1, 1], [3, 1]], [[3, 2], [1, 2]]]


def test_what_is_inside_stays_as_it_is():
    paths = walks(5)
    np.testing.assert_array_equal(clipped(paths, (-99.0, -99.0, 99.0, 99.0)).points, paths.points)


def test_a_simplified_path_is_nowhere_further_off_than_told():
    t = np.linspace(0, 6, 2000)
    paths = Paths.of([np.stack((t * np.cos(3 * t), t * np.sin(3 * t)), 1), [(0, 0), (9, 9)]])
    ours = simplified(paths, 0.05)
    assert len(ours.points) < 200
    for before, after in zip(paths, ours, strict=True):
        assert hausdorff_distance(LineString(before), LineString(after), 0.1) <= 0.05 + 1e-9
        np.testing.assert_array_equal(before[[0, -1]], after[[0, -1]])
