"""What a drawing is rewarded for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from makar.core.transforms import Ramp, Unchanged
from makar.core.types import Prompt
from makar.measures.catalogue import Catalogue, Entry, plain
from makar.recipes.weighting import Weighting
from makar_toy.strokes.drawing import DOTS, FREE, MIRRORED, Drawings


def off(works: Drawings, prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
    """How far the share of the lattice that is covered is from what was asked."""
    asked = [float(prompt.condition.get("ink", np.nan)) for prompt in prompts]
    return np.abs(works.steps.mean(1) - asked)


def mirrored(works: Drawings, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
    """Share of the ink that lies on ink when the sheet is folded down its middle."""
    steps = works.steps
    return (steps & steps[:, MIRRORED]).sum(1) / np.maximum(steps.sum(1), 1)


def joined(works: Drawings, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
    """Share of strokes that touch another."""
    dots = DOTS[works.strokes]
    meeting = dots.sum(1, keepdims=True) > 1
    touching = (dots & meeting).any(2) & (works.strokes != FREE)
    return touching.sum(1) / np.maximum(works.count, 1)


WEIGHTING = Weighting(
    Catalogue(
        (
            Entry("ink", plain(off), "has as much ink as was asked", "ours", fixed=Ramp(0.15, 0)),
            Entry(
                "symmetry", plain(mirrored), "is the same left and right", "ours", fixed=Unchanged()
            ),
            Entry("joined", plain(joined), "hangs together", "ours", role="watch"),
        )
    ),
    defaults={},
    styled=False,
)
