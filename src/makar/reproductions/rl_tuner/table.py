"""The table itself: counted from the kept compositions, beside the published one and the bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from pathlib import Path
from typing import Any, get_args

import numpy as np

from makar.core.disk.arrays import read_npz
from makar.measures.statistics import Estimate, mean_over_works
from makar.reproductions.rl_tuner import note_rnn
from makar.reproductions.rl_tuner.metrics import PUBLISHED, Ratio, counted, over_seeds
from makar.reproductions.rl_tuner.models import Model
from makar.reproductions.rl_tuner.parts import Settings, path_of, read
from makar.runs import atomic

COMPOSITIONS = "compositions.npz"
HUMAN = "people"
LOGP, MINUTES = "log p under the Note RNN", "minutes"
AS_PRINTED: Mapping[str, Sequence[float]] = {
    "excessively repeated": (0.633, 0.0, 0.0002, 0.0003),
    "autocorrelation lag 1": (-0.16, -0.11, -0.10, 0.55),
    "autocorrelation lag 2": (0.14, 0.03, -0.01, 0.31),
    "autocorrelation lag 3": (-0.13, 0.03, 0.01, 0.17),
    "not in key": (0.001, 0.01, 0.006, 0.287),
    "starting with tonic": (0.009, 0.288, 0.287, 0.0),
    "leaps resolved": (0.772, 0.911, 0.9, 0.522),
    "unique max": (0.647, 0.564, 0.594, 0.371),
    "unique min": (0.494, 0.519, 0.583, 0.565),
    "in motif": (0.059, 0.757, 0.738, 0.693),
    "in repeated motif": (0.00007, 0.0011, 0.0009, 0.0001),
}
"""Jaques et al. 2017, Table 1: Note RNN, Q, Ψ, G. Its autocorrelation of G at lag 3 is printed as
17, which no correlation can be; .17 is meant."""
PRINTED = ("note-rnn", "q", "psi", "g")
PLAIN = ("autocorrelation lag 1", "autocorrelation lag 2", "autocorrelation lag 3",
         "leaps a work", LOGP, MINUTES)  # fmt: skip
"""Metrics that are not shares."""
MOST = {"excessively repeated": 0.001, "not in key": 0.006}
LEAST = {
    "starting with tonic": 0.4,
    "leaps resolved": 0.92,
    "leaps a work": 0.5,
    "in motif, of steps that can be": 0.8,
    "in repeated motif": 0.01,
    "distinct": 0.99,
    LOGP: -2.3,
}
FARTHEST = 0.15
"""What makar's model must reach, all together. The bar for motifs is on the steps that can end one:
of all 32 steps at most 25 can, 78.1 %, so that nothing reaches 80 % of them."""


@dataclass(frozen=True)
class Bar:
    """A metric of makar's model, and whether it is where it must be."""

    metric: str
    asked: str
    reached: float
    met: bool


@dataclass(frozen=True)
class Table:
    """What everything came to.

    Attributes:
        estimates: Of each metric, by model; people's tunes are among the models.
        seeds: Of the runs.
    """

    estimates: Mapping[str, Mapping[str, Estimate]]
    seeds: tuple[int, ...]

    def records(self) -> list[dict[str, Any]]:
        """One object for each number: mean, 95 % interval, n, seeds."""
        return [
            {
                "model": model,
                "metric": metric,
                **estimate.interval(),
                "n": estimate.n,
                "seeds": seeds,
            }
            for model, metrics in self.estimates.items()
            for seeds in [[] if model == HUMAN else list(self.seeds)]
            for metric, estimate in metrics.items()
        ]

    def bars(self) -> list[Bar]:
        """What the model called makar must reach, and where it is."""
        ours, note = self.estimates["makar"], self.estimates["note-rnn"]
        found = [Bar(m, f"≤ {_words(m, b)}", v := ours[m].mean, v <= b) for m, b in MOST.items()]
        floors = LEAST | {m: note[m].mean for m in ("unique max", "unique min")}
        found += [Bar(m, f"≥ {_words(m, b)}", v := ours[m].mean, v >= b) for m, b in floors.items()]
        for lag in (1, 2, 3):
            value = ours[name := f"autocorrelation lag {lag}"].mean
            found.append(Bar(name, f"within ±{FARTHEST}", value, abs(value) <= FARTHEST))
        return found

    def markdown(self) -> str:
        """The table with the published columns beside ours."""
        names = [*self.estimates, *(f"{model}, published" for model in PRINTED)]
        lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
        metrics = dict.fromkeys(m for columns in self.estimates.values() for m in columns)
        for metric in metrics:
            cells = [_cell(metric, columns.get(metric)) for columns in self.estimates.values()]
            cells += [_words(metric, value) for value in AS_PRINTED.get(metric, ())]
            cells += [""] * (len(names) - len(cells))
            lines.append(f"| {metric} | {' | '.join(cells)} |")
        return "\n".join(lines) + "\n"


def recount(folder: Path, settings: Settings) -> dict[str, dict[str, Estimate]]:
    """Every metric of every model, from ``compositions.npz`` alone."""
    kept = read_npz(folder / COMPOSITIONS)
    return {model: _over(np.split(them, len(settings.seeds))) for model, them in kept.items()}


def summarised(folder: Path, settings: Settings) -> Table:
    """Count, and write ``summary.json`` and ``table.md``."""
    people = counted(note_rnn.human("heldout").tokens)
    estimates = {HUMAN: {name: over_seeds([ratio]) for name, ratio in people.items()}}
    for model, metrics in recount(folder, settings).items():
        parts = [read(path_of(folder, _model(model), seed)) for seed in settings.seeds]
        logp = [Ratio(p.logp.astype(np.float64), np.ones(len(p.logp))) for p in parts]
        minutes = mean_over_works(np.array([p.minutes for p in parts]))
        estimates[model] = metrics | {LOGP: over_seeds(logp), MINUTES: minutes}
    table = Table(estimates, settings.seeds)
    atomic.write_json(folder / "summary.json", table.records())
    atomic.write_text(folder / "table.md", table.markdown())
    return table


def _over(seeds: Sequence[np.ndarray]) -> dict[str, Estimate]:
    runs = [counted(tokens) for tokens in seeds]
    return {name: over_seeds([run[name] for run in runs]) for name in runs[0]}


def _model(name: str) -> Model:
    return next(model for model in get_args(Model) if model == name)


def _words(metric: str, value: float) -> str:
    if isnan(value):
        return "–"
    return f"{value:.2f}" if metric in PLAIN else f"{100 * value:.{_places(100 * value)}f} %"


def _places(percent: float) -> int:
    return 1 if abs(percent) >= 1 else 3


def _cell(metric: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    words, half = _words(metric, estimate.mean), (estimate.high - estimate.low) / 2
    if not isfinite(half):
        return words
    spread = f"{half:.2f}" if metric in PLAIN else f"{100 * half:.{_places(100 * half)}f}"
    return f"{words} ± {spread}"


assert set(AS_PRINTED) == set(PUBLISHED)
