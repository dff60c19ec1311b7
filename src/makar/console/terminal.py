"""What is written to the terminal: no strangers' control characters, and no silence if it fails.

Titles, names of files and all else that somebody else wrote may hold characters that move the
cursor, colour or hide text, or answer the terminal in the user's name. They are written as JSON
writes them, which is right in lines of JSON, too. See also ``makar.console.shown``.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import IO, Any, cast

_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[\0-\x08\x0b-\x1f\x7f-\x9f{_TURNING}\ud800-\udfff]")
"""All but line ends and tabs; also what turns text around, and bytes of names that are no text."""


def plain(text: str) -> str:
    """The text with its control characters as JSON writes them, by their numbers."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class OutputError(Exception):
    """Standard output cannot be written to.

    Attributes:
        silent: Whoever reads it has gone, as ``head`` does: nothing is said of that.
    """

    def __init__(self, fault: OSError | ValueError) -> None:
        self.silent = isinstance(fault, OSError) and fault.errno == errno.EPIPE
        why = fault.strerror if isinstance(fault, OSError) else str(fault)
        super().__init__(f"standard output cannot be written to ({why}); nothing more is done")


class PlainStream:
    """A text stream that writes ``plain`` text, and says of its own faults that they are its own.

    Attributes:
        stream: What it writes to.
        over: Whether ``plain_output`` has ended. Whoever kept the stream, as handlers of logging
            do and flush it as Python ends, meets the faults of what it writes to from then on.
    """

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.over = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write the text, its control characters shown.

        Raises:
            OutputError: it cannot be written.
        """
        with self._faults():
            return self.stream.write(plain(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each text."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand on what was written.

        Raises:
            OutputError: it cannot be.
        """
        with self._faults():
            self.stream.flush()

    def _faults(self) -> AbstractContextManager[None]:
        return nullcontext() if self.over else own_faults()


@contextmanager
def plain_output() -> Iterator[None]:
    """Standard output and standard error write plain text; at the end all is handed on.

    Raises:
        OutputError: standard output is closed, full, or nobody reads it.
    """
    kept = sys.stdout, sys.stderr
    with suppress(AttributeError):  # closed: then there is nobody to tell
        sys.stderr.reconfigure(errors="backslashreplace")  # pyright: ignore[reportAttributeAccessIssue]
    if kept[1] is None:  # pyright: ignore[reportUnnecessaryComparison] - as where fd 2 is closed
        kept = (kept[0], open(os.devnull, "w"))  # noqa: SIM115, PTH123 - until the process ends
    errors = PlainStream(kept[1])
    output = PlainStream(kept[0])
    sys.stderr = cast("Any", errors)
    try:
        if kept[0] is None:  # pyright: ignore[reportUnnecessaryComparison]
            raise OutputError(ValueError("it is closed"))
        with suppress(AttributeError):
            kept[0].reconfigure(errors="backslashreplace")  # pyright: ignore[reportAttributeAccessIssue]
        sys.stdout = cast("Any", output)
        try:
            yield
        finally:
            sys.stdout.flush()
    except OutputError:
        if kept[0] is not None:  # pyright: ignore[reportUnnecessaryComparison]
            _leave(kept[0])
        raise
    finally:
        sys.stdout, sys.stderr = kept
        errors.over = output.over = True


@contextmanager
def own_faults() -> Iterator[None]:
    """Say of the faults of standard output that they are its own."""
    try:
        yield
    except (OSError, ValueError) as fault:  # ValueError: closed meanwhile
        raise OutputError(fault) from fault


def _leave(stream: IO[str]) -> None:
    """Let what was not written go nowhere, or Python would try once more at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
