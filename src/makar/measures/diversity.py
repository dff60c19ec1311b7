"""Does a generator say many things, or one thing many times?

Sets are compared only at equal numbers of works of equal length: the larger the set, the less of
it can be distinct.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from makar.measures.novelty import ngram_hashes


def distinct_share(
    keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"], *, n: int
) -> float:
    """distinct-n: different runs of ``n`` keys over all runs in the set (Li et al. 2016).

    NaN where no work is long enough.
    """
    hashes, counts = ngram_hashes(keys, lengths, n)
    runs = hashes[np.arange(hashes.shape[1]) < counts[:, None]]
    return len(np.unique(runs)) / len(runs) if len(runs) else float("nan")


def shares_of_distinct(
    keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"], *, n: int
) -> Float[np.ndarray, " B"]:
    """What each work adds to distinct-n: the mean of 1 / (times its run occurs in the set).

    A run that occurs c times in the set is one distinct run, shared by c occurrences; so these
    shares, weighted by the works' numbers of runs, add up to ``distinct_share`` exactly. NaN for
    a work that is too short.
    """
    hashes, counts = ngram_hashes(keys, lengths, n)
    inside = np.arange(hashes.shape[1]) < counts[:, None]
    _, number, times = np.unique(hashes[inside], return_inverse=True, return_counts=True)
    work = np.broadcast_to(np.arange(len(hashes))[:, None], hashes.shape)[inside]
    share = np.bincount(work, weights=1 / times[number], minlength=len(hashes))
    return np.where(counts > 0, share / np.maximum(counts, 1), np.nan)


def overlap_with_others(
    keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"], *, n: int
) -> Float[np.ndarray, " B"]:
    """Share of each work's runs of ``n`` keys that some *other* work of the set has too.

    The mean over works is the self-overlap of the set, 0 where all works differ and 1 where
    each is made of what the others say. NaN for a work that is too short.
    """
    hashes, counts = ngram_hashes(keys, lengths, n)
    inside = np.arange(hashes.shape[1]) < counts[:, None]
    work = np.broadcast_to(np.arange(len(hashes))[:, None], hashes.shape)[inside]
    kinds, number = np.unique(hashes[inside], return_inverse=True)
    once_per_work = np.unique(np.stack([number, work]), axis=1) if len(work) else np.zeros((2, 0))
    works_with = np.bincount(once_per_work[0].astype(np.int64), minlength=len(kinds))
    shared = np.bincount(work, weights=works_with[number] > 1, minlength=len(hashes))
    return np.where(counts > 0, shared / np.maximum(counts, 1), np.nan)


def duplicate_share(keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"]) -> float:
    """Share of works that repeat an earlier work of the set key for key; NaN for no works."""
    rows = {
        np.ascontiguousarray(row[:length]).tobytes()
        for row, length in zip(np.asarray(keys, np.int64), lengths, strict=True)
    }
    return 1 - len(rows) / len(keys) if len(keys) else float("nan")
