"""The report's before/after table, from the same numbers as ``summary.json``."""

from __future__ import annotations

from collections.abc import Mapping

from makar.evaluation.rows import HUMAN, PRIOR, TRAINED, aggregate
from makar.reporting.verdicts import Runs, row_named, verdicts
from makar.runs.report.contents import Cell, Measure, Table, Verdict
from makar.runs.report.markup import number


def table_of(runs: Runs, words: Mapping[str, str]) -> Table:
    """The table over one run, or over several with different training seeds."""
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
        measure = Measure(name, words.get(name, ""), cells, is_share=not watched)
        groups[group if name in parts else "The whole"].append(measure)
    counts = [
        f"{number(row['n'], 0)} works" + (f", {row['seeds']} seeds" if row["seeds"] > 1 else "")
        for row in told
    ]
    over = "runs" if len(runs) > 1 else "works"
    note = (
        f"Means with 95 % intervals over {over}; scores and shares out of 100, watch rewards as "
        "measured. ▲ significantly better and ▼ significantly worse than the prior; a watch "
        "reward is better the better it fits people’s range."
    )
    columns = [{HUMAN: "people"}.get(str(row["row"]), str(row["row"])) for row in told]
    return Table(columns, counts, [(t, m) for t, m in groups.items() if m], note)


def _cell(estimate: Mapping[str, float | None], verdict: Verdict) -> Cell:
    mean, low, high = (
        float("nan") if estimate[end] is None else float(estimate[end] or 0.0)
        for end in ("mean", "low", "high")
    )
    return Cell(mean, low, high, verdict)
