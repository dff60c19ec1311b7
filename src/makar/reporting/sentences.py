"""What the report says in sentences: how varied the works are, and how near to sources."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from makar.evaluation.rows import DISTINCT, DUPLICATES, HUMAN, NEAR_COPIES, PRIOR, SCORE, TRAINED
from makar.reporting.verdicts import Rows, Shift, row_named
from makar.runs.report.markup import number, percent
from makar.runs.report.words import Words

LESS_VARIED = 0.05
"""A set whose distinct-4 is further below people's than this share is called less varied."""


def variety(rows: Rows, words: Words) -> list[str]:
    """Whether the works, taken together, are as varied as people's."""
    means = {name: row_named(rows, name).whole[DISTINCT] for name in (HUMAN, PRIOR, TRAINED)}
    if not all(map(np.isfinite, means.values())):
        return []
    gap = means[TRAINED] / means[HUMAN] - 1 if means[HUMAN] else 0.0
    theirs = words.whose_own()
    where = f"as varied as {theirs}" if abs(gap) <= LESS_VARIED else f"more varied than {theirs}"
    if gap < -LESS_VARIED:
        where = f"less varied than {theirs}"
    before, after, people = (number(100 * means[n], 0) for n in (PRIOR, TRAINED, HUMAN))
    copies = row_named(rows, TRAINED).whole[DUPLICATES]
    return [
        f"Taken together the works are {where}: distinct-4 is {after} of 100, it was {before}, "
        f"{theirs} is {people}. {percent(copies)} of them are duplicates."
    ]


def nearness(rows: Rows, words: Words, *, named: bool) -> str:
    """How many works are near copies, against the prior's and people's."""
    shares = {
        name: float(np.nanmean(row_named(rows, name).values[NEAR_COPIES]))
        for name in (HUMAN, PRIOR, TRAINED)
    }
    works = len(row_named(rows, TRAINED).works)
    told = (
        f"Of {number(works, 0)} works made after training, {percent(shares[TRAINED])} are near "
        f"copies; before it were {percent(shares[PRIOR])}, and of {words.whose_own()} own "
        f"held-out works {percent(shares[HUMAN])} are that near to another’s."
    )
    if not named:
        told += (
            f" This model learned from {words.yours}, so sources are not named here; "
            "--with-sources names them."
        )
    return told


def by_size(found: Sequence[Shift]) -> list[Shift]:
    """What was trained on first, and in each what moved most; the score has its own sentence."""

    def size(shift: Shift) -> float:
        width = shift.spread[1] - shift.spread[0]
        return abs(shift.after - shift.before) / (width if shift.watched and width else 1.0)

    known = [shift for shift in found if shift.name != SCORE]
    return sorted(known, key=lambda shift: (shift.watched, -size(shift)))


def unchanged(found: Sequence[Shift]) -> str:
    """What did not change beyond chance, in one sentence."""
    same = [shift.name.replace("_", " ") for shift in found if shift.verdict == "same"]
    if not same:
        return ""
    one = len(same) == 1
    return f"{len(same)} {'measure' if one else 'measures'} did not change: {', '.join(same)}."
