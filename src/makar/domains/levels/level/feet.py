"""Where something stands whose feet were put into the ground: on it, where there is room."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool


def standing_row(solid: Bool[np.ndarray, "H W"], row: int, column: int) -> int | None:
    """The row that something stands in whose feet are in a cell; None where it is buried.

    Half a pixel too low, and an editor says that a hero is in the floor that it stands on. So what
    is in a solid cell stands in the cell above, if that lets it in.

    Args:
        solid: True for the cells of the map that let nothing in.
        row: Of its feet.
        column: Of its feet.
    """
    if not solid[row, column]:
        return row
    return row - 1 if row and not solid[row - 1, column] else None
