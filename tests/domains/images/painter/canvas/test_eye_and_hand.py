"""Where the eye looks and what it sees, however the picture is turned; what the hand makes."""

import math

import numpy as np
import pytest

from makar.domains.images.painter.canvas.eye import GRID, LEVELS, PLANES, SEEN, gaze, look, pick
from makar.domains.images.painter.canvas.hand import BOUND, HALF_LENGTH, shaped, squashed
from makar.domains.images.painting.greedy import bend

SIDE = 64
WINDOW = PLANES * GRID * GRID


def seen_at(target, canvas, x, y, unit, *, upright=False):
    sizes = np.zeros((LEVELS, 6, SIDE, SIDE), np.float32)
    frame, seen = np.zeros(5, np.float32), np.zeros(SEEN, np.float32)
    gaze(target, canvas, sizes)
    look(sizes, x, y, unit, upright, frame, seen)
    return frame, seen


def noise(seed=0):
    """A soft random picture."""
    rough = np.random.default_rng(seed).random((3, 8, 8)).astype(np.float32)
    return np.ascontiguousarray(rough.repeat(8, 1).repeat(8, 2))


def grey(value=0.5):
    return np.full((3, SIDE, SIDE), value, np.float32)


def bar(way, *, half=14.0, thick=3.0):
    """A white bar through the middle of a black picture."""
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5 - SIDE / 2
    along, across = x * math.cos(way) + y * math.sin(way), y * math.cos(way) - x * math.sin(way)
    inside = (abs(along) < half) & (abs(across) < thick)
    return np.ascontiguousarray(np.broadcast_to(inside, (3, SIDE, SIDE)), np.float32)


@pytest.mark.parametrize("way", [0.0, 0.5, 1.2, 2.5])
def test_the_frame_runs_along_what_is_lacking(way):
    frame, seen = seen_at(bar(way), grey(0.0), 32.0, 32.0, 6.0)
    off = (frame[2] - way + math.pi / 2) % math.pi - math.pi / 2
    assert abs(off) < 0.05
    middle = seen[:WINDOW].reshape(GRID, GRID, PLANES)[:, :, 0]
    assert middle[GRID // 2].min() > 0.9  # along the bar there is all to win
    assert middle[0].max() <= 0  # beside it there is nothing


def test_an_upright_frame_is_not_turned():
    frame, seen = seen_at(bar(1.2), grey(0.0), 32.0, 32.0, 6.0, upright=True)
    assert frame.tolist() == [32, 32, 0, 1, 6]
    middle = seen[:WINDOW].reshape(GRID, GRID, PLANES)[:, :, 0]
    assert middle[GRID - 2, GRID // 2 - 3] <= 0 < middle[GRID - 2, GRID // 2 + 1]


@pytest.mark.parametrize(
    "turned",
    [
        lambda plane: np.rot90(plane, 1, (1, 2)),
        lambda plane: np.rot90(plane, 2, (1, 2)),
        lambda plane: plane[:, ::-1],
        lambda plane: plane[:, :, ::-1],
    ],
    ids=["a quarter", "half", "upside down", "in a mirror"],
)
def test_a_turned_picture_looks_the_same(turned):
    target, canvas = noise(1), grey()
    place = np.zeros((3, SIDE, SIDE), np.float32)
    place[:, 20, 41] = 1
    _, before = seen_at(target, canvas, 41.5, 20.5, 5.0)
    _, y, x = np.argwhere(turned(place))[0]
    _, after = seen_at(np.ascontiguousarray(turned(target)), canvas, x + 0.5, y + 0.5, 5.0)
    np.testing.assert_allclose(after, before, atol=2e-3)
    assert np.abs(before).max() > 0.5


def test_what_could_be_won_is_what_an_opaque_stroke_would_win():
    target, canvas = noise(2), noise(3)
    frame, seen = seen_at(target, canvas, 30.5, 30.5, 10 / 3)  # cells of a pixel
    lack = (target - canvas)[:, 29:32, 29:32].mean((1, 2))
    colour = target[:, 29:32, 29:32].mean((1, 2))
    middle = target[:, 30, 30] - canvas[:, 30, 30], target[:, 30, 30] - colour
    now, then = (float((one**2).sum()) for one in middle)
    expected = (now - then) / float((lack**2).sum())
    cells = seen[:WINDOW].reshape(GRID, GRID, PLANES)
    assert cells[GRID // 2, GRID // 2, 0] == pytest.approx(expected, abs=1e-3)
    assert frame[:2].tolist() == [30.5, 30.5]


def test_beyond_the_edge_there_is_nothing_to_win_or_lose():
    _, seen = seen_at(noise(4), grey(), 0.5, 0.5, 6.0)
    whole = seen[: 3 * WINDOW].reshape(3, GRID, GRID, PLANES)
    assert (whole == 0).all(-1)[2].mean() > 0.5
    assert np.isfinite(seen).all()


def test_nothing_lacking_is_seen_without_dividing_by_it():
    frame, seen = seen_at(grey(), grey(), 10.0, 10.0, 4.0)
    assert np.isfinite(seen).all()
    assert np.isfinite(frame).all()
    assert not seen[:WINDOW].any()


def test_each_size_is_the_mean_of_the_one_before():
    target, canvas = noise(5), noise(6)
    sizes = np.zeros((LEVELS, 6, SIDE, SIDE), np.float32)
    gaze(target, canvas, sizes)
    np.testing.assert_allclose(sizes[0, :3], target - canvas)
    coarse = target.reshape(3, 8, 8, 8, 8).mean((2, 4))
    np.testing.assert_allclose(sizes[3, 3:, :8, :8], coarse, atol=1e-6)


def test_places_are_drawn_by_what_is_lacking():
    lack = np.zeros((4, 4))
    lack[2, 1], lack[0, 3] = 3.0, 1.0
    draws = np.random.default_rng(0).random((4000, 3)).astype(np.float32)
    places = np.array([pick(lack, 4.0, draw, 64) for draw in draws])
    cells = (places // 16).astype(int)
    assert {tuple(cell) for cell in cells} == {(1, 2), (3, 0)}
    share = (cells[:, 0] == 1).mean()
    assert share == pytest.approx(0.75, abs=4 * (0.75 * 0.25 / 4000) ** 0.5)


FRAME = np.array([20.0, 30.0, 0.0, 1.0, 4.0], np.float32)


def shape_of(action, frame=FRAME):
    shape = np.zeros(7)
    shaped(np.asarray(action, np.float32), np.asarray(frame, np.float32), shape)
    return shape


def test_no_decision_is_a_straight_stroke_along_the_frame():
    curve = np.zeros((4, 2))
    bend(shape_of(np.zeros(7)), curve)
    reach = 4 * HALF_LENGTH
    expected = np.linspace([20 - reach, 30], [20 + reach, 30], 4)
    np.testing.assert_allclose(curve, expected, atol=1e-6)
    assert math.exp(shape_of(np.zeros(7))[6]) == pytest.approx(4.0)


def test_each_number_does_one_thing():
    still = shape_of(np.zeros(7))
    changed = [np.flatnonzero(abs(shape_of(row) - still) > 1e-6).tolist() for row in np.eye(7)]
    assert changed == [[0], [1], [2], [2, 3], [4], [5], [6]]


def test_the_other_side_is_the_mirror_image():
    action = np.array([0.3, 0.8, 0.1, 0.7, 0.2, 0.9, -0.4])
    one, other = shape_of(action), shape_of(action, [20, 30, 0, -1, 4])
    across = [1, 3, 5]
    along = [0, 2, 4, 6]
    np.testing.assert_allclose(one[along], other[along], atol=1e-6)
    np.testing.assert_allclose(one[across] - [30, 0, 0], -(other[across] - [30, 0, 0]), atol=1e-5)


def test_a_turned_frame_turns_the_stroke():
    action, way = np.array([0.3, 0.8, 0.1, 0.7, 0.2, 0.9, -0.4]), 0.7
    turn = np.array([[math.cos(way), -math.sin(way)], [math.sin(way), math.cos(way)]])
    one, other = shape_of(action, [0, 0, 0, 1, 4]), shape_of(action, [0, 0, way, 1, 4])
    for pair in ([0, 1], [2, 3], [4, 5]):
        np.testing.assert_allclose(turn @ one[pair], other[pair], atol=1e-5)


def test_numbers_are_bounded_and_hardly_change_near_nothing():
    assert squashed(1e9) == pytest.approx(BOUND)
    assert squashed(-1e9) == pytest.approx(-BOUND)
    assert squashed(0.1) == pytest.approx(0.1, abs=1e-4)
    wild = shape_of(np.full(7, 1e9))
    assert np.isfinite(wild).all()
    assert np.hypot(*(wild[:2] - [20, 30])) < 3 * 4
