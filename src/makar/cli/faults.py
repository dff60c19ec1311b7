"""What goes wrong, in a line or two with the remedy, and the exit code it leaves behind."""

from __future__ import annotations

import os
import sys
import traceback

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
_EXPECTED = (RunError, RewardFailureError, PermissionError)


def exit_code_of(fault: Exception) -> int:
    """Say on standard error what happened; return the exit code.

    With ``MAKAR_DEBUG=1`` the traceback is printed as well.
    """
    if os.environ.get("MAKAR_DEBUG"):
        traceback.print_exception(fault)
    words = str(fault) or type(fault).__name__
    if not isinstance(fault, (*_BAD_INPUT, *_EXPECTED)):
        words = f"{type(fault).__name__}: {words}. This is a fault of makar; MAKAR_DEBUG=1 shows it"
    sys.stderr.write(f"makar: {words}\n")
    return BAD_INPUT if isinstance(fault, _BAD_INPUT) else FAILED
