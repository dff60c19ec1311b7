"""Minutes, metres and ink, against examples worked by hand."""

import numpy as np
import pytest

from makar.core.errors import ConfigError
from makar.domains.images.plotter.paths import Paths, no_paths
from makar.domains.images.plotter.timing import Machine, effort

MACHINE = Machine(40, 120, 1000, 1500, 0.2, 0.05)


def seconds(paths: Paths, machine: Machine = MACHINE) -> float:
    """Down and with the lifts, without the ways."""
    return machine.seconds_down(paths).sum() + machine.lift * len(paths)


def test_a_long_line():
    # 2 · 40/1000 s to speed up and slow down over 2 · .8 mm, the other 198.4 mm at 40 mm/s, a lift
    assert seconds(Paths.of([[(0, 0), (200, 0)]])) == pytest.approx(0.08 + 4.96 + 0.2, rel=1e-6)


def test_points_on_a_straight_line_cost_nothing():
    points = np.stack((np.linspace(0, 200, 101), np.zeros(101)), 1)
    assert seconds(Paths.of([points])) == pytest.approx(5.24, rel=1e-6)


def test_a_square():
    # corners at √(1000 · .05 · sin 45° / (1 - sin 45°)) = 10.986 mm/s; see the module
    square = Paths.of([[(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)]])
    assert seconds(square) == pytest.approx(5.303, abs=0.002)


def test_turning_back_stops_the_pen():
    there_and_back = Paths.of([[(0, 0), (100, 0), (0, 0)]])
    one_way = Paths.of([[(0, 0), (100, 0)]])
    assert MACHINE.seconds_down(there_and_back) == pytest.approx(2 * MACHINE.seconds_down(one_way))


def test_a_hundred_dots():
    left = np.arange(100) * 2.0
    dots = Paths.of([[(x, 0), (x + 0.3, 0)] for x in left])
    # each 2 · √(.3 / 1000) s and a lift; 99 ways of 1.7 mm, each 2 · √(1.7 / 1500) s; the way home,
    # 198.3 mm, at 120 mm/s with .08 s for speeding up and slowing down
    expected = 100 * (0.034641 + 0.2) + 99 * 0.067330 + 198.3 / 120 + 0.08
    cost = effort(dots, 0.3, MACHINE)
    assert cost.minutes * 60 == pytest.approx(expected, rel=1e-4)
    assert cost.paths == 100
    assert cost.metres_down == pytest.approx(0.03)
    assert cost.metres_up == pytest.approx(99 * 1.7 / 1000)
    assert cost.ink == pytest.approx(30 * 0.3 * 0.002)


def test_a_way_too_short_for_full_speed_is_a_hop():
    assert MACHINE.seconds_up(np.array([1.5])) == pytest.approx(2 * np.sqrt(1.5 / 1500))
    assert MACHINE.seconds_up(np.array([120.0])) == pytest.approx(120 / 120 + 120 / 1500)


@pytest.mark.parametrize(
    "faster",
    [
        Machine(speed_down=80),
        Machine(speed_up=240),
        Machine(acceleration=4000),
        Machine(acceleration_up=6000),
        Machine(lift=0.1),
        Machine(corner=0.2),
    ],
)
def test_every_setting_of_the_machine_counts(faster):
    zigzag = [(0, 0), (30, 0), (30, 30), (60, 30)]
    paths = Paths.of([zigzag, np.add(zigzag, (100, 100))])
    assert effort(paths, 0.3, faster).minutes < effort(paths, 0.3, Machine()).minutes


@pytest.mark.parametrize(
    "settings",
    [{"speed_down": 0}, {"speed_up": -1}, {"acceleration": float("nan")}, {"lift": -0.1}],
)
def test_what_no_machine_does_is_refused(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        Machine(**settings)


def test_nothing_costs_nothing():
    assert effort(no_paths(), 0.3, MACHINE).minutes == 0
