"""The manner of a folder of drawings: what its strokes are like, taken one by one.

A stroke is told by its length, its width, how much it bows, and its direction, each in units of
how much the known strokes vary (but no finer than anybody sees). It is in their manner as it is
near to one of theirs: 1 / (1 + distance), which tells which way is nearer however far it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.core.scoring import Statistic
from makar.core.seeds import Seeds
from makar.core.types import Prompt, Works
from makar.domains.images.painter.canvas.works import Painting, paintings
from makar.domains.images.strokes.drawing import Drawing

SEEN = np.array([0.4, 0.4, 0.05, 0.2, 0.2])
"""Differences that are seen: octaves of length and width, bow, and the two of direction."""
KEPT = 400
"""Known strokes that others are compared with, drawn from all."""
SPECK = 1e-3
"""Sides: what is shorter counts as that long."""


def told(
    points: Float[np.ndarray, "*N 4 2"], width: Float[np.ndarray, "*N 2"]
) -> Float[np.ndarray, "*N 5"]:
    """What strokes are like; lengths in sides.

    Bow is how far a stroke's middle is off the line between its ends, as a share of it.
    """
    chord = points[..., 3, :] - points[..., 0, :]
    length = np.hypot(chord[..., 0], chord[..., 1])
    middle = (points[..., 0, :] + 3 * points[..., 1, :] + 3 * points[..., 2, :]
              + points[..., 3, :]) / 8 - (points[..., 0, :] + points[..., 3, :]) / 2  # fmt: skip
    across = np.abs(chord[..., 0] * middle[..., 1] - chord[..., 1] * middle[..., 0])
    twice = 2 * np.arctan2(chord[..., 1], chord[..., 0])
    return np.stack(
        [
            np.log2(np.maximum(length, SPECK)),
            np.log2(np.maximum(width.mean(-1), SPECK)),
            np.minimum(across / np.maximum(length, SPECK) ** 2, 1.0),
            np.cos(twice),
            np.sin(twice),
        ],
        -1,
    )


@dataclass(frozen=True)
class Manner:
    """Known strokes, to be like them.

    Attributes:
        known: What they are like, in units of ``spread``.
        spread: How much they vary.
    """

    known: Float[np.ndarray, "K 5"]
    spread: Float[np.ndarray, " 5"]

    @classmethod
    def of(cls, drawings: Sequence[Drawing]) -> Manner:
        """The manner of these drawings, each counting as much as the others."""
        random, each = Seeds(0).generator(), max(1, KEPT // max(len(drawings), 1))
        rows = []
        for drawing in drawings:
            side, strokes = (drawing.size[0] * drawing.size[1]) ** 0.5, drawing.strokes
            picked = strokes.take(random.permutation(len(strokes))[:each])
            rows.append(told(picked.points / side, picked.width / side))
        known = np.concatenate(rows) if rows else np.zeros((0, len(SEEN)))
        spread = np.maximum(known.std(0), SEEN) if len(known) else SEEN
        return cls(known / spread, spread)

    def nearness(self, strokes: Float[np.ndarray, "N 5"]) -> Float[np.ndarray, " N"]:
        """1 for a stroke like a known one, towards 0 the less it is."""
        at = strokes / self.spread
        squares = (at**2).sum(1)[:, None] + (self.known**2).sum(1) - 2 * at @ self.known.T
        return 1 / (1 + np.sqrt(np.maximum(squares.min(1), 0.0)))

    def __call__(self, works: Works[Painting], _prompts: Sequence[Prompt], /) -> Statistic:
        """Mean nearness of each work's strokes, and what each stroke adds to it."""
        batch = paintings(works)
        if not len(self.known):
            return Statistic(np.full(len(batch), np.nan))
        like = told(batch.points / batch.side, batch.width / batch.side).astype(np.float64)
        near = self.nearness(like.reshape(-1, len(SEEN))).reshape(batch.alive.shape)
        credit = np.where(batch.alive, near, 0.0) / np.maximum(batch.count, 1)[:, None]
        return Statistic(np.where(batch.count > 0, credit.sum(1), np.nan), credit)
