import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.measures.diversity import distinct_share, duplicate_share, overlap_with_others
from makar.measures.novelty import NgramSet, ngram_hashes

WORKS = st.lists(st.lists(st.integers(-2, 3), max_size=9), min_size=1, max_size=5)


def columns(works):
    keys = np.full((len(works), max((len(w) for w in works), default=0)), 7, np.int64)
    for b, work in enumerate(works):
        keys[b, : len(work)] = work
    return keys, np.array([len(w) for w in works], np.int64)


def runs(work, n):
    return [tuple(work[i : i + n]) for i in range(len(work) - n + 1)]


@settings(deadline=None)
@given(WORKS, st.integers(1, 4))
def test_equal_hashes_are_equal_runs(works, n):
    hashes, counts = ngram_hashes(*columns(works), n)
    pairs = [
        (int(hashes[b, i]), run)
        for b, work in enumerate(works)
        for i, run in enumerate(runs(work, n))
    ]
    assert counts.tolist() == [len(runs(work, n)) for work in works]
    assert len({h for h, _ in pairs}) == len({r for _, r in pairs}) == len(set(pairs))


@settings(deadline=None)
@given(WORKS, WORKS, st.integers(1, 4))
def test_share_new_by_python_sets(corpus, works, n):
    known = {run for work in corpus for run in runs(work, n)}
    found = NgramSet.of(*columns(corpus), n=n).share_new(*columns(works))
    for work, share in zip(works, found, strict=True):
        expected = [run not in known for run in runs(work, n)]
        assert share == pytest.approx(np.mean(expected)) if expected else np.isnan(share)


def test_union_knows_both():
    one, two = (NgramSet.of(*columns([w]), n=2) for w in ([1, 2, 3], [3, 4]))
    both = one.union([two])
    assert len(both) == 3
    assert both.share_new(*columns([[2, 3, 4, 5]])) == pytest.approx([1 / 3])
    with pytest.raises(ValueError, match="different lengths"):
        one.union([NgramSet.of(*columns([[1]]), n=1)])
    with pytest.raises(ValueError, match="at least one"):
        ngram_hashes(*columns([[1]]), 0)


def test_distinct_share_by_hand():
    # pairs: 12 21 12 | 12 → two kinds of four
    assert distinct_share(*columns([[1, 2, 1, 2], [1, 2]]), n=2) == 0.5
    assert np.isnan(distinct_share(*columns([[1]]), n=2))


def test_overlap_by_hand():
    works = columns([[1, 2, 3], [2, 3, 9], [5, 5, 5], [1]])
    # 12 23 | 23 39 | 55 55 (its own repeat is no overlap) | too short
    assert overlap_with_others(*works, n=2) == pytest.approx([0.5, 0.5, 0.0, np.nan], nan_ok=True)


def test_duplicates_by_hand():
    assert duplicate_share(*columns([[1, 2], [1, 2], [1, 2, 3], [1]])) == 0.25
    assert duplicate_share(*columns([[1], [2]])) == 0.0
