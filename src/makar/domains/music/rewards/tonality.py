"""Home: is it in the key, does it close, do its phrases come to rest?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from makar.core.types import Prompt
from makar.domains.music.melody.melody import Melodies, melodies_of
from makar.domains.music.rewards.bars import metric_levels
from makar.domains.music.rewards.melody import PHRASE
from makar.domains.music.rewards.moves import gaps, share

_MAJOR = np.isin(np.arange(12), [0, 2, 4, 5, 7, 9, 11])
_MINOR = np.isin(np.arange(12), [0, 2, 3, 5, 7, 8, 9, 10, 11])
_PROBE_TONES = np.array([
    [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
    [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
])  # fmt: skip
"""How well each pitch class fits after a key was set up: Krumhansl & Kessler (1982)."""
_TRIAD = np.array([np.isin(np.arange(12), [0, 4, 7]), np.isin(np.arange(12), [0, 3, 7])])


def in_key_share(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of the notes that belong to the key. NaN for no notes.

    The major scale; in minor both forms of the sixth and the seventh degree, so that the
    melodic minor and the Dorian mode are at home too (compare muspy's scale consistency).
    """
    melodies = melodies_of(works)
    above = (melodies.pitch - melodies.tonic[:, None]) % 12
    scale = np.where(melodies.minor[:, None], _MINOR[above], _MAJOR[above])
    return share(scale, melodies.sounding)


def tonal_stability(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How well it sits in its own key: tonic, fifth and third get most of the time.

    The correlation of Krumhansl & Schmuckler's key finding (Krumhansl 1990) with the probe-tone
    profile of the key the piece is in, pitch classes weighted by note length. NaN for fewer than
    two pitch classes.
    """
    melodies = melodies_of(works)
    held = pitch_classes(melodies, melodies.duration.astype(float))
    profile = _PROBE_TONES[melodies.minor.astype(int)]
    several = (held > 0).sum(1) > 1
    held, profile = held - held.mean(1, keepdims=True), profile - profile.mean(1, keepdims=True)
    size = np.sqrt((held**2).sum(1) * (profile**2).sum(1))
    judged = several & (size > 0)
    return np.where(judged, (held * profile).sum(1) / np.where(judged, size, 1), np.nan)


def pitch_classes(
    melodies: Melodies, weight: Float[np.ndarray, "B N"]
) -> Float[np.ndarray, "B 12"]:
    """Weight of each pitch class, counted from the tonic."""
    above = (melodies.pitch - melodies.tonic[:, None]) % 12
    bins = np.arange(len(melodies))[:, None] * 12 + above
    there = melodies.sounding
    flat = np.bincount(bins[there], weights=weight[there], minlength=12 * len(melodies))
    return flat.reshape(len(melodies), 12).astype(float)


def strong_beat_chord(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Does it stand on the tonic chord? Share of the notes on strong beats that belong to it.

    Strong: the downbeat and the next strongest places of the bar (metrical and tonal stability go
    together: Lerdahl & Jackendoff 1983). NaN where nothing begins on a strong beat.
    """
    melodies = melodies_of(works)
    strong = melodies.sounding & (metric_levels(melodies) <= 1)
    return share(_in_tonic_chord(melodies), strong)


def close(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Does it come home? Half for closing on the tonic, half for closing on a long note.

    The closing note is the last to begin on a strong beat of the last bar: an upbeat to what may
    follow can come after it. Long: it lasts, rest included, longer than the tune's mean note. 0
    where nothing begins there; NaN for fewer than two notes.
    """
    melodies = melodies_of(works)
    last_bar = melodies.length // np.maximum(melodies.bar, 1) - 1
    closing = _last_strong_notes(melodies, every=1)
    closing &= melodies.onset // np.maximum(melodies.bar, 1)[:, None] == last_bar[:, None]
    score = (
        _share_or_0(_is_tonic(melodies), closing) + _share_or_0(_is_long(melodies), closing)
    ) / 2
    return np.where(melodies.count > 1, score, np.nan)


def phrase_endings(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Do phrases breathe? Half for a long note, half for a stable one, every four bars.

    The note is the last to begin on a strong beat of each fourth bar, of a tune of two or three
    bars in its last: long if it lasts, rest
    included, longer than the tune's mean note; stable if it belongs to the tonic chord. The mean
    over such notes; NaN where there is none.
    """
    melodies = melodies_of(works)
    bars = -(-melodies.length // np.maximum(melodies.bar, 1))
    every = np.where(bars > 1, np.minimum(bars, PHRASE), PHRASE)
    ends = _last_strong_notes(melodies, every=every)
    return (share(_is_long(melodies), ends) + share(_in_tonic_chord(melodies), ends)) / 2


def _last_strong_notes(
    melodies: Melodies, *, every: int | Int[np.ndarray, " B"]
) -> Bool[np.ndarray, "B N"]:
    """True at the last note on a strong beat in each ``every``-th bar."""
    bar = melodies.onset // np.maximum(melodies.bar, 1)[:, None]
    strong = melodies.sounding & (metric_levels(melodies) <= 1)
    # bar number of the next strong note: a note is a bar's last if that lies in another bar
    number = np.where(strong, bar, np.iinfo(np.int64).max)
    later = np.full_like(number, np.iinfo(np.int64).max)
    if number.shape[1] > 1:
        later[:, :-1] = np.minimum.accumulate(number[:, :0:-1], axis=1)[:, ::-1]
    return strong & (later > bar) & ((bar + 1) % np.reshape(every, (-1, 1)) == 0)


def _is_tonic(melodies: Melodies) -> Bool[np.ndarray, "B N"]:
    return (melodies.pitch - melodies.tonic[:, None]) % 12 == 0


def _in_tonic_chord(melodies: Melodies) -> Bool[np.ndarray, "B N"]:
    above = (melodies.pitch - melodies.tonic[:, None]) % 12
    return _TRIAD[melodies.minor.astype(int)[:, None], above]


def _is_long(melodies: Melodies) -> Bool[np.ndarray, "B N"]:
    length = gaps(melodies)
    return length > (length.sum(1) / np.maximum(melodies.count, 1))[:, None]


def _share_or_0(yes: np.ndarray, of: np.ndarray) -> Float[np.ndarray, " B"]:
    return np.nan_to_num(share(yes, of))
