"""What is said of a file that cannot be read as music."""

from __future__ import annotations

from pathlib import Path


class UnreadableError(ValueError):
    """A file that is not music makar can read: which file, what is wrong, what helps.

    Attributes:
        path: The file.
        fault: What is wrong with it, with the remedy where there is one.
    """

    def __init__(self, path: str | Path, fault: str):
        super().__init__(f"{path}: {fault}")
        self.path = Path(path)
        self.fault = fault

    def __reduce__(self) -> tuple[type[UnreadableError], tuple[Path, str]]:
        return type(self), (self.path, self.fault)  # so that a worker process can hand it back
