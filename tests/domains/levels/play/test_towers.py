from __future__ import annotations

import numpy as np
import pytest

from makar.domains.levels.level.legend import MARIO, Legend, Tile
from makar.domains.levels.level.level import Level, Levels
from makar.domains.levels.level.maps import Maps, MapSource
from makar.domains.levels.level.text import parse_level_text, write_level_text
from makar.domains.levels.level.windows import split_windows
from makar.domains.levels.play.analysis import Analyst
from makar.domains.levels.play.towers import HIGHEST, LOWEST_BAND, _Ends, bands_of, evened

CLIMB = Legend(
    (
        Tile("air", "empty", "-"),
        Tile("rock", "solid", "X"),
        Tile("hero", "start", "@"),
        Tile("door", "goal", "G"),
    )
)


def of(*levels: Level) -> Maps:
    return Maps(levels, [MapSource(f"m{n}") for n in range(len(levels))])


def sky(rows: int, columns: int = 20) -> Level:
    """Air above one row of ground."""
    tiles = np.zeros((rows, columns), np.uint8)
    tiles[-1] = 1
    return Level(tiles, MARIO.names)


def tower(rows: int, *, step: int = 3, upwards: bool = True) -> Level:
    """Ledges at the left and the right in turn, every few rows, from a hero to a door."""
    lines = ["-" * 16 for _ in range(rows)]
    lines[-1] = "X" * 16
    ledges = range(rows - 1 - step, 2, -step)
    for number, row in enumerate(ledges):
        lines[row] = "XXXXXXXX--------" if number % 2 else "--------XXXXXXXX"
    ends = "@G" if upwards else "G@"
    lines[-2] = f"-{ends[0]}" + "-" * 14
    lines[ledges[-1] - 1] = "-" * 4 + ends[1] + "-" * 6 + "-----"
    if (len(ledges) - 1) % 2 == 0:
        lines[ledges[-1] - 1] = "-" * 11 + ends[1] + "-" * 4
    return parse_level_text("\n".join(lines), CLIMB)


@pytest.mark.parametrize(("height", "rows"), [(65, 16), (90, 64), (281, 64), (1000, 16), (129, 64)])
def test_bands_cover_a_tower_overlap_within_a_storey_and_share_nothing_across(height, rows):
    bands = bands_of(height, rows)
    covered = [set(range(band.top, band.top + rows)) for band in bands]
    assert set().union(*covered) == set(range(height))
    for one, its in zip(bands, covered, strict=True):
        for other, theirs in zip(bands, covered, strict=True):
            if one.storey != other.storey:
                assert not its & theirs
    shared = [
        len(a & b)
        for a, b, s, t in zip(covered, covered[1:], bands, bands[1:], strict=False)
        if s.storey == t.storey
    ]
    assert all(rows / 2 <= rows_shared < rows for rows_shared in shared)


def test_low_maps_are_padded_on_top_and_that_is_said():
    maps, notes = evened(of(sky(4), sky(6)), ["a", "b"], MARIO)
    assert [level.tiles.shape for level in maps.levels] == [(6, 20)] * 2
    assert np.array_equal(maps.levels[0].tiles, sky(6).tiles)
    assert notes == ("a: 2 empty rows added on top",)
    assert not any(maps.storeys)
    maps, notes = evened(of(*[sky(4)] * 4, sky(6)), list("abcde"), MARIO)
    assert notes == ("4 of 5 maps have less than 6 rows: empty ones added on top",)


def test_maps_of_one_height_stay_as_they_are():
    maps = of(sky(6), sky(6))
    assert evened(maps, ["a", "b"], MARIO) == (maps, ())


def test_a_tower_is_cut_into_bands_as_high_as_the_other_maps():
    maps, notes = evened(of(sky(30), sky(90)), ["low", "high"], MARIO)
    assert {len(level.tiles) for level in maps.levels} == {30}
    assert maps.whole == 2
    assert notes == (
        "high: higher than the 64 rows that a model writes, and cut into bands of 30 rows that "
        "overlap (1 of them)",  # all else is air
    )
    assert len(evened(of(sky(3), sky(90)), "ab", MARIO)[0].levels[0].tiles) == LOWEST_BAND
    assert len(evened(of(sky(90)), "a", MARIO)[0].levels[0].tiles) == HIGHEST


@pytest.mark.parametrize("upwards", [True, False])
def test_each_band_of_a_tower_has_a_start_and_a_goal_and_can_be_won_as_the_tower_can(upwards):
    whole = tower(140, upwards=upwards)
    assert Analyst(CLIMB)(Levels(whole.tiles[None], whole.names)).won[0] == 1
    maps, notes = evened(of(whole), ["t"], CLIMB)
    assert "each with a start and a goal" in notes[0]
    assert len(maps) == 4
    for level in maps.levels:
        text = write_level_text(level, CLIMB)
        assert (text.count("@"), text.count("G")) == (1, 1)
        rows = [line.find for line in text.split()]
        start, goal = (next(y for y, find in enumerate(rows) if find(c) >= 0) for c in "@G")
        assert (start > goal) == upwards
        assert abs(start - goal) > 20
        assert Analyst(CLIMB)(Levels(level.tiles[None], level.names)).won[0] == 1


def test_a_band_with_the_towers_goal_has_its_start_on_the_way_to_that_goal():
    """The way crosses the band at the left, leaves it at the top, and comes back at the right."""
    rows = ["-" * 12 for _ in range(70)]
    rows[10] = "-" * 5 + "X" + "-" * 6
    rows[60] = "XXXXX" + "-" * 4 + "XXX"
    rows[59] = "-" * 11 + "G"
    rows[68] = "@" + "-" * 11
    rows[69] = "X" * 12
    ends = _Ends(parse_level_text("\n".join(rows), CLIMB), CLIMB)
    crossing = [(x, 59) for x in range(5)] + [(5, y) for y in range(58, 8, -1)]
    ends.way = np.array([*crossing, (9, 59), (10, 59), (11, 59)])
    tiles = parse_level_text("\n".join(rows[50:66]), CLIMB).tiles
    ends.set_in(tiles, 50)
    assert np.argwhere(tiles == 2).tolist() == [[9, 9]]


def test_bands_of_a_tower_that_cannot_be_won_go_from_its_lowest_to_its_highest_place():
    maps, _ = evened(of(tower(140, step=7)), ["t"], CLIMB)
    for level in maps.levels:
        (start,), (goal,) = (np.argwhere(level.tiles == tile) for tile in (2, 3))
        assert start[0] > goal[0]
        assert level.tiles[start[0] + 1, start[1]] == level.tiles[goal[0] + 1, goal[1]] == 1


def test_bands_that_share_rows_are_never_dealt_to_two_sides():
    maps, _ = evened(of(*[tower(n) for n in (281, 260, 300, 281)]), list("abcd"), CLIMB)
    sides = split_windows(maps.levels, 16, together=maps.storeys)
    storeys = [{maps.storeys[n] for n in side.source.tolist()} for side in sides]
    assert all(storeys)
    assert sum(map(len, storeys)) == len(set().union(*storeys)) == len(set(maps.storeys))
    # the first tower and the last are equal, and so on one side
    for number in (0, 1):
        assert len([side for side in storeys if side & {(0, number), (3, number)}]) == 1
