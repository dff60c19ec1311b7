"""Each voice as a line of its own: can it be sung, and does it move as such voices do?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.core.scoring import Statistic
from makar.core.types import Prompt
from makar.domains.music.harmony.voice_leading import local
from makar.domains.music.voices.voices import BASS, VoiceGrids, voices_of

FOURTH, OCTAVE = 5, 12
_STEP = 2


def line_moves(grids: VoiceGrids) -> tuple[Int[np.ndarray, "B V T"], np.ndarray]:
    """Semitones from the voice's last note where a note is struck, and where there is such a move.

    A rest between is stepped over.
    """
    return _moves(grids.sounding, grids.struck, grids.steps)


@njit(cache=True)
@no_type_check
def _moves(
    sounding: np.ndarray, struck: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    interval = np.zeros(sounding.shape, np.int64)
    present = np.zeros(sounding.shape, np.bool_)
    for b in range(len(steps)):
        for v in range(sounding.shape[1]):
            last = -1
            for t in range(steps[b]):
                if struck[b, v, t]:
                    if last >= 0:
                        interval[b, v, t] = sounding[b, v, t] - last
                        present[b, v, t] = True
                    last = sounding[b, v, t]
    return interval, present


def inner_motion(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How far the inner voices move from note to note: mean absolute interval in semitones.

    Inner voices stay near where they are (Huron 2001, *Tone and voice*, "pitch proximity"). NaN
    where they never move on.
    """
    interval, present = line_moves(voices_of(works))
    size, count = np.abs(interval[:, 1:BASS]).sum((1, 2)), present[:, 1:BASS].sum((1, 2))
    return np.where(count > 0, size / np.maximum(count, 1), np.nan)


def inner_leaps(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of the inner voices' moves that are leaps of a fourth or more. NaN for no moves."""
    interval, present = line_moves(voices_of(works))
    return _share(np.abs(interval) >= FOURTH, present, slice(1, BASS))


def line_steps(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of all voices' moves that are steps: one or two semitones. NaN for no moves."""
    interval, present = line_moves(voices_of(works))
    size = np.abs(interval)
    return _share((size >= 1) & (size <= _STEP), present, slice(None))


def bass_leaps(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of the bass's moves that are fourths, fifths and octaves: it carries the roots.

    NaN where it never moves on.
    """
    interval, present = line_moves(voices_of(works))
    return _share(np.isin(np.abs(interval), [5, 7, 12]), present, slice(BASS, None))


def _share(yes: np.ndarray, present: np.ndarray, voices: slice) -> Float[np.ndarray, " B"]:
    count = present[:, voices].sum((1, 2))
    there = (yes & present)[:, voices].sum((1, 2))
    return np.where(count > 0, there / np.maximum(count, 1), np.nan)


def awkward_moves(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """Share of moves that are hard to sing: a tritone, a seventh, or more than an octave.

    All voices (Fux 1725; Aldwell & Schachter 2003). NaN where no voice moves on.
    """
    interval, present = line_moves(voices_of(works))
    size = np.abs(interval)
    awkward = present & (np.isin(size, [6, 10, 11]) | (size > OCTAVE))
    count = present.sum((1, 2))
    return local(awkward.sum(1).astype(float), count, count > 0)
