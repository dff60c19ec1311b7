"""Two voices at a time: parallels, crossing, overlap, spacing, and who moves against whom.

The faults are local, so each of them also says in which sixteenth it lies (``Statistic.credit``,
a column of the grid per unit; its sum over the columns is the statistic).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from makar.core.scoring import Statistic
from makar.core.types import Prompt
from makar.domains.music.melody.grid import STEP
from makar.domains.music.voices.voices import RANGES, REST, VoiceGrids, voices_of

_OCTAVE, _FIFTH, _STEP_UP = 12, 7, 2


def bars_in(grids: VoiceGrids) -> Float[np.ndarray, " B"]:
    """Bars in each work, also begun ones as a fraction."""
    bar = np.array([m.bar for m in grids.metres], float)
    return grids.steps * STEP / bar if len(grids) else np.zeros(0)


def local(
    faults: Float[np.ndarray, "B T"],
    measure: Float[np.ndarray, " B"] | Int[np.ndarray, " B"],
    judged: Bool[np.ndarray, " B"],
) -> Statistic:
    """Faults by column over ``measure`` as a statistic with credit; NaN where not ``judged``."""
    judged = judged & (measure > 0)
    credit = np.where(judged[:, None], faults / np.where(judged, measure, 1)[:, None], 0.0)
    return Statistic(np.where(judged, credit.sum(1), np.nan), credit)


def columns_together(grids: VoiceGrids) -> Int[np.ndarray, " B"]:
    """Sixteenths in which at least two voices sound."""
    return ((grids.sounding != REST).sum(1) > 1).sum(1)


def parallels(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """Parallel fifths, octaves and unisons per bar, between any two voices.

    Both voices move the same way, from a perfect fifth to one or from a perfect octave or unison
    to one, octaves aside (Fux 1725; Aldwell & Schachter 2003). Moves across a rest do not count.
    NaN where no two voices sound together.
    """
    grids = voices_of(works)
    return local(
        _parallels(grids.sounding, grids.steps), bars_in(grids), columns_together(grids) > 0
    )


@njit(cache=True)
@no_type_check
def _parallels(sounding: np.ndarray, steps: np.ndarray) -> np.ndarray:
    B, V, T = sounding.shape
    faults = np.zeros((B, T))
    for b in range(B):
        for t in range(1, steps[b]):
            for i in range(V):
                before, now = sounding[b, i, t - 1], sounding[b, i, t]
                if before < 0 or now < 0 or before == now:
                    continue
                for j in range(i + 1, V):
                    below, under = sounding[b, j, t - 1], sounding[b, j, t]
                    if below < 0 or under < 0 or below == under:
                        continue
                    interval = abs(now - under) % _OCTAVE
                    if (
                        (now > before) == (under > below)
                        and interval == abs(before - below) % _OCTAVE
                        and (interval == 0 or interval == _FIFTH)
                    ):
                        faults[b, t] += 1
    return faults


def direct(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """Direct fifths and octaves of the outer voices per bar.

    Highest and lowest voice go the same way into a fifth or an octave from another interval, the
    highest by leap (Aldwell & Schachter 2003). NaN where the two never sound together.
    """
    grids = voices_of(works)
    outer = grids.sounding[:, [0, -1]]
    together = (outer != REST).all(1).any(1)
    return local(_direct(outer, grids.steps), bars_in(grids), together)


@njit(cache=True)
@no_type_check
def _direct(outer: np.ndarray, steps: np.ndarray) -> np.ndarray:
    faults = np.zeros((len(outer), outer.shape[2]))
    for b in range(len(outer)):
        for t in range(1, steps[b]):
            before, now = outer[b, 0, t - 1], outer[b, 0, t]
            below, under = outer[b, 1, t - 1], outer[b, 1, t]
            if before < 0 or now < 0 or below < 0 or under < 0 or below == under:
                continue
            interval = abs(now - under) % _OCTAVE
            if (
                abs(now - before) > _STEP_UP
                and (now > before) == (under > below)
                and (interval == 0 or interval == _FIFTH)
                and interval != abs(before - below) % _OCTAVE
            ):
                faults[b, t] = 1
    return faults


def crossing(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """Share of the time in which a voice lies below the one it should lie above.

    NaN where no two voices sound together.
    """
    grids = voices_of(works)
    upper, lower = grids.sounding[:, :-1], grids.sounding[:, 1:]
    crossed = ((upper != REST) & (lower != REST) & (upper < lower)).any(1)
    together = columns_together(grids)
    return local(crossed.astype(float), together, together > 0)


def overlap(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """How often per bar a voice moves past where its neighbour has just been.

    The upper of two neighbours goes below the lower one's note before, or the lower above the
    upper one's (Aldwell & Schachter 2003). NaN where no two voices sound together.
    """
    grids = voices_of(works)
    before, now = grids.sounding[:, :, :-1], grids.sounding[:, :, 1:]
    there = (before != REST) & (now != REST)
    pair = there[:, :-1] & there[:, 1:]
    falls = (now[:, :-1] < before[:, 1:]) & (now[:, :-1] != before[:, :-1])
    rises = (now[:, 1:] > before[:, :-1]) & (now[:, 1:] != before[:, 1:])
    faults = np.zeros((len(grids), grids.sounding.shape[2]))
    faults[:, 1:] = (pair & (falls | rises)).sum(1)
    return local(faults, bars_in(grids), columns_together(grids) > 0)


def spacing(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """Share of the time in which neighbouring upper voices lie more than an octave apart.

    The bass may be as far from the tenor as it likes. NaN where no two voices sound together.
    """
    grids = voices_of(works)
    upper = grids.sounding[:, :-1].astype(int)
    first, second = upper[:, :-1], upper[:, 1:]
    wide = ((first != REST) & (second != REST) & (first - second > _OCTAVE)).any(1)
    together = columns_together(grids)
    return local(wide.astype(float), together, together > 0)


def range_faults(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """Notes that a voice cannot sing, per work: outside its range *as heard*.

    NaN where nothing sounds.
    """
    grids = voices_of(works)
    heard = grids.sounding + grids.shift[:, None, None]
    low, high = (np.array(RANGES)[:, end][None, :, None] for end in (0, 1))
    outside = grids.struck & ((heard < low) | (heard > high))
    count = np.ones(len(grids), np.int64)
    return local(outside.sum(1).astype(float), count, grids.struck.sum((1, 2)) > 0)


def contrary_motion(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How independent the voices are: where two move at once, how often they move apart.

    Contrary moves / (contrary + similar moves), over all pairs of voices and all sixteenths.
    NaN where no two voices move at once.
    """
    grids = voices_of(works)
    contrary, similar = _motions(grids.sounding, grids.steps)
    both = contrary + similar
    return np.where(both > 0, contrary / np.maximum(both, 1), np.nan)


@njit(cache=True)
@no_type_check
def _motions(sounding: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    B, V, _ = sounding.shape
    contrary, similar = np.zeros(B), np.zeros(B)
    for b in range(B):
        for t in range(1, steps[b]):
            up, down = 0, 0
            for v in range(V):
                before, now = sounding[b, v, t - 1], sounding[b, v, t]
                if before >= 0 and now >= 0:
                    up += now > before
                    down += now < before
            contrary[b] += up * down
            similar[b] += (up * (up - 1) + down * (down - 1)) / 2
    return contrary, similar


def struck_together(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How much the voices speak together: share of the voices that strike where any strikes.

    1 is note against note, 1/4 one voice after another. NaN where nothing is struck.
    """
    struck = voices_of(works).struck
    moments = struck.any(1).sum(1)
    voices = max(struck.shape[1], 1)
    return np.where(
        moments > 0, struck.sum((1, 2)) / np.maximum(moments * voices, 1), np.nan
    ).astype(float)


def silent_voices(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of the voices' time in which they are silent."""
    grids = voices_of(works)
    time = grids.steps * grids.sounding.shape[1]
    sounding = (grids.sounding != REST).sum((1, 2))
    return np.where(time > 0, 1 - sounding / np.maximum(time, 1), np.nan)
