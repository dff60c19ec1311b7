import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.domains.levels.level.columns import distinct_columns
from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.tiles import near_copies
from makar.domains.levels.tiles.near_copies import WindowIndex

GROUND, BLOCK, ENEMY, COIN = (
    MARIO.names.index(n) for n in ("ground", "breakable", "enemy", "coin")
)
CAVE = Legend((Tile("rock", "solid", "#"), Tile("air", "empty", "."), Tile("mist", "empty", "~")))


def flat(width, height=14):
    tiles = np.zeros((height, width), np.uint8)
    tiles[-2:] = GROUND
    return tiles


def busy(rng, width, height=14, share=0.1):
    tiles = flat(width, height)
    things = rng.random(tiles.shape) < share
    tiles[things] = rng.integers(0, 6, things.sum())
    return tiles


def mario(*maps):
    return [Level(tiles, MARIO.names) for tiles in maps]


def likest_by_hand(level, maps, empty, *, columns, kinds):
    """Every stretch beside every stretch, cell by cell."""
    best = (0.0, -1, 0, 0)
    width = min(columns, level.shape[1])
    for i in range(level.shape[1] - width + 1):
        ours = level[:, i : i + width]
        for source, tiles in enumerate(maps):
            for j in range(tiles.shape[1] - width + 1):
                theirs = tiles[:, j : j + width]
                if len({column.tobytes() for column in theirs.T.copy()}) < kinds:
                    continue
                told = ~(np.isin(ours, empty) & np.isin(theirs, empty))
                share = (told & (ours == theirs)).sum() / told.sum()
                if share > best[0]:
                    best = (share, source, i, j)
    return best


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 9), st.sampled_from([2, 3, 5]))
def test_the_likest_stretch_is_found(seed, columns, kinds):
    rng = np.random.default_rng(seed)
    maps = [busy(rng, int(rng.integers(2, 30)), 6, 0.2) for _ in range(3)]
    levels = np.stack([busy(rng, 14, 6, 0.2) for _ in range(5)])
    source = next((m for m in maps if m.shape[1] >= 10), None)
    if source is not None:  # one level takes a stretch over, a little altered
        levels[0, :, 3:13] = source[:, :10]
        levels[0, 2, 8] = COIN
    index = WindowIndex.of(mario(*maps), MARIO, columns=columns, kinds=kinds)
    found = index.nearest(Levels(levels, MARIO.names))
    for b, level in enumerate(levels):
        share, *where = likest_by_hand(level, maps, [0], columns=columns, kinds=kinds)
        assert found.share[b] == pytest.approx(share)
        assert [found.source[b], found.start[b], found.source_start[b]] == where


def test_a_copied_stretch_is_a_near_copy_wherever_it_stands():
    rng = np.random.default_rng(0)
    maps = [busy(rng, 60), busy(rng, 90)]
    index = WindowIndex.of(mario(*maps), MARIO)
    level = busy(rng, 112)
    level[:, 50:78] = maps[1][:, 31:59]
    found = index.nearest(Levels(level[None], MARIO.names))
    assert (found.share[0], found.source[0], found.start[0], found.source_start[0]) == (
        1,
        1,
        50,
        31,
    )
    assert index.too_near(Levels(level[None], MARIO.names)).all()


def test_the_share_by_hand():
    source = flat(28)
    source[8, [2, 13, 18, 22]] = BLOCK, ENEMY, COIN, ENEMY
    source[7, 9] = BLOCK  # 56 of ground and 5, five kinds of columns
    two_off, four_off = source.copy(), source.copy()
    two_off[8, 2] = COIN  # one block is another thing: 60 of 61
    two_off[4, 5] = BLOCK  # and one is new: 60 of 62
    four_off[[8, 7], [2, 9]] = 0
    four_off[4, [5, 7]] = COIN  # 59 of 63
    index = WindowIndex.of(mario(source), MARIO)
    works = Levels(np.stack([source, two_off, four_off]), MARIO.names)
    np.testing.assert_allclose(index.nearest(works).share, [1, 60 / 62, 59 / 63])
    np.testing.assert_array_equal(index.too_near(works), [True, True, False])
    np.testing.assert_allclose(index(works, []), index.nearest(works).share)


def test_bare_ground_is_nobodys():
    source = flat(60)
    source[11, [10, 20, 30]] = ENEMY, COIN, BLOCK  # four kinds of columns with the ground
    works = Levels(np.stack([flat(60), source]), MARIO.names)
    index = WindowIndex.of(mario(source), MARIO)
    assert not index.too_near(works).any()
    assert index.nearest(works).source.tolist() == [-1, -1]
    source[11, 35] = MARIO.names.index("cannon")
    index = WindowIndex.of(mario(source), MARIO)
    assert index.too_near(Levels(source[None], MARIO.names)).all()
    assert not index.too_near(Levels(flat(60)[None], MARIO.names)).any()  # 56 of 60


def test_no_stretch_spans_two_maps():
    rng = np.random.default_rng(1)
    whole = busy(rng, 28)
    apart = WindowIndex.of(mario(whole[:, :14], whole[:, 14:]), MARIO)
    works = Levels(whole[None], MARIO.names)
    assert apart.nearest(works).share[0] == 0
    assert WindowIndex.of(mario(whole), MARIO).nearest(works).share[0] == 1


def test_levels_of_another_height_stand_on_the_same_floor():
    rng = np.random.default_rng(2)
    low = busy(rng, 30, 10)
    high = np.concatenate([np.zeros((4, 30), np.uint8), low])
    for source, level in ((low, high), (high, low)):
        index = WindowIndex.of(mario(source), MARIO)
        assert index.nearest(Levels(level[None], MARIO.names)).share[0] == 1


def test_a_narrow_level_is_compared_whole():
    rng = np.random.default_rng(3)
    source = busy(rng, 60)
    index = WindowIndex.of(mario(source), MARIO)
    level = Levels(source[None, :, 20:36], MARIO.names)
    assert index.too_near(level).all()
    assert index.nearest(level).source_start[0] == 20


def test_all_that_is_empty_is_background():
    rng = np.random.default_rng(4)
    source = rng.integers(0, 2, (8, 30)).astype(np.uint8)
    misty = np.where((source == 1) & (rng.random(source.shape) < 0.5), 2, source).astype(np.uint8)
    index = WindowIndex.of([Level(source, CAVE.names)], CAVE)
    assert index.nearest(Levels(misty[None], CAVE.names)).share[0] == 1


def test_many_levels_are_as_one_by_one():
    rng = np.random.default_rng(5)
    index = WindowIndex.of(mario(busy(rng, 80)), MARIO)
    works = Levels(np.stack([busy(rng, 40) for _ in range(70)]), MARIO.names)
    together = index.nearest(works)
    alone = [index.nearest(works.take([b])) for b in range(70)]
    for name, values in together._asdict().items():
        np.testing.assert_array_equal(values, [getattr(one, name)[0] for one in alone])
    assert [len(values) for values in index.nearest(works.take([]))] == [0] * 4


def test_maps_of_another_game_are_refused():
    with pytest.raises(ValueError, match="map 1 has other tiles"):
        WindowIndex.of([*mario(flat(30)), Level(flat(30), ("a", "b"))], MARIO)
    with pytest.raises(ValueError, match="no map"):
        WindowIndex.of([], MARIO)
    index = WindowIndex.of(mario(flat(30)), MARIO)
    with pytest.raises(ValueError, match="28 columns of 1200 rows: compare fewer"):
        index.nearest(Levels(flat(30, 1200)[None], MARIO.names))


def test_towers_are_compared_too():
    rng = np.random.default_rng(3)
    maps, levels = busy(rng, 40, 1000), busy(rng, 33, 1000)[None]
    levels[0, :, 2:31] = maps[:, 7:36]
    levels[0, 300, 2] = ENEMY if levels[0, 300, 2] != ENEMY else COIN
    found = WindowIndex.of(mario(maps), MARIO).nearest(Levels(levels, MARIO.names))
    assert (found.start[0], found.source_start[0], found.share[0]) == (3, 8, 1)
    levels[0, :500, 2:31] = COIN
    share = WindowIndex.of(mario(maps), MARIO).nearest(Levels(levels, MARIO.names)).share[0]
    ours, theirs = levels[0, :, 2:30], maps[:, 7:35]
    assert 0.9 * share < (ours == theirs)[(ours > 0) | (theirs > 0)].mean() <= share


@pytest.mark.parametrize("height", [6, 300])
def test_a_level_laid_down_in_pieces_has_the_matches_of_the_whole(monkeypatch, height):
    rng = np.random.default_rng(4)
    maps = [busy(rng, 40, height, 0.3) for _ in range(3)]
    levels = np.stack([busy(rng, 60, height, 0.3) for _ in range(4)])
    for level, (first, at) in zip(levels, ((0, 3), (31, 0), (20, 9), (9, 9)), strict=True):
        level[:, first : first + 25] = maps[0][:, at : at + 25]
    index = WindowIndex.of(mario(*maps), MARIO, columns=9, kinds=2)
    whole = index.nearest(Levels(levels, MARIO.names))
    monkeypatch.setattr(near_copies, "_BYTES", 1000)
    assert near_copies._pieces(60, 9, 120, 1)[1] == 18
    in_pieces = index.nearest(Levels(levels, MARIO.names))
    for one, other in zip(whole, in_pieces, strict=True):
        np.testing.assert_array_equal(one, other)


def test_distinct_columns_are_numpys():
    rng = np.random.default_rng(6)
    columns = rng.integers(0, 2, (3000, 7)).astype(np.uint8)
    tiles, kind = distinct_columns(columns)
    np.testing.assert_array_equal(tiles[kind], columns)
    assert len(tiles) == len(np.unique(columns, axis=0))
    assert len(np.unique(tiles, axis=0)) == len(tiles)
