import hashlib

import numpy as np
import pytest

from makar.domains.levels.constructive.build import construct, construct_one
from makar.domains.levels.level.legend import MARIO
from makar.domains.levels.tiles.near_copies import WindowIndex

SYMBOLS = "".join(tile.symbol for tile in MARIO.tiles)


def rows(tiles):
    return ["".join(SYMBOLS[v] for v in row) for row in tiles]


def winnable(tiles):
    """A plain walk over the places a careful hero can reach, enemies never to be touched.

    A jump rises up to four rows, each straight or aslant, may go one column on at its top, and
    falls straight or aslant: eight columns at most.
    """
    role = np.array([t.role for t in MARIO.tiles])[tiles]
    height, width = role.shape

    def free(x, y):
        return y < 0 or (y < height and role[y, x] not in ("solid", "enemy"))

    def carried(x, y):
        return 0 <= y + 1 < height and role[y + 1, x] == "solid"

    start = [y for y in range(height) if free(0, y) and carried(0, y)][-1]
    queue, seen = [(0, start, "stand", 0, 0)], set()
    while queue:
        state = queue.pop()
        if state in seen:
            continue
        seen.add(state)
        x, _, phase, _, across = state
        if phase == "stand" and x == width - 1:
            return True
        for to in range(max(x - 1, 0), min(x + 2, width)):
            if across + abs(to - x) <= 8:
                queue += moves(state, to, free, carried)
    return False


def moves(state, to, free, carried):
    """The states after one step to column ``to``."""
    x, y, phase, risen, across = state
    across += abs(to - x)
    stands = (to, y, "stand", 0, 0) if carried(to, y) else (to, y, "fall", 0, across)
    if phase == "fall" and carried(x, y):
        yield (x, y, "stand", 0, 0)
    if phase == "stand" and free(to, y):
        yield stands
    if phase != "fall" and risen < 4 and free(x, y - 1) and free(to, y - 1):
        yield (to, y - 1, "rise", risen + 1, across)
    if phase == "rise" and to != x and free(to, y):
        yield (to, y, "fall", 0, across)
    if phase != "stand" and free(to, y) and free(to, y + 1):
        yield (to, y + 1, "fall", 0, across)


def test_the_walk_itself_knows_a_gap_of_seven_from_one_of_eight():
    for gap, expected in ((7, True), (8, False)):
        tiles = np.zeros((14, 30), np.uint8)
        tiles[12:] = 1
        tiles[12:, 10 : 10 + gap] = 0
        assert winnable(tiles) is expected
    for wall, expected in ((4, True), (5, False)):
        tiles = np.zeros((14, 30), np.uint8)
        tiles[12:] = 1
        tiles[12 - wall : 12, 15] = 1
        assert winnable(tiles) is expected


def test_every_level_can_be_won_by_a_plain_walk():
    for columns, seed in ((200, 0), (16, 1), (31, 2), (101, 3)):
        for level in construct(8, columns, seed=seed):
            assert winnable(level.tiles), "\n".join(rows(level.tiles))


def test_size_alphabet_and_names():
    levels = construct(5, 120, seed=0)
    assert levels.tiles.shape == (5, 14, 120)
    assert levels.tiles.dtype == np.uint8
    assert levels.names == MARIO.names
    everything = construct(200, 200, seed=0).tiles
    assert set(np.unique(everything)) == set(range(13))


def test_pipes_and_cannons_are_whole_and_stand_on_ground():
    for level in construct(80, 200, seed=4):
        text = rows(level.tiles)
        for y, row in enumerate(text):
            for x, symbol in enumerate(row):
                under = text[y + 1][x] if y + 1 < len(text) else "X"
                if symbol == "<":
                    assert (row[x + 1], under) == (">", "[")
                elif symbol == "[":
                    assert row[x + 1] == "]"
                    assert under in "[X"
                elif symbol in ">]":
                    assert row[x - 1] == {">": "<", "]": "["}[symbol]
                elif symbol == "B":
                    assert under == "b"
                elif symbol == "b":
                    assert under in "bX"
                elif symbol == "E":
                    assert under in "XS?Q", (x, y)


def test_gaps_are_one_to_seven_columns_wide_and_all_widths_occur():
    widths = []
    for level in construct(100, 200, seed=5):
        below_decks = MARIO.having("solid")[level.tiles[5:]]
        bare = np.r_[False, ~below_decks.any(0), False]
        edges = np.flatnonzero(bare[1:] != bare[:-1]).reshape(-1, 2)
        widths += list(edges[:, 1] - edges[:, 0])
    assert set(widths) == set(range(1, 8))


def test_the_first_levels_do_not_depend_on_how_many_are_asked_for():
    assert np.array_equal(construct(3, 60, seed=7).tiles, construct(9, 60, seed=7).tiles[:3])
    assert not np.array_equal(construct(3, 60, seed=7).tiles, construct(3, 60, seed=8).tiles)


def test_runs_of_before_keep_the_levels_that_they_learned_from():
    tiles = construct(30, 200, seed=3, mended=False).tiles
    assert hashlib.sha256(tiles.tobytes()).hexdigest().startswith("4d975889dc93a26eeb6e75a8")
    assert not np.array_equal(tiles, construct(30, 200, seed=3).tiles)


def test_harder_levels_have_more_gaps_and_enemies():
    def gaps_and_enemies(difficulty):
        made = [
            construct_one(200, difficulty=difficulty, random=np.random.default_rng(i))
            for i in range(60)
        ]
        gaps = np.mean([(tiles[-1] == MARIO.empty).sum() for tiles in made])
        return gaps, np.mean([MARIO.having("enemy")[tiles].sum() for tiles in made])

    easy, middle, hard = map(gaps_and_enemies, (0.0, 0.5, 1.0))
    assert easy[0] * 2 < middle[0] * 1.5 < hard[0]
    assert easy[1] * 1.5 < middle[1] < hard[1]


def test_levels_are_no_near_copies_of_one_another():
    corpus = WindowIndex.of(list(construct(100, 200, seed=9)), MARIO)
    fresh = construct(40, 100, seed=10)
    assert corpus.too_near(fresh).mean() <= 0.05
    assert corpus.nearest(fresh).share.mean() < 0.85


def test_nonsense_is_refused():
    assert len(construct(0, seed=0)) == 0
    with pytest.raises(ValueError, match="16 columns or more"):
        construct(1, 15, seed=0)
    with pytest.raises(ValueError, match="0 levels or more"):
        construct(-1, seed=0)
