"""How far levels differ in the small: the n by n blocks of tiles that they are made of.

Every place of the block counts. A level's counts of its 2 by 2 blocks are one distribution, those
of 3 by 3 and 4 by 4 two more; what is said of two levels is the mean over the three sizes, as in
Lucas & Volz 2019, *Tile Pattern KL-Divergence for Analysing and Evolving Game Levels*. Two
divergences are had from them:

- the symmetric Jensen-Shannon divergence in bits, ½ KL(P, M) + ½ KL(Q, M) with M = ½ (P + Q), that
  is 0 for equal distributions and 1 for those that share no block;
- the paper's Kullback-Leibler divergence, which has no upper bound (``kullback_leibler``).

A block is known by a hash of 64 bits: among a million kinds of blocks two would share one with a
chance of 3 in 100 million.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8, UInt64
from numba import njit

SIZES = (2, 3, 4)
EPSILON = 1e-7


@dataclass(frozen=True)
class Blocks:
    """How often which block occurs, row by row.

    Attributes:
        kinds: ``(B, K)`` hashes of the blocks of each row, ascending; the first ``lengths[b]``.
        counts: ``(B, K)`` how often each occurs.
        lengths: ``(B,)`` kinds of blocks in each row.
    """

    kinds: UInt64[np.ndarray, "B K"]
    counts: Int[np.ndarray, "B K"]
    lengths: Int[np.ndarray, " B"]

    @classmethod
    def of(cls, tiles: UInt8[np.ndarray, "B H W"], size: int) -> Blocks:
        """Count the blocks of each level."""
        return cls(*_counted(np.sort(_hashes(np.ascontiguousarray(tiles), size), axis=1)))

    @classmethod
    def together(cls, tiles: UInt8[np.ndarray, "B H W"], size: int) -> Blocks:
        """Count the blocks of all levels as one row."""
        kinds, counts = np.unique(_hashes(np.ascontiguousarray(tiles), size), return_counts=True)
        return cls(kinds[None], counts[None], np.array([len(kinds)]))


def divergence_from(
    tiles: UInt8[np.ndarray, "B H W"], corpus: tuple[Blocks, ...], sizes: tuple[int, ...] = SIZES
) -> Float[np.ndarray, " B"]:
    """Jensen-Shannon divergence of each level from a corpus, in bits.

    Args:
        tiles: The levels.
        corpus: Its blocks ``together``, of each size.
        sizes: Of the blocks.
    """
    each = [
        _against(*_row(blocks), *_rows(tiles, n)) for blocks, n in zip(corpus, sizes, strict=True)
    ]
    return np.mean(each, axis=0)


def pairwise_divergence(
    tiles: UInt8[np.ndarray, "B H W"],
    sizes: tuple[int, ...] = SIZES,
    *,
    company: int | None = None,
) -> Float[np.ndarray, " B"]:
    """Each level's mean Jensen-Shannon divergence from the others, in bits.

    The mean over the levels is the diversity of the set: its mean over all pairs. NaN for one
    level alone. Compare sets of levels of one size only: large levels differ less.

    Args:
        tiles: The levels.
        sizes: Of the blocks.
        company: Compare with no more than so many levels, spread evenly over the set.
    """
    if len(tiles) < 2:
        return np.full(len(tiles), np.nan)
    count = min(company or len(tiles), len(tiles))
    picked = np.arange(count) * len(tiles) // count
    return np.mean([_among(*_rows(tiles, n), picked) for n in sizes], axis=0)


def consecutive_divergence(
    tiles: UInt8[np.ndarray, "B H W"], *, back: int, size: int = 2
) -> Float[np.ndarray, " B-back"]:
    """Jensen-Shannon divergence of each level from the one ``back`` before it, in bits."""
    return _to_earlier(*_rows(tiles, size), back)


def kullback_leibler(
    tiles: UInt8[np.ndarray, "B H W"],
    corpus: tuple[Blocks, ...],
    sizes: tuple[int, ...] = SIZES,
    *,
    weight: float = 0.5,
) -> Float[np.ndarray, " B"]:
    """How unlike a corpus's blocks each level's are; what the corpus lacks costs much. In nats.

    With P the level's blocks and Q the corpus's, w · KL(P, Q) + (1 - w) · KL(Q, P). With C the
    count of a block among N, its share is (C + e) / ((N + e)(1 + e)), e = 1e-7, so that a block
    which one side lacks costs much but not without end. The sum goes over the blocks that either
    side has (Lucas & Volz 2019).
    """
    each = [
        _smoothed(*_row(blocks), *_rows(tiles, n), weight)
        for blocks, n in zip(corpus, sizes, strict=True)
    ]
    return np.mean(each, axis=0)


def _rows(
    tiles: UInt8[np.ndarray, "B H W"], size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    blocks = Blocks.of(tiles, size)
    return blocks.kinds, blocks.counts, blocks.lengths


def _row(blocks: Blocks) -> tuple[np.ndarray, np.ndarray]:
    return blocks.kinds[0], blocks.counts[0]


@njit(cache=True)
def _hashes(tiles: UInt8[np.ndarray, "B H W"], size: int) -> UInt64[np.ndarray, "B N"]:
    """A hash of every block of every level: FNV-1a over its tiles, its bits mixed at the end."""
    B, H, W = tiles.shape
    tall, wide = max(H - size + 1, 0), max(W - size + 1, 0)
    hashes = np.empty((B, tall * wide), np.uint64)
    for b in range(B):
        for y in range(tall):
            for x in range(wide):
                value = np.uint64(14695981039346656037)
                for v in range(size):
                    for u in range(size):
                        value = (value ^ np.uint64(tiles[b, y + v, x + u])) * np.uint64(
                            1099511628211
                        )
                value = (value ^ (value >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
                hashes[b, y * wide + x] = value ^ (value >> np.uint64(29))
    return hashes


@njit(cache=True)
def _counted(
    ordered: UInt64[np.ndarray, "B N"],
) -> tuple[UInt64[np.ndarray, "B N"], Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
    """Kinds, counts and number of kinds of each ascending row."""
    B, N = ordered.shape
    kinds, counts = np.zeros((B, N), np.uint64), np.zeros((B, N), np.int64)
    lengths = np.zeros(B, np.int64)
    for b in range(B):
        for n in range(N):
            if n == 0 or ordered[b, n] != ordered[b, n - 1]:
                kinds[b, lengths[b]] = ordered[b, n]
                lengths[b] += 1
            counts[b, lengths[b] - 1] += 1
    return kinds, counts, lengths


@njit(cache=True)
def _jensen_shannon(
    kinds: UInt64[np.ndarray, " K"],
    counts: Int[np.ndarray, " K"],
    others: UInt64[np.ndarray, " L"],
    times: Int[np.ndarray, " L"],
) -> float:
    """Divergence of two ascending rows, in bits.

    A block that one side lacks adds half its share: ½ p log2(p / ½p). So only the shared blocks
    need a logarithm.
    """
    if len(kinds) == 0 or len(others) == 0:
        return np.nan
    whole, its = counts.sum(), times.sum()
    apart, i, k = 2.0, 0, 0
    while i < len(kinds) and k < len(others):
        if kinds[i] == others[k]:
            p, q = counts[i] / whole, times[k] / its
            apart -= p * np.log2((p + q) / p) + q * np.log2((p + q) / q)
            i, k = i + 1, k + 1
        elif kinds[i] < others[k]:
            i += 1
        else:
            k += 1
    return max(apart / 2, 0.0)


@njit(cache=True)
def _against(
    kinds: UInt64[np.ndarray, " K"],
    counts: Int[np.ndarray, " K"],
    rows: UInt64[np.ndarray, "B N"],
    times: Int[np.ndarray, "B N"],
    lengths: Int[np.ndarray, " B"],
) -> Float[np.ndarray, " B"]:
    apart = np.empty(len(rows))
    for b in range(len(rows)):
        n = lengths[b]
        apart[b] = _jensen_shannon(kinds, counts, rows[b, :n], times[b, :n])
    return apart


@njit(cache=True)
def _among(
    rows: UInt64[np.ndarray, "B N"],
    times: Int[np.ndarray, "B N"],
    lengths: Int[np.ndarray, " B"],
    picked: Int[np.ndarray, " C"],
) -> Float[np.ndarray, " B"]:
    """Mean divergence of every row from the picked ones, itself left out."""
    apart, met = np.zeros(len(rows)), np.zeros(len(rows))
    chosen = np.zeros(len(rows), np.bool_)
    chosen[picked] = True
    for c in picked:
        for b in range(len(rows)):
            if b == c or (chosen[b] and b > c):  # a pair of picked ones is met once
                continue
            n, m = lengths[b], lengths[c]
            both = _jensen_shannon(rows[b, :n], times[b, :n], rows[c, :m], times[c, :m])
            apart[b] += both
            met[b] += 1
            if chosen[b]:
                apart[c] += both
                met[c] += 1
    return apart / np.maximum(met, 1)


@njit(cache=True)
def _to_earlier(
    rows: UInt64[np.ndarray, "B N"],
    times: Int[np.ndarray, "B N"],
    lengths: Int[np.ndarray, " B"],
    back: int,
) -> Float[np.ndarray, " R"]:
    apart = np.empty(max(len(rows) - back, 0))
    for b in range(back, len(rows)):
        n, m = lengths[b], lengths[b - back]
        c = b - back
        apart[c] = _jensen_shannon(rows[b, :n], times[b, :n], rows[c, :m], times[c, :m])
    return apart


@njit(cache=True)
def _smoothed(
    kinds: UInt64[np.ndarray, " K"],
    counts: Int[np.ndarray, " K"],
    rows: UInt64[np.ndarray, "B N"],
    times: Int[np.ndarray, "B N"],
    lengths: Int[np.ndarray, " B"],
    weight: float,
) -> Float[np.ndarray, " B"]:
    """The weighted sum of both Kullback-Leibler divergences: rows from corpus, and back."""
    answer = np.empty(len(rows))
    its = counts.sum()
    for b in range(len(rows)):
        i, k, n, whole, total = 0, 0, lengths[b], times[b].sum(), 0.0
        while i < n or k < len(kinds):
            ours = i < n and (k == len(kinds) or rows[b, i] <= kinds[k])
            theirs = k < len(kinds) and (i == n or kinds[k] <= rows[b, i])
            p = ((times[b, i] if ours else 0) + EPSILON) / ((whole + EPSILON) * (1 + EPSILON))
            q = ((counts[k] if theirs else 0) + EPSILON) / ((its + EPSILON) * (1 + EPSILON))
            total += (weight * p - (1 - weight) * q) * np.log(p / q)
            i, k = i + ours, k + theirs
        answer[b] = total if n else np.nan
    return answer
