"""What can go wrong with a run folder; each message names the file, the fault and the remedy."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RunError(Exception):
    """Something about a run folder that its user can put right."""


class RunExistsError(RunError):
    """A run of that name is already there; nothing is ever overwritten."""


class RunNotFoundError(RunError):
    """There is no such run."""


class RunLockedError(RunError):
    """Another process is writing to the run folder."""


class CheckpointError(RunError):
    """A checkpoint is damaged or missing, or a state cannot be kept in one."""


class LedgerError(RunError):
    """The ledger of works or the metrics log is damaged, or was asked for the impossible."""


class WorkNotFoundError(LedgerError):
    """No work has that id."""


class AmbiguousIdError(LedgerError):
    """Several works have ids that begin like that; ``candidates`` lists them."""

    def __init__(self, prefix: str, candidates: list[str]) -> None:
        self.candidates = candidates
        super().__init__(
            f"{prefix!r} is the beginning of several work ids: {', '.join(candidates)}; "
            "give more letters"
        )


class DiskFullError(RunError):
    """No room is left on the disk; what was saved before is intact."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder}: the disk is full; what was saved before is intact. "
            "Free some space there and resume the run"
        )


FULL = (errno.ENOSPC, errno.EDQUOT)
"""Numbers of the system's errors where no room is left."""
_FULL_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")
"""The second is what opening a database says when its index of the log finds no room."""


@contextmanager
def naming_full_disk(folder: Path) -> Iterator[None]:
    """Turn the system's and SQLite's "no space left" into a ``DiskFullError`` for ``folder``."""
    try:
        yield
    except OSError as fault:
        if fault.errno in FULL:
            raise DiskFullError(folder) from fault
        raise
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorname in _FULL_SQLITE:
            raise DiskFullError(folder) from fault
        raise
