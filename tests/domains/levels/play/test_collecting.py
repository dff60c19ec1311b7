"""What can be taken in a level: drawn by hand, and against the plain search of ``test_reach``."""

from importlib.util import module_from_spec, spec_from_file_location
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makar.domains.levels.level.legend import MARIO, Legend, Physics, Tile
from makar.domains.levels.level.level import Levels
from makar.domains.levels.play.analysis import Analyst

_SPEC = spec_from_file_location("plain_search", Path(__file__).with_name("test_reach.py"))
PLAIN = module_from_spec(_SPEC)
_SPEC.loader.exec_module(PLAIN)
GAME = (*PLAIN.GAME, Tile("prize", "solid", "?", bumped=True))


def share(*rows, physics=None):
    """The share of what lies in one map that can be taken."""
    legend = Legend(MARIO.tiles, physics or Physics())
    return Analyst(legend)(PLAIN.batch(legend, list(rows))).reachable[0]


def over_ground(*rows, columns=16):
    """Rows drawn from column 6 on, over level ground."""
    return [("-" * 6 + row).ljust(columns, "-") for row in rows] + ["X" * columns]


def test_a_coin_within_a_jump_and_one_above_it():
    for up, taken in ((0, 1), (4, 1), (5, 0)):
        assert share(*over_ground(*["-"] * 2, "o", *["-"] * up)) == taken
    assert share(*over_ground("o", *["-"] * 4, "o")) == 0.5


def test_a_block_is_hit_from_below_within_a_jump():
    for free, hit in ((0, 0), (1, 1), (4, 1), (5, 0)):
        assert share(*over_ground("-", "?", *["-"] * free)) == hit
    assert share(*over_ground("-", "?", *["-"] * 5), physics=Physics(jump_height=6)) == 1


def test_standing_on_a_block_is_not_hitting_it():
    assert share(*over_ground("-", "-", "?", "X")) == 0
    assert share(*over_ground("-", "-", "?", "-")) == 1


def test_a_block_under_a_ceiling_is_hit_and_one_over_it_is_not():
    assert share(*over_ground("SSSSSSSSSS", "--?", "-", "-", "-")) == 1
    assert share(*over_ground("--?", "SSSSSSSSSS", "-", "-")) == 0
    coin, room = "XXX-----o-------", over_ground("-", "-")
    assert share(coin, "S" * 16, *room) == 0  # no way up there
    assert share(coin, "S" * 15 + "-", *room) == 0  # but through the goal
    assert share(coin, "SSSS-" + "S" * 11, *room) == 1


@pytest.mark.parametrize(("column", "hit"), [(5, 1), (6, 1), (8, 0), (10, 1)])
def test_a_block_over_a_pit_is_hit_only_from_near_its_edge(column, hit):
    rows = ["-" * 16] * 4 + ["XXXXXX----XXXXXX"] * 2
    rows[0] = rows[0][:column] + "?" + rows[0][column + 1 :]
    assert share(*rows) == hit


def test_what_is_met_only_on_the_way_into_death_is_not_taken():
    pit = ["-" * 20] * 3 + ["XXXXXX--------XXXXXX"] + ["XXXXXX--o-----XXXXXX"] * 3
    assert share(*pit) == 0
    assert share(*pit, "X" * 20) == 1
    assert share("-" * 8 + "o" + "-" * 11, *["-" * 20] * 4, pit[3]) == 1  # on a jump across
    assert share(*["-" * 20] * 4, "-" * 8 + "o" + "-" * 11, pit[3]) == 0  # too low for one


def test_enemies_are_passed_over_and_walls_are_not():
    assert share(*over_ground("-", "-", "-", "-", "--Eo")) == 1
    assert share(*over_ground(*["X"] * 5, "X-o")) == 0
    assert share(*over_ground("S" * 10, "--Eo")) == 0


def test_nothing_is_said_where_nothing_lies_or_the_level_is_too_large():
    assert np.isnan(share(*over_ground("-")))
    far = Legend(MARIO.tiles, Physics(jump_reach=32))
    tiles = np.full((1, 1200, 1200), 10, np.uint8)
    assert np.isnan(Analyst(far)(Levels(tiles, far.names)).reachable[0])
    none = Analyst(MARIO)(Levels(np.zeros((0, 14, 30), np.uint8), MARIO.names))
    assert none.reachable.shape == (0,)
    assert none.taken.shape == (0, 14, 30)


def test_levels_of_a_batch_do_not_know_each_other():
    maps = over_ground("o", *["-"] * 4, "o"), over_ground("-", "?", "-", "-", "-", "-")
    both = Analyst(MARIO)(PLAIN.batch(MARIO, *maps))
    assert both.reachable.tolist() == [share(*rows) for rows in maps] == [0.5, 1]


class Twin(PLAIN.Twin):
    """The plain search, which notes on its way what it touches and what it bumps."""

    def solid(self, x, y):
        return super().solid(x, y) or any(self.cell.get(c) == "?" for c in self.cells(x, y))

    def go(self, at, steps):
        self.met = self.found(at)
        for sx, sy in steps:
            said = super().go(at, [(sx, sy)])
            if said[1]:  # the head stops here
                x, y = at[0], at[1] - self.p.body[1]
                over = {(x + i, y) for i in range(self.p.body[0])}
                self.met |= {c for c in over if self.cell.get(c) == "?"}
                steps = [step for step in steps if step[1] >= 0]
                return self.go_on(at, steps)
            at = said[2]
            self.met |= self.found(at)
            if said[0] != "go":
                return said
        return "go", False, at

    def go_on(self, at, steps):
        met = self.met
        said = self.go(at, steps)
        self.met |= met
        return said[0], True, said[2]

    def found(self, at):
        return {c for c in self.cells(*at) if self.cell.get(c) == "o"}

    def taken(self):
        """Every cell that is taken by somebody who lives to tell, or wins."""
        after, events = {}, []
        starts = [m for m in self.starts() if not self.won_at_once(m)]
        waiting = list(starts)
        while waiting:
            moment = waiting.pop()
            if moment in after:
                continue
            after[moment] = []
            for dx, button in product((-1, 0, 1), (False, True)):
                said, new = self.after(moment, dx, button)
                if said != "die":
                    events.append((said, new, frozenset(self.met)))
                    after[moment].append((said, new))
                if said == "go":
                    waiting.append(new)
        lands = {m for m in after if m[2] == "stand"}
        while more := {
            m for m in after.keys() - lands if any(s == "win" or n in lands for s, n in after[m])
        }:
            lands |= more
        found = [m for said, n, m in events if said == "win" or n in lands]
        found += [self.found(m[:2]) for m in self.starts() if self.won_at_once(m) or m in lands]
        return set().union(*found)


rooms = st.integers(3, 9).flatmap(
    lambda wide: st.lists(
        st.text("-----XX??oo^E", min_size=wide, max_size=wide), min_size=2, max_size=7
    )
)


@given(rooms, PLAIN.bodies, st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=150, deadline=None)
def test_it_takes_what_a_plain_search_takes(rows, physics, random, ended):
    if ended:
        spots = [(x, y) for y in range(len(rows)) for x in range(len(rows[0]))]
        for c, (x, y) in zip("@G", random.sample(spots, 2), strict=True):
            rows[y] = rows[y][:x] + c + rows[y][x + 1 :]
    legend = Legend(GAME + PLAIN.HOME * ended, physics)
    found = Analyst(legend)(PLAIN.batch(legend, rows))
    taken = {(int(x), int(y)) for y, x in np.argwhere(found.taken[0])}
    assert taken == Twin(rows, physics).taken()
