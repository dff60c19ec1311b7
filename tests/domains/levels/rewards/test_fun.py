import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.rewards.fun import fun
from makar.domains.levels.tiles.patterns import pairwise_divergence


def parts(*shares):
    """A level of 28-column parts, each with its share of blocks on the ground, drawn alike."""
    rng = np.random.default_rng(0)
    tiles = np.zeros((14, 28 * len(shares)), np.uint8)
    tiles[-2:] = 1
    for i, share in enumerate(shares):
        tiles[:12, i * 28 : (i + 1) * 28][rng.random((12, 28)) < share] = 2
    return tiles


def test_fun_by_hand():
    level = parts(0.02, 0.05, 0.08)
    first, second, third = level[:, :28], level[:, 28:56], level[:, 56:]

    def apart(a, b):
        return pairwise_divergence(np.stack([a, b]), (2,))[0]

    def near(divergence, weight):
        return min(weight, 1 - abs(divergence - 0.1) / 0.1)

    of_second = near(apart(second, first), 0.75) / 0.75
    of_third = (near(apart(third, second), 0.75) + near(apart(third, first), 0.5)) / 1.25
    found = fun(level[None], MARIO)
    assert found == pytest.approx([(of_second + of_third) / 2])


def test_a_little_new_is_more_fun_than_nothing_new_or_all():
    flat = parts(0, 0, 0, 0)
    fresh, wild = parts(0.02, 0.02, 0.02, 0.02), parts(0, 0.9, 0, 0.9)
    nothing, little, everything = fun(np.stack([flat, fresh, wild]), MARIO)
    assert nothing == pytest.approx(0)
    assert little > max(nothing, everything)


def test_one_screen_has_nothing_to_follow():
    assert np.isnan(fun(parts(0.1)[None], MARIO)).all()
