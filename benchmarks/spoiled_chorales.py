"""Chorales spoiled on purpose, one thing at a time: what a reward must tell from Bach's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Int

from makar.domains.music.voices.voices import FIRST_PITCH, HIGHEST, HOLD, LOWEST, VoiceGrids

_SCALES = (np.array([0, 2, 4, 5, 7, 9, 11]), np.array([0, 2, 3, 5, 7, 8, 10]))
_WALK = np.array([-2, -1, 0, 1, 2])
_TOP = HIGHEST - LOWEST + FIRST_PITCH


def shuffled(grids: VoiceGrids, rng: np.random.Generator) -> VoiceGrids:
    """Each voice's own notes and rests, with their lengths, in a random order of its own."""
    tokens = grids.tokens.copy()
    for b, steps in enumerate(grids.steps):
        for voice in tokens[b]:
            row = voice[:steps].copy()
            starts = np.flatnonzero(np.r_[True, row[1:] != HOLD])
            parts = np.split(row, starts[1:])
            voice[:steps] = np.concatenate([parts[i] for i in rng.permutation(len(parts))])
    return replace(grids, tokens=tokens)


def mixed(grids: VoiceGrids, rng: np.random.Generator) -> VoiceGrids:
    """Each voice from another chorale of the same mode, metre and length, where there is one."""
    tokens = grids.tokens.copy()
    for b in range(len(grids)):
        alike = [
            i
            for i in range(len(grids))
            if grids.steps[i] == grids.steps[b]
            and grids.minor[i] == grids.minor[b]
            and grids.metres[i].bar == grids.metres[b].bar
        ]
        others = rng.permutation([i for i in alike if i != b])
        for voice in range(1, tokens.shape[1]):
            if len(others):
                tokens[b, voice] = grids.tokens[others[(voice - 1) % len(others)], voice]
    return replace(grids, tokens=tokens)


def steps_apart(grids: VoiceGrids, rng: np.random.Generator) -> VoiceGrids:
    """Each voice as it is, but moved by one or two semitones of its own, or not at all.

    At least one voice moves against the others.
    """
    tokens = grids.tokens.copy()
    for b in range(len(grids)):
        shift = rng.integers(-2, 3, tokens.shape[1])
        while len(set(shift.tolist())) == 1:
            shift = rng.integers(-2, 3, tokens.shape[1])
        for voice, by in zip(tokens[b], shift, strict=True):
            note = voice >= FIRST_PITCH
            voice[note] = np.clip(voice[note] + by, FIRST_PITCH, _TOP)
    return replace(grids, tokens=tokens)


def walks(grids: VoiceGrids, rng: np.random.Generator) -> VoiceGrids:
    """Each voice in its own rhythm as a random walk in the key, up to two degrees a note.

    It begins on the voice's first note and is turned back at its lowest and highest.
    """
    tokens = grids.tokens.copy()
    for b in range(len(grids)):
        for voice in tokens[b]:
            note = voice >= FIRST_PITCH
            if note.any():
                walk = _walk(voice[note], int(grids.tonic[b]), bool(grids.minor[b]), rng)
                voice[note] = walk
    return replace(grids, tokens=tokens)


def _walk(
    own: Int[np.ndarray, " N"], tonic: int, minor: bool, rng: np.random.Generator
) -> Int[np.ndarray, " N"]:
    compass = np.arange(own.min(), own.max() + 1)
    above = (compass - FIRST_PITCH + LOWEST - tonic) % 12
    scale = compass[np.isin(above, _SCALES[int(minor)])]
    if not len(scale):
        return own
    at = int(np.abs(scale - own[0]).argmin())
    walk = np.empty(len(own), np.int64)
    for i, step in enumerate(rng.choice(_WALK, len(own))):
        walk[i] = scale[at]
        at = at + step if 0 <= at + step < len(scale) else at - step
        at = int(np.clip(at, 0, len(scale) - 1))
    return walk


def copied(grids: VoiceGrids, rng: np.random.Generator, *, share: float) -> VoiceGrids:
    """Copies in which ``share`` of the notes were moved by one or two semitones."""
    tokens = grids.tokens.copy()
    moved = (rng.random(tokens.shape) < share) & (tokens >= FIRST_PITCH)
    step = rng.choice([-2, -1, 1, 2], tokens.shape)
    tokens[moved] = np.clip((tokens + step)[moved], FIRST_PITCH, _TOP)
    return replace(grids, tokens=tokens)


SCRAMBLES: Mapping[str, Callable[[VoiceGrids, np.random.Generator], VoiceGrids]] = {
    "shuffled": shuffled,
    "voices of different chorales": mixed,
    "voices a step apart": steps_apart,
    "walks": walks,
}
