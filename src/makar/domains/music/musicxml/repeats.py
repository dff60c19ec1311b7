"""The order in which written measures are played: repeats and endings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

MAX_TURNS = 16


@dataclass
class Signs:
    """What stands at a measure's bar lines.

    Attributes:
        forward: A repeat begins here.
        backward: How often the section that ends here is played; 0 without a sign.
        endings: Turns on which this measure is played; empty = on all.
    """

    forward: bool = False
    backward: int = 0
    endings: frozenset[int] = field(default_factory=frozenset[int])


def played_order(measures: Sequence[Signs]) -> list[int]:
    """Numbers of the measures as heard.

    A backward sign without a forward one goes back to the end of the section before it.
    """
    order: list[int] = []
    here = start = 0
    turn = 1
    while here < len(measures):
        signs = measures[here]
        left_endings = here > start and measures[here - 1].endings and not signs.endings
        if here != start and (signs.forward or left_endings):
            start, turn = here, 1
        if signs.endings and turn not in signs.endings:
            here += 1
            continue
        order.append(here)
        here += 1
        if signs.backward:
            if turn < _turns(measures, here - 1):
                here, turn = start, turn + 1
            elif not signs.endings:
                start, turn = here, 1
    return order


def once_order(measures: Sequence[Signs]) -> list[int]:
    """Numbers of the measures with every section once, of several endings the last."""
    order: list[int] = []
    for in_endings, run in groupby(range(len(measures)), lambda n: bool(measures[n].endings)):
        numbers = list(run)
        last = max(max(measures[n].endings) for n in numbers) if in_endings else 0
        order += [n for n in numbers if not in_endings or last in measures[n].endings]
    return order


def _turns(measures: Sequence[Signs], last: int) -> int:
    """How often the section that ends with measure ``last`` is played."""
    turns = measures[last].backward
    if not measures[last].endings:
        return min(turns, MAX_TURNS)
    here = last
    while here < len(measures) and measures[here].endings:
        turns = max(turns, *measures[here].endings)
        here += 1
    return min(turns, MAX_TURNS)
