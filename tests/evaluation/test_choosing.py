"""What choosing gives and costs: against drawing, and by hand."""

import math

import numpy as np
import pytest

from makar.evaluation.choosing import Effort, expected_best, tries_for


def test_the_best_of_some_is_as_good_as_when_it_is_drawn() -> None:
    random = np.random.default_rng(5)
    scores = random.normal(0.7, 0.1, 1000)
    for n in (1, 4, 30):
        drawn = random.choice(scores, (20_000, n)).max(1).mean()
        assert expected_best(scores, n) == pytest.approx(drawn, abs=0.003)


def test_by_hand() -> None:
    # of 0, 1 and 2, the best of two is 2 in five of nine draws, 1 in three
    assert expected_best(np.array([1.0, 0.0, 2.0, np.nan] * 4), 2) == pytest.approx(13 / 9)
    assert math.isnan(expected_best(np.arange(9.0), 4))  # the largest of nine alone would say


def test_how_many_it_takes() -> None:
    scores = np.linspace(0, 1, 3001)
    assert tries_for(scores, 0.5) == 1
    assert tries_for(scores, 0.75) == 3  # n / (n + 1) of evenly spread ones
    assert tries_for(scores, 0.9) == 9
    assert tries_for(scores, 1.1) is None


def test_seconds_are_counted_with_the_works_that_are_wanted() -> None:
    step = {"sample": 2.0, "score": 1.0, "update": 6.0, "keep": 1.0}
    effort = Effort.of([{"seconds": step}] * 5, works=30)
    assert effort.seconds == 50
    assert effort.each == pytest.approx(0.1)
    assert effort.tries(100) == 6  # 50 s of training and 10 for the works: 60 over 10
    assert effort.tries(1) == 501
    assert Effort.of([{}], works=30) is None
    assert Effort.of([{"seconds": {}}], works=30) is None  # nobody noted what was made
