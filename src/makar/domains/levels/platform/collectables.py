"""What lies in a set of levels: how much, how high, and whether the hero gets to it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst


@dataclass(frozen=True)
class Collectables:
    """Figures of a set of levels; ``spread`` and ``reachable`` are NaN where nothing lies.

    Attributes:
        coins: Reward tiles per 100 columns.
        blocks: Tiles that are bumped, per 100 columns.
        spread: Standard deviation of the rows that both lie in, in rows.
        reachable: Share of both that the hero can take.
    """

    coins: float
    blocks: float
    spread: float
    reachable: float

    @classmethod
    def of(cls, levels: Levels, legend: Legend) -> Collectables:
        """Measure levels of one size."""
        coins, blocks = (there[levels.tiles] for there in (legend.having("reward"), legend.bumped))
        rows = np.nonzero(coins | blocks)[1]
        columns = max(levels.tiles.shape[0] * levels.tiles.shape[2], 1) / 100
        taken = Analyst(legend)(levels).taken.sum()
        return cls(
            float(coins.sum() / columns),
            float(blocks.sum() / columns),
            float(rows.std()) if len(rows) else np.nan,
            float(taken / len(rows)) if len(rows) else np.nan,
        )

    def as_json(self) -> dict[str, float | None]:
        """For programs; None where nothing can be said."""
        return {name: x if math.isfinite(x) else None for name, x in asdict(self).items()}

    def beside(self, maps: Collectables) -> list[str]:
        """In words, beside the maps' own; nothing of a game in which nothing is collected."""
        if math.isnan(self.reachable) or math.isnan(maps.reachable):
            return []
        return [
            f"{self.reachable:6.1%} of what lies there can be taken, of the maps' "
            f"{maps.reachable:.1%}",
            f"in 100 columns {self.coins:.1f} coins (the maps' {maps.coins:.1f}), "
            f"{self.blocks:.1f} blocks to bump ({maps.blocks:.1f}); their heights spread over "
            f"{self.spread:.2f} rows ({maps.spread:.2f})",
        ]
