"""A row's place between chance and people, with the doubt of all three."""

import math

import numpy as np
import pytest

from makar.evaluation.headline import headline, headlines
from makar.evaluation.rows import HUMAN, PRIOR, RANDOM, SCORE, TRAINED, Scores, aggregate_scores
from makar.measures.statistics import Estimate


def around(mean: float, half: float = 0.0, n: int = 50) -> Estimate:
    return Estimate(mean, mean - half, mean + half, n)


def test_the_ends_of_the_scale_are_chance_and_people_and_it_may_be_passed() -> None:
    chance, people = around(0.3), around(0.8)
    assert headline(chance, chance, people).mean == pytest.approx(0)
    assert headline(people, chance, people).mean == pytest.approx(1)
    assert headline(around(0.55), chance, people).mean == pytest.approx(0.5)
    assert headline(around(0.9), chance, people).mean == pytest.approx(1.2)
    assert headline(around(0.2), chance, people).mean == pytest.approx(-0.2)


def test_the_doubt_of_all_three_is_in_its_interval() -> None:
    """By hand, d = .5 and g = .5: √(.03² + (.5·.04)² + (.5·.06)²) / .5 = .0938."""
    found = headline(around(0.55, 0.03), around(0.3, 0.04), around(0.8, 0.06))
    assert (found.high - found.low) / 2 == pytest.approx(0.09381, abs=1e-4)


def test_that_of_resampled_rows_is_as_wide_as_they_scatter() -> None:
    random, found, told = np.random.default_rng(1), [], []
    for _ in range(400):
        rows = [random.normal(mean, 0.1, 60) for mean in (0.55, 0.3, 0.8)]
        estimates = [
            Estimate(r.mean(), r.mean() - 1.96 * r.std() / 60**0.5,
                     r.mean() + 1.96 * r.std() / 60**0.5, 60)
            for r in rows
        ]  # fmt: skip
        one = headline(*estimates)
        found.append(one.mean)
        told.append((one.high - one.low) / 2)
    assert np.mean(told) == pytest.approx(1.96 * np.std(found), rel=0.15)


@pytest.mark.parametrize(
    ("chance", "people"),
    [
        (around(0.3), around(0.8, 0.09)),  # wider than a third of the way
        (around(0.8), around(0.8, 0.01)),  # no way at all
        (around(0.9), around(0.8, 0.01)),  # chance above people
        (around(0.3), Estimate(0.8, math.nan, math.nan, 1)),  # one work
        (around(math.nan), around(0.8, 0.01)),
    ],
)
def test_where_people_say_too_little_there_is_no_headline(chance, people) -> None:
    assert headline(around(0.5), chance, people) is None


def test_without_chance_or_people_nothing_is_placed() -> None:
    scores = {"prior": around(0.5), "human": around(0.8)}
    assert headlines(scores, chance="random", people="human") == {}


def test_a_table_has_it_before_the_score_and_a_part_that_never_varies_does_not_move_it() -> None:
    def rows(constant: float) -> list[Scores]:
        random = np.random.default_rng(2)
        return [
            Scores(name, 200, {SCORE: 0.5 * (random.normal(mean, 0.05, 200) + constant)}, {})
            for name, mean in ((HUMAN, 0.8), (RANDOM, 0.2), (PRIOR, 0.5), (TRAINED, 0.9))
        ]

    def placed(constant: float) -> list[float]:
        table = aggregate_scores([rows(constant)])
        assert list(table[2]["measures"])[:2] == ["headline", SCORE]
        return [row["measures"]["headline"]["mean"] for row in table]

    np.testing.assert_allclose(placed(0.0), placed(1.0), atol=1e-12)
    np.testing.assert_allclose(placed(0.0), [1, 0, 0.5, 7 / 6], atol=0.02)
