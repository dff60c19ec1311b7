"""Sokoban in the search order of gym-pcgrl, against a search in plain Python with ``heapq``."""

from __future__ import annotations

import heapq
import itertools

import numpy as np
import pytest

from makar.domains.levels.problems.sokoban_search import solve_2020


class Node:
    """A board, ranked by what seems to be left and what was walked."""

    def __init__(
        self, player: tuple, crates: tuple, targets: list, depth: int, balance: float
    ) -> None:
        self.player, self.crates, self.depth = player, crates, depth
        free, self.left = list(targets), 0
        for y, x in crates:
            steps = [abs(y - v) + abs(x - u) for v, u in free]
            self.left += min(steps)
            free.pop(steps.index(min(steps)))
        self.rank = self.left + balance * depth

    def __lt__(self, other: Node) -> bool:
        return self.rank < other.rank


def search_in_python(tiles: np.ndarray) -> tuple[int, int]:
    """``solve_2020`` as it was understood: a queue, then heaps of ranked boards."""
    for balance in (None, 1.0, 0.5, 0.0):
        best = plan_in_python(tiles, balance)
        if best.left == 0:
            return 0, best.depth
    return best.left, 0


def plan_in_python(tiles: np.ndarray, balance: float | None) -> Node:
    """The board that won, or came nearest; ``None`` searches breadth first."""
    targets, crates, players = (
        [tuple(cell) for cell in np.argwhere(tiles == tile).tolist()] for tile in (4, 3, 2)
    )
    traps = dead_cells(tiles, set(targets))
    best = Node(players[0], tuple(crates), targets, 0, 0)
    waiting, seen = [best], set()
    for _ in range(5000):
        if not waiting:
            break
        node = waiting.pop(0) if balance is None else heapq.heappop(waiting)
        if node.left == 0:
            return node
        if (node.player, node.crates) in seen:
            continue
        seen.add((node.player, node.crates))
        best = min(best, node, key=lambda n: (n.left, n.depth))
        for player, crates in neighbours(tiles, node.player, node.crates, traps):
            child = Node(player, crates, targets, node.depth + 1, balance or 0)
            if balance is None:
                waiting.append(child)
            else:
                heapq.heappush(waiting, child)
    return best


def is_wall(tiles: np.ndarray, y: int, x: int) -> bool:
    return not (0 <= y < 5 and 0 <= x < 5) or tiles[y, x] == 1


def dead_cells(tiles: np.ndarray, targets: set) -> set:
    """Corners without a target, and what lies between two of them along walls without one."""

    def beside(y: int, x: int, dy: int, dx: int) -> bool:
        return is_wall(tiles, y + dy, x + dx) or is_wall(tiles, y - dy, x - dx)

    cells = [(y, x) for y in range(5) for x in range(5) if tiles[y, x] != 1]
    corners = {c for c in cells if c not in targets and beside(*c, 1, 0) and beside(*c, 0, 1)}
    dead = set(corners)
    for (y, x), (v, u) in itertools.permutations(sorted(corners), 2):
        row = [(y, i) for i in range(x + 1, u)] if y == v else []
        column = [(i, x) for i in range(y + 1, v)] if x == u else []
        for between, side in ((row, (1, 0)), (column, (0, 1))):
            if all(c in cells and c not in targets and beside(*c, *side) for c in between):
                dead |= set(between)
    return dead


def neighbours(tiles: np.ndarray, player: tuple, crates: tuple, traps: set) -> list:
    """Boards after a step to the left, right, up and down."""
    found = []
    for dy, dx in ((0, -1), (0, 1), (-1, 0), (1, 0)):
        to, beyond = (player[0] + dy, player[1] + dx), (player[0] + 2 * dy, player[1] + 2 * dx)
        if is_wall(tiles, *to):
            continue
        after = crates
        if to in crates:
            if is_wall(tiles, *beyond) or beyond in crates:
                continue
            after = tuple(beyond if c == to else c for c in crates)
            if traps & set(after):
                continue
        found.append((to, after))
    return found


@pytest.mark.parametrize("seed", [51, 70, 385, 1103, 1163])
def test_every_plan_of_gym_pcgrls_search_counts(seed: int) -> None:
    """Levels that come out otherwise if one plan is left out, or looks at fewer boards."""
    rng = np.random.default_rng(seed)
    tiles = np.zeros((5, 5), np.uint8)
    tiles.flat[rng.choice(25, 8, replace=False)] = [2, 1, 3, 3, 3, 4, 4, 4]
    assert solve_2020(tiles) == search_in_python(tiles)
