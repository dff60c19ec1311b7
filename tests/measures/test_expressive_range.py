import numpy as np
import pytest

from makar.measures.expressive_range import expressive_range

UNIT = (0.0, 1.0)


def test_bins_by_hand():
    x = np.array([0.1, 0.1, 0.6, 1.0, 1.5, np.nan, 0.3])
    y = np.array([0.1, 0.2, 0.9, 1.0, 0.5, 0.5, np.nan])
    found = expressive_range(x, y, x_range=UNIT, y_range=UNIT, bins=2)
    assert found.counts.tolist() == [[2, 0], [0, 2]]
    assert found.coverage == 0.5
    assert (found.outside, found.unknown) == (1, 2)


def test_a_wider_generator_covers_more_and_shares_what_it_reaches():
    rng = np.random.default_rng(0)
    wide = expressive_range(rng.random(4000), rng.random(4000), x_range=UNIT, y_range=UNIT)
    narrow = expressive_range(
        rng.random(4000) / 4, rng.random(4000) / 4, x_range=UNIT, y_range=UNIT
    )
    assert wide.coverage == 1
    assert narrow.coverage == pytest.approx(1 / 16)
    assert wide.shared(narrow) == 1
    assert narrow.shared(wide) == pytest.approx(1 / 16)


def test_other_bins_do_not_compare():
    one = expressive_range(np.zeros(3), np.zeros(3), x_range=UNIT, y_range=UNIT)
    other = expressive_range(np.zeros(3), np.zeros(3), x_range=UNIT, y_range=(0, 2))
    with pytest.raises(ValueError, match="same bins"):
        one.shared(other)
    nobody = expressive_range(np.zeros(0), np.zeros(0), x_range=UNIT, y_range=UNIT)
    assert np.isnan(one.shared(nobody))
    with pytest.raises(ValueError, match="low to high"):
        expressive_range(np.zeros(3), np.zeros(3), x_range=(1, 1), y_range=UNIT)
