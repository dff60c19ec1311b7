"""One single line."""

import numpy as np
import pytest
from shapely import LineString

from makar.domains.images.plotter.preview import coverage
from makar.domains.images.plotter.styles.fragments import greedy
from makar.domains.images.plotter.styles.line import line
from makar.domains.images.plotter.styles.scatter import scattered
from makar.domains.images.plotter.styles.tour import _neighbours, tour
from makar.domains.images.plotter.tone import Tone

PEN = 0.3


def length(places: np.ndarray, order: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(places[order], axis=0), axis=1).sum())


def test_a_tour_of_chance_places_is_near_the_shortest():
    places = np.random.default_rng(0).random((3000, 2)) * 50
    order = tour(places)
    assert sorted(order.tolist()) == list(range(3000))
    # the shortest: .7124 √(nA) (1 + .33/n), Johnson & McGeoch 1996, and a little for the border
    assert length(places, order) < 1.12 * 0.7124 * np.sqrt(3000 * 2500)


def test_exchanges_make_the_greedy_way_shorter():
    places = np.random.default_rng(1).random((1000, 2))
    first = greedy(places, _neighbours(places, 7))
    assert sorted(first.tolist()) == list(range(1000))
    assert length(places, tour(places)) < 0.95 * length(places, first)


def test_neighbours_are_the_nearest():
    places = np.random.default_rng(2).random((200, 2)) * (3, 1)
    far = np.linalg.norm(places[:, None] - places, axis=-1)
    np.fill_diagonal(far, np.inf)
    np.testing.assert_array_equal(_neighbours(places, 6), np.argsort(far, axis=1)[:, :6])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_few_places(count):
    places = np.random.default_rng(3).random((count, 2))
    assert sorted(tour(places).tolist()) == list(range(count))


def test_places_in_a_row():
    places = np.stack((np.arange(30.0), np.zeros(30)), 1)[np.random.default_rng(0).permutation(30)]
    assert length(places, tour(places)) == pytest.approx(29)


def test_the_line_is_one_and_never_crosses_itself():
    tone = Tone(np.tile(np.linspace(0.1, 0.4, 120), (120, 1)), 0.2)
    paths = line(tone, PEN)
    assert len(paths) == 1
    assert LineString(paths.points).is_simple


def test_no_step_goes_right_across_the_page():
    density = np.repeat(np.tile(np.linspace(0.5, 8, 200), (200, 1)), 2, 0)
    places = scattered(density, 0.2, seed=0, rounds=3)
    step = np.linalg.norm(np.diff(places[tour(places)], axis=0), axis=1)
    assert len(places) > 10_000
    assert step.max() < 6  # of 40 by 80 mm; evenly, places lie up to 1.5 mm apart


def test_the_darker_the_denser_and_white_stays_white():
    seen = [
        coverage(line(Tone(np.full((100, 100), t), 0.2), PEN), PEN, (100, 100), 0.2).mean()
        for t in (0.0, 0.2, 0.4, 0.8)
    ]
    assert seen[0] == 0
    assert (np.diff(seen) > 0.1).all()
