"""Super Mario levels: what stands where, and the player against a search in plain Python."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.domains.levels.problems import smb
from makar.domains.levels.problems.smb_player import play
from makar.domains.levels.problems.smb_search import play_2020

ALPHABET = dict(zip("-Xgbq oT", range(8), strict=True)) | {"o": 5, "T": 6}


def read(rows: list[str], height: int = 14) -> np.ndarray:
    """A map whose upper rows are empty."""
    rows = ["-" * len(rows[0])] * (height - len(rows)) + rows
    return np.array([[ALPHABET[c] for c in row] for row in rows], np.uint8)


def move(solid: np.ndarray, at: tuple[int, int, int], right: bool, up: bool) -> tuple:
    """One moment later, as the rules are told: x, y, ascent left, and whether a jump began."""
    H, W = solid.shape

    def free(x: int, y: int) -> bool:
        return y < 0 or (x < W and y < H and not solid[y, x])

    x, y, ascent = at
    stands = -1 <= y < H - 1 and bool(solid[y + 1, x])
    x += right and free(x + 1, y)
    jumped = up and stands and free(x, y - 1)
    ascent = 5 if jumped else ascent if up else min(ascent, 1)
    if ascent > 1:
        return (x, y - 1, ascent - 1, jumped) if free(x, y - 1) else (x, y, 1, jumped)
    if ascent == 1:
        return x, y, 0, jumped
    return x, y + free(x, y + 1), 0, jumped


def fewest_jumps(solid: np.ndarray, start_y: int) -> tuple[int, int]:
    """Columns left, and jumps made, by Dijkstra's search."""
    H, W = solid.shape
    queue, seen, furthest = [(0, (1, start_y, 0))], set(), (1, 0)
    while queue:
        jumps, at = heapq.heappop(queue)
        if at in seen or at[1] == H - 1:
            continue
        seen.add(at)
        furthest = max(furthest, (at[0], -jumps))
        if at[0] == W - 2:
            break
        for right in (False, True):
            for up in (False, True):
                *to, jumped = move(solid, at, right, up)
                heapq.heappush(queue, (jumps + jumped, tuple(to)))
    return W - 2 - furthest[0], -furthest[1]


def random_level(seed: int, width: int) -> np.ndarray:
    """Ground with holes, walls and blocks: some can be won, some cannot."""
    rng = np.random.default_rng(seed)
    tiles = rng.choice(7, size=(14, width), p=[0.8, 0.08, 0.02, 0.04, 0.02, 0.02, 0.02])
    tiles[12:] = np.where(rng.random(width) < rng.uniform(0, 0.8), 0, 1)
    for x in np.flatnonzero(rng.random(width) < rng.uniform(0, 0.15)):
        tiles[12 - rng.integers(1, 7) :, x] = 1
    return tiles.astype(np.uint8)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_the_player_against_dijkstra(seed: int, width: int) -> None:
    solid = smb.set_up(random_level(seed, width))
    left, jumps, way = play(solid, 11)
    assert (left, len(jumps)) == fewest_jumps(solid, 11)
    assert left == solid.shape[1] - 2 - way[:, 0].max()
    _assert_played(solid, jumps, way)


def _assert_played(solid: np.ndarray, jumps: np.ndarray, way: np.ndarray) -> None:
    """The way is made of moves that exist, and of just the jumps it is said to have."""
    assert tuple(way[0]) == (1, 11)
    now = {((1, 11, 0), ())}
    for step in way[1:].tolist():
        after = set()
        for moment, taken in now:
            for right in (False, True):
                for up in (False, True):
                    *to, jumped = move(solid, moment, right, up)
                    if to[:2] == step:
                        after.add((tuple(to), (*taken, moment[0]) if jumped else taken))
        assert after, f"no move leads to {step}"
        now = after
    assert tuple(jumps.tolist()) in {taken for _, taken in now}


class Moment:
    """Where a player is, ranked by the columns left and the time passed."""

    def __init__(self, at: tuple, depth: int, jumps: tuple, rank: float) -> None:
        self.at, self.depth, self.jumps, self.rank = at, depth, jumps, rank

    def __lt__(self, other: Moment) -> bool:
        return self.rank < other.rank


def search_in_python(solid: np.ndarray, balance: float) -> tuple[int, list[int]]:
    """One plan of ``play_2020``: columns left, and columns of the jumps."""
    far = solid.shape[1] - 2
    best = Moment((1, 11, 0), 0, (), 0)
    queue, seen = [best], set()
    for _ in range(10000):
        if not queue:
            break
        now = heapq.heappop(queue)
        if now.at[0] >= far:
            return 0, list(now.jumps)
        if now.at in seen:
            continue
        seen.add(now.at)
        best = min(best, now, key=lambda m: (-m.at[0], m.depth))
        for up in (False, True):
            for right in (False, True):
                *to, jumped = move(solid, now.at, right, up)
                jumps = (*now.jumps, now.at[0]) if jumped else now.jumps
                rank = far - to[0] + balance * (now.depth + 1)
                heapq.heappush(queue, Moment(tuple(to), now.depth + 1, jumps, rank))
    return far - best.at[0], list(best.jumps)


@pytest.mark.parametrize("seed", range(12))
def test_the_player_of_2020_against_heapq(seed: int) -> None:
    solid = smb.set_up(random_level(seed, 114))
    left, jumps = search_in_python(solid, 1.0)
    if left:
        left, jumps = search_in_python(solid, 0.0)
    found, columns = play_2020(solid, 11)
    assert (found, columns.tolist()) == (left, jumps)


@pytest.mark.parametrize(("width", "left"), [(402, 0), (403, 3)])
def test_the_player_of_2020_gives_up_at_its_limit(width: int, left: int) -> None:
    """The exit is reached over a tunnel that ends blind, after all of it: 25 moments a column.

    The greedy plan of ``search_in_python`` needs 9,998 moments in the shorter map and 10,023 in
    the longer one, the other plan more than 12,000 in both.
    """
    tiles = np.zeros((14, width), np.uint8)
    tiles[12:], tiles[8, 2:], tiles[9:12, -1] = 1, 1, 1
    assert play_2020(smb.set_up(tiles), 11)[0] == left
    assert search_in_python(smb.set_up(tiles), 0.0)[0] == left
    assert play(smb.set_up(tiles), 11)[0] == 0  # the other player has no limit


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_things_against_plain_python(seed: int, width: int) -> None:
    tiles = random_level(seed, width)
    floor = {"makar": {1, 3, 4, 6}, "pcgrl2020": {1, 3, 4}}
    for preset, solid in floor.items():
        found, heights = counted(tiles, preset=preset), []
        for y, x in np.argwhere(tiles == 2).tolist():
            below = [row for row in range(y + 1, 14) if int(tiles[row, x]) in solid]
            heights.append(below[0] - y - 1 if below else 13)
        assert found["dist-floor"] == sum(heights)
        assert found["enemies"] == len(heights)
        assert found["empty"] == (tiles == 0).sum()
        across, down = tiles[:, 1:] != tiles[:, :-1], tiles[1:] != tiles[:-1]
        assert found["noise"] == across.sum() + down.sum()
        tubes = ["".join("T" if tile == 6 else " " for tile in row).split() for row in tiles]
        runs = [len(run) for row in tubes for run in row]
        broken, ends = sum(run for run in runs if run != 2), sum(2 for run in runs if run > 1)
        assert found["disjoint-tubes"] == (broken if preset == "makar" else ends)


FLAT = ["-" * 12, "X" * 12, "X" * 12]


def test_levels_by_hand() -> None:
    assert play(smb.set_up(read(FLAT)), 11)[0] == 0
    assert len(play(smb.set_up(read(FLAT)), 11)[1]) == 1  # the block under the flagpole
    wall = read(["----X-------"] * 5 + FLAT[1:])
    left, _, way = play(smb.set_up(wall), 11)
    assert left == 18 - 2 - 6  # five high: the wall is in column 4 + 3
    assert way[-1, 0] == 6
    lower = read(["------------"] + ["----X-------"] * 4 + FLAT[1:])
    assert play(smb.set_up(lower), 11)[0] == 0


def test_who_falls_out_is_lost() -> None:
    """In gym-pcgrl one walks along the bottom of the map, here through a tunnel below a wall."""
    tiles = read(["------------", "----XX------"] + ["----XX------"] * 11 + ["XX--------XX"])
    solid = smb.set_up(tiles)
    solid[:12, 7:9], solid[12:, 3:] = True, False
    assert play(solid, 11)[0] == 18 - 2 - 6
    assert play_2020(solid, 11)[0] == 0


def counted(tiles: np.ndarray, *, preset: str = "makar") -> dict[str, int]:
    out = np.zeros((1, 8), np.int32)
    measure = smb.measure if preset == "makar" else smb.measure_2020
    measure(tiles[None], np.array([True]), out)
    return dict(zip(smb.STATISTICS, out[0].tolist(), strict=True))


def test_things_by_hand() -> None:
    tiles = read(
        [
            "--g---------",
            "------------",
            "-----TT--T--",
            "-g---TT--T-g",
            "XXXXXXXX-XX-",
            "XXXXXXXX-XX-",
        ]
    )
    found = counted(tiles)
    assert found["enemies"] == 3
    assert found["dist-floor"] == 3 + 0 + 13  # the last has no floor at all
    assert found["disjoint-tubes"] == 2  # the one that is one wide
    assert counted(tiles, preset="pcgrl2020")["disjoint-tubes"] == 4  # the other
    assert found["empty"] == (tiles == 0).sum()
    across, down = tiles[:, 1:] != tiles[:, :-1], tiles[1:] != tiles[:-1]
    assert found["noise"] == across.sum() + down.sum()


def test_tubes_are_floor() -> None:
    tiles = read(["---g--------", "---TT-------", "---TT-------", *FLAT[1:]])
    assert counted(tiles)["dist-floor"] == 0
    assert counted(tiles, preset="pcgrl2020")["dist-floor"] == 2


def test_jumps_and_the_ways_between_them() -> None:
    """One jump onto the second wall, one over the block; 12 columns to go, from 0."""
    found = counted(read(["----X---X---", *FLAT[1:]]))
    assert play(smb.set_up(read(["----X---X---", *FLAT[1:]])), 11)[1].tolist() == [3, 11]
    assert (found["jumps"], found["jumps-dist"], found["dist-win"]) == (2, 8, 0)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="too many rows"):
        play(np.zeros((80, 10), bool), 5)
