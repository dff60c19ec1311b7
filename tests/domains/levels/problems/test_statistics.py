"""Statistics of caves, dungeons and warehouses against networkx and plain Python."""

from __future__ import annotations

from collections import deque

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makar.domains.levels.problems import binary, sokoban, zelda
from makar.domains.levels.problems.sokoban_search import solve_2020
from makar.domains.levels.problems.sokoban_solver import UNKNOWN, solve

SEEDS = st.integers(0, 2**32 - 1)


def random_map(seed: int, size: tuple[int, int], chances: list[float]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.choice(len(chances), size=size, p=chances).astype(np.uint8)


def graph(tiles: np.ndarray, closed: set[int]) -> networkx.Graph:
    """Cells that can be walked, joined with their neighbours."""
    ground = networkx.grid_2d_graph(*tiles.shape)
    ground.remove_nodes_from([cell for cell in list(ground) if tiles[cell] in closed])
    return ground


def measured(module: object, tiles: np.ndarray) -> dict[str, int]:
    names = module.STATISTICS  # type: ignore[attr-defined]
    out = np.full((2, len(names)), 77, np.int32)
    module.measure(np.stack([tiles, tiles]), np.array([False, True]), out)  # type: ignore[attr-defined]
    assert (out[0] == 77).all(), "a map that was not asked for was measured"
    return dict(zip(names, out[1].tolist(), strict=True))


def farthest(ground: networkx.Graph, begin: tuple[int, int]) -> tuple[tuple[int, int], int]:
    steps = networkx.single_source_shortest_path_length(ground, begin)
    most = max(steps.values())
    return min(cell for cell, s in steps.items() if s == most), most


@given(SEEDS, st.floats(0, 1))
def test_caves(seed: int, rock: float) -> None:
    tiles = random_map(seed, (14, 14), [1 - rock, rock])
    ground = graph(tiles, {1})
    parts = list(networkx.connected_components(ground))
    paths = [farthest(ground, farthest(ground, min(part))[0])[1] for part in parts]
    expected = {"regions": len(parts), "path-length": max(paths, default=0)}
    assert measured(binary, tiles) == expected


def test_the_longest_path_of_a_winding_cave() -> None:
    rows = [".....", "####.", ".....", ".####", "....."]
    tiles = np.array([[c == "#" for c in row] for row in rows], np.uint8)
    assert measured(binary, tiles) == {"regions": 1, "path-length": 16}


def dungeon(seed: int) -> np.ndarray:
    """One player, key and door and little rock: distances count."""
    rng = np.random.default_rng(seed)
    tiles = random_map(seed, (7, 11), [0.8, 0.14, 0, 0, 0, 0.02, 0.02, 0.02])
    tiles.flat[rng.choice(tiles.size, 3, replace=False)] = [2, 3, 4]
    return tiles


@given(SEEDS)
def test_dungeons(seed: int) -> None:
    tiles = dungeon(seed)
    found = measured(zelda, tiles)
    closed, opened = graph(tiles, {1, 4}), graph(tiles, {1})
    names = {"hero": 2, "key": 3, "door": 4}
    at = {name: tuple(np.argwhere(tiles == tile)[0]) for name, tile in names.items()}
    enemies = [tuple(cell) for cell in np.argwhere(tiles >= 5)]
    regions = networkx.number_connected_components(closed)
    expected = {"player": 1, "key": 1, "door": 1, "enemies": len(enemies), "regions": regions}
    expected |= {"nearest-enemy": 0, "path-length": 0}
    if regions == 1:
        steps = networkx.single_source_shortest_path_length(closed, at["hero"])
        onwards = networkx.single_source_shortest_path_length(opened, at["key"])
        expected["nearest-enemy"] = min((steps[e] for e in enemies), default=0)
        expected["path-length"] = steps[at["key"]] + onwards.get(at["door"], -1)
    assert found == expected


def test_enemies_come_over_keys() -> None:
    """In gym-pcgrl they do not: 77 stands for none that can come."""
    tiles = np.array([[2, 3, 5, 0, 4, 0, 0, 0, 0, 0, 0]] + [[1] * 11] * 6, np.uint8)
    tiles[0, 5:] = 1
    assert measured(zelda, tiles)["nearest-enemy"] == 2
    out = np.zeros((1, 7), np.int32)
    zelda.measure_2020(tiles[None], np.array([True]), out)
    assert out[0, 5] == 77


def shortest_solution(tiles: np.ndarray) -> int | None:
    """Steps to the nearest win, in plain Python and without any rule about dead ends."""
    cells = {tuple(c) for c in np.argwhere(tiles != 1).tolist()}
    targets = frozenset(map(tuple, np.argwhere(tiles == 4).tolist()))
    crates = frozenset(map(tuple, np.argwhere(tiles == 3).tolist()))
    start = (tuple(np.argwhere(tiles == 2)[0].tolist()), crates)
    queue, seen = deque([(start, 0)]), {start}
    while queue:
        ((y, x), crates), steps = queue.popleft()
        if crates == targets:
            return steps
        for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            cell, beyond, after = (y + dy, x + dx), (y + 2 * dy, x + 2 * dx), crates
            if cell in crates:
                if beyond not in cells or beyond in crates:
                    continue
                after = crates - {cell} | {beyond}
            if cell in cells and (cell, after) not in seen:
                seen.add((cell, after))
                queue.append(((cell, after), steps + 1))
    return None


@given(SEEDS, st.integers(1, 2), st.floats(0, 0.3))
def test_warehouses(seed: int, crates: int, rock: float) -> None:
    rng = np.random.default_rng(seed)
    tiles = random_map(seed, (5, 5), [1 - rock, rock])
    places = rng.choice(25, 1 + 2 * crates, replace=False)
    tiles.flat[places] = [2] + [3] * crates + [4] * crates
    steps = shortest_solution(tiles)
    away, found = solve(tiles)
    assert (away == 0, found) == (steps is not None, steps or 0)


@given(SEEDS, st.booleans())
def test_stores(seed: int, fair: bool) -> None:
    """All that is counted in a warehouse, and when it is looked at for a solution."""
    tiles = random_map(
        seed, (5, 5), [0.8, 0.02, 0.06, 0.06, 0.06] if fair else [0.45, 0.4] + [0.05] * 3
    )
    player, crates, targets = (int((tiles == tile).sum()) for tile in (2, 3, 4))
    regions = networkx.number_connected_components(graph(tiles, {1}))
    expected = {"player": player, "crate": crates, "target": targets, "regions": regions}
    expected |= {"ratio": abs(crates - targets), "dist-win": 250, "sol-length": 0}
    if player == regions == 1 and crates == targets > 0:
        expected["dist-win"], expected["sol-length"] = solve(tiles)
    assert measured(sokoban, tiles) == expected


def test_a_solution_by_hand() -> None:
    """One step to the crate's left, then three pushes."""
    tiles = np.array([[0, 0, 0, 0, 0], [0, 3, 0, 0, 4], [2, 0, 0, 0, 0]] + [[0] * 5] * 2, np.uint8)
    assert solve(tiles) == (0, 4)
    tiles[:2, 1] = tiles[1::-1, 1]  # at the upper wall, from where nothing leads to row 1
    assert solve(tiles) == solve_2020(tiles) == (4, 0)


@pytest.mark.parametrize("crates", [1, 2])
def test_no_solution_is_longer_than_gym_pcgrls(crates: int) -> None:
    """Its search of one crate is complete; of two it often is not, and then not the shortest."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        tiles = np.zeros((5, 5), np.uint8)
        things = [2, 1, 1] + [3] * crates + [4] * crates
        tiles.flat[rng.choice(25, len(things), replace=False)] = things
        (away, steps), (away_2020, steps_2020) = solve(tiles), solve_2020(tiles)
        if crates == 1:
            assert (away, steps) == (away_2020, steps_2020)
        elif away_2020 == 0:
            assert away == 0
            assert steps <= steps_2020


def test_too_many_boards_are_unknown_not_unsolvable() -> None:
    """One crate is stuck in the corner, and five others can be pushed about for long."""
    rows = ["$ .. ", " $ $ ", ".  $.", " $ $ ", ". . @"]
    tiles = np.array([[" #@$.".index(c) for c in row] for row in rows], np.uint8)
    found = measured(sokoban, tiles)
    assert found["regions"] == 1
    assert (found["dist-win"], found["sol-length"]) == (UNKNOWN, 0)


def test_a_large_warehouse_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        solve(np.zeros((8, 8), np.uint8))
