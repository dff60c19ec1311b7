"""Sweeps, learning curves as CSV, TensorBoard: what a run's numbers can be handed to."""

import csv
import io
import sys
from types import ModuleType

import pytest

from makar.cli.sweep import cases, free_name, swept
from makar.core.errors import ConfigError


def test_commas_part_values_and_leave_lists_and_quotes_alone():
    plain, several = swept(
        ["loop.works=8,16", "ask.bars=4", 'corpus.collections=["a","b"]', 'ask.key="C,D"', "x=a,b"]
    )
    assert plain == ["ask.bars=4", 'corpus.collections=["a","b"]', 'ask.key="C,D"']
    assert several == {"loop.works": [8, 16], "x": ["a", "b"]}


def test_every_combination_has_a_run_of_its_own():
    found = cases("s", {"loop.works": [8, 16], "learn.algorithm": ["ppo", "rloo"]}, 2)
    names = [case.name for case in found]
    assert len(set(names)) == 8
    assert names[:2] == ["s-works8-algorithmppo-s1", "s-works8-algorithmppo-s2"]
    assert found[-1].flags == {"loop.works": 16, "learn.algorithm": "rloo"}


def test_values_that_are_written_alike_are_runs_of_their_own():
    names = [case.name for case in cases("s", {"ask.tonic": ["C", "C#", "D"]}, 1)]
    assert names == ["s-tonicC", "s-tonicC-2", "s-tonicD"]
    with pytest.raises(ConfigError, match="64 stands there twice"):
        swept(["loop.works=64,8,64"])


def test_a_sweep_without_a_name_keeps_clear_of_earlier_ones(tmp_path):
    several = {"loop.works": [8, 16]}
    assert free_name(tmp_path, "tune", several, 1) == "tune"
    (tmp_path / "tune-works16").mkdir()
    assert free_name(tmp_path, "tune", several, 1) == "tune-2"


@pytest.mark.slow
def test_a_sweep_ends_in_one_table_and_goes_on_where_it_was(makar, tiny_environment):
    asked = ["train", "--name", "s", "--set", "loop.iterations=2,3"]
    done = makar(*asked)
    assert done.code == 0, done.err
    assert "loop.iterations" in done.out.splitlines()[-1]
    runs = sorted(path.name for path in tiny_environment.iterdir())
    assert runs == ["s-iterations2", "s-iterations3"]
    (tiny_environment / "s-iterations3" / "summary.json").unlink()
    again = makar(*asked)
    assert again.code == 0, again.err
    assert not any(line.get("event") == "step" for line in again.lines), "both had learned"
    other = makar(*asked, "--works", "9")
    assert other.code == 2
    assert "s-iterations2: a run with other settings has this name" in other.err
    curves = makar("table", "s-iterations2", "s-iterations3", "--curves")
    rows = list(csv.DictReader(io.StringIO(curves.out)))
    assert [row["run"] for row in rows] == ["s-iterations2"] * 2 + ["s-iterations3"] * 3
    assert [row["iteration"] for row in rows] == ["0", "1", "0", "1", "2"]
    assert all(0 <= float(row["score"]) <= 1 for row in rows)


def test_tensorboard_is_asked_for_before_anything_is_begun(makar, tiny_environment, monkeypatch):
    monkeypatch.setattr("makar.interop.tensorboard.find_spec", lambda _name: None)
    done = makar("train", "--tensorboard")
    assert done.code == 2
    assert "pip install 'makar[tensorboard]'" in done.err
    assert not tiny_environment.exists()


def test_every_number_of_a_step_is_logged_to_tensorboard(makar, tiny_environment, monkeypatch):
    logged = {}

    class SummaryWriter:
        def __init__(self, folder):
            logged["folder"] = folder

        def add_scalar(self, tag, value, step):
            logged.setdefault(tag, []).append((step, value))

        def close(self):
            logged["closed"] = True

    stub = ModuleType("torch.utils.tensorboard")
    stub.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", stub)
    monkeypatch.setattr("makar.interop.tensorboard.find_spec", lambda _name: True)
    done = makar("train", "--name", "b", "--iterations", 2, "--tensorboard")
    assert done.code == 0, done.err
    assert logged["closed"]
    assert logged["folder"].endswith("b/tensorboard")
    assert [step for step, _ in logged["score"]] == [0, 1]
    assert len(logged["parts/close"]) == len(logged["learner/learning_rate"]) == 2


def test_a_value_of_a_sweep_is_checked_before_anything_is_begun(makar, tiny_environment):
    done = makar("train", "--set", "loop.works=8,none")
    assert done.code == 2
    assert "loop.works" in done.err
    assert not tiny_environment.exists()


def test_a_sweep_has_no_name_for_a_setting_without_a_value():
    with pytest.raises(ConfigError, match="NAME=VALUE"):
        swept(["loop.works=8,"])
