"""Mazes of blocks: the walker against networkx and by hand, and how blocks are edited.

No recorded episodes of another program exist for them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import networkx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.edits import Edits, Replay
from makar.domains.levels.editing.process import Editing
from makar.domains.levels.level.level import Level
from makar.domains.levels.problems import maze3d
from makar.domains.levels.problems.catalogue import maze_3d, problem

SIDES = ((0, 1), (0, -1), (1, 0), (-1, 0))
JUMP = 1
"""Beside 1000 for a move: ways are compared by their moves first."""


def measured(tiles: np.ndarray) -> tuple[int, int, int]:
    stacked = np.stack([1 - tiles, tiles]).reshape(2, -1, tiles.shape[2])
    out = np.full((2, 3), 77, np.int32)
    maze3d.measure(len(tiles), stacked, np.array([False, True]), out)
    assert (out[0] == 77).all(), "a map that was not asked for was measured"
    return tuple(out[1].tolist())


def ways(tiles: np.ndarray) -> networkx.Graph:
    """Where one can stand, and the moves between: told once more, in plain Python."""
    air = {tuple(cell) for cell in np.argwhere(tiles == 0).tolist()}

    def stands(z: int, y: int, x: int) -> bool:
        return {(z, y, x), (z + 1, y, x)} <= air and (z - 1, y, x) not in air

    def column(y: int, x: int, low: int, high: int) -> set[tuple[int, int, int]]:
        return {(z, y, x) for z in range(low, high + 1)}

    graph = networkx.Graph()
    graph.add_nodes_from(cell for cell in sorted(air) if stands(*cell))
    for (z, y, x), (dy, dx), rise in product(list(graph), SIDES, (-1, 0, 1)):
        beside, beyond = (z + rise, y + dy, x + dx), (z + rise, y + 2 * dy, x + 2 * dx)
        low, high = min(z, z + rise), max(z, z + rise)
        lower = (y, x) if rise > 0 else (y + dy, x + dx)
        if stands(*beside) and (rise == 0 or (low + 2, *lower) in air):
            graph.add_edge((z, y, x), beside, weight=1000)
        open_above = column(y, x, z, high + 2) | column(y + 2 * dy, x + 2 * dx, z + rise, high + 2)
        gap = column(y + dy, x + dx, low - 2, high + 2)
        if stands(*beyond) and open_above | gap <= air:
            graph.add_edge((z, y, x), beyond, weight=1000 + JUMP)
    return graph


def farthest(graph: networkx.Graph, begin: tuple[int, int, int]) -> tuple[tuple, int, int]:
    costs = networkx.single_source_dijkstra_path_length(graph, begin)
    most = max(cost // 1000 for cost in costs.values())
    far = min(cell for cell, cost in costs.items() if cost // 1000 == most)
    return far, most, costs[far] % 1000


def expected(tiles: np.ndarray) -> tuple[int, int, int]:
    blocks = networkx.grid_graph(tiles.shape[::-1])
    blocks.remove_nodes_from([cell for cell in list(blocks) if tiles[cell]])
    graph, best = ways(tiles), (0, 0)
    for part in sorted(networkx.connected_components(graph), key=min):
        _, moves, jumps = farthest(graph, farthest(graph, min(part))[0])
        if moves > best[0]:
            best = moves, jumps
    return networkx.number_connected_components(blocks), *best


def random_maze(seed: int, sides: tuple[int, int, int], rock: float) -> np.ndarray:
    """Pillars and ledges of all heights, with blocks strewn in: there is much to jump."""
    rng = np.random.default_rng(seed)
    D, H, W = sides
    ground = np.arange(D)[:, None, None] < rng.integers(0, D, (H, W)) * (rng.random((H, W)) < 0.7)
    return (ground | (rng.random(sides) < rock)).astype(np.uint8)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(2, 8), st.integers(1, 7), st.integers(1, 7)),
    st.sampled_from([0.0, 0.05, 0.2, 0.5]),
)
def test_statistics_against_plain_python(seed: int, sides: tuple[int, int, int], rock: float):
    tiles = random_maze(seed, sides, rock)
    assert measured(tiles) == expected(tiles)


def test_the_random_mazes_have_jumps() -> None:
    jumps = [measured(random_maze(seed, (7, 6, 6), 0.05))[2] for seed in range(40)]
    assert max(jumps) >= 2


def profile(*heights: int, layers: int = 8) -> np.ndarray:
    """Columns of these heights in a row."""
    return (np.arange(layers)[:, None, None] < np.array([heights])).astype(np.uint8)


def test_ways_by_hand() -> None:
    """Parts, moves, jumps."""
    assert measured(profile(0, 0, 0, 0)) == (1, 3, 0)
    assert measured(profile(0, 1, 2, 1)) == (1, 3, 0)  # steps up and down
    assert measured(profile(0, 2, 0)) == (1, 0, 0)  # too high to step
    assert measured(profile(2, 0, 2)) == (1, 1, 1)  # a jump
    assert measured(profile(2, 0, 3, 3)) == (1, 2, 1)  # one up
    assert measured(profile(3, 0, 2, 0, 2)) == (1, 2, 2)  # one down, and another
    assert measured(profile(2, 0, 0, 2)) == (1, 1, 0)  # too wide: below one walks
    assert measured(profile(4, 0, 2)) == (1, 0, 0)  # too deep
    assert measured(profile(1, 0, 1)) == (1, 2, 0)  # no gap: one steps through it
    assert measured(np.ones((4, 3, 3), np.uint8)) == (0, 0, 0)
    assert measured(profile(0, layers=2)) == (1, 0, 0)


def blocked(tiles: np.ndarray, z: int, x: int) -> np.ndarray:
    tiles = tiles.copy()
    tiles[z, 0, x] = 1
    return tiles


def test_heads_need_air() -> None:
    corridor = profile(0, 0, 0)
    assert measured(blocked(corridor, 2, 1))[1] == 2  # walking: two tiles are enough
    assert measured(blocked(corridor, 1, 1))[1] == 0
    stair = profile(0, 1)
    assert measured(blocked(stair, 3, 0))[1] == 1
    assert measured(blocked(stair, 2, 0))[1] == 0  # the head at the lower end
    gap = profile(2, 0, 2)
    for x in range(3):
        assert measured(blocked(gap, 5, x))[2] == 1
        assert measured(blocked(gap, 4, x))[2] == 0
    low = profile(2, 0, 2, layers=4)
    assert measured(low)[1] == 0  # under the edge of the map there is no room to jump


def test_the_way_is_made_of_moves() -> None:
    seen = 0
    for seed in range(30):
        tiles = random_maze(seed, (7, 6, 5), 0.05)
        walk, (_, moves, jumps) = maze3d.longest_walk(tiles), measured(tiles)
        cells = [(z, y, x) for x, y, z in walk.path.tolist()]
        assert len(cells) == moves + 1
        graph = ways(tiles)
        weights = [graph[a][b]["weight"] for a, b in pairwise(cells)]
        assert sum(weights) == 1000 * moves + JUMP * jumps
        reachable = {tuple(cell) for cell in np.argwhere(walk.reachable).tolist()}
        assert reachable == networkx.node_connected_component(graph, cells[0])
        seen += jumps
    assert seen >= 3
    nowhere = maze3d.longest_walk(np.ones((3, 3, 3), np.uint8))
    assert nowhere.path.shape == (0, 3)
    assert not nowhere.reachable.any()


def test_a_way_is_found_where_a_move_cannot_be_made_back() -> None:
    tiles = (np.random.default_rng(1203).random((15, 15, 15)) < 0.5).astype(np.uint8)
    assert len(maze3d.longest_walk(tiles).path) == measured(tiles)[1] + 1


def edited(representation: str, *actions: int) -> Edits:
    """A map of air, 4 layers of 3 rows of 2 columns; the cursor begins in layer 1, row 2."""
    process = Editing(maze_3d(4, 3, 2), representation, change=1.0)  # type: ignore[arg-type]
    start = Replay(Level(np.zeros((12, 2), np.uint8), maze3d.TILES), np.array([[0, 3 + 2]]))
    state = process.start([Prompt(given=start)], Seeds(0))
    for action in actions:
        state, _ = process.step(state, torch.tensor([action]))
    return state


def test_the_turtle_moves_in_six_directions() -> None:
    def cursor(*actions: int) -> list[int]:
        x, row = edited("turtle", *actions).cursor[0].tolist()
        return [x, row % 3, row // 3]

    assert cursor() == [0, 2, 1]
    assert cursor(1) == [1, 2, 1]
    assert cursor(1, 1, 0) == [0, 2, 1]  # no way beyond the edges
    assert cursor(3) == [0, 2, 1]  # not into the next layer either
    assert cursor(2, 2, 2) == [0, 0, 1]
    assert cursor(4) == cursor(4, 4) == [0, 2, 0]
    assert cursor(5, 5, 5, 5) == [0, 2, 3]
    assert edited("turtle", 5, 7).tiles[0].nonzero()[0].tolist() == [2 * 3 + 2]
    assert Editing(maze_3d(4, 3, 2), "turtle").actions == 8


def test_wide_and_narrow_write_where_they_are() -> None:
    layer, row, x = 3, 1, 1
    state = edited("wide", ((layer * 3 + row) * 2 + x) * 2 + 1)
    assert np.argwhere(state.tiles[0].reshape(4, 3, 2)).tolist() == [[layer, row, x]]
    assert state.seen.shape == (1, 4, 3, 2)
    assert np.argwhere(edited("narrow", 2).tiles[0].reshape(4, 3, 2)).tolist() == [[1, 2, 0]]


def test_the_picture_is_centred_on_the_cursor() -> None:
    problem = maze_3d(4, 3, 2)
    tiles = np.random.default_rng(0).integers(2, size=(4, 3, 2)).astype(np.uint8)
    start = Replay(Level(tiles.reshape(12, 2), maze3d.TILES), np.array([[1, 2 * 3 + 1]]))
    state = Editing(problem, "narrow").start([Prompt(given=start)], Seeds(0))
    padded = np.pad(tiles, 4, constant_values=1)  # dirt all around
    np.testing.assert_array_equal(state.seen[0], padded[2:10, 1:9, 1:9])
    assert state.seen[0, 4, 4, 4] == tiles[2, 1, 1]


def test_statistics_are_those_of_the_map() -> None:
    """What was kept from step to step is what a fresh look at the maps says."""
    process = Editing(maze_3d(6, 5, 4), "wide", change=1.0)
    state = process.start([Prompt()] * 4, Seeds(1))
    rng = np.random.default_rng(0)
    for _ in range(30):
        state, _ = process.step(state, torch.from_numpy(rng.integers(process.actions, size=4)))
        for tiles, kept in zip(state.tiles, state.statistics.tolist(), strict=True):
            assert tuple(kept) == expected(tiles.reshape(6, 5, 4))


def test_what_is_paid_and_when_it_is_good() -> None:
    """A block away, and two towers have a jump between them: 100 for it, 100 for each move."""
    tiles = np.zeros((8, 2, 3), np.uint8)
    tiles[:4, 0, 0], tiles[:4, 0, 2] = 1, 1
    tiles[:, 1] = 1  # a wall: only row 0 can be walked
    tiles[6, 0, 1] = 1  # in the jump's way
    problem = maze_3d(8, 2, 3)
    assert [w.goal for w in problem.wishes] == [None, (5, 10**9), (2, 10**9)]
    process = Editing(problem, "wide", change=1.0)
    start = Prompt(given=Level(tiles.reshape(16, 3), maze3d.TILES))
    state = process.start([start], Seeds(0))
    assert state.statistics[0].tolist() == [1, 0, 0]
    state, paid = process.step(state, torch.tensor([((6 * 2 + 0) * 3 + 1) * 2]))
    assert state.statistics[0].tolist() == [1, 1, 1]
    assert paid.tolist() == [100 + 100]
    assert not process.terminated(state).any()
    later = np.array([[1, 1, 2]], np.int32)  # as if there were another jump
    good = replace(state, started=state.started - [0, 4, 0], statistics=later)
    state, _ = process.step(good, torch.tensor([1]))  # a block where one is already
    assert process.terminated(state).all()  # by five moves longer, and two jumps


def test_sizes() -> None:
    whole = problem("maze3d")
    assert (whole.size, whole.window, whole.wishes[2].low) == ((15, 15, 15), 30, 5)
    assert problem("maze3d") is whole
    for sides in ((1, 5, 5), (5, 65, 5), (5, 5, 0)):
        with pytest.raises(ValueError, match="sides of a maze must be from 2 to 64"):
            maze_3d(*sides)
    with pytest.raises(ValueError, match="no problem 'maze3d'"):
        problem("maze3d", "pcgrl2020")
