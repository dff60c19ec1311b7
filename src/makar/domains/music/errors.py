"""The error for a music file that cannot be read: it names the file, the fault and the remedy."""

from __future__ import annotations


class UnreadableError(ValueError):
    """A file or text that is not the music it claims to be, or is too large to be one.

    Attributes:
        path: The file, or what stands for it.
        fault: What is wrong with it.
        remedy: What the user can do.
    """

    def __init__(
        self, path: str, fault: str, *, remedy: str = "Check the file or leave it out"
    ) -> None:
        self.path = path
        self.fault = fault
        self.remedy = remedy
        super().__init__(f"{path}: {fault}. {remedy}")
