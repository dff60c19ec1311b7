"""The examples of the documentation are run as they stand, with small settings."""

import re
import shlex
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


def test_the_quickstart_and_the_reward_are_as_short_as_promised():
    python = [text for language, _, text in blocks("quickstart.md") if language == "python"]
    assert all(len(text.splitlines()) <= 15 for text in python)
    reward = next(text for _, file, text in blocks("add-a-reward.md") if file)
    assert len([line for line in reward.splitlines() if line.strip()]) <= 10
