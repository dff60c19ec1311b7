import numpy as np
import pytest

from makar.domains.images.rewards import hatching, order
from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.strokes.drawing import Drawing, strokes_of

RNG = np.random.default_rng(0)
EMPTY = Drawing((50, 50))
LEFT = np.array([[[10.0, 10], [30, 10]]])


def laid(points, **looks):
    return columns_of([Drawing((100.0, 100.0), strokes_of(np.asarray(points, float), **looks))])


def rows(count, gap=2.0, length=20.0, at=10.0, slant=0.0):
    y = at + gap * np.arange(count)
    start = np.stack((np.full(count, at), y), 1)
    return np.stack((start, start + length * np.array([np.cos(slant), np.sin(slant)])), 1)


def test_travel_by_hand():
    # three strokes in a row, each from where the last one ended; by chance: |0-10|, |0-20| …
    row = [[[10, 0], [20, 0]], [[20, 0], [30, 0]], [[30, 0], [40, 0]]]
    assert order.travel(laid(row)).tolist() == [0]
    # ends 20, 30, 40 to other starts: 0, 10, 20, 10 … mean of |20-20|,|20-30|,|30-10|,|30-30|,…
    back = row[::-1]
    chance = np.mean([0, 10, 20, 0, 30, 20])
    assert order.travel(laid(back)) == pytest.approx([(20 + 20) / 2 / chance])


def test_travel_by_chance_is_one():
    found = [order.travel(laid(RNG.random((40, 2, 2)) * 100))[0] for _ in range(40)]
    assert np.mean(found) == pytest.approx(1, abs=0.03)
    assert order.travel(laid(rows(30))) < 0.9
    many = laid(RNG.random((3000, 2, 2)) * 100)
    assert order.travel(many) == pytest.approx([1], abs=0.05)


def test_large_first_by_hand():
    sizes = np.array([50, 40, 30, 20, 10.0])
    points = np.stack((np.zeros((5, 2)), np.stack((sizes, 0 * sizes), 1)), 1)
    assert order.large_first(laid(points)) == pytest.approx([1])
    assert order.large_first(laid(points[::-1])) == pytest.approx([-1])
    swapped = points[[1, 0, 2, 3, 4]]  # Spearman: 1 - 6 · 2 / (5 · 24)
    assert order.large_first(laid(swapped)) == pytest.approx([0.9])
    assert np.isnan(order.large_first(laid(points[[0, 0, 0]]))).all()
    widths = np.array([1, 1, 1, 1, 6.0])  # the short one is the largest by its width
    assert order.large_first(laid(points, width=widths)) < 0.2


def test_ties_share_their_rank():
    values, group = np.array([3, 1, 1, 7, 7.0]), np.array([0, 0, 0, 1, 1])
    assert order.rank_within(values, group).tolist() == [2, 0.5, 0.5, 3.5, 3.5]


def test_colour_runs_by_hand():
    red, blue = [1, 0, 0], [0, 0, 1]
    in_runs = laid(rows(4), colour=np.array([red, red, blue, blue]))
    assert order.colour_runs(in_runs) == pytest.approx([2 / 3 - 4 / 12])
    in_turn = laid(rows(4), colour=np.array([red, blue, red, blue]))
    assert order.colour_runs(in_turn) == pytest.approx([0 - 4 / 12])
    assert np.isnan(order.colour_runs(laid(rows(4)))).all()
    nearly = laid(rows(4), colour=np.array([red, [0.999, 0, 0], blue, blue]))
    assert order.colour_runs(nearly) == pytest.approx(order.colour_runs(in_runs))


def test_runs_by_chance_are_none():
    colours = np.eye(3)[RNG.integers(0, 3, (60, 50))]
    drawings = [Drawing((9, 9), strokes_of(rows(50), colour=c)) for c in colours]
    assert order.colour_runs(columns_of(drawings)).mean() == pytest.approx(0, abs=0.02)


def test_layers_by_hand():
    layers = laid(rows(6), layer=np.array([0, 0, 0, 2, 2, 2]))
    assert order.layers_used(layers).tolist() == [2]
    assert order.layer_evenness(layers) == pytest.approx([2])
    assert order.layer_runs(layers) == pytest.approx([4 / 5 - 12 / 30])
    assert order.layer_evenness(laid(rows(6))) == pytest.approx([1])


def test_hatching_is_lines_side_by_side():
    assert hatching.hatching(laid(rows(10))).tolist() == [1]
    assert hatching.hatching(laid(rows(10, slant=0.6))).tolist() == [1]
    assert hatching.hatching(laid(rows(10, gap=6.0))).tolist() == [0]  # too far apart
    assert hatching.hatching(laid(rows(10, gap=2.0, length=1.5))).tolist() == [0]
    assert hatching.hatching(laid(rows(1))).tolist() == [0]


def test_what_is_no_neighbour():
    pair = {
        "at 15°": [[10, 14], [30, 14 + 20 * np.tan(np.pi / 12)]],
        "end to end": [[32, 12], [52, 12]],
        "much longer": [[10, 12], [60, 12]],
        "the same line again": [[10, 10], [30, 10]],
    }
    for name, other in pair.items():
        assert hatching.hatching(laid(np.array([LEFT[0], other]))).tolist() == [0], name
    beside = np.array([LEFT[0], [[12, 12], [33, 13]]])
    assert hatching.hatching(laid(beside)).tolist() == [1]
    both = np.array([LEFT[0], [[10, 12], [30, 12]], [[50, 50], [50, 90]]])
    assert hatching.hatching(laid(both)) == pytest.approx([0.5])


def test_curves_are_not_hatched():
    bent = np.array([[[10, y], [20, y + 30], [30, y]] for y in (10, 12, 14.0)])
    assert hatching.hatching(laid(bent)).tolist() == [0]


def test_many_lines_are_thinned(monkeypatch):
    monkeypatch.setattr(hatching, "MOST_PATHS", 50)
    assert hatching.hatching(laid(rows(400, gap=0.2))).tolist() == [1]


MEASURES = [
    order.travel, order.large_first, order.colour_runs, order.layer_runs, order.layers_used,
    order.layer_evenness, hatching.hatching,
]  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.__name__)
def test_each_drawing_has_its_own_number_whatever_its_size(measure):
    drawings = [
        Drawing(
            (80.0, 50.0),
            strokes_of(
                RNG.random((n, 3, 2)) * 10,
                colour=np.eye(3)[RNG.integers(0, 3, n)],
                layer=RNG.integers(0, 3, n),
            ),
        )
        for n in (30, 12, 20)
    ]
    drawings.insert(1, EMPTY)
    found = measure(columns_of(drawings))
    for number, drawing in enumerate(drawings):
        np.testing.assert_allclose(measure(columns_of([drawing.scaled(3)])), found[[number]])
    assert np.isnan(found[1]) or found[1] == 0
    assert measure(columns_of([])).shape == (0,)
