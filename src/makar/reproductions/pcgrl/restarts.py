"""What an editor reaches that may try again: best of so many tries, or until so much is spent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from makar.domains.levels.editing.goals import Aimed, Aiming
from makar.reproductions.pcgrl.tries import Editor, Tries, only, tried

FIRST = 1000
"""Number of the first try of a search that is restarted: its draws are its own."""
MOST = 256
"""Tries of a map after which no more are made."""


@dataclass(frozen=True)
class Best:
    """Best of ``k`` tries within each of ``C`` budgets, for ``G`` groups of tries.

    Who has a level that is good enough tries no more.

    Attributes:
        good: ``(C, G, N)`` whether one of the tries was.
        simulated: ``(C,)`` edits tried for a level, on average.
        seconds: ``(C,)`` of processor time for a level, on average.
    """

    good: Bool[np.ndarray, "C G N"]
    simulated: Float[np.ndarray, " C"]
    seconds: Float[np.ndarray, " C"]


def best_of(tries: Tries, k: int, *, solvable: bool = False) -> Best:
    """The tries in groups of ``k``, one after the other; what does not fill a group is left out.

    Args:
        tries: Of one editor.
        k: Tries of a group.
        solvable: Whether a level that can be solved is good enough.
    """
    groups = tries.good.shape[1] // k

    def grouped(values: np.ndarray) -> np.ndarray:
        C, _, N = values.shape
        return values[:, : groups * k].reshape(C, groups, k, N)

    reached = np.logical_or.accumulate(grouped(tries.solvable if solvable else tries.good), 2)
    made = np.ones_like(reached)
    made[:, :, 1:] = ~reached[:, :, :-1]
    spent = [
        (grouped(values) * made).sum(2).mean((1, 2)) for values in (tries.simulated, tries.seconds)
    ]
    return Best(reached[:, :, -1], spent[0], spent[1])


@dataclass(frozen=True)
class Restarts:
    """A search that is restarted on every map that is not good enough yet, round by round.

    Attributes:
        levels: Maps.
        simulated: Edits tried up to the end of each round, the first number 0.
        seconds: Of processor time, likewise.
        good: Maps that are good enough, likewise.
    """

    levels: int
    simulated: Sequence[float]
    seconds: Sequence[float]
    good: Sequence[int]

    def within(self, *, simulated: float | None = None, seconds: float | None = None) -> float:
        """Share of the maps that are good enough when so much is spent on all of them together.

        A round that is not finished by then counts by the part of it that is.
        """
        return self._read(self.good, simulated, seconds)

    def cost(
        self, *, simulated: float | None = None, seconds: float | None = None
    ) -> tuple[float, float]:
        """Simulated edits and seconds of a level by then: less, where all maps were good before."""
        return (
            self._read(self.simulated, simulated, seconds),
            self._read(self.seconds, simulated, seconds),
        )

    def _read(
        self, values: Sequence[float], simulated: float | None, seconds: float | None
    ) -> float:
        """A number as it stands when so much is spent, for a level."""
        if simulated is not None:
            return float(np.interp(simulated, self.simulated, values)) / self.levels
        assert seconds is not None
        return float(np.interp(seconds, self.seconds, values)) / self.levels


def restarted(
    process: Aiming,
    editor: Editor,
    start: Aimed,
    *,
    seed: int,
    budget: float,
    simulated: float,
    seconds: float,
    tell: Callable[[int], None] = lambda _: None,
) -> Restarts:
    """Search again and again until ``simulated`` edits *and* ``seconds`` are spent.

    It ends before where every map is good enough, and after ``MOST`` rounds.

    Args:
        process: In ``wide``, with this budget as its ``change``.
        editor: Who searches.
        start: The maps.
        seed: Of the draws.
        budget: Share of the tiles that may be changed.
        simulated: Edits that may be tried on all maps together.
        seconds: Of processor time for all of them.
        tell: Called with the number of each round.
    """
    spent: list[tuple[float, float, int]] = [(0.0, 0.0, 0)]
    left = start
    for number in range(MOST):
        tries = tried(
            process, editor, left, tries=1, seed=seed, first=FIRST + number, budgets=[budget]
        )
        once = next(tries)
        before = spent[-1]
        spent.append(
            (
                before[0] + float(once.simulated.sum()),
                before[1] + float(once.seconds.sum()),
                before[2] + int(once.good.sum()),
            )
        )
        left = only(left, ~once.good[0, 0])
        tell(number)
        if not len(left.tiles) or (spent[-1][0] >= simulated and spent[-1][1] >= seconds):
            break
    edits, time, good = zip(*spent, strict=True)
    return Restarts(len(start.tiles), edits, time, good)
