"""Editing towards an aim: what is seen, paid and called good enough, against plain recounting."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
import torch

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.goals import Aiming
from makar.domains.levels.editing.greedy import Greedy
from makar.domains.levels.editing.process import Editing
from makar.domains.levels.level.level import Level
from makar.domains.levels.problems.catalogue import Problem, problem
from makar.models.categorical import drawn

NAMES = ("binary", "zelda", "sokoban")
ASKED = {"binary": {"path-length": 30}, "zelda": {"path-length": 20}, "sokoban": {"sol-length": 9}}


def statistics(what: Problem, tiles: np.ndarray) -> np.ndarray:
    found = np.zeros((len(tiles), len(what.wishes)), np.int32)
    what.measure(np.ascontiguousarray(tiles), np.ones(len(tiles), bool), found)
    return found


def short(what: Problem, found: np.ndarray, begun: np.ndarray, ask: dict[str, int]) -> float:
    """How far one map is from what is asked, wish by wish, as the documentation has it."""
    total = 0
    for k, wish in enumerate(what.wishes):
        low, high = wish.goal or ((0, 0) if wish.high < 0 else (wish.low, wish.high))
        low += int(begun[k]) if wish.gain else 0
        if wish.name in ask:
            low = high = ask[wish.name]
        total += wish.weight * max(low - int(found[k]), int(found[k]) - high, 0)
    return total


def random_actions(process: Editing, rows: int, seed: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(process.actions, size=rows))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("asked", [False, True])
def test_pay_is_the_distance_covered_and_gains_foretell_it(name: str, asked: bool) -> None:
    process, ask = Aiming(problem(name), "wide", change=1.0, bonus=7.0, scale=0.5), ASKED[name]
    assert isinstance(process, Process)
    ask = ask if asked else {}
    state = process.start([Prompt(condition=ask)] * 6, Seeds(3))
    begun = statistics(process.problem, state.tiles)
    for t in range(8):
        actions = random_actions(process, 6, t)
        new, paid = process.step(state, actions)
        for i in range(6):
            if state.good[i]:
                assert paid[i] == 0
                continue
            now = statistics(process.problem, new.tiles)[i]
            gain = short(process.problem, state.statistics[i], begun[i], ask)
            gain -= short(process.problem, now, begun[i], ask)
            assert float(paid[i]) == pytest.approx(0.5 * (gain + 7 * new.good[i]))
            assert state.gains[i, actions[i]] == np.clip(gain, -99, 99)
        state = new


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("representation", ["narrow", "wide"])
def test_unasked_it_ends_just_where_editing_does(name: str, representation: str) -> None:
    aiming = Aiming(problem(name), representation, change=0.4)  # type: ignore[arg-type]
    editing = Editing(problem(name), representation, change=0.4)  # type: ignore[arg-type]
    one, other = aiming.start([Prompt()] * 40, Seeds(4)), editing.start([Prompt()] * 40, Seeds(4))
    greedy = Aiming(problem(name), "wide", change=0.4)
    for t in range(60):
        actions = random_actions(aiming, 40, t)
        if representation == "wide":  # or hardly any level is ever good enough
            actions = Greedy(problem(name))(greedy.observe(one))[0].argmax(-1)
        one, _ = aiming.step(one, actions)
        other, _ = editing.step(other, actions)
        for field in fields(other):
            if field.name != "seen":
                ours, theirs = getattr(one, field.name), getattr(other, field.name)
                np.testing.assert_array_equal(ours, theirs, field.name)
    assert representation == "narrow" or name == "sokoban" or one.good.any()


def test_a_level_is_good_when_it_has_what_was_asked_for() -> None:
    process = Aiming(problem("binary"), "wide", change=1.0)
    tiles = np.ones((14, 14), np.uint8)
    tiles[0, :3] = 0  # a path of 2 steps
    given = Level(tiles, process.problem.tiles)
    four = Prompt(given=given, condition={"path-length": 4})
    state = process.start([four, Prompt(given=given)], Seeds(0))
    for cell in (3, 4):
        assert not state.good.any()
        state, _ = process.step(state, torch.tensor([cell * 2, cell * 2]))
    assert state.good.tolist() == [True, False]
    state, paid = process.step(state, torch.tensor([2 * 5, 2 * 100]))
    assert paid[0] == 0  # it stays as it is, and the bonus is paid once
    assert paid[1] != 0


def test_what_is_asked_beside_the_goal_must_be_there_too() -> None:
    process = Aiming(problem("zelda"), "wide", change=1.0)
    state = process.start([Prompt()] * 30, Seeds(2))
    search = Greedy(process.problem)
    for _ in range(40):
        state, _ = process.step(state, search(process.observe(state))[0].argmax(-1))
    tiles = state.tiles[state.good][:1]
    assert len(tiles)
    enemies = int(statistics(process.problem, tiles)[0, 3])
    asked = [Prompt(), *(Prompt(condition={"enemies": enemies + more}) for more in (0, 1))]
    found, away, good = process.measured(np.repeat(tiles, 3, 0), asked)
    assert good.tolist() == [1, 1, 0]
    assert away.tolist() == [0, 0, 1]
    assert (found[:, 3] == enemies).all()


def test_what_is_seen_is_laid_out_as_promised() -> None:
    process = Aiming(problem("zelda"), "narrow")
    state = process.start([Prompt()] * 3, Seeds(8))
    seen, cells, K, A = process.observe(state).numpy(), 77, 7, 8
    assert seen.shape == (3, cells + 2 * K + cells * A + 2)
    np.testing.assert_array_equal(seen[:, :cells], state.tiles.reshape(3, -1))
    below = (state.low - state.statistics).clip(-99, 99)
    np.testing.assert_array_equal(seen[:, cells : cells + K], below)
    np.testing.assert_array_equal(seen[:, -2:], state.cursor)
    blind = Aiming(problem("zelda"), "narrow", ahead=False)
    assert blind.observe(blind.start([Prompt()], Seeds(8))).shape == (1, cells + 2 * K + 2)


def test_only_edits_that_change_something_are_legal() -> None:
    process = Aiming(problem("sokoban"), "wide", change=1.0)
    state = process.start([Prompt()] * 2, Seeds(8))
    legal = process.legal(state)
    assert legal is not None
    for action in range(process.actions):
        new, _ = process.step(state, torch.tensor([action, action]))
        np.testing.assert_array_equal(new.changes == 1, legal[:, action].numpy())
    assert Aiming(problem("sokoban"), "narrow").legal(state) is None


def test_a_restarted_row_has_its_own_aims() -> None:
    process = Aiming(problem("binary"), "wide")
    state = process.start([Prompt()] * 2, Seeds(1))
    asked = [Prompt(condition={"path-length": 11})] * 2
    new = process.restart(state, torch.tensor([False, True]), asked, Seeds(2))
    assert (new.low[1, 1], new.high[1, 1]) == (11, 11)
    fresh = process.start(asked, Seeds(2))
    np.testing.assert_array_equal(new.gains[1], fresh.gains[1])
    for field in fields(state):
        if field.name != "walk":
            np.testing.assert_array_equal(
                getattr(new, field.name)[0], getattr(state, field.name)[0]
            )


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"enemies": 78}, "from 0 to 77"),
        ({"enemies": -1}, "from 0 to 77"),
        ({"enemies": 1.5}, "whole number"),
        ({"enemies": "many"}, "'many'"),
        ({"dragons": 1}, "choose from player, key"),
    ],
)
def test_what_no_map_can_have_is_refused(ask: dict[str, float | str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Aiming(problem("zelda")).start([Prompt(condition=ask)], Seeds(0))


def test_greedy_makes_one_of_the_best_edits_and_never_none() -> None:
    process = Aiming(problem("zelda"), "wide")
    state = process.start([Prompt()] * 20, Seeds(6))
    logp = Greedy(process.problem)(process.observe(state))[0].log_softmax(-1)
    actions = drawn(logp.double(), torch.from_numpy(np.random.default_rng(0).random(20)))
    new, _ = process.step(state, actions)
    assert (new.changes == 1).all()
    changed = np.repeat(np.arange(8)[None], 77, 0) != state.tiles.reshape(20, 77, 1)
    best = np.where(changed, state.gains.reshape(20, 77, 8), -1000).reshape(20, -1).max(1)
    np.testing.assert_array_equal(state.gains[np.arange(20), actions.numpy()], best)
