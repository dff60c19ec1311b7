"""What four voices are measured by when sets of works are compared: spread, and a fixed vector.

The spread is told by features of the whole and of each voice as a line; the fixed vector is what
the Fréchet distance of four voices is taken in. Both count from the tonic: a key is no feature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int

from makar.core.types import Prompt
from makar.domains.music.harmony import chords, harmony, voice_leading
from makar.domains.music.harmony import function as harmony_function
from makar.domains.music.harmony.copies import line
from makar.domains.music.piece.piece import Key
from makar.domains.music.tune.features import spread_features
from makar.domains.music.voices.voices import (
    FIRST_PITCH,
    HOLD,
    LOWEST,
    REST,
    VOICES,
    VoiceGrid,
    VoiceGrids,
)

_WIDEST = 25
"""Semitones between neighbouring voices from which on all count as one."""
_OF_EACH: Mapping[str, str] = {
    "pitch_range": "from the lowest to the highest note of the {}, in semitones",
    "mean_interval": "how far the {} moves from note to note, in semitones",
    "note_lengths": "which note lengths the {} uses, and how often",
}
"""What each voice is measured by as a line, of the features of tunes."""
VOICES_FEATURE_WORDS: Mapping[str, str] = {
    "pitch_classes": "which notes of the twelve sound in any voice, and for how long",
    "chords": "which chords there are on the beats, above the tonic",
    "root_moves": "how far the roots move from chord to chord, upwards in semitones",
    "chord_changes": "how many chords follow one another",
    "spacing": "how far apart neighbouring voices sound, in semitones",
} | {
    f"{voice.lower()}_{name}": words.format(voice.lower())
    for voice in VOICES
    for name, words in _OF_EACH.items()
}
VOICES_FEATURES_VERSION = "1"
"""Raised when ``fixed_voice_features`` changes: distances of two versions cannot be compared."""
_SCALES: Mapping[str, float] = {
    "pitch classes": 0.05, "range": 2.8, "mean interval": 0.6, "notes a quarter": 0.23,
    "spacing": 1.6, "consonance": 0.06, "chord fit": 0.023, "roots in the bass": 0.13,
    "chord changes": 0.13, "struck together": 0.08, "contrary motion": 0.09,
}  # fmt: skip
"""Every number of the fixed vector is divided by one of these, about Bach's spread in it: the
standard deviation over his phrases of four bars that models learn from."""


def judgeable_voices(grids: VoiceGrids) -> Int[np.ndarray, " N"]:
    """Rows that have features: works in which anything sounds."""
    return np.flatnonzero((grids.sounding != REST).any((1, 2)))


def spread_voice_features(grids: VoiceGrids) -> dict[str, Float[np.ndarray, "B D"]]:
    """Features of each work, by the names in ``VOICES_FEATURE_WORDS``; 0 where there are none.

    The way of Yang & Lerch 2018 is for one voice; here each voice is measured as theirs is, by
    range, mean interval and note lengths, and the whole by what several voices make together.
    """
    found = chords.beat_chords(grids)
    row, count = chords.changes(found)
    root = row // len(chords.QUALITIES)
    follows = np.arange(1, row.shape[1]) < count[:, None]
    return {
        "pitch_classes": _pitch_classes(grids),
        "chords": _shares(found.chord, found.sounding, chords.CHORDS),
        "root_moves": _shares((root[:, 1:] - root[:, :-1]) % 12, follows, 12),
        "chord_changes": np.maximum(count - 1, 0).astype(float)[:, None],
        "spacing": _spacing(grids),
    } | {
        f"{name.lower()}_{feature}": values
        for voice, name in enumerate(VOICES)
        for feature, values in spread_features(line(grids, voice)).items()
        if feature in _OF_EACH
    }


def fixed_voice_features(grids: VoiceGrids) -> Float[np.ndarray, "B 33"]:
    """The frozen vector of each work, each number in units of about Bach's spread.

    Twelve shares of time on the pitch classes above the tonic; range, mean interval and notes a
    quarter of each voice; mean distance of each pair of neighbours; then consonance, chord fit,
    roots in the bass, chord changes, voices struck together, contrary motion (the rewards of
    these names). What cannot be judged counts as 0.
    """
    asked = [Prompt()] * len(grids)
    lines = [spread_features(line(grids, voice)) for voice in range(len(VOICES))]
    quarters = np.maximum(grids.steps / 4, 1)[:, None]
    columns = {
        "pitch classes": _pitch_classes(grids),
        "range": np.concatenate([one["pitch_range"] for one in lines], axis=1),
        "mean interval": np.concatenate([one["mean_interval"] for one in lines], axis=1),
        "notes a quarter": np.concatenate([one["note_count"] for one in lines], axis=1) / quarters,
        "spacing": _mean_spacing(grids),
        "consonance": harmony.consonance(grids, asked),
        "chord fit": harmony.chord_fit(grids, asked),
        "roots in the bass": harmony_function.root_position(grids, asked),
        "chord changes": harmony.harmonic_rhythm(grids, asked),
        "struck together": voice_leading.struck_together(grids, asked),
        "contrary motion": voice_leading.contrary_motion(grids, asked),
    }
    scaled = [
        np.nan_to_num(np.asarray(values, np.float64)).reshape(len(grids), -1) / _SCALES[name]
        for name, values in columns.items()
    ]
    return np.concatenate(scaled, axis=1)


def voice_features_id() -> str:
    """Version and fingerprint of ``fixed_voice_features``: what it makes of a work fixed here."""
    columns = np.arange(16)
    tokens = np.full((len(VOICES), 64), HOLD, np.int16)
    for voice, lowest in enumerate((67, 62, 55, 43)):
        tokens[voice, ::4] = lowest + columns * (5 + voice) % 12 - LOWEST + FIRST_PITCH
    example = VoiceGrids.stack([VoiceGrid(tokens, key=Key(7, "major"))])
    numbers = ",".join(f"{value:.9g}" for value in fixed_voice_features(example)[0])
    digest = hashlib.sha256(numbers.encode()).hexdigest()[:8]
    return f"voices-v{VOICES_FEATURES_VERSION}-{digest}"


def _pitch_classes(grids: VoiceGrids) -> Float[np.ndarray, "B 12"]:
    above = (grids.sounding.astype(np.int64) - grids.tonic[:, None, None]) % 12
    rows = len(grids)
    return _shares(above.reshape(rows, -1), (grids.sounding != REST).reshape(rows, -1), 12)


def _apart(grids: VoiceGrids) -> tuple[np.ndarray, np.ndarray]:
    """``(B, 3, T)`` semitones from each voice up to the one above it, and where both sound."""
    heard = grids.sounding.astype(np.int64)
    together = (heard[:, :-1] != REST) & (heard[:, 1:] != REST)
    return np.where(together, heard[:, :-1] - heard[:, 1:], 0), together


def _spacing(grids: VoiceGrids) -> Float[np.ndarray, "B S"]:
    """Shares of the distances, for each pair of neighbours; crossed voices count as 0 apart."""
    apart, together = _apart(grids)
    kinds = np.clip(apart, 0, _WIDEST - 1)
    pairs = range(apart.shape[1])
    shares = [_shares(kinds[:, pair], together[:, pair], _WIDEST) for pair in pairs]
    return np.concatenate(shares, axis=1)


def _mean_spacing(grids: VoiceGrids) -> Float[np.ndarray, "B 3"]:
    apart, together = _apart(grids)
    return apart.sum(2) / np.maximum(together.sum(2), 1)


def _shares(kinds: np.ndarray, there: np.ndarray, width: int) -> np.ndarray:
    """``(B, width)`` share of each kind among what is there; 0 where nothing is."""
    rows = np.broadcast_to(np.arange(len(kinds))[:, None], kinds.shape)
    counts = np.bincount((rows * width + kinds)[there], minlength=len(kinds) * width)
    counts = counts.reshape(len(kinds), width)
    return counts / np.maximum(counts.sum(1, keepdims=True), 1)
