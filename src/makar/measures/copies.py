"""The longest run of keys that a work shares with a corpus: exact, whatever its length.

A suffix array of the corpus (Manber & Myers 1993) holds every position of every source in the
order of what follows it. The best match of a place in a work is then next to where that place
would be sorted in, found by bisection: at most (length of the work)² · log₂(size of the corpus)
comparisons per work, also where a corpus or a work is one key over and over.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, no_type_check

import numpy as np
from jaxtyping import Int
from numba import njit

_END, _UNKNOWN = -1, -2


class SharedRuns(NamedTuple):
    """The longest shared run of each work; the first such run in the work.

    Attributes:
        length: ``(B,)`` keys in the run; 0 where nothing is shared.
        source: ``(B,)`` row of the corpus it is found in, -1 for none.
        start: ``(B,)`` first key of the run in the work.
        source_start: ``(B,)`` first key of the run in the source.
    """

    length: Int[np.ndarray, " B"]
    source: Int[np.ndarray, " B"]
    start: Int[np.ndarray, " B"]
    source_start: Int[np.ndarray, " B"]


@dataclass(frozen=True)
class RunIndex:
    """A corpus of key sequences, indexed for the longest run it shares with a work.

    Attributes:
        alphabet: Sorted, every key that the corpus has.
        text: All sources as positions in the alphabet, each followed by -1.
        offsets: ``(sources + 1,)`` where each source begins in ``text``.
    """

    alphabet: Int[np.ndarray, " K"]
    text: Int[np.ndarray, " L"]
    offsets: Int[np.ndarray, " R"]

    @classmethod
    def of(cls, keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"]) -> RunIndex:
        """Index the rows of ``keys``, each up to its length."""
        lengths = np.asarray(lengths, np.int64)
        offsets = np.r_[0, np.cumsum(lengths + 1)]
        text = np.full(offsets[-1], _END, np.int64)
        inside = np.ones(len(text), bool)
        inside[offsets[1:] - 1] = False
        flat = np.asarray(keys, np.int64)[np.arange(keys.shape[1]) < lengths[:, None]]
        alphabet, numbers = np.unique(flat, return_inverse=True)
        text[inside] = numbers
        return cls(alphabet, text, offsets)

    @cached_property
    def order(self) -> Int[np.ndarray, " L"]:
        """The suffix array: positions of ``text`` sorted by what follows them in their source."""
        return _suffix_array(self.text, self.offsets)

    @cached_property
    def beginnings(self) -> Int[np.ndarray, " E"]:
        """Where in ``order`` the suffixes that begin with key 0, 1, 2 … start, and the end."""
        return np.searchsorted(self.text[self.order], np.arange(len(self.alphabet) + 1))

    def longest_runs(
        self, keys: Int[np.ndarray, "B N"], lengths: Int[np.ndarray, " B"]
    ) -> SharedRuns:
        """The longest run of keys that each work shares with any source."""
        lengths = np.asarray(lengths, np.int64)
        length, start, found = _search(
            self._numbers(np.asarray(keys, np.int64)),
            lengths,
            self.text,
            self.order,
            self.beginnings,
        )
        source = np.searchsorted(self.offsets, found, side="right") - 1
        shared = length > 0
        return SharedRuns(
            length,
            np.where(shared, source, -1),
            start,
            np.where(shared, found - self.offsets[source], 0),
        )

    def _numbers(self, keys: np.ndarray) -> np.ndarray:
        """Keys as positions in the alphabet; what the corpus does not have matches nothing."""
        if not len(self.alphabet):
            return np.full(keys.shape, _UNKNOWN, np.int64)
        at = np.minimum(np.searchsorted(self.alphabet, keys), len(self.alphabet) - 1)
        return np.where(self.alphabet[at] == keys, at, _UNKNOWN)


def _suffix_array(text: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Prefix doubling: sorted by 1 key, then by 2, 4, 8 … until a doubling tells nothing new.

    Past a source's end everything ranks 0, so that a shorter suffix comes first and nothing is
    compared across sources.
    """
    rank = text + 1
    size = len(text)
    end = np.repeat(offsets[1:] - 1, np.diff(offsets))  # each position's end of source
    position = np.arange(size)
    order = np.argsort(rank, kind="stable")
    depth, kinds = 1, 0
    while len(text):
        ahead = position + depth
        following = np.where(ahead <= end, rank[np.minimum(ahead, size - 1)], 0)
        pair = rank * (size + 1) + following
        order = np.argsort(pair, kind="stable")
        step = np.r_[0, np.diff(pair[order]) > 0]
        rank = np.empty(size, np.int64)
        rank[order] = np.cumsum(step)
        depth *= 2
        if rank[order[-1]] == kinds:
            break
        kinds = rank[order[-1]]
    return order


@njit(cache=True)
@no_type_check
def _shared(work: np.ndarray, at: int, end: int, text: np.ndarray, source: int) -> int:
    """Number of equal keys from ``work[at]`` and ``text[source]`` on."""
    n = 0
    while at + n < end and work[at + n] == text[source + n]:
        n += 1
    return n


@njit(cache=True)
@no_type_check
def _search(
    works: np.ndarray,
    lengths: np.ndarray,
    text: np.ndarray,
    order: np.ndarray,
    beginnings: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Length, start in the work and position in ``text`` of each work's longest shared run."""
    B = len(lengths)
    best, start, found = np.zeros(B, np.int64), np.zeros(B, np.int64), np.zeros(B, np.int64)
    for b in range(B):
        for at in range(lengths[b]):
            if lengths[b] - at <= best[b]:
                break
            key = works[b, at]
            if key < 0:
                continue
            low, high = beginnings[key], beginnings[key + 1]
            while low < high:
                middle = (low + high) // 2
                source = order[middle]
                n = _shared(works[b], at, lengths[b], text, source)
                if n > best[b]:
                    best[b], start[b], found[b] = n, at, source
                if at + n == lengths[b]:
                    break
                if text[source + n] < works[b, at + n]:
                    low = middle + 1
                else:
                    high = middle
    return best, start, found
