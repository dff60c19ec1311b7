"""Where the harmony goes: dominants that resolve, phrases that close, the leading tone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit

from makar.core.scoring import Statistic
from makar.core.types import Prompt
from makar.domains.music.harmony import chords
from makar.domains.music.harmony.voice_leading import columns_together, local
from makar.domains.music.melody.grid import STEP
from makar.domains.music.rewards.melody import PHRASE
from makar.domains.music.rewards.moves import share
from makar.domains.music.voices.voices import REST, VoiceGrids, voices_of

_DOMINANTS = (7 * 4 + chords.MAJOR, 7 * 4 + chords.SEVENTH, 11 * 4 + chords.DIMINISHED)
_LEADING_TONE = 11
_SILENCE = chords.SILENCE
_HALF = 0.5


def cadence(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Do phrases close? How the last chord of every fourth bar, and of the work, is come to.

    1 for an authentic close: from a dominant in root position (major triad or dominant seventh a
    fifth above, or a diminished triad a semitone below) to a triad in root position, in whatever
    key the phrase has come to. 1/2 for a half close (onto V of the key) or a plagal one (IV to I).
    0 otherwise; I to IV, V to I in another key, is none without a seventh (common practice;
    Aldwell & Schachter 2003). NaN where no two chords follow each other.
    """
    return _mean_over_bars(voices_of(works), every=PHRASE)


def dominant_motion(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """How driven the harmony is: the same over all bars, not only where phrases end."""
    return _mean_over_bars(voices_of(works), every=1)


def _mean_over_bars(grids: VoiceGrids, *, every: int) -> Float[np.ndarray, " B"]:
    found = chords.beat_chords(grids)
    bar = np.array([m.bar // STEP for m in grids.metres], np.int64)
    beats = np.maximum(bar // chords.beat_steps(grids), 1)
    strength, bars, changed = _closes(found.chord, found.bass, found.count, beats, every)
    return np.where((changed > 0) & (bars > 0), strength / np.maximum(bars, 1), np.nan)


@njit(cache=True)
@no_type_check
def _closes(
    chord: np.ndarray, bass: np.ndarray, count: np.ndarray, per_bar: np.ndarray, every: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum of the closes of the bars looked at, how many bars, and changes of chord."""
    strength, bars, changed = np.zeros(len(count)), np.zeros(len(count)), np.zeros(len(count))
    for b in range(len(count)):
        before, last = -1, -1
        for i in range(count[b]):
            if chord[b, i] != _SILENCE:
                if last >= 0 and chord[b, i] != chord[b, last]:
                    before = last
                    changed[b] += 1
                last = i
            number, beat = i // per_bar[b], i % per_bar[b]
            if i == count[b] - 1 or (beat == per_bar[b] - 1 and (number + 1) % every == 0):
                strength[b] += _close(chord[b], bass[b], before, last) if before >= 0 else 0.0
                bars[b] += 1
    return strength, bars, changed


@njit(cache=True)
@no_type_check
def _close(chord: np.ndarray, bass: np.ndarray, before: int, now: int) -> float:
    root, quality = chord[before] // 4, chord[before] % 4
    onto, triad = chord[now] // 4, chord[now] % 4
    if triad > 1 or bass[now] != onto:  # only major and minor triads on their root close
        return 0.0
    to_subdominant = quality == 0 and root == 0  # the tonic is no dominant by itself
    fifth = (quality == 0 or quality == 3) and (root - onto) % 12 == 7 and bass[before] == root
    if (fifth and not to_subdominant) or (quality == 2 and (root - onto) % 12 == 11):
        return 1.0
    if (onto == 7 and triad == 0) or (onto == 0 and root == 5):
        return _HALF
    return 0.0


def root_position(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Share of beats whose bass is the root of their chord. NaN where there is no chord."""
    found = chords.beat_chords(voices_of(works))
    return share(found.bass == found.root, found.sounding)


def leading_tone(works: object, _prompts: Sequence[Prompt]) -> Float[np.ndarray, " B"]:
    """Does the leading tone go home? Share of those in a dominant chord that rise a semitone.

    Dominant chords are V, V⁷ and vii°; asked is the voice's next other note. In inner voices Bach
    often drops to the fifth instead. NaN where there is no such leading tone.
    """
    grids = voices_of(works)
    found = chords.beat_chords(grids)
    resolved, tones = _resolved(
        grids.sounding,
        grids.steps,
        chords.beat_steps(grids),
        grids.tonic,
        np.isin(found.chord, _DOMINANTS),
    )
    return np.where(tones > 0, resolved / np.maximum(tones, 1), np.nan)


@njit(cache=True)
@no_type_check
def _resolved(
    sounding: np.ndarray,
    steps: np.ndarray,
    width: np.ndarray,
    tonic: np.ndarray,
    dominant: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    resolved, tones = np.zeros(len(steps)), np.zeros(len(steps))
    for b in range(len(steps)):
        for v in range(sounding.shape[1]):
            for t in range(steps[b] - 1):
                now, after = sounding[b, v, t], sounding[b, v, t + 1]
                if (
                    now >= 0
                    and after >= 0
                    and after != now
                    and (now - tonic[b]) % 12 == _LEADING_TONE
                    and dominant[b, t // width[b]]
                ):
                    tones[b] += 1
                    resolved[b] += after == now + 1
    return resolved, tones


def doubled_leading_tone(works: object, _prompts: Sequence[Prompt]) -> Statistic:
    """Share of the time in which two voices are on the leading tone at once.

    NaN where no two voices sound together.
    """
    grids = voices_of(works)
    above = (grids.sounding - grids.tonic[:, None, None]) % 12
    doubled = ((above == _LEADING_TONE) & (grids.sounding != REST)).sum(1) > 1
    together = columns_together(grids)
    return local(doubled.astype(float), together, together > 0)
