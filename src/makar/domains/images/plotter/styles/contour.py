"""Contour lines: evenly spaced lines along the forms, the denser the darker, like an engraving.

In light places lines would lie too far apart to be seen as tone. There they keep a distance that
the eye still reads and are broken into dashes, shorter and shorter until they are gone: an
engraver's way into the light.
"""

from __future__ import annotations

from typing import no_type_check

import numpy as np
from numba import njit

from makar.domains.images.plotter.joining import bridged, resampled
from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.styles.flow import flow
from makar.domains.images.plotter.styles.relaxing import relaxed
from makar.domains.images.plotter.styles.streamlines import streamlines
from makar.domains.images.plotter.tone import Tone

ANGLE = 35.0
"""Degrees of the lines where nothing changes; y goes down."""
WIDEST = 7.0
"""Pen widths from line to line in the light."""
NARROWEST = 1.0
"""The same in the dark: lines that touch; the knee of the tone curve keeps most apart."""
DASH = 18.0
"""Pen widths from dash to dash."""
_FAINT = 0.08
"""Share of a dash's length below which it is left out."""
_SHORTEST = 4.0
_CLOSEST = 0.85
"""Pen widths that lines running together may come near; then one of them ends."""
_SPARSE = 9.0
"""Pen widths from line to line from which lines are not moved to share the paper evenly."""
_STEP = 0.7
"""Pen widths from point to point."""
_BRIDGE = 1.7
"""Gaps that a line looks ahead for one that comes towards it."""


def contour(
    tone: Tone,
    width: float,
    seed: int = 0,
    turn: float = 0.0,
    along: np.ndarray | None = None,
) -> Paths:
    """Lines that cover the tone, from the upper left corner of the picture.

    Args:
        tone: What is asked for.
        width: Of the pen, in millimetres.
        seed: For where lines begin and where dashes lie.
        turn: Degrees by which flat places are turned: for a second pen.
        along: The ``flow`` of lines, ``(H, W, 2)``; found in the tone if not given.
    """
    rng = np.random.default_rng(seed)
    field = flow(tone, np.deg2rad(ANGLE + turn)) if along is None else along
    asked = np.maximum(tone.values, 1e-3)
    gap = np.clip(width / asked, NARROWEST * width, WIDEST * width)
    gap[asked < _FAINT / WIDEST] = np.inf
    lines = streamlines(
        field,
        gap,
        tone.pitch,
        step=_STEP * width,
        shortest=_SHORTEST * width,
        nearest=_CLOSEST * width,
        seeds=_seeds(tone, rng),
    )
    lines = resampled(bridged(lines, _reach(lines, gap, tone.pitch)), _STEP * width)
    lines = relaxed(lines, gap, tone.pitch, sparse=_SPARSE * width)
    duty = np.clip(tone.values * WIDEST, 0, 1)
    points, starts = _dashed(
        lines.points, lines.start, duty, tone.pitch, DASH * width, width, rng.random(len(lines))
    )
    return Paths(points, starts)


def _reach(lines: Paths, gap: np.ndarray, pitch: float) -> np.ndarray:
    """Millimetres that both ends of each line look ahead."""
    ends = np.stack((lines.start[:-1], lines.start[1:] - 1), 1).ravel()
    column, row = (lines.points[ends] / pitch).astype(int).T
    here = gap[np.clip(row, 0, gap.shape[0] - 1), np.clip(column, 0, gap.shape[1] - 1)]
    return _BRIDGE * np.where(np.isfinite(here), here, 0.0)


def _seeds(tone: Tone, rng: np.random.Generator) -> np.ndarray:
    """Places all over the picture, about one a square millimetre, the darkest first."""
    wide, high = tone.size
    count = int(min(wide * high, 400_000)) + 1
    places = rng.random((count, 2)) * (wide, high)
    column, row = (places / tone.pitch).astype(int).T
    H, W = tone.values.shape
    dark = tone.values[np.minimum(row, H - 1), np.minimum(column, W - 1)]
    return places[np.argsort(-dark, kind="stable")]


@njit(cache=True)
@no_type_check
def _dashed(points, start, duty, pitch, period, width, phase):
    step = _STEP * width
    """Lines broken where ``duty``, the share of a dash that is drawn, is below 1."""
    H, W = duty.shape
    out = np.empty_like(points)
    starts = np.zeros(len(points) + 1, np.int64)
    used, count = 0, 0
    for line in range(len(start) - 1):
        along = phase[line] * period
        begin = used
        for p in range(start[line], start[line + 1]):
            if p > start[line]:
                along += np.sqrt(((points[p] - points[p - 1]) ** 2).sum())
            row = min(H - 1, int(points[p, 1] / pitch))
            share = duty[row, min(W - 1, int(points[p, 0] / pitch))]
            # A dash grows from its middle to both sides: its neighbours stay where they are.
            if share >= 2 * abs((along / period) % 1.0 - 0.5) and share > _FAINT:
                out[used] = points[p]
                used += 1
                continue
            if (used - begin - 1) * step >= 2 * width:
                count += 1
                starts[count] = used
            used = starts[count]
            begin = used
        if (used - begin - 1) * step >= 2 * width:
            count += 1
            starts[count] = used
        used = starts[count]
    return out[:used].copy(), starts[: count + 1].copy()
