"""A table of what follows what: the chain that baselines of tunes and of four voices draw from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

BEGIN = -1
"""Stands for what comes before the first event of a work."""
Context = tuple[int, ...]
"""The events before, the latest last."""


@dataclass(frozen=True)
class EventChain:
    """A Markov chain over numbered events.

    Where a pair of events was never met, the last one alone decides, and where that was not
    either, all events together.

    Attributes:
        rows: For each context of two, one and no events: the events that followed, and how
            often each did.
        escape: Weight of a shorter context: a row seen n times decides with n / (n + escape).
    """

    rows: Mapping[Context, tuple[Int[np.ndarray, " K"], Float[np.ndarray, " K"]]]
    escape: float = 1.0

    @classmethod
    def of(cls, works: Iterable[Sequence[int]], *, order: int = 2) -> EventChain:
        """Count the events of a corpus.

        Raises:
            ValueError: there is no work to learn from.
        """
        counts: dict[Context, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for events in works:
            told = [BEGIN] * order + list(events)
            for at in range(order, len(told)):
                for back in range(order + 1):
                    counts[tuple(told[at - back : at])][told[at]] += 1
        if not counts:
            raise ValueError("a chain of events needs at least one work to learn from")
        return cls(
            {
                context: (np.array(list(row), np.int64), np.array(list(row.values()), np.float64))
                for context, row in counts.items()
            }
        )

    @property
    def order(self) -> int:
        """How many events back it looks."""
        return max(map(len, self.rows))

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

    def walk(self, uniforms: Float[np.ndarray, " D"]) -> Iterator[int]:
        """Events drawn one after another, each with ``order + 1`` of the uniform numbers."""
        order = self.order
        context: Context = (BEGIN,) * order
        for draw in range(0, len(uniforms) - order, order + 1):
            event = self._draw(context, uniforms[draw : draw + order + 1])
            yield event
            context = (*context, event)[-order:]

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
