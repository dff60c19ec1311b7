"""The cursor's walk made at once, up to the step at which an editor writes a tile."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, UInt64
from numba import njit
from torch import Tensor

from makar.domains.levels.editing.network import SURE, AtCursor
from makar.domains.levels.editing.representations import move_cursor


def chances_at_cursor(reader: AtCursor, logits: Float[Tensor, "B E"]) -> Float[np.ndarray, "B C A"]:
    """The chance of each tile being written when the cursor is on each cell.

    What ``AtCursor`` says of one cell, for all cells of a map.
    """
    cells = reader.size[0] * reader.size[1]
    chances = (logits.double() / reader.heat).softmax(-1).unflatten(1, (cells, -1))
    chances = chances * reader.patience
    return (chances * (SURE / chances.sum(2, keepdim=True).clamp(min=SURE))).numpy()


@njit(cache=True)
def walk_to_edit(
    chances: Float[np.ndarray, "B C A"],
    keys: UInt64[np.ndarray, " B"],
    steps: Int[np.ndarray, " B"],
    most: int,
    size: tuple[int, int],
    draw: np.random.Generator,
) -> Int[np.ndarray, " B"]:
    """Let each cursor jump about until a tile is written; the edits, -1 where none came in time.

    While nothing is written the map stays as it is and so do the chances: the steps between two
    edits need not be made one by one.

    Args:
        chances: See ``chances_at_cursor``.
        keys: Of the walks.
        steps: Taken so far; moved on in place, by one more than the cells that were left alone.
        most: Steps that may be taken in all.
        size: Rows and columns.
        draw: Source of the decisions.

    Returns:
        ``cell * A + tile`` of each map, as ``wide`` has them.
    """
    edits = np.full(len(keys), -1, np.int64)
    cursor, step = np.zeros((1, 2), np.int32), np.zeros(1, np.int32)
    nowhere, going = np.zeros((1, 0, 2), np.int16), np.ones(1, np.bool_)
    for b in range(len(keys)):
        while edits[b] < 0 and steps[b] < most:
            step[0] = steps[b]
            move_cursor(cursor, keys[b : b + 1], step, nowhere, going, size)
            steps[b] += 1
            cell = cursor[0, 1] * size[1] + cursor[0, 0]
            left = draw.random()
            for tile in range(chances.shape[2]):
                left -= chances[b, cell, tile]
                if left < 0:
                    edits[b] = cell * chances.shape[2] + tile
                    break
    return edits
