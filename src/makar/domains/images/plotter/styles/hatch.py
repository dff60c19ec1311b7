"""Cross-hatching: straight lines in layers of different angles, the darker the more of them.

A level of tone is one angle. Within a level, lines come in one after another: each line has a
threshold of its own, spread evenly over every four neighbours, and wanders about it along its way,
so that a level begins with single dashes and ends with full lines: no hard edge in a sky.
"""

from __future__ import annotations

from typing import no_type_check

import numpy as np
from numba import njit

from makar.domains.images.plotter.paths import Paths
from makar.domains.images.plotter.tone import Tone

ANGLES = (45.0, -45.0, 0.0, 90.0)
"""Degrees of the levels, the lightest first."""
GAP = 2.6
"""Millimetres from line to line, in pen widths."""
_WAVE = 26.0
"""Length of a line's wandering about its threshold, in pen widths."""
_SHORTEST = 3.0
"""Pen widths of a dash, at least."""
_ORDER = np.array([0, 2, 1, 3], np.float64)
"""Which of four neighbouring lines comes first: no two next to each other."""


def hatch(tone: Tone, width: float, seed: int = 0, turn: float = 0.0) -> Paths:
    """Lines that cover the tone, from the upper left corner of the picture.

    Args:
        tone: What is asked for.
        width: Of the pen, in millimetres.
        seed: For where the dashes of a line lie.
        turn: Degrees by which all angles are turned: for a second pen.
    """
    rng = np.random.default_rng(seed)
    levels = level_tones(GAP)
    parts, starts = [], [np.zeros(1, np.int64)]
    for n, angle in enumerate(ANGLES):
        share = np.clip((tone.values - levels[n]) / (levels[n + 1] - levels[n]), 0, 1)
        points = _lines(share, tone.pitch, width, np.deg2rad(angle + turn), rng.random(4096), GAP)
        parts.append(points)
        starts.append(np.full(len(points) // 2, 2, np.int64))
    return Paths(np.concatenate(parts), np.cumsum(np.concatenate(starts)))


def level_tones(gap: float) -> np.ndarray:
    """The tone at which each level begins, and the darkest: what crossing lines leave white.

    A level of full lines leaves ``1 - 1 / gap`` of what those below it leave.
    """
    return 1 - (1 - 1 / gap) ** np.arange(len(ANGLES) + 1)


@njit(cache=True)
@no_type_check
def _lines(
    share: np.ndarray, pitch: float, width: float, angle: float, phase: np.ndarray, factor: float
) -> np.ndarray:
    """Ends of the dashes at one angle, ``(2 * dashes, 2)``; ``share`` is how many lines are on."""
    H, W = share.shape
    wide, high = W * pitch, H * pitch
    way = np.array((np.cos(angle), np.sin(angle)))
    gap = width * factor
    reach = 0.5 * np.sqrt(wide * wide + high * high)
    count = int(reach / gap) + 1
    spans = np.empty((int(reach / width) + 2, 2))
    out = np.empty((1024, 2))
    used = 0
    for line in range(-count, count + 1):
        foot = np.array((wide / 2 - way[1] * line * gap, high / 2 + way[0] * line * gap))
        found = _dashes(share, pitch, width, foot, way, reach, line, phase[line % 4096], spans)
        if used + 2 * found > len(out):
            more = np.empty((2 * len(out) + 2 * found, 2))
            more[:used] = out[:used]
            out = more
        for k in range(found):
            for side in range(2):  # every other line is drawn the other way round
                out[used] = foot + way * spans[k, side if line % 2 == 0 else 1 - side]
                used += 1
    return out[:used].copy()


@njit(cache=True)
@no_type_check
def _dashes(share, pitch, width, foot, way, reach, line, phase, spans):
    """Where one line is on: fills ``spans`` with begin and end from its foot; how many there are.

    Gaps that the pen would close are closed, dashes that are mere dots are left out.
    """
    H, W = share.shape
    step, wave = width / 2, width * _WAVE
    steps = int(2 * reach / step) + 1
    count = 0
    begin, last = np.nan, np.nan
    for k in range(steps + 1):
        s = -reach + k * step
        column = int(np.floor((foot[0] + way[0] * s) / pitch))
        row = int(np.floor((foot[1] + way[1] * s) / pitch))
        if k < steps and 0 <= column < W and 0 <= row < H:
            swing = 2 * abs((s / wave + phase) % 1.0 - 0.5)  # 0..1 and back, evenly
            if share[row, column] > (_ORDER[line % 4] + swing) / 4:
                begin, last = s if np.isnan(begin) else begin, s
                continue
        if not np.isnan(begin) and (s - last > 2 * width or k == steps):
            if last - begin >= _SHORTEST * width:
                spans[count, 0], spans[count, 1] = begin, last
                count += 1
            begin = np.nan
    return count
