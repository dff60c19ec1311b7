from __future__ import annotations

import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.level.level import Level
from makar.domains.levels.platform.frame import FEWEST_COLUMNS, MOST_GIVEN, Frame

GROUND, COIN = MARIO.names.index("ground"), MARIO.names.index("coin")


def level(rows: int, columns: int, floor: int | None = None) -> Level:
    """Ground from a row on down, above a coin in the last column's first row."""
    tiles = np.zeros((rows, columns), np.uint8)
    tiles[rows - 1 if floor is None else floor :] = GROUND
    tiles[0, -1] = COIN
    return Level(tiles, MARIO.names)


def test_a_level_that_a_model_can_read_is_gone_on_from_as_it_is() -> None:
    frame = Frame.of(level(14, 300), 14, MARIO)
    assert frame.is_whole
    assert frame.note == ""
    assert np.array_equal(frame.given.tiles, level(14, 300).tiles)
    made = level(14, 310)
    assert frame.joined(made) is made


def test_a_low_level_gets_empty_rows_on_top() -> None:
    given = Frame.of(level(5, 20), 14, MARIO).given.tiles
    assert np.array_equal(given[9:], level(5, 20).tiles)
    assert not given[:9].any()


@pytest.mark.parametrize(("floor", "top"), [(99, 89), (50, 40), (5, 0)])
def test_of_a_tower_the_rows_are_read_that_its_way_ends_in(floor: int, top: int) -> None:
    frame = Frame.of(level(100, 400, floor), 14, MARIO)
    assert frame.top == min(top, 86)
    assert frame.given.tiles.shape == (14, MOST_GIVEN // 14)
    assert frame.note == (
        f"gone on from, and judged, are of its 100 rows {frame.top + 1} to {frame.top + 14} and "
        "of its 400 columns the last 300"
    )
    assert Frame.of(level(300, 400, floor), 200, MARIO).given.tiles.shape == (200, FEWEST_COLUMNS)


def test_what_is_made_is_joined_to_the_whole_and_only_the_ground_goes_on_around_it() -> None:
    whole = level(100, 40, 50)
    frame = Frame.of(whole, 14, MARIO)
    made = np.hstack((frame.given.tiles, np.full((14, 3), COIN, np.uint8)))
    joined = frame.joined(Level(made, MARIO.names)).tiles
    assert np.array_equal(joined[:, :40], whole.tiles)
    assert (joined[frame.top : frame.top + 14, 40:] == COIN).all()
    assert not joined[: frame.top, 40:].any()  # not the coin
    assert (joined[frame.top + 14 :, 40:] == GROUND).all()
