"""Where runs are, and how a run is found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from makar.runs.folder import RunFolder

Runs = Annotated[
    Path | None,
    typer.Option("--runs", help="Folder of the runs; ./runs or $MAKAR_RUNS by default."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def runs_root(given: Path | None) -> Path:
    """The folder of runs: the option, ``$MAKAR_RUNS``, or ``./runs``."""
    return given or Path(os.environ.get("MAKAR_RUNS") or "runs")


def find_run(name: str | None, root: Path | None, *, write: bool = False) -> RunFolder:
    """A run by name or path; the newest where no name is given."""
    return RunFolder.find(runs_root(root), name, write=write)
