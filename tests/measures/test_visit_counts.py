"""The count-based bonus: 1 / √(1 + n), read while scoring, changed only by observing."""

from __future__ import annotations

import numpy as np
import pytest

from makar.measures.guards import VisitCounts


def test_the_bonus_by_hand() -> None:
    visits = VisitCounts()
    visits.observe(np.array([7, 7, 7, 2]))
    assert visits.bonus(np.array([7, 2, 5])) == pytest.approx([0.5, 2**-0.5, 1.0])


def test_scoring_twice_gives_the_same() -> None:
    visits = VisitCounts({3: 8})
    keys = np.array([3, 3, 4])
    assert visits.bonus(keys).tolist() == visits.bonus(keys).tolist() == [1 / 3, 1 / 3, 1.0]
    assert visits.counts == {3: 8}
