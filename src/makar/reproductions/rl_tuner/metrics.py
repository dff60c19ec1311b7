"""The rows of the table: what compositions are like, counted from their tokens alone.

The first eleven are those of the paper's Table 1 (Jaques et al. 2017), counted as its published
program counts them: over all steps, holds and note-offs included, where it says "notes". The
others stand beside them because the published ones leave something out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from makar.measures.statistics import Estimate, mean_over_seeds
from makar.reproductions.rl_tuner import facts
from makar.reproductions.rl_tuner.mended import repeated_strikes, strikes
from makar.reproductions.rl_tuner.rules import IN_KEY, TONIC

Tokens = Int[np.ndarray, "B T"]
FIRST_MOTIF = facts.MOTIF - 1
"""The first step that can end a motif."""


@dataclass(frozen=True)
class Ratio:
    """What is counted in each work, and out of how many: a share of all works' events together.

    Attributes:
        counted: ``(B,)``.
        of: ``(B,)``.
    """

    counted: Float[np.ndarray, " B"]
    of: Float[np.ndarray, " B"]

    @property
    def value(self) -> float:
        """All that was counted over all that there is; NaN where there is nothing."""
        total = float(self.of.sum())
        return float(self.counted.sum()) / total if total else float("nan")


Metric = Callable[[Tokens], Ratio]


def _per_step(flags: np.ndarray, *, first: int = 0) -> Ratio:
    """Share of the steps from ``first`` on."""
    steps = np.full(len(flags), float(flags.shape[1] - first))
    return Ratio(flags[:, first:].sum(1).astype(np.float64), steps)


def _per_work(values: np.ndarray) -> Ratio:
    """Mean over the works, those that have no value left out."""
    known = ~np.isnan(values)
    return Ratio(np.where(known, values, 0.0), known.astype(np.float64))


def _autocorrelation(lag: int) -> Metric:
    def metric(tokens: Tokens) -> Ratio:
        return _per_work(facts.autocorrelations(tokens.astype(np.float64))[:, -1, lag - 1])

    return metric


def _leaps_resolved(tokens: Tokens) -> Ratio:
    outcome = facts.leap_outcome(tokens)
    resolved = (outcome == facts.RESOLVED).sum(1).astype(np.float64)
    return Ratio(resolved, (outcome != 0).sum(1).astype(np.float64))


def _distinct(tokens: Tokens) -> Ratio:
    """Each different composition counts once."""
    first = np.zeros(len(tokens))
    first[np.unique(tokens, axis=0, return_index=True)[1]] = 1.0
    return _per_work(first)


PUBLISHED: Mapping[str, Metric] = {
    "excessively repeated": lambda x: _per_step(facts.excessively_repeated(x)),
    "autocorrelation lag 1": _autocorrelation(1),
    "autocorrelation lag 2": _autocorrelation(2),
    "autocorrelation lag 3": _autocorrelation(3),
    "not in key": lambda x: _per_step(~IN_KEY[x]),
    "starting with tonic": lambda x: _per_work((x[:, 0] == TONIC).astype(np.float64)),
    "leaps resolved": _leaps_resolved,
    "unique max": lambda x: _per_work(facts.highest_is_unique(x).astype(np.float64)),
    "unique min": lambda x: _per_work(facts.lowest_is_unique(x).astype(np.float64)),
    "in motif": lambda x: _per_step(facts.in_motif(x)),
    "in repeated motif": lambda x: _per_step(facts.in_repeated_motif(x)),
}
"""The eleven rows of Table 1."""

BESIDE: Mapping[str, Metric] = {
    "in motif, of steps that can be": lambda x: _per_step(facts.in_motif(x), first=FIRST_MOTIF),
    "strikes repeated": lambda x: Ratio(
        repeated_strikes(x).sum(1).astype(np.float64), strikes(x).sum(1).astype(np.float64)
    ),
    "leaps a work": lambda x: _per_work(_leaps_resolved(x).of),
    "distinct": _distinct,
}
"""What the published rows leave out."""


def counted(tokens: Tokens) -> dict[str, Ratio]:
    """Every metric of one seed's compositions."""
    wide = tokens.astype(np.int64)
    return {name: metric(wide) for name, metric in {**PUBLISHED, **BESIDE}.items()}


def over_seeds(runs: list[Ratio]) -> Estimate:
    """The mean of the seeds' shares and its 95 % interval; see ``mean_over_seeds``.

    With a single run, the interval is that of a ratio of means over its works (the delta method).
    """
    works = sum(len(r.counted) for r in runs)
    if len(runs) > 1:
        whole = mean_over_seeds([np.array([r.value]) for r in runs])
        return Estimate(whole.mean, whole.low, whole.high, works, len(runs))
    (run,) = runs
    centre, events = run.value, run.of.mean()
    spread = mean_over_seeds(
        [(run.counted - centre * run.of) / events if events else run.of * np.nan]
    )
    half = (spread.high - spread.low) / 2
    return Estimate(centre, centre - half, centre + half, works)
