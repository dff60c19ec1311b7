"""One table over many runs, those that differ in their seed only taken together."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.disk.parsing import read_json
from makar.core.errors import ConfigError
from makar.evaluation.labels import row_words
from makar.evaluation.rows import TRAINED, aggregate_scores
from makar.evaluation.seeds import read_scores
from makar.measures.statistics import Estimate, mean_over_seeds
from makar.reporting.comparison import differing, settings_of, words_of
from makar.runs.errors import RunError
from makar.runs.report.words import Words

_SEED = "seed"
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """One row over the runs of one setting.

    Attributes:
        setting: What is special about the setting; empty where there is only one.
        row: Whose works.
        runs: The runs' names.
        cells: By measure.
        words: How the runs' works are spoken of.
    """

    setting: str
    row: str
    runs: Sequence[str]
    cells: Mapping[str, Estimate]
    words: Words = field(default_factory=Words)

    @property
    def label(self) -> str:
        """Whose works and the setting, to be read."""
        row = row_words(self.row, self.words)
        return f"{row} ({self.setting})" if self.setting else row


@dataclass(frozen=True)
class Tabulated:
    """The table.

    Attributes:
        rows: In the order of the settings.
        measures: In order.
    """

    rows: Sequence[Group]
    measures: Sequence[str]

    def as_json(self) -> list[dict[str, Any]]:
        """One object a row, as in ``summary.json``."""
        return [
            {
                "setting": row.setting,
                "row": row.row,
                "runs": list(row.runs),
                "measures": {
                    m: e.interval() | {"n": e.n, "seeds": e.seeds} for m, e in row.cells.items()
                },
            }
            for row in self.rows
        ]


def tabulated(
    runs: Sequence[Path], *, evaluation: bool = False, only: Sequence[str] = ()
) -> Tabulated:
    """The table over finished runs.

    With one run of a setting, intervals are over its works; with several, over the runs' means
    (``statistics.mean_over_seeds``). Rows that are the same in all of a setting's runs (people's,
    the prior's) are taken from the first.

    Args:
        runs: Folders of runs.
        evaluation: Take what ``makar evaluate`` measured, its newest folder in each run.
        only: Measures to keep; all where empty.

    Raises:
        RunError: a run has not finished, or was not evaluated.
        ConfigError: a measure is asked for that no run has.
    """
    configs = {path: settings_of(path) for path in runs}
    groups: dict[str, list[Path]] = {}
    for path, config in configs.items():
        told = json.dumps({k: v for k, v in config.items() if k != _SEED}, sort_keys=True)
        groups.setdefault(told, []).append(path)
    names = _settings([configs[paths[0]] for paths in groups.values()])
    rows: list[Group] = []
    for setting, paths in zip(names, groups.values(), strict=True):
        read = _evaluated if evaluation else _compared
        told = [path.resolve().name for path in paths]
        words = words_of(configs[paths[0]])
        rows += [Group(setting, row, told, cells, words) for row, cells in read(paths).items()]
    known = list(dict.fromkeys(m for row in rows for m in row.cells))
    if unknown := [m for m in only if m not in known]:
        raise ConfigError(f"--measure {', '.join(unknown)}: there are: {', '.join(known)}")
    kept = list(only) or known
    rows = [replace(r, cells={m: r.cells[m] for m in kept if m in r.cells}) for r in rows]
    return Tabulated(rows, kept)


def _settings(configs: Sequence[Mapping[str, str]]) -> list[str]:
    """What is special about each setting: its own values of what differs, the seed left out."""
    named = {str(number): config for number, config in enumerate(configs)}
    different = {key: v for key, v in differing(named).items() if key != _SEED}
    return [
        ", ".join(f"{key} = {values[number]}" for key, values in different.items())
        for number in range(len(configs))
    ]


def _compared(paths: Sequence[Path]) -> dict[str, dict[str, Estimate]]:
    runs = [read_scores(path) for path in paths]
    if len({tuple(row.name for row in run) for run in runs}) > 1:
        raise RunError(
            f"{', '.join(str(p) for p in paths)}: their tables have different rows, as they were "
            "made by different versions; tabulate them apart"
        )
    return {
        str(row["row"]): {
            m: Estimate.of_interval(e, n=row["n"], seeds=row["seeds"])
            for m, e in row["measures"].items()
        }
        for row in aggregate_scores(runs)
    }


def _evaluated(paths: Sequence[Path]) -> dict[str, dict[str, Estimate]]:
    tables = [_evaluation(path) for path in paths]
    found: dict[str, dict[str, Estimate]] = {}
    for row, first in tables[0].items():
        learned = row.startswith(TRAINED)
        those = [t[row] for t in tables if row in t] if learned else [first]
        found[row] = {m: _over([t[m] for t in those if m in t]) for m in first}
    return found


def _evaluation(run: Path) -> dict[str, dict[str, Estimate]]:
    """The newest evaluation in a run's folder."""
    places = sorted(run.glob("evaluation*/summary.json"), key=lambda p: p.stat().st_mtime_ns)
    if not places:
        raise RunError(f"{run}: not evaluated yet: makar evaluate {run}")
    try:
        rows = read_json(places[-1])
        return {
            row["row"]: {m: Estimate.of_interval(e, n=e["n"]) for m, e in row["measures"].items()}
            for row in rows
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as fault:
        raise RunError(
            f"{places[-1]}: damaged ({fault}); remove its folder, and makar evaluate {run} again"
        ) from fault


def _over(estimates: Sequence[Estimate]) -> Estimate:
    if len(estimates) == 1:
        return estimates[0]
    means = mean_over_seeds([np.array([e.mean]) for e in estimates])
    works = sum(e.n for e in estimates)
    return Estimate(means.mean, means.low, means.high, works, len(estimates))


def as_csv(table: Tabulated) -> str:
    """One line a number: setting, row, measure, mean, low, high, n, seeds; empty where unknown."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["setting", "row", "measure", "mean", "low", "high", "n", "seeds"])
    for row in table.rows:
        for measure, e in row.cells.items():
            numbers = [repr(x) if math.isfinite(x) else "" for x in (e.mean, e.low, e.high)]
            names = map(harmless, (row.setting, row.row, measure))
            writer.writerow([*names, *numbers, e.n, e.seeds])
    return text.getvalue()


def harmless(words: str) -> str:
    """A cell of CSV that is text to a spreadsheet, too: no formula, no signs that are not shown."""
    shown = "".join(c if c.isprintable() else " " for c in words)
    return f"'{shown}" if shown.lstrip()[:1] in ("=", "+", "-", "@") else shown


def as_latex(table: Tabulated) -> str:
    """A ``tabular`` that needs no package: measures down, rows across, mean ± half the interval."""
    heads = [escaped(row.label) for row in table.rows]
    lines = [
        "% mean and half the width of the 95 % interval",
        rf"\begin{{tabular}}{{l{'r' * len(heads)}}}",
        r"\hline",
        " & ".join(["", *heads]) + r" \\",
        r"\hline",
    ]
    for measure in table.measures:
        cells = (_latex_cell(row.cells.get(measure)) for row in table.rows)
        lines.append(" & ".join([escaped(measure.replace("_", " ")), *cells]) + r" \\")
    return "\n".join([*lines, r"\hline", r"\end{tabular}", ""])


def _latex_cell(estimate: Estimate | None) -> str:
    if estimate is None or not math.isfinite(estimate.mean):
        return "--"
    mean = f"{estimate.mean:.3f}"
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return f"${mean}$"
    return rf"${mean} \pm {(estimate.high - estimate.low) / 2:.3f}$"


def escaped(words: str) -> str:
    """Plain text as LaTeX prints it."""
    return "".join(_LATEX.get(c, c if c.isprintable() else " ") for c in words)
