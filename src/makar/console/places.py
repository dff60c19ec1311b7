"""Where runs are, and how a run or a work of one is found and opened."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from makar.runs.entry import Entry
from makar.runs.errors import AmbiguousIdError, LedgerError, WorkNotFoundError
from makar.runs.folder import RunFolder, list_runs

if TYPE_CHECKING:
    from makar.recipes.creator import Opened

Runs = Annotated[
    Path | None,
    typer.Option("--runs", help="Folder of the runs; ./runs or $MAKAR_RUNS by default."),
]
Run = Annotated[str | None, typer.Option("--run", help="The run; the newest by default.")]
WithSources = Annotated[
    bool, typer.Option("--with-sources", help="Name sources also where your own music is one.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def runs_root(given: Path | None) -> Path:
    """The folder of runs: the option, ``$MAKAR_RUNS``, or ``./runs``."""
    return given or Path(os.environ.get("MAKAR_RUNS") or "runs")


def find_run(name: str | None, root: Path | None, *, write: bool = False) -> RunFolder:
    """A run by name or path; the newest where no name is given."""
    return RunFolder.find(runs_root(root), name, write=write)


def opened_run(folder: RunFolder) -> tuple[Any, Opened]:
    """A run's settings and model; what is amiss is said on standard error."""
    from makar.recipes.loading import settings_of_run
    from makar.recipes.trained_run import open_run

    config = settings_of_run(folder)
    opened = open_run(folder, config)
    for notice in opened.notices:
        sys.stderr.write(f"makar: {notice}\n")
    return config, opened


def find_work(work: str, run: str | None, root: Path | None) -> tuple[RunFolder, Entry]:
    """The work in the run named, or in whichever run has it, the newest first."""
    if run is not None:
        folders = [find_run(run, root)]
    else:
        folders = list_runs(runs_root(root))[::-1] or [find_run(None, root)]
    for folder in folders:
        if not os.path.lexists(folder.path / "works.sqlite"):
            continue
        with folder:
            try:
                return folder, folder.ledger.find(work)
            except WorkNotFoundError:
                continue
            except AmbiguousIdError:
                raise
            except LedgerError as fault:
                if run is not None:
                    raise
                sys.stderr.write(f"makar: {fault}\n")
    where = run or runs_root(root)
    raise WorkNotFoundError(f"{where}: no work {work!r}; makar works lists them")
