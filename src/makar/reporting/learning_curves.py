"""Learning curves as plain numbers: one row a step, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from makar.reporting.tabulation import harmless
from makar.runs.errors import RunNotFoundError
from makar.runs.metrics import numbers, read_metrics

METRICS = "metrics.jsonl"


def learning_curves(run: Path) -> list[dict[str, float]]:
    """Every step of a run: iteration, and each number that was logged, by dotted name.

    Raises:
        RunNotFoundError: nothing was logged yet.
    """
    path = run / METRICS
    if not path.is_file():
        raise RunNotFoundError(f"{path}: no step was made yet")
    return [dict(numbers(row)) for row in read_metrics(path)]


def curves_csv(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Learning curves of runs as CSV: a line a step, the run's name first.

    Args:
        curves: Of each run, by its name.
    """
    names = list(dict.fromkeys(name for rows in curves.values() for row in rows for name in row))
    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(["run", *map(harmless, names)])
    for run, rows in curves.items():
        writer.writerows([harmless(run), *(row.get(name, "") for name in names)] for row in rows)
    return told.getvalue()
