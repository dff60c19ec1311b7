"""Melodies by chance and by a table: what any model has to be better than."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from makar.core.seeds import Seeds
from makar.domains.music.melody.event_chain import EventChain
from makar.domains.music.melody.grid import (
    HOLD,
    OFF,
    PADDING,
    MelodyGrid,
    MelodyGrids,
    legal_after,
)
from makar.domains.music.piece.piece import Key, Metre


def random_melodies(count: int, steps: int, *, metre: Metre, key: Key, seeds: Seeds) -> MelodyGrids:
    """Every token drawn evenly from those that are legal: notes without sense.

    Args:
        count: How many.
        steps: Sixteenths in each.
        metre: Their time signature.
        key: The key they are heard in.
        seeds: Fixes the draw; melody i has its own.
    """
    uniforms = seeds.uniforms(count, steps)
    tokens = np.zeros((count, steps), np.int8)
    previous = np.full(count, PADDING)
    for step in range(steps):
        legal = legal_after(previous)
        ladder = legal.cumsum(1)
        drawn = (uniforms[:, step] * ladder[:, -1]).astype(np.int64)
        previous = (ladder > drawn[:, None]).argmax(1)
        tokens[:, step] = previous
    return MelodyGrids(tokens, np.full(count, steps), (metre,) * count, (key,) * count)


@dataclass(frozen=True)
class NoteChain:
    """A Markov chain over notes: which note, how long, after the two before (as Pinkerton 1956).

    An event is a note or a rest with the sixteenths until the next event.

    Attributes:
        events: What follows what.
    """

    events: EventChain

    @classmethod
    def of(cls, grids: MelodyGrids, *, order: int = 2) -> NoteChain:
        """Count the events of a corpus.

        Raises:
            ValueError: there is no melody to learn from.
        """
        return cls(EventChain.of((_events(grid.tokens) for grid in grids), order=order))

    def sample(
        self, count: int, steps: int, *, metre: Metre, key: Key, seeds: Seeds
    ) -> MelodyGrids:
        """Melodies drawn from the chain, the last event cut where the melody ends.

        Args:
            count: How many.
            steps: Sixteenths in each.
            metre: Their time signature.
            key: The key they are heard in.
            seeds: Fixes the draw; melody i has its own.
        """
        uniforms = seeds.uniforms(count, (self.events.order + 1) * steps)
        melodies = [self._one(row, steps) for row in uniforms]
        return MelodyGrids.stack([MelodyGrid(tokens, metre, key) for tokens in melodies])

    def _one(self, uniforms: np.ndarray, steps: int) -> Int[np.ndarray, " T"]:
        tokens = np.full(steps, HOLD, np.int8)
        at, silent = 0, True
        for event in self.events.walk(uniforms):
            token, length = event // _LONGEST, event % _LONGEST
            # silence after silence is kept by holding
            tokens[at] = HOLD if token == OFF and silent and at else token
            silent = token == OFF
            at += length
            if at >= steps:
                break
        return tokens


_LONGEST = 1024


def _events(tokens: Int[np.ndarray, " T"]) -> list[int]:
    """Notes and rests, each with the sixteenths until the next, as one number."""
    begins = np.flatnonzero(tokens != HOLD)
    if not len(begins):
        return []
    lengths = np.diff(np.r_[begins, len(tokens)])
    kinds = tokens[begins].astype(np.int64)
    return (kinds * _LONGEST + np.minimum(lengths, _LONGEST - 1)).tolist()
