"""For how many levels an editor must be used before the edits simulated in training are repaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from makar.reproductions.pcgrl.beside import LEARNED, Part, read_cost, read_restarts, read_tries
from makar.reproductions.pcgrl.editors import Name
from makar.reproductions.pcgrl.restarts import Restarts, best_of
from makar.reproductions.pcgrl.success import BUDGETS

STEPS = 20_000
"""Points at which a search is read."""


@dataclass(frozen=True)
class Payback:
    """What it takes to be as good as the learned editor is at its first try.

    Attributes:
        problem: What was asked.
        budget: Share of the tiles that might be changed.
        share: Of the learned editor's levels that are good enough.
        learned: Edits it simulates for a level.
        search: Edits that restarted greedy search simulates for a level to reach that share;
            None: it did not.
        training: Edits simulated in training.
    """

    problem: Name
    budget: float
    share: float
    learned: float
    search: float | None
    training: int

    @property
    def levels(self) -> float | None:
        """Levels after which both have simulated as much; None: search is never behind."""
        if self.search is None or self.search <= self.learned:
            return None
        return self.training / (self.search - self.learned)

    def record(self) -> dict[str, object]:
        """For the JSON file."""
        row: dict[str, object] = asdict(self)
        return row | {"levels": self.levels}


def paybacks(folder: Path, name: Name, seeds: Sequence[int]) -> list[Payback]:
    """Of each budget, over all seeds; search keeps to whichever limit of changes serves best."""
    parts = [Part(name, seed, LEARNED) for seed in seeds]
    searches = [read_restarts(folder, part) for part in parts]
    learned = [best_of(read_tries(folder, part), 1) for part in parts]
    training = read_cost(folder, parts[0], LEARNED).simulated
    found: list[Payback] = []
    for c, budget in enumerate(BUDGETS):
        share = float(np.mean([one.good[c].mean() for one in learned]))
        needs = [needed([search[limit] for search in searches], share) for limit in range(c + 1)]
        least = min((need for need in needs if need is not None), default=None)
        own = float(np.mean([one.simulated[c] for one in learned]))
        found.append(Payback(name, budget, share, own, least, training))
    return found


def needed(searches: Sequence[Restarts], share: float) -> float | None:
    """Simulated edits for a level until that share is reached on the mean of all searches."""
    most = max(search.simulated[-1] / search.levels for search in searches)
    points = np.linspace(0, most, STEPS + 1)
    reached = np.mean(
        [
            np.interp(points * search.levels, search.simulated, search.good) / search.levels
            for search in searches
        ],
        0,
    )
    enough = reached >= share - 1e-12
    return float(points[enough.argmax()]) if enough.any() else None
