"""What is new: short runs (n-grams) of integer keys, and which of them a corpus already has.

Works are rows of integers with a length each: notes as interval-and-duration keys, tiles, words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Int, UInt64
from numba import njit

_SEED, _MIX, _FINISH = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


def ngram_hashes(
    keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"], n: int
) -> tuple[UInt64[np.ndarray, "B M"], Int[np.ndarray, " B"]]:
    """A 64-bit hash of every run of ``n`` keys.

    Two different runs share a hash with chance 2⁻⁶⁴: among a million runs, 3·10⁻⁸ in all. Where
    that must be ruled out, compare the keys themselves (``copies``).

    Args:
        keys: One row of integers per work; what lies beyond its length is ignored.
        lengths: Keys in each work.
        n: Length of a run.

    Returns:
        Hashes, 0 beyond the end, with ``M = max(N - n + 1, 0)``; and how many each work has.
    """
    if n < 1:
        raise ValueError(f"a run has at least one key, got n = {n}")
    keys = np.ascontiguousarray(keys, np.int64)
    counts = np.maximum(np.asarray(lengths, np.int64) - n + 1, 0)
    return _hash_runs(keys, counts, n, max(keys.shape[1] - n + 1, 0)), counts


def first_run(
    keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"], n: int
) -> Int[np.ndarray, " B"]:
    """The first ``n`` keys of each work as one number; 0 where it has fewer."""
    hashes, found = ngram_hashes(keys[:, :n], np.minimum(lengths, n), n)
    return np.where(found > 0, hashes[:, :1].sum(1), 0).astype(np.int64)


@njit(cache=True)
@no_type_check
def _hash_runs(keys: np.ndarray, counts: np.ndarray, n: int, width: int) -> np.ndarray:
    """Each key is mixed in by the splitmix64 finaliser (Steele et al. 2014)."""
    hashes = np.zeros((keys.shape[0], width), np.uint64)
    for b in range(keys.shape[0]):
        for i in range(counts[b]):
            h = np.uint64(n)
            for j in range(n):
                h = (h ^ np.uint64(keys[b, i + j])) + _SEED
                h = (h ^ (h >> np.uint64(30))) * _MIX
                h = (h ^ (h >> np.uint64(27))) * _FINISH
                h = h ^ (h >> np.uint64(31))
            hashes[b, i] = h
    return hashes


@dataclass(frozen=True)
class NgramSet:
    """The runs of ``n`` keys that a corpus has, for asking how much of a work is new.

    Attributes:
        n: Length of a run.
        hashes: Sorted, each once.
    """

    n: int
    hashes: UInt64[np.ndarray, " G"]

    @classmethod
    def of(
        cls, keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"], *, n: int
    ) -> NgramSet:
        """The set of all runs in the works."""
        hashes, counts = ngram_hashes(keys, lengths, n)
        return cls(n, np.unique(hashes[_inside(hashes, counts)]))

    def __len__(self) -> int:
        return len(self.hashes)

    def union(self, others: Iterable[NgramSet]) -> NgramSet:
        """All runs of this set and the others, which must be of the same ``n``."""
        sets = [self, *others]
        if any(s.n != self.n for s in sets):
            raise ValueError("sets of runs of different lengths cannot be joined")
        return NgramSet(self.n, np.unique(np.concatenate([s.hashes for s in sets])))

    def known(
        self, keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"]
    ) -> tuple[np.ndarray, Int[np.ndarray, " B"]]:
        """``(B, M)`` True at each run that the set has, and the count of runs ``(B,)``."""
        hashes, counts = ngram_hashes(keys, lengths, self.n)
        if not len(self.hashes):
            return np.zeros(hashes.shape, bool), counts
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return (self.hashes[at] == hashes) & _inside(hashes, counts), counts

    def share_new(self, keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"]) -> np.ndarray:
        """``(B,)`` share of a work's runs that the set does not have; NaN without any run."""
        known, counts = self.known(keys, lengths)
        return np.where(counts > 0, 1 - known.sum(1) / np.maximum(counts, 1), np.nan)


def _inside(hashes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.arange(hashes.shape[1]) < counts[:, None]
