"""Runs that are stopped, killed, and gone on with, as processes of their own."""

import json
import os
import signal
import subprocess
import sys

import pytest

from makar.runs import checkpoint
from makar.runs.metrics import read_metrics

ITERATIONS = 12
EVERY = "loop.checkpoint_every=5"


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


@pytest.fixture(scope="module")
def kept():
    """What the run that nobody interrupted came to, made once for all tests of this module."""
    return {}


@pytest.fixture
def uninterrupted(makar, tiny_environment, monkeypatch, kept):
    monkeypatch.setenv("MAKAR_LOOP__ITERATIONS", str(ITERATIONS))
    if not kept:
        assert makar("train", "--name", "whole", "--set", EVERY).code == 0
        folder = tiny_environment / "whole"
        kept |= {"metrics": metrics(folder), "checkpoint": last_checkpoint(folder)}
        kept["notations"] = notations(makar, "whole")
    return kept


def notations(makar, run):
    """The five best works of the trained model."""
    told = makar("works", run, "--phase", "after", "--best", 5, "--json").out
    return [work["notation"] for work in json.loads(told)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_run_that_was_cut_short_goes_on_to_the_very_same_end(
    makar, tiny_environment, uninterrupted, number, code
):
    process = start("--name", "cut", "--set", EVERY)
    wait_for_step(process, 6)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    folder = tiny_environment / "cut"
    saved = checkpoint.load_newest(folder / "checkpoints").step
    if number == signal.SIGKILL:
        assert saved in (5, 10)
    else:
        stopped = json.loads(out.splitlines()[-1])
        assert stopped["event"] == "stopped"
        assert stopped["done"] == saved >= 7
        assert stopped["resume"].startswith("makar train --resume ")
        assert "Finishing this step" in err
    resumed = makar("train", "--resume", "cut")
    assert resumed.code == 0
    assert metrics(folder) == uninterrupted["metrics"]
    assert last_checkpoint(folder) == uninterrupted["checkpoint"]
    assert notations(makar, "cut") == uninterrupted["notations"]
