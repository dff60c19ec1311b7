"""People's row holds levels about as hard as what is asked, or says whose stand for them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from makar.domains.levels.level.level import Levels
from makar.domains.levels.platform.config import PlatformAskConfig
from makar.domains.levels.platform.hardness import ALIKE, ENOUGH, as_hard, challenges


def levels_of(count: int) -> Levels:
    tiles = np.zeros((count, 2, 16), np.uint8)
    tiles[:, 0, 0] = np.arange(count)
    return Levels(tiles, tuple(f"level {n}" for n in range(count)))


def played(hard, won=None):
    """What says of each level that it is so hard."""
    hard = np.asarray(hard, float)
    won = np.ones(len(hard), int) if won is None else won
    return lambda levels: SimpleNamespace(won=won, challenge=hard[levels.tiles[:, 0, 0]])


def chosen(count, hard, ask, won=None):
    config = PlatformAskConfig(columns=16, challenge=ask)
    found, notes = as_hard(levels_of(count), played(hard, won), config)
    return found.tiles[:, 0, 0].tolist(), notes


def test_all_that_are_about_as_hard_and_no_others() -> None:
    hard = np.repeat([0.1, 0.5, 0.9], 50)
    rows, notes = chosen(150, hard, 0.5 + ALIKE / 2)
    assert rows == list(range(50, 100))
    assert notes == []


def test_the_nearest_stand_in_where_few_are_and_it_is_said() -> None:
    rows, notes = chosen(100, np.linspace(0, 0.5, 100), 0.8)
    assert rows == list(range(100 - ENOUGH, 100))
    assert "the 40 nearest, of 0.30 to 0.50, stand for the maps" in notes[0]
    few, _ = chosen(7, np.linspace(0, 0.5, 7), 0.8)
    assert few == list(range(7))


def test_what_cannot_be_won_comes_last() -> None:
    won = np.ones(50, int)
    won[:10] = 0
    rows, _ = chosen(50, np.full(50, 0.4), 0.9, won)
    assert rows == list(range(10, 50))


def test_dangers_add_up_over_columns() -> None:
    hard = challenges(played([0.19, 0.5], np.array([1, 0])), levels_of(2), columns=32)
    assert hard[0] == pytest.approx(1 - 0.81**2)
    assert np.isnan(hard[1])
