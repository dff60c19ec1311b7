"""Of which maps makar cannot tell whether they can be won, said before anything is learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from makar.domains.levels.level.legend import Legend
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.play.beyond import cannot_tell

_REMEDY = (
    "what is made will be rewarded as far as it can be won without them; bring maps that can be, "
    "or call a tile that only looks so something else in the legend"
)


def telling_of(maps: Sequence[Level], legend: Legend) -> str:
    """What keeps makar from telling whether maps can be won, and of how many; empty for none.

    Where that is so of most of them, with what can be done about it.
    """
    analyst = Analyst(legend)
    if not analyst.beyond.any():
        return ""
    untold = [level for level in maps if analyst(Levels(level.tiles[None], level.names)).untold[0]]
    if not untold:
        return ""
    tiles = np.concatenate([level.tiles.ravel() for level in untold])
    why = cannot_tell(tiles, legend, whose=f"{len(untold)} of {len(maps)} maps")
    return f"{why}; {_REMEDY}" if 2 * len(untold) > len(maps) else why
