"""A pull is by how much a statistic changes with a little more of one stroke."""

import numpy as np
import pytest

from makar.core.rewards import Component, RewardTree
from makar.core.scoring import Statistic
from makar.core.transforms import Band
from makar.core.types import Prompt
from makar.domains.images.painter.canvas.works import Painting, stacked
from makar.domains.images.painter.pulls import pulls_of
from makar.domains.images.rewards import lines
from makar.domains.images.rewards.columns import columns_of
from makar.domains.images.strokes.drawing import Drawing, strokes_of, together

SIDE = 64.0


def drawing(seed: int, count: int = 9) -> Drawing:
    rng = np.random.default_rng(seed)
    points = rng.uniform(8, 56, (count, 3, 2))
    return Drawing((SIDE, SIDE), strokes_of(points, width=rng.uniform(1, 8, count)))


@pytest.fixture(scope="module")
def works():
    return stacked([Painting(drawing(1)), Painting(drawing(2, count=5))], side=64)


@pytest.mark.parametrize(
    "name",
    ["line_length", "length_variety", "line_width", "width_variety", "curvature", "straightness",
     "main_direction", "upright_share"],
)  # fmt: skip
def test_a_stroke_more_changes_the_statistic_by_its_pull(works, name):
    """One stroke of many, laid once more, is so little more of it that the slope tells."""
    measure, copies = getattr(lines, name), 200
    one = works.drawing(0)
    many = one.with_strokes(together([one.strokes] * copies))
    before = measure(columns_of([many]))[0]
    pulls = pulls_of(works)[name][0]
    for stroke in range(len(one)):
        strokes = together([many.strokes, one.strokes.take([stroke])])
        after = measure(columns_of([one.with_strokes(strokes)]))[0]
        assert copies * (after - before) == pytest.approx(pulls[stroke], rel=0.05, abs=2e-4)


def test_pulls_are_nothing_together_and_where_there_is_no_stroke(works):
    for pull in pulls_of(works).values():
        np.testing.assert_allclose(pull.sum(1), 0, atol=1e-9)
        assert not pull[1, 5:].any()


def test_all_strokes_share_a_score_and_each_is_paid_for_its_pull(works):
    """Lengths 1, 2 and 6 have a mean of 3, and 2 is asked: the long one costs, the short pays."""
    values = np.array([1.0, 2.0, 6.0])
    pull = (values - 3) / 3

    def mean(_works, _prompts):
        return Statistic(np.array([3.0]), pull[None], np.array([3]))

    tree = RewardTree([Component("length", mean, Band(2, 2, 1))])
    judged = tree(works.take([0]), [Prompt()])
    assert judged.total.tolist() == [0.5]
    slope = -0.5  # of 1 / (1 + d²) at d = 1
    np.testing.assert_allclose(judged.credit[0], 0.5 / 3 + slope * pull, atol=1e-5)
    assert judged.credit.sum() == pytest.approx(0.5)
