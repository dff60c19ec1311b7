import math

import numpy as np
import pytest

from makar.measures.paired import paired_test, significant
from makar.measures.statistics import welch_test

BEFORE, AFTER = np.array([1.0, 2, 4, 3, 7]), np.array([2.0, 2.5, 6, 3, 9.5])


def test_pairs_by_scipys_ttest_rel():
    found = paired_test(BEFORE, AFTER)
    assert found.mean == pytest.approx(1.2)
    assert found.p == pytest.approx(0.06081286, abs=1e-7)
    assert (found.low, found.high) == pytest.approx((-0.08738463, 2.48738463), abs=1e-6)


def test_pairs_see_what_means_alone_do_not():
    rng = np.random.default_rng(0)
    works = rng.normal(0, 10, 50)
    better = works + 0.5 + rng.normal(0, 0.5, 50)
    assert paired_test(works, better).p < 1e-6
    assert welch_test(works, better).p > 0.5


def test_constant_differences_and_unknown_values():
    assert paired_test(BEFORE, BEFORE).p == 1
    assert paired_test(BEFORE, BEFORE + 1).p == 0
    unknown = AFTER.copy()
    unknown[1] = math.nan
    kept = [0, 2, 3, 4]
    assert paired_test(BEFORE, unknown).mean == pytest.approx((AFTER - BEFORE)[kept].mean())
    with pytest.raises(ValueError, match="two pairs"):
        paired_test(BEFORE[:1], AFTER[:1])
    with pytest.raises(ValueError, match="equal length"):
        paired_test(BEFORE, AFTER[:3])


def test_holm_by_hand():
    # 0.01 ≤ .05/4, 0.02 > .05/3: nothing after it counts, however small against .05
    assert significant({"a": 0.01, "b": 0.04, "c": 0.02, "d": 0.9}) == {"a"}
    assert significant({"a": 0.01, "b": 0.016, "c": 0.02}) == {"a", "b", "c"}
    assert significant({"a": 0.04, "b": math.nan}) == {"a"}
    assert significant({}) == set()
