"""A hand that begins where the drawings are lays strokes as theirs."""

import numpy as np
import pytest

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.images.painter.canvas.hand import shaped
from makar.domains.images.painter.canvas.process import STROKES, Canvas
from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.example import decisions_of, middle_and_spread
from makar.domains.images.painter.recipe import build_policy
from makar.domains.images.painting.greedy import bend
from makar.domains.images.pictures.sources import renders
from makar.domains.images.strokes.drawing import Drawing, strokes_of

WIDTHS = (0.06, 0.03)


def drawing(seed: int, count: int = 40) -> Drawing:
    """Strokes about a tenth of the side long, bent, down to the right."""
    rng = np.random.default_rng(seed)
    way = rng.normal(0.6, 0.1, count)
    half = 0.05 * np.exp(rng.normal(0, 0.1, count))
    along = np.stack((np.cos(way), np.sin(way)), 1) * half[:, None]
    across = np.stack((-along[:, 1], along[:, 0]), 1) * 0.6
    middle = rng.uniform(0.2, 0.8, (count, 2))
    points = np.stack((middle - along, middle + across, middle + along), 1)
    return Drawing(
        (100, 100), strokes_of(100 * points, width=100 * 0.04 * np.exp(rng.normal(0, 0.1, count)))
    )


def test_the_numbers_of_a_stroke_draw_it_again():
    one = drawing(1)
    numbers = np.nan_to_num(decisions_of(one, WIDTHS, upright=True))
    for i, stroke in enumerate(one.strokes.points):
        share = i / (len(one) - 1)
        unit = 100 * WIDTHS[0] * (WIDTHS[1] / WIDTHS[0]) ** share
        x, y = (stroke[0] + stroke[3]) / 2
        shape, curve = np.empty(7), np.empty((4, 2))
        shaped(numbers[i], np.array([x, y, 0.0, 1.0, unit]), shape)
        bend(shape, curve)
        np.testing.assert_allclose(curve, stroke, atol=1e-6)
        assert np.exp(shape[6]) == pytest.approx(one.strokes.width[i].mean(), rel=1e-6)


def test_what_is_not_known_stays_as_it_is():
    numbers = decisions_of(drawing(1), WIDTHS, upright=False)
    assert np.isnan(numbers[:, [0, 1, 3]]).all()
    assert (numbers[:, 5] > 0).all()  # to the side where there is more


def test_a_hand_begins_with_strokes_like_theirs():
    canvas = Canvas({"0": renders(1, (64, 64))[0]}, widths=WIDTHS, upright=True)
    policy = build_policy(PainterConfig(), canvas)
    bare = policy.sample([Prompt(condition={STROKES: 40})] * 8, seeds=Seeds(2)).works
    mean, spread = middle_and_spread([drawing(n) for n in range(9)], WIDTHS, upright=True)
    policy.net.begin_at(mean, spread)
    made = policy.sample([Prompt(condition={STROKES: 40})] * 8, seeds=Seeds(2)).works

    def way(works):
        chord = works.points[:, :, 3] - works.points[:, :, 0]
        return np.mod(np.arctan2(chord[..., 1], chord[..., 0]), np.pi).ravel()

    def length(works):
        chord = works.points[:, :, 3] - works.points[:, :, 0]
        return np.hypot(chord[..., 0], chord[..., 1]).ravel() / works.side

    assert np.median(way(made)) == pytest.approx(0.6, abs=0.05)
    assert np.median(length(made)) == pytest.approx(0.1, rel=0.1)
    assert way(made).std() < 0.2 < way(bare).std()
    assert np.log(length(made)).std() < 0.35 < np.log(length(bare)).std()
