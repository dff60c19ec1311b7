"""Paths as columns: lengths, ways between, order and direction."""

import numpy as np
import pytest

from makar.domains.images.plotter.clipping import clipped
from makar.domains.images.plotter.joining import bridged, joined, resampled
from makar.domains.images.plotter.paths import Paths, all_of, no_paths

PATHS = Paths.of([[(0, 0), (3, 4)], [(3, 5), (3, 8), (0, 8)], [(9, 8), (9, 9)]])


def test_lengths_and_ways():
    assert PATHS.lengths.tolist() == [5, 6, 1]
    assert (PATHS.down, PATHS.up) == (12, 10)
    assert len(PATHS.segments) == 4


def test_an_order_and_turned_paths():
    other = PATHS.take(np.array([2, 0]), np.array([False, True]))
    assert [p.tolist() for p in other] == [[[9, 8], [9, 9]], [[3, 4], [0, 0]]]


def test_none_at_all():
    nothing = no_paths()
    assert (len(nothing), nothing.down, nothing.up, len(nothing.segments)) == (0, 0, 0, 0)
    assert len(clipped(nothing, (0.0, 0.0, 1.0, 1.0))) == len(joined(nothing)) == 0
    assert len(all_of([nothing, PATHS, nothing, PATHS])) == 6


def test_too_short_ones_are_left_out():
    assert PATHS.no_shorter_than(5).lengths.tolist() == [5, 6]


def test_paths_whose_ends_meet_become_one():
    star = Paths.of([[(0, 0), (1, 0)], [(2, 5), (1, 0.01)], [(7, 7), (2, 5)], [(50, 50), (60, 50)]])
    one = joined(star, 0.02)
    assert sorted(len(p) for p in one) == [2, 6]
    assert one.down == pytest.approx(star.down + 0.01)


def test_a_ring_is_closed_once():
    ring = Paths.of([[(0, 0), (1, 0)], [(1, 1), (1, 0)], [(1, 1), (0, 1)], [(0, 0), (0, 1)]])
    assert [len(p) for p in joined(ring, 0.001)] == [8]


def test_three_ends_in_one_place_join_two():
    fork = Paths.of([[(0, 0), (1, 0)], [(1, 0), (2, 1)], [(1, 0), (2, -1)]])
    assert sorted(len(p) for p in joined(fork)) == [2, 4]


def test_lines_that_run_towards_each_other_are_bridged_and_others_are_not():
    x = np.arange(0, 5, 0.2)
    left = np.stack((x, 0 * x), 1)
    ahead, beside = np.add(left, (5.5, 0.1)), np.add(left, (5.2, 2.0))
    across = np.add(left[:, ::-1], (5.3, 0.3))
    reach = np.full(4, 1.0)
    assert len(bridged(Paths.of([left, ahead]), reach)) == 1
    assert len(bridged(Paths.of([left, across]), reach)) == 2
    assert len(bridged(Paths.of([left, beside]), reach)) == 2
    assert len(bridged(Paths.of([left, ahead]), np.full(4, 0.3))) == 2


def test_resampled_paths_have_points_everywhere():
    paths = resampled(PATHS, 0.5)
    steps = np.linalg.norm(paths.segments[:, 0] - paths.segments[:, 1], axis=1)
    assert steps.max() <= 0.51
    assert paths.down == pytest.approx(PATHS.down)
