"""The columns of a level as kinds: which stand where, each kept once."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, UInt8
from numba import njit


def distinct_columns(
    columns: UInt8[np.ndarray, "N H"],
) -> tuple[UInt8[np.ndarray, "K H"], Int[np.ndarray, " N"]]:
    """Each kind of column once, in the order in which they first stand, and who is of which."""
    columns = np.ascontiguousarray(columns)
    kind, first = _numbered(columns)
    return columns[first], kind


@njit(cache=True)
def _numbered(
    columns: UInt8[np.ndarray, "N H"],
) -> tuple[Int[np.ndarray, " N"], Int[np.ndarray, " K"]]:
    """The kind of every column, and where each kind first stands; a table with open addresses."""
    N, H = columns.shape
    size = 16
    while size < 2 * N:
        size *= 2
    table = np.full(size, -1, np.int64)
    kind, first, kinds = np.empty(N, np.int64), np.empty(N, np.int64), 0
    for n in range(N):
        hashed = np.uint64(14695981039346656037)
        for y in range(H):
            hashed = (hashed ^ np.uint64(columns[n, y])) * np.uint64(1099511628211)
        place = np.int64((hashed ^ (hashed >> np.uint64(32))) & np.uint64(size - 1))
        while table[place] >= 0 and (columns[first[table[place]]] != columns[n]).any():
            place = (place + 1) & (size - 1)
        if table[place] < 0:
            table[place], first[kinds] = kinds, n
            kinds += 1
        kind[n] = table[place]
    return kind, first[:kinds]
