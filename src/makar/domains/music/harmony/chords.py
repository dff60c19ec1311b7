"""Which chord is it? Pitch-class sets against templates, moment by moment and beat by beat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from makar.domains.music.melody.grid import STEP
from makar.domains.music.voices.voices import VoiceGrids

QUALITIES = ("major", "minor", "diminished", "dominant seventh")
MAJOR, MINOR, DIMINISHED, SEVENTH = range(4)
_ABOVE = np.array([[0, 4, 7, -1], [0, 3, 7, -1], [0, 3, 6, -1], [0, 4, 7, 10]])
TONES = np.array([np.isin(np.arange(12), tones) for tones in _ABOVE])
"""``(4, 12)`` which semitones above its root a chord of each quality has."""
CHORDS = 12 * len(QUALITIES)
SILENCE = CHORDS
"""Number of a beat in which nothing sounds; a chord is ``4 * root + quality``."""


@dataclass(frozen=True)
class BeatChords:
    """The chord of every beat.

    Attributes:
        chord: ``(B, N)`` 4 · (root as a pitch class above the tonic) + quality; ``SILENCE``
            where nothing sounds and beyond ``count``.
        bass: ``(B, N)`` pitch class above the tonic of the lowest note of the beat's last
            sixteenth that sounds, -1 in silence.
        count: ``(B,)`` beats in each work, a begun one included.
    """

    chord: Int[np.ndarray, "B N"]
    bass: Int[np.ndarray, "B N"]
    count: Int[np.ndarray, " B"]

    @property
    def root(self) -> Int[np.ndarray, "B N"]:
        """Pitch class above the tonic; 12 in silence."""
        return self.chord // len(QUALITIES)

    @property
    def quality(self) -> Int[np.ndarray, "B N"]:
        """Position in ``QUALITIES``; of no meaning in silence."""
        return self.chord % len(QUALITIES)

    @property
    def sounding(self) -> Bool[np.ndarray, "B N"]:
        """True at beats with a chord."""
        return self.chord != SILENCE


@lru_cache(maxsize=1)
def template_fit() -> Float[np.ndarray, " 4096"]:
    """For every set of pitch classes (bit k = pitch class k) its likeness to the likest chord.

    Likeness of set H and chord C: 2 |H ∩ C| / (|H| + |C|), the Sørensen-Dice index (Dice 1945);
    the largest over the 48 templates. 0 for the empty set.
    """
    members = (np.arange(4096)[:, None] >> np.arange(12)) & 1
    templates = np.concatenate([np.roll(TONES, root, axis=1) for root in range(12)]).astype(int)
    shared = members @ templates.T
    fit = 2 * shared / (members.sum(1)[:, None] + templates.sum(1))
    return fit.max(1)


def pitch_class_sets(grids: VoiceGrids) -> Int[np.ndarray, "B T"]:
    """The pitch classes that sound in each sixteenth, as bits."""
    return _sets(grids.sounding, grids.steps)


@njit(cache=True)
@no_type_check
def _sets(sounding: np.ndarray, steps: np.ndarray) -> np.ndarray:
    B, V, T = sounding.shape
    sets = np.zeros((B, T), np.int64)
    for b in range(B):
        for t in range(steps[b]):
            for v in range(V):
                if sounding[b, v, t] >= 0:
                    sets[b, t] |= 1 << (sounding[b, v, t] % 12)
    return sets


def beat_steps(grids: VoiceGrids) -> Int[np.ndarray, " B"]:
    """Sixteenths in a felt beat of each work."""
    return np.array([max(m.beat // STEP, 1) for m in grids.metres], np.int64)


def beat_chords(grids: VoiceGrids) -> BeatChords:
    """The chord of each beat: the template that what sounds in it fits best.

    Pardo & Birmingham (2002), *Algorithms for chordal analysis*: score = P - N - M, with P the
    weight of the notes that belong to the template, N of those that do not, M the number of its
    tones that are missing; among equals, the one with more weight on its root. Deviations:

    1. a note weighs the sixteenths it sounds for within the beat;
    2. segments are the felt beats and not searched for;
    3. four qualities: major, minor, diminished triads and the dominant seventh;
    4. among chords still equal, the one whose root is in the bass.
    """
    width = beat_steps(grids)
    count = -(-grids.steps // width) if len(grids) else np.zeros(0, np.int64)
    most = int(count.max(initial=0))
    chord, bass = _chords(grids.sounding, grids.steps, width, grids.tonic, _ABOVE, most)
    return BeatChords(chord, bass, count)


@njit(cache=True)
@no_type_check
def _chords(
    sounding: np.ndarray,
    steps: np.ndarray,
    width: np.ndarray,
    tonic: np.ndarray,
    above: np.ndarray,
    most: int,
) -> tuple[np.ndarray, np.ndarray]:
    B = len(steps)
    chord = np.full((B, most), SILENCE, np.int64)
    bass = np.full((B, most), -1, np.int64)
    weight = np.zeros(12)
    for b in range(B):
        for beat in range(-(-steps[b] // width[b])):
            first, last = beat * width[b], min((beat + 1) * width[b], steps[b])
            bass[b, beat] = _weigh(sounding[b], first, last, tonic[b], weight)
            if bass[b, beat] >= 0:
                chord[b, beat] = _best(weight, bass[b, beat], above)
    return chord, bass


@njit(cache=True)
@no_type_check
def _weigh(sounding: np.ndarray, first: int, last: int, tonic: int, weight: np.ndarray) -> int:
    """Fill in the weight of each pitch class above the tonic; the bass, -1 in silence."""
    weight[:] = 0
    bass = -1
    for t in range(first, last):
        lowest = 999
        for v in range(len(sounding)):
            pitch = sounding[v, t]
            if pitch >= 0:
                weight[(pitch - tonic) % 12] += 1
                lowest = min(lowest, pitch)
        if lowest < 999:
            bass = (lowest - tonic) % 12
    return bass


@njit(cache=True)
@no_type_check
def _best(weight: np.ndarray, bass: int, above: np.ndarray) -> int:
    best, chosen = -1e9, SILENCE
    whole = weight.sum()
    for root in range(12):
        for quality in range(len(above)):
            inside, missing = 0.0, 0
            for k in above[quality]:
                if k >= 0:
                    here = weight[(root + k) % 12]
                    inside += here
                    missing += here == 0
            # ties of the score, which is whole, are broken below the decimal point
            score = 2 * inside - whole - missing + weight[root] * 1e-4 + (root == bass) * 1e-5
            if score > best:
                best, chosen = score, root * len(above) + quality
    return chosen


def changes(chords: BeatChords) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
    """The chords one after another, silences and repeats left out, and how many there are."""
    return _changes(chords.chord, chords.count)


@njit(cache=True)
@no_type_check
def _changes(chord: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    row = np.full(chord.shape, SILENCE, np.int64)
    length = np.zeros(len(count), np.int64)
    for b in range(len(count)):
        for i in range(count[b]):
            now = chord[b, i]
            if now != SILENCE and (length[b] == 0 or row[b, length[b] - 1] != now):
                row[b, length[b]] = now
                length[b] += 1
    return row, length
