"""One recipe with several seeds: was it luck?"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from makar.core.disk.arrays import read_npz
from makar.core.errors import UnreadableError
from makar.evaluation.rows import (
    DISTINCT,
    DUPLICATES,
    SECONDS,
    TRIED,
    Row,
    Scores,
    aggregate_scores,
)
from makar.runs.atomic import write_bytes, write_json
from makar.runs.errors import RunError

COMPARED = "compared.npz"
_WHOLE = (DISTINCT, DUPLICATES, TRIED, SECONDS)


def write_scores(folder: Path, rows: Sequence[Row[Any]]) -> None:
    """Keep every value behind a run's table, by ``row/measure``."""
    scores: dict[str, np.ndarray] = {}
    for row in rows:
        scores |= {f"{row.name}/{measure}": values for measure, values in row.values.items()}
        scores |= {f"{row.name}/{measure}": np.array([v]) for measure, v in row.whole.items()}
    packed = io.BytesIO()
    np.savez_compressed(packed, **scores)  # pyright: ignore[reportArgumentType] - stubs take one positional
    write_bytes(folder / COMPARED, packed.getvalue())


def read_scores(folder: Path) -> list[Scores]:
    """The rows of a run's table, from the values behind it.

    Raises:
        RunError: they are missing or damaged.
    """
    path = folder / COMPARED
    try:
        columns = read_npz(path)
        if any(column.ndim != 1 or column.dtype.kind not in "fiub" for column in columns.values()):
            raise ValueError("it holds what are no rows of numbers")
    except (OSError, ValueError) as fault:
        why = fault.fault if isinstance(fault, UnreadableError) else fault
        raise RunError(
            f"{path}: cannot be read ({why}); finish the run: makar train --resume {folder}"
        ) from fault
    rows: dict[str, dict[str, np.ndarray]] = {}
    for name, values in columns.items():
        row, _, measure = name.partition("/")
        rows.setdefault(row, {})[measure] = values
    return [_scores(name, measures) for name, measures in rows.items()]


def _scores(name: str, measures: dict[str, np.ndarray]) -> Scores:
    values = {m: column for m, column in measures.items() if m not in _WHOLE}
    whole = {m: float(column[0]) for m, column in measures.items() if m in _WHOLE}
    return Scores(name, len(next(iter(values.values()))), values, whole)


def compare_runs(runs: Sequence[Path], target: Path) -> list[dict[str, Any]]:
    """The table over finished runs that differ in their seed only, as ``target/summary.json``.

    Intervals of what was trained are over the runs; people's and the prior's rows are the same
    in all of them.

    Raises:
        RunError: a run has not finished.
    """
    table = aggregate_scores([read_scores(run) for run in runs])
    target.mkdir(parents=True, exist_ok=True)
    write_json(target / "summary.json", table)
    return table
