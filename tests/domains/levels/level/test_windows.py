import numpy as np
import pytest

from makar.domains.levels.level.level import Level
from makar.domains.levels.level.windows import split_windows

NAMES = tuple("abcdefgh")


def coloured(width, seed):
    return Level(np.random.default_rng(seed).integers(0, 8, (6, width), np.uint8), NAMES)


def columns_of(windows, columns):
    return {
        (int(source), int(first) + i)
        for source, first in zip(windows.source, windows.first, strict=True)
        for i in range(columns)
    }


@pytest.mark.parametrize(
    ("widths", "columns"), [([1000], 20), ([300, 40, 90], 20), ([60] * 30, 28), ([28, 28, 28], 28)]
)
def test_the_sides_share_no_column_and_leave_none_out(widths, columns):
    maps = [coloured(width, seed) for seed, width in enumerate(widths)]
    sides = split_windows(maps, columns)
    seen = [columns_of(side, columns) for side in sides]
    assert all(seen)
    assert sum(map(len, seen)) == len(set.union(*seen)) == sum(widths)
    assert len(seen[0]) > 2 * (len(seen[1]) + len(seen[2])) or len(widths) == 3


def test_windows_are_what_the_maps_hold_there_and_know_the_ends():
    maps = [coloured(width, width) for width in (50, 64, 90, 33)]
    for side in split_windows(maps, 30):
        assert len(side) == len(side.starts) == len(side.ends)
        for i, level in enumerate(side.levels):
            whole, at = maps[side.source[i]].tiles, side.first[i]
            assert np.array_equal(level.tiles, whole[:, at : at + 30])
            assert level.names == NAMES
            assert side.starts[i] == (at == 0)
            assert side.ends[i] == (at + 30 == whole.shape[1])


def test_one_long_map_is_dealt_out_in_stretches_and_trains_at_every_column():
    sides = split_windows([coloured(1000, 0)], 20)
    runs = np.flatnonzero(np.diff(sides.train.first) != 1)
    assert len(runs) <= 4
    assert 750 <= len(columns_of(sides.train, 20)) <= 850
    assert len(sides.train) == 800 - 19 * (len(runs) + 1)
    assert (len(sides.valid), len(sides.heldout)) == (
        2 * 3,
        2 * 3,
    )  # 50 columns: 20, 20 and the end


def test_steps_apart():
    sides = split_windows([coloured(47, n) for n in range(10)], 20, step=8)
    one = sides.train.first[sides.train.source == sides.train.source[0]]
    assert one.tolist() == [0, 8, 16, 24, 27]


def test_equal_maps_are_on_one_side():
    maps = [coloured(40, n % 10) for n in range(40)]
    where = [set(side.source % 10) for side in split_windows(maps, 20)]
    assert sum(map(len, where)) == 10


def test_the_deal_follows_the_seed():
    maps = [coloured(40, n) for n in range(30)]
    held = [set(split_windows(maps, 20, seed=s).heldout.source) for s in (0, 0, 1)]
    assert held[0] == held[1] != held[2]


def test_too_few_maps_are_all_for_training():
    sides = split_windows([coloured(30, 0), coloured(30, 1)], 20)
    assert [len(side) for side in sides] == [22, 0, 0]


def test_maps_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="no map"):
        split_windows([], 20)
    with pytest.raises(ValueError, match="map 1 has 12 columns"):
        split_windows([coloured(30, 0), coloured(12, 1)], 20)
    low = Level(np.zeros((5, 30), np.uint8), NAMES)
    with pytest.raises(ValueError, match="map 1 has 5 rows"):
        split_windows([coloured(30, 0), low], 20)
