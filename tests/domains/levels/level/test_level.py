"""Levels and batches of them."""

from __future__ import annotations

import numpy as np
import pytest

from makar.core.types import Prompt, Works
from makar.domains.levels.level.level import Level, Levels

NAMES = ("empty", "solid")


def test_equal_levels_are_equal_prompts() -> None:
    tiles = np.zeros((14, 114), np.uint8)
    other = tiles.copy()
    other[7, 60] = 1
    one, same, different = (Level(t, NAMES) for t in (tiles, tiles.copy(), other))
    assert one == same
    assert hash(one) == hash(same)
    assert one != different
    assert Prompt(given=one).key == Prompt(given=same).key != Prompt(given=different).key


def test_batches() -> None:
    tiles = np.arange(3 * 2 * 2).reshape(3, 2, 2).astype(np.uint8) % 2
    levels = Levels(tiles, NAMES)
    assert isinstance(levels, Works)
    assert len(levels) == 3
    assert levels[1] == Level(tiles[1], NAMES)
    assert list(levels[1:]) == [levels[1], levels[2]]
    assert levels.take([2, 0])[0] == levels[2]
    assert len(levels.take([])) == 0


def test_faults_name_their_place() -> None:
    with pytest.raises(ValueError, match="line 2, column 1: tile 7 has no name: use 0 to 1"):
        Level(np.array([[0, 1], [7, 0]], np.uint8), NAMES)
    with pytest.raises(ValueError, match="rows and columns"):
        Level(np.zeros((0, 4), np.uint8), NAMES)
