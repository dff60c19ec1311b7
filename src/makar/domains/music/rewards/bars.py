"""Bars on a grid: what is struck, what sounds, and how strong each place is.

The grid is of sixteenths. What asks for the form of a melody that has notes between them looks at
every tick of it; what counts in sixteenths leaves out its odd beats, in which such notes begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from makar.domains.music.melody.melody import SIXTEENTH, Melodies
from makar.domains.music.rewards.moves import degrees

STEP = SIXTEENTH
SILENCE = -1


@dataclass(frozen=True)
class Bars:
    """Melodies sampled at every sixteenth, or at every tick.

    Attributes:
        struck: ``(B, S)`` True where a note begins (of sixteenths the nearest).
        degree: ``(B, S)`` scale degree that sounds, ``SILENCE`` in rests.
        width: ``(B,)`` places in a bar.
        count: ``(B,)`` full bars.
    """

    struck: Bool[np.ndarray, "B S"]
    degree: Int[np.ndarray, "B S"]
    width: Int[np.ndarray, " B"]
    count: Int[np.ndarray, " B"]


def bars_of(melodies: Melodies, *, step: int = STEP) -> Bars:
    """Lay the melodies out in bars; what comes after the last full bar is left out.

    Args:
        melodies: The melodies.
        step: Ticks from place to place: a sixteenth, or 1 for melodies as they are.
    """
    width = np.maximum(melodies.bar // step, 1)
    count = melodies.length // (width * step)
    size = int((count * width).max(initial=0))
    struck, degree = _lay_out(
        np.ascontiguousarray(melodies.onset),
        np.ascontiguousarray(melodies.duration),
        degrees(melodies),
        melodies.count,
        size,
        step,
    )
    return Bars(struck, degree, width, count)


@njit(cache=True)
@no_type_check
def _lay_out(
    onset: np.ndarray,
    duration: np.ndarray,
    degree: np.ndarray,
    count: np.ndarray,
    size: int,
    step: int,
) -> tuple[np.ndarray, np.ndarray]:
    B = len(count)
    struck = np.zeros((B, size), np.bool_)
    sounding = np.full((B, size), SILENCE, np.int64)
    for b in range(B):
        for i in range(count[b]):
            first = (onset[b, i] + step // 2) // step
            last = (onset[b, i] + duration[b, i] + step // 2) // step
            if 0 <= first < size:
                struck[b, first] = True
                for s in range(first, min(max(last, first + 1), size)):
                    sounding[b, s] = degree[b, i]
    return struck, sounding


def odd_places(melodies: Melodies) -> Bool[np.ndarray, "K T"]:
    """For each of ``melodies.between`` the ticks of its odd beats, and what lies beyond its end."""
    rows = melodies.between
    return _odd_ticks(
        melodies.onset[rows], melodies.count[rows], melodies.length[rows], melodies.beat[rows],
        int(melodies.length[rows].max(initial=0)),
    )  # fmt: skip


@njit(cache=True)
@no_type_check
def _odd_ticks(
    onset: np.ndarray, count: np.ndarray, length: np.ndarray, beat: np.ndarray, size: int
) -> np.ndarray:
    odd = np.ones((len(count), size), np.bool_)
    for b in range(len(count)):
        odd[b, : length[b]] = False
        for i in range(count[b]):
            if 0 <= onset[b, i] < length[b] and onset[b, i] % STEP:
                first = onset[b, i] // beat[b] * beat[b]
                odd[b, first : first + beat[b]] = True
    return odd


def in_even_beats(melodies: Melodies) -> Bool[np.ndarray, "B N"]:
    """True for notes that do not begin in an odd beat."""
    even = melodies.sounding.copy()
    rows = melodies.between
    if len(rows):
        odd = odd_places(melodies)
        at = np.clip(melodies.onset[rows], 0, odd.shape[1] - 1)
        even[rows] &= ~np.take_along_axis(odd, at, axis=1)
    return even


def metric_levels(melodies: Melodies) -> Int[np.ndarray, "B N"]:
    """How weak each note's place in the bar is: 0 on the downbeat, one more per subdivision.

    The tree of Longuet-Higgins & Lee (1984): a bar of 4/4 is halved to the sixteenth, one of 6/8
    is halved, then cut in three, then halved.
    """
    levels = np.zeros(melodies.onset.shape, np.int64)
    for bar, beat in metres(melodies):
        rows = (melodies.bar == bar) & (melodies.beat == beat)
        table = metric_tree(bar, beat)
        levels[rows] = table[melodies.onset[rows] % len(table)]
    return np.where(melodies.sounding, levels, 0)


def metres(melodies: Melodies) -> list[tuple[int, int]]:
    """The different (bar, beat) in ticks among the melodies."""
    pairs = np.unique(np.stack([melodies.bar, melodies.beat], axis=1), axis=0)
    return [(int(bar), int(beat)) for bar, beat in pairs]


@lru_cache(maxsize=256)
def metric_tree(bar: int, beat: int) -> Int[np.ndarray, " bar"]:
    """``(bar,)`` level of each tick of a bar: 0 the downbeat, 1 the next strongest, and so on.

    Places off the sixteenth grid are one level below it.
    """
    periods = [bar]
    beats = bar // beat
    if beats in (4, 6):
        periods.append(bar // 2)
    periods.append(beat)
    if beat % 36 == 0:
        periods.append(beat // 3)
    while periods[-1] % 2 == 0 and periods[-1] > STEP:
        periods.append(periods[-1] // 2)
    tick = np.arange(max(bar, 1))
    level = np.full(len(tick), len(set(periods)), np.int64)
    for depth, period in reversed(list(enumerate(dict.fromkeys(periods)))):
        level[tick % max(period, 1) == 0] = depth
    level.flags.writeable = False  # it is shared by the cache
    return level


def metric_strength_of_notes(melodies: Melodies) -> Float[np.ndarray, "B N"]:
    """1 on the downbeat, 0 on the weakest sixteenth, even steps between."""
    deepest = np.ones(len(melodies))
    for bar, beat in metres(melodies):
        rows = (melodies.bar == bar) & (melodies.beat == beat)
        grid = metric_tree(bar, beat)[::STEP]
        deepest[rows] = max(int(grid.max()), 1)
    return np.clip(1 - metric_levels(melodies) / deepest[:, None], 0, 1)
