"""Rhythm: bars that share a groove, accents against the beat, long notes in strong places.

Where the sixteenth is the unit, odd beats are left out: those in which a note begins between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.core.types import Prompt
from makar.domains.music.melody.melody import melodies_of
from makar.domains.music.rewards.bars import (
    STEP,
    bars_of,
    in_even_beats,
    metres,
    metric_strength_of_notes,
    metric_tree,
    odd_places,
)
from makar.domains.music.rewards.moves import gaps

BY_SIXTEENTHS = ("groove_consistency", "syncopation", "metric_strength")
"""Names of the rewards that leave odd beats out."""


def groove_consistency(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Do neighbouring bars strike at the same places? 1 minus their mean Hamming distance.

    Wu & Yang (2020), as in muspy: 1 - mean over neighbouring bars of (places struck in one but
    not the other) / (sixteenths in a bar). Odd beats are compared with none. NaN for fewer than
    two bars, for no notes, and where less than a bar can be compared.
    """
    melodies = melodies_of(works)
    bars = bars_of(melodies)
    value = _groove(bars.struck, bars.width, bars.count)
    if len(rows := melodies.between):
        odd = odd_places(melodies)[:, ::STEP]
        value[rows] = _groove_beside(bars.struck[rows], odd, bars.width[rows], bars.count[rows])
    return np.where((bars.count > 1) & (melodies.count > 0), value, np.nan)


@njit(cache=True)
@no_type_check
def _groove(struck: np.ndarray, width: np.ndarray, bars: np.ndarray) -> np.ndarray:
    value = np.zeros(len(bars))
    for b in range(len(bars)):
        differ = 0
        for s in range(width[b], bars[b] * width[b]):
            differ += struck[b, s] != struck[b, s - width[b]]
        if bars[b] > 1:
            value[b] = 1 - differ / (width[b] * (bars[b] - 1))
    return value


@njit(cache=True)
@no_type_check
def _groove_beside(
    struck: np.ndarray, odd: np.ndarray, width: np.ndarray, bars: np.ndarray
) -> np.ndarray:
    """``_groove`` of the places that are odd in neither of two bars."""
    value = np.full(len(bars), np.nan)
    for b in range(len(bars)):
        differ, compared = 0, 0
        for s in range(width[b], bars[b] * width[b]):
            if not odd[b, s] and not odd[b, s - width[b]]:
                compared += 1
                differ += struck[b, s] != struck[b, s - width[b]]
        if compared >= width[b]:
            value[b] = 1 - differ / compared
    return value


def bar_rhythm_recurrence(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of bars, from the second on, whose rhythm an earlier bar had exactly.

    Notes between the sixteenths count where they are. NaN for fewer than two bars, and for no
    notes.
    """
    melodies = melodies_of(works)
    bars = bars_of(melodies)
    value = _returning_rhythms(bars.struck, bars.width, bars.count)
    if len(rows := melodies.between):
        exact = bars_of(melodies.take(rows), step=1)
        value[rows] = _returning_rhythms(exact.struck, exact.width, exact.count)
    return np.where((bars.count > 1) & (melodies.count > 0), value, np.nan)


@njit(cache=True)
@no_type_check
def _returning_rhythms(struck: np.ndarray, width: np.ndarray, bars: np.ndarray) -> np.ndarray:
    value = np.zeros(len(bars))
    for b in range(len(bars)):
        known = np.zeros(bars[b], np.uint64)
        returning = 0
        for k in range(bars[b]):
            pattern = np.uint64(1469598103934665603)
            for s in range(k * width[b], (k + 1) * width[b]):  # FNV-1a over the struck places
                pattern = (pattern ^ np.uint64(struck[b, s])) * np.uint64(1099511628211)
            for j in range(k):
                if known[j] == pattern:
                    returning += 1
                    break
            known[k] = pattern
        if bars[b] > 1:
            value[b] = returning / (bars[b] - 1)
    return value


def syncopation(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Accents against the beat, per bar: notes that are held or fall silent over a stronger place.

    Longuet-Higgins & Lee (1984): each note counts by how much weaker its place is than the
    strongest place before the next note begins, if that is stronger. Odd beats count neither as
    time nor by the notes that begin in them. NaN for no notes, and where less than a bar is left.
    """
    melodies = melodies_of(works)
    even = in_even_beats(melodies)
    total = np.zeros(len(melodies))
    ends = np.ascontiguousarray(melodies.onset + gaps(melodies))
    onset = np.ascontiguousarray(melodies.onset)
    for bar, beat in metres(melodies):
        rows = np.flatnonzero((melodies.bar == bar) & (melodies.beat == beat))
        tree = np.array(metric_tree(bar, beat))
        _add_syncopations(onset, ends, even, melodies.count, rows, tree, total)
    bars = np.maximum(melodies.length / np.maximum(melodies.bar, 1), 1)
    if len(rows := melodies.between):
        bars[rows] = (~odd_places(melodies)).sum(1) / melodies.bar[rows]
    judged = (melodies.count > 0) & (bars >= 1)
    return np.where(judged, total / np.maximum(bars, 1), np.nan)


@njit(cache=True)
@no_type_check
def _add_syncopations(
    onset: np.ndarray,
    end: np.ndarray,
    even: np.ndarray,
    count: np.ndarray,
    rows: np.ndarray,
    tree: np.ndarray,
    total: np.ndarray,
) -> None:
    bar = len(tree)
    for b in rows:
        for i in range(count[b]):
            if not even[b, i]:
                continue
            own = tree[onset[b, i] % bar]
            strongest = own
            tick = (onset[b, i] // STEP + 1) * STEP
            while tick < end[b, i] and strongest > 0:
                strongest = min(strongest, tree[tick % bar])
                tick += STEP
            total[b] += own - strongest


def metric_strength(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Do the long notes stand on the strong beats? Mean metric strength, weighted by length.

    1 on the downbeat down to 0 on the weakest sixteenth (the tree of Longuet-Higgins & Lee), each
    note weighted by the time to the next (Palmer & Krumhansl 1990: long notes mark strong beats).
    Notes that begin in odd beats are left out. NaN for no notes.
    """
    melodies = melodies_of(works)
    length = np.where(in_even_beats(melodies), gaps(melodies), 0)
    weighted = (metric_strength_of_notes(melodies) * length).sum(1)
    total = length.sum(1)
    return np.where(total > 0, weighted / np.maximum(total, 1), np.nan)
