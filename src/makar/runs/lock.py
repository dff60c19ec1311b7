"""One writer per run folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from makar.core.disk.plain import open_to_write
from makar.runs.atomic import write_all
from makar.runs.errors import RunLockedError, naming_full_disk


class RunLock:
    """Held while a process writes to a run; the system frees it however the process ends.

    The file stays behind on purpose: a lock on a deleted file would lock nobody out.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            RunLockedError: Another process, or another part of this one, has it.
            NotPlainError: A link or something else has its name; nothing is written there.
        """
        with naming_full_disk(path.parent):
            self._descriptor: int | None = open_to_write(path)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(self._descriptor, 0)
                write_all(self._descriptor, f"{os.getpid()}\n".encode())
            except BlockingIOError:
                holder = os.pread(self._descriptor, 32, 0).decode(errors="replace").strip()
                self.release()
                raise RunLockedError(
                    f"{path.parent}: process {holder or '(unknown)'} is writing to this run; wait "
                    f"for it or stop it (kill -INT {holder or 'PID'}), or start a run of another "
                    "name"
                ) from None
            except BaseException:
                self.release()
                raise

    def release(self) -> None:
        """Let others in; harmless when repeated."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
