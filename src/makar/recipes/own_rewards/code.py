"""The file that a user's own reward is in: its bytes, read once, and what they are known by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from makar.core.disk.plain import read_plain

MOST_BYTES = 4 * 2**20
"""Of a file of rewards."""


class NoCodeError(Exception):
    """There is no such file, or it cannot be one of rewards; says why."""


@dataclass(frozen=True)
class Code:
    """A file of rewards.

    Attributes:
        path: Where it is, absolute.
        source: Its bytes: those that are run, whatever happens to the file meanwhile.
    """

    path: Path
    source: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its bytes."""
        return hashlib.sha256(self.source).hexdigest()


def read_code(path: Path) -> Code:
    """Read a file of rewards; none of it is run.

    Raises:
        NoCodeError: it is not there, no plain file, no Python file, or too large.
    """
    if path.suffix != ".py":
        raise NoCodeError(f"{path} is not a Python file (*.py)")
    try:
        source = read_plain(path, most=MOST_BYTES, follow=True)
    except FileNotFoundError:
        raise NoCodeError(f"there is no file {path}") from None
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else fault
        raise NoCodeError(f"{path} cannot be read: {why}") from None
    return Code(path.absolute(), source)
