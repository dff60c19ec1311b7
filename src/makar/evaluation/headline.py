"""Where a set of works stands between chance and people, for the very request.

A raw score says little alone: parts that everything passes add to it, and in another metre or at
another challenge the same score is another achievement. So each row has a headline beside it:

    (score of the row - chance's) / (people's - chance's)

0 is as good as chance, 1 as good as people's held-out works, judged by the same reward. It may be
above 1: works can be better at what was asked than those of people, whom nobody asked. It changes
nothing that is learned.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from makar.measures.statistics import Estimate

HEADLINE = "headline"
WIDEST = 1 / 3
"""Of the way from chance to people, beyond which people's interval is too wide to stand on."""


def headlines(scores: Mapping[str, Estimate], *, chance: str, people: str) -> dict[str, Estimate]:
    """The headline of each row by its name; none where chance's or people's is not there."""
    if not {chance, people} <= scores.keys():
        return {}
    placed = {
        name: headline(score, scores[chance], scores[people]) for name, score in scores.items()
    }
    return {name: place for name, place in placed.items() if place is not None}


def headline(row: Estimate, chance: Estimate, people: Estimate) -> Estimate | None:
    """The row's place, with the uncertainty of all three; None where people's is not known well.

    The half widths h of the intervals are put together as errors are (with g the headline and d
    the way from chance to people): √(h² + (1 - g)²·h_chance² + g²·h_people²) / d.

    Args:
        row: Its score.
        chance: The score of works by chance.
        people: The score of people's works.
    """
    way, doubt = people.mean - chance.mean, (people.high - people.low) / 2
    if not (way > 0 and 2 * doubt <= WIDEST * way):  # NaN, of too few people's works, is neither
        return None
    place = (row.mean - chance.mean) / way
    if row in (chance, people):  # the ends of the scale themselves
        half = _half(row) / way
    else:
        half = math.hypot(_half(row), (1 - place) * _half(chance), place * doubt) / way
    return Estimate(place, place - half, place + half, row.n, row.seeds)


def _half(estimate: Estimate) -> float:
    """Half the width of its interval; 0 where it has none, as of a score that never varies."""
    half = (estimate.high - estimate.low) / 2
    return half if math.isfinite(half) else 0.0
