"""The search for a way through a level against a plain one written from the rules."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.domains.levels.level.legend import MARIO, Legend, Physics, Tile
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analysis, Analyst
from makar.domains.levels.play.jumps import arc

GAME = (
    Tile("air", "empty", "-"),
    Tile("rock", "solid", "X"),
    Tile("spike", "hazard", "^"),
    Tile("slime", "enemy", "E"),
    Tile("coin", "reward", "o"),
)
HOME = (Tile("hero", "start", "@"), Tile("door", "goal", "G"))
OPEN, ENDED = Legend(GAME), Legend(GAME + HOME)


def batch(legend: Legend, *maps: list[str]) -> Levels:
    """Maps written in a legend's symbols."""
    numbers = {tile.symbol: n for n, tile in enumerate(legend.tiles)}
    tiles = [[[numbers[c] for c in row] for row in rows] for rows in maps]
    return Levels(np.array(tiles, np.uint8), legend.names)


def analyse(rows: list[str], physics: Physics | None = None, **wishes: bool) -> Analysis:
    """One map, analysed."""
    tiles = ENDED.tiles if any(c in "@G" for row in rows for c in row) else OPEN.tiles
    legend = Legend(tiles, physics or Physics())
    return Analyst(legend, **wishes)(batch(legend, rows))


class Twin:
    """The rules once more: sets of moments, no arrays, one tick at a time."""

    def __init__(self, rows: list[str], physics: Physics) -> None:
        self.cell = {(x, y): c for y, row in enumerate(rows) for x, c in enumerate(row)}
        self.H, self.W, self.p = len(rows), len(rows[0]), physics
        self.ends = not any(c in "@G" for c in self.cell.values())
        self.ups, self.downs = self.parabola()

    def parabola(self) -> tuple[list[int], list[int]]:
        h, r = self.p.jump_height, max(2, self.p.jump_reach)
        u = Fraction(r) / (1 + 1 / Fraction(self.p.gravity**0.5))
        f = r - u
        top = max(1, int(u))
        heights = []
        for t in range(r + 1):
            part = (t - u) / (u if t <= u else f)
            exact = h * (1 - part * part)
            heights.append(h if t == top else int(exact + Fraction(1, 2)))
        rises = [b - a for a, b in pairwise(heights)]
        terminal = -int(-(2 * h / f) // 1)
        return rises[:top], [-d for d in rises[top:]] + [terminal]

    def cells(self, x: int, y: int) -> set[tuple[int, int]]:
        wide, tall = self.p.body
        return {(x + i, y - j) for i in range(wide) for j in range(tall)}

    def solid(self, x: int, y: int) -> bool:
        inside = x >= 0 and x + self.p.body[0] <= self.W
        return not inside or any(self.cell.get(c) == "X" for c in self.cells(x, y))

    def enter(self, old: tuple[int, int], new: tuple[int, int]) -> str:
        """What happens on the way into a place: stop, die, win or go."""
        if self.solid(*new):
            return "stop"
        falls = new[1] > old[1]
        touched = [self.cell.get(c) for c in self.cells(*new) - self.cells(*old)]
        if new[1] >= self.H or "^" in touched or ("E" in touched and not falls):
            return "die"
        ends = self.ends and new[0] + self.p.body[0] == self.W
        return "win" if ends or "G" in touched else "go"

    def go(self, at: tuple[int, int], steps: list[tuple[int, int]]) -> tuple:
        """Step by step: what is said, whether the head bumped, and where one is then."""
        bumped = False
        for sx, sy in steps:
            if (sx, sy) == (0, 0) or (sy < 0 and bumped):
                continue
            said = self.enter(at, (at[0] + sx, at[1] + sy))
            if said == "stop":
                bumped |= sy < 0
                continue
            at = at[0] + sx, at[1] + sy
            if said != "go":
                return said, bumped, at
        return "go", bumped, at

    def after(self, moment: tuple, dx: int, button: bool) -> tuple[str, tuple]:
        """A moment is (x, y, how, ticks of it, air jumps): how is stand, rise or fall."""
        x, y, how, done, spare = moment
        rising = False
        if button:
            if how == "rise":
                rising = True
            elif how == "stand" or spare:
                spare -= how != "stand"
                rising, done = True, 0
        if not rising and how != "fall":
            done = 0
        steps = [(0, -1)] * self.ups[done] + [(dx, 0)] if rising else []
        if not rising:
            fall = self.downs[min(done, len(self.downs) - 1)]
            steps = [(dx, 0)] + [(0, 1)] * fall
        said, bumped, (x, y) = self.go((x, y), steps)
        if said != "go":
            return said, (x, y, "over", 0, 0)
        how = "rise" if rising else "fall"
        done += 1
        if rising and (bumped or done == len(self.ups)):
            how, done = "fall", 0
        done = min(done, len(self.downs) - 1) if how == "fall" else done
        if how == "fall" and self.solid(x, y + 1):
            how, done, spare = "stand", 0, int(self.p.double_jump)
        return "go", (x, y, how, done, spare)

    def starts(self) -> list[tuple]:
        spare = int(self.p.double_jump)
        found = []
        for x, y in product(range(self.W), range(self.H)):
            here = {self.cell.get(c) for c in self.cells(x, y)}
            fits = not self.solid(x, y) and not here & {"E", "^"}
            stands = self.solid(x, y + 1) and y + 1 < self.H
            if self.ends and x < 3 and fits and stands:
                found.append((x, y, "stand", 0, spare))
            if not self.ends and self.cell.get((x, y)) == "@":
                how = "stand" if self.solid(x, y + 1) and y + 1 < self.H else "fall"
                found.append((x, y, how, 0, spare) if fits else None)
        return [s for s in (found if self.ends else found[-1:]) if s]

    def won_at_once(self, moment: tuple) -> bool:
        x, y = moment[:2]
        touched = {self.cell.get(c) for c in self.cells(x, y)}
        return "G" in touched or (self.ends and x + self.p.body[0] == self.W)

    def play(self) -> tuple[bool, int]:
        """Whether it can be won, and in how many ticks, or the furthest column."""
        cost = dict.fromkeys(self.starts(), 0)
        waiting = deque(cost)
        won = [0 for s in cost if self.won_at_once(s)]
        furthest = max((m[0] for m in cost), default=-self.p.body[0])
        while waiting:
            moment = waiting.popleft()
            for dx, button in product((-1, 0, 1), (False, True)):
                said, new = self.after(moment, dx, button)
                total = cost[moment] + 1
                if said == "win":
                    won.append(total)
                if said == "go" and total < cost.get(new, 10**9):
                    cost[new] = total
                    furthest = max(furthest, new[0])
                    waiting.append(new)
        return bool(won), min(won) if won else furthest + self.p.body[0] - 1


rooms = st.integers(3, 9).flatmap(
    lambda wide: st.lists(
        st.text("----XX^Eo", min_size=wide, max_size=wide), min_size=2, max_size=7
    )
)
bodies = st.builds(
    Physics,
    jump_height=st.integers(1, 5),
    jump_reach=st.integers(1, 9),
    double_jump=st.booleans(),
    body=st.sampled_from([(1, 1), (1, 2), (2, 1), (2, 2), (3, 2)]),
    gravity=st.sampled_from([0.25, 0.6, 1.0, 1.0, 2.0, 4.0, 8.0]),
)


@given(rooms, bodies, st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=250, deadline=None)
def test_it_finds_what_a_plain_search_finds(rows, physics, random, ended):
    if ended:
        spots = [(x, y) for y in range(len(rows)) for x in range(len(rows[0]))]
        for c, (x, y) in zip("@G", random.sample(spots, 2), strict=True):
            rows[y] = rows[y][:x] + c + rows[y][x + 1 :]
    found, (won, number) = analyse(rows, physics), Twin(rows, physics).play()
    assert found.won[0] == won
    if won:
        assert found.ticks[0] == number
        assert found.progress[0] == 1
    else:
        assert found.furthest[0] == number


def test_the_default_jump_by_hand():
    jump = arc(Physics(jump_height=4, jump_reach=8))
    assert jump.rise.tolist() == [2, 1, 1, 0]
    assert jump.fall.tolist() == [0, 1, 1, 2, 2]


@pytest.mark.parametrize("gravity", [0.25, 1, 1.7, 8])
def test_a_jump_has_its_height_and_lands_at_its_reach(gravity):
    for height, reach in product((1, 4, 9, 32), (2, 3, 8, 31)):
        jump = arc(Physics(jump_height=height, jump_reach=reach, gravity=gravity))
        assert jump.rise.sum() == jump.fall[:-1].sum() == height
        assert len(jump.rise) + len(jump.fall) - 1 == reach
        assert jump.fall.max() == jump.fall[-1]


@pytest.mark.parametrize(("gap", "won"), [(8, 1), (9, 0)])
def test_a_jump_of_8_crosses_a_gap_of_8(gap, won):
    rows = ["-" * (10 + gap)] * 6 + ["X" * 5 + "-" * gap + "X" * 5]
    assert analyse(rows).won[0] == won


@pytest.mark.parametrize(("wall", "won"), [(4, 1), (5, 0)])
def test_a_jump_of_4_climbs_a_wall_of_4(wall, won):
    rows = ["-" * 10] * (9 - wall) + ["------X---"] * wall + ["XXXXXXXXXX"]
    assert analyse(rows).won[0] == won


def test_enemies_can_be_jumped_over_and_fallen_onto_but_not_run_into():
    assert analyse(["----------", "-----E----", "XXXXXXXXXX"]).won[0] == 1
    assert analyse(["XXXXXXXXXX", "-----E----", "XXXXXXXXXX"]).won[0] == 0
    assert analyse(["XXXXXXXXXX", "-----E----", "XXXXXXXXXX"], enemies=False).won[0] == 1
    pit = ["-----------", "XXX---XXXXX", "XXX-E-XXXXX", "XXXXXXXXXXX"]
    assert analyse(pit).won[0] == 1


def test_the_way_goes_from_start_to_goal_and_tells_its_jumps():
    found = analyse(["--------", "@---X--G", "XXXXXXXX"])
    way = found.way(0)
    assert way[0].tolist()[:2] == [0, 1]
    assert way[-1].tolist()[:2] == [7, 1]
    assert way[:, 2].sum() == found.jumps[0] == 1
    assert found.ticks[0] == 7


def test_nothing_is_said_at_the_limit():
    rows = ["-" * 30] * 6 + ["X" * 30]
    legend = Legend(OPEN.tiles)
    assert Analyst(legend, limit=10)(batch(legend, rows)).won[0] == -1


def test_a_level_lacking_its_games_start_or_goal_cannot_be_won():
    legend = Legend(ENDED.tiles)
    maps = ["@--G", "XXXX"], ["---G", "XXXX"], ["@---", "XXXX"]
    assert Analyst(legend)(batch(legend, *maps)).won.tolist() == [1, 0, 0]


def test_a_batch_is_searched_once():
    analyst, levels = Analyst(MARIO), Levels(np.zeros((2, 5, 9), np.uint8), MARIO.names)
    first = analyst(levels)
    assert analyst(Levels(levels.tiles.copy(), MARIO.names)) is first
    assert analyst(levels.take([0])) is not first


def test_batches_of_none_and_other_tiles():
    empty = Levels(np.zeros((0, 14, 30), np.uint8), MARIO.names)
    found = Analyst(MARIO)(empty)
    assert len(found) == len(found.challenge) == 0
    assert found.challenge_map.shape == (0, 30)
    with pytest.raises(ValueError, match="read them with this legend"):
        Analyst(MARIO)(Levels(np.zeros((1, 2, 2), np.uint8), ("a", "b")))


def test_the_smallest_maps_and_a_body_too_wide():
    for rows in (["-"], ["X"], ["E"], ["-", "X"]):
        assert analyse(rows).won[0] == Twin(rows, Physics()).play()[0]
    assert analyse(["--", "XX"], Physics(body=(3, 1))).won[0] == 0
    assert analyse(["@G", "XX"], Physics(body=(3, 1))).won[0] == 0


def test_a_level_of_a_million_cells_is_searched_to_its_end():
    tiles = np.zeros((1, 1000, 1048), np.uint8)
    tiles[0, -1] = MARIO.names.index("ground")
    tiles[0, :-1, 500] = MARIO.names.index("coin")
    found = Analyst(MARIO)(Levels(tiles, MARIO.names))
    assert (found.won[0], found.ticks[0]) == (1, 1045)  # from the third column to the last
    assert found.taken.sum() == 5  # the one in the way and those within a jump of four
    tiles[0, :, 700] = MARIO.names.index("ground")
    walled = Analyst(MARIO)(Levels(tiles, MARIO.names))
    assert (walled.won[0], walled.furthest[0]) == (0, 699)


TOWERS = {
    "ledges": (["---G----", "-XXX----", "--------", "-----XXX", "--------", "-XXX----",
                "--------", "-----XXX", "@-------", "XXXXXXXX"], 1),
    "a shaft": (["X--G---X", "X--XX--X", "X------X", "X------X", "X------X", "X-XX---X",
                 "X------X", "X----XXX", "X-@----X", "XXXXXXXX"], 1),
    "a start at the right": (["G-------", "XX------", "--------", "---XX---", "--------",
                              "------XX", "--------", "---XX---", "-------@", "XXXXXXXX"], 1),
    "a ledge one too high": (["---G----", "-XXX----", "--------", "--------", "--------",
                              "--------", "-----XXX", "--------", "@-------", "XXXXXXXX"], 0),
    "a ceiling": (["---G----", "XXXXXXXX", "--------", "-----XXX", "--------", "-XXX----",
                   "--------", "-----XXX", "@-------", "XXXXXXXX"], 0),
    "spikes on every ledge": (["---G----", "-XXX----", "--------", "-----^^^", "-----XXX",
                               "-^^^----", "-XXX----", "-------", "@-------", "XXXXXXXX"], 0),
}  # fmt: skip
"""From hand-counted steps: a jump of four rises four rows and no more."""


@pytest.mark.parametrize("name", TOWERS)
def test_towers_are_won_upwards(name):
    rows, won = TOWERS[name]
    rows = [row.ljust(8, "-") for row in rows]
    found = analyse(rows)
    assert found.won[0] == Twin(rows, Physics()).play()[0] == won
    if won:
        assert found.way(0)[-1, 1] < 1
        assert found.challenge[0] == 0  # who falls may climb again


def test_of_a_level_too_large_nothing_is_said():
    far = Legend(MARIO.tiles, Physics(jump_reach=32))
    levels = Levels(np.zeros((1, 1200, 1200), np.uint8), far.names)
    found = Analyst(far)(levels)
    assert found.won[0] == -1
    assert found.progress[0] == 0
    assert len(found.way(0)) == 0
    assert np.isnan(found.challenge[0])
