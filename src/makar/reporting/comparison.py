"""Finished runs side by side: which settings differ, which results, and by more than chance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.disk.toml import read_toml
from makar.core.errors import ConfigError
from makar.evaluation.rows import SCORE, TRAINED, Scores
from makar.evaluation.seeds import read_scores
from makar.evaluation.study_page import write_page
from makar.measures.paired import paired_test, significant
from makar.measures.statistics import Difference, Estimate, interval, mean_over_works, welch_test
from makar.recipes.registry import recipe
from makar.reporting.curves import Log
from makar.runs.errors import RunError
from makar.runs.metrics import read_metrics
from makar.runs.report.assessment import AssessmentPage
from makar.runs.report.contents import Cell, Chart, Ink, Line, Measure, Table
from makar.runs.report.words import Words

_INKS: tuple[Ink, ...] = ("before", "after", "people", "best", "plain")
_CURVES = (
    ("score", "Of an average work, out of 100; what training adds to it is left out."),
    ("kl", "Nats a decision away from the prior."),
    ("distinct-4", "How varied each batch is, out of 100: sizes of batches matter."),
)
_HOW = "Means with 95 % intervals over works; under a measure, which runs differ significantly."
_SAME_DRAWS = ("prior_seed", "ask", "evaluate.works", "model", "pretrain", "corpus")
"""Settings on which it hangs that work i of two runs is made from the same draw and prior."""


@dataclass(frozen=True)
class Comparison:
    """What differs between runs; the first is what the others are held against.

    Attributes:
        names: The runs.
        settings: Each setting that differs, as each run has it.
        results: For each measure the trained model's mean in each run.
        differences: For each run but the first: each measure against the first run.
        counts: For each run but the first: measures that differ significantly.
        paired: Runs whose works were compared in pairs with the first's.
        curves: For each run its log.
        words: How their works are spoken of.
    """

    names: Sequence[str]
    settings: Mapping[str, Sequence[str]]
    results: Mapping[str, Sequence[Estimate]]
    differences: Mapping[str, Mapping[str, Difference]]
    counts: Mapping[str, set[str]]
    paired: Sequence[str]
    curves: Mapping[str, Log]
    words: Words = field(default_factory=Words)

    @property
    def measures(self) -> list[str]:
        """Measures, the score first and then those that differ most surely."""
        told = set[str]().union(*self.counts.values())
        return sorted(self.results, key=lambda m: (m != SCORE, m not in told))

    @property
    def note(self) -> str:
        """How to read it."""
        how = "in pairs, as they come from the same draws" if self.paired else "by Welch's test"
        return (
            f"▲ ▼ significantly above or below {self.names[0]} at 5 %, works compared {how}, "
            "made stricter for the number of measures (Holm). That two models differ does not say "
            "that their settings are why: train each with several seeds, and see makar table."
        )

    def mark(self, measure: str, name: str) -> str:
        """▲ or ▼ where this run differs significantly from the first."""
        if measure not in self.counts.get(name, ()):
            return ""
        return " ▲" if self.differences[name][measure].mean > 0 else " ▼"

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "runs": list(self.names),
            "settings": {key: list(values) for key, values in self.settings.items()},
            "results": {
                m: [e.interval() | {"n": e.n} for e in found] for m, found in self.results.items()
            },
            "differences": {
                name: {
                    m: interval(d.mean, d.low, d.high)
                    | {"p": d.p, "significant": m in self.counts[name]}
                    for m, d in found.items()
                }
                for name, found in self.differences.items()
            },
            "paired": list(self.paired),
        }


def compared(runs: Sequence[Path]) -> Comparison:
    """Compare finished runs.

    Raises:
        RunError: a run has not finished, or two of them are called the same.
    """
    names = [path.resolve().name for path in runs]
    if len(set(names)) < len(names):
        raise RunError(f"{', '.join(names)}: runs are told apart by their names; rename a folder")
    trained = {n: _trained(path) for n, path in zip(names, runs, strict=True)}
    configs = {n: settings_of(path) for n, path in zip(names, runs, strict=True)}
    first = names[0]
    measures = [m for m in trained[first].values if all(m in s.values for s in trained.values())]
    paired = [n for n in names[1:] if _same_draws(configs[first], configs[n])]
    differences = {
        n: {
            m: d
            for m in measures
            if (d := _difference(trained[first], trained[n], m, paired=n in paired)) is not None
        }
        for n in names[1:]
    }
    whole = [m for m in trained[first].whole if all(m in s.whole for s in trained.values())]
    results = {m: [mean_over_works(s.values[m]) for s in trained.values()] for m in measures} | {
        m: [Estimate(s.whole[m], math.nan, math.nan, s.n) for s in trained.values()] for m in whole
    }
    return Comparison(
        names,
        differing(configs),
        results,
        differences,
        {n: significant({m: d.p for m, d in found.items()}) for n, found in differences.items()},
        paired,
        {n: Log(list(read_metrics(p / "metrics.jsonl"))) for n, p in zip(names, runs, strict=True)},
        _words_of_all(configs.values()),
    )


def _trained(run: Path) -> Scores:
    rows = {row.name: row for row in read_scores(run)}
    if TRAINED not in rows:
        raise RunError(f"{run}: no row {TRAINED!r} in its table; finish it: makar train --resume")
    return rows[TRAINED]


def _difference(first: Scores, second: Scores, measure: str, *, paired: bool) -> Difference | None:
    a, b = first.values[measure], second.values[measure]
    together = paired and len(a) == len(b)
    try:
        return paired_test(a, b) if together else welch_test(a, b)
    except ValueError:  # nearly nothing in it could be judged
        return None


def settings_of(run: Path) -> dict[str, str]:
    """A run's settings by dotted key, as written.

    Raises:
        RunError: its ``config.toml`` is missing or damaged.
    """
    path = run / "config.toml"
    try:
        tree = read_toml(path)
    except (OSError, ValueError) as fault:
        raise RunError(f"{path}: cannot be read ({fault}); restore it") from fault
    flat: dict[str, str] = {}
    _flatten(tree, "", flat)
    return flat


def words_of(settings: Mapping[str, str]) -> Words:
    """How a run's works are spoken of; in general words where its recipe is not installed."""
    try:
        return recipe(settings.get("recipe", "")).words
    except ConfigError:
        return Words()


def _words_of_all(configs: Iterable[Mapping[str, str]]) -> Words:
    """The words of all runs, or general ones where they are of several kinds."""
    found = {words_of(config) for config in configs}
    return found.pop() if len(found) == 1 else Words()


def _flatten(tree: Mapping[str, Any], before: str, into: dict[str, str]) -> None:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            _flatten(value, f"{before}{key}.", into)
        else:
            into[before + key] = str(value)


def differing(configs: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Settings that are not the same in all runs, as each has them; ``–`` where it has none."""
    keys = dict.fromkeys(key for config in configs.values() for key in config)
    rows = {key: [config.get(key, "–") for config in configs.values()] for key in keys}
    return {key: values for key, values in rows.items() if len(set(values)) > 1}


def _same_draws(first: Mapping[str, str], second: Mapping[str, str]) -> bool:
    def told(config: Mapping[str, str]) -> dict[str, str]:
        return {
            key: value
            for key, value in config.items()
            if any(key == name or key.startswith(f"{name}.") for name in _SAME_DRAWS)
        }

    return told(first) == told(second)


def write_comparison(found: Comparison, target: Path) -> Path:
    """Write ``summary.json`` and ``comparison.html`` into a new folder; return the page's path.

    Raises:
        FileExistsError: the folder is there already; nothing is overwritten.
    """
    return write_page(_page(found), found.as_json(), target / "comparison.html")


def _page(found: Comparison) -> AssessmentPage:
    settings = [(key, " · ".join(values)) for key, values in found.settings.items()]
    return AssessmentPage(
        title=" against ".join([found.names[0], ", ".join(found.names[1:])]),
        verdict=[_told(found, name) for name in found.names[1:]],
        charts=curves(found),
        tables=[("The trained models", _table(found))],
        notes=[found.note],
        facts=[("runs", " · ".join(found.names)), *settings],
        words=found.words,
    )


def _told(found: Comparison, name: str) -> str:
    first = found.results[SCORE][0].mean
    score = found.results[SCORE][list(found.names).index(name)].mean
    tested, differ = len(found.differences[name]), len(found.counts[name])
    sure = "" if SCORE in found.counts[name] else ", which may be chance"
    return (
        f"{name} scores {100 * score:.1f}, {found.names[0]} {100 * first:.1f}{sure}; "
        f"{differ} of {tested} measures differ significantly."
    )


def curves(found: Comparison) -> list[Chart]:
    """The runs' learning curves laid over each other."""
    return [chart for key, words in _CURVES if (chart := _chart(found, key, words))]


def _chart(found: Comparison, key: str, words: str) -> Chart | None:
    longest = max((int(log.iterations.max(initial=-1)) for log in found.curves.values()), default=0)
    if longest < 0:
        return None
    lines: list[Line] = []
    for place, (name, log) in enumerate(found.curves.items()):
        values = np.full(longest + 1, np.nan)
        values[log.iterations] = log.score if key == "score" else log.anywhere(key)
        lines.append(Line(name, values, _INKS[place % len(_INKS)]))
    return Chart(
        key, np.arange(longest + 1), lines, words=words, scale=1.0 if key == "kl" else 100.0
    )


def _table(found: Comparison) -> Table:
    measures = [
        Measure(
            m,
            _where(found, m),
            [Cell(e.mean, e.low, e.high) for e in found.results[m]],
            is_share=False,
        )
        for m in found.measures
    ]
    marked = [m for m in measures if any(m.name in counted for counted in found.counts.values())]
    others = [m for m in measures if m not in marked]
    counts = [f"{e.n:,} works" for e in found.results[SCORE]]
    groups = [("Differs significantly", marked), ("May be chance", others)]
    return Table(found.names, counts, [(t, ms) for t, ms in groups if ms], _HOW)


def _where(found: Comparison, measure: str) -> str:
    """Which runs differ significantly from the first, and which way."""
    told = [
        f"{name} {'above' if found.differences[name][measure].mean > 0 else 'below'}"
        for name, counted in found.counts.items()
        if measure in counted
    ]
    return ", ".join(told)
