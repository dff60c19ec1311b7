"""Variety by runs of keys and by features: the same four questions, answered by hand."""

import numpy as np
import pytest

from makar.measures.variety import FeatureSpread, KeyRuns, Variety


class Points:
    """Works that are points on a line."""

    def __init__(self, *places):
        self.at = np.array(places, float)[:, None]

    def __len__(self):
        return len(self.at)


SPREAD = FeatureSpread(lambda works: works.at, radius=1.0)


def test_the_vendi_score_by_hand():
    # two at one place and one far away: eigenvalues of the likeness over 3 are 2/3 and 1/3
    entropy = -(2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3))
    assert SPREAD.distinct(Points(0, 0, 50)) == pytest.approx(np.exp(entropy) / 3)
    assert SPREAD.distinct(Points(0, 10, 20, 30)) == pytest.approx(1)
    assert SPREAD.distinct(Points(4, 4, 4, 4)) == pytest.approx(1 / 4)
    assert np.isnan(SPREAD.distinct(Points()))


def test_a_work_shares_its_place_with_those_like_it():
    np.testing.assert_allclose(SPREAD.shares(Points(0, 0, 50)), [1 / 2, 1 / 2, 1])
    assert len(SPREAD.shares(Points())) == 0


def test_duplicates_are_those_that_repeat_an_earlier_one():
    assert SPREAD.duplicates(Points(0, 0, 0, 7)) == 2 / 4
    assert SPREAD.duplicates(Points(0, 0.5)) == 0
    assert np.isnan(SPREAD.duplicates(Points()))


def test_cells_part_space_by_the_radius():
    cells = SPREAD.cells(Points(0.1, 0.9, 1.1, -0.1, 0.2))
    assert cells[0] == cells[1] == cells[4]
    assert len(set(cells.tolist())) == 3


def test_runs_of_keys_and_features_answer_the_same_questions():
    runs = KeyRuns(lambda works: (works, np.full(len(works), 5)), lambda works: works[:, 0])
    assert isinstance(runs, Variety)
    assert isinstance(SPREAD, Variety)
    works = np.array([[1, 2, 3, 4, 5], [1, 2, 3, 4, 6], [1, 2, 3, 4, 5]])
    assert runs.distinct(works) == 3 / 6  # 1234, 2345, 2346
    assert runs.duplicates(works) == pytest.approx(1 / 3)
    np.testing.assert_allclose(runs.shares(works).mean(), runs.distinct(works))
