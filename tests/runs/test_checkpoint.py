import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from subprocess import PIPE

import numpy as np
import pytest
import torch

from makar.runs import checkpoint
from makar.runs.checkpoint import load, load_newest, pin_step, pins, save, steps, tidy
from makar.runs.errors import CheckpointError, DiskFullError


def state(step):
    return {"w": torch.full((50,), float(step)), "step": step, "seen": np.arange(step)}


def assert_is(loaded, step):
    assert loaded["step"] == step
    assert torch.equal(loaded["w"], torch.full((50,), float(step)))
    assert loaded["seen"].tolist() == list(range(step))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_comes_back(tmp_path):
    for step in (9, 10, 2):
        save(tmp_path, step, state(step), keep=5)
    loaded = load_newest(tmp_path)
    assert (loaded.step, loaded.notices) == (10, [])
    assert_is(loaded.state, 10)


def test_the_files_open_elsewhere_and_hold_no_pickle(tmp_path):
    folder = save(tmp_path, 3, state(3))
    assert names(folder) == ["arrays.safetensors", "manifest.json", "state.json"]
    from safetensors import safe_open

    with safe_open(folder / "arrays.safetensors", "np") as file:
        assert file.get_tensor("state.w").tolist() == [3.0] * 50
    assert json.loads((folder / "state.json").read_text())["step"] == 3
    sums = json.loads((folder / "manifest.json").read_text())["files"]
    for name in ("arrays.safetensors", "state.json"):
        out = subprocess.run(
            ["sha256sum", folder / name], capture_output=True, text=True, check=True
        )
        assert out.stdout.split()[0] == sums[name]["sha256"]


def test_the_last_few_and_the_pinned_stay(tmp_path):
    for step in range(0, 80, 10):
        save(
            tmp_path, step, state(step), keep=2, pin={0: "before", 20: "best", 40: "best"}.get(step)
        )
    assert steps(tmp_path) == [0, 40, 60, 70]
    assert pins(tmp_path) == {"before": 0, "best": 40}
    assert_is(load(tmp_path, 40), 40)
    pin_step(tmp_path, "best", step=70)
    save(tmp_path, 80, state(80), keep=1)
    assert steps(tmp_path) == [0, 70, 80]
    assert names(tmp_path) == ["pins.json", "step-0", "step-70", "step-80"]


def test_what_was_just_saved_stays_even_if_it_is_not_the_newest(tmp_path):
    for step in (5, 9, 3):
        save(tmp_path, step, state(step), keep=1)
    assert steps(tmp_path) == [3, 9]


def test_saving_a_step_again_replaces_it(tmp_path):
    save(tmp_path, 5, state(1))
    save(tmp_path, 5, state(5))
    assert_is(load(tmp_path, 5), 5)
    assert names(tmp_path) == ["step-5"]


@pytest.mark.parametrize("name", ["arrays.safetensors", "state.json", "manifest.json"])
@pytest.mark.parametrize("fault", ["flip", "missing", "short", "empty"])
def test_a_damaged_file_is_noticed_and_the_one_before_used(tmp_path, name, fault):
    save(tmp_path, 1, state(1))
    victim = save(tmp_path, 2, state(2)) / name
    data = bytearray(victim.read_bytes())
    if fault == "flip":
        data[len(data) // 2] ^= 4
        victim.write_bytes(data)
    elif fault == "missing":
        victim.unlink()
    else:
        victim.write_bytes(data[:-1] if fault == "short" else b"")
    loaded = load_newest(tmp_path)
    assert loaded.step == 1
    assert_is(loaded.state, 1)
    assert len(loaded.notices) == 1
    assert f"step-2/{name}" in loaded.notices[0]
    assert loaded.notices[0].endswith("step-1 is used instead")
    if fault in ("short", "empty") and name != "manifest.json":
        assert f"{victim.stat().st_size} bytes" in loaded.notices[0]
    with pytest.raises(CheckpointError, match=f"step-2/.*{name}"):
        load(tmp_path, 2)


def test_every_flipped_bit_of_the_arrays_is_noticed(tmp_path):
    victim = save(tmp_path, 2, {"w": torch.arange(3.0)}) / "arrays.safetensors"
    data = victim.read_bytes()
    for place in range(len(data)):
        victim.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(CheckpointError, match="SHA-256"):
            load(tmp_path, 2)


def test_a_checkpoint_under_a_wrong_name_is_refused(tmp_path):
    save(tmp_path, 2, state(2)).rename(tmp_path / "step-7")
    with pytest.raises(CheckpointError, match="step"):
        load(tmp_path, 7)


def test_none_left_is_an_error_that_lists_the_faults(tmp_path):
    with pytest.raises(CheckpointError, match="there is none"):
        load_newest(tmp_path / "nowhere")
    for step in (1, 2):
        (save(tmp_path, step, state(step)) / "state.json").unlink()
    with pytest.raises(CheckpointError, match=r"step-2/state\.json: missing; .*step-1"):
        load_newest(tmp_path)


def test_an_unsavable_state_leaves_nothing(tmp_path):
    save(tmp_path, 1, state(1))
    with pytest.raises(CheckpointError, match=r"state\.x"):
        save(tmp_path, 2, {"x": object()})
    assert names(tmp_path) == ["step-1"]


@pytest.mark.parametrize("left", ["building", "replaced", "both"])
def test_leftovers_of_a_kill_are_tidied(tmp_path, left):
    save(tmp_path, 1, state(1))
    target = save(tmp_path, 2, state(2))
    if left != "building":
        target.rename(tmp_path / ".replaced-step-2")
    if left != "replaced":
        (tmp_path / ".saving-step-2").mkdir()
        (tmp_path / ".saving-step-2/state.json").write_text("{")
    (tmp_path / ".dropped-step-0").mkdir()
    (tmp_path / ".pins.json.1.tmp").write_text("{")
    tidy(tmp_path)
    assert names(tmp_path) == ["step-1", "step-2"]
    assert_is(load_newest(tmp_path).state, 2)


def test_damaged_pins_are_named(tmp_path):
    save(tmp_path, 1, state(1), pin="best")
    (tmp_path / "pins.json").write_text("[]")
    with pytest.raises(CheckpointError, match=r"pins\.json"):
        pins(tmp_path)


def test_full_disk_leaves_the_old_checkpoints(small_disk, fill):
    folder = small_disk / "checkpoints"
    save(folder, 1, state(1))
    fill(small_disk, leave=20_000)
    with pytest.raises(DiskFullError, match="disk is full") as caught:
        save(folder, 2, {"w": torch.zeros(100_000)})
    assert str(folder) in str(caught.value)
    assert "resume" in str(caught.value)
    assert names(folder) == ["step-1"]
    assert_is(load_newest(folder).state, 1)
    (small_disk / "filler").unlink()
    save(folder, 2, state(2))
    assert load_newest(folder).step == 2


@pytest.mark.parametrize("allowed", range(6))
def test_full_disk_at_any_write(tmp_path, monkeypatch, allowed):
    save(tmp_path, 1, state(1))
    save(tmp_path, 2, state(2))
    real, calls = os.write, []

    def write(descriptor, data):
        calls.append(len(data))
        if len(calls) > allowed:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, bytes(data)[: len(data) // 2 + 1])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(DiskFullError):
        save(tmp_path, 2, state(3))
    monkeypatch.undo()
    assert names(tmp_path) == ["step-1", "step-2"]
    assert_is(load_newest(tmp_path).state, 2)


SAVER = """
import itertools, os, sys, torch
from pathlib import Path
from makar.runs.checkpoint import save
from makar.runs import state
torch.set_num_threads(1)
for line in sys.stdin:  # a fork for each round spares importing torch again
    child = os.fork()
    if child:
        print("pid", child, flush=True)
        os.waitpid(child, 0)
        print("dead", flush=True)
        continue
    for step in itertools.count(int(line)):
        w = torch.full((20000,), float(step))
        save(Path(sys.argv[1]), step // 2, {"step": step, "w": w}, keep=2)
        print("saved", step, flush=True)
"""


def test_kill_at_any_moment_leaves_a_complete_checkpoint(tmp_path):
    dice = random.Random(4)
    last, in_a_save = -1, 0
    command = [sys.executable, "-c", SAVER, str(tmp_path)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, bufsize=1) as saver:
        assert saver.stdin is not None
        assert saver.stdout is not None
        for _ in range(20):
            saver.stdin.write(f"{last + 1}\n")
            pid, promised = 0, -1
            while pid == 0 or promised < 0:  # killed in the first save, nothing is promised
                word, number = saver.stdout.readline().split()
                pid, promised = (int(number), promised) if word == "pid" else (pid, int(number))
            time.sleep(dice.uniform(0, 0.03))
            os.kill(pid, signal.SIGKILL)
            while (line := saver.stdout.readline()) != "dead\n":
                promised = int(line.split()[1])
            in_a_save += any(name.startswith(".") for name in names(tmp_path))
            tidy(tmp_path)
            assert all(name.startswith("step-") for name in names(tmp_path))
            loaded = load_newest(tmp_path)
            assert loaded.notices == []
            last = loaded.state["step"]
            assert last in (promised, promised + 1)
            assert loaded.step == last // 2
            assert torch.equal(loaded.state["w"], torch.full((20000,), float(last)))
        saver.stdin.close()
    assert in_a_save > 0, "no kill fell into a save: the test tests nothing"


def test_kept_names_do_not_change():
    # old runs must stay readable: a change here needs a new FORMAT
    assert (checkpoint.STATE, checkpoint.ARRAYS, checkpoint.FORMAT) == (
        "state.json",
        "arrays.safetensors",
        1,
    )


def test_a_folder_that_is_a_link_holds_none_and_gets_none(tmp_path):
    save(tmp_path / "there", 1, state(1))
    (tmp_path / "here").symlink_to("there")
    assert steps(tmp_path / "here") == []
    with pytest.raises(OSError, match="a link"):
        save(tmp_path / "here", 2, state(2))
    assert steps(tmp_path / "there") == [1]


def test_what_cannot_be_used_counts_as_damaged(tmp_path):
    save(tmp_path, 1, {"w": 1})
    save(tmp_path, 2, {"v": 1})
    taken = []
    loaded = load_newest(tmp_path, use=lambda state: taken.append(state["w"]))
    assert (loaded.step, taken) == (1, [1])
    assert (
        "step-2: cannot be understood (KeyError: 'w'); step-1 is used instead" in loaded.notices[0]
    )
