"""The errors for level files: they name the file, the place, the fault and the remedy."""

from __future__ import annotations


class UnreadableLevelError(ValueError):
    """A file or text that is not the level it claims to be, or is too large to be one.

    Attributes:
        path: The file, or what stands for it.
        fault: What is wrong with it, with line and column where there are any.
        remedy: What the user can do.
    """

    def __init__(
        self, path: str, fault: str, *, remedy: str = "Check the file or leave it out"
    ) -> None:
        self.path = path
        self.fault = fault
        self.remedy = remedy
        super().__init__(f"{path}: {fault}. {remedy}")


class LegendError(UnreadableLevelError):
    """A legend that says too little, or what it cannot mean."""
