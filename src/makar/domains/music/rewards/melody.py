"""How a line moves: its steps and leaps, its compass and contour, the motifs it comes back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.core.types import Prompt
from makar.domains.music.melody.melody import Melodies, melodies_of
from makar.domains.music.rewards.moves import moves_of, share
from makar.measures.novelty import ngram_hashes

LEAP = 5
"""Semitones from which a move is a leap: a fourth."""
MOTIF = 4
"""Moves in a motif: five notes."""
PHRASE = 4
"""Bars in a phrase."""
_OCTAVE = 12


def mean_interval(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How far the melody moves from note to note: mean absolute interval in semitones.

    Yang & Lerch (2018), "average pitch interval". NaN for fewer than two notes.
    """
    moves = moves_of(melodies_of(works))
    total = np.abs(moves.interval).sum(1)
    return np.where(moves.count > 0, total / np.maximum(moves.count, 1), np.nan)


def step_share(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of moves that are steps: one or two semitones. NaN for fewer than two notes."""
    moves = moves_of(melodies_of(works))
    size = np.abs(moves.interval)
    return share((size >= 1) & (size <= 2), moves.present)


def leap_share(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of moves that are leaps: a fourth or more. NaN for fewer than two notes."""
    moves = moves_of(melodies_of(works))
    return share(np.abs(moves.interval) >= LEAP, moves.present)


def repeat_share(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of moves that strike the same pitch again. NaN for fewer than two notes.

    Counted on notes, not on steps of a grid: a held note repeats nothing.
    """
    moves = moves_of(melodies_of(works))
    return share(moves.interval == 0, moves.present)


@dataclass(frozen=True)
class IntervalProfile:
    """Does it mix steps, leaps and repeats as the corpus does?

    The overlap Σ min(p, q) of the melody's interval histogram p with the corpus's q: 1 minus
    the total variation distance (compare the pitch-interval histograms of Yang & Lerch 2018).
    Intervals beyond an octave share the outermost bins.

    Attributes:
        corpus: ``(25,)`` share of each interval, -12..12 semitones.
    """

    corpus: Float[np.ndarray, " 25"]

    @classmethod
    def of(cls, melodies: Melodies) -> IntervalProfile:
        """The profile of a corpus; a ValueError if none of its melodies has two notes."""
        counts = _interval_counts(melodies).sum(0)
        if not counts.sum():
            raise ValueError("no melody of the corpus has two notes: nothing to compare with")
        return cls(counts / counts.sum())

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """The overlap, 0..1; NaN for fewer than two notes."""
        counts = _interval_counts(melodies_of(works))
        total = counts.sum(1)
        shares = counts / np.maximum(total, 1)[:, None]
        return np.where(total > 0, np.minimum(shares, self.corpus).sum(1), np.nan)


def _interval_counts(melodies: Melodies) -> np.ndarray:
    """``(B, 25)`` how often each melody moves by -12..12 semitones."""
    moves = moves_of(melodies)
    clipped = np.clip(moves.interval, -_OCTAVE, _OCTAVE) + _OCTAVE
    bins = np.arange(len(melodies))[:, None] * 25 + clipped
    flat = np.bincount(bins[moves.present], minlength=25 * len(melodies))
    return flat.reshape(len(melodies), 25)


def pitch_range(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """The compass: semitones from the lowest to the highest note. NaN for no notes."""
    melodies = melodies_of(works)
    high = np.where(melodies.sounding, melodies.pitch, -1).max(1, initial=-1)
    low = np.where(melodies.sounding, melodies.pitch, 128).min(1, initial=128)
    return np.where(melodies.count > 0, high - low, np.nan).astype(float)


def direction_kept(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How much the tune makes lines: share of moves that go on the way the last one went.

    1 minus Huron's (2006, chapter 5) share of contour reversals. Pitch repeats are skipped, so
    C D D E keeps its direction. NaN for fewer than two moves up or down.
    """
    moves = moves_of(melodies_of(works))
    turned, pairs = _turns(np.sign(moves.interval), moves.count)
    return np.where(pairs > 0, 1 - turned / np.maximum(pairs, 1), np.nan)


@njit(cache=True)
@no_type_check
def _turns(sign: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    turned, pairs = np.zeros(len(count), np.int64), np.zeros(len(count), np.int64)
    for b in range(len(count)):
        before = 0
        for i in range(count[b]):
            if sign[b, i] == 0:
                continue
            if before != 0:
                pairs[b] += 1
                turned[b] += sign[b, i] != before
            before = sign[b, i]
    return turned, pairs


def arch(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Do phrases rise and fall? Share of four-bar phrases whose middle lies above both ends.

    Huron (1996), *The melodic arch in Western folksongs*: the mean pitch of all notes but the
    first and last is higher than the first and than the last. NaN where no phrase has three notes.
    """
    melodies = melodies_of(works)
    arches, phrases = _arches(
        np.ascontiguousarray(melodies.onset),
        np.ascontiguousarray(melodies.pitch),
        melodies.count,
        melodies.bar * PHRASE,
    )
    return np.where(phrases > 0, arches / np.maximum(phrases, 1), np.nan)


@njit(cache=True)
@no_type_check
def _arches(
    onset: np.ndarray, pitch: np.ndarray, count: np.ndarray, phrase: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    arches, phrases = np.zeros(len(count), np.int64), np.zeros(len(count), np.int64)
    for b in range(len(count)):
        first = 0
        while first < count[b]:
            number = onset[b, first] // phrase[b]
            last, total = first, 0
            while last < count[b] and onset[b, last] // phrase[b] == number:
                total += pitch[b, last]
                last += 1
            notes = last - first
            if notes >= 3:
                left, right = pitch[b, first], pitch[b, last - 1]
                middle = (total - left - right) / (notes - 2)
                phrases[b] += 1
                arches[b] += middle > left and middle > right
            first = last
    return arches, phrases


def leap_resolution(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of leaps that are answered by a smaller move the other way.

    The counterpoint rule that von Hippel & Huron (2000) call post-skip reversal; a leap is a
    fourth or more. The last move has no answer and is left out. NaN where nothing leaps.
    """
    moves = moves_of(melodies_of(works))
    first, then = moves.interval[:, :-1], moves.interval[:, 1:]
    leaps = (np.abs(first) >= LEAP) & moves.present[:, 1:]
    answered = (np.sign(first) == -np.sign(then)) & (np.abs(then) < np.abs(first))
    return share(answered, leaps)


def motif_recurrence(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How much of the tune has been heard before: in rhythm and, in the scale, in shape.

    Share of places where the next four moves (scale steps and time to the next note) were heard
    earlier without overlapping, so that a motif's repeat on another degree counts and a scale in
    even notes counts only from its fifth move on. NaN for fewer than eight moves, which can
    hold no repeat.
    """
    moves = moves_of(melodies_of(works))
    hashes, counts = ngram_hashes(moves.scale_keys, moves.count, MOTIF)
    heard, places = _heard_before(hashes, counts, MOTIF)
    return np.where(places > 0, heard / np.maximum(places, 1), np.nan)


@njit(cache=True)
@no_type_check
def _heard_before(
    hashes: np.ndarray, counts: np.ndarray, apart: int
) -> tuple[np.ndarray, np.ndarray]:
    """Places from ``apart`` on whose hash occurs ``apart`` or more earlier, and all such places."""
    heard, places = np.zeros(len(counts), np.int64), np.zeros(len(counts), np.int64)
    for b in range(len(counts)):
        order = np.argsort(hashes[b, : counts[b]], kind="mergesort")
        first = 0
        for k in range(counts[b]):
            if k > 0 and hashes[b, order[k]] != hashes[b, order[k - 1]]:
                first = k
            heard[b] += order[k] - order[first] >= apart
        places[b] = max(counts[b] - apart, 0)
    return heard, places
