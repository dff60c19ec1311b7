import numpy as np
import pytest

from makar.core.types import Prompt
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.rewards.flow import ChallengeMissed, Flow, flow, wishes


def curve(*windows):
    """Windows of 14 columns, each so that a level like it has this challenge."""
    columns = 14 * len(windows)
    return 1 - (1 - np.repeat(np.array(windows, float), 14)) ** (1 / columns)


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
    level = 1 - (1 - np.r_[np.full(20, 0.2), np.full(20, 0.6)]) ** (1 / 40)
    assert flow(level[None], np.array([0.4])) == pytest.approx([0.6])


def test_a_narrow_level_is_one_window():
    level = 1 - (1 - np.full((1, 5), 0.3)) ** (1 / 5)
    assert flow(level, np.array([0.3])) == pytest.approx([0.5])


def test_a_dead_end_is_as_hard_as_can_be():
    level = np.zeros((1, 14))
    level[0, 3] = 1
    assert flow(level, np.array([1.0])) == pytest.approx([0.5])


def test_the_skill_is_asked_for():
    prompts = [
        Prompt(condition={"skill": 0.2, "challenge": 0.9}),
        Prompt(condition={"challenge": 0.9}),
        Prompt(),
    ]
    np.testing.assert_array_equal(wishes(prompts, "skill", "challenge"), [0.2, 0.9, np.nan])


EASY = "--------------------------------------------------------"
GAPS = "XXXXXXXX-----XXX-----XXX-----XXX-----XXX-----XXXXXXXXXXX"


def pictured(ground):
    return (EASY + " ") * 8 + ground


def asking(*wanted):
    return [Prompt(condition={"challenge": wish} if wish is not None else {}) for wish in wanted]


def test_the_nearer_to_what_was_asked_the_better(draw):
    easy, hard = pictured("X" * 56), pictured(GAPS)
    levels, analyst = draw(easy, easy, hard, hard, hard), Analyst(MARIO)
    found = ChallengeMissed(analyst)(levels, asking(0, 1, 0, 1, None))
    challenge = analyst(levels).challenge
    assert challenge[0] == 0
    assert challenge[2] > 0.3
    np.testing.assert_allclose(found, [0, 1, challenge[2], 1 - challenge[2], np.nan])


def test_flow_needs_a_player(draw):
    levels, analyst = draw(*[pictured(GAPS)] * 3), Analyst(MARIO)
    own = float(analyst(levels).challenge[0])
    fitting, bored, unasked = Flow(analyst)(levels, asking(own, 1 - own / 2, None))
    assert fitting > bored
    assert np.isnan(unasked)
