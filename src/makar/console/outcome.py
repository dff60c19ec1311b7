"""What runs came to, as a table on the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from makar.console.shown import PlainConsole
from makar.evaluation.headline import HEADLINE
from makar.evaluation.rows import (
    CHOSEN,
    DISTINCT,
    DUPLICATES,
    HUMAN,
    NEAR_COPIES,
    PRIOR,
    RANDOM,
    SCORE,
    SECONDS,
    TRAINED,
    TRIED,
)

MEASURES_SHOWN = 5


def say_table(records: list[dict[str, Any]], path: Path, report: Path, *, as_json: bool) -> None:
    """Print a table over several runs, and where its numbers and its page are."""
    if as_json:
        sys.stdout.write(
            json.dumps(
                {"event": "compared", "summary": str(path), "report": str(report)}
                | {"table": records}
            )
        )
        sys.stdout.write("\n")
        return
    console = PlainConsole()
    console.print(before_and_after(records))
    console.print(f"every number: [bold]{escape(str(path))}[/bold]")
    console.print(f"open the report: [bold]{escape(str(report))}[/bold]")


def before_and_after(records: list[dict[str, Any]]) -> Table:
    """The table's few most telling rows: score, the largest changes, and variety."""
    every = {row["row"]: row for row in records}
    best = [name for name in every if name.startswith(CHOSEN)][-1:]
    rows = {name: every[name] for name in (HUMAN, RANDOM, PRIOR, *best, TRAINED) if name in every}
    title = "of 100, with 95 % intervals; headline: by chance 0, theirs 100"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in rows:
        table.add_column(escape(name), justify="right")
    for measure in _telling(rows):
        cells = (_cell(row["measures"].get(measure)) for row in rows.values())
        table.add_row(escape(measure.replace("_", " ")), *cells)
    return table


def _telling(rows: dict[str, Any]) -> list[str]:
    """The score, the parts in 0..1 that changed most, and what is measured on the whole set."""
    before, after = rows[PRIOR]["measures"], rows[TRAINED]["measures"]

    def change(name: str) -> float:
        first, last = before[name]["mean"], after[name]["mean"]
        return -abs(last - first) if first is not None and last is not None else 0.0

    last = (NEAR_COPIES, DISTINCT, DUPLICATES)
    first = [name for name in (HEADLINE, SCORE) if name in after]
    told = (*first, *last, TRIED, SECONDS)
    parts = [n for n in after if n not in told and _is_share(rows, n)]
    return [*first, *sorted(parts, key=change)[:MEASURES_SHOWN], *last]


def _is_share(rows: dict[str, Any], measure: str) -> bool:
    means = [row["measures"][measure]["mean"] for row in rows.values()]
    return all(mean is not None and 0 <= mean <= 1 for mean in means)


def _cell(estimate: dict[str, float | None] | None) -> str:
    if estimate is None or estimate["mean"] is None:
        return ""
    mean = 100 * estimate["mean"]
    if estimate["low"] is None or estimate["high"] is None:
        return f"{mean:.1f}"
    return f"{mean:.1f} ± {50 * (estimate['high'] - estimate['low']):.1f}"
