import json
import sys
from pathlib import Path

import pytest

from makar.runs import checkpoint
from makar.runs.folder import RunFolder
from makar.runs.metrics import read_metrics


def events(done):
    return [line["event"] for line in done.lines]


def test_a_run_is_told_from_the_first_sound_to_the_report(makar, tiny_environment):
    done = makar("train", "--name", "one", "--bars", 4, "--form", "AB")
    assert done.code == 0
    told = [event for event in events(done) if event != "progress"]
    assert told == ["ready", "step", "heard", *["step"] * 3, "heard", "finished"]
    folder = tiny_environment / "one"
    first, last = (line for line in done.lines if line["event"] == "heard")
    assert (first["phase"], last["phase"]) == ("before", "after")
    assert first["path"].endswith(f"before-{first['id']}.ogg")
    assert (folder / "report.html").is_file()
    rows = {row["row"]: row for row in json.loads((folder / "summary.json").read_text())}
    assert list(rows) == [
        "human held-out", "random", "Markov", "prior", "best of 4", "best of many in equal seconds",
        "trained", "trained, best of 4",
    ]  # fmt: skip
    best, prior = (rows[name]["measures"]["score"]["mean"] for name in ("best of 4", "prior"))
    assert best > prior  # of four works of the prior, the one that scores best
    assert "bars = 4\n" in (folder / "config.toml").read_text()


def test_a_plan_is_said_and_no_run_is_begun(makar, tiny_environment):
    done = makar("train", "--plan")
    assert done.code == 0
    (told,) = done.lines
    assert told["iterations"] == 4
    assert [one["wanted"] for one in told["choices"]] == [10, 100, 1000, 10_000]
    assert told["notes"][0].startswith("the score is made of form_contrast 15%")
    assert not list(tiny_environment.glob("tune*"))


def test_on_a_terminal_it_speaks_in_words(makar, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    done = makar("train", "music")
    assert done.code == 0
    assert not done.lines
    told = " ".join(done.out.split())
    for words in ("hear it (before):", "hear it (after):", "trained", "open the report:"):
        assert words in told


def test_a_name_is_never_taken_twice(makar, tiny_environment):
    tiny_environment.mkdir()
    (tiny_environment / "tune").mkdir()
    assert makar("train", "--iterations", 1, "--set", "evaluate.works=4").code == 0
    assert (tiny_environment / "tune-2" / "report.html").is_file()
    again = makar("train", "--name", "tune-2")
    assert again.code == 2
    assert "nothing is overwritten" in again.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bars", "7"], ["form 'ABAC' has 4 letters", "7 bars"]),
        (["--key", "H"], ["ask.key", "F#", "'H'"]),
        (["--metre", "7/8"], ["ask.metre", "'6/8'", "'7/8'"]),
        (["--set", "loop.wrks=3"], ["command line", "loop.wrks", "works"]),
        (["--set", "learn.minibatch=99"], ["learn.minibatch", "loop.works"]),
        (["--set", "loop"], ["--set", "NAME=VALUE"]),
        (["--weight", "clse=2"], ["reward.weights", "clse", "close"]),
        (["--weight", "close=-1"], ["reward.weights.close", "-1"]),
        (["--reward", "swing"], ["FILE.py:FUNCTION=WEIGHT"]),
        (["--reward", "no.py:swing"], ["there is no file", "no.py"]),
        (["--device", "cuda"], ["device", "cpu"]),
        (["--corpus", "nowhere"], ["nowhere", "not a folder"]),
        (["--set", 'corpus.collections=["x"]'], ["no such collection", "miscFolk"]),
        (["nothing.toml"], ["nothing.toml", "neither a recipe (", "mario, levels"]),
        (["--resume", "--seed", "3"], ["keeps its settings"]),
        (["--resume", "nothing"], ["nothing", "no such run"]),
        (["--seeds", "0"], ["--seeds"]),
        (["--surprise"], ["--surprise"]),
    ],
)
def test_bad_input_is_refused_before_anything_is_begun(makar, tiny_environment, arguments, words):
    done = makar("train", *arguments)
    assert done.code == 2
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err
    assert "fault of makar" not in done.err
    assert not list(tiny_environment.glob("*/run.json"))


def test_a_folder_without_music_is_refused_with_the_reason_for_each_file(makar, tmp_path):
    scores = tmp_path / "scores"
    scores.mkdir()
    (scores / "broken.mid").write_bytes(b"MThd but no more")
    done = makar("train", "--corpus", scores)
    assert done.code == 2
    assert "no file there could be read as music" in done.err
    told = [line["text"] for line in done.lines]
    assert any("broken.mid" in text for text in told)


def test_too_little_music_of_ones_own_is_said_and_the_run_goes_on(makar, tmp_path):
    scores = tmp_path / "scores"
    scores.mkdir()
    (scores / "mine.abc").write_text("X:1\nT:Mine\nM:6/8\nL:1/8\nK:D\nDEF GAB|ABc d3|]\n")
    (scores / "broken.mid").write_bytes(b"MThd but no more")
    done = makar("train", "--corpus", scores)
    assert done.code == 0
    told = " ".join(line["text"] for line in done.lines if line["event"] == "progress")
    assert "1 piece: too few to learn a style from" in told
    assert "nothing is learned from your music" in told
    assert "skipped broken.mid" in told


def test_a_second_process_on_the_same_run_is_refused(makar, tiny_environment):
    assert makar("train", "--name", "mine").code == 0
    with RunFolder(tiny_environment / "mine", write=True):
        done = makar("train", "--resume", "mine")
    assert done.code == 1
    assert "is writing to this run" in done.err


def test_a_flipped_byte_is_said_and_the_checkpoint_before_it_is_used(makar, tiny_environment):
    whole = makar("train", "--name", "whole", "--set", "loop.checkpoint_every=2")
    assert makar("train", "--name", "mine", "--set", "loop.checkpoint_every=2").code == 0
    path = tiny_environment / "mine" / "checkpoints" / "step-4" / "arrays.safetensors"
    data = bytearray(path.read_bytes())
    data[-7] ^= 1
    path.write_bytes(data)
    done = makar("train", "--resume", "mine")
    assert done.code == 0
    told = [line["text"] for line in done.lines if line.get("stage") == "resuming"]
    assert len(told) == 1
    assert "step-2 is used instead" in told[0]
    assert [line["iteration"] for line in done.lines if line["event"] == "step"] == [2, 3]
    assert weights(tiny_environment / "mine") == weights(tiny_environment / "whole")
    assert timeless(table(done)) == timeless(table(whole))


def timeless(rows):
    """The rows without what hangs on how fast the machine was just then."""
    kept = [row for row in rows if row["row"] != "best of many in equal seconds"]
    return [
        row | {"measures": {m: e for m, e in row["measures"].items() if m != "seconds for each"}}
        for row in kept
    ]


def weights(folder):
    return (folder / "checkpoints" / "step-4" / "arrays.safetensors").read_bytes()


def table(done):
    return next(line["table"] for line in done.lines if line["event"] == "finished")


@pytest.mark.parametrize("small_disk", ["4m"], indirect=True)
def test_a_full_disk_stops_the_run_with_the_checkpoints_intact(
    makar, small_disk, fill, monkeypatch
):
    monkeypatch.setenv("MAKAR_LOOP__CHECKPOINT_EVERY", "1")
    begun = []

    original = RunFolder.save

    def save(self, step, state, **options):
        if step == 3 and not begun:
            begun.append(fill(small_disk))
        return original(self, step, state, **options)

    monkeypatch.setattr(RunFolder, "save", save)
    done = makar("train", "--runs", small_disk, "--name", "mine")
    assert done.code == 1
    assert "the disk is full" in done.err
    assert "Free some space" in done.err
    assert checkpoint.load_newest(small_disk / "mine" / "checkpoints").step == 2
    begun[0].unlink()
    again = makar("train", "--runs", small_disk, "--resume", "mine")
    assert [line["iteration"] for line in again.lines if line["event"] == "step"] == [2, 3]
    assert len(list(read_metrics(small_disk / "mine" / "metrics.jsonl"))) == 4


def test_several_seeds_share_their_prior_and_are_compared(makar, tiny_environment):
    done = makar("train", "--seeds", 2, "--name", "study", "--iterations", 2)
    assert done.code == 0
    compared = done.lines[-1]
    assert compared["event"] == "compared"
    rows = {row["row"]: row for row in compared["table"]}
    page = Path(compared["report"]).read_text(encoding="utf-8")
    assert "study: 2 training seeds" in page
    assert "study-s1" in page
    assert "study-s2" in page
    assert rows["trained"]["seeds"] == 2
    assert rows["prior"]["seeds"] == 1
    single = [
        {row["row"]: row for row in json.loads((folder / "summary.json").read_text())}
        for folder in (tiny_environment / "study-s1", tiny_environment / "study-s2")
    ]
    prior = [timeless([row["prior"]]) for row in (*single, rows)]
    assert prior[0] == prior[1] == prior[2]
    means = [one["trained"]["measures"]["score"]["mean"] for one in single]
    assert means[0] != means[1]
    score = rows["trained"]["measures"]["score"]
    assert score["mean"] == pytest.approx(sum(means) / 2)
    half = 12.706204736 * abs(means[0] - means[1]) / 2  # t(0.975, 1) · sd / √2
    assert (score["high"] - score["low"]) / 2 == pytest.approx(half)
    more = makar("train", "--resume", "study", "--seeds", 3)
    assert more.code == 0
    assert more.lines[-1]["table"][-1]["seeds"] == 3
    assert (tiny_environment / "study-s3" / "config.toml").read_text().count("seed = 3") == 1
    taken = makar("train", "--seeds", 2, "--name", "study")
    assert taken.code == 2
    assert "go on with it" in taken.err
