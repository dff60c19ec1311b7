"""Rhythm: bars that share a groove, accents against the beat, long notes in strong places."""

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
    metres,
    metric_strength_of_notes,
    metric_tree,
)
from makar.domains.music.rewards.moves import gaps


def groove_consistency(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Do neighbouring bars strike at the same places? 1 minus their mean Hamming distance.

    Wu & Yang (2020), as in muspy: 1 - mean over neighbouring bars of (places struck in one but
    not the other) / (sixteenths in a bar). NaN for fewer than two bars, and for no notes.
    """
    melodies = melodies_of(works)
    bars = bars_of(melodies)
    value = _groove(bars.struck, bars.width, bars.count)
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


def bar_rhythm_recurrence(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of bars, from the second on, whose rhythm an earlier bar had exactly.

    NaN for fewer than two bars, and for no notes.
    """
    melodies = melodies_of(works)
    bars = bars_of(melodies)
    value = _returning_rhythms(bars.struck, bars.width, bars.count)
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
    strongest place before the next note begins, if that is stronger. NaN for no notes.
    """
    melodies = melodies_of(works)
    total = np.zeros(len(melodies))
    ends = np.ascontiguousarray(melodies.onset + gaps(melodies))
    onset = np.ascontiguousarray(melodies.onset)
    for bar, beat in metres(melodies):
        rows = np.flatnonzero((melodies.bar == bar) & (melodies.beat == beat))
        tree = np.array(metric_tree(bar, beat))
        _add_syncopations(onset, ends, melodies.count, rows, tree, total)
    bars = np.maximum(melodies.length / np.maximum(melodies.bar, 1), 1)
    return np.where(melodies.count > 0, total / bars, np.nan)


@njit(cache=True)
@no_type_check
def _add_syncopations(
    onset: np.ndarray,
    end: np.ndarray,
    count: np.ndarray,
    rows: np.ndarray,
    tree: np.ndarray,
    total: np.ndarray,
) -> None:
    bar = len(tree)
    for b in rows:
        for i in range(count[b]):
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
    NaN for no notes.
    """
    melodies = melodies_of(works)
    length = gaps(melodies)
    weighted = (metric_strength_of_notes(melodies) * length).sum(1)
    total = length.sum(1)
    return np.where(total > 0, weighted / np.maximum(total, 1), np.nan)
