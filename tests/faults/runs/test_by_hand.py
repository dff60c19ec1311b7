"""Runs that were made hostile by hand, and places that cannot be written to."""

import json
import os
import sqlite3
import subprocess
from contextlib import closing

import pytest

from faults.runs.attacks import Attack, sign
from faults.runs.room import CHEAP


def copied(place, change):
    """The hostile copy, after no command but its attack."""
    attack = Attack("by hand", "", lambda run, outside: change(run))
    assert place.try_out(attack, ()) == []
    return place.runs / "hostile"


def test_addresses_of_objects_are_not_built(place):
    def change(run):
        for step in (run / "checkpoints").glob("step-*"):
            state = json.loads((step / "state.json").read_text())
            data = (step / "arrays.safetensors").read_bytes()
            name = next(iter(json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])))
            state["creator"]["policy"]["x"] = {"$array": name, "dtype": "|O", "shape": [1]}
            (step / "state.json").write_text(json.dumps(state))
            sign(step)

    copied(place, change)
    done = place.call("sample", "hostile", "-n", "1")
    assert done.code == 1
    assert "is no plain kind of number" in done.err


def test_an_id_that_is_a_path_leads_nowhere(place):
    def change(run):
        with closing(sqlite3.connect(run / "works.sqlite")) as db:
            db.execute("UPDATE works SET id = '22/../../../outside/new' WHERE number = 1")
            db.commit()

    copied(place, change)
    done = place.call("export", "22", "--run", "hostile", "--to", "mid")
    assert done.code == 1
    assert "is no id of a work" in done.err
    assert sorted(path.name for path in place.outside.iterdir()) == ["victim"]


@pytest.mark.parametrize(
    "name", ["lock", "metrics.jsonl", "samples", "works.sqlite", "summary.json"]
)
def test_a_run_with_a_link_in_it_is_not_gone_on_with(place, name):
    def change(run):
        (run / name).rename(run / "kept")
        (run / name).symlink_to(place.outside / "victim")

    copied(place, change)
    done = place.call("train", "--resume", "hostile")
    assert done.code == 1
    assert f"{name}: a link (links are not followed here)" in done.err
    assert (place.outside / "victim").read_text() == "theirs"


def test_one_damaged_run_hides_no_other(place):
    copied(place, lambda run: (run / "run.json").write_text('["id", "started"]'))
    done = place.call("runs")
    assert done.code == 0
    assert "good" in done.out
    assert "hostile/run.json: damaged" in done.err


def test_a_whole_checkpoint_of_another_model_falls_back(place):
    def change(run):
        step = max((run / "checkpoints").glob("step-*"))
        state = json.loads((step / "state.json").read_text())
        state["creator"]["policy"] = {}
        (step / "state.json").write_text(json.dumps(state))
        sign(step)

    copied(place, change)
    done = place.call("sample", "hostile", "-n", "1")
    assert done.code == 0
    assert "step-2 is used instead" in done.err


def test_a_folder_of_everything_but_music(place):
    folder = place.root / "here" / "music"
    folder.mkdir()
    os.mkfifo(folder / "pipe.mid")
    (folder / "zeros.mid").symlink_to("/dev/zero")
    (folder / "self.abc").symlink_to("self.abc")
    (folder / "folder.mid").mkdir()
    (folder / "up").symlink_to("..")
    for words in (("evaluate", folder), ("score", folder / "pipe.mid", "--run", "good")):
        done = place.call(*words, "--runs", place.runs)
        assert done.code in (1, 2)
        assert not done.late
        assert "pipe" in done.err


@pytest.fixture
def read_only(place):
    """The runs and the cache, as they are on a disk that cannot be written to."""
    for name in ("runs", "cache"):
        bind = ["mount", "--bind", str(place.root / name), str(place.root / name)]
        try:
            subprocess.run(bind, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("mounting is not permitted here")
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place.root / name)], check=True)
    yield place
    for name in ("runs", "cache"):
        subprocess.run(["umount", "-l", str(place.root / name)], check=True)


def test_a_run_that_cannot_be_written_to_is_listed_sampled_and_exported(read_only):
    place = read_only
    for words in CHEAP[:3]:
        done = place.call(*(word if word != "hostile" else "good" for word in place.filled(words)))
        assert (done.code, done.err) == (0, "")
    out = place.root / "out" / "mine"
    for _ in range(2):
        done = place.call("sample", "good", "-n", "2", "--out", out)
        assert done.code == 0, done.err
    made = [path for path in out.iterdir() if not path.name.startswith("works.sqlite")]
    assert len(made) == 4
    done = place.call("sample", "good", "-n", "1")
    assert done.code == 1
    assert "Read-only file system" in done.err
    assert "fault of makar" not in done.err
    assert place.call("sample", "good", "--out", place.root / "good").code == 2
