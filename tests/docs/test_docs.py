"""The examples of the documentation are run as they stand, with small settings."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(name):
    return BLOCK.findall((DOCS / name).read_text(encoding="utf-8"))


def carry_out(name, folder):
    """Each block in order, in one folder, as a user would; what they printed."""
    said = []
    for language, file, text in blocks(name):
        if file:
            (folder / file).write_text(text, encoding="utf-8")
            continue
        if language == "bash":
            commands = [shlex.split(line) for line in text.splitlines()]
        else:
            commands = [[sys.executable, "-c", text]]
        for command in commands:
            if command[0] == "makar":
                command[:1] = [sys.executable, "-m", "makar"]
            if command[0] == "pip":  # without the network, into a folder that Python looks in
                offline = ["--no-index", "--no-deps", "--no-build-isolation", "--target=site"]
                command[:2] = [sys.executable, "-m", "pip", "install", *offline]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, done.stderr
            said.append(done.stdout)
    return said


@pytest.mark.slow
def test_the_quickstart_makes_files_that_can_be_opened(tiny_environment, tmp_path, monkeypatch):
    monkeypatch.delenv("MAKAR_RUNS")
    said = carry_out("quickstart.md", tmp_path)
    assert len(said) == 2
    assert (tmp_path / "best.mid").read_bytes()[:4] == b"MThd"
    assert "<score-partwise" in (tmp_path / "waltz.musicxml").read_text()
    report = re.search(r"open (.*)", said[0])[1]
    assert (tmp_path / report).is_file()
    assert len(re.findall(r"\w{8} \d+ of 100 ", said[0])) == 3


@pytest.mark.slow
def test_a_reward_is_added_as_described(tiny_environment, tmp_path, monkeypatch):
    monkeypatch.delenv("MAKAR_RUNS")
    said = carry_out("add-a-reward.md", tmp_path)
    assert len(said) == 2
    assert "comes_down" in (tmp_path / "runs" / "falling" / "metrics.jsonl").read_text()
    assert 0 <= float(said[1].splitlines()[-1]) <= 1


@pytest.mark.slow
def test_the_examples_for_gymnasium_run(tmp_path):
    said = carry_out("gymnasium.md", tmp_path)
    assert "'nearest-enemy'" in said[0]
    assert "'crate': 1" in said[1]
    assert "ep_rew_mean" in said[2]
    assert said[3].strip() == "Discrete(125)"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A folder to write a package in, and to install it from."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("MAKAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("MAKAR_RUNS", raising=False)
    return tmp_path


@pytest.mark.slow
def test_a_recipe_a_domain_and_a_learner_are_added_as_described(package):
    [tried] = carry_out("add-a-recipe.md", package)
    assert re.fullmatch(r"(([1-6] ){6}\d\.\d\d\n){3}", tried)
    said = carry_out("add-a-domain.md", package)
    assert "dice       six dice in a row" in said[1]
    assert (package / "runs" / "high" / "report.html").is_file()
    assert len(said[3].splitlines()) == 3
    rows = [(package / "row-thrown" / f"{n}.dice").read_text().split() for n in (1, 2, 3)]
    assert [row[:4] for row in rows] == [["3", "1", "4", "1"]] * 3
    assert "row-thrown" in said[5]
    [said] = carry_out("add-a-learner.md", package)
    before, after = map(float, said.split())
    assert after > before + 0.2
    _resumes_with_its_learner(package)


def _resumes_with_its_learner(package):
    recipe = package / "dice_recipe.py"
    text = recipe.read_text().replace("human=theirs,", "human=theirs, learner=Elite(policy),")
    recipe.write_text(text.replace("from makar", "from elite import Elite\nfrom makar", 1))
    small = "--iterations 4 --works 16 --set evaluate.works=8 --set loop.checkpoint_every=2"
    folder = package / "runs" / "elite"
    logged = []
    for command in (f"train dice --name elite {small}", "train --resume elite"):
        shutil.rmtree(folder / "checkpoints" / "step-4", ignore_errors=True)
        made = [sys.executable, "-m", "makar", *command.split()]
        done = subprocess.run(made, cwd=package, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        logged.append([(row["learner"], row["score"]) for row in rows])
    assert len(logged[0]) == 4
    assert "elite" in logged[0][0][0]
    assert logged[0] == logged[1]


def test_the_quickstart_and_the_reward_are_as_short_as_promised():
    python = [text for language, _, text in blocks("quickstart.md") if language == "python"]
    assert all(len(text.splitlines()) <= 15 for text in python)
    reward = next(text for _, file, text in blocks("add-a-reward.md") if file)
    assert len([line for line in reward.splitlines() if line.strip()]) <= 10
