"""The report's before/after table, from the same numbers as ``summary.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from makar.evaluation.rows import (
    HUMAN,
    MARKOV,
    PRIOR,
    RANDOM,
    SECONDS,
    TRAINED,
    TRIED,
    aggregate,
)
from makar.measures.statistics import Estimate
from makar.reporting.verdicts import Rows, row_named, verdicts
from makar.runs.report.contents import Cell, Measure, Table
from makar.runs.report.markup import number
from makar.runs.report.words import Words


def table_of(rows: Rows, explained: Mapping[str, str], words: Words) -> Table:
    """The table.

    Args:
        rows: Its rows.
        explained: Each measure in plain words.
        words: How works are spoken of.
    """
    told = aggregate([rows])
    parts = row_named(rows, TRAINED).judgement.parts
    marks = {
        str(row["row"]): verdicts(rows, str(row["row"]))
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
        cells: list[Cell] = []
        for row in told:
            e = Estimate.of_interval(row["measures"][name], n=row["n"])
            verdict = marks.get(str(row["row"]), {}).get(name, "untested")
            cells.append(Cell(e.mean, e.low, e.high, verdict))
        share = not watched and name not in (TRIED, SECONDS)
        measure = Measure(name, explained.get(name, ""), cells, is_share=share)
        groups[group if name in parts else "The whole"].append(measure)
    note = (
        "Means with 95 % intervals over works; scores and shares out of 100, watch rewards as "
        "measured. ▲ significantly better and ▼ significantly worse than the prior; a watch "
        f"reward is better the nearer its mean is to {words.whose_own()}."
    )
    called = {HUMAN: words.whose, RANDOM: "chance", MARKOV: "a table"}
    columns = [called.get(str(row["row"]), str(row["row"])) for row in told]
    shown = [(title, measures) for title, measures in groups.items() if measures]
    return Table(columns, [counted(row) for row in told], shown, note)


def counted(row: Mapping[str, Any]) -> str:
    """How many works are behind a row of ``summary.json``, and of how many seeds."""
    works = f"{number(row['n'], 0)} works"
    return f"{works}, {row['seeds']} seeds" if row["seeds"] > 1 else works
