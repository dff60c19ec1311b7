"""Of which maps makar cannot tell whether they can be won, said before anything is learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.play.beyond import cannot_tell

_REMEDY = (
    "what is made will be rewarded as far as it can be won without them; bring maps that can be, "
    "or call a tile that only looks so something else in the legend"
)


@dataclass(frozen=True)
class Telling:
    """What is known of whether maps can be won.

    Attributes:
        words: What keeps makar from telling, and of how many maps; empty where nothing does.
        most: Whether that is so of most of them.
    """

    words: str = ""
    most: bool = False


def telling_of(maps: Sequence[Level], legend: Legend) -> Telling:
    """Try to win every map."""
    analyst = Analyst(legend)
    if not analyst.beyond.any():
        return Telling()
    untold = [level for level in maps if analyst(Levels(level.tiles[None], level.names)).untold[0]]
    if not untold:
        return Telling()
    tiles = np.concatenate([level.tiles.ravel() for level in untold])
    why = cannot_tell(tiles, legend, whose=f"{len(untold)} of {len(maps)} maps")
    most = 2 * len(untold) > len(maps)
    return Telling(f"{why}; {_REMEDY}" if most else why, most)
