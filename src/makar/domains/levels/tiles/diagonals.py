"""Columns of levels beside columns of a corpus: how many cells agree along every diagonal."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt, UInt8
from numba import njit


@njit(cache=True)
def stretches(
    kind: Int[np.ndarray, " L"], offsets: Int[np.ndarray, " S"], width: int, kinds: int
) -> Bool[np.ndarray, " L"]:
    """True where a stretch begins that ends in the same map and has enough kinds of columns."""
    begins = np.zeros(len(kind), np.bool_)
    seen = np.full(len(kind), -1, np.int64)  # the last stretch that a kind was met in
    for source in range(len(offsets) - 1):
        for j in range(offsets[source], offsets[source + 1] - width + 1):
            met = 0
            for column in kind[j : j + width]:
                met += seen[column] != j
                seen[column] = j
            begins[j] = met >= kinds
    return begins


@njit(cache=True)
def beside(
    own: UInt8[np.ndarray, "O H"],
    corpus: UInt8[np.ndarray, "K H"],
    kind: Int[np.ndarray, " L"],
    margin: int,
    zero: UInt[np.ndarray, " 1"],
) -> tuple[UInt[np.ndarray, "O M"], UInt[np.ndarray, "O M"]]:
    """Every column of the levels beside every column of the corpus.

    Args:
        own: The levels' columns.
        corpus: The corpus's.
        kind: Which of them stands where.
        margin: Columns before and after.
        zero: Nothing, as the kind of number that can count a column's rows.

    Returns:
        Cells with the same tile, and cells with another.
    """
    rows = np.ascontiguousarray(corpus.T)
    same = np.full((len(own), len(kind) + 2 * margin), zero[0])
    other = np.full((len(own), len(kind) + 2 * margin), zero[0])
    equal, unequal = np.full(len(corpus), zero[0]), np.full(len(corpus), zero[0])
    for o in range(len(own)):
        equal[:] = 0
        unequal[:] = 0
        for y in range(len(rows)):
            tile, row = own[o, y], rows[y]
            for k in range(len(row)):
                unequal[k] += row[k] != tile
            if tile:
                for k in range(len(row)):
                    equal[k] += row[k] == tile
        for j in range(len(kind)):
            same[o, margin + j] = equal[kind[j]]
            other[o, margin + j] = unequal[kind[j]]
    return same, other


@njit(cache=True)
def likest(
    works: Int[np.ndarray, "B W"],
    same: UInt[np.ndarray, "O M"],
    other: UInt[np.ndarray, "O M"],
    begins: Bool[np.ndarray, " L"],
    width: int,
) -> Int[np.ndarray, "B 4"]:
    """Equal cells, unequal cells, first column in the level and in the corpus of the best match.

    Place ``d`` of ``equal`` belongs to one diagonal: the stretch of the level that begins at
    ``i`` beside that of the corpus that begins at ``d + i - W``. From ``i`` to ``i + 1`` all
    diagonals take one pair of columns in and let one go, in one pass that the machine does many
    at a time.
    """
    B, W = works.shape
    diagonals = same.shape[1] - W
    allowed = np.zeros(same.shape[1], np.int32)
    allowed[W : W + len(begins)] = begins
    answer = np.zeros((B, 4), np.int64)
    for b in range(B):
        equal, unequal = np.zeros(diagonals, np.int16), np.zeros(diagonals, np.int16)
        for t in range(width):
            equal += same[works[b, t], t : t + diagonals]
            unequal += other[works[b, t], t : t + diagonals]
        best_equal, best_unequal = 0, 1
        for i in range(W - width + 1):
            if i:
                out, into, last = works[b, i - 1], works[b, i + width - 1], i + width - 1
                _slide(equal, same[out, i - 1 :], same[into, last:])
                _slide(unequal, other[out, i - 1 :], other[into, last:])
            if _any_better(equal, unequal, allowed[i:], best_equal, best_unequal):
                for d in range(diagonals):
                    more = equal[d] * best_unequal > best_equal * unequal[d]
                    if more and allowed[i + d]:
                        best_equal, best_unequal = np.int64(equal[d]), np.int64(unequal[d])
                        answer[b] = best_equal, best_unequal, i, d + i - W
    return answer


@njit(cache=True)
def _slide(
    sums: Int[np.ndarray, " N"], out: UInt[np.ndarray, " M"], into: UInt[np.ndarray, " P"]
) -> None:
    """Every stretch loses the column pair before it and takes in the one at its end."""
    for d in range(len(sums)):
        sums[d] += np.int16(into[d]) - np.int16(out[d])


@njit(cache=True)
def _any_better(
    equal: Int[np.ndarray, " N"],
    unequal: Int[np.ndarray, " N"],
    allowed: Int[np.ndarray, " M"],
    best_equal: int,
    best_unequal: int,
) -> bool:
    """Whether an allowed stretch has a larger share than the best."""
    a, b, found = np.int32(best_unequal), np.int32(best_equal), np.int32(0)
    for d in range(len(equal)):
        better = np.int32(equal[d]) * a > b * np.int32(unequal[d])
        found |= np.int32(better) & allowed[d]
    return found != 0
