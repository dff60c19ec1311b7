"""Anybody's domain has everything: shown on one that is installed beside makar, and on all desks.

The toy in ``tests/toy`` is a package of its own that makar knows nothing of. It is installed into
a folder, which is put before other programs' Python path; what it can is asked on the command line.
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from makar.core.types import Judgement
from makar.domains.levels.level.level import Levels
from makar.domains.levels.platform.files import read_level
from makar.domains.levels.tiles.codec import TileCodec
from makar.domains.music.abc.format import write_abc
from makar.domains.music.continuing import model as infill_model
from makar.domains.music.files import write_piece
from makar.domains.music.infill.codec import LONGEST, PREFIX, InfillCodec
from makar.domains.music.melody.grid import MelodyGrid, MelodyGrids
from makar.domains.music.piece.piece import Key, Metre, Part, Piece
from makar.domains.music.rewards.catalogue import build, fit_bands
from makar.domains.music.rewards.novelty import CopyIndex
from makar.models.recurrent import Recurrent, RecurrentConfig
from makar.models.token_policy import TokenPolicy
from makar.recipes import registry
from makar.recipes.domain import Sheet
from makar.recipes.loading import load_config
from makar.recipes.trained_run import finished, open_untrained
from makar.runs import checkpoint
from makar.runs.metrics import read_metrics

ROOT = Path(__file__).parents[2]
GAME = ROOT / "examples" / "game"
ITERATIONS = 200
SMALL = ["--iterations", 3, "--works", 8, "--set", "evaluate.works=12"]
HOUSE = "# My house\nb1-b3\nd1-d3\nb1-d1\nd3-b3\nB3-c4\nc4-d3\n"


# --- a program of its own, in which a package of somebody's is installed --------------------------


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The folder that the toy is installed in, as pip does it, without the network."""
    site = tmp_path_factory.mktemp("site")
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--no-compile"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", *offline, "--target", site,
         ROOT / "tests" / "toy"],
        check=True,
    )  # fmt: skip
    return site


PROGRAM = """
import contextlib, io, json, sys
from makar.cli import main
for line in sys.stdin:
    sys.argv, code = ["makar", *json.loads(line)], 0
    with contextlib.redirect_stdout(io.StringIO()) as out:
        with contextlib.redirect_stderr(io.StringIO()) as err:
            try:
                main()
            except SystemExit as end:
                code = end.code or 0
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""


class Shell:
    """One process that carries out commands: torch need not be loaded for each."""

    def __init__(self, folder, *sites):
        self.folder, self.runs = folder, folder / "runs"
        self.environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(map(str, sites)),
            "MAKAR_CACHE": str(folder / "cache"),
            "MAKAR_RUNS": str(self.runs),
            "OMP_NUM_THREADS": "1",
        }
        self.process = self.start("-c", PROGRAM, stdin=subprocess.PIPE)

    def start(self, *arguments, **pipes):
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)], stdout=subprocess.PIPE, text=True,
            cwd=self.folder, env=self.environment, **pipes,
        )  # fmt: skip

    def __call__(self, *arguments):
        self.process.stdin.write(json.dumps([str(word) for word in arguments]) + "\n")
        self.process.stdin.flush()
        code, out, err = json.loads(self.process.stdout.readline())
        lines = [json.loads(line) for line in out.splitlines() if line[:2] in ('{"', "[{")]
        return SimpleNamespace(code=code, out=out, err=err, lines=lines)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def shell(installed, tmp_path_factory):
    opened = Shell(tmp_path_factory.mktemp("toys"), installed)
    (opened.folder / "house.strokes").write_text(HOUSE)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def trained(shell):
    """A run of each recipe that was stopped, gone on with, and finished."""
    return {recipe: _stopped_and_resumed(shell, recipe) for recipe in ("strokes", "blobs")}


def _stopped_and_resumed(shell, recipe):
    settings = ["--iterations", ITERATIONS, "--works", 4, "--set", "evaluate.works=24"]
    process = shell.start("-m", "makar", "train", recipe, "--name", recipe, *settings)
    for line in process.stdout:  # whoever is not listened to any longer cannot get to the end
        event = json.loads(line)
        if event["event"] == "step" and event["iteration"] == 2:
            process.send_signal(signal.SIGINT)
            break
    out, _ = process.communicate(timeout=60)
    stopped = json.loads(out.splitlines()[-1])
    resumed = shell("train", "--resume", recipe)
    whole = shell("train", recipe, "--name", f"{recipe}-whole", *settings)
    assert (process.returncode, resumed.code, whole.code) == (130, 0, 0), resumed.err + whole.err
    return SimpleNamespace(
        stopped=stopped, resumed=resumed, whole=whole, folder=shell.runs / recipe
    )


both = pytest.mark.parametrize("recipe", ["strokes", "blobs"])


@both
def test_a_run_that_was_stopped_goes_on_to_the_very_same_end(trained, shell, recipe):
    run = trained[recipe]
    assert run.stopped["event"] == "stopped"
    assert 3 <= run.stopped["done"] < ITERATIONS
    steps = [line["iteration"] for line in run.resumed.lines if line["event"] == "step"]
    assert steps == list(range(run.stopped["done"], ITERATIONS))
    folders = run.folder, shell.runs / f"{recipe}-whole"
    states = [
        (checkpoint.load_newest(folder / "checkpoints").step, _logged(folder)) for folder in folders
    ]
    assert states[0] == states[1]
    assert states[0][0] == ITERATIONS
    weights = [(folder / "model" / "model.safetensors").read_bytes() for folder in folders]
    assert weights[0] == weights[1]


def _logged(folder):
    rows = [row | {"seconds": None} for row in read_metrics(folder / "metrics.jsonl")]
    return json.dumps(rows)  # NaN equals NaN as text


@both
def test_a_run_learns(trained, recipe):
    table = json.loads((trained[recipe].folder / "summary.json").read_text())
    score = {row["row"]: row["measures"]["score"]["mean"] for row in table}
    assert score["trained"] > score["prior"] + 0.05


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ("strokes", ["Drawings of 8 strokes", "25% ink", "draughtsmen", "is the same left and"]),
        ("blobs", ["bright 0.5", "painters", "has its light in the middle", "Vendi score"]),
    ],
)
def test_the_report_speaks_the_domain_s_words(trained, recipe, words):
    page = (trained[recipe].folder / "report.html").read_text(encoding="utf-8")
    told = re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    told = " ".join(told.split())
    for word in words:
        assert word in told
    for foreign in ("people", "tune", "notes running", "melody", "levels"):
        assert not re.search(rf"\b{foreign}\b", told), foreign
    assert ("runs of four" in told) == (recipe == "strokes"), "pictures have no runs to be counted"
    assert "<svg xmlns" in page if recipe == "strokes" else "data:image/png" in page


@pytest.mark.parametrize(
    ("recipe", "wish", "form"), [("strokes", ["--ink", 0.35], ".svg"), ("blobs", [], ".pgm")]
)
def test_works_are_sampled_listed_made_again_and_exported(trained, shell, recipe, wish, form):
    made = shell("sample", recipe, "-n", 3, *wish, "--to", form[1:], "--json")
    assert made.code == 0, made.err
    assert all(Path(line["path"]).suffix == form for line in made.lines)
    assert all(0 <= line["score"] <= 1 for line in made.lines)
    assert len({Path(line["path"]).read_bytes() for line in made.lines}) == 3
    [listed] = shell("works", recipe, "--phase", "sample", "--json").lines
    assert {one["id"] for one in listed} == {line["id"] for line in made.lines}
    again = shell("sample", recipe, "--again", made.lines[2]["id"], "--json")
    assert again.lines == [{"id": made.lines[2]["id"], "identical": True}]
    [best] = shell("works", recipe, "--best", 1, "--phase", "after", "--json").lines[0]
    out = shell.folder / f"best{form}"
    done = shell("export", best["id"], "--run", recipe, "--out", out)
    assert done.code == 0, done.err
    assert out.stat().st_size > 50
    wrong = shell("export", best["id"], "--run", recipe, "--to", "midi")
    assert wrong.code == 2
    assert form[1:] in wrong.err


def test_what_a_model_never_learned_is_refused_in_the_domain_s_words(trained, shell):
    done = shell("sample", "blobs", "--bright", 0.9)
    assert done.code == 2
    assert "learned a brightness of 0.5 alone" in done.err
    done = shell("sample", "strokes", "--ink", 7)
    assert done.code == 2
    assert "ink" in done.err


def test_a_file_is_judged(trained, shell):
    done = shell("score", "house.strokes", "--run", "strokes", "--json")
    assert done.code == 0, done.err
    [verdict] = done.lines
    assert verdict["title"] == "My house"
    assert verdict["parts"]["symmetry"]["value"] == 1
    assert verdict["parts"]["joined"]["role"] == "watch"
    assert verdict["resembles"] == "6 strokes as in “House”"
    told = shell("score", "house.strokes", "--run", "strokes").out
    assert "over 1 drawing" in told
    (shell.folder / "wrong.strokes").write_text("b1-c4\n")
    wrong = shell("score", "wrong.strokes", "--run", "strokes")
    assert wrong.code == 1
    assert "'b1-c4' is no stroke" in wrong.err


def test_a_run_is_measured_where_its_recipe_says_how(trained, shell):
    done = shell("evaluate", "strokes", "--works", 20, "--json")
    assert done.code == 0, done.err
    [found] = done.lines
    rows = {row["row"]: row["measures"]["score"]["mean"] for row in found["rows"]}
    assert {"human held-out", "random", "Markov", "prior", "best of 4", "trained"} <= rows.keys()
    assert rows["random"] < rows["trained"]
    assert Path(found["page"]).is_file()
    other = shell("evaluate", "blobs")
    assert other.code == 2
    assert "report.html" in other.err


@pytest.mark.parametrize(("recipe", "part"), [("strokes", "ink"), ("blobs", "middle")])
def test_a_reward_part_is_left_out(shell, recipe, part):
    study = [
        "ablate",
        recipe,
        "--seeds",
        1,
        "--part",
        part,
        "--iterations",
        2,
        "--name",
        f"a-{part}",
    ]
    done = shell(*study, "--set", "loop.works=8", "--set", "evaluate.works=8")
    assert done.code == 0, done.err
    whole, without = done.lines[-1]["table"]
    assert (whole["left_out"], without["left_out"]) == (None, part)
    assert Path(done.lines[-1]["page"]).is_file()


def test_a_file_of_one_s_own_goes_on_at_the_desk(trained, shell):
    words = ["continue", "house.strokes", "--run", "strokes", "--again", 2, "--variations", 2]
    done = shell(*words, "--json")
    assert done.code == 0, done.err
    for path in done.lines[0]["drawings"]:
        lines = (shell.folder / path).read_text().splitlines()
        kept = [line for number, line in enumerate(HOUSE.splitlines()) if number != 2]
        assert lines[:2] + lines[3:] == kept
    wrong = shell("continue", "house.strokes", "--run", "blobs", "--again", 2)
    assert wrong.code == 2
    assert "blobs is a run of blobs, not of strokes" in wrong.err
    wrong = shell("continue", "house.strokes", "--run", "strokes", "--again", 9)
    assert "there are strokes 1 to 6" in wrong.err


def test_what_is_private_is_named_only_when_asked_for(shell):
    (shell.folder / "secret.strokes").write_text(
        "\n\n".join(f"# Diary {n}\na{n}-e{n}\na1-a5\nb1-b5\nc1-c5" for n in (1, 2, 3, 4) * 2)
    )
    done = shell("train", "drawing", "--name", "own", *SMALL, "--own", "secret.strokes")
    assert done.code == 0, done.err
    page = (shell.runs / "own" / "report.html").read_text(encoding="utf-8")
    for secret in ("secret.strokes", "Diary"):
        assert secret not in page
    config = (shell.runs / "own" / "config.toml").read_text()
    assert f'own = "{shell.folder / "secret.strokes"}"' in config


def test_recipes_are_listed_with_the_others_and_have_flags_of_their_own(shell):
    listed = {line["recipe"]: line for line in shell("recipes", "--json").lines[0]}
    assert listed["strokes"]["aliases"] == ["drawing"]
    assert {"blobs", "tune", "mario"} <= listed.keys()
    told = shell("train", "strokes", "--help").out
    for flag in ("--ink", "--strokes", "--own", "makar train strokes --ink 0.3"):
        assert flag in told
    for foreign in ("--metre", "--challenge", "--bright"):
        assert foreign not in told
    assert "--again" in shell("continue", "house.strokes", "--help").out
    assert "--metre" in shell("train", "tune", "--help").out
    shown = shell("recipes", "--show", "strokes").out
    assert re.search(r"\[ask\]\nstrokes = 8\nink = 0.25", shown)


# --- domains that are not what they should be -----------------------------------------------------

BROKEN = """
from makar.recipes.domain import Domain, Listed

NUMBER = 3
THIEF = Domain("thief", (Listed("tune", "a name that is taken", "broken_recipe:HOLLOW"),))
HOLLOW = Domain(
    "hollow",
    (
        Listed("hollow", "a field is missing", "broken_recipe:HOLLOW"),
        Listed("absent", "there is no such place", "broken:ABSENT"),
        Listed("number", "no recipe", "broken:NUMBER"),
    ),
)
"""
BROKEN_RECIPE = """
from makar.recipes.domain import Recipe
from makar.recipes.settings import RecipeConfig
from makar.recipes.words import Words

def nothing(*_):
    return None

HOLLOW = Recipe(name="hollow", config=RecipeConfig, words=Words(), bring="", prompt=nothing,
                check=nothing, prepare=nothing, craft=nothing)
"""
POINTS = """[makar.domains]
number = broken:NUMBER
thief = broken:THIEF
hollow = broken:HOLLOW
gone = no_such_package:DOMAIN
"""


@pytest.fixture(scope="module")
def beset(installed, tmp_path_factory):
    """A shell with the toy and with domains that are broken."""
    site = tmp_path_factory.mktemp("broken")
    (site / "broken.py").write_text(BROKEN)
    (site / "broken_recipe.py").write_text(BROKEN_RECIPE)
    about = site / "broken-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (about / "entry_points.txt").write_text(POINTS)
    opened = Shell(tmp_path_factory.mktemp("beset"), installed, site)
    yield opened
    opened.close()


def test_a_broken_domain_is_named_and_the_others_go_on_working(beset):
    done = beset("recipes")
    assert done.code == 0
    assert {"tune", "mario", "strokes"} <= {line.split()[0] for line in done.out.splitlines()}
    for words in (
        "number (broken:NUMBER): it is a int, not a makar.recipes.domain.Domain",
        "thief (broken:THIEF): another domain has the name tune already",
        "gone (no_such_package:DOMAIN): No module named 'no_such_package'",
    ):
        assert words in done.err
    done = beset("train", "strokes", *SMALL)
    assert done.code == 0, done.err
    assert done.lines[-1]["event"] == "finished"


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ("hollow", ["broken_recipe:HOLLOW", "missing", "'read'"]),
        ("absent", ["broken:ABSENT", "no attribute 'ABSENT'"]),
        ("number", ["broken:NUMBER is a int, not a Recipe"]),
        ("nothing", ["neither a recipe", "strokes"]),
    ],
)
def test_a_recipe_that_does_not_keep_to_the_interface_says_what_is_missing(beset, recipe, words):
    done = beset("train", recipe)
    assert done.code == 2
    for word in words:
        assert word in done.err
    assert "fault of makar" not in done.err


# --- desks of every domain ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def toys(installed):
    """The toy's domain in this very process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(installed))
        registry._found.cache_clear()
        yield
    registry._found.cache_clear()


@pytest.fixture(scope="module")
def infiller():
    """What fills bars, untaught."""
    torch.manual_seed(0)
    codec, draw = InfillCodec(), np.random.default_rng(0)
    net = Recurrent(
        RecurrentConfig(vocabulary=codec.vocabulary, width=16, context=PREFIX + LONGEST)
    )
    tokens = np.ones((60, 128), np.int8)
    tokens[:, ::2] = draw.integers(12, 28, (60, 64))
    known = MelodyGrids.stack([MelodyGrid(row, Metre(), Key()) for row in tokens])
    bands = fit_bands(build(infill_model.score_names(), known.melodies), known.melodies)
    index = CopyIndex.of(known.melodies)
    return infill_model.Infiller(TokenPolicy(net, codec), index, 10.0, bands)


def _theme(changed):
    """Twelve bars, or the same with another note in the second."""
    notes = np.array([(n * 24, 24, 67 + [0, 4, 7, 5, 2][n % 5], 80) for n in range(48)])
    notes[6, 2] += changed
    return Piece((Part(notes, "Violin", 40),))


def _music(suffix, infiller, monkeypatch, folder):
    """A piece; what fills its bars is untaught."""

    def ready(_config):
        return infiller
        yield

    monkeypatch.setattr(infill_model, "prepare_infill", ready)
    path, other = folder / f"theme{suffix}", folder / f"other{suffix}"
    write = write_abc if suffix == ".abc" else write_piece
    write(_theme(0), path)
    write(_theme(2), other)
    return path, other, {"keep": "1-4,9-12"}, None


def _level(suffix, infiller, monkeypatch, folder):
    """Maps of the example game; who goes on with a map copies what others have there."""
    maps = sorted(GAME.glob("hollow-0*.tmj"))
    flags = {
        "corpus.files": [str(path) for path in maps],
        "corpus.legend": str(GAME / "legend.toml"),
    }
    config = load_config("levels", flags, environment={})
    craft = registry.recipe("levels").craft(config)
    begun = read_level(maps[0], config).tiles
    codec = TileCodec(craft.legend, None, len(begun), begun.shape[1])

    def sample(prompts, *, seeds):
        tails = [
            read_level(maps[n % len(maps)], config).tiles[:, -12:] for n in range(len(prompts))
        ]
        tiles = [np.hstack([p.given.tiles, t]) for p, t in zip(prompts, tails, strict=True)]
        return SimpleNamespace(works=Levels(np.stack(tiles), craft.legend.names), prompts=prompts)

    creator = SimpleNamespace(
        policy=SimpleNamespace(codec=codec, sample=sample),
        craft=craft,
        ask=registry.recipe("levels").prompt(config),
        reward=SimpleNamespace(lean=lambda works, _: Judgement(np.linspace(0, 1, len(works)))),
    )
    path, other = folder / f"mine{suffix}", folder / f"other{suffix}"
    touched = begun.copy()
    touched[0, 3] = 1 - touched[0, 3]
    for place, tiles in ((path, begun), (other, touched)):
        craft.export(Levels(tiles[None], craft.legend.names)[0], place, title="mine", notice="")
    return path, other, {"columns": 12}, SimpleNamespace(creator=creator, config=config)


def _drawing(suffix, infiller, monkeypatch, folder):
    """A drawing of the toy; who draws is untaught."""
    path, other = folder / "house.strokes", folder / "other.strokes"
    path.write_text(HOUSE)
    other.write_text(HOUSE.replace("c4-d3", "c4-d4"))
    return path, other, {"again": (2, 4), "add": 1}, open_untrained(load_config("strokes"))


@pytest.mark.parametrize(
    ("suffix", "prepare", "numbers", "free"),
    [
        (".abc", _music, range(1, 13), range(5, 9)),
        (".mid", _music, range(1, 13), range(5, 9)),
        (".musicxml", _music, range(1, 13), range(5, 9)),
        (".txt", _level, None, 12),
        (".tmj", _level, None, 12),
        (".strokes", _drawing, range(1, 8), (2, 4, 7)),
    ],
)
def test_a_desk_keeps_what_is_locked(
    suffix, prepare, numbers, free, toys, infiller, monkeypatch, tmp_path
):
    path, other, wishes, opened = prepare(suffix, infiller, monkeypatch, tmp_path)
    desk = registry.desk_for(suffix)
    sheet = desk.open(path, desk.config(**wishes), opened)
    assert isinstance(sheet, Sheet)
    counted = [unit.number for unit in sheet.units]
    if numbers is None:  # columns count from 1, and what is added comes behind the end
        numbers = range(1, len(counted) + 1)
        free = counted[-free:]
    assert counted == list(numbers)
    assert [unit.number for unit in sheet.units if not unit.locked] == list(free)

    finished(sheet.prepare())
    found = sheet.candidates(2, seed=3)
    assert len(found) == 2
    assert found[0].score >= found[1].score
    assert [sheet.put(one) for one in sheet.candidates(2, seed=3)] == [*map(sheet.put, found)]

    original = path.read_bytes()
    stays = sheet.outside(original)
    versions = [sheet.put(one) for one in found]
    assert len({original, *versions}) == 3
    assert [sheet.outside(content) for content in versions] == [stays, stays]
    assert sheet.outside(other.read_bytes()) != stays  # where something that is locked differs

    delivered = sheet.deliver(found, out=tmp_path / "out", seed=3, asked=2)
    written = [file.read_bytes() for file in (tmp_path / "out").glob(f"*{suffix}")]
    assert len(written) == 2
    if suffix != ".tmj":  # a map names its tilesets as seen from where it lies
        assert set(versions) == set(written)
    assert json.dumps(dict(delivered.record))
    assert any(str(tmp_path / "out") in line for line in delivered.lines)
    assert path.read_bytes() == original


def test_a_map_with_a_version_in_it_finds_its_tilesets_where_the_map_lies(tmp_path, monkeypatch):
    path, _, wishes, opened = _level(".tmj", None, monkeypatch, tmp_path)
    desk = registry.desk_for(".tmj")
    sheet = desk.open(path, desk.config(**wishes), opened)
    [version] = sheet.candidates(1, seed=0)
    tilesets = json.loads(sheet.put(version))["tilesets"]
    assert [(tmp_path / one["source"]).resolve() for one in tilesets] == [GAME / "hollow.tsj"]
