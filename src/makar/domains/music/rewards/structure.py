"""Form: which bars are alike, and whether they are alike where the form says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.core.types import Prompt
from makar.domains.music.melody.melody import Melodies, melodies_of
from makar.domains.music.rewards.bars import SILENCE, Bars, bars_of


def likeness(melodies: Melodies) -> tuple[Float[np.ndarray, "B K K"], Int[np.ndarray, " B"]]:
    """How alike each two bars of the melodies are, and how many full bars each has.

    Melodies with notes between the sixteenths are compared tick by tick; of bars on the grid that
    says the same as sixteenth by sixteenth.
    """
    bars = bars_of(melodies)
    matrix = bar_similarity(bars)
    if len(rows := melodies.between):
        exact = bar_similarity(bars_of(melodies.take(rows), step=1))
        size = min(exact.shape[1], matrix.shape[1])
        matrix[rows, :size, :size] = exact[:, :size, :size]
    return matrix, bars.count


def bar_similarity(bars: Bars) -> Float[np.ndarray, "B K K"]:
    """How alike each two bars of a melody are, 0..1; 0 beyond the last bar.

    Half for the rhythm: places struck in both over places struck in either (Jaccard; two bars
    without an onset count as alike). Half for the tune: share of sixteenths, among those where
    either sounds, on which both stand on the same scale degree, either as written or both
    counted from the bar's first note, whichever agrees more, so that a sequence a step higher
    is alike.
    """
    return _similarity(bars.struck, bars.degree, bars.width, bars.count)


@njit(cache=True)
@no_type_check
def _similarity(
    struck: np.ndarray, degree: np.ndarray, width: np.ndarray, bars: np.ndarray
) -> np.ndarray:
    most = bars.max() if len(bars) else 0
    matrix = np.zeros((len(bars), most, most))
    for b in range(len(bars)):
        for i in range(bars[b]):
            matrix[b, i, i] = 1.0
            for j in range(i):
                alike = _two_bars(struck[b], degree[b], i * width[b], j * width[b], width[b])
                matrix[b, i, j] = matrix[b, j, i] = alike
    return matrix


@njit(cache=True)
@no_type_check
def _two_bars(struck: np.ndarray, degree: np.ndarray, i: int, j: int, width: int) -> float:
    shift, found = 0, False
    both, either, same, moved, sounding = 0, 0, 0, 0, 0
    first_i, first_j = SILENCE, SILENCE
    for s in range(width):
        if first_i == SILENCE:
            first_i = degree[i + s]
        if first_j == SILENCE:
            first_j = degree[j + s]
    found = first_i != SILENCE and first_j != SILENCE
    if found:
        shift = first_i - first_j
    for s in range(width):
        either += struck[i + s] or struck[j + s]
        both += struck[i + s] and struck[j + s]
        p, q = degree[i + s], degree[j + s]
        if p == SILENCE and q == SILENCE:
            continue
        sounding += 1
        if p != SILENCE and q != SILENCE:
            same += p == q
            moved += p == q + shift
    rhythm = both / either if either else 1.0
    tune = max(same, moved) / sounding if sounding else 1.0
    return (rhythm + tune) / 2


def bar_recurrence(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Does it come back to what it has said? Mean likeness of each bar to the likest before it.

    The self-similarity matrix of Foote (1999) on bars, read below the diagonal. Needs no form.
    NaN for fewer than two bars, and for no notes.
    """
    melodies = melodies_of(works)
    matrix, bars = likeness(melodies)
    earlier = np.tril(np.ones(matrix.shape[1:], bool), -1)
    likest = np.where(earlier, matrix, 0.0).max(2, initial=0.0).sum(1)
    judged = (bars > 1) & (melodies.count > 0)
    return np.where(judged, likest / np.maximum(bars - 1, 1), np.nan)


def form_contrast(works: object, prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Does it keep to the form that was asked, such as AABA?

    The letters are spread evenly over the bars. Bars at the same place of two sections are
    compared: mean likeness where the letters are equal, minus mean likeness where they differ
    (a form with no such pair, such as AAAA or ABCD, counts 0 for it). 1 would be equal sections
    for equal letters that have nothing in common with the others. Case and blanks do not matter.
    NaN where no form was asked, where the bars cannot be dealt out evenly, and for no notes.
    """
    melodies = melodies_of(works)
    matrix, bars = likeness(melodies)
    value = np.full(len(melodies), np.nan)
    for b, prompt in enumerate(prompts):
        letters = _letters(prompt.form)
        sections = len(letters)
        if sections < 2 or melodies.count[b] == 0 or bars[b] % sections:
            continue
        if bars[b] >= sections:
            value[b] = _contrast(matrix[b], letters, int(bars[b]) // sections)
    return value


def _letters(form: str) -> Int[np.ndarray, " L"]:
    return np.array([ord(c) for c in form.upper() if not c.isspace()], np.int64)


@njit(cache=True)
@no_type_check
def _contrast(matrix: np.ndarray, letters: np.ndarray, size: int) -> float:
    alike, different, equal_pairs, other_pairs = 0.0, 0.0, 0, 0
    for i in range(len(letters)):
        for j in range(i):
            total = 0.0
            for place in range(size):
                total += matrix[i * size + place, j * size + place]
            if letters[i] == letters[j]:
                alike, equal_pairs = alike + total / size, equal_pairs + 1
            else:
                different, other_pairs = different + total / size, other_pairs + 1
    return alike / max(equal_pairs, 1) - different / max(other_pairs, 1)
