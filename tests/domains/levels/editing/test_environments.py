"""The level editors in Gymnasium: its own checker, another library's, and recorded episodes."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.env_checker import check_env as check_with_sb3
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

from makar.domains.levels.editing.environments import ENVIRONMENTS, register
from makar.domains.levels.editing.pictures import PIXELS, WAY

ROOT = Path(__file__).parents[4]
RECORDED = ROOT / "tests" / "golden" / "pcgrl2020.npz"
RECORDED_TITLES = {"binary": "Binary", "zelda": "Zelda", "sokoban": "Sokoban", "smb": "Smb"}
TITLES = RECORDED_TITLES | {"maze3d": "Maze3D"}
REPRESENTATIONS = ("narrow", "turtle", "wide")
EVERY = [(name, representation) for name in RECORDED_TITLES for representation in REPRESENTATIONS]
MAZE_OF_2020 = ("pcgrl2020", "Maze")
"""gym-pcgrl has none."""
register()


def make(name: str, representation: str, **options: Any) -> gymnasium.Env[Any, Any]:
    return gymnasium.make(f"makar/{TITLES[name]}-{representation}-v0", **options)


def make_vector(name: str, representation: str, rows: int, **options: Any) -> Any:
    return gymnasium.make_vec(
        f"makar/{TITLES[name]}-{representation}-v0",
        rows,
        vectorization_mode="vector_entry_point",
        **options,
    )


def fresh(program: str) -> str:
    """What a program prints that nothing was imported for."""
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_importing_makar_registers_every_environment_and_loads_nothing() -> None:
    said = fresh(
        "import gymnasium, makar, sys, json;"
        "print(json.dumps([[n for n in gymnasium.registry if n.startswith('makar/')],"
        "[m for m in ('torch', 'numba') if m in sys.modules]]))"
    )
    names, heavy = json.loads(said)
    expected = {f"makar/{t}-{r}-v0" for t in TITLES.values() for r in REPRESENTATIONS}
    assert set(ENVIRONMENTS) == expected
    assert expected < set(names)
    assert heavy == []


def test_gymnasium_can_be_told_where_to_look() -> None:
    said = fresh(
        "import gymnasium;"
        "print(gymnasium.make('makar:makar/Sokoban-wide-v0').observation_space.shape)"
    )
    assert said == "(25,)"


def test_makar_does_not_need_gymnasium() -> None:
    assert fresh("import makar, sys; print('gymnasium' in sys.modules)") == "False"


def test_the_entry_point_leads_to_the_registration() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, name = project["entry-points"]["gymnasium.envs"]["__root__"].split(":")
    said = fresh(  # Gymnasium comes after makar, which then registers nothing by itself
        f"import importlib, json, sys; go = getattr(importlib.import_module({module!r}), {name!r});"
        "import gymnasium; known = lambda: [n for n in gymnasium.registry if n[:6] == 'makar/'];"
        "before = known(); go(); go();"
        "print(json.dumps([before, known(), [m for m in ('torch', 'numba') if m in sys.modules]]))"
    )
    before, after, heavy = json.loads(said)
    assert (before, heavy) == ([], [])
    assert set(ENVIRONMENTS) < set(after)


@pytest.mark.parametrize(
    ("name", "preset"),
    [(n, p) for n in ENVIRONMENTS for p in ("makar", "pcgrl2020") if (p, n[6:10]) != MAZE_OF_2020],
)
def test_gymnasium_and_sb3_find_no_fault(name: str, preset: str) -> None:
    """Warnings are errors here."""
    check_env(gymnasium.make(name, preset=preset).unwrapped)
    check_env(gymnasium.make(name, preset=preset, flat=False).unwrapped)
    check_with_sb3(gymnasium.make(name, preset=preset), skip_render_check=False)


def test_spaces_are_as_tight_as_the_maps() -> None:
    zelda, whole = make("zelda", "narrow", flat=False), make("zelda", "wide", flat=False)
    assert zelda.observation_space == gymnasium.spaces.Box(0, 7, (22, 22), np.uint8)
    assert whole.observation_space == gymnasium.spaces.Box(0, 7, (7, 11), np.uint8)
    assert make("zelda", "wide").observation_space.shape == (77,)
    assert zelda.action_space == gymnasium.spaces.Discrete(9)
    assert make("zelda", "turtle").action_space == gymnasium.spaces.Discrete(12)
    assert whole.action_space == gymnasium.spaces.MultiDiscrete([11, 7, 8])


def recording(name: str, representation: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """A recording, and where its episodes begin."""
    with np.load(RECORDED) as file:
        fields = ("map", "position", "action", "reward", "done", "start", "stats")
        tape = {f: file[f"{name}/{representation}/{f}"] for f in fields}
    return tape, np.append(np.flatnonzero(tape["start"]), len(tape["start"]))


def chosen(begins: np.ndarray, most: int) -> list[tuple[int, int]]:
    """First and last episodes: from random starts, and from nearly solved ones."""
    spans = [(int(a), int(b)) for a, b in pairwise(begins)]
    return [*spans[:most], *spans[-most:]]


@pytest.mark.parametrize(("name", "representation"), EVERY)
def test_a_recorded_episode_is_made_again(name: str, representation: str) -> None:
    tape, begins = recording(name, representation)
    environment = make(name, representation, preset="pcgrl2020", flat=False)
    for first, end in chosen(begins, 3):
        options = {"map": tape["map"][first], "positions": tape["position"][first:end]}
        seen, info = environment.reset(seed=0, options=options)
        assert info["stats"] == json.loads(str(tape["stats"][first]))
        for t in range(first + 1, end):
            action = tape["action"][t]
            action = action.astype(int) if representation == "wide" else int(action[0])
            seen, reward, ended, cut, info = environment.step(action)
            assert reward == tape["reward"][t]
            assert (ended, cut) == (tape["done"][t], False)
            assert info["stats"] == json.loads(str(tape["stats"][t]))
        assert info["iterations"] == end - first - 1
        if representation == "wide":
            np.testing.assert_array_equal(seen, tape["map"][end - 1])


@pytest.mark.parametrize("representation", REPRESENTATIONS)
def test_recorded_episodes_are_made_again_side_by_side(representation: str) -> None:
    tape, begins = recording("zelda", representation)
    spans = chosen(begins, 4)
    longest = max(end - first for first, end in spans)
    walks = np.full((len(spans), longest, 2), -1)
    for row, (first, end) in enumerate(spans):
        walks[row, : end - first] = tape["position"][first:end]
    maps = np.stack([tape["map"][first] for first, _ in spans])
    environments = make_vector("zelda", representation, len(spans), preset="pcgrl2020")
    environments.reset(seed=0, options={"map": maps, "positions": walks})
    shortest = min(end - first for first, end in spans)
    for t in range(1, shortest):
        at = [first + t for first, _ in spans]
        actions = tape["action"][at] if representation == "wide" else tape["action"][at, 0]
        _, rewards, ended, cut, info = environments.step(actions.astype(int))
        np.testing.assert_array_equal(rewards, tape["reward"][at])
        np.testing.assert_array_equal(ended, tape["done"][at])
        assert not cut.any()
        told = [json.loads(str(text)) for text in tape["stats"][at]]
        for key, values in info["stats"].items():
            if not key.startswith("_"):
                assert values.tolist() == [stats[key] for stats in told]


def test_info_is_shaped_as_gymnasiums_own_vector_would_have_it() -> None:
    def shape(info: dict[str, Any]) -> dict[str, Any]:
        return {k: shape(v) if isinstance(v, dict) else (v.shape) for k, v in info.items()}

    ours = make_vector("sokoban", "narrow", 3)
    theirs = gymnasium.make_vec("makar/Sokoban-narrow-v0", 3, vectorization_mode="sync")
    assert shape(ours.reset(seed=0)[1]) == shape(theirs.reset(seed=0)[1])
    assert ours.single_observation_space == theirs.single_observation_space
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space


@pytest.mark.parametrize("representation", REPRESENTATIONS)
def test_seeds_for_each_row_are_as_gymnasiums_own_vector_takes_them(representation: str) -> None:
    ours = make_vector("sokoban", representation, 3, flat=False)
    theirs = gymnasium.make_vec(
        f"makar/Sokoban-{representation}-v0", 3, vectorization_mode="sync", flat=False
    )
    options = {"map": np.eye(5, dtype=int)}
    for reset in ({"seed": [1, 2, 3]}, {}, {"seed": [4, None, 1], "options": options}):
        seen, info = ours.reset(**reset)
        expected, told = theirs.reset(**reset)
        np.testing.assert_array_equal(seen, expected)
        np.testing.assert_array_equal(info["stats"]["crate"], told["stats"]["crate"])
        ours.action_space.seed(0)
        over = 0
        for _ in range(60):
            actions = ours.action_space.sample()
            for mine, other in zip(ours.step(actions)[:4], theirs.step(actions)[:4], strict=True):
                np.testing.assert_array_equal(mine, other)
            over += int(mine.sum())
    assert over > 3


def test_what_was_given_is_only_the_first_episode() -> None:
    """Five changes are allowed in sokoban; the maps that follow are random ones."""
    environments = make_vector("sokoban", "wide", 2, flat=False)
    empty = np.zeros((5, 5), int)
    seen, _ = environments.reset(seed=0, options={"map": empty})
    assert not seen.any()
    for cell in range(5):
        seen, _, ended, cut, info = environments.step(np.array([[cell, 2, 1]] * 2))
    assert (seen[:, 2] == 1).all()
    assert info["changes"].tolist() == [5, 5]
    assert (ended.tolist(), cut.tolist()) == ([False] * 2, [True] * 2)
    seen, rewards, _, cut, info = environments.step(np.array([[0, 0, 1]] * 2))
    assert rewards.tolist() == [0, 0]
    assert not cut.any()
    assert info["changes"].tolist() == [0, 0]
    assert (seen[0] != seen[1]).any()


def test_a_seed_fixes_a_level_and_the_next_one_differs() -> None:
    environment = make("zelda", "turtle")
    first, _ = environment.reset(seed=3)
    second, _ = environment.reset()
    again, _ = environment.reset(seed=3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)


def test_the_share_of_changes_is_chosen() -> None:
    environment = make("sokoban", "wide", change=0.08)
    environment.reset(options={"map": np.zeros((5, 5), int)})
    assert [environment.step([x, 0, 1])[3] for x in (0, 1)] == [False, True]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"level": np.zeros((5, 5), int)}, "no option 'level'"),
        ({"positions": np.zeros((1, 2), int)}, "give its map too"),
        ({"map": np.zeros((5, 5))}, "whole numbers"),
        ({"map": np.full((5, 5), 256)}, "whole numbers up to 255"),
        ({"map": np.full((5, 5), -1)}, "has no name"),
        ({"map": np.full((5, 5), 7)}, "has no name"),
        ({"map": np.zeros((4, 5), int)}, r"the shape \(5, 5\), got \(4, 5\)"),
        ({"map": np.zeros((2, 5, 5), int)}, "2 axes, or 3 for 1 rows"),
        ({"map": np.zeros((5, 5), int), "positions": [[0, 0], [5, 0]]}, "must be below"),
        ({"map": np.zeros((5, 5), int), "positions": [[0, 0, 0]]}, "2 numbers for each step"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], fault: str) -> None:
    environment = make("sokoban", "narrow")
    with pytest.raises(ValueError, match=fault):
        environment.reset(options=options)


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(ValueError, match="no preset '2020'"):
        make("zelda", "wide", preset="2020")
    with pytest.raises(ValueError, match="no render_mode 'human'"):
        make("zelda", "wide", render_mode="human")
    with pytest.raises(ValueError, match="no problem 'maze3d'"):
        make("maze3d", "wide", preset="pcgrl2020")
    with pytest.raises(ValueError, match="zelda has one size"):
        make("zelda", "wide", size=(1, 7, 7))
    with pytest.raises(ValueError, match="layers, rows and columns"):
        make("maze3d", "wide", size=(7, 7))
    environment = make("zelda", "wide").unwrapped
    environment.reset(seed=0)
    for action in ([11, 0, 0], [0, 7, 0], [0, 0, 8], [-1, 1, 0]):
        with pytest.raises(ValueError, match="must be below"):
            environment.step(np.array(action))


def test_levels_can_be_looked_at() -> None:
    tiles = np.zeros((5, 5), int)
    tiles[1, 3], tiles[4, 0] = 2, 1
    text = make("sokoban", "wide", render_mode="ansi")
    text.reset(options={"map": tiles})
    assert text.render() == ".....\n...@.\n.....\n.....\n#...."
    pictures = make_vector("sokoban", "wide", 2, render_mode="rgb_array")
    pictures.reset(options={"map": tiles})
    frame = pictures.render()[1]
    assert (frame.shape, frame.dtype) == ((5 * PIXELS, 5 * PIXELS, 3), np.uint8)
    different = (frame != frame[0, 0]).any(2)
    np.testing.assert_array_equal(different, (tiles > 0).repeat(PIXELS, 0).repeat(PIXELS, 1))


def test_a_maze_of_blocks_has_three_axes() -> None:
    """Layers, rows, columns in maps; x, y, layer in actions and positions."""
    options = {"size": (4, 3, 2), "flat": False, "change": 1.0}
    wide = make("maze3d", "wide", **options)
    assert wide.observation_space == gymnasium.spaces.Box(0, 1, (4, 3, 2), np.uint8)
    assert wide.action_space == gymnasium.spaces.MultiDiscrete([2, 3, 4, 2])
    maze = np.zeros((4, 3, 2), int)
    wide.reset(options={"map": maze})
    seen, _, _, _, info = wide.step(np.array([1, 2, 3, 1]))
    assert np.argwhere(seen).tolist() == [[3, 2, 1]]
    assert info["stats"] == {"regions": 1, "path-length": 3, "n_jump": 0}
    assert make("maze3d", "turtle", **options).action_space == gymnasium.spaces.Discrete(8)
    narrow = make("maze3d", "narrow", **options)
    assert narrow.observation_space.shape == (8, 8, 8)
    maze[3, 2, 1] = 1
    narrow.reset(options={"map": maze, "positions": [[1, 0, 2], [0, 1, 1]]})
    seen, *_ = narrow.step(2)
    maze[2, 0, 1] = 1
    np.testing.assert_array_equal(seen[3:7, 3:6, 4:6], maze)
    assert (seen == 1).sum() == 8**3 - (maze == 0).sum()
    assert make("maze3d", "wide").observation_space.shape == (15**3,)


def test_a_maze_is_drawn_layer_by_layer_with_its_way() -> None:
    maze = np.ones((3, 2, 4), int)
    maze[:2, 1] = 0
    text = make("maze3d", "wide", size=(3, 2, 4), render_mode="ansi")
    text.reset(options={"map": maze})
    assert text.render() == "####\n....\n\n####\n....\n\n####\n####"
    picture = make("maze3d", "wide", size=(3, 2, 4), render_mode="rgb_array")
    picture.reset(options={"map": maze})
    frame = picture.render()[::PIXELS, ::PIXELS]
    assert frame.shape == (2, 3 * 5, 3)
    np.testing.assert_array_equal(
        (frame == WAY).all(2).nonzero(), ([1] * 4, [0, 1, 2, 3])
    )  # the feet are in the lowest layer


def test_dqn_of_sb3_takes_wide_actions_by_their_number_only() -> None:
    """As ``docs/gymnasium.md`` says: several numbers are no action of DQN's, and are of PPO's."""
    for name in TITLES:
        with pytest.raises(AssertionError, match=r"only supports.*Discrete.*but MultiDiscrete"):
            DQN("MlpPolicy", make(name, "wide"), buffer_size=8)
    for representation in ("narrow", "turtle"):
        DQN("MlpPolicy", make("sokoban", representation), buffer_size=8)
    for algorithm in (A2C, PPO):
        algorithm("MlpPolicy", make("sokoban", "wide"), device="cpu")
    counts = {name: int(make(name, "wide").action_space.nvec.prod()) for name in TITLES}
    assert counts == {"binary": 392, "zelda": 616, "sokoban": 125, "smb": 11172, "maze3d": 6750}


@pytest.mark.slow
def test_ppo_of_sb3_learns() -> None:
    """Before, levels get worse by its edits; after some seconds they get better."""
    name = "makar/Sokoban-narrow-v0"
    learner = PPO(
        "MlpPolicy",
        make_vec_env(name, n_envs=8, seed=100),
        n_steps=128,
        batch_size=256,
        learning_rate=1e-3,
        seed=100,
        device="cpu",
    )

    def mean_return() -> float:
        judges = make_vec_env(name, n_envs=8, seed=200)
        mean, _ = evaluate_policy(learner, judges, 80, deterministic=False)
        return float(np.mean(mean))

    before = mean_return()
    learner.learn(12_288)
    assert mean_return() > max(before + 3, 0)
