import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import mido
import pytest

from makar.cli.faults import exit_code_of
from makar.core.errors import UnreadableError
from makar.domains.levels.level.errors import UnreadableLevelError
from makar.domains.music.piece.piece import UNVERIFIED
from makar.recipes.loading import load_config
from makar.runs.errors import RunExistsError
from makar.runs.folder import RunFolder
from makar.training.session import run


@pytest.fixture(scope="module")
def trained(cache, tmp_path_factory):
    """A folder of runs with one small finished run, ``mine``."""
    from makar.recipes.loading import as_toml

    root = tmp_path_factory.mktemp("trained")
    settings = {
        "loop.iterations": 2, "loop.works": 8, "pretrain.updates": 20, "model.width": 16,
        "evaluate.works": 4, "corpus.collections": ["miscFolk"], "loop.checkpoint_every": 1,
    }  # fmt: skip
    config = load_config("tune", settings, environment={})
    with RunFolder.create(root, "mine", config=as_toml(config), seed=config.seed) as folder:
        for _ in run(folder, config):
            pass
    return root


@pytest.fixture
def at(makar, trained, monkeypatch):
    monkeypatch.setenv("MAKAR_RUNS", str(trained))
    return makar


def one(at, phase="after"):
    return json.loads(at("works", "--phase", phase, "--best", 1, "--json").out)[0]


def test_works_are_listed_best_first_with_their_notation(at):
    done = at("works", "--best", 3, "--phase", "after")
    assert done.code == 0
    header, *rows = done.out.splitlines()
    assert header.split() == ["id", "score", "phase", "shorthand", "resembles"]
    records = json.loads(at("works", "--best", 3, "--phase", "after", "--json").out)
    assert [row.split()[0] for row in rows] == [record["id"] for record in records]
    totals = [record["total"] for record in records]
    assert totals == sorted(totals, reverse=True)
    worst = json.loads(at("works", "--worst", 1, "--phase", "after", "--json").out)[0]
    assert worst["total"] <= totals[-1]


def test_works_can_be_ordered_by_one_part_only(at):
    records = json.loads(at("works", "--best", 5, "--by", "step_share", "--json").out)
    values = [record["parts"]["step_share"]["value"] for record in records]
    assert values == sorted(values, reverse=True)
    unknown = at("works", "--best", 5, "--by", "nothing")
    assert unknown.code == 1
    assert "there are: arch, bar_recurrence" in unknown.err
    assert at("works", "--best", 1, "--worst", 1).code == 2


def test_an_exported_work_is_read_by_another_program_and_never_overwritten(at, trained):
    work = one(at)
    first, second = at("export", work["id"]), at("export", work["id"][:6], "--to", "mid")
    assert (first.code, second.code) == (0, 0)
    paths = [done.out.splitlines()[0] for done in (first, second)]
    assert [path.rsplit("/", 1)[1] for path in paths] == [
        f"{work['id']}.mid",
        f"{work['id']}-2.mid",
    ]
    file = mido.MidiFile(paths[0])
    notes = [m for track in file.tracks for m in track if m.type == "note_on" and m.velocity]
    assert notes
    texts = " ".join(str(m.text) for t in file.tracks for m in t if m.type in ("text", "copyright"))
    assert f"run mine, work {work['id']}" in texts + first.out
    taken = at("export", work["id"], "--out", paths[0])
    assert taken.code == 2
    assert "nothing is overwritten" in taken.err


def test_an_export_says_whom_it_resembles_and_marks_unverified_licences(at, trained):
    work = one(at)
    with RunFolder(trained / "mine", write=True) as folder:
        folder.ledger._db.execute(
            "UPDATE works SET source = 'The Sad Song', licence = ? WHERE id = ?",
            (UNVERIFIED, work["id"]),
        )
    done = at("export", work["id"], "--to", "musicxml")
    assert "Resembles “The Sad Song” (licence unverified)." in done.out
    written = done.out.splitlines()[0]
    assert "The Sad Song" in Path(written).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["export", "zzzzzzzz"], 2, "no work 'zzzzzzzz'"),
        (["export", "{id}", "--to", "mp3"], 2, "musicxml"),
        (["export", "{id}", "--to", "mid", "--out", "x.abc"], 2, "contradict"),
        (["export", "{id}", "--out", "nowhere/x.mid"], 2, "no folder nowhere"),
        (["works", "other"], 2, "there are: mine"),
        (["sample", "--metre", "7/8"], 2, "6/8"),
        (["sample", "--bars", "32"], 2, "context"),
        (["sample", "-n", "0"], 2, "greater than or equal to 1"),
        (["sample", "--again", "zzzzzzzz"], 2, "no work"),
        (["report", "other"], 2, "no such run"),
        (["score", "nothing.mid"], 1, "nothing.mid: cannot be opened"),
    ],
)
def test_bad_input_is_named(at, arguments, code, words):
    work = one(at)["id"]
    done = at(*(argument.format(id=work) for argument in arguments))
    assert done.code == code
    assert words in done.err
    assert "Traceback" not in done.err
    assert "fault of makar" not in done.err


@pytest.mark.parametrize("kind", [UnreadableError, UnreadableLevelError])
def test_an_unreadable_file_is_the_users_to_mend(kind, capsys):
    assert exit_code_of(kind("a.tmj", "is broken")) == 2
    assert capsys.readouterr().err.startswith("makar: a.tmj: is broken. ")


@pytest.mark.parametrize("kind", [FileExistsError, RunExistsError])
def test_a_name_that_is_taken_is_the_users_to_change(kind, capsys):
    assert exit_code_of(kind("out: already there, and nothing is overwritten")) == 2
    assert capsys.readouterr().err == "makar: out: already there, and nothing is overwritten\n"


def test_samples_differ_from_call_to_call_and_each_can_be_made_again(at):
    first, second = at("sample", "-n", 2, "--json"), at("sample", "-n", 2, "--json")
    made = first.lines + second.lines
    assert len({line["id"] for line in made}) == 4
    kept = json.loads(at("works", "--phase", "sample", "--json").out)
    assert len({record["notation"] for record in kept}) == len(kept) >= 4
    hot = at("sample", "-n", 1, "--metre", "4/4", "--temperature", 0.7, "--to", "abc", "--json")
    assert "M:4/4" in Path(hot.lines[0]["path"]).read_text(encoding="utf-8")
    for line in [*made, *hot.lines]:
        again = at("sample", "--again", line["id"], "--json")
        assert (again.code, again.lines) == (0, [{"id": line["id"], "identical": True}])


@pytest.mark.parametrize("phase", ["before", "train", "after"])
def test_a_work_of_any_phase_is_made_again_by_the_weights_that_made_it(at, phase):
    work = one(at, phase)
    again = at("sample", "--again", work["id"])
    assert again.code == 0
    assert work["notation"] in again.out


def test_a_work_whose_draw_is_another_is_said_to_differ(at, trained):
    work = one(at, "before")
    change = "UPDATE works SET seed_number = seed_number + ? WHERE id = ?"
    with RunFolder(trained / "mine", write=True) as folder:
        folder.ledger._db.execute(change, (9999, work["id"]))
    again = at("sample", "--again", work["id"], "--json")
    assert (again.code, again.lines[0]["identical"]) == (1, False)
    with RunFolder(trained / "mine", write=True) as folder:
        folder.ledger._db.execute(change, (-9999, work["id"]))


TUNE = "X:1\nT:Mine\nM:6/8\nL:1/8\nK:D\n" + "DEF GAB|ABc d3|DEF GAB|AGF D3|" * 2 + "]\n"


def test_a_tune_scores_above_noise_and_broken_files_stop_nothing(at, tmp_path):
    (tmp_path / "tune.abc").write_text(TUNE)
    (tmp_path / "noise.abc").write_text(
        "X:1\nT:Noise\nM:6/8\nL:1/8\nK:D\n" + "^C^f=F _b^Gc|_B=c'D ^gE^d|" * 4 + "]\n"
    )
    (tmp_path / "broken.mid").write_bytes(b"MThd and no more")
    done = at("score", "tune.abc", "broken.mid", "noise.abc", "--json")
    assert done.code == 1
    assert "broken.mid" in done.err
    tune, broken, noise = done.lines
    assert "error" in broken
    assert tune["score"] > noise["score"]
    assert tune["parts"]["in_key"]["raw"] == 1.0
    assert noise["parts"]["mean_interval"]["stands"] == "above people's range"
    words = at("score", "tune.abc")
    assert words.code == 0
    assert "keeps to the notes of its key" in words.out
    odd = TUNE.replace("K:D", "K:none").replace("GAB|", "(4:3GABG|", 1)
    (tmp_path / "odd.abc").write_text(odd)
    told = at("score", "odd.abc")
    assert "\n  no key is written: heard as " in told.out
    assert "\n  1 of 16 beats have notes between the sixteenths" in told.out
    [record] = at("score", "odd.abc", "--json").lines
    assert [note.split()[0] for note in record["notes"]] == ["no", "1"]
    assert not record["left_out"]
    assert record["score"] > noise["score"]


def test_runs_and_reports_are_found(at, trained):
    assert [record["run"] for record in json.loads(at("runs", "--json").out)] == ["mine"]
    assert at("report").out.strip() == str(trained / "mine" / "report.html")
    (trained / "half").mkdir(exist_ok=True)


def test_a_report_is_written_again_from_the_run(at, trained, monkeypatch):
    page, table = trained / "mine" / "report.html", trained / "mine" / "summary.json"
    numbers = table.read_bytes()
    assert at("report", "--again").code == 0  # it names the files that were exported meanwhile
    before = page.read_bytes(), numbers
    page.write_text("of another version")
    assert at("report").code == 0
    assert page.read_text() == "of another version"  # named only: nobody asked for more
    done = at("report", "mine", "--again", "--json")
    assert done.lines == [{"run": "mine", "report": str(page)}]
    assert (page.read_bytes(), table.read_bytes()) == before
    page.unlink()
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    assert at("report", "--open").code == 0
    assert page.read_bytes() == before[0]
    assert opened == [page.as_uri()]


def test_a_report_that_cannot_be_written_again_stays(at, trained, monkeypatch):
    page = trained / "mine" / "report.html"
    before = page.read_bytes()

    def full(*_, **__):
        raise PermissionError(13, "not writable", str(page))

    monkeypatch.setattr("makar.reporting.report.write_text", full)
    assert at("report", "--again").code == 1
    assert page.read_bytes() == before


def test_a_run_that_is_under_way_has_no_report(makar, tiny_environment):
    from makar.recipes.loading import as_toml

    config = load_config("tune", {}, environment={})
    RunFolder.create(tiny_environment, "begun", config=as_toml(config), seed=1).close()
    done = makar("report", "begun")
    assert done.code == 2
    assert "0 of" in done.err
    assert "makar train --resume" in done.err


def test_without_a_run_it_is_said_how_to_begin_one(makar):
    for command in ("works", "report", "sample"):
        done = makar(command)
        assert done.code == 2
        assert "makar train begins one" in done.err
    assert "makar train begins one" in makar("runs").out


def test_the_machine_and_the_recipes_are_described(makar, tmp_path):
    facts = json.loads(makar("env", "--json").out)
    assert facts["packages"]["makar"] == version("makar")
    assert facts["devices"][0] == "cpu"
    assert facts["cache"].endswith("cache")
    shown = makar("recipes", "--show", "tune").out
    (tmp_path / "mine.toml").write_text(shown)
    assert load_config(tmp_path / "mine.toml", environment={}) == load_config(
        "tune", environment={}
    )
    assert "tune" in makar("recipes").out
    assert makar("--version").out.strip() == f"makar {version('makar')}"


def test_a_fault_of_makars_own_is_one_line_unless_asked_for_more(makar, monkeypatch):
    def broken(_root):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("makar.cli.listing.runs_and_faults", broken)
    short = makar("runs")
    assert short.code == 1
    assert len(short.err.splitlines()) == 1
    assert "MAKAR_DEBUG=1" in short.err
    monkeypatch.setenv("MAKAR_DEBUG", "1")
    assert "Traceback" in makar("runs").err


def test_a_private_corpus_is_not_named_unasked(at, trained):
    work = one(at)
    path = trained / "mine" / "config.toml"
    settings = path.read_text()
    with RunFolder(trained / "mine", write=True) as folder:
        folder.ledger._db.execute(
            "UPDATE works SET source = 'My Secret', licence = 'mine' WHERE id = ?", (work["id"],)
        )
    path.write_text(settings.replace('folder = "none"', 'folder = "/home/me"'))
    try:
        for arguments in (["works"], ["works", "--json"], ["export", work["id"]]):
            assert "My Secret" not in at(*arguments, *best(arguments)).out
            named = at(*arguments, *best(arguments), "--with-sources")
            assert "My Secret" in named.out
    finally:
        path.write_text(settings)


def best(arguments):
    return ["--phase", "after", "--best", 1] if arguments[0] == "works" else []


@pytest.mark.parametrize("arguments", [["--help"], ["works", "--help"], ["--version"]])
def test_start_up_imports_nothing_heavy(arguments):
    program = (
        f"import sys; sys.argv[1:] = {arguments!r}\nfrom makar.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit(str({'torch', 'numba', 'numpy', 'music21'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == ""


def test_listing_works_needs_no_torch(trained):
    program = (
        f"import sys; sys.argv[1:] = ['works', '--runs', {str(trained)!r}]\n"
        "from makar.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "sys.exit(int('torch' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0
    assert "before" in done.stdout
