"""Is the reward being gamed? Watches that leave people's works, told by their distributions.

A watch is compared with people's works in their own standard deviations. A mean that drifts by
half of one is far inside the range of single works, and yet every other work may have become what
people hardly ever make; so what is looked at is the mean over several batches, and how much of
people's distribution is still met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from makar.measures.statistics import finite, welch_test

BATCHES = 8
"""Batches that are looked at together."""
SHIFT = 0.25
"""People's standard deviations that a mean must have gone further away since the start."""
LOST = 0.15
"""Share of people's distribution that must have been lost since the start."""
MOVED, APART = 0.001, 0.01
"""Two-sided p below which a mean has moved since the start, and is not people's."""
FEWEST = 12
"""People's works below which nothing can be said of where they are."""
BINS = 10
_NOTHING = np.zeros(0)


@dataclass(frozen=True)
class Alarm:
    """One watch that went where people do not go.

    Attributes:
        watch: Its name.
        mean, people, start: Means now, of people's works, and at the start, as measured.
        away: People's standard deviations between the first two.
        whose: Whose works those are, in words.
    """

    watch: str
    mean: float
    people: float
    start: float
    away: float
    whose: str = "people's"

    def __str__(self) -> str:
        side = "much the same on average, but spread otherwise"
        if abs(self.away) > SHIFT:
            where = "above" if self.away > 0 else "below"
            side = f"{abs(self.away):.1f} of their standard deviations {where}"
        return (
            f"{self.watch} is {self.mean:.3g}, {self.whose} {self.people:.3g} ({side}; it began at "
            f"{self.start:.3g}): the reward may be being gamed"
        )


@dataclass
class HackingAlarm:
    """Rings when a watch has gone away from people's works since the start.

    Going nearer is no alarm, nor is what began far away and stayed there, nor what people's works
    say nothing of.

    Attributes:
        people: Each watch over people's held-out works.
        start: Each watch over works of the untrained prior.
        whose: Whose works those are, in words.
        recent: The last batches of each watch.
    """

    people: Mapping[str, Float[np.ndarray, " M"]]
    start: Mapping[str, Float[np.ndarray, " N"]]
    whose: str = "people's"
    recent: dict[str, list[Float[np.ndarray, " B"]]] = field(
        default_factory=dict[str, list[np.ndarray]]
    )

    def check(
        self,
        watches: Mapping[str, Float[np.ndarray, " B"]],
        means: Mapping[str, float] | None = None,
    ) -> list[Alarm]:
        """Look at one batch's watches; return those that ring now.

        Args:
            watches: Of every work.
            means: Of which only the mean over the batch is known.
        """
        alone = {name: np.array([mean]) for name, mean in (means or {}).items()}
        ringing: list[Alarm] = []
        for name, values in {**watches, **alone}.items():
            theirs = finite(self.people.get(name, _NOTHING))
            start, now = finite(self.start.get(name, _NOTHING)), finite(values)
            if len(theirs) < FEWEST or len(start) < 2 or len(now) < (1 if name in alone else 2):
                continue
            batches = self.recent.setdefault(name, [])
            batches.append(now)
            del batches[:-BATCHES]
            lately, single = np.concatenate(batches), name not in alone
            if len(batches) > 1 and _gone(theirs, start, lately, single=single):
                ringing.append(self._alarm(name, theirs, start, lately))
        return ringing

    def _alarm(self, name: str, theirs: np.ndarray, start: np.ndarray, now: np.ndarray) -> Alarm:
        mean, people = float(now.mean()), float(theirs.mean())
        away = (mean - people) / _unit(theirs, start, now)
        return Alarm(name, mean, people, float(start.mean()), away, self.whose)

    def state_dict(self) -> dict[str, Any]:
        """The last batches."""
        return {"recent": {name: list(batches) for name, batches in self.recent.items()}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state."""
        self.recent = {
            name: [np.asarray(batch) for batch in batches]
            for name, batches in state["recent"].items()
        }


def _gone(theirs: np.ndarray, start: np.ndarray, now: np.ndarray, *, single: bool) -> bool:
    """True where it is further from people's than at the start: in its mean, or as a whole.

    ``single``: the values are of single works, so that they tell how those are spread.
    """
    unit = _unit(theirs, start, now)
    if unit == 0:
        return False
    away, began = ((one.mean() - theirs.mean()) / unit for one in (now, start))
    further = abs(away) - (abs(began) if away * began > 0 else 0.0)
    surely = welch_test(start, now).p < MOVED and welch_test(theirs, now).p < APART
    if further > SHIFT and surely:
        return True
    return single and shared(theirs, start) - shared(theirs, now) > LOST


def _unit(theirs: np.ndarray, start: np.ndarray, now: np.ndarray) -> float:
    """People's standard deviation; where they do not differ at all, that of all together."""
    spread = float(theirs.std())
    return spread if spread > 0 else float(np.concatenate((theirs, start, now)).std())


def shared(theirs: Float[np.ndarray, " M"], ours: Float[np.ndarray, " N"]) -> float:
    """Share of people's distribution that ours covers, 0..1: the overlap over their deciles.

    Values that many of people's works have (such as a count of 0) have a bin of their own.
    """
    inner = np.unique(np.quantile(theirs, np.arange(1, BINS) / BINS))
    shares = []
    for values in (theirs, ours):
        below, upto = (np.searchsorted(inner, values, side) for side in ("left", "right"))
        # one bin between each two deciles, and one at each
        counts = np.bincount(below + upto, minlength=2 * len(inner) + 1)
        shares.append(counts / len(values))
    return float(np.minimum(*shares).sum())
