"""Whose harmony is it? What four voices share with the corpus, together and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from makar.core.types import Prompt
from makar.domains.music.melody.melody import Melodies
from makar.domains.music.rewards.moves import moves_of
from makar.domains.music.voices.voices import VOICES, VoiceGrids, voices_of
from makar.measures.copies import RunIndex, SharedRuns
from makar.measures.novelty import NgramSet

NOVEL_RUN = 4
"""Moves of all voices in a run that is looked up in the corpus: five chords."""
_WIDEST, _LONGEST = 63, 1023


def chord_moves(grids: VoiceGrids) -> tuple[Int[np.ndarray, "B N"], Int[np.ndarray, " B"]]:
    """Each way from one moment to the next in all voices, as one number; and how many there are.

    A moment is a sixteenth in which some voice strikes, moves on or ends. The number holds the
    distances between neighbouring voices, how far the lowest sounding voice moves to the next
    moment, and the sixteenths until then: equal numbers in a row are the same music in any key.
    """
    return _moments(grids.sounding, grids.struck, grids.steps)


@njit(cache=True)
@no_type_check
def _moments(
    sounding: np.ndarray, struck: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    B, _, T = sounding.shape
    keys, count = np.zeros((B, max(T - 1, 0)), np.int64), np.zeros(B, np.int64)
    for b in range(B):
        last = -1
        for t in range(steps[b]):
            if t > 0 and not _begins(sounding[b], struck[b], t):
                continue
            if last >= 0:
                keys[b, count[b]] = _move(sounding[b], last, t)
                count[b] += 1
            last = t
    return keys, count


@njit(cache=True)
@no_type_check
def _begins(sounding: np.ndarray, struck: np.ndarray, t: int) -> bool:
    yes = False
    for v in range(len(sounding)):
        yes |= struck[v, t] or sounding[v, t] != sounding[v, t - 1]
    return yes


@njit(cache=True)
@no_type_check
def _move(sounding: np.ndarray, now: int, after: int) -> int:
    lowest, below = -1, -1
    key = 0
    for v in range(len(sounding)):
        upper = sounding[v, now]
        apart = 2 * _WIDEST + 1  # a silent voice, or the first
        if upper >= 0 and lowest >= 0:
            apart = min(max(lowest - upper, -_WIDEST), _WIDEST) + _WIDEST
        key = key * (2 * _WIDEST + 2) + apart
        if upper >= 0:
            lowest = upper
        if sounding[v, after] >= 0:
            below = sounding[v, after]
    moved = 2 * _WIDEST + 1
    if lowest >= 0 and below >= 0:
        moved = min(max(below - lowest, -_WIDEST), _WIDEST) + _WIDEST
    return (key * (2 * _WIDEST + 2) + moved) * (_LONGEST + 1) + min(after - now, _LONGEST)


def line(grids: VoiceGrids, voice: int) -> Melodies:
    """One voice as a melody."""
    return replace(grids, tokens=grids.tokens[:, [voice]]).melodies


@dataclass(frozen=True)
class ChordNovelty:
    """Share of the work's runs of five chords that no work of the corpus has, in any key.

    Attributes:
        corpus: The corpus's runs of chord moves.
    """

    corpus: NgramSet

    @classmethod
    def of(cls, grids: VoiceGrids) -> ChordNovelty:
        """Novelty against these works."""
        return cls(NgramSet.of(*chord_moves(grids), n=NOVEL_RUN))

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """The share, 0..1; NaN for fewer than five moments."""
        return self.corpus.share_new(*chord_moves(voices_of(works)))


@dataclass(frozen=True)
class ChordCopies:
    """The longest run of moments that all voices share with a work of the corpus, exactly.

    Attributes:
        runs: The index of the corpus's chord moves.
    """

    runs: RunIndex

    @classmethod
    def of(cls, grids: VoiceGrids) -> ChordCopies:
        """Index the works; sources are named by their row."""
        return cls(RunIndex.of(*chord_moves(grids)))

    def longest_runs(self, grids: VoiceGrids) -> SharedRuns:
        """The longest shared run of each work: its length in moves, and where it is found."""
        return self.runs.longest_runs(*chord_moves(grids))

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Moves in the longest shared run; NaN for fewer than two moments."""
        grids = voices_of(works)
        _, count = chord_moves(grids)
        lengths = self.longest_runs(grids).length.astype(float)
        return np.where(count > 0, lengths, np.nan)


@dataclass(frozen=True)
class LineCopies:
    """The longest run of moves that one voice shares with the same voice of a corpus work.

    A move is an interval and the time to the next note, as for tunes (``novelty.CopyIndex``).

    Attributes:
        runs: One index for each voice that is compared.
        voices: Which voices those are.
    """

    runs: tuple[RunIndex, ...]
    voices: tuple[int, ...]

    @classmethod
    def of(cls, grids: VoiceGrids, *, given: Sequence[int] = ()) -> LineCopies:
        """Index the works.

        Args:
            grids: The corpus.
            given: Voices that are not compared, such as a tune that is to be harmonised.
        """
        voices = tuple(v for v in range(len(VOICES)) if v not in given)
        moves = [moves_of(line(grids, v)) for v in voices]
        return cls(tuple(RunIndex.of(m.keys, m.count) for m in moves), voices)

    def longest_runs(self, grids: VoiceGrids) -> list[SharedRuns]:
        """For each compared voice the longest shared run of each work."""
        moves = [moves_of(line(grids, v)) for v in self.voices]
        return [
            index.longest_runs(m.keys, m.count) for index, m in zip(self.runs, moves, strict=True)
        ]

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Moves in the longest run of any compared voice; NaN where none has two notes."""
        grids = voices_of(works)
        moves = [moves_of(line(grids, v)) for v in self.voices]
        found = [
            np.where(m.count > 0, index.longest_runs(m.keys, m.count).length, -1)
            for index, m in zip(self.runs, moves, strict=True)
        ]
        longest = np.max(found, axis=0).astype(float) if found else np.full(len(grids), -1.0)
        return np.where(longest >= 0, longest, np.nan)
