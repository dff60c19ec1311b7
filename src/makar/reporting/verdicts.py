"""What truly changed between the prior and what was trained, and where people are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from makar.core.rewards import UNJUDGED
from makar.evaluation.choosing import tries_for
from makar.evaluation.headline import HEADLINE
from makar.evaluation.rows import (
    AT_EQUAL_SECONDS,
    CHOSEN,
    HUMAN,
    NEAR_COPIES,
    PRIOR,
    RANDOM,
    SCORE,
    SECONDS,
    TRAINED,
    TRIED,
    Row,
    aggregate,
)
from makar.measures.paired import significant
from makar.measures.statistics import finite, finite_mean, welch_test
from makar.runs.report.contents import Change, Verdict
from makar.runs.report.markup import compact, number, percent
from makar.runs.report.words import Words

SIGNIFICANT = 0.05
_LESS_IS_BETTER = (NEAR_COPIES, UNJUDGED)
Rows = Sequence[Row[Any]]
"""The rows of a run's table."""


@dataclass(frozen=True)
class Shift:
    """One measure before and after.

    Attributes:
        name: Of the measure.
        verdict: Of the trained row against the prior's.
        watched: True where it was not trained on.
        before, after, people: Means, as they are shown: raw for watches, 0..1 otherwise.
        against_people: ``above``, ``below`` or ``level``; of a watch where it lies, of all else how
            good it is.
        spread: People's 5-95 % range as shown.
        away: Of a watch, people's standard deviations from their mean to its, before and after.
    """

    name: str
    verdict: Verdict
    watched: bool
    before: float
    after: float
    people: float
    against_people: str
    spread: tuple[float, float]
    away: tuple[float, float] = (np.nan, np.nan)


def row_named(rows: Rows, name: str) -> Row[Any]:
    """The row of that name.

    Raises:
        KeyError: there is none.
    """
    for row in rows:
        if row.name == name:
            return row
    raise KeyError(f"no row {name!r} among {[row.name for row in rows]}")


def chance(rows: Rows, measure: str, first: str, second: str) -> tuple[float, float]:
    """How much better the second row is than the first, and the p of its being chance.

    Welch's test over the works; ``(nan, nan)`` where too little is known. More is better, of near
    copies and what could not be judged less. A watch is better the nearer its mean is to people's:
    what goes away from theirs is worse on either side, also within the range of single works.
    """
    sides = [finite(row_named(rows, name).values[measure]) for name in (first, second)]
    if min(map(len, sides)) < 2:
        return float("nan"), float("nan")
    test = welch_test(*sides)
    if not is_watched(rows, measure):
        return (-test.mean if measure in _LESS_IS_BETTER else test.mean), test.p
    people = finite_mean(row_named(rows, HUMAN).values[measure])
    before, after = (abs(float(side.mean()) - people) for side in sides)
    return (before - after, test.p) if np.isfinite(people) else (float("nan"), float("nan"))


def is_watched(rows: Rows, measure: str) -> bool:
    """True for a part that was only looked at."""
    part = row_named(rows, TRAINED).judgement.parts.get(measure)
    return part is not None and part.role == "watch" and measure not in _LESS_IS_BETTER


def verdicts(rows: Rows, row: str) -> dict[str, Verdict]:
    """Better, worse or the same as the prior, for every measure of this row.

    Holm's step-down procedure (Holm 1979) keeps the chance of *any* false claim at 5 %.
    """
    found = {name: chance(rows, name, PRIOR, row) for name in rows[0].values}
    told: dict[str, Verdict] = {
        n: "same" if np.isfinite(p) else "untested" for n, (_, p) in found.items()
    }
    for name in significant({n: p for n, (_, p) in found.items()}, level=SIGNIFICANT):
        told[name] = "better" if found[name][0] > 0 else "worse"
    return told


def shifts(rows: Rows, bands: Mapping[str, tuple[float, float]]) -> list[Shift]:
    """Every measure before and after, in the order of the table."""
    found = verdicts(rows, TRAINED)
    return [_shift(rows, name, verdict, bands) for name, verdict in found.items()]


def _shift(
    rows: Rows, name: str, verdict: Verdict, bands: Mapping[str, tuple[float, float]]
) -> Shift:
    part = row_named(rows, TRAINED).judgement.parts.get(name)
    watched = part is not None and part.role == "watch"
    people = finite(row_named(rows, HUMAN).values[name])
    before, after = (_mean(rows, row, name) for row in (PRIOR, TRAINED))
    gap, p = chance(rows, name, HUMAN, TRAINED)
    if watched:
        gap = after - _mean(rows, HUMAN, name)
    against = "level" if not p < SIGNIFICANT else "above" if gap > 0 else "below"
    spread = tuple(np.quantile(people, [0.05, 0.95])) if len(people) else (np.nan, np.nan)
    band = bands.get(name, spread) if watched else spread
    return Shift(
        name,
        verdict,
        watched,
        before=before,
        after=after,
        people=_mean(rows, HUMAN, name),
        against_people=against,
        spread=(float(band[0]), float(band[1])),
        away=_away(people, before, after),
    )


def _away(people: np.ndarray, before: float, after: float) -> tuple[float, float]:
    spread = float(people.std()) if len(people) else 0.0
    if spread == 0:
        return float("nan"), float("nan")
    middle = float(people.mean())
    return (before - middle) / spread, (after - middle) / spread


def change(shift: Shift, explained: str, words: Words) -> Change:
    """The shift as the page tells it.

    Args:
        shift: The shift.
        explained: The measure in plain words, if there are such.
        words: How works are spoken of.
    """
    shown = _shown(shift)
    low, high = (0.0, 1.0) if not shift.watched else _scale(shift)
    if shift.name == NEAR_COPIES:
        high = max(shift.before, shift.after, shift.people, 0.02) * 1.2
    return Change(
        name=shift.name,
        words=explained or shift.name.replace("_", " "),
        verdict=shift.verdict,
        before=shown[0],
        after=shown[1],
        level=_level(shift, shown[2], words),
        scale=(low, high),
        points=(shift.before, shift.after, shift.people),
        band=None if shift.name == NEAR_COPIES else shift.spread,
        trained_on=not shift.watched,
    )


def _shown(shift: Shift) -> list[str]:
    """Before, after and people, with as many decimals as it takes to tell the first two apart."""
    values = (shift.before, shift.after, shift.people)
    if shift.name in _LESS_IS_BETTER:
        return [percent(value) for value in values]
    if shift.watched:
        return [compact(value) for value in values]
    digits = 0 if abs(shift.after - shift.before) >= 0.01 else 1
    return [number(100 * value, digits) for value in values]


def _level(shift: Shift, people: str, words: Words) -> str:
    theirs = words.whose_own()
    if not np.isfinite(shift.people):
        return f"{theirs} cannot be judged here"
    if shift.watched and shift.against_people != "level" and np.isfinite(shift.away[1]):
        before, after = (f"{abs(way):.1f}" for way in shift.away)
        was = "" if before == after else f", it was {before}"
        if shift.away[0] * shift.away[1] < 0:
            was = f", it was {before} on the other side"
        where = f"{shift.against_people} {theirs} ({people})"
        return f"{where} by {after} of their standard deviations{was}"
    if shift.watched and shift.against_people != "level":
        return f"{shift.against_people} {theirs} ({people})"
    if shift.against_people == "level":
        return f"level with {theirs} ({people})"
    better = shift.against_people == "above"
    return f"{'beyond' if better else 'short of'} {theirs} ({people})"


def _scale(shift: Shift) -> tuple[float, float]:
    values = [shift.before, shift.after, shift.people, *shift.spread]
    known = [value for value in values if np.isfinite(value)]
    room = 0.08 * (max(known) - min(known))
    return min(known) - room, max(known) + room


def _mean(rows: Rows, row: str, measure: str) -> float:
    return finite_mean(row_named(rows, row).values[measure])


def sentences(rows: Rows, found: Sequence[Shift], words: Words) -> list[str]:
    """How it came out, in a few sentences: against the prior, people and best of n."""
    score = next(shift for shift in found if shift.name == SCORE)
    if not np.isfinite([score.before, score.after]).all():
        return ["There is no score of the whole, as a part of the reward is missing: see below."]
    before, after, people = (
        number(100 * value, 0) for value in (score.before, score.after, score.people)
    )
    spread = float(finite(row_named(rows, PRIOR).values[SCORE]).std(ddof=1))
    gap = abs(score.after - score.before)
    size = f" ({gap / spread:.1f} of the prior’s standard deviations)" if spread else ""
    told = {
        "better": f"A work’s score rose from {before} to {after} of 100{size}.",
        "worse": f"A work’s score fell from {before} to {after} of 100{size}.",
    }.get(
        score.verdict,
        f"A work’s score did not change beyond chance: {before} before, {after} after, of 100.",
    )
    first = f"{told} Held-out works {words.by_whom} score {people}."
    chosen = [row.name for row in rows if row.name.startswith(CHOSEN)]
    said = [f"Without training, {_against(rows, name)}." for name in chosen[:1]]
    equal = {True: "In as many seconds", False: "With as many works made"}
    said += [
        f"{equal[name == AT_EQUAL_SECONDS]} as training and its own works took, "
        f"{_against(rows, name)}."
        for name in chosen[1:]
    ]
    said += _cheapest(rows)
    return [*_placed(rows, words), first, *said]


def _placed(rows: Rows, words: Words) -> list[str]:
    """Where works were and are between chance and people, for this very request."""
    if not any(row.name == RANDOM for row in rows):
        return []
    told = {str(row["row"]): row["measures"].get(HEADLINE) for row in aggregate([rows])}
    before, after = told[PRIOR], told[TRAINED]
    if before is None or after is None:
        return [
            f"How far works are on the way from chance to {words.whose} cannot be said: there are "
            f"too few of {words.whose_own()} works of this kind, or chance scores as well."
        ]
    low, high = (number(100 * after[end], 0) for end in ("low", "high"))
    return [
        f"With works by chance at 0 and {words.whose_own()} at 100, works went from "
        f"{number(100 * before['mean'], 0)} to {number(100 * after['mean'], 0)} ({low} to {high})."
    ]


def _cheapest(rows: Rows) -> list[str]:
    """From how many works on training is cheaper than choosing, in seconds, for the same score."""
    trained = row_named(rows, TRAINED)
    each = row_named(rows, PRIOR).whole.get(SECONDS, float("nan"))
    spent = (trained.whole.get(SECONDS, float("nan")) - each) * len(trained.works)
    if not np.isfinite(spent):
        return []
    wanted = finite_mean(trained.values[SCORE])
    tries = tries_for(row_named(rows, PRIOR).values[SCORE], wanted)
    level = number(100 * wanted, 0)
    if tries is None:
        return [f"How many to choose from for works that score {level} is more than can be told."]
    if tries == 1:
        return ["The untrained model scores as well: training has not paid."]
    pays = number(spent / ((tries - 1) * each), 0)
    return [
        f"For works that score {level}, choosing needs the best of {tries}: training is the "
        f"cheaper way from {pays} works on."
    ]


def _against(rows: Rows, chosen: str) -> str:
    """How training did against choosing from the prior's works."""
    gap, p = chance(rows, SCORE, chosen, TRAINED)
    level = number(100 * _mean(rows, chosen, SCORE), 0)
    won = "is beaten by training" if p < SIGNIFICANT and gap > 0 else "is as good as training"
    if p < SIGNIFICANT and gap < 0:
        won = "is better than training: the reward learning has not won"
    row = row_named(rows, chosen)
    called = f"{CHOSEN}{row.whole[TRIED]:.0f}" if chosen == AT_EQUAL_SECONDS else chosen
    return f"choosing the {called} scores {level} and {won}"
