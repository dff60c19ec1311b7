"""What a melody is like, in numbers: the features that sets of melodies are compared by.

``spread_features`` are those of Yang & Lerch 2018 (mgeval); ``fixed_features`` is one vector a
melody, frozen, for a Fréchet distance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int

from makar.core.types import Prompt
from makar.domains.music.melody.melody import Melodies
from makar.domains.music.piece.piece import TICKS_PER_QUARTER
from makar.domains.music.rewards.bars import in_even_beats, metric_strength_of_notes
from makar.domains.music.rewards.moves import gaps, moves_of
from makar.domains.music.rewards.structure import bar_recurrence
from makar.domains.music.rewards.watch import (
    pitch_autocorrelation,
    pitch_class_entropy,
    rest_share,
    rhythm_entropy,
)

NOTE_LENGTHS = np.array([96, 48, 24, 12, 6, 72, 36, 18, 9, 32, 16, 8])
"""Ticks of mgeval's twelve classes: whole to sixteenth, the same dotted, and triplets."""
FEATURE_WORDS: Mapping[str, str] = {
    "pitch_count": "how many different pitches it uses",
    "pitch_classes": "which notes of the twelve it uses, and how often",
    "pitch_class_moves": "which note follows which",
    "pitch_range": "from its lowest to its highest note, in semitones",
    "mean_interval": "how far it moves from note to note, in semitones",
    "note_count": "how many notes it has",
    "time_between_notes": "from one note's beginning to the next, in quarters",
    "note_lengths": "which note lengths it uses, and how often",
    "note_length_moves": "which note length follows which",
}
FEATURES_VERSION = "1"
"""Raised when ``fixed_features`` changes: distances of different versions cannot be compared."""
_SCALES: Mapping[str, float] = {
    "time on each degree": 0.08, "moves of each size": 0.09, "notes of each length": 0.15,
    "pitches": 2.0, "range": 3.5, "mean interval": 0.7, "notes a quarter": 0.4, "rests": 0.03,
    "pitch-class entropy": 0.25, "rhythm entropy": 0.7, "autocorrelation": 0.2,
    "metric strength": 0.06, "returning bars": 0.12,
}  # fmt: skip
"""Every number of ``fixed_features`` is divided by one of these, about people's spread in it."""
_SIZES = (-128, -7, -4, -2, 0, 1, 3, 5, 8, 128)
_GAPS = (0, 7, 13, 19, 25, 37, 1 << 40)


def judgeable(melodies: Melodies) -> Int[np.ndarray, " N"]:
    """Rows that have features: melodies of three notes or more."""
    return np.flatnonzero(melodies.count >= 3)


def spread_features(melodies: Melodies) -> dict[str, Float[np.ndarray, "B D"]]:
    """Mgeval's nine features of each melody, by the names in ``FEATURE_WORDS``.

    Deviations from the authors' code (2018): (1) pitch classes count from the tonic, so that a key
    is no feature; (2) matrices of moves are shares, not counts (its ``normalize=2``), so that
    long and short melodies can be compared; (3) times are in quarters, not in seconds, and in
    whole ticks, not in 96ths of a bar; (4) the measures by bar are left out.
    """
    there, moves = melodies.sounding, moves_of(melodies)
    degree = (melodies.pitch - melodies.tonic[:, None]) % 12
    length = np.abs(melodies.duration[..., None] - NOTE_LENGTHS).argmin(-1)
    scalars = {
        "pitch_count": _distinct(melodies),
        "pitch_range": _range(melodies),
        "mean_interval": _mean(np.abs(moves.interval), moves.present),
        "note_count": melodies.count.astype(float),
        "time_between_notes": _mean(moves.gap, moves.present) / TICKS_PER_QUARTER,
    }
    found = {name: column[:, None] for name, column in scalars.items()} | {
        "pitch_classes": _shares(degree, melodies.duration * there, 12),
        "pitch_class_moves": _shares(degree[:, :-1] * 12 + degree[:, 1:], moves.present, 144),
        "note_lengths": _shares(length, there, 12),
        "note_length_moves": _shares(length[:, :-1] * 12 + length[:, 1:], moves.present, 144),
    }
    return {name: found[name] for name in FEATURE_WORDS}


def fixed_features(melodies: Melodies) -> Float[np.ndarray, "B 37"]:
    """The frozen vector of each melody, each number in units of about people's spread.

    Twelve shares of time on the degrees above the tonic; nine of moves by size and direction; six
    of times from note to note; then different pitches, range, mean interval, notes a quarter,
    rests, entropy of pitch classes and of rhythm, autocorrelation of the pitches, metric strength
    of the notes, returning bars. What cannot be judged counts as 0.
    """
    there, moves, asked = melodies.sounding, moves_of(melodies), [Prompt()] * len(melodies)
    degree = (melodies.pitch - melodies.tonic[:, None]) % 12
    size = np.searchsorted(_SIZES, moves.interval, side="right") - 1
    gap = np.searchsorted(_GAPS, gaps(melodies), side="right") - 1
    columns = {
        "time on each degree": _shares(degree, melodies.duration * there, 12),
        "moves of each size": _shares(size, moves.present, len(_SIZES) - 1),
        "notes of each length": _shares(gap, there, len(_GAPS) - 1),
        "pitches": _distinct(melodies),
        "range": _range(melodies),
        "mean interval": _mean(np.abs(moves.interval), moves.present),
        "notes a quarter": melodies.count / np.maximum(melodies.length / TICKS_PER_QUARTER, 1),
        "rests": rest_share(melodies, asked),
        "pitch-class entropy": pitch_class_entropy(melodies, asked),
        "rhythm entropy": rhythm_entropy(melodies, asked),
        "autocorrelation": pitch_autocorrelation(melodies, asked),
        "metric strength": _mean(metric_strength_of_notes(melodies), in_even_beats(melodies)),
        "returning bars": bar_recurrence(melodies, asked),
    }
    scaled = [
        np.nan_to_num(np.asarray(values, np.float64)).reshape(len(melodies), -1) / _SCALES[name]
        for name, values in columns.items()
    ]
    return np.concatenate(scaled, axis=1)


def features_id() -> str:
    """Version and fingerprint of ``fixed_features``: what it makes of a melody fixed here."""
    rows = np.arange(24)
    example = Melodies(
        onset=(rows * 12)[None], duration=np.where(rows % 5, 12, 9)[None],
        pitch=(60 + rows * 7 % 17)[None], count=np.array([24]), length=np.array([288]),
        bar=np.array([72]), beat=np.array([36]), tonic=np.array([2]), minor=np.array([False]),
    )  # fmt: skip
    numbers = ",".join(f"{value:.9g}" for value in fixed_features(example)[0])
    return f"v{FEATURES_VERSION}-{hashlib.sha256(numbers.encode()).hexdigest()[:8]}"


def _shares(kinds: np.ndarray, weights: np.ndarray, width: int) -> np.ndarray:
    """``(B, width)`` share of the weight that each kind has in its row; 0 where there is none."""
    B = len(kinds)
    place = np.arange(B)[:, None] * width + np.clip(kinds, 0, width - 1)
    sums = np.bincount(place.ravel(), np.asarray(weights, float).ravel(), B * width)
    sums = sums.reshape(B, width)
    return sums / np.maximum(sums.sum(1, keepdims=True), 1e-9)


def _mean(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    return (values * there).sum(1) / np.maximum(there.sum(1), 1)


def _distinct(melodies: Melodies) -> np.ndarray:
    used = np.zeros((len(melodies), 128), bool)
    rows = np.broadcast_to(np.arange(len(melodies))[:, None], melodies.pitch.shape)
    there = melodies.sounding
    used[rows[there], np.clip(melodies.pitch[there], 0, 127)] = True
    return used.sum(1).astype(float)


def _range(melodies: Melodies) -> np.ndarray:
    there = melodies.sounding
    high = np.where(there, melodies.pitch, -1).max(1, initial=-1)
    low = np.where(there, melodies.pitch, 128).min(1, initial=128)
    return np.maximum(high - low, 0).astype(float)
