"""Randomness by what is drawn, never by when."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from makar.core.seeds import Seeds


def test_a_row_is_the_same_whatever_the_batch() -> None:
    whole = Seeds(3, 5).uniforms(8, 16)
    assert np.array_equal(Seeds(3, 5).uniforms(3, 16), whole[:3])
    assert np.array_equal(Seeds(3, 5, first=4).uniforms(4, 16), whole[4:])
    assert np.array_equal(Seeds(3, 5).shifted(2).shifted(3).uniforms(1, 16), whole[5:6])
    assert np.array_equal(Seeds(3, 5).uniforms(8, 4), whole[:, :4])
    normals = Seeds(3, 5).normals(6, 4)
    assert np.array_equal(Seeds(3, 5, first=5).normals(1, 4), normals[5:])


def test_no_two_streams_share_a_number() -> None:
    """Run, iteration, work, stream and branch: each apart, and none a shifted copy."""
    sources = {
        "plain": Seeds(1, 2).generator(3, 4),
        "run": Seeds(2, 2).generator(3, 4),
        "run and iteration swapped": Seeds(2, 1).generator(3, 4),
        "iteration": Seeds(1, 3).generator(3, 4),
        "work": Seeds(1, 2).generator(4, 4),
        "stream": Seeds(1, 2).generator(3, 5),
        "work and stream swapped": Seeds(1, 2).generator(4, 3),
        "branch": Seeds(1, 2).branched(1).generator(3, 4),
    }
    draws = {name: set(g.random(20_000).tolist()) for name, g in sources.items()}
    for (a, first), (b, second) in combinations(draws.items(), 2):
        assert not first & second, (a, b)


def test_uniforms_are_uniform() -> None:
    u = Seeds(0).uniforms(200, 100)
    assert u.min() >= 0
    assert u.max() < 1
    assert abs(u.mean() - 0.5) < 4 / np.sqrt(12 * u.size)
    rows = np.corrcoef(u)[np.triu_indices(200, 1)]
    assert abs(rows).max() < 5 / np.sqrt(100)
    n = Seeds(0).normals(200, 100)
    assert abs(n.mean()) < 4 / np.sqrt(n.size)
    assert abs(n.std() - 1) < 0.03


def test_nothing_asked_nothing_drawn() -> None:
    assert Seeds(0).uniforms(0, 7).shape == (0, 7)
    assert Seeds(0).normals(0, 7).shape == (0, 7)
    assert Seeds(0).uniforms(2, 0).shape == (2, 0)


@pytest.mark.parametrize("seed", [0, 2**53, 2**63, 2**64 - 2])
def test_large_seeds_keep_their_last_bit(seed: int) -> None:
    one, next_one = Seeds(seed).uniforms(1, 4), Seeds(seed + 1).uniforms(1, 4)
    assert not np.array_equal(one, next_one)
    late, later = Seeds(1, seed).uniforms(1, 4), Seeds(1, seed + 1).uniforms(1, 4)
    assert not np.array_equal(late, later)
