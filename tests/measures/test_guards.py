"""The alarm rings when it should and not before; collapse is told from a quiet batch."""

from __future__ import annotations

import numpy as np
import pytest

from makar.measures.guards import CollapseLimits, HackingAlarm

PEOPLE = {"rests": (0.0, 0.2)}


def around(mean: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.05, 200)


def test_rings_the_second_time_running_outside_peoples_band() -> None:
    alarm = HackingAlarm(PEOPLE, {"rests": around(0.1)})
    assert alarm.check({"rests": around(0.5, 1)}) == []
    (ringing,) = alarm.check({"rests": around(0.5, 2)})
    assert ringing.watch == "rests"
    assert "rests is 0.5" in str(ringing)
    assert "0 to 0.2" in str(ringing)


def test_an_iteration_inside_begins_the_count_anew() -> None:
    alarm = HackingAlarm(PEOPLE, {"rests": around(0.1)})
    for value in (0.5, 0.1, 0.5, 0.1):
        assert alarm.check({"rests": around(value, 3)}) == []


def test_what_was_outside_from_the_start_and_did_not_move_is_no_alarm() -> None:
    alarm = HackingAlarm(PEOPLE, {"rests": around(0.5)})
    for seed in range(4):
        assert alarm.check({"rests": around(0.5, seed + 10)}) == []


def test_a_change_inside_peoples_band_is_no_alarm() -> None:
    alarm = HackingAlarm(PEOPLE, {"rests": around(0.05)})
    for seed in range(3):
        assert alarm.check({"rests": around(0.15, seed)}) == []


def test_coming_nearer_to_people_is_no_alarm_but_going_further_away_is() -> None:
    nearer, further = (HackingAlarm(PEOPLE, {"rests": around(0.7)}) for _ in range(2))
    for seed in (1, 2):
        assert nearer.check({"rests": around(0.4, seed)}) == []
    further.check({"rests": around(0.9, 1)})
    assert len(further.check({"rests": around(0.9, 2)})) == 1


def test_a_watch_of_which_people_say_nothing_rings_nothing() -> None:
    alarm = HackingAlarm({"rests": (np.nan, np.nan)}, {"rests": around(0.1)})
    for seed in (1, 2):
        assert alarm.check({"rests": around(0.9, seed)}) == []


def test_what_cannot_be_judged_rings_nothing() -> None:
    alarm = HackingAlarm(PEOPLE, {"rests": around(0.1)})
    for _ in range(3):
        assert alarm.check({"rests": np.full(8, np.nan)}) == []
        assert alarm.check({}) == []


@pytest.mark.parametrize(
    ("metrics", "word"),
    [
        ({"duplicates": 0.3}, "copies"),
        ({"entropy": 0.2}, "entropy"),
        ({"kl": 1.5}, "nats"),
        ({"duplicates": 0.2, "entropy": 0.3, "kl": 0.9}, ""),
        ({}, ""),
    ],
)
def test_collapse(metrics: dict[str, float], word: str) -> None:
    reason = CollapseLimits().collapsed(metrics, prior_entropy=1.0)
    assert word in reason
    assert bool(reason) == bool(word)


def test_entropy_below_nothing_has_no_share_to_keep() -> None:
    assert CollapseLimits().collapsed({"entropy": -1.0}, prior_entropy=-1.0) == ""
