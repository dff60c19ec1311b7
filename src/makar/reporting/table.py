"""The report's before/after table, from the same numbers as ``summary.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from makar.evaluation.rows import HUMAN, PRIOR, TRAINED, aggregate
from makar.reporting.verdicts import Runs, row_named, verdicts
from makar.runs.report.contents import Cell, Measure, Table, Verdict
from makar.runs.report.markup import number
from makar.runs.report.words import Words


def table_of(runs: Runs, explained: Mapping[str, str], words: Words) -> Table:
    """The table over one run, or over several with different training seeds.

    Args:
        runs: Their rows.
        explained: Each measure in plain words.
        words: How works are spoken of.
    """
    told = aggregate(runs)
    parts = row_named(runs[0], TRAINED).judgement.parts
    marks = {
        str(row["row"]): verdicts(runs, str(row["row"]))
        for row in told
        if row["row"] not in (HUMAN, PRIOR)
    }
    groups: dict[str, list[Measure]] = {
        "The whole": [],
        "What was rewarded": [],
        "Watch rewards": [],
    }
    for name in told[0]["measures"]:
        watched = name in parts and parts[name].role == "watch"
        group = "Watch rewards" if watched else "What was rewarded"
        cells = [
            _cell(row["measures"][name], marks.get(str(row["row"]), {}).get(name, "untested"))
            for row in told
        ]
        measure = Measure(name, explained.get(name, ""), cells, is_share=not watched)
        groups[group if name in parts else "The whole"].append(measure)
    over = "runs" if len(runs) > 1 else "works"
    note = (
        f"Means with 95 % intervals over {over}; scores and shares out of 100, watch rewards as "
        "measured. ▲ significantly better and ▼ significantly worse than the prior; a watch "
        f"reward is better the better it fits {words.whose_own()} range."
    )
    columns = [{HUMAN: words.whose}.get(str(row["row"]), str(row["row"])) for row in told]
    shown = [(title, measures) for title, measures in groups.items() if measures]
    return Table(columns, [counted(row) for row in told], shown, note)


def counted(row: Mapping[str, Any]) -> str:
    """How many works are behind a row of ``summary.json``, and of how many seeds."""
    works = f"{number(row['n'], 0)} works"
    return f"{works}, {row['seeds']} seeds" if row["seeds"] > 1 else works


def _cell(estimate: Mapping[str, float | None], verdict: Verdict) -> Cell:
    mean, low, high = (
        float("nan") if estimate[end] is None else float(estimate[end] or 0.0)
        for end in ("mean", "low", "high")
    )
    return Cell(mean, low, high, verdict)
