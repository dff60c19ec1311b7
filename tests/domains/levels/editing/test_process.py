"""The steps that edit levels: pure, alike in every batch, and honest about how they end."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from makar.core.process import Process
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.edits import Edits, Replay
from makar.domains.levels.editing.process import Editing
from makar.domains.levels.editing.representations import Representation
from makar.domains.levels.level.level import Level
from makar.domains.levels.problems.catalogue import PRESETS, problem
from makar.models.stepwise import StepwisePolicy

NAMES = ("binary", "zelda", "sokoban", "smb")
REPRESENTATIONS: tuple[Representation, ...] = ("narrow", "turtle", "wide")
EVERY = [(name, representation) for name in NAMES for representation in REPRESENTATIONS]


def editing(name: str = "binary", representation: Representation = "narrow", **kw: Any) -> Editing:
    return Editing(problem(name, kw.pop("preset", "makar")), representation, **kw)


def random_actions(process: Editing, rows: int, seed: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(process.actions, size=rows))


def level(process: Editing, tile: int = 0) -> Level:
    shape = (process.problem.height, process.problem.width)
    return Level(np.full(shape, tile, np.uint8), process.problem.tiles)


def row(state: Edits, i: int) -> list[np.ndarray]:
    return [getattr(state, f.name)[i] for f in fields(state)]


def assert_equal_rows(one: Edits, i: int, other: Edits, j: int) -> None:
    for a, b in zip(row(one, i), row(other, j), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("name", "representation"), EVERY)
def test_steps_leave_the_old_state_alone(name: str, representation: Representation) -> None:
    process = editing(name, representation)
    assert isinstance(process, Process)
    state = process.start([Prompt()] * 3, Seeds(5))
    before = {f.name: getattr(state, f.name).copy() for f in fields(state)}
    for t in range(4):
        process.step(state, random_actions(process, 3, t))
    process.restart(state, torch.tensor([True, False, True]), [Prompt()] * 3, Seeds(6))
    for key, value in before.items():
        np.testing.assert_array_equal(getattr(state, key), value)


@pytest.mark.parametrize(("name", "representation"), EVERY)
def test_statistics_are_those_of_the_map(name: str, representation: Representation) -> None:
    """What was kept from step to step is what a fresh look at the maps says."""
    process = editing(name, representation)
    state = process.start([Prompt()] * 4, Seeds(1))
    for t in range(12):
        new, paid = process.step(state, random_actions(process, 4, t))
        fresh = np.zeros_like(new.statistics)
        process.problem.measure(new.tiles, np.ones(4, bool), fresh)
        np.testing.assert_array_equal(new.statistics, fresh)
        np.testing.assert_array_equal(
            (new.tiles != state.tiles).sum((1, 2)), new.changes - state.changes
        )
        still = new.changes == state.changes
        assert (paid.numpy()[still] == 0).all()
        state = new


@pytest.mark.parametrize("representation", REPRESENTATIONS)
def test_rows_do_not_depend_on_their_batch(representation: Representation) -> None:
    process = editing("zelda", representation)
    together = process.start([Prompt()] * 4, Seeds(3))
    alone = process.start([Prompt()], Seeds(3).shifted(2))
    for t in range(30):
        assert_equal_rows(together, 2, alone, 0)
        actions = random_actions(process, 4, t)
        together, paid = process.step(together, actions)
        alone, paid_alone = process.step(alone, actions[2:3])
        assert paid[2] == paid_alone[0]


def test_restart_begins_the_rows_it_is_asked_for() -> None:
    process = editing("sokoban")
    state = process.start([Prompt()] * 3, Seeds(1))
    for t in range(3):
        state, _ = process.step(state, random_actions(process, 3, t))
    walk = np.array([[4, 2], [1, 1]])
    given = [Prompt(), Prompt(), Prompt(given=Replay(level(process), walk))]
    fresh = process.restart(state, torch.tensor([False, True, True]), given, Seeds(9))
    expected = process.start(given, Seeds(9))
    np.testing.assert_array_equal(fresh.walk[2], walk)
    assert (fresh.walk[:2] == -1).all()
    for name in ("tiles", "cursor", "statistics", "steps", "changes", "keys", "seen"):
        np.testing.assert_array_equal(getattr(fresh, name)[0], getattr(state, name)[0])
        np.testing.assert_array_equal(getattr(fresh, name)[1:], getattr(expected, name)[1:])


def test_the_picture_is_centred_on_the_cursor() -> None:
    process = editing("zelda")
    tiles = np.arange(77).reshape(7, 11).astype(np.uint8) % 8
    start = Level(tiles, process.problem.tiles)
    state = process.start([Prompt(given=Replay(start, np.array([[3, 5]])))], Seeds(0))
    seen = process.observe(state)[0].numpy()
    padded = np.pad(tiles, 11, constant_values=1)  # rock all around
    np.testing.assert_array_equal(seen, padded[5 : 5 + 22, 3 : 3 + 22])
    assert seen[11, 11] == tiles[5, 3]
    assert process.place(state).tolist() == [5 * 11 + 3]


def test_actions_by_hand() -> None:
    narrow, turtle, wide = (editing("zelda", r) for r in REPRESENTATIONS)
    assert [p.actions for p in (narrow, turtle, wide)] == [9, 12, 7 * 11 * 8]

    def after(process: Editing, *actions: int) -> Edits:
        start = Replay(level(process), np.array([[0, 6]]))
        state = process.start([Prompt(given=start)], Seeds(0))
        for action in actions:
            state, _ = process.step(state, torch.tensor([action]))
        return state

    assert after(narrow, 0).changes[0] == 0
    assert after(narrow, 4).tiles[0, 6, 0] == 3
    assert after(narrow, 1).changes[0] == 0  # what stood there already
    assert after(turtle, 0, 3).cursor[0].tolist() == [0, 6]  # no way beyond the edges
    assert after(turtle, *[1] * 12, *[2] * 8).cursor[0].tolist() == [10, 0]
    assert after(turtle, 1, 1, 2).cursor[0].tolist() == [2, 5]
    assert after(turtle, 1, 4 + 5).tiles[0, 6, 1] == 5
    assert after(wide, (2 * 11 + 9) * 8 + 7).tiles[0, 2, 9] == 7


def test_a_good_level_ends_its_episode() -> None:
    """A cave in one part and with a path 20 longer than at the start; then nothing is paid."""
    process = editing("binary", "wide", change=1.0)
    tiles = np.ones((14, 14), np.uint8)
    tiles[0, :], tiles[4, :] = 0, 0
    tiles[1:4, 13], tiles[2, 13] = 0, 1
    start = process.start([Prompt(given=Level(tiles, ("empty", "solid")))], Seeds(0))
    state, paid = process.step(start, torch.tensor([(2 * 14 + 13) * 2]))
    assert state.statistics[0].tolist() == [1, 13 + 4 + 13]
    assert state.started[0].tolist() == [2, 14]
    assert paid.tolist() == [5 * 1 + 1 * (30 - 14)]
    assert not process.terminated(state)
    good = replace(state, started=state.started - 4)
    state, _ = process.step(good, torch.tensor([0]))
    assert process.terminated(state).tolist() == [True]
    assert process.truncated(state).tolist() == [False]
    again, paid = process.step(state, torch.tensor([2]))
    assert paid.tolist() == [0]
    assert process.terminated(again).tolist() == [True]
    assert again.steps == state.steps
    np.testing.assert_array_equal(again.tiles, state.tiles)


@pytest.mark.parametrize("preset", PRESETS)
def test_limits_cut_off(preset: Any) -> None:
    """Five changes are allowed in sokoban; the original calls that an end like any other."""
    process = editing("sokoban", "wide", preset=preset)
    state = process.start([Prompt(given=level(process))], Seeds(0))
    for cell in range(5):
        assert not process.terminated(state) | process.truncated(state)
        state, _ = process.step(state, torch.tensor([cell * 5 + 1]))
    assert process.truncated(state).tolist() == [preset == "makar"]
    assert process.terminated(state).tolist() == [preset == "pcgrl2020"]
    still, paid = process.step(state, torch.tensor([24 * 5 + 1]))
    assert still.changes == 5
    assert paid.tolist() == [0]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", NAMES)
def test_every_problem_says_how_its_limit_ends_it(name: str, preset: Any) -> None:
    """One change is allowed in maps of rock, which are no good."""
    process = editing(name, "wide", preset=preset, change=0.001)
    state = process.start([Prompt(given=level(process, 1))], Seeds(0))
    state, _ = process.step(state, torch.tensor([0]))
    assert process.truncated(state).tolist() == [preset == "makar"]
    assert process.terminated(state).tolist() == [preset == "pcgrl2020"]


def test_steps_are_limited_too() -> None:
    process = editing("sokoban")
    state = process.start([Prompt()], Seeds(0))
    state = replace(state, steps=state.steps + process.most_steps - 1)
    assert not process.truncated(state)
    state, _ = process.step(state, torch.tensor([0]))
    assert process.truncated(state)


def test_a_winnable_smb_level_is_not_yet_good() -> None:
    """Flat ground is won at once; in gym-pcgrl the episode was over."""
    flat = np.zeros((14, 114), np.uint8)
    flat[12:] = 1
    for preset, over in (("makar", False), ("pcgrl2020", True)):
        process = editing("smb", "wide", preset=preset)
        state = process.start([Prompt(given=Level(flat, process.problem.tiles))], Seeds(0))
        state, _ = process.step(state, torch.tensor([1]))
        assert process.terminated(state).tolist() == [over]


def test_a_good_smb_level_can_be_made() -> None:
    """Walls in a tunnel too low to leap over two of them, and enemies between them."""
    tiles = np.zeros((14, 114), np.uint8)
    tiles[12:] = tiles[7] = 1
    tiles[9:12, 4:100:5] = 1
    tiles[11, 6:100:10] = 2
    process = editing("smb", "wide")
    start = process.start([Prompt(given=Level(tiles, process.problem.tiles))], Seeds(0))
    state, _ = process.step(start, torch.tensor([0]))
    names = [wish.name for wish in process.problem.wishes]
    found = dict(zip(names, state.statistics[0].tolist(), strict=True))
    assert (found["jumps"], found["dist-win"]) == (20 + 1, 0)
    assert process.terminated(state).tolist() == [True]


@pytest.mark.parametrize(("enemies", "good"), [(9, False), (10, True), (30, True), (31, False)])
def test_a_good_smb_level_has_ten_to_thirty_enemies(enemies: int, good: bool) -> None:
    tiles = np.zeros((14, 114), np.uint8)
    tiles[12:] = tiles[7] = 1
    tiles[9:12, 4:100:5] = 1
    standing = np.flatnonzero(tiles[11] == 0)[:enemies]
    tiles[11, standing] = 2
    process = editing("smb", "wide")
    start = process.start([Prompt(given=Level(tiles, process.problem.tiles))], Seeds(0))
    state, _ = process.step(start, torch.tensor([0]))
    assert process.terminated(state).tolist() == [good]
    _, paid = process.step(start, torch.tensor([(11 * 114 + 110) * 7 + 2]))  # one more
    nearer, noise = {9: 1, 10: 0, 30: -1, 31: -1}[enemies], 3
    assert paid.tolist() == [nearer - 4 * noise]


def test_random_maps_have_the_asked_share_of_tiles() -> None:
    maps = editing("zelda").start([Prompt()] * 400, Seeds(2)).tiles
    shares = np.bincount(maps.ravel(), minlength=8) / maps.size
    np.testing.assert_allclose(shares, [0.58, 0.3] + [0.02] * 6, atol=0.01)
    rock = editing("binary").start([Prompt()] * 400, Seeds(2)).tiles.mean((1, 2))
    assert abs(rock.mean() - 0.5) < 0.05
    assert rock.min() < 0.05  # the share of rock is itself drawn
    assert rock.max() > 0.95
    cursor = editing("binary").start([Prompt()] * 2000, Seeds(2)).cursor
    assert (np.bincount(cursor[:, 0], minlength=14) > 80).all()


def test_what_does_not_fit_is_refused() -> None:
    process = editing("sokoban")
    small = Level(np.zeros((3, 3), np.uint8), process.problem.tiles)
    with pytest.raises(ValueError, match="sokoban needs 5 rows of 5 tiles"):
        process.start([Prompt(given=small)], Seeds(0))
    with pytest.raises(TypeError, match="starts from a Level, got a str"):
        process.start([Prompt(given="#####")], Seeds(0))
    away = Replay(level(process), np.array([[0, 4], [0, 5]]))
    with pytest.raises(ValueError, match=r"step 1 of the walk is at \[0, 5\]"):
        process.start([Prompt(given=away)], Seeds(0))
    for action in (-1, 6):
        with pytest.raises(ValueError, match="actions must be from 0 to 5"):
            process.step(process.start([Prompt()], Seeds(0)), torch.tensor([action]))
    with pytest.raises(ValueError, match="change must be a share"):
        editing(change=0.0)
    with pytest.raises(ValueError, match="no problem 'pacman': choose one of binary"):
        problem("pacman")
    with pytest.raises(ValueError, match="no preset"):
        problem("binary", "pcgrl2021")  # type: ignore[arg-type]


class Net(nn.Module):
    """Scores from the picture, by one layer."""

    def __init__(self, cells: int, actions: int) -> None:
        super().__init__()
        self.layer = nn.Linear(cells, actions + 1)

    def forward(self, seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = self.layer(seen.float().flatten(1))
        return out[:, :-1], out[:, -1]


def test_a_policy_works_on_endless_streams_of_levels() -> None:
    torch.manual_seed(0)
    process = editing("sokoban", "turtle")
    policy = StepwisePolicy(process, Net(100, process.actions), steps=40, fragments=True)
    rollout = policy.sample([Prompt()] * 4, seeds=Seeds(0))
    assert rollout.truncated is not None
    assert len(rollout.works) == int(rollout.truncated.sum()) > 3
    assert rollout.works.take([0])[0].tiles.shape == (5, 5)
