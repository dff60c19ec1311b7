"""Tone: how dark a picture is at each place of the paper, as the share that ink is to cover."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

BLUR = 1.0
"""Millimetres (standard deviation) of blur that stand for the eye: lines become tone."""
_REACH = 3.0
"""Standard deviations after which a Gauss curve is cut off."""


@dataclass(frozen=True, eq=False)
class Tone:
    """A tone image on the paper.

    Attributes:
        values: 0 where the paper is to stay white, 1 where ink is to cover it; rows from the top.
        pitch: Millimetres a pixel.
    """

    values: Float[np.ndarray, "H W"]
    pitch: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        return self.values.shape[1] * self.pitch, self.values.shape[0] * self.pitch

    @property
    def area(self) -> float:
        """Square millimetres of ink that it asks for."""
        return float(self.values.sum()) * self.pitch**2

    def blurred(self, sigma: float = BLUR) -> Tone:
        """The same after so many millimetres of blur (standard deviation)."""
        return replace(self, values=blurred(self.values, sigma / self.pitch))


def blurred(values: Float[np.ndarray, "H W"], sigma: float) -> Float[np.ndarray, "H W"]:
    """Weighed by a Gauss curve of so many pixels; what lies outside mirrors what lies inside."""
    reach = math.ceil(_REACH * sigma)
    if not reach:
        return values.copy()
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    return _along(_along(values, weights, 0), weights, 1)


def _along(values: np.ndarray, weights: np.ndarray, axis: int) -> np.ndarray:
    reach = len(weights) // 2
    pad = [(0, 0), (0, 0)]
    pad[axis] = (reach, reach)
    wide = np.pad(values, pad, mode="symmetric")
    count = values.shape[axis]
    total = weights[reach] * values
    for k in range(reach):  # the curve is even: its two sides at once
        near = wide[k : k + count] if axis == 0 else wide[:, k : k + count]
        far = 2 * reach - k
        other = wide[far : far + count] if axis == 0 else wide[:, far : far + count]
        total += weights[k] * (near + other)
    return total


@dataclass(frozen=True)
class Knee:
    """A curve that leaves light tones as they are and bends dark ones under a ceiling.

    Where ink lies twice, lines run together and a dark place fills in: the darkest tone that is
    asked for leaves paper between the lines.
    """

    begin: float = 0.75
    room: float = 0.17

    def __call__(self, values: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
        """The tone that is drawn in place of each."""
        over = np.maximum(0.0, values - self.begin)
        return np.minimum(values, self.begin) + self.room * (1 - np.exp(-over / self.room))


@dataclass(frozen=True)
class Curve:
    """A rising curve from tone to what a style is asked for, straight between its knots.

    Attributes:
        tone: Knots, rising from 0 to 1.
        asked: What is asked for at each; never falls.
    """

    tone: Sequence[float]
    asked: Sequence[float]

    def __call__(self, values: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
        """What is asked for at each."""
        return np.interp(values, self.tone, self.asked)


def tone_error(
    drawn: Float[np.ndarray, "H W"], wanted: Float[np.ndarray, "H W"], pitch: float
) -> tuple[float, float]:
    """Mean squared and mean absolute difference of two tones after ``BLUR``."""
    off = blurred(drawn - wanted, BLUR / pitch)
    return float((off**2).mean()), float(np.abs(off).mean())
