"""A heap of numbered nodes that breaks ties exactly as Python's ``heapq`` does.

A search takes the first of several equally good nodes, so that what it finds depends on the
order in which they leave the heap. To give the answers of a program that searched with
``heapq`` (Williams 1964, *Algorithm 232: Heapsort*, with Floyd's descent to a leaf) equal
nodes must leave ours in the same order.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numba import njit


@njit(cache=True)
def push(heap: Int[np.ndarray, " N"], size: int, rank: Float[np.ndarray, " M"], node: int) -> None:
    """Add a node to a heap of ``size``; ``rank`` holds the rank of every node, least first."""
    heap[size] = node
    _rise(heap, size, rank)


@njit(cache=True)
def _rise(heap: Int[np.ndarray, " N"], at: int, rank: Float[np.ndarray, " M"]) -> None:
    """Move what is at a place up past all that rank behind it."""
    node = heap[at]
    while at > 0:
        above = (at - 1) // 2
        if rank[node] >= rank[heap[above]]:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = node


@njit(cache=True)
def pop(heap: Int[np.ndarray, " N"], size: int, rank: Float[np.ndarray, " M"]) -> int:
    """Take the first node out of a heap of ``size`` (at least 1)."""
    first, node = heap[0], heap[size - 1]
    size -= 1
    if size == 0:
        return first
    at, below = 0, 1
    while below < size:  # the lesser child moves up, all the way to a leaf
        if below + 1 < size and rank[heap[below]] >= rank[heap[below + 1]]:
            below += 1
        heap[at] = heap[below]
        at, below = below, 2 * below + 1
    heap[at] = node
    _rise(heap, at, rank)
    return first
