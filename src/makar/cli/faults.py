"""What goes wrong, in a line or two with the remedy, and the exit code it leaves behind."""

from __future__ import annotations

import os
import sys
import traceback

from makar.console.terminal import OutputError, plain
from makar.core.errors import ConfigError, RewardFailureError, UnreadableError
from makar.runs.errors import (
    AmbiguousIdError,
    RunError,
    RunExistsError,
    RunNotFoundError,
    WorkNotFoundError,
)

FAILED, BAD_INPUT = 1, 2
_BAD_INPUT = (
    ConfigError,
    UnreadableError,
    RunNotFoundError,
    RunExistsError,
    WorkNotFoundError,
    AmbiguousIdError,
    FileExistsError,
)
_EXPECTED = (RunError, RewardFailureError, OutputError)


def exit_code_of(fault: Exception) -> int:
    """Say on standard error what happened; return the exit code.

    With ``MAKAR_DEBUG=1`` the traceback is printed as well.
    """
    if os.environ.get("MAKAR_DEBUG"):
        traceback.print_exception(fault)
    if not (isinstance(fault, OutputError) and fault.silent) and sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison] - None where it is closed
        sys.stderr.write(f"makar: {plain(_words(fault))}\n")
    return BAD_INPUT if isinstance(fault, _BAD_INPUT) else FAILED


def _words(fault: Exception) -> str:
    words = str(fault) or type(fault).__name__
    if isinstance(fault, (*_BAD_INPUT, *_EXPECTED)):
        return words
    if isinstance(fault, OSError) and fault.strerror:  # a disk, a right or a name: not makar's
        return f"{fault.filename}: {fault.strerror}" if fault.filename else fault.strerror
    if isinstance(fault, MemoryError):
        return f"there is not enough memory ({words})"
    return f"{type(fault).__name__}: {words}. This is a fault of makar; MAKAR_DEBUG=1 shows it"
