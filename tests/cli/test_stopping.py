"""Runs that are stopped, killed, and gone on with, as processes of their own."""

import json
import os
import signal
import subprocess
import sys

import pytest

from makar.runs import checkpoint
from makar.runs.metrics import read_metrics

ITERATIONS = 24


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "makar", "train", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"MAKAR_LOOP__ITERATIONS": str(ITERATIONS)},
    )


def wait_for_step(process, iteration):
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "step" and event["iteration"] == iteration:
            return
    raise AssertionError(f"it ended before step {iteration}: {process.stderr.read()}")


def metrics(folder):
    """Everything logged but the seconds."""
    rows = list(read_metrics(folder / "metrics.jsonl"))
    for row in rows:
        del row["seconds"]
    return json.dumps(rows)  # NaN equals NaN as text


def last_checkpoint(folder):
    place = folder / "checkpoints" / f"step-{ITERATIONS}"
    return {name: (place / name).read_bytes() for name in ("state.json", "arrays.safetensors")}


@pytest.fixture
def uninterrupted(makar, tiny_environment, monkeypatch):
    monkeypatch.setenv("MAKAR_LOOP__ITERATIONS", str(ITERATIONS))
    assert makar("train", "--name", "whole", "--set", "loop.checkpoint_every=10").code == 0
    return tiny_environment / "whole"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_run_that_was_cut_short_goes_on_to_the_very_same_end(
    makar, tiny_environment, uninterrupted, number, code
):
    process = start("--name", "cut", "--set", "loop.checkpoint_every=10")
    wait_for_step(process, 13)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    folder = tiny_environment / "cut"
    saved = checkpoint.load_newest(folder / "checkpoints").step
    if number == signal.SIGKILL:
        assert saved in (10, 20)
    else:
        stopped = json.loads(out.splitlines()[-1])
        assert stopped["event"] == "stopped"
        assert stopped["done"] == saved >= 14
        assert stopped["resume"].startswith("makar train --resume ")
        assert "Finishing this step" in err
    resumed = makar("train", "--resume", "cut")
    assert resumed.code == 0
    assert metrics(folder) == metrics(uninterrupted)
    assert last_checkpoint(folder) == last_checkpoint(uninterrupted)
    ids = [
        json.loads(makar("works", run, "--phase", "after", "--best", 5, "--json").out)
        for run in ("cut", "whole")
    ]
    assert [work["notation"] for work in ids[0]] == [work["notation"] for work in ids[1]]
