"""Paintings by greedy search on the same canvases, to compare a learned hand with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.images.painter.canvas.kernel import unit_of
from makar.domains.images.painter.canvas.process import Canvas
from makar.domains.images.painter.canvas.works import Paintings
from makar.domains.images.painting.greedy import Scene, lay_greedily
from makar.domains.images.painting.structure import directions

TRIES, CLIMBS = 10, 90
"""Strokes tried for each that is laid."""


def searched(
    process: Canvas,
    prompts: Sequence[Prompt],
    seeds: Seeds,
    *,
    tries: int = TRIES,
    climbs: int = CLIMBS,
) -> Paintings:
    """The same pictures and as many strokes, each the best of many guided proposals.

    Args:
        process: Whose pictures, palette and widths.
        prompts: What is asked for.
        seeds: Draw the pictures, as for the process, and the proposals.
        tries: Proposals for each stroke.
        climbs: Changes tried of the best of them.
    """
    made = process.works(process.start(prompts, seeds))
    wanted = [process.wanted(prompt) for prompt in prompts]
    points, width, colour, opacity, error = (
        np.zeros_like(column)
        for column in (made.points, made.width, made.colour, made.opacity, made.error)
    )
    pixels = made.pixels.copy()
    for row, strokes in enumerate(wanted):
        angle, coherence = directions(made.target[row])
        weight = np.ones(angle.shape, np.float32)
        scene = Scene(made.target[row], weight, angle, coherence, process.palette)
        random = seeds.branched(2).generator(seeds.first + row)
        for s in range(strokes + 1):
            error[row, s:] = np.square(pixels[row] - made.target[row]).mean()
            if s == strokes:
                break
            unit = unit_of(s, strokes, process.side, *process.widths)
            laid = lay_greedily(
                scene, pixels[row], np.array([unit]), tries=tries, climbs=climbs, random=random
            )
            points[row, s], width[row, s] = laid[0][0], 2 * laid[1][0]
            colour[row, s], opacity[row, s] = laid[2][0], laid[3][0]
    return replace(
        made, points=points, width=width, colour=colour, opacity=opacity, error=error,
        pixels=pixels, count=np.array(wanted, np.int64),
    )  # fmt: skip
