"""Is it new, or whose is it? What a tune shares with the corpus, whatever the key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from makar.core.types import Prompt
from makar.domains.music.melody.melody import Melodies, melodies_of
from makar.domains.music.rewards.moves import moves_of
from makar.measures.copies import RunIndex, SharedRuns
from makar.measures.novelty import NgramSet

NOVEL_RUN = 8
"""Moves in a run that is looked up in the corpus: nine notes."""


@dataclass(frozen=True)
class Novelty:
    """Share of the tune's runs of eight moves that no tune of the corpus has.

    A move is the interval in semitones and the time to the next note, so that another key or a
    shortened note makes nothing new.

    Attributes:
        corpus: The corpus's runs.
    """

    corpus: NgramSet

    @classmethod
    def of(cls, melodies: Melodies) -> Novelty:
        """Novelty against these melodies."""
        moves = moves_of(melodies)
        return cls(NgramSet.of(moves.keys, moves.count, n=NOVEL_RUN))

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """The share, 0..1; NaN for fewer than nine notes."""
        moves = moves_of(melodies_of(works))
        return self.corpus.share_new(moves.keys, moves.count)


@dataclass(frozen=True)
class CopyIndex:
    """The longest run of moves that a tune shares with any tune of the corpus, exactly.

    A move is the interval in semitones together with the time to the next note's beginning; a
    run of r moves is r + 1 notes. Not seen: copies in another note value, and those whose
    rhythm is varied throughout.

    Attributes:
        runs: The index of the corpus's moves.
    """

    runs: RunIndex

    @classmethod
    def of(cls, melodies: Melodies) -> CopyIndex:
        """Index the melodies; sources are named by their row."""
        moves = moves_of(melodies)
        return cls(RunIndex.of(moves.keys, moves.count))

    def longest_runs(self, melodies: Melodies) -> SharedRuns:
        """The longest shared run of each melody: its length in moves, and where it is found."""
        moves = moves_of(melodies)
        return self.runs.longest_runs(moves.keys, moves.count)

    def __call__(self, works: object, _prompts: Sequence[Prompt], /) -> Float[np.ndarray, " B"]:
        """Moves in the longest shared run; NaN for fewer than two notes."""
        melodies = melodies_of(works)
        lengths = self.longest_runs(melodies).length.astype(float)
        return np.where(melodies.count > 1, lengths, np.nan)
