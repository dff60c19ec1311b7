"""Runs that an older makar left half-done: each opens, and is gone on with to its end.

They are in ``runs``, one per recipe, as ``make_runs.py`` made them; ``runs/expected.json`` says
what they held then. What fails here would fail for everybody who has runs.
"""

import json
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RUNS = HERE / "runs"
EXPECTED = json.loads((RUNS / "expected.json").read_text(encoding="utf-8"))
MUSIC = ("mid", "musicxml", "abc", "wav", "ogg", "svg", "png")
FORMATS = {
    "tune": MUSIC, "chorale": MUSIC, "blend": MUSIC,
    "mario": ("txt", "json", "png", "tmj"), "levels": ("tmj", "txt", "json", "png"),
    "binary": ("txt", "json", "png"), "zelda": ("txt", "json", "png"),
    "sokoban": ("txt", "json", "png"), "painter": ("svg", "png", "gif"),
}  # fmt: skip
BEGINNINGS = {
    "mid": b"MThd", "musicxml": b"<?xml", "abc": b"%abc-2.1\n", "wav": b"RIFF", "ogg": b"OggS",
    "svg": b"<svg", "gif": b"GIF89a", "png": b"\x89PNG", "json": b"{", "tmj": b"{", "txt": b"",
}  # fmt: skip
BACH = "chorale"
"""Its recipe first reads all of Bach's chorales, which takes more than ten seconds."""
REDRAWN = ("tune", "chorale", "blend", "mario", "sokoban")
"""One recipe for each way of making works. A work is drawn again bit for bit as long as the
network's numbers, which differ in their last digits from processor to processor, cross no draw."""
MAY_BE_UNFIT = ("mario", "levels")
"""Levels that cannot be won are not handed out, so there may be fewer than were asked for."""


def script():
    """``make_runs.py``, which imports nothing of makar's."""
    spec = spec_from_file_location("make_runs", HERE / "make_runs.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def runs_of(recipes):
    """Parameters: the runs of some recipes."""
    names = {name: run["recipe"] for name, run in EXPECTED.items() if run["recipe"] in recipes}
    slow = {name: [pytest.mark.slow] for name, recipe in names.items() if recipe == BACH}
    return [pytest.param(name, marks=slow.get(name, [])) for name in names]


MAKE = script()
every = pytest.mark.parametrize("name", EXPECTED)
trained = pytest.mark.parametrize("name", runs_of(FORMATS))
redrawn = pytest.mark.parametrize("name", runs_of(REDRAWN))


@pytest.fixture
def run(name, tiny_environment):
    """A copy of the run where runs are, with the repository's path in place of its placeholder."""
    folder = tiny_environment / name
    shutil.copytree(RUNS / name, folder)
    for empty in ("model", "samples"):  # a repository keeps no empty folders
        (folder / empty).mkdir(exist_ok=True)
    config = folder / "config.toml"
    text = config.read_text(encoding="utf-8").replace(MAKE.PLACEHOLDER, str(MAKE.ROOT))
    config.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def taught(cache):
    """What was learned by example so far: a run has its untrained model, and needs none of it."""
    return lambda: {path.name for path in (cache / "pretrained").glob("*")}


def works(makar, name):
    """By id: all that is said of each work."""
    done = makar("works", name, "--best", 1000, "--json")
    assert done.code == 0, done.err
    return {record["id"]: record for record in json.loads(done.out)}


def test_there_is_one_of_every_recipe(makar):
    told = json.loads(makar("recipes", "--json").out)
    assert {about["recipe"] for about in EXPECTED.values()} >= {one["recipe"] for one in told}


@every
def test_a_run_is_small_and_is_what_was_made(run, name):
    files = [path for path in (RUNS / name).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MAKE.LARGEST
    assert not [path for path in files if path.suffix in (".html", ".tmp") or path.name == "lock"]
    assert MAKE.works_of(run / "works.sqlite") == EXPECTED[name]["works"]


@every
def test_it_is_listed_with_the_works_it_had(makar, run, name):
    (record,) = json.loads(makar("runs", "--json").out)
    about = EXPECTED[name]
    assert (record["run"], record["id"], record["started"]) == (name, about["id"], about["started"])
    assert record["finished"] is False
    found = works(makar, name)
    assert {work["id"]: (work["phase"], work["total"]) for work in found.values()} == {
        work["id"]: (work["phase"], work["total"]) for work in about["works"]
    }
    assert {work["phase"] for work in found.values()} == {"before", "train"}
    assert MAKE.summed_up(list(found.values())) == about["listed"]


@every
def test_its_works_become_files(makar, run, name):
    formats = FORMATS[EXPECTED[name]["recipe"]]
    contents = {work["id"]: work["contents"] for work in EXPECTED[name]["works"]}
    ids = list(contents)
    for number, to in enumerate(formats):
        chosen = ids[number % len(ids)]
        done = makar("export", chosen, "--run", name, "--to", to)
        assert done.code == 0, done.err
        path = Path(done.out.splitlines()[0])
        assert path.name == f"{chosen}.{to}"
        written = path.read_bytes()
        assert written.startswith(BEGINNINGS[to])
        assert len(written) > 20
        if to == "txt":  # a level is kept as its text
            assert MAKE.digest(written) == contents[chosen]


@trained
def test_it_makes_more_works(makar, run, name, taught):
    before = taught()
    done = makar("sample", name, "-n", 2, "--json")
    assert done.code == 0, done.err
    made = {line["id"]: Path(line["path"]) for line in done.lines}
    assert len(made) == 2 or (EXPECTED[name]["recipe"] in MAY_BE_UNFIT and len(made) == 1)
    assert all(path.stat().st_size for path in made.values())
    found = works(makar, name)
    assert found.keys() == made.keys() | {work["id"] for work in EXPECTED[name]["works"]}
    assert len({work["kind"] for work in found.values()}) == 1
    assert taught() == before


@redrawn
def test_a_work_is_made_again_by_the_weights_that_made_it(makar, run, name):
    chosen = next(work["id"] for work in EXPECTED[name]["works"] if work["phase"] == "before")
    done = makar("sample", "--again", chosen)
    assert done.code == 0, done.err
    kept = works(makar, name)[chosen]["notation"]
    # ABC is beamed, and was not when these runs were made
    assert done.out.splitlines()[0].replace(" ", "") == kept.replace(" ", "")


@trained
def test_it_is_gone_on_with_to_its_end(makar, run, name, taught):
    about, before = EXPECTED[name], taught()
    done = makar("train", "--resume", name)
    assert done.code == 0, done.err
    steps = [line["iteration"] for line in done.lines if line["event"] == "step"]
    assert steps == list(range(about["done"], about["iterations"]))
    assert not [line for line in done.lines if line.get("stage") == "resuming"]
    assert taught() == before
    assert {row["row"] for row in json.loads((run / "summary.json").read_text())} >= {"trained"}
    assert (run / "report.html").stat().st_size > 10_000
    assert len((run / "metrics.jsonl").read_text().splitlines()) == about["iterations"]
    kept = {work["id"]: work for work in MAKE.works_of(run / "works.sqlite")}
    assert {work["id"]: kept[work["id"]] for work in about["works"]} == {
        work["id"]: work for work in about["works"]
    }
    assert {work["phase"] for work in kept.values()} == {"before", "train", "after"}
