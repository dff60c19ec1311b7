"""The heap against Python's own, ties and all."""

from __future__ import annotations

import heapq

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.levels.problems.heap import pop, push


class Ranked:
    """Compares by rank alone, so that ties are for the heap to break."""

    def __init__(self, rank: int, number: int) -> None:
        self.rank, self.number = rank, number

    def __lt__(self, other: Ranked) -> bool:
        return self.rank < other.rank


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=200))
def test_nodes_leave_in_the_order_of_heapq(moves: list[int | None]) -> None:
    """A number pushes a node of that rank, None takes the first out."""
    theirs: list[Ranked] = []
    heap, rank = np.zeros(len(moves) + 1, np.int32), np.zeros(len(moves) + 1)
    for number, move in enumerate(moves):
        if move is not None:
            rank[number] = move
            push(heap, len(theirs), rank, number)
            heapq.heappush(theirs, Ranked(move, number))
        elif theirs:
            taken = pop(heap, len(theirs), rank)
            assert taken == heapq.heappop(theirs).number
