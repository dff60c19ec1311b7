"""A picture split into inks, judged by SciPy's bounded least squares."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from makar.core.errors import ConfigError
from makar.domains.images.plotter.inks import LUMINANCE, shares
from makar.domains.images.plotter.pens import parse_pens


def test_one_black_pen_is_luminance():
    light = np.random.default_rng(0).random((5, 7, 3))
    expected = 1 - light @ LUMINANCE
    np.testing.assert_allclose(shares(light, parse_pens("black:.3"))[0], expected, atol=1e-4)


def test_shares_are_the_nearest_that_inks_can_come():
    light = np.random.default_rng(1).random((6, 6, 3))
    pens = parse_pens("black:.3,red:.3,#0088ff:.3,yellow:.3")
    root = np.sqrt(LUMINANCE)
    taken = np.array([(1 - np.array(pen.colour)) * root for pen in pens])
    found = shares(light, pens)
    for row, column in np.ndindex(6, 6):
        wanted = (1 - light[row, column]) * root
        best = lsq_linear(taken.T, wanted, (0, 1), tol=1e-12).x
        if best.sum() > 1:  # more than the paper holds: cut down alike
            best /= best.sum()
        ours, theirs = found[:, row, column] @ taken, best @ taken
        assert np.linalg.norm(ours - wanted) <= np.linalg.norm(theirs - wanted) + 5e-3


def test_each_ink_takes_its_own_colour_and_white_takes_none():
    light = np.array([[(1.0, 0, 0), (0, 0, 0), (1, 1, 1), (0.5, 0.5, 0.5)]])
    black, red = shares(light, parse_pens("black:.3,red:.5"))[:, 0]
    np.testing.assert_allclose(red, [1, 0, 0, 0], atol=0.01)
    np.testing.assert_allclose(black, [0, 1, 0, 0.5], atol=0.01)


def test_inks_never_cover_more_than_the_paper():
    light = np.random.default_rng(2).random((9, 9, 3)) * 0.3
    assert shares(light, parse_pens("red:.3,green:.3,blue:.3,black:.3")).sum(0).max() <= 1 + 1e-9


def test_an_ink_like_the_paper_is_refused():
    with pytest.raises(ConfigError, match="would not be seen"):
        shares(np.ones((1, 1, 3)), parse_pens("black:.3,white:.3"))
