"""Transforms against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.core.transforms import AtLeast, AtMost, Band, Ramp, Transform, Unchanged

ALL = [Band(2, 4, 1), Ramp(0, 10), Ramp(12, 4), AtMost(3), AtLeast(3), Unchanged()]


def scores(transform: Transform, *raw: float) -> list[float]:
    return transform(np.array(raw, dtype=float)).tolist()


def test_band() -> None:
    # full inside; half one `soft` outside; 1/(1+9) three outside
    assert scores(Band(2, 4, 1), 2, 3, 4, 1, 5, 7) == [1, 1, 1, 0.5, 0.5, 0.1]
    assert scores(Band(2, 4, 0.5), 1.5, 5) == [0.5, 0.2]


def test_ramp_both_ways() -> None:
    assert scores(Ramp(0, 10), -5, 0, 2.5, 10, 11) == [0, 0, 0.25, 1, 1]
    assert scores(Ramp(12, 4), 13, 12, 10, 4, 0) == [0, 0, 0.25, 1, 1]


def test_limits_include_themselves() -> None:
    assert scores(AtMost(3), 2, 3, 3.0001) == [1, 1, 0]
    assert scores(AtLeast(3), 2.9999, 3, 4) == [0, 1, 1]


def test_unchanged_clips() -> None:
    assert scores(Unchanged(), -1, 0.3, 2) == [0, 0.3, 1]


@pytest.mark.parametrize("transform", ALL, ids=str)
def test_keeps_nan_and_empty_batches(transform: Transform) -> None:
    assert np.isnan(transform(np.array([np.nan]))).all()
    assert transform(np.zeros(0)).shape == (0,)
    assert isinstance(transform, Transform)


@pytest.mark.parametrize("transform", ALL, ids=str)
@given(raw=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=9))
def test_scores_lie_between_0_and_1(transform: Transform, raw: list[float]) -> None:
    value = transform(np.array(raw))
    assert value.min() >= 0
    assert value.max() <= 1


@pytest.mark.parametrize(
    ("transform", "sign"),
    [(Ramp(0, 10), 1), (Ramp(12, 4), -1), (AtMost(3), -1), (AtLeast(3), 1), (Unchanged(), 1)],
    ids=str,
)
@given(raw=st.lists(st.floats(-100, 100), min_size=2, max_size=9))
def test_each_has_one_direction(transform: Transform, sign: int, raw: list[float]) -> None:
    assert (np.diff(transform(np.sort(raw))) * sign >= 0).all()


@given(far=st.floats(0.01, 50), further=st.floats(0.01, 50))
def test_a_band_falls_off_on_both_sides_and_never_goes_flat(far: float, further: float) -> None:
    band = Band(-1, 1, 2)
    for side in (-1, 1):
        near, away = scores(band, side * (1 + far), side * (1 + far + further))
        assert 1 > near > away > 0


def test_refuses_nonsense() -> None:
    with pytest.raises(ValueError, match="low <= high"):
        Band(4, 2, 1)
    with pytest.raises(ValueError, match="soft > 0"):
        Band(2, 4, 0)
    with pytest.raises(ValueError, match="two different ends"):
        Ramp(1, 1)


def test_each_says_what_it_does() -> None:
    assert str(Band(2, 4, 1)) == "band 2 to 4, half at 1 beyond"
    assert str(Ramp(12, 4)) == "less is better, 12 to 4"
    assert str(Ramp(4, 12)) == "more is better, 4 to 12"
    assert str(AtMost(3)) == "at most 3"
    assert str(AtLeast(3)) == "at least 3"
