"""From a statistic to a score in [0, 1], with its direction said aloud.

Every transform keeps NaN: what could not be measured is not scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float


@runtime_checkable
class Transform(Protocol):
    """Maps raw values to [0, 1]; its ``str`` says how."""

    def __call__(self, raw: Float[np.ndarray, " B"], /) -> Float[np.ndarray, " B"]:
        """Score the raw values."""
        ...


@dataclass(frozen=True)
class Band:
    """Full marks inside ``[low, high]``, less the further outside, half at ``soft`` beyond.

    The default for a statistic, with the human corpus's 10-90 % range as the band: works are
    asked to be as people's are, not pulled to their mean. The tail, 1 / (1 + (d / soft)²),
    never goes flat, so that a work far outside still feels which way is better.
    """

    low: float
    high: float
    soft: float

    def __post_init__(self) -> None:
        if not (self.low <= self.high and self.soft > 0):
            raise ValueError(f"a band needs low <= high and soft > 0, got {self}")

    def __call__(self, raw: Float[np.ndarray, " B"], /) -> Float[np.ndarray, " B"]:
        """Score the raw values."""
        outside = np.maximum(self.low - raw, 0.0) + np.maximum(raw - self.high, 0.0)
        return 1.0 / (1.0 + (outside / self.soft) ** 2)

    def __str__(self) -> str:
        return f"band {self.low:.3g} to {self.high:.3g}, half at {self.soft:.3g} beyond"


@dataclass(frozen=True)
class Ramp:
    """0 at ``zero``, 1 at ``one``, straight between: with ``zero > one``, less is better."""

    zero: float
    one: float

    def __post_init__(self) -> None:
        if self.zero == self.one:
            raise ValueError("a ramp needs two different ends")

    def __call__(self, raw: Float[np.ndarray, " B"], /) -> Float[np.ndarray, " B"]:
        """Score the raw values."""
        return np.clip((raw - self.zero) / (self.one - self.zero), 0.0, 1.0)

    def __str__(self) -> str:
        word = "more" if self.one > self.zero else "less"
        return f"{word} is better, {self.zero:.3g} to {self.one:.3g}"


@dataclass(frozen=True)
class AtMost:
    """1 up to ``limit``, 0 above: for gates."""

    limit: float

    def __call__(self, raw: Float[np.ndarray, " B"], /) -> Float[np.ndarray, " B"]:
        """Score the raw values."""
        return np.where(np.isnan(raw), np.nan, (raw <= self.limit).astype(float))

    def __str__(self) -> str:
        return f"at most {self.limit:.4g}"


@dataclass(frozen=True)
class AtLeast:
    """1 from ``limit`` on, 0 below: for gates."""

    limit: float

    def __call__(self, raw: Float[np.ndarray, " B"], /) -> Float[np.ndarray, " B"]:
        """Score the raw values."""
        return np.where(np.isnan(raw), np.nan, (raw >= self.limit).astype(float))

    def __str__(self) -> str:
        return f"at least {self.limit:.4g}"


@dataclass(frozen=True)
class Unchanged:
    """For rewards that are already in [0, 1]; what lies outside is clipped."""

    def __call__(self, raw: Float[np.ndarray, " B"], /) -> Float[np.ndarray, " B"]:
        """Score the raw values."""
        return np.clip(raw, 0.0, 1.0)

    def __str__(self) -> str:
        return "as it is"
