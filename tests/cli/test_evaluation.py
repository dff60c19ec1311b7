import json

import pytest

from makar.evaluation.rows import AT_EQUAL_SECONDS, HUMAN, MARKOV, PRIOR, RANDOM, TRAINED


def told(done):
    return json.loads(next(line for line in done.out.splitlines() if line.startswith("{")))


@pytest.mark.slow
def test_a_run_is_evaluated_compared_and_tabulated(makar, tiny_environment, monkeypatch):
    assert makar("train", "--name", "one", "--seed", 1).code == 0
    assert makar("train", "--name", "other", "--seed", 2).code == 0
    done = makar("evaluate", "one", "--works", 20, "--json")
    assert done.code == 0, done.err
    rows = {row["row"]: row for row in told(done)["rows"]}
    equal = f"best of {-(-(4 * 8 + 20) // 20)}"
    assert list(rows) == [
        HUMAN, RANDOM, MARKOV, PRIOR, equal, "best of 4", AT_EQUAL_SECONDS, TRAINED,
        equal.replace("best", f"{TRAINED}, best"),
    ]  # fmt: skip
    assert rows["best of 4"]["measures"]["score"]["mean"] > rows[PRIOR]["measures"]["score"]["mean"]
    folder = tiny_environment / "one" / "evaluation"
    assert json.loads((folder / "summary.json").read_text()) == told(done)["rows"]
    assert "makar-FD features" in json.loads((folder / "evaluation.json").read_text())["about"]
    own = json.loads((tiny_environment / "one" / "summary.json").read_text())
    assert TRAINED in {row["row"] for row in own}
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    again = makar("evaluate", "one", "--works", 20)
    assert again.code == 0
    assert (tiny_environment / "one" / "evaluation-2" / "summary.json").read_bytes() == (
        folder / "summary.json"
    ).read_bytes()
    assert "Rules not trained on" in again.out

    compared = makar("compare", "one", "other", "--json")
    assert compared.code == 0, compared.err
    assert told(compared)["settings"] == {"seed": ["1", "2"]}
    assert (tiny_environment / "comparison" / "comparison.html").is_file()

    table = makar("table", "one", "other", "--csv", "--measure", "score")
    assert table.out.splitlines()[0] == "setting,row,measure,mean,low,high,n,seeds"
    assert table.out.splitlines()[-1].endswith(",2")
    both = tiny_environment / "both"
    assert makar("table", "o*", "--csv", "--latex", "--out", both).code == 0
    assert (tiny_environment / "both.csv").is_file()
    assert r"\begin{tabular}" in (tiny_environment / "both.tex").read_text()
    taken = makar("table", "o*", "--csv", "--out", tiny_environment / "both.csv")
    assert (taken.code, "nothing is overwritten" in taken.err) == (2, True)
    evaluated = makar("table", "one", "--evaluation", "--latex", "--measure", "makar-FD")
    assert "makar-FD &" in evaluated.out


def test_a_folder_of_any_tool_is_evaluated(makar, tiny_environment, tmp_path, monkeypatch):
    monkeypatch.setenv("MAKAR_PRIOR_SEED", "77")  # of a prior that no other test has taught
    scores = tmp_path / "scores"
    scores.mkdir()
    for i in range(4):
        tune = "DEF GAB|ABc d3|dcB AGF|E2F G3|" * 2
        (scores / f"{i}.abc").write_text(f"X:{i}\nM:6/8\nL:1/8\nK:D\n{tune[:-1]}|]\n")
    (scores / "broken.mid").write_bytes(b"MThd but no more")
    out = tmp_path / "seen"
    done = makar("evaluate", scores, "--works", 20, "--out", out, "--json")
    assert done.code == 0, done.err
    assert "broken.mid: is a MIDI file of unknown format" in done.err
    found = told(done)
    rows = {row["row"]: row for row in found["rows"]}
    assert list(rows) == [HUMAN, "the folder", RANDOM, MARKOV]
    assert rows["the folder"]["n"] == 4
    assert rows["the folder"]["measures"]["duplicates"]["mean"] == 0.75
    assert found["unreadable"] == [
        {"file": "broken.mid", "reason": "is a MIDI file of unknown format 8302"}
    ]
    assert any("makar train tune teaches one" in note for note in found["notes"])
    assert (out / "evaluation.html").is_file()
    taken = makar("evaluate", scores, "--out", out)
    assert (taken.code, "nothing is overwritten" in taken.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evaluate"], ["no run yet"]),
        (["evaluate", "nothing"], ["neither a run nor a folder", "there are these runs: none"]),
        (["evaluate", "EMPTY"], ["0 phrases of 8 bars", "MIDI, MusicXML or ABC"]),
        (["evaluate", "EMPTY", "--bars", "40"], ["ask.bars", "32"]),
        (["evaluate", "EMPTY", "--bars", "2"], ["--bars"]),
        (["compare", "one"], ["two different runs"]),
        (["compare", "one", "two"], ["one", "no such run"]),
        (["table", "one"], ["no such run"]),
        (["table", "o*"], ["no run is called so"]),
        (["ablate", "nothing.toml"], ["neither a recipe"]),
        (["ablate", "--part", "clse"], ["--part clse", "close"]),
        (["ablate", "--seeds", "0"], ["--seeds"]),
        (["ablate", "--set", "loop.wrks=3"], ["loop.wrks"]),
    ],
)
def test_bad_input_is_refused(makar, tmp_path, arguments, words):
    (tmp_path / "EMPTY").mkdir()
    done = makar(*arguments)
    assert done.code == 2
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("command", ["evaluate", "compare", "table", "ablate"])
def test_help_has_examples(makar, command):
    done = makar(command, "--help")
    assert done.code == 0
    assert f"makar {command} " in done.out


def runs_of(done):
    """Numbers of the runs that were carried out; how often each was told hangs on the clock."""
    told = (line["number"] for line in done.lines if line["event"] == "ablation")
    return list(dict.fromkeys(told))


@pytest.mark.slow
def test_an_ablation_goes_on_where_it_was_stopped(makar, tiny_environment):
    asked = (
        "ablate",
        "--seeds",
        1,
        "--iterations",
        2,
        "--part",
        "close",
        "--set",
        "evaluate.works=8",
    )
    done = makar(*asked)
    assert done.code == 0, done.err
    assert runs_of(done) == [1, 2]
    rows = done.lines[-1]["table"]
    assert [row["row"] for row in rows] == ["whole", "without close"]
    assert rows[1]["seeds"] == 1
    finished = tiny_environment / "ablation-whole-s1" / "summary.json"
    before = finished.stat().st_mtime_ns
    for path in (tiny_environment / "ablation-no-close-s1").glob("summary.json"):
        path.unlink()  # as if it had been stopped before its end
    again = makar(*asked)
    assert runs_of(again) == [2]
    assert finished.stat().st_mtime_ns == before
    assert again.lines[-1]["table"] == rows
    assert (tiny_environment / "ablation-2" / "ablation.html").is_file()
    other = makar(*asked[:-1], "evaluate.works=9")
    assert other.code == 2
    assert "other settings; choose another --name" in other.err
    two = makar("table", "ablation-whole", "--csv", "--latex")
    assert (two.code, "--out" in two.err) == (2, True)
