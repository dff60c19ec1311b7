import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.measures.copies import RunIndex

WORKS = st.lists(st.lists(st.integers(0, 2), max_size=12), min_size=1, max_size=5)


def columns(works):
    keys = np.full((len(works), max((len(w) for w in works), default=0)), 9, np.int64)
    for b, work in enumerate(works):
        keys[b, : len(work)] = work
    return keys, np.array([len(w) for w in works], np.int64)


def longest_by_hand(work, corpus):
    """Every run of the work in every source, the plain way."""
    best = 0
    for i in range(len(work)):
        for j in range(i + 1, len(work) + 1):
            run = work[i:j]
            for source in corpus:
                inside = any(source[k : k + len(run)] == run for k in range(len(source)))
                best = max(best, len(run)) if inside else best
    return best


@settings(max_examples=300, deadline=None)
@given(WORKS, WORKS)
def test_longest_run_is_exact_and_where_it_says(corpus, works):
    found = RunIndex.of(*columns(corpus)).longest_runs(*columns(works))
    for b, work in enumerate(works):
        length, source = int(found.length[b]), int(found.source[b])
        assert length == longest_by_hand(work, corpus)
        if length:
            start, at = int(found.start[b]), int(found.source_start[b])
            assert work[start : start + length] == corpus[source][at : at + length]
        else:
            assert source == -1


def test_runs_never_cross_from_one_source_to_the_next():
    index = RunIndex.of(*columns([[1, 2, 3], [4, 5, 6]]))
    found = index.longest_runs(*columns([[2, 3, 4, 5, 6, 1]]))
    assert (found.length[0], found.source[0], found.start[0], found.source_start[0]) == (3, 1, 2, 0)


def test_a_key_the_corpus_lacks_breaks_a_run():
    index = RunIndex.of(*columns([[1, 2, 3, 4]]))
    assert index.longest_runs(*columns([[1, 2, 77, 3, 4, -5]])).length.tolist() == [2]


def test_an_empty_corpus_shares_nothing():
    index = RunIndex.of(np.zeros((0, 0), np.int64), np.zeros(0, np.int64))
    assert index.longest_runs(*columns([[1, 2]])).length.tolist() == [0]


def test_one_key_over_and_over_is_bounded_work():
    # 200 sources of the same 500 keys: bisection, not a walk through 10^5 equal places each
    same = np.zeros((200, 500), np.int64)
    lengths = np.full(200, 500)
    found = RunIndex.of(same, lengths).longest_runs(np.zeros((8, 480), np.int64), np.full(8, 480))
    assert found.length.tolist() == [480] * 8
