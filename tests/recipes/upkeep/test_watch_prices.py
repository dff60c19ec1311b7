"""What is only watched is held near people's, by a price on leaving them and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from makar.core.types import JudgedPart, Judgement
from makar.recipes.upkeep.watch_prices import FARTHEST, WatchPrices, prices_like, watched

PEOPLE = {"rests": (10.0, 2.0)}


def price(*batches: list[float]) -> WatchPrices:
    held = WatchPrices(PEOPLE, {"rests": (0.5, 0.5)})
    for batch in batches:
        held.observe({"rests": np.array(batch)})
    return held


def test_within_what_is_allowed_nothing_is_paid() -> None:
    held = price([9.0, 11.0], [10.9, 10.9], [9.1, 9.1])
    np.testing.assert_array_equal(held.bonus({"rests": np.array([0.0, 10.0, 99.0])}), 0)


def test_each_work_pays_for_how_far_it_lies_out_on_the_side_that_is_too_far() -> None:
    held = price([14.0, 14.0])  # two deviations above, half of one is allowed
    excess = 1.5
    weight = (held.rate + held.gain) * excess
    paid = held.bonus({"rests": np.array([8.0, 10.0, 12.0, 14.0, np.nan, 1e9])})
    np.testing.assert_allclose(paid, [0, 0, -weight, -2 * weight, 0, -FARTHEST * weight])


def test_the_price_rises_while_it_is_too_far_and_falls_to_nothing_afterwards() -> None:
    below = [[6.0, 6.0]] * 10
    held = price(*below)
    assert held.prices["rests"][0] == pytest.approx(10 * held.rate * 1.5)
    assert held.prices["rests"][1] == held.weights["rests"][1] == 0
    dear = held.bonus({"rests": np.array([6.0])})[0]
    again = price(*below, *[[10.0, 10.0]] * 10)
    assert dear < again.bonus({"rests": np.array([6.0])})[0] < 0
    freed = price(*below, *[[10.0, 10.0]] * 40)
    assert freed.bonus({"rests": np.array([6.0])})[0] == 0


def test_a_watch_that_says_too_little_of_people_has_no_price() -> None:
    many = np.arange(30.0)
    people = {"known": many, "few": many[:5], "same": np.ones(30), "none": np.full(30, np.nan)}
    found = prices_like(people, people, 0.25)
    assert found is not None
    assert found.people == {"known": (many.mean(), many.std())}
    assert prices_like(people, {}, 0.25) == WatchPrices({}, {})
    assert prices_like(people, people, None) is None
    found.observe({"known": np.full(3, np.nan)})  # nothing judged: nothing learned
    assert not found.weights


def test_what_the_untrained_model_never_had_is_not_asked_for() -> None:
    people = {"news": np.arange(30.0)}
    start = {"news": people["news"] + 0.75 * people["news"].std()}
    found = prices_like(people, start, 0.25)
    assert found is not None
    assert found.allowed["news"] == pytest.approx((0.25, 0.75))
    found.observe(start)
    assert found.weights["news"] == pytest.approx((0, 0), abs=1e-12)
    found.observe({"news": start["news"] + people["news"].std()})
    assert found.weights["news"][1] > 0


def test_a_saved_price_goes_on() -> None:
    held = price([14.0, 14.0])
    other = price()
    other.load_state_dict(held.state_dict())
    assert other.weights == held.weights
    assert other.prices == held.prices


def test_only_watches_are_held() -> None:
    values = np.array([1.0])
    parts = {
        "scored": JudgedPart(values, values, 1.0, "score", "as it is"),
        "seen": JudgedPart(values * 7, values, 0.0, "watch", "as it is"),
    }
    assert watched(Judgement(values, parts)) == {"seen": np.array([7.0])}
