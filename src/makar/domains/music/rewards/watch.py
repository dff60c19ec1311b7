"""What is only watched: statistics that no reward of the default recipe is made of.

They tell whether training that raised the rewards spoiled something else; adding one of them to
a reward ends its usefulness as a witness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.core.types import Prompt
from makar.domains.music.melody.melody import SIXTEENTH, Melodies, melodies_of
from makar.domains.music.rewards.moves import gaps, moves_of
from makar.domains.music.rewards.tonality import pitch_classes

_LONGEST_KIND = 95 * SIXTEENTH
"""Ticks from which on lengths are of one kind."""


def pitch_class_entropy(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How many notes of the twelve it uses, evenly: entropy in bits (muspy). NaN for no notes."""
    melodies = melodies_of(works)
    return _entropy(pitch_classes(melodies, np.ones(melodies.pitch.shape)))


def rhythm_entropy(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How varied the rhythm is: entropy in bits of pairs of neighbouring note lengths.

    Lengths from note to note, to the tick, up to six whole notes. NaN for fewer than three notes.
    """
    melodies = melodies_of(works)
    moves = moves_of(melodies)
    kind = np.minimum(moves.gap, _LONGEST_KIND)
    pairs = kind[:, :-1] * (_LONGEST_KIND + 1) + kind[:, 1:]
    return _entropy_of_kinds(pairs, moves.present[:, 1:])


def note_density(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Notes per quarter. A work without notes has 0: that can be judged."""
    melodies = melodies_of(works)
    return melodies.count / np.maximum(melodies.length / 24, 1)


def rest_share(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of the time in which nothing sounds. A work without notes has 1."""
    melodies = melodies_of(works)
    sounding = np.minimum(melodies.duration, gaps(melodies)).sum(1)
    return 1 - np.clip(sounding / np.maximum(melodies.length, 1), 0, 1)


def pitch_autocorrelation(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Does a high note follow a high one? Lag-1 autocorrelation of the pitches, note by note.

    Σ (pᵢ − p̄)(pᵢ₊₁ − p̄) / Σ (pᵢ − p̄)²; near 1 for lines, near 0 for notes at random (Jaques et al.
    2017 take it over grid tokens, rests included; here it is over notes). NaN where nothing moves.
    """
    melodies = melodies_of(works)
    there = melodies.sounding
    mean = (melodies.pitch * there).sum(1) / np.maximum(melodies.count, 1)
    away = np.where(there, melodies.pitch - mean[:, None], 0.0)
    spread = (away**2).sum(1)
    return np.where(
        spread > 0, (away[:, 1:] * away[:, :-1]).sum(1) / np.where(spread > 0, spread, 1), np.nan
    )


@dataclass(frozen=True)
class PitchSurprise:
    """How unexpected each note is after the one before: mean bits under the corpus's pairs.

    A first-order Markov chain over pitches relative to the tonic, one for major and one for
    minor, with half a count added to every pair (Krichevsky-Trofimov), as the pair statistics
    of Conklin & Witten (1995).

    Attributes:
        bits: ``(2, P, P)`` surprise of going from one pitch to another, major and minor.
        lowest: Pitch of the first row, relative to the tonic.
    """

    bits: Float[np.ndarray, "2 P P"]
    lowest: int = -64

    @classmethod
    def of(cls, melodies: Melodies) -> PitchSurprise:
        """Learn the pairs of a corpus."""
        counts = np.full((2, 128, 128), 0.5)
        before, after, present = _pairs(melodies, cls.lowest)
        mode = np.broadcast_to(melodies.minor.astype(int)[:, None], before.shape)
        np.add.at(counts, (mode[present], before[present], after[present]), 1)
        return cls(-np.log2(counts / counts.sum(2, keepdims=True)))

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Mean bits per note; NaN for fewer than two notes."""
        melodies = melodies_of(works)
        before, after, present = _pairs(melodies, self.lowest)
        mode = melodies.minor.astype(int)[:, None]
        total = np.where(present, self.bits[mode, before, after], 0.0).sum(1)
        moves = present.sum(1)
        return np.where(moves > 0, total / np.maximum(moves, 1), np.nan)


def _pairs(melodies: Melodies, lowest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Neighbouring pitches relative to the tonic near middle C, as rows of the table."""
    row = np.clip(melodies.pitch - 60 - melodies.tonic[:, None] - lowest, 0, 127)
    return row[:, :-1], row[:, 1:], melodies.sounding[:, 1:]


def _entropy(counts: np.ndarray) -> Float[np.ndarray, " B"]:
    """Entropy in bits of each row of counts; NaN where a row is empty."""
    total = counts.sum(1, keepdims=True)
    p = counts / np.maximum(total, 1e-12)
    bits = (p * np.log2(1 / np.where(p > 0, p, 1))).sum(1)
    return np.where(total[:, 0] > 0, bits, np.nan)


def _entropy_of_kinds(kinds: np.ndarray, there: np.ndarray) -> Float[np.ndarray, " B"]:
    """Entropy in bits of which kinds occur in each row: log₂ n − Σ c·log₂ c / n."""
    n = there.sum(1)
    ordered = np.sort(np.where(there, kinds, -1), axis=1)
    bits = np.full(len(kinds), np.nan)
    for b in np.flatnonzero(n):
        _, count = np.unique(ordered[b, ordered.shape[1] - n[b] :], return_counts=True)
        bits[b] = np.log2(n[b]) - (count * np.log2(count)).sum() / n[b]
    return bits
