"""The alarm hears works that drift away from people's, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from makar.measures.alarm import BATCHES, HackingAlarm, shared

DRAWN = np.random.default_rng(7).normal(size=400)
PEOPLE = 0.1 + 0.05 * (DRAWN - DRAWN.mean()) / DRAWN.std()


def around(mean: float, seed: int = 0, spread: float = 0.05, works: int = 200) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, spread, works)


def alarm(start: float = 0.1, people: np.ndarray = PEOPLE) -> HackingAlarm:
    return HackingAlarm({"rests": people}, {"rests": around(start)})


def rings(one: HackingAlarm, *means: float, spread: float = 0.05) -> list[bool]:
    heard = [one.check({"rests": around(mean, 9 + i, spread)}) for i, mean in enumerate(means)]
    return [bool(some) for some in heard]


def test_half_a_deviation_is_heard_the_second_time_and_told_with_its_side() -> None:
    one = alarm()
    assert rings(one, 0.125) == [False]
    (ringing,) = one.check({"rests": around(0.125, 2)})
    assert ringing.watch == "rests"
    assert "0.5 of their standard deviations above" in str(ringing)
    assert "people's 0.1" in str(ringing)


def test_below_is_heard_as_well_as_above() -> None:
    assert rings(alarm(), 0.07, 0.07) == [False, True]


def test_what_goes_back_is_forgiven() -> None:
    assert rings(alarm(), 0.125, *[0.1] * BATCHES)[-1] is False


def test_what_was_away_from_the_start_and_did_not_move_is_no_alarm() -> None:
    assert not any(rings(alarm(start=0.5), *[0.5] * 4))


def test_coming_nearer_to_people_is_no_alarm_but_going_further_away_is() -> None:
    assert not any(rings(alarm(start=0.7), *[0.4] * 4))
    assert any(rings(alarm(start=0.7), *[0.9] * 4))
    assert any(rings(alarm(start=0.3), *[-0.3] * 4))  # past them, and further


def test_a_spread_that_dies_is_heard_where_the_mean_stays() -> None:
    one = alarm()
    heard = [one.check({"rests": around(0.1, i, spread=0.01)}) for i in range(3)]
    assert "spread otherwise" in str(heard[-1][0])


def test_faults_that_people_never_make_are_heard() -> None:
    one = HackingAlarm({"faults": np.zeros(40)}, {"faults": np.zeros(200)})
    broken = np.repeat([0.0, 1.0], 50)
    assert [bool(one.check({"faults": broken})) for _ in range(2)] == [False, True]
    still = HackingAlarm({"faults": np.zeros(40)}, {"faults": np.zeros(200)})
    assert not any(still.check({"faults": np.zeros(100)}) for _ in range(3))


@pytest.mark.parametrize("people", [np.full(50, np.nan), PEOPLE[:5]])
def test_a_watch_of_which_people_say_nothing_or_too_little_rings_nothing(people) -> None:
    assert not any(rings(alarm(people=people), *[0.9] * 3))


def test_what_cannot_be_judged_rings_nothing() -> None:
    one = alarm()
    for _ in range(3):
        assert one.check({"rests": np.full(8, np.nan)}) == []
        assert one.check({}) == []


def test_of_a_mean_alone_only_its_place_is_heard() -> None:
    """Likelihood is known of a batch as a whole: works that are too likely are heard, too."""
    one, other = alarm(), alarm()
    assert not any(one.check({}, {"rests": 0.1 + 0.001 * step}) for step in range(8))
    heard = [bool(other.check({}, {"rests": 0.13 + 0.001 * step})) for step in range(3)]
    assert heard == [False, True, True]


def test_its_memory_can_be_kept() -> None:
    one, other = alarm(), alarm()
    rings(one, 0.125)
    other.load_state_dict(one.state_dict())
    assert rings(other, 0.125) == [True]


def test_shares_of_a_distribution_by_hand() -> None:
    theirs = np.arange(100.0)
    assert shared(theirs, theirs) == pytest.approx(1)
    assert shared(theirs, theirs + 1000) == pytest.approx(0.1)  # its upper tenth has no end
    assert shared(theirs, np.arange(50.0)) == pytest.approx(0.5)
    assert shared(np.array([0.0] * 3 + [1.0]), np.zeros(9)) == pytest.approx(0.75)


def test_quiet_runs_stay_quiet() -> None:
    """Ten watches over sixty batches, from where the prior is: twenty runs, at most one rings."""
    random, rung = np.random.default_rng(3), 0
    for _ in range(20):
        place = {str(n): random.uniform(-1, 1) for n in range(10)}
        one = HackingAlarm(
            {n: random.normal(0, 1, 189) for n in place},
            {n: random.normal(at, 1, 256) for n, at in place.items()},
        )
        rung += any(
            one.check({n: random.normal(at, 1, 128) for n, at in place.items()}) for _ in range(60)
        )
    assert rung <= 1
