from dataclasses import replace

import numpy as np

from makar.core.types import Prompt
from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.level import Levels
from makar.domains.levels.level.text import parse_level_text
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.rewards.play import SURE, Playable, Progress, Reachable

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


LADDER = Legend((*MARIO.tiles, Tile("ladder", "decoration", "H")))


def climbs(*, coin: bool = False) -> Levels:
    """A wall that is too high, with a ladder at it; the coin lies on top."""
    rows = ["-" * 20] * 14
    rows[3] = "-----------{}--------".format("o" if coin else "-")
    rows[4:13] = ["---------HX---------"] * 9
    rows[13] = "X" * 20
    level = parse_level_text("\n".join(rows), LADDER)
    return Levels(level.tiles[None], level.names)


def test_what_nobody_can_tell_is_not_judged_unless_a_model_is_asked_to_be_sure():
    analyst, sure = Analyst(LADDER), Prompt(condition={SURE: 1.0})
    for asked in ([], [Prompt()]):
        assert np.isnan(Playable(analyst)(climbs(), asked)[0])
        assert np.isnan(Progress(analyst)(climbs(), asked)[0])
        assert np.isnan(Reachable(analyst)(climbs(coin=True), asked)[0])
    assert 0.3 < Progress(analyst)(climbs(), [sure])[0] < 0.6
    assert Reachable(analyst)(climbs(coin=True), [sure])[0] == 0
    assert np.isnan(Playable(analyst)(climbs(), [sure])[0])
