"""The error for bars that cannot be made anew as asked: the file, the fault and the remedy."""

from __future__ import annotations

from makar.core.errors import UnreadableError


class HoleError(UnreadableError):
    """Bars or a part that are not there, or that makar has no right way of filling."""
