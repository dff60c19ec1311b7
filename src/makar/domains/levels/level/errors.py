"""The errors for level files: they name the file, the place, the fault and the remedy."""

from __future__ import annotations

from makar.core.errors import UnreadableError


class UnreadableLevelError(UnreadableError):
    """A file or text that is not the level it claims to be, or is too large to be one."""


class LegendError(UnreadableLevelError):
    """A legend that says too little, or what it cannot mean."""
