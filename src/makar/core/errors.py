"""What a user can put right about a run's settings and material; light enough for any start."""

from __future__ import annotations


class ConfigError(ValueError):
    """A setting is unknown, contradictory or out of range; names where it was given."""


class UnknownRewardError(ConfigError):
    """A config names a reward that does not exist."""


class CustomRewardError(ConfigError):
    """A user's reward cannot be loaded; says what is wrong and what it should look like."""


class CorpusTooSmallError(ConfigError):
    """There is not enough music to learn from, with what is missing and what to do."""


class RewardFailureError(RuntimeError):
    """A reward part failed for every work, several iterations running."""
