import hashlib
import json
import os
import platform
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch

from makar.runs.entry import Entry
from makar.runs.errors import (
    CheckpointError,
    DiskFullError,
    RunError,
    RunExistsError,
    RunLockedError,
    RunNotFoundError,
)
from makar.runs.folder import RunFolder, list_runs, runs_and_faults
from makar.runs.metrics import read_metrics


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_run_says_how_it_was_made(tmp_path):
    config = 'recipe = "music"\nname = "ä"\n'
    with RunFolder.create(
        tmp_path / "runs", "tune", config=config, seed=7, command=["makar", "a b"]
    ) as run:
        assert (run.path / "config.toml").read_bytes() == config.encode()
    about = json.loads((tmp_path / "runs/tune/run.json").read_text())
    assert about["seed"] == 7
    assert about["command"] == "makar 'a b'"
    assert about["config_sha256"] == hashlib.sha256(config.encode()).hexdigest()
    assert about["versions"]["python"] == platform.python_version()
    assert about["versions"]["torch"] == torch.__version__
    assert about["versions"]["numpy"] == np.__version__
    assert about["started"].endswith("+00:00")
    assert names(run.path) == ["checkpoints", "config.toml", "lock", "model", "run.json", "samples"]


def test_the_id_is_the_same_run_s(tmp_path):
    def made(name, config, seed):
        with RunFolder.create(tmp_path, name, config=config, seed=seed) as run:
            return run.id

    assert made("a", "x", 1) == made("b", "x", 1)
    assert len({made("c", "x", 1), made("d", "y", 1), made("e", "x", 2)}) == 3


def test_nothing_is_overwritten(tmp_path):
    with RunFolder.create(tmp_path, "tune", config="old"):
        pass
    with pytest.raises(RunExistsError, match="tune: already there"):
        RunFolder.create(tmp_path, "tune", config="new")
    assert (tmp_path / "tune/config.toml").read_text() == "old"
    for expected in ("tune-2", "tune-3"):
        with RunFolder.create(tmp_path, "tune", fresh=True) as run:
            assert run.path.name == expected
            assert run.about["name"] == expected


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "-x", "a\nb", "x" * 101, "naïve"])
def test_names_that_are_no_plain_folder_names_are_refused(tmp_path, name):
    with pytest.raises(RunError, match="cannot be a run's name"):
        RunFolder.create(tmp_path, name)
    assert names(tmp_path) == []


def test_the_newest_is_the_last_begun(tmp_path):
    with pytest.raises(RunNotFoundError, match="no run yet"):
        RunFolder.find(tmp_path / "none")
    for name in ("b", "c", "a"):
        RunFolder.create(tmp_path, name).close()
    (tmp_path / "half").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/run.json").write_text("[1]")
    assert [run.path.name for run in list_runs(tmp_path)] == ["b", "c", "a"]
    assert RunFolder.find(tmp_path).path.name == "a"
    assert RunFolder.find(tmp_path, "c").path == tmp_path / "c"
    assert RunFolder.find(tmp_path / "elsewhere", str(tmp_path / "c")).path == tmp_path / "c"
    with pytest.raises(RunNotFoundError, match="no such run; there are: b, c, a"):
        RunFolder.find(tmp_path, "d")
    with pytest.raises(RunNotFoundError, match="not a run folder"):
        RunFolder(tmp_path / "half")
    with pytest.raises(RunError, match=r"bad/run\.json: damaged"):
        RunFolder.find(tmp_path, "bad")


HOLD = """
import sys
from pathlib import Path
from makar.runs.folder import RunFolder
run = RunFolder(Path(sys.argv[1]), write=True)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path):
    RunFolder.create(tmp_path, "tune").close()
    command = [sys.executable, "-c", HOLD, str(tmp_path / "tune")]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunLockedError, match=rf"process {holder.pid} is writing.*kill -INT"):
            RunFolder(tmp_path / "tune", write=True)
        RunFolder(tmp_path / "tune").close()  # readers are welcome
        os.kill(holder.pid, signal.SIGKILL)
    RunFolder(tmp_path / "tune", write=True).close()


def test_closing_lets_the_next_one_in(tmp_path):
    run = RunFolder.create(tmp_path, "tune")
    with pytest.raises(RunLockedError, match=str(os.getpid())):
        RunFolder(run.path, write=True)
    run.close()
    run.close()
    RunFolder(run.path, write=True).close()


def test_readers_cannot_write(tmp_path):
    RunFolder.create(tmp_path, "tune").close()
    run = RunFolder(tmp_path / "tune")
    for attempt in (lambda: run.metrics, lambda: run.save(0, {}), run.resume):
        with pytest.raises(RunError, match="reading only"):
            attempt()


def iterate(run, start, end, *, save_every=5):
    """A run that keeps one work and one line an iteration, as a recipe does."""
    for step in range(start, end):
        total = np.random.Generator(np.random.Philox(key=[1, step])).random()
        run.ledger.add([Entry(step, 0, "train", f"{total}".encode(), "test", total=total)])
        run.metrics.append(step, {"total": total})
        if (step + 1) % save_every == 0:
            run.save(step + 1, {"done": step + 1})


def everything(run):
    return list(read_metrics(run.path / "metrics.jsonl")), run.ledger.query()


def test_resuming_equals_no_interruption(tmp_path):
    with RunFolder.create(tmp_path, "whole") as whole:
        iterate(whole, 0, 20)
        expected = everything(whole)
    with RunFolder.create(tmp_path, "cut") as cut:
        iterate(cut, 0, 13)
    with RunFolder(cut.path, write=True) as cut:
        loaded = cut.resume()
        assert loaded == (10, {"done": 10}, [])
        iterate(cut, loaded.step, 20)
        assert everything(cut) == expected


def test_resuming_past_a_damaged_checkpoint_says_so_once(tmp_path):
    with RunFolder.create(tmp_path, "tune") as run:
        iterate(run, 0, 12)
        (run.checkpoints / "step-10/state.json").unlink()
        loaded = run.resume()
        assert loaded.step == 5
        assert "step-10/state.json: missing; step-5 is used instead" in loaded.notices[0]
        assert [row["iteration"] for row in everything(run)[0]] == [0, 1, 2, 3, 4]
        assert run.resume().notices == []
        assert names(run.checkpoints) == ["damaged-step-10", "step-5"]
        iterate(run, 5, 10)
        assert run.resume().step == 10


def test_without_a_checkpoint_nothing_is_forgotten(tmp_path):
    with RunFolder.create(tmp_path, "tune") as run:
        iterate(run, 0, 3)
        with pytest.raises(CheckpointError):
            run.resume()
        assert len(everything(run)[1]) == 3


def test_leftovers_go_when_a_writer_opens_and_not_when_a_reader_does(tmp_path):
    with RunFolder.create(tmp_path, "tune") as run:
        left = [run.path / ".report.html.9.tmp", run.samples / ".a.mid.9.tmp"]
        half = run.checkpoints / ".saving-step-3"
    for path in left:
        path.write_text("half")
    half.mkdir()
    RunFolder(run.path).close()
    assert all(path.exists() for path in [*left, half])
    RunFolder(run.path, write=True).close()
    assert not any(path.exists() for path in [*left, half])


def test_full_disk_when_a_run_begins_leaves_nothing(small_disk, fill):
    fill(small_disk)
    with pytest.raises(DiskFullError):
        RunFolder.create(small_disk, "tune", config="x" * 10_000)
    assert names(small_disk) == ["filler"]


def test_reading_a_run_does_not_import_torch(tmp_path):
    with RunFolder.create(tmp_path, "tune") as run:
        run.ledger.add([Entry(0, 0, "train", b"", "test")])
    code = (
        "import sys; from pathlib import Path; from makar.runs.folder import RunFolder;"
        "print(len(RunFolder.find(Path(sys.argv[1])).ledger.query()), 'torch' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
    assert out.stdout == "1 False\n"


@pytest.mark.parametrize("name", ["checkpoints", "model", "samples"])
def test_a_run_whose_folders_are_links_is_not_opened(tmp_path, name):
    RunFolder.create(tmp_path, "tune").close()
    (tmp_path / "tune" / name).rmdir()
    (tmp_path / "tune" / name).symlink_to(tmp_path)
    with pytest.raises(RunError, match=f"{name}: a link .* put in its place what it stands for"):
        RunFolder(tmp_path / "tune")


def test_a_run_and_the_folder_of_runs_may_themselves_be_links(tmp_path):
    RunFolder.create(tmp_path / "disk", "tune").close()
    (tmp_path / "runs").symlink_to("disk")
    (tmp_path / "disk" / "again").symlink_to("tune")
    assert [run.path.name for run in list_runs(tmp_path / "runs")] == ["again", "tune"]
    RunFolder.find(tmp_path / "runs", "again", write=True).close()


@pytest.mark.parametrize(
    "content", ["[]", '["id", "started"]', '{"id": 1, "started": "x"}', "[" * 999]
)
def test_one_damaged_run_hides_no_other(tmp_path, content):
    for name in ("bad", "good"):
        RunFolder.create(tmp_path, name).close()
    (tmp_path / "bad" / "run.json").write_text(content)
    assert [run.path.name for run in list_runs(tmp_path)] == ["good"]
    assert [fault.partition(":")[0] for fault in runs_and_faults(tmp_path)[1]] == [
        str(tmp_path / "bad" / "run.json")
    ]
    for make in (os.mkfifo, lambda path: path.mkdir(), lambda path: path.symlink_to(path.name)):
        (tmp_path / "bad" / "run.json").unlink() if make is os.mkfifo else None
        make(tmp_path / "bad" / "run.json")
        assert [run.path.name for run in list_runs(tmp_path)] == ["good"]
        assert len(runs_and_faults(tmp_path)[1]) == 1
        path = tmp_path / "bad" / "run.json"
        path.rmdir() if path.is_dir() else path.unlink()
