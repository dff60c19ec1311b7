"""The order of paths, judged by vpype's ``linesort``."""

import numpy as np
import pytest
import vpype
from vpype_cli import execute

from makar.domains.images.plotter.ordering import ordered
from makar.domains.images.plotter.paths import Paths, no_paths


def strokes(count: int, seed: int) -> Paths:
    rng = np.random.default_rng(seed)
    begin, angle = rng.random((count, 2)) * 180, rng.random(count) * 2 * np.pi
    way = (rng.random(count) ** 2 * 30)[:, None] * np.stack((np.cos(angle), np.sin(angle)), 1)
    return Paths.of(np.stack((begin, begin + way), 1))


def undirected(paths: Paths) -> list:
    return sorted(tuple(sorted(map(tuple, np.round(p, 9).tolist()))) for p in paths)


@pytest.mark.parametrize("count", [1, 2, 3, 50, 1500])
def test_every_path_is_drawn_once(count):
    paths = strokes(count, count)
    assert undirected(ordered(paths)) == undirected(paths)


def test_the_way_is_shorter_than_vpypes():
    paths = strokes(1500, 0)
    document = vpype.Document()
    document.add(vpype.LineCollection([p[:, 0] + 1j * p[:, 1] for p in paths]), 1)
    theirs = execute("linesort", document).layers[1].pen_up_length()[0]
    assert ordered(paths).up <= 0.93 * theirs  # the bar is 1.1; always the nearest: .99


def test_a_row_is_drawn_from_where_the_pen_waits():
    row = Paths.of([[(x, 0.0), (x, 1.0)] for x in (7.0, 3.0, 5.0, 1.0)])
    order = ordered(row)
    assert order.points[::2, 0].tolist() == [1, 3, 5, 7]
    assert order.up == pytest.approx(6)
    assert ordered(row, begin=(9.0, 0.0)).points[::2, 0].tolist() == [7, 5, 3, 1]


def test_paths_on_one_spot_and_none_at_all():
    assert len(ordered(Paths.of([[(1, 1), (1, 1)]] * 20))) == 20
    assert len(ordered(no_paths())) == 0


def test_the_order_is_the_same_each_time():
    np.testing.assert_array_equal(ordered(strokes(300, 1)).points, ordered(strokes(300, 1)).points)
