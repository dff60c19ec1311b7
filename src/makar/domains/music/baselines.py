"""Melodies by chance and by a table: what any model has to be better than."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from makar.core.seeds import Seeds
from makar.domains.music.grid import (
    HOLD,
    OFF,
    PADDING,
    MelodyGrid,
    MelodyGrids,
    legal_after,
)
from makar.domains.music.piece import Key, Metre

BEGIN = -1
"""Stands for what comes before the first event of a melody."""


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


Context = tuple[int, ...]
"""The events before, the latest last."""


@dataclass(frozen=True)
class NoteChain:
    """A Markov chain over notes: which note, how long, after the two before (as Pinkerton 1956).

    An event is a note or a rest with the sixteenths until the next event. Where a pair of events
    was never met, the last one alone decides, and where that was not either, all events together.

    Attributes:
        rows: For each context of two, one and no events: the events that followed, and how
            often each did.
        escape: Weight of a shorter context: a row seen n times decides with n / (n + escape).
    """

    rows: Mapping[Context, tuple[Int[np.ndarray, " K"], Float[np.ndarray, " K"]]]
    escape: float = 1.0

    @classmethod
    def of(cls, grids: MelodyGrids, *, order: int = 2) -> NoteChain:
        """Count the events of a corpus.

        Raises:
            ValueError: there is no melody to learn from.
        """
        counts: dict[Context, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for grid in grids:
            told = [BEGIN] * order + _events(grid.tokens)
            for at in range(order, len(told)):
                for back in range(order + 1):
                    counts[tuple(told[at - back : at])][told[at]] += 1
        if not counts:
            raise ValueError("a chain of notes needs at least one melody to learn from")
        return cls(
            {
                context: (np.array(list(row), np.int64), np.array(list(row.values()), np.float64))
                for context, row in counts.items()
            }
        )

    def chances(self, context: Context) -> dict[int, float]:
        """Chance of every event after the context; they add up to 1.

        Witten-Bell-like interpolation (Witten & Bell 1991): a row seen n times has n / (n +
        escape) of the say, the shorter context the rest.
        """
        if not context:
            events, counts = self.rows[()]
            return dict(zip(events.tolist(), (counts / counts.sum()).tolist(), strict=True))
        shorter = self.chances(context[1:])
        if context not in self.rows:
            return shorter
        events, counts = self.rows[context]
        n = counts.sum()
        mixed = {
            event: chance * self.escape / (n + self.escape) for event, chance in shorter.items()
        }
        for event, count in zip(events.tolist(), counts.tolist(), strict=True):
            mixed[event] += count / (n + self.escape)
        return mixed

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
        order = max(map(len, self.rows))
        uniforms = seeds.uniforms(count, (order + 1) * steps)
        melodies = [self._one(row, steps, order) for row in uniforms]
        return MelodyGrids.stack([MelodyGrid(tokens, metre, key) for tokens in melodies])

    def _one(self, uniforms: np.ndarray, steps: int, order: int) -> Int[np.ndarray, " T"]:
        tokens = np.full(steps, HOLD, np.int8)
        context: Context = (BEGIN,) * order
        at, draw, silent = 0, 0, True
        while at < steps:
            event = self._draw(context, uniforms[draw : draw + order + 1])
            token, length = event // _LONGEST, event % _LONGEST
            # silence after silence is kept by holding
            tokens[at] = HOLD if token == OFF and silent and at else token
            silent = token == OFF
            at, draw = at + length, draw + order + 1
            context = (*context, event)[-order:]
        return tokens

    def _draw(self, context: Context, uniforms: np.ndarray) -> int:
        """From the longest context that decides; each shorter one has its own draw."""
        for place in range(len(context) + 1):
            row = self.rows.get(context[place:])
            if row is None:
                continue
            events, counts = row
            whole = counts.sum() + (self.escape if place < len(context) else 0.0)
            pick = int(np.searchsorted(counts.cumsum(), uniforms[place] * whole, side="right"))
            if pick < len(events):
                return int(events[pick])
        return int(self.rows[()][0][-1])


_LONGEST = 1024


def _events(tokens: Int[np.ndarray, " T"]) -> list[int]:
    """Notes and rests, each with the sixteenths until the next, as one number."""
    begins = np.flatnonzero(tokens != HOLD)
    if not len(begins):
        return []
    lengths = np.diff(np.r_[begins, len(tokens)])
    kinds = tokens[begins].astype(np.int64)
    return (kinds * _LONGEST + np.minimum(lengths, _LONGEST - 1)).tolist()
