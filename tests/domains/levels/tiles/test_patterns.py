from collections import Counter

import numpy as np
import pytest

from makar.domains.levels.tiles.patterns import (
    SIZES,
    Blocks,
    consecutive_divergence,
    divergence_from,
    kullback_leibler,
    pairwise_divergence,
)

# 2 by 2 blocks of a 2 by 4 map: its three pairs of neighbouring columns
PLAIN = [[0, 0, 0, 0], [1, 1, 1, 1]]  # one kind three times
STEP = [[0, 0, 1, 1], [1, 1, 1, 1]]  # that kind, a step, and a wall
WALL = [[1, 1, 1, 1], [1, 1, 1, 1]]


def levels(*maps):
    return np.array(maps, np.uint8)


def blocks_of(tiles, size):
    H, W = tiles.shape
    return Counter(
        tiles[y : y + size, x : x + size].tobytes()
        for y in range(H - size + 1)
        for x in range(W - size + 1)
    )


def jensen_shannon(first, second):
    """The definition, over dictionaries."""
    answer = 0.0
    for kind in first | second:
        p, q = first[kind] / first.total(), second[kind] / second.total()
        for share in (p, q):
            if share:
                answer += share * np.log2(share / ((p + q) / 2)) / 2
    return answer


def test_divergence_by_hand():
    found = divergence_from(
        levels(PLAIN, STEP, WALL), (Blocks.together(levels(PLAIN), 2),), sizes=(2,)
    )
    # STEP: a third each, PLAIN has all of the first: m = 2/3, 1/6, 1/6
    step = (np.log2(1.5) + np.log2(0.5) / 3 + 2 * np.log2(2) / 3) / 2
    np.testing.assert_allclose(found, [0, step, 1], atol=1e-12)


def test_divergences_are_the_definitions_on_random_levels():
    rng = np.random.default_rng(0)
    tiles = rng.choice(3, (6, 7, 9), p=[0.7, 0.2, 0.1]).astype(np.uint8)
    by_size = [[blocks_of(level, n) for level in tiles] for n in SIZES]
    apart = np.mean(
        [[[jensen_shannon(a, b) for b in level] for a in level] for level in by_size], axis=0
    )
    np.testing.assert_allclose(pairwise_divergence(tiles), apart.sum(1) / 5)
    np.testing.assert_allclose(
        consecutive_divergence(tiles, back=2),
        [jensen_shannon(by_size[0][i], by_size[0][i - 2]) for i in range(2, 6)],
    )
    corpus = tuple(Blocks.together(tiles[:4], n) for n in SIZES)
    pooled = [sum(blocks[:4], Counter()) for blocks in by_size]
    expected = [
        np.mean([jensen_shannon(by_size[s][b], pooled[s]) for s in range(3)]) for b in range(6)
    ]
    np.testing.assert_allclose(divergence_from(tiles, corpus), expected)


def test_each_is_compared_with_its_company():
    rng = np.random.default_rng(1)
    tiles = rng.integers(0, 2, (8, 5, 6)).astype(np.uint8)
    blocks = [blocks_of(level, 3) for level in tiles]
    expected = [
        np.mean([jensen_shannon(blocks[b], blocks[c]) for c in (0, 2, 5) if c != b])
        for b in range(8)
    ]
    np.testing.assert_allclose(pairwise_divergence(tiles, (3,), company=3), expected)
    np.testing.assert_allclose(pairwise_divergence(tiles, company=100), pairwise_divergence(tiles))


def test_kullback_leibler_by_hand():
    e = 1e-7
    # blocks of the level 1, 1, 1 of three; of the corpus 3 of three, and lacking the others
    p = np.array([(1 + e), (1 + e), (1 + e)]) / ((3 + e) * (1 + e))
    q = np.array([(3 + e), e, e]) / ((3 + e) * (1 + e))
    forth, back = (p * np.log(p / q)).sum(), (q * np.log(q / p)).sum()
    corpus = (Blocks.together(levels(PLAIN), 2),)
    for weight in (0.5, 1.0, 0.2):
        found = kullback_leibler(levels(STEP, PLAIN), corpus, (2,), weight=weight)
        np.testing.assert_allclose(found, [weight * forth + (1 - weight) * back, 0], atol=1e-12)


def test_nothing_to_compare_is_not_judged():
    assert np.isnan(pairwise_divergence(levels(PLAIN))).all()
    assert pairwise_divergence(np.zeros((0, 2, 4), np.uint8)).shape == (0,)
    assert np.isnan(pairwise_divergence(levels(PLAIN, STEP))).all()  # no 3 by 3 block in two rows
    assert pairwise_divergence(levels(PLAIN, STEP), (2,)) == pytest.approx([0.459, 0.459], abs=1e-3)


def test_tiles_are_told_apart_by_place_and_number():
    rng = np.random.default_rng(2)
    kinds = np.unique(rng.integers(0, 255, (5000, 9)), axis=0).astype(np.uint8)
    blocks = Blocks.of(kinds.reshape(-1, 3, 3), 3)
    assert len(np.unique(blocks.kinds)) == len(kinds)
