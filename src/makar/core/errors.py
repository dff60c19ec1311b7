"""What a user can put right about settings, files and material; light enough for any start."""

from __future__ import annotations


class ConfigError(ValueError):
    """A setting is unknown, contradictory or out of range; names where it was given."""


class UnknownRewardError(ConfigError):
    """A config names a reward that does not exist."""


class CustomRewardError(ConfigError):
    """A user's reward cannot be loaded; says what is wrong and what it should look like."""


class CorpusTooSmallError(ConfigError):
    """There is not enough to learn from, with what is missing and what to do."""


class RewardFailureError(RuntimeError):
    """A reward part failed for every work, several iterations running."""


class UnreadableError(ValueError):
    """A file or text that is not what it claims to be, or is too large to be it.

    Attributes:
        path: The file, or what stands for it.
        fault: What is wrong with it, with the place where there is one.
        remedy: What the user can do.
    """

    def __init__(
        self, path: str, fault: str, *, remedy: str = "Check the file or leave it out"
    ) -> None:
        self.path = path
        self.fault = fault
        self.remedy = remedy
        super().__init__(f"{path}: {fault}. {remedy}")
