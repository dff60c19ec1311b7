import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.levels.rewards.flow import Flow, flow, wishes


def curve(*windows):
    """A level with these challenges, 14 columns each."""
    return np.repeat(np.array(windows, float), 14)


def test_flow_by_hand():
    found = flow(np.stack([curve(0.4, 0.6, 0.5), curve(0.5, 0.5, 0.5)]), np.array([0.5, 0.8]))
    # first: fits .8, .8, 1 and steps .2, .1; second: always .3 off, no step
    assert found == pytest.approx([2.6 / 3, 0.4 * 0.5])


def test_small_steps_count_in_part():
    assert flow(curve(0.5, 0.55)[None], np.array([0.5])) == pytest.approx([0.95 * (1 + 0.5) / 2])


def test_boredom_anxiety_and_monotony_cost():
    levels = np.stack(
        [
            curve(0.5, 0.6, 0.5, 0.4),
            curve(0.0, 0.1, 0.0, 0.1),
            curve(0.9, 1.0, 0.9, 1.0),
            curve(0.5, 0.5, 0.5, 0.5),
        ]
    )
    best, boring, frightening, monotonous = flow(levels, np.full(4, 0.5))
    assert best > max(boring, frightening, monotonous) + 0.2


def test_columns_left_over_belong_to_the_windows():
    level = np.r_[np.full(20, 0.2), np.full(20, 0.6)]
    assert flow(level[None], np.array([0.4])) == pytest.approx([0.6])


def test_a_narrow_level_is_one_window():
    assert flow(np.full((1, 5), 0.3), np.array([0.3])) == pytest.approx([0.5])


def test_the_skill_is_asked_for():
    prompts = [
        Prompt(condition={"skill": 0.2, "challenge": 0.9}),
        Prompt(condition={"challenge": 0.9}),
        Prompt(),
    ]
    np.testing.assert_array_equal(wishes(prompts, "skill", "challenge"), [0.2, 0.9, np.nan])
    levels = np.stack([curve(0.2, 0.2)] * 3)
    easy, hard, unasked = Flow(lambda _works: levels)([None] * 3, prompts)
    assert easy == pytest.approx(0.5)
    assert hard == 0
    assert np.isnan(unasked)
