from dataclasses import replace

import numpy as np

from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.rewards.play import Playable, Progress, Reachable

FLAT = ("-" * 40 + " ") * 5 + "X" * 40
EARLY = ("-" * 40 + " ") * 5 + "X" * 5 + "-" * 20 + "X" * 15
LATE = ("-" * 40 + " ") * 5 + "X" * 15 + "-" * 20 + "X" * 5


def test_what_can_be_won_is_playable(draw):
    levels, analyst = draw(FLAT, EARLY, LATE), Analyst(MARIO)
    assert Playable(analyst)(levels, []).tolist() == [1, 0, 0]


def test_an_impossible_gap_further_on_is_better(draw):
    whole, early, late = Progress(Analyst(MARIO))(draw(FLAT, EARLY, LATE), [])
    assert whole == 1
    assert late > early + 0.1
    assert late < 1


def test_what_the_search_gave_up_is_not_judged(draw):
    levels = draw(FLAT, EARLY)
    analyst = Analyst(MARIO)
    analysis = replace(analyst(levels), won=np.array([1, -1]))
    key = next(iter(analyst._memory))
    analyst._memory[key] = analysis
    for reward in (Playable(analyst), Progress(analyst)):
        np.testing.assert_array_equal(reward(levels, []), [1, np.nan])


def test_what_can_be_taken_is_a_share_and_nothing_is_not_judged(draw):
    sky = ["-" * 40] * 5
    coins = [*sky[:4], "-" * 10 + "oo" + "-" * 28]
    high = ["-" * 10 + "oo" + "-" * 28, *sky, *coins]
    flat = [*sky, *sky, "-" * 40]
    both, half, none = (
        " ".join([*rows, "X" * 40]) for rows in ([*sky, "-" * 40, *coins], high, flat)
    )
    judged = Reachable(Analyst(MARIO))(draw(both, half, none), [])
    np.testing.assert_array_equal(judged, [1, 0.5, np.nan])
