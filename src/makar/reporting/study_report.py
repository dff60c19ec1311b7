"""What several seeds of one recipe come to, on one page: was it luck?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from makar.evaluation.headline import HEADLINE
from makar.evaluation.labels import row_words
from makar.evaluation.rows import PRIOR, SCORE, TRAINED
from makar.evaluation.seeds import compare_runs
from makar.measures.statistics import Estimate
from makar.reporting.comparison import compared, curves, settings_of, words_of
from makar.reporting.table import counted
from makar.runs.atomic import write_text
from makar.runs.report.assessment import AssessmentPage, assessment_html
from makar.runs.report.contents import Cell, Measure, Table
from makar.runs.report.markup import number, opening
from makar.runs.report.words import Words

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
    words = words_of(settings_of(runs[0]))
    heading = f"{opening(words.whose)}, the prior, its best, and what was trained"
    page = AssessmentPage(
        title=f"{target.name}: {len(runs)} training seeds",
        verdict=[_verdict(table, words)],
        charts=curves(compared(runs)),
        tables=[(heading, _as_table(table, words))],
        notes=[f"{run.name}: its works are in {run.name}/{REPORT}" for run in runs],
        words=words,
    )
    write_text(target / REPORT, assessment_html(page))
    return table


def _verdict(table: Sequence[Mapping[str, Any]], words: Words) -> str:
    scores = {str(row["row"]): _estimate(row, SCORE) for row in table}
    trained = scores[TRAINED]
    others = (
        f"{row_words(name, words)} {number(100 * e.mean)}"
        for name, e in scores.items()
        if name != TRAINED
    )
    placed = _row(table, TRAINED)["measures"].get(HEADLINE)
    place = ""
    if placed is not None:
        place = (
            f"With works by chance at 0 and {words.whose_own()} at 100, what was trained is at "
            f"{number(100 * placed['mean'])} ({number(100 * placed['low'])} to "
            f"{number(100 * placed['high'])}). "
        )
    return (
        f"{place}Of 100, the trained models score {number(100 * trained.mean)} "
        f"({number(100 * trained.low)} to {number(100 * trained.high)} over seeds); "
        f"{', '.join(others)}."
    )


def _row(table: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """The row of that name."""
    return next(row for row in table if row["row"] == name)


def _as_table(table: Sequence[Mapping[str, Any]], words: Words) -> Table:
    prior = _row(table, PRIOR)
    found = {m: [_estimate(row, m) for row in table] for m in prior["measures"]}
    measures = [
        Measure(m, "", [Cell(e.mean, e.low, e.high) for e in estimates], is_share=False)
        for m, estimates in found.items()
    ]
    columns = [row_words(str(row["row"]), words) for row in table]
    return Table(columns, [counted(row) for row in table], [("Measures", measures)], _HOW)


def _estimate(row: Mapping[str, Any], measure: str) -> Estimate:
    return Estimate.of_interval(row["measures"][measure], n=int(row["n"]))
