import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.measures.statistics import (
    auc,
    mean_over_seeds,
    mean_over_works,
    quantile_band,
    student_t_cdf,
    student_t_quantile,
    welch_test,
)


@pytest.mark.parametrize(
    ("freedom", "published"),
    [(1, 12.706205), (2, 4.302653), (3, 3.182446), (9, 2.262157), (30, 2.042272), (120, 1.979930)],
)
def test_t_quantiles_are_the_published_ones(freedom, published):
    assert student_t_quantile(0.975, freedom) == pytest.approx(published, abs=2e-6)


def test_t_becomes_normal():
    assert student_t_quantile(0.975, 1e6) == pytest.approx(1.959964, abs=1e-5)


def test_t_of_one_degree_is_cauchy():
    assert student_t_cdf(1.0, 1) == pytest.approx(0.75, abs=1e-9)
    assert student_t_cdf(-1.0, 1) == pytest.approx(0.25, abs=1e-9)


def test_a_probability_outside_is_refused():
    with pytest.raises(ValueError, match="probability"):
        student_t_quantile(0.4, 3)


def test_interval_over_works_by_hand():
    # 1, 2, 3: s = 1, half = 4.302653 / √3 = 2.484
    estimate = mean_over_works(np.array([1.0, 2.0, np.nan, 3.0]))
    assert (estimate.mean, estimate.n) == (2.0, 3)
    assert estimate.high - 2.0 == pytest.approx(2.484138, abs=1e-5)
    assert 2.0 - estimate.low == pytest.approx(2.484138, abs=1e-5)
    assert str(estimate) == "2.000 ± 2.484"


def test_interval_over_seeds_uses_the_means_of_runs():
    runs = [np.array([0.0, 2.0]), np.array([2.0, 2.0]), np.array([1.0, 5.0])]  # means 1, 2, 3
    estimate = mean_over_seeds(runs)
    assert (estimate.mean, estimate.n, estimate.seeds) == (2.0, 6, 3)
    assert estimate.high - 2.0 == pytest.approx(2.484138, abs=1e-5)


def test_one_run_falls_back_to_its_works():
    assert mean_over_seeds([np.array([1.0, 2.0, 3.0])]) == mean_over_works(np.array([1.0, 2, 3]))


def test_one_value_has_no_interval_and_none_has_no_mean():
    assert np.isnan(mean_over_works(np.array([1.0])).low)
    assert str(mean_over_works(np.array([1.0]))) == "1.000"
    assert np.isnan(mean_over_works(np.array([np.nan])).mean)


def test_intervals_cover_the_truth_95_times_in_100():
    rng = np.random.default_rng(5)
    draws = [mean_over_works(rng.normal(3.0, 2.0, 8)) for _ in range(2000)]
    covered = np.mean([e.low <= 3.0 <= e.high for e in draws])
    assert 0.935 <= covered <= 0.965


def test_welch_by_hand():
    # means 2 and 4, v = 1/3 each: t = 2 / √(2/3) = 2.449 on 4 degrees; p from tables 0.0705
    difference = welch_test(np.array([1.0, 2, 3]), np.array([3.0, 4, 5]))
    assert difference.mean == 2.0
    assert difference.p == pytest.approx(0.070484, abs=1e-5)
    assert difference.high - 2.0 == pytest.approx(2.776445 * np.sqrt(2 / 3), abs=1e-5)


def test_welch_with_unequal_spreads():
    # v = 1/3 and 12/3: t = 8 / √(13/3), ν = (13/3)² / ((1/9 + 16) / 2) = 2.3310
    spread = np.sqrt(12)
    difference = welch_test(np.array([1.0, 2, 3]), np.array([10 - spread, 10, 10 + spread]))
    assert difference.mean == pytest.approx(8.0)
    freedom = (13 / 3) ** 2 / ((1 / 9 + 16) / 2)
    t = 8 / np.sqrt(13 / 3)
    assert difference.p == pytest.approx(2 * (1 - student_t_cdf(t, freedom)), abs=1e-6)


def test_welch_without_spread():
    assert welch_test(np.ones(3), np.ones(3)).p == 1.0
    assert welch_test(np.ones(3), np.zeros(3)).p == 0.0
    with pytest.raises(ValueError, match="two values"):
        welch_test(np.ones(1), np.ones(3))


def test_auc_by_hand():
    assert auc(np.array([3.0, 4]), np.array([1.0, 2])) == 1.0
    assert auc(np.array([1.0, 2]), np.array([3.0, 4])) == 0.0
    # pairs: 2>1, 2=2, 3>1, 3>2 → 3.5 of 4
    assert auc(np.array([2.0, 3]), np.array([1.0, 2])) == 0.875
    assert np.isnan(auc(np.array([]), np.array([1.0])))
    assert auc(np.array([np.nan, 1.0]), np.array([0.0])) == 1.0


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=12),
    st.lists(st.integers(0, 6), min_size=1, max_size=12),
)
def test_auc_is_the_share_of_pairs(positives, negatives):
    pairs = [(p > n) + 0.5 * (p == n) for p in positives for n in negatives]
    found = auc(np.array(positives, float), np.array(negatives, float))
    assert found == pytest.approx(np.mean(pairs))


def test_quantiles_leave_out_nan():
    assert quantile_band(np.array([0.0, np.nan, 10.0]), (0.1, 0.5)) == pytest.approx((1.0, 5.0))
    assert np.isnan(quantile_band(np.array([np.nan]))).all()
