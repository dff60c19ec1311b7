"""The reward as a tree: scores, gates, penalties, and what is only watched.

blend = RewardTree([
    Component("playable", playable, AtLeast(1), role="gate"),
    Component("melody", steps, Band(0.3, 0.6, 0.1), weight=2.0),
    Component("crowded", density, Ramp(12, 4), role="penalty"),
    Component("surprise", surprise, Band(1, 3, 1), role="watch"),
])
judgement = blend(works, prompts)
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from makar.core.scoring import Scorer, Statistic, score
from makar.core.transforms import Transform, Unchanged
from makar.core.types import JudgedPart, Judgement, Prompt, Role, Works

UNJUDGED = "unjudged"
"""Name of the watch that holds each work's share of parts that could not be judged."""
_NO_WAY = 1e-6
"""Credit that sums to less than this cancels out."""


@dataclass(frozen=True)
class Component:
    """One part of a reward.

    Attributes:
        name: Unique in the blend; the name in every log and table.
        scorer: Works and prompts in, one number per work out.
        transform: From that number to [0, 1].
        weight: Share of a score in the total, before scaling; ignored in the other roles.
        role: ``score`` adds to the total, ``gate`` makes it 0 unless passed, ``penalty``
            multiplies it, ``watch`` is only recorded.
        seconds: Time it may take for a batch, or None for no limit.
        costly: True for a watch that is too slow to be taken in every training step; see
            ``RewardTree.lean``.
        copying: True for a gate against copies of what was learned from; see
            ``RewardTree.for_sources``.
        absent: Why the part is not at hand, where it is not, with the remedy; see
            ``RewardTree.absent``.
    """

    name: str
    scorer: Scorer
    transform: Transform = field(default_factory=Unchanged)
    weight: float = 1.0
    role: Role = "score"
    seconds: float | None = 20.0
    costly: bool = False
    copying: bool = False
    absent: str = ""

    @property
    def counts(self) -> bool:
        """True where totals depend on it."""
        return self.role in ("gate", "penalty") or (self.role == "score" and self.weight > 0)


@dataclass(frozen=True)
class RewardTree:
    """Components joined into one reward; see ``__call__`` for the rule.

    Attributes:
        components: The parts.
        scales: Divides the weight of a score, by name: its spread under the untrained prior,
            so that a part which hardly varies is not drowned by one that does (``scaled``).
    """

    components: Sequence[Component]
    scales: Mapping[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        names = [c.name for c in self.components]
        if len(set(names)) < len(names) or UNJUDGED in names:
            raise ValueError(f"reward parts need names of their own, got {names}")
        if not any(c.role == "score" and c.weight > 0 for c in self.components):
            raise ValueError("a reward needs at least one score with a positive weight")
        if any(c.weight < 0 for c in self.components):
            raise ValueError("a weight is never negative: turn the transform round instead")

    @property
    def weights(self) -> dict[str, float]:
        """Effective weights of the scores; they add up to 1."""
        raw = {
            c.name: c.weight / self.scales.get(c.name, 1.0)
            for c in self.components
            if c.role == "score"
        }
        whole = sum(raw.values())
        return {name: weight / whole for name, weight in raw.items()}

    def __call__(self, works: Works[Any], prompts: Sequence[Prompt], /) -> Judgement:
        """Judge the works.

        total = gates · penalties · Σ weight · score, all in [0, 1]. Gates run first; what they
        stop is not scored any further (its other parts are NaN, its total 0). A part that is
        NaN for a work that was scored takes the batch mean of that part; a work none of whose
        scores could be judged has total NaN, and so has each while a part that counts is
        ``absent``. Watches see every work.
        """
        parts: dict[str, JudgedPart] = {}
        credits: dict[str, np.ndarray] = {}
        faults: Counter[str] = Counter()
        alive = np.ones(len(works), bool)
        for component in sorted(self.components, key=lambda c: c.role != "gate"):
            rows = np.ones(len(works), bool) if component.role == "watch" else alive
            statistic, found = _score_rows(component, works, prompts, rows)
            faults.update({f"{component.name}: {fault}": n for fault, n in found.items()})
            value = component.transform(statistic.values)
            weight = self.weights.get(component.name, 0.0)
            parts[component.name] = JudgedPart(
                statistic.values, value, weight, component.role, str(component.transform)
            )
            if component.role == "gate":
                alive = alive & ~(value < 0.5)  # a gate that cannot tell (NaN) lets pass
            elif component.role == "score" and statistic.credit is not None:
                credits[component.name] = _scored_credit(component.transform, statistic, value)
        total, factor = _total(parts, alive)
        if not self.whole:
            total = np.full(len(works), np.nan)  # what the others come to is not the whole
        parts[UNJUDGED] = _unjudged(parts, alive)
        return Judgement(total, parts, _credit(parts, credits, factor), dict(faults))

    @property
    def absent(self) -> dict[str, str]:
        """Parts that are not at hand, and why: without those that count there are no totals."""
        return {c.name: c.absent for c in self.components if c.absent}

    @property
    def whole(self) -> bool:
        """False where a part that totals depend on is absent: then there are none."""
        return not any(c.absent and c.counts for c in self.components)

    @property
    def lean(self) -> RewardTree:
        """The same reward without its costly watches: equal totals, for training steps."""
        kept = [c for c in self.components if not (c.costly and c.role == "watch")]
        return replace(self, components=kept)

    @property
    def for_sources(self) -> RewardTree:
        """The same reward for works of those who were learned from: they may be like one another.

        A hymn was harmonised more than once, and a tune has its family; that is no copying. The
        gates against copies only watch.
        """
        kept = [replace(c, role="watch") if c.copying else c for c in self.components]
        return replace(self, components=kept)

    def scaled(self, judgement: Judgement, *, floor: float = 0.02) -> RewardTree:
        """The same blend with each score's weight divided by its spread in ``judgement``.

        Args:
            judgement: Of a sample from the untrained prior.
            floor: Smallest spread used: a part that never varies must not take over.
        """
        scales = {
            name: max(float(np.nanstd(part.value)), floor)
            for name, part in judgement.parts.items()
            if part.role == "score" and not np.isnan(part.value).all()
        }
        return replace(self, scales=scales)


def _score_rows(
    component: Component, works: Works[Any], prompts: Sequence[Prompt], rows: Bool[np.ndarray, " B"]
) -> tuple[Statistic, Counter[str]]:
    """Score only the rows asked for; the others are NaN."""
    if rows.all():
        return score(component.scorer, works, prompts, seconds=component.seconds)
    values = np.full(len(rows), np.nan)
    indices = np.flatnonzero(rows).tolist()
    if not indices:
        return Statistic(values), Counter()
    some, faults = score(
        component.scorer,
        works.take(indices),
        [prompts[i] for i in indices],
        seconds=component.seconds,
    )
    values[rows] = some.values
    if some.credit is None:
        return Statistic(values), faults
    credit = np.zeros((len(rows), some.credit.shape[1]))
    credit[rows] = some.credit
    units = None
    if some.units is not None:
        units = np.zeros(len(rows), np.int64)
        units[rows] = some.units
    return Statistic(values, credit, units), faults


def _filled(part: JudgedPart, alive: Bool[np.ndarray, " B"]) -> Float[np.ndarray, " B"] | None:
    """The part's values with the batch mean for NaN; None where no work could be judged."""
    known = alive & ~np.isnan(part.value)
    if not known.any():
        return None
    return np.where(np.isnan(part.value), part.value[known].mean(), part.value)


def _total(
    parts: Mapping[str, JudgedPart], alive: Bool[np.ndarray, " B"]
) -> tuple[Float[np.ndarray, " B"], Float[np.ndarray, " B"]]:
    """Totals, and the factor by which each part's share in them was multiplied."""
    scores = [
        (p, v) for p in parts.values() if p.role == "score" and (v := _filled(p, alive)) is not None
    ]
    penalties = [
        v for p in parts.values() if p.role == "penalty" and (v := _filled(p, alive)) is not None
    ]
    weight = sum(p.weight for p, _ in scores)
    if not scores or weight == 0:
        nothing = np.where(alive, np.nan, 0.0)
        return nothing, np.zeros(len(alive))
    factor = reduce(operator.mul, penalties, np.ones(len(alive))) / weight
    factor = np.where(alive, factor, 0.0)
    total = factor * sum(p.weight * v for p, v in scores)
    judged = np.any([~np.isnan(p.value) for p, _ in scores if p.weight > 0], axis=0)
    return np.where(alive & ~judged, np.nan, np.where(alive, total, 0.0)), factor


def _unjudged(parts: Mapping[str, JudgedPart], alive: Bool[np.ndarray, " B"]) -> JudgedPart:
    scores = [np.isnan(p.value) for p in parts.values() if p.role == "score"]
    share = np.where(alive, np.mean(scores, axis=0), np.nan)
    return JudgedPart(share, share, 0.0, "watch", "share of scores that could not be judged")


def _scored_credit(
    transform: Transform, statistic: Statistic, value: Float[np.ndarray, " B"]
) -> Float[np.ndarray, " B U"]:
    """The statistic's credit in units of its score.

    A statistic that is a sum over places, raw = rest + Σ credit, scores f(raw), and would score
    f(rest) if nothing had happened at these places. What they changed is shared out in proportion:
    the integrated gradient of f on the way from rest to raw (Sundararajan et al. 2017, eq. 1),
    whose sum is f(raw) - f(rest). Where the credit cancels out it is the slope of f at raw.

    What all units share (``Statistic.units``) is added to each alike.
    """
    raw, credit = statistic.values, np.array(statistic.credit, np.float64)
    whole = credit.sum(1)
    way = np.where(np.abs(whole) < _NO_WAY, _NO_WAY, whole)
    slope = (transform(raw) - transform(raw - way)) / way
    scored = credit * np.nan_to_num(slope)[:, None]
    if statistic.units is None:
        return scored
    share = (np.nan_to_num(value) - scored.sum(1)) / np.maximum(statistic.units, 1)
    for row, count in enumerate(statistic.units):
        scored[row, : int(count)] += share[row]
    return scored


def _credit(
    parts: Mapping[str, JudgedPart],
    credits: Mapping[str, np.ndarray],
    factor: Float[np.ndarray, " B"],
) -> Float[np.ndarray, " B U"] | None:
    """Join the credit of the parts, each in units of its score, in units of the total."""
    if not credits:
        return None
    width = max(c.shape[1] for c in credits.values())
    joined = np.zeros((len(factor), width))
    for name, credit in credits.items():
        joined[:, : credit.shape[1]] += credit * (parts[name].weight * factor)[:, None]
    return joined
