"""What several seeds of one recipe come to, on one page: was it luck?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from makar.evaluation.rows import PRIOR, SCORE, TRAINED
from makar.evaluation.seeds import compare_runs
from makar.measures.statistics import Estimate
from makar.reporting.comparison import compared, curves
from makar.runs.atomic import write_text
from makar.runs.report.assessment import AssessmentPage, assessment_html
from makar.runs.report.contents import Cell, Measure, Table
from makar.runs.report.markup import number

REPORT = "report.html"
_HOW = (
    "Means with 95 % intervals: over the seeds in the last column, over works in the others, which "
    "are the same in every run. Watch rewards are as measured."
)


def write_study(runs: Sequence[Path], target: Path) -> list[dict[str, Any]]:
    """Compare finished runs that differ in their seed only: ``summary.json`` and ``report.html``.

    Args:
        runs: Folders of the runs.
        target: Folder of the study.

    Returns:
        The table.

    Raises:
        RunError: a run has not finished.
    """
    table = compare_runs(runs, target)
    page = AssessmentPage(
        title=f"{target.name}: {len(runs)} training seeds",
        verdict=[_verdict(table)],
        charts=curves(compared(runs)),
        tables=[("People, the prior, its best, and what was trained", _as_table(table))],
        notes=[f"{run.name}: its works are in {run.name}/{REPORT}" for run in runs],
    )
    write_text(target / REPORT, assessment_html(page))
    return table


def _verdict(table: Sequence[Mapping[str, Any]]) -> str:
    scores = {str(row["row"]): _estimate(row, SCORE) for row in table}
    trained = scores[TRAINED]
    others = (f"{name} {number(100 * e.mean)}" for name, e in scores.items() if name != TRAINED)
    return (
        f"Of 100, the trained models score {number(100 * trained.mean)} "
        f"({number(100 * trained.low)} to {number(100 * trained.high)} over seeds); "
        f"{', '.join(others)}."
    )


def _as_table(table: Sequence[Mapping[str, Any]]) -> Table:
    prior = next(row for row in table if row["row"] == PRIOR)
    found = {m: [_estimate(row, m) for row in table] for m in prior["measures"]}
    measures = [
        Measure(m, "", [Cell(e.mean, e.low, e.high) for e in estimates], is_share=False)
        for m, estimates in found.items()
    ]
    counts = [
        f"{row['n']:,} works" + (f", {row['seeds']} seeds" if row["seeds"] > 1 else "")
        for row in table
    ]
    return Table([str(row["row"]) for row in table], counts, [("Measures", measures)], _HOW)


def _estimate(row: Mapping[str, Any], measure: str) -> Estimate:
    numbers = (row["measures"][measure][end] for end in ("mean", "low", "high"))
    mean, low, high = (math.nan if n is None else float(n) for n in numbers)
    return Estimate(mean, low, high, int(row["n"]))
