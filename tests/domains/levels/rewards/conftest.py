import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO, Legend
from makar.domains.levels.level.level import Levels


@pytest.fixture
def draw():
    """Levels from pictures of rows, one string per level, in a legend's symbols."""

    def drawn(*pictures: str, legend: Legend = MARIO) -> Levels:
        number = {tile.symbol: n for n, tile in enumerate(legend.tiles)}
        maps = [[[number[s] for s in row] for row in picture.split()] for picture in pictures]
        return Levels(np.array(maps, np.uint8), legend.names)

    return drawn
