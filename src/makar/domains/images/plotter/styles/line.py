"""One single line: a travelling salesman's way through stipples, the denser the darker.

The pen goes down once. In the light the line only passes through on its way from one dark place to
another.
"""

from __future__ import annotations

import numpy as np

from makar.domains.images.plotter.paths import Paths, no_paths
from makar.domains.images.plotter.styles.scatter import scattered
from makar.domains.images.plotter.styles.tour import tour
from makar.domains.images.plotter.tone import Tone

FAINTEST = 0.03
"""Tone below which the line has no business."""
_ROUNDS = 4
_SPREAD = 0.93
"""A short way through ``n`` even places a square millimetre is about this times its root long."""
_FINEST = 3
"""Pixels a side that are made of one, so that dense places find theirs between them."""


def line(tone: Tone, width: float, seed: int = 0, turn: float = 0.0) -> Paths:  # noqa: ARG001 - as others
    """One path that covers the tone, from the upper left corner of the picture.

    Args:
        tone: What is asked for.
        width: Of the pen, in millimetres.
        seed: For where places begin.
        turn: Not used: the line has no angle.
    """
    density = (tone.values / (_SPREAD * width)) ** 2
    density = np.where(tone.values >= FAINTEST, density, 0.0)
    # Half a pen a pixel is fine enough to tell the nearest of places that are a pen apart.
    finer = int(np.clip(np.ceil(2 * tone.pitch / width), 1, _FINEST))
    fine = np.repeat(np.repeat(density, finer, 0), finer, 1)
    places = scattered(fine, tone.pitch / finer, seed=seed, rounds=_ROUNDS)
    if len(places) < 2:
        return no_paths()
    return Paths.of([places[tour(places)]])
