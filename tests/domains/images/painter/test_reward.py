"""What paintings are rewarded for: good above bad, and each stroke for what it did."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from makar.core.errors import UnknownRewardError
from makar.core.seeds import Seeds
from makar.core.signal import decision_rewards
from makar.core.types import Prompt
from makar.domains.images.painter.canvas.process import STROKES, Canvas
from makar.domains.images.painter.canvas.works import Painting, stacked
from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.recipe import build_policy
from makar.domains.images.painter.reward import (
    NEAR_COPY,
    STATISTICS,
    likeness,
    painter_reward,
    weighting,
)
from makar.domains.images.painter.searched import searched
from makar.domains.images.pictures.sources import renders
from makar.domains.images.strokes.drawing import Drawing, strokes_of
from makar.recipes.settings import RewardConfig

GALLERY = {str(n): one for n, one in enumerate(renders(3, (64, 64)))}
ASK = Prompt(condition={STROKES: 12})


@pytest.fixture(scope="module")
def process():
    return Canvas(GALLERY)


@pytest.fixture(scope="module")
def by_search(process):
    return searched(process, [ASK] * 4, Seeds(1), tries=4, climbs=6)


@pytest.fixture(scope="module")
def by_hand(process):
    return build_policy(PainterConfig(), process).sample([ASK] * 4, seeds=Seeds(1))


def blended(theirs, *, known=None, styled=False, **config):
    return painter_reward(RewardConfig(**config), known or {}, theirs, {}, styled=styled)


def test_likeness_is_decibels_and_each_stroke_is_credited_with_its_own(by_search):
    found = likeness(by_search, [ASK] * 4)
    before = np.square(by_search.ground[:, :, None, None] - by_search.target).mean((1, 2, 3))
    after = np.square(by_search.pixels - by_search.target).mean((1, 2, 3))
    np.testing.assert_allclose(found.values, 10 * np.log10(before / after), rtol=1e-3)
    np.testing.assert_allclose(found.credit.sum(1), found.values)
    assert (found.credit > -1e-3).all()
    assert found.values.min() > 2


def test_what_is_learned_from_adds_up_to_what_is_judged(by_search, by_hand):
    tree, _, _ = blended(by_search)
    judgement = tree.lean(by_hand.works, by_hand.prompts)
    rewards = decision_rewards(by_hand, judgement)
    np.testing.assert_allclose(rewards.sum(1), judgement.total, atol=1e-5)
    np.testing.assert_allclose(rewards, judgement.credit, atol=1e-6)
    assert torch.count_nonzero(rewards) > 30


def test_search_is_liked_better_than_an_untrained_hand(by_search, by_hand):
    tree, _, words = blended(by_search)
    good, fair = tree(by_search, [ASK] * 4), tree(by_hand.works, by_hand.prompts)
    for part in ("likeness", "afar", "edges"):
        assert np.mean(good.parts[part].value) > np.mean(fair.parts[part].value) + 0.02
    assert words["likeness"] == "looks like the picture"
    assert set(STATISTICS) <= good.parts.keys()
    assert [n for n, p in good.parts.items() if p.role == "score"] == ["likeness"]


def test_what_has_no_picture_beside_it_cannot_be_judged_by_likeness(by_search):
    tree, _, _ = blended(by_search)
    bare = stacked([Painting(by_search.drawing(0))])
    judgement = tree(bare, [ASK])
    for part in ("likeness", "afar", "edges"):
        assert np.isnan(judgement.parts[part].raw).all()
    assert np.isnan(judgement.total).all()


def test_weights_make_a_watch_a_score(by_search):
    tree, _, _ = blended(by_search, weights={"edges": 2.0})
    assert tree.weights == {"likeness": pytest.approx(1 / 3), "edges": pytest.approx(2 / 3)}
    with pytest.raises(UnknownRewardError, match="names loudness"):
        weighting(styled=False).checked(RewardConfig(weights={"loudness": 1}), {})
    assert weighting(styled=False).rewarded(RewardConfig()) == ["likeness"]


def test_minutes_on_a_plotter_teach_each_stroke(by_search, by_hand):
    bare, _, _ = blended(by_search)
    assert "plotter_minutes" not in bare.lean(by_hand.works, by_hand.prompts).parts
    watched = bare(by_hand.works, by_hand.prompts).parts["plotter_minutes"]
    assert watched.role == "watch"
    tree, _, _ = blended(by_search, weights={"plotter_minutes": 2.0, "likeness": 0.0})
    judgement = tree.lean(by_hand.works, by_hand.prompts)
    np.testing.assert_allclose(judgement.parts["plotter_minutes"].raw, watched.raw)
    quickest, slowest = np.argmin(watched.raw), np.argmax(watched.raw)
    assert judgement.total[quickest] > judgement.total[slowest]
    rewards = decision_rewards(by_hand, judgement)
    np.testing.assert_allclose(rewards.sum(1), judgement.total, atol=1e-5)
    assert (rewards[:, :-1] < 0).all()  # each costs its own minutes
    assert rewards[0, :-1].std() > 1e-4


def test_the_number_of_strokes_is_counted(by_search):
    tree, _, _ = blended(by_search)
    prompts = [Prompt(condition={STROKES: n}) for n in (12, 6, 24, 48)]
    raw = tree(by_search, prompts).parts["strokes"].raw
    np.testing.assert_allclose(raw, [0, 1, 0.5, 0.75])
    assert tree(by_search, prompts).parts["strokes"].value.tolist() == [1, 0, 0, 0]


def lines(seed, *, angle, count=12):
    rng = np.random.default_rng(seed)
    middle, half = rng.uniform(16, 48, (count, 2)), rng.uniform(6, 10, count)[:, None]
    way = np.array([np.cos(angle), np.sin(angle)])
    points = np.stack((middle - half * way, middle + half * way), 1)
    return Painting(Drawing((64.0, 64.0), strokes_of(points, width=1.5)))


def test_a_style_is_kept_by_those_who_have_it():
    theirs = stacked([lines(n, angle=0.7 + 0.02 * n) for n in range(8)])
    tree, bands, _ = blended(theirs, known={"one": lines(99, angle=0.7).drawing}, styled=True)
    alike = tree(stacked([lines(50, angle=0.75)]), [ASK])
    level = tree(stacked([lines(51, angle=0.0)]), [ASK])
    assert alike.parts["upright_share"].value[0] > level.parts["upright_share"].value[0] + 0.3
    assert alike.total[0] > level.total[0]
    low, high = bands["main_direction"]
    assert 0.8 < low < high <= 1


def test_a_stroke_is_paid_for_how_it_pulls_what_is_said_of_all():
    """Of strokes that are too long on average the longest costs most, the shortest least."""
    theirs = stacked([lines(n, angle=0.7) for n in range(12)])
    tree, _, _ = blended(theirs, known={"one": lines(99, angle=0.7).drawing}, styled=True)
    one = lines(50, angle=0.7)
    stretched = one.drawing.strokes.points.copy()
    middle = stretched.mean(1, keepdims=True)
    stretched = middle + (stretched - middle) * np.linspace(1, 4, len(stretched))[:, None, None]
    strokes = replace(one.drawing.strokes, points=stretched)
    works = stacked([Painting(one.drawing.with_strokes(strokes))])
    lengths = next(c for c in tree.components if c.name == "line_length")
    found = lengths.scorer(works, [ASK])
    assert found.units.tolist() == [len(strokes)]
    judged = replace(tree, components=[lengths])(works, [ASK])
    credit = judged.credit[0]
    assert credit.sum() == pytest.approx(judged.total[0])
    way = np.linalg.norm(stretched[:, 3] - stretched[:, 0], axis=1)
    assert np.corrcoef(way, credit)[0, 1] < -0.9


def test_a_near_copy_is_worth_nothing():
    theirs = stacked([lines(n, angle=0.7) for n in range(8)])
    tree, _, _ = blended(theirs, known={"one": theirs.drawing(3)}, styled=True)
    copied, own = tree(theirs.take([3, 4]), [ASK] * 2), 1
    assert copied.total[0] == 0
    assert copied.total[own] > 0.3
    assert copied.parts[NEAR_COPY].value.tolist() == [0, 1]
