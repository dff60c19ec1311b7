import numpy as np
import pytest

from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.rewards.scrambled import JITTER, SCRAMBLES
from makar.domains.images.strokes.drawing import Drawing, polyline, strokes_of, together

RNG = np.random.default_rng(0)
HOUSE = np.array([[10, 40], [10, 20], [20, 10], [30, 20], [30, 40], [10, 40.0]])
DRAWING = Drawing(
    (80.0, 50.0),
    together(
        [
            polyline(HOUSE, colour=(0.6, 0.2, 0.1)),
            strokes_of(RNG.random((6, 4, 2)) * 40, colour=(0, 0.5, 0)),
            polyline(HOUSE[:3] + 30, colour=(0, 0, 0.7)),
        ]
    ),
)
OTHER = Drawing((9, 9), strokes_of(RNG.random((2, 2, 2)), colour=RNG.random((2, 3))), (1, 1, 0))


def spoiled(name, drawing=DRAWING):
    return SCRAMBLES[name](drawing, OTHER, np.random.default_rng(1))


def as_set(drawing):
    return sorted(np.round(drawing.strokes.points, 9).reshape(len(drawing), -1).tolist())


@pytest.mark.parametrize("name", ["order shuffled", "order reversed"])
def test_another_order_is_of_the_same_strokes(name):
    found = spoiled(name)
    assert as_set(found) == as_set(DRAWING)
    assert not np.array_equal(found.strokes.points, DRAWING.strokes.points)
    one, other = (np.sort(columns_of([d]).paths.length) for d in (found, DRAWING))
    np.testing.assert_allclose(one, other)
    whole = Drawing((9, 9), together([polyline(HOUSE), polyline(HOUSE)]))
    assert spoiled("order reversed", whole).strokes == whole.strokes


def test_reversed_twice_is_as_it_was():
    once = spoiled("order reversed")
    assert spoiled("order reversed", once).strokes == DRAWING.strokes


def test_exchanged_places_are_the_others():
    found = spoiled("places exchanged")
    one, other = (columns_of([d]).paths for d in (found, DRAWING))
    np.testing.assert_allclose(one.length, other.length)
    np.testing.assert_allclose(one.end - one.start, other.end - other.start, atol=1e-9)
    assert not np.allclose(one.start, other.start)


def test_a_foreign_palette_is_the_others():
    found = spoiled("foreign palette")
    theirs = np.round(np.vstack((OTHER.strokes.colour, OTHER.ground)), 3).tolist()
    assert all(colour in theirs for colour in found.strokes.colour.tolist())
    assert len(np.unique(found.strokes.colour, axis=0)) <= 3
    assert len(np.unique(found.strokes.colour[:5], axis=0)) == 1  # what was one colour is one
    assert np.array_equal(found.strokes.points, DRAWING.strokes.points)


def test_jitter_moves_points_and_tears_nothing():
    found = spoiled("points jittered")
    off = (found.strokes.points - DRAWING.strokes.points) / (80 * 50) ** 0.5
    assert off.std() == pytest.approx(JITTER, rel=0.15)
    joined = np.flatnonzero(found.strokes.joined)
    points = found.strokes.points
    np.testing.assert_array_equal(points[joined, 0], points[joined - 1, -1])
    np.testing.assert_array_equal(points[0, 0], points[4, -1])  # the house is still closed


def test_strokes_at_random_keep_their_paths_and_colours():
    found = spoiled("strokes at random").strokes
    assert np.array_equal(found.joined, DRAWING.strokes.joined)
    assert np.array_equal(found.colour, DRAWING.strokes.colour)
    joined = np.flatnonzero(found.joined)
    np.testing.assert_array_equal(found.points[joined, 0], found.points[joined - 1, -1])
    assert (found.points >= 0).all()
    assert (found.points <= np.array(DRAWING.size)).all()


@pytest.mark.parametrize("name", SCRAMBLES)
def test_an_empty_drawing_stays_empty(name):
    assert len(spoiled(name, Drawing((9, 9)))) == 0
