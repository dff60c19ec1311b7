from __future__ import annotations

import numpy as np
import pytest

from makar.domains.levels.level.feet import standing_row

SOLID = np.array([[0, 1, 0], [0, 1, 1], [0, 0, 1]], bool)


@pytest.mark.parametrize(
    ("row", "column", "stands"),
    [
        (0, 0, 0),  # in the air: it stays
        (1, 2, 0),  # in a floor: on it
        (2, 2, None),  # below a floor: buried
        (0, 1, None),  # in the map's ceiling: there is nothing above
    ],
)
def test_what_has_its_feet_in_the_floor_stands_on_it(
    row: int, column: int, stands: int | None
) -> None:
    assert standing_row(SOLID, row, column) == stands
