"""What sounds together: consonance, chords, and the key they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.core.scoring import Statistic
from makar.core.types import Prompt
from makar.domains.music.harmony import chords
from makar.domains.music.harmony.voice_leading import local
from makar.domains.music.piece.key_finding import MAJOR_PROFILE, MINOR_PROFILE
from makar.domains.music.rewards.moves import share
from makar.domains.music.voices.voices import REST, voices_of

CONSONANCE = np.array([np.nan, -1.428, -0.582, 0.594, 0.386, 1.240, -0.453])
"""How well two pitch classes sound together, by interval class 1..6: Huron (1994), table 2."""
_DISSONANT = np.isin(np.arange(12), [1, 2, 6, 10, 11])


def consonance(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How well the voices sound together: mean consonance of all pairs, by how long they sound.

    Interval classes are valued as in Huron (1994), *Interval-class content in equally tempered
    pitch-class sets*: fifths and fourths most, seconds least. Unisons and octaves are left out.
    NaN where no two different pitch classes sound together.
    """
    grids = voices_of(works)
    total, pairs = _pair_values(grids.sounding, grids.steps, CONSONANCE)
    return np.where(pairs > 0, total / np.maximum(pairs, 1), np.nan)


@njit(cache=True)
@no_type_check
def _pair_values(
    sounding: np.ndarray, steps: np.ndarray, value: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    B, V, _ = sounding.shape
    total, pairs = np.zeros(B), np.zeros(B)
    for b in range(B):
        for t in range(steps[b]):
            for i in range(V):
                for j in range(i + 1, V):
                    upper, lower = sounding[b, i, t], sounding[b, j, t]
                    apart = abs(upper - lower) % 12
                    if upper >= 0 and lower >= 0 and apart > 0:
                        total[b] += value[min(apart, 12 - apart)]
                        pairs[b] += 1
    return total, pairs


def struck_dissonance(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """Share of the voices struck together that clash: a second, a seventh or a tritone.

    Passing notes, suspensions and anticipations are struck alone against what is held; two voices
    that strike a dissonance at once are the exception (Fux 1725; Aldwell & Schachter 2003). All
    pairs of voices that strike at once count. NaN where no two ever do.
    """
    grids = voices_of(works)
    clashes, pairs = _clashes(grids.sounding, grids.struck, grids.steps, _DISSONANT)
    return local(clashes, pairs, pairs > 0)


@njit(cache=True)
@no_type_check
def _clashes(
    sounding: np.ndarray, struck: np.ndarray, steps: np.ndarray, dissonant: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    B, V, T = sounding.shape
    clashes, pairs = np.zeros((B, T)), np.zeros(B)
    for b in range(B):
        for t in range(steps[b]):
            for i in range(V):
                if not struck[b, i, t]:
                    continue
                for j in range(i + 1, V):
                    if struck[b, j, t]:
                        pairs[b] += 1
                        clashes[b, t] += dissonant[abs(sounding[b, i, t] - sounding[b, j, t]) % 12]
    return clashes, pairs


def chord_fit(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Do the voices make chords? Mean likeness of what sounds to the likest triad or seventh.

    Each sixteenth in which at least two voices sound counts alike; see ``chords.template_fit``.
    NaN where there is none.
    """
    grids = voices_of(works)
    sets = chords.pitch_class_sets(grids)
    together = (grids.sounding != REST).sum(1) > 1
    fit = np.where(together, chords.template_fit()[sets], 0.0).sum(1)
    count = together.sum(1)
    return np.where(count > 0, fit / np.maximum(count, 1), np.nan)


def complete_chords(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of beats that begin with a root and a third of their chord.

    The fifth may be missing. NaN where no beat begins with two voices.
    """
    grids = voices_of(works)
    found = chords.beat_chords(grids)
    complete, beats = _complete(
        grids.sounding, grids.steps, chords.beat_steps(grids), grids.tonic, found.chord
    )
    return np.where(beats > 0, complete / np.maximum(beats, 1), np.nan)


@njit(cache=True)
@no_type_check
def _complete(
    sounding: np.ndarray,
    steps: np.ndarray,
    width: np.ndarray,
    tonic: np.ndarray,
    chord: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    complete, beats = np.zeros(len(steps)), np.zeros(len(steps))
    for b in range(len(steps)):
        for beat in range(-(-steps[b] // width[b])):
            has_root, has_third, voices = False, False, 0
            root, quality = chord[b, beat] // 4, chord[b, beat] % 4
            third = 3 if quality == 1 or quality == 2 else 4
            for v in range(sounding.shape[1]):
                pitch = sounding[b, v, beat * width[b]]
                if pitch >= 0:
                    voices += 1
                    has_root |= (pitch - tonic[b] - root) % 12 == 0
                    has_third |= (pitch - tonic[b] - root) % 12 == third
            if voices > 1:
                beats[b] += 1
                complete[b] += has_root and has_third
    return complete, beats


def key_fit(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How well all voices sit in their key: the time spent on each pitch class.

    Its correlation with the probe-tone profile of the key the work is in (Krumhansl & Kessler
    1982; Krumhansl 1990). NaN for fewer than two pitch classes.
    """
    grids = voices_of(works)
    above = (grids.sounding - grids.tonic[:, None, None]) % 12
    held = np.stack([((above == k) & (grids.sounding != REST)).sum((1, 2)) for k in range(12)], 1)
    profile = np.where(grids.minor[:, None], MINOR_PROFILE, MAJOR_PROFILE)
    several = (held > 0).sum(1) > 1
    held, profile = held - held.mean(1, keepdims=True), profile - profile.mean(1, keepdims=True)
    size = np.sqrt((held**2).sum(1) * (profile**2).sum(1))
    judged = several & (size > 0)
    return np.where(judged, (held * profile).sum(1) / np.where(judged, size, 1), np.nan)


def harmonic_rhythm(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How often the harmony moves: share of beats, from the second on, with a new chord.

    NaN for fewer than two beats in a row with a chord.
    """
    found = chords.beat_chords(voices_of(works))
    both = found.sounding[:, 1:] & found.sounding[:, :-1]
    return share(found.chord[:, 1:] != found.chord[:, :-1], both)
