"""Which tunes are the same tune: exact duplicates, variants, and the split that respects both.

Collections copy each other. A tune whose variant was learned from must not serve as held out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from jaxtyping import Int
from numba import njit

from makar.domains.music.corpus.columns import Columns

Side = Literal["train", "valid", "heldout"]
SIDES: tuple[Side, ...] = ("train", "valid", "heldout")
_SHARES = (80, 10, 10)
GRAM = 8
"""Steps from note to note in one n-gram."""
SAME_TUNE = 0.7
"""Share of the smaller tune's n-grams from which on two tunes are variants of each other."""
COMMON = 60
"""An n-gram that more tunes than this have (a scale, a repeated note) tells nothing."""


@dataclass(frozen=True)
class Groups:
    """The outcome for ``n`` tunes.

    Attributes:
        group: ``(n,)`` tunes with the same number are variants of one tune.
        first: ``(n,)`` the first tune with exactly this melody: the tune itself, if it is new.
        side: ``(n,)`` number in ``SIDES``; the same for a whole group.
    """

    group: Int[np.ndarray, " n"]
    first: Int[np.ndarray, " n"]
    side: Int[np.ndarray, " n"]


def melody_steps(columns: Columns) -> tuple[Int[np.ndarray, " S"], Int[np.ndarray, " n_plus_1"]]:
    """Every step from one melody note to the next as one number, and where each tune's begin.

    A step is the interval in semitones and the ratio of the two times between onsets: equal
    for a tune transposed, or written in doubled note values.
    """
    melody, first = columns.melody.astype(np.int64), columns.first("melody")
    inside = np.diff(melody[:, 0]) == 0
    interval = np.clip(np.diff(melody[:, 3]), -60, 60) + 64
    gap = np.maximum(np.diff(melody[:, 1]), 1)
    gap = np.where(inside, gap, 1)
    ratio = np.ones(len(gap), np.int64) * 16
    both = inside[1:] & inside[:-1]
    ratio[1:][both] = np.clip(np.rint(16 * gap[1:][both] / gap[:-1][both]), 0, 1023).astype(int)
    steps = (interval * 1024 + ratio)[inside]
    counts = np.maximum(np.diff(first) - 1, 0)
    return steps, np.r_[0, np.cumsum(counts)]


def find_groups(columns: Columns) -> Groups:
    """Group duplicates and variants, and give each group to one side of the split.

    Two tunes are variants when they share ``SAME_TUNE`` of the smaller one's distinct n-grams
    of ``GRAM`` steps. The side depends on the group's melodies alone, not on order or number.
    """
    steps, first_step = melody_steps(columns)
    digests = [
        hashlib.blake2b(steps[a:b].tobytes(), digest_size=16).digest()
        for a, b in pairwise(first_step)
    ]
    known: dict[bytes, int] = {}
    first = np.array([known.setdefault(d, n) for n, d in enumerate(digests)], np.int64)
    grams, owner = _grams(steps, first_step)
    parent = _unite(first.copy(), _variants(grams, owner, len(columns)))
    smallest: dict[int, bytes] = {}
    for root, digest in zip(parent, digests, strict=True):
        smallest[int(root)] = min(smallest.get(int(root), digest), digest)
    sides = {root: _side(digest) for root, digest in smallest.items()}
    _, group = np.unique(parent, return_inverse=True)
    side = np.array([sides[int(root)] for root in parent], np.int64)
    return Groups(group.astype(np.int64), first, side)


def _side(digest: bytes) -> int:
    draw = int.from_bytes(hashlib.blake2b(digest, digest_size=8).digest()) % sum(_SHARES)
    return int(np.searchsorted(np.cumsum(_SHARES), draw, side="right"))


def _grams(
    steps: Int[np.ndarray, " S"], first_step: Int[np.ndarray, " n_plus_1"]
) -> tuple[np.ndarray, np.ndarray]:
    """Distinct (n-gram, tune) pairs, sorted by n-gram; a tune shorter than one has none."""
    if len(steps) < GRAM:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    total = len(steps) - GRAM + 1
    code = np.zeros(total, np.uint64)
    for k in range(GRAM):  # a polynomial hash; wrapping around is meant
        code = code * np.uint64(0x9E3779B97F4A7C15) + steps[k : k + total].astype(np.uint64)
        code ^= code >> np.uint64(29)
    owner = np.searchsorted(first_step, np.arange(total), side="right") - 1
    within = np.arange(total) + GRAM <= first_step[owner + 1]
    pairs = np.unique(
        np.rec.fromarrays([code[within], owner[within]], names="gram,tune")  # type: ignore[call-overload]
    )
    return pairs["gram"], pairs["tune"].astype(np.int64)


def _variants(grams: np.ndarray, owner: np.ndarray, tunes: int) -> Int[np.ndarray, "V 2"]:
    """Pairs of tunes that share enough n-grams."""
    size = np.bincount(owner, minlength=tunes)
    begins = (
        np.flatnonzero(np.r_[True, grams[1:] != grams[:-1]]) if len(grams) else np.zeros(0, int)
    )
    bounds = np.r_[begins, len(grams)].astype(np.int64)
    pairs = _shared(bounds, owner, tunes)
    pair, shared = np.unique(pairs, return_counts=True)
    a, b = pair // tunes, pair % tunes
    same = shared >= SAME_TUNE * np.minimum(size[a], size[b])
    return np.stack([a[same], b[same]], axis=1)


@njit(cache=True)
def _shared(bounds: np.ndarray, owner: np.ndarray, tunes: int) -> np.ndarray:
    """One number ``a * tunes + b`` for every n-gram that tunes a < b share."""
    total = 0
    for g in range(len(bounds) - 1):
        n = bounds[g + 1] - bounds[g]
        if n <= COMMON:
            total += n * (n - 1) // 2
    pairs = np.empty(total, np.int64)
    count = 0
    for g in range(len(bounds) - 1):
        if bounds[g + 1] - bounds[g] > COMMON:
            continue
        for i in range(bounds[g], bounds[g + 1]):
            for j in range(i + 1, bounds[g + 1]):
                pairs[count] = owner[i] * tunes + owner[j]
                count += 1
    return pairs


def _unite(parent: Int[np.ndarray, " n"], pairs: Int[np.ndarray, "V 2"]) -> Int[np.ndarray, " n"]:
    """The lowest tune of each tune's group: connected components."""
    links = parent.tolist()

    def root(tune: int) -> int:
        while links[tune] != tune:
            links[tune] = links[links[tune]]
            tune = links[tune]
        return tune

    for a, b in pairs.tolist():
        x, y = root(a), root(b)
        links[max(x, y)] = min(x, y)
    return np.array([root(n) for n in range(len(links))], np.int64)
