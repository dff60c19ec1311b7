"""Home: is it in the key, does it close, do its phrases come to rest?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from makar.core.types import Prompt
from makar.domains.music.melody import Melodies, melodies_of
from makar.domains.music.rewards.bars import metric_levels
from makar.domains.music.rewards.melody import PHRASE
from makar.domains.music.rewards.moves import gaps, share

_MAJOR = np.isin(np.arange(12), [0, 2, 4, 5, 7, 9, 11])
_MINOR = np.isin(np.arange(12), [0, 2, 3, 5, 7, 8, 9, 10, 11])
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


def close(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Does it come home? Thirds for an ending on the tonic, on a strong beat, and long.

    Strong: on the downbeat or the next strongest place of the bar. Long: it lasts, rest
    included, longer than the tune's mean note. NaN for fewer than two notes.
    """
    melodies = melodies_of(works)
    rows, last = np.arange(len(melodies)), np.maximum(melodies.count - 1, 0)
    if not melodies.pitch.shape[1]:
        return np.full(len(melodies), np.nan)
    home = (melodies.pitch[rows, last] - melodies.tonic) % 12 == 0
    strong = metric_levels(melodies)[rows, last] <= 1
    length = gaps(melodies)
    mean = length.sum(1) / np.maximum(melodies.count, 1)
    score = (home.astype(float) + strong + (length[rows, last] > mean)) / 3
    return np.where(melodies.count > 1, score, np.nan)


def phrase_endings(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Do phrases breathe? Halves for each four-bar phrase that ends long, and on a stable note.

    The last note to begin in each fourth bar: long if it lasts, rest included, longer than the
    tune's mean note; stable if it belongs to the tonic triad. The mean over the phrases; NaN
    where no phrase is complete or none of them has notes.
    """
    melodies = melodies_of(works)
    length = gaps(melodies)
    mean = length.sum(1, keepdims=True) / np.maximum(melodies.count, 1)[:, None]
    ends = _ends_of_phrases(melodies)
    above = (melodies.pitch - melodies.tonic[:, None]) % 12
    stable = _TRIAD[melodies.minor.astype(int)[:, None], above]
    return (share(length > mean, ends) + share(stable, ends)) / 2


def _ends_of_phrases(melodies: Melodies) -> Bool[np.ndarray, "B N"]:
    """True at the last note of each complete four-bar phrase."""
    phrase = melodies.onset // np.maximum(melodies.bar * PHRASE, 1)[:, None]
    phrase = np.where(melodies.sounding, phrase, np.iinfo(np.int64).max)
    following = np.full_like(phrase, np.iinfo(np.int64).max)
    following[:, :-1] = phrase[:, 1:]
    complete = melodies.length // np.maximum(melodies.bar * PHRASE, 1)
    return (phrase < complete[:, None]) & (following > phrase)
