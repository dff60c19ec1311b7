"""Editing as a recipe: the whole session runs, goes on, and is rewarded for what was asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from commands import invoke
from makar.core.errors import ConfigError, UnknownRewardError
from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing import recipe as recipe_of_editing
from makar.domains.levels.editing.config import EditingConfig
from makar.domains.levels.editing.recipe import (
    LONG,
    asked_for,
    build_policy,
    check,
    process_of,
    wished,
)
from makar.domains.levels.editing.reward import HALF, editing_reward
from makar.domains.levels.level.level import Levels
from makar.recipes.loading import as_toml, load_config
from makar.recipes.settings import RewardConfig
from makar.recipes.trained_run import open_run
from makar.runs.checkpoint import load_newest
from makar.runs.folder import RunFolder
from makar.training import sampling
from makar.training.session import Finished, Stopped, run

SMALL = {
    "loop.iterations": 2, "loop.works": 32, "loop.checkpoint_every": 1, "evaluate.works": 12,
    "evaluate.best_of": 2, "evaluate.show": 2, "model.width": 4, "model.depth": 2,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _few_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared with is searched greedily, level by level: a few will do here."""
    monkeypatch.setattr(recipe_of_editing, "SEARCHED", 24)


def config_of(recipe: str = "sokoban", **flags: object) -> EditingConfig:
    config = load_config(recipe, SMALL | flags, environment={})
    assert isinstance(config, EditingConfig)
    return config


@pytest.mark.parametrize("recipe", ["binary", "zelda", "sokoban"])
def test_a_level_with_all_that_is_asked_scores_full_marks(recipe: str) -> None:
    process = process_of(config_of(recipe))
    blend, words = editing_reward(RewardConfig(scale_parts=False), process, {})
    policy = build_policy(config_of(recipe), process)
    prompts = [Prompt()] * 24
    works = policy.sample(prompts, seeds=Seeds(5)).works
    assert isinstance(works, Levels)
    judgement = blend(works, prompts)
    away = HALF / judgement.parts["near"].value - HALF
    good = judgement.parts["good"].value
    np.testing.assert_allclose(judgement.total, (2 * good + HALF / (HALF + away)) / 3)
    assert set(judgement.parts) - {"unjudged"} == set(words)
    if recipe == "binary":
        found = judgement.parts
        expected = (found["regions"].raw == 1) & (found["path-length"].raw >= LONG)
        np.testing.assert_array_equal(good, expected)


def test_what_is_asked_of_each_level_counts() -> None:
    process = process_of(config_of("binary"))
    blend, _ = editing_reward(RewardConfig(scale_parts=False), process, {})
    tiles = np.ones((2, 14, 14), np.uint8)
    tiles[:, 0, :11] = 0  # a path of 10
    asked = [Prompt(condition={"path-length": 10}), Prompt(condition={"path-length": 30})]
    judgement = blend(Levels(tiles, process.problem.tiles), asked)
    assert judgement.parts["good"].value.tolist() == [1, 0]
    assert judgement.parts["near"].value.tolist() == [1, 0.5]  # 20 steps short


def test_every_value_is_asked_for_while_it_learns() -> None:
    config = config_of(
        "binary", **{"ask.statistics": {"path-length": 30}, "ask.spread": True, "loop.works": 256}
    )
    asked = [int(prompt.condition["path-length"]) for prompt in asked_for(config, 0)]
    assert len(asked) == 256
    assert min(asked) < 15
    assert max(asked) > 55
    assert asked != [prompt.condition["path-length"] for prompt in asked_for(config, 1)]


def test_statistics_are_asked_for_that_were_learned() -> None:
    ask = {"ask.statistics": {"path-length": 30}}
    spread = config_of("binary", **ask, **{"ask.spread": True})
    assert wished(spread, {"statistics": {"path-length": 50}}) == {
        "statistics": {"path-length": 50}
    }
    with pytest.raises(ConfigError, match=r"'regions', only for path-length: .*regions = 2"):
        wished(spread, {"statistics": {"regions": 2}})
    one = config_of("binary", **ask)
    same = {"statistics": {"path-length": 30}}
    assert wished(one, same) == same
    with pytest.raises(ConfigError, match=r"learned path-length = 30 alone.*spread"):
        wished(one, {"statistics": {"path-length": 31}})
    with pytest.raises(ConfigError, match="learned path-length = 30 alone"):
        sampling.asked(one, statistics={"path-length": 31})


def test_sample_asks_an_editor_for_a_statistic(tmp_path: Path) -> None:
    flags = [f"--set={name}={value}" for name, value in SMALL.items()]
    flags += ["--set=ask.statistics={path-length = 30}", "--set=ask.spread=true"]
    ran = invoke("train", "binary", "--name", "caves", "--runs", str(tmp_path), *flags)
    assert ran.exit_code == 0, ran.output
    words = ["sample", "caves", "-n", "2", "--ask", "path-length=55", "--runs", str(tmp_path)]
    made = invoke(*words)
    assert made.exit_code == 0, made.output
    kept = list(RunFolder(tmp_path / "caves").ledger.query(phase="sample"))
    assert [entry.prompt["condition"] for entry in kept] == [{"path-length": 55}] * 2
    for value, fault in (("maze", "path-length"), ("regions", "NAME=VALUE")):
        refused = invoke(*words[:5], value, *words[6:])
        assert isinstance(refused.exception, ConfigError), fault


def test_what_is_not_set_stays_as_the_recipe_has_it() -> None:
    config = config_of("sokoban", **{"learn.epochs": 1, "ask.spread": False})
    assert (config.learn.algorithm, config.learn.epochs) == ("ppo", 1)
    assert config.learn.stability.kl_coefficient == 0
    assert config.loop.variety is None
    assert config.ask.change == 1
    assert config_of("zelda").ask.change == 0.3


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"ask.statistics": {"enemies": 99}}, "from 0 to 77"),
        ({"ask.statistics": {"dragons": 9}}, "choose from player"),
        ({"ask.spread": True}, "name what is to be asked"),
        ({"reward.weights": {"good": 0, "near": 0}}, "every part is 0"),
        ({"reward.weights": {"loud": 1}}, "there are: good, near"),
    ],
)
def test_what_cannot_be_is_refused_at_once(flags: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check(config_of("zelda", **flags), {})


@pytest.mark.slow
def test_a_reward_of_ones_own_needs_a_name_of_its_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("def near(works):\n    return [1.0] * len(works)\n")
    config = config_of("binary", **{"reward.custom": [f"{mine}:near=1"]})
    with pytest.raises(UnknownRewardError, match=r"near is taken; rename your function"):
        check(config, {})


def test_a_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    config = config_of()
    ends: list[dict[str, object]] = []
    for name, stops in (("through", [False]), ("stopped", [True, False])):
        with RunFolder.create(tmp_path, name, config=as_toml(config)) as folder:
            for number, stop in enumerate(stops):
                *_, last = run(folder, config, resume=number > 0, stop=lambda s=stop: s)
                assert isinstance(last, Stopped if stop else Finished)
            ends.append(load_newest(folder.checkpoints).state["creator"]["policy"])
            opened = open_run(folder, config)
            assert opened.step == 2
            assert (folder.path / "report.html").is_file()
    for name, tensor in ends[0].items():
        np.testing.assert_array_equal(np.asarray(tensor), np.asarray(ends[1][name]), name)
