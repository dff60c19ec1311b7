"""A run's own code is run only if the user named it or allowed it, with the content it has now."""

import json
import os
import shutil

import numpy as np
import pytest

from makar.core.errors import CustomRewardError
from makar.core.types import Prompt
from makar.recipes.own_rewards import trust
from makar.recipes.own_rewards.code import NoCodeError, read_code
from makar.recipes.own_rewards.loading import allow, load_reward, refuse_absent
from makar.recipes.own_rewards.worker import end_workers

HALF = """
from pathlib import Path
Path({mark!r}).write_text("run")
def half(works, prompts):
    return [0.5] * len(works)
"""


@pytest.fixture(autouse=True)
def nobody_trusted(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(trust, "_allowed", set())


@pytest.fixture
def mark(tmp_path):
    """A file that is there once a reward's file was run."""
    return tmp_path / "mark"


@pytest.fixture
def mine(tmp_path, mark):
    path = tmp_path / "mine.py"
    path.write_text(HALF.format(mark=str(mark)), encoding="utf-8")
    return path


def test_code_that_nobody_allowed_is_not_run_and_its_part_is_absent(mine, mark, toy):
    part = load_reward(f"{mine}:half=2")
    assert "--trust-code" in part.absent
    assert str(mine) in part.absent
    said = part.scorer(toy.Words(((1,), (2,))), [Prompt()] * 2)
    assert np.isnan(said.values).all()
    assert not mark.exists()
    with pytest.raises(CustomRewardError, match="--trust-code"):
        refuse_absent([f"{mine}:half=2"])


def test_what_is_allowed_runs_until_it_changes(mine, mark, tmp_path):
    told, hindered = allow([f"{mine}:half"])
    assert str(mine) in told[0]
    assert not hindered
    assert not load_reward(f"{mine}:half").absent
    assert mark.exists()
    assert allow([f"{mine}:half"]) == ([], [])
    elsewhere = tmp_path / "copy.py"
    shutil.copy(mine, elsewhere)
    assert trust.is_trusted(read_code(elsewhere))
    mine.write_text(mine.read_text() + "#")
    assert load_reward(f"{mine}:half").absent


def test_the_list_is_the_users_alone(mine, tmp_path):
    allow([f"{mine}:half"])
    path = trust.trust_list()
    assert path == tmp_path / "state" / "makar" / "trusted-code"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith(read_code(mine).fingerprint)


def test_a_list_that_others_may_write_is_worth_nothing(mine):
    allow([f"{mine}:half"])
    trust.trust_list().chmod(0o666)
    assert not trust.is_trusted(read_code(mine))
    allow([f"{mine}:half"])
    assert trust.trust_list().stat().st_mode & 0o777 == 0o600
    assert trust.is_trusted(read_code(mine))


def test_a_list_that_is_a_link_is_not_followed(mine, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(f"{read_code(mine).fingerprint} x\n")
    trust.trust_list().parent.mkdir(parents=True)
    trust.trust_list().symlink_to(elsewhere)
    assert not trust.is_trusted(read_code(mine))
    allow([f"{mine}:half"])
    assert elsewhere.read_text().count("\n") == 1


def test_where_nothing_can_be_kept_the_trust_holds_for_now(mine, tmp_path, monkeypatch):
    (tmp_path / "state").write_text("a file where a folder belongs")
    _, hindered = allow([f"{mine}:half"])
    assert "for this command alone" in hindered[0]
    assert not load_reward(f"{mine}:half").absent


def test_what_was_read_is_what_runs(mine, mark, tmp_path):
    """Neither a file that is exchanged meanwhile nor a compiled one beside it runs instead."""
    allow([f"{mine}:half"])
    code = read_code(mine)
    mine.write_text("1 / 0")
    from makar.recipes.own_rewards.worker import worker_for

    assert worker_for(code).look("half") is None
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize("kind", ["nothing", "folder", "fifo", "device", "large", "text"])
def test_what_is_no_file_of_rewards_is_said_at_once(tmp_path, kind):
    path = tmp_path / ("x.txt" if kind == "text" else "x.py")
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "large":
        path.write_bytes(b"#" * (5 * 2**20))
    elif kind == "text":
        path.write_text("")
    with pytest.raises(NoCodeError, match=r"x\.(py|txt)"):
        read_code(path)
    assert load_reward(f"{path}:swing").absent


def test_a_total_without_a_part_that_counts_is_no_total(mine, toy):
    from makar.core.rewards import Component, RewardTree

    def even(works, prompts):
        return [0.25] * len(works)

    works, prompts = toy.Words(((1,), (2,))), [Prompt()] * 2
    absent = load_reward(f"{mine}:half=1")
    judged = RewardTree([Component("even", even), absent])(works, prompts)
    assert np.isnan(judged.total).all()
    assert judged.parts["even"].value.tolist() == [0.25, 0.25]
    watched = load_reward(f"{mine}:half=0")
    judged = RewardTree([Component("even", even), watched])(works, prompts)
    assert judged.total.tolist() == [0.25, 0.25]


def _stranger(path, mine):
    """A run with code in it, as somebody else would send it."""
    shutil.copy(mine, path / "evil.py")
    text = (path / "config.toml").read_text()
    (path / "config.toml").write_text(text.replace(str(mine), str(path / "evil.py")))


def test_a_strangers_run_is_opened_without_its_code(makar, mine, mark, tmp_path, monkeypatch):
    assert makar("train", "--reward", f"{mine}:half=1", "--name", "own").code == 0
    runs = tmp_path / "runs"
    # a run of one's own is copied and renamed, and works on
    shutil.copytree(runs / "own", runs / "copy")
    done = makar("sample", "copy", "-n", "2", "--json")
    assert all(line["score"] is not None for line in done.lines)
    # the same code in a stranger's run, who is trusted by nobody
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    _stranger(runs / "copy", mine)
    mark.unlink()
    done = makar("sample", "copy", "-n", "2", "--json")
    assert done.code == 0
    assert [(line["score"], line["without"]) for line in done.lines] == [(None, ["half"])] * 2
    assert "evil.py" in done.err
    assert "--trust-code" in done.err
    tune = next(iter((runs / "copy" / "samples").glob("*.mid")))
    done = makar("score", tune, "--run", "copy")
    assert "score ? of 100, without half" in done.out
    done = makar("score", tune, "--run", "copy", "--json")
    assert done.lines[0]["score"] is None
    assert done.lines[0]["without"] == ["half"]
    assert done.lines[0]["parts"]["close"]["value"] is not None
    for command in (["report", "copy", "--again"], ["evaluate", "copy", "--works", "20"]):
        done = makar(*command)
        assert done.code == 0, done.err
        assert "without half" in done.err
    assert "without half" in (runs / "copy" / "report.html").read_text()
    for command in (["works", "copy"], ["runs"], ["train", "--resume", "copy"]):
        done = makar(*command)
    assert done.code == 2
    assert "--trust-code" in done.err
    assert not mark.exists()
    done = makar("sample", "copy", "-n", "1", "--json", "--trust-code")
    assert done.lines[0]["score"] is not None
    assert "evil.py is trusted as it is now" in done.err
    assert mark.exists()


def test_a_file_of_settings_is_no_word_of_the_users(makar, mine, mark, tmp_path):
    recipe = tmp_path / "theirs.toml"
    recipe.write_text(f'recipe = "tune"\n[reward]\ncustom = ["{mine}:half=1"]\n')
    for command in (["train", recipe], ["train", recipe, "--plan"], ["ablate", recipe]):
        done = makar(*command)
        assert done.code == 2
        assert "--trust-code" in done.err
        assert not mark.exists()
    assert makar("train", recipe, "--trust-code", "--name", "known").code == 0
    mark.unlink()
    end_workers()
    assert makar("train", recipe, "--name", "again").code == 0
    assert mark.exists()


def test_from_python_likewise(tiny, mine, mark, tmp_path):
    import makar

    recipe = tmp_path / "theirs.toml"
    recipe.write_text(f'recipe = "tune"\n[reward]\ncustom = ["{mine}:half=1"]\n')
    settings = {**tiny, "loop.iterations": 2}
    with pytest.raises(CustomRewardError, match="--trust-code"):
        makar.train(recipe, settings=settings, runs=tmp_path / "runs", show=False)
    assert not mark.exists()
    run = makar.train(
        "tune", settings=settings | {"reward.custom": [f"{mine}:half=1"]},
        runs=tmp_path / "runs", show=False,
    )  # fmt: skip
    assert run.best()[0].entry.parts["half"].value == 0.5
    summary = json.loads((run.path / "summary.json").read_text())
    assert summary
