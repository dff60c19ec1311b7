r"""Are the works the same as before, from the same seeds? For changes that should change none.

    git worktree add ../base COMMIT
    .venv/bin/python benchmarks/equal_works.py --source ../base/src --write before.json
    .venv/bin/python benchmarks/equal_works.py --check before.json

Twelve recipes with their seeds, in tiny settings, are made with nothing but the command line of
the checkout that ``--source`` names, and each comes to one SHA-256 over what it made:

- a trained run: every work in ``works.sqlite`` (content, notation, total, each part's raw and
  value, prompt, draw, nearest source), and the numbers of ``metrics.jsonl`` and ``summary.json``.
  All the works of every step are kept, not only its best; losses and gradients show what learning
  did where no work differs yet;
- ``continue`` and ``harmonise``: the music in the files, and each variation's scores;
- ``evaluate``, of a run and of a folder: every row's measures, and which of them were trained on.

Left out is what changes with the time, the place or a title: ids, run ids, paths, times,
versions, and the lines of a file that say what it is called and who made it. Floats are compared
to the last bit.

Everything is made in a new folder with an empty cache of its own. Of six and a half minutes of
processor time four go to the model that fills bars, which cannot be made smaller; ``--infill DIR``
keeps it there for further calls, which then compare what it makes and not how it learned.
``--keep DIR`` keeps the runs, and beside them for each pair the text that was hashed: ``diff``
says what differs.

The hashes hold for one machine and its versions of numpy, numba and torch: another processor
may round differently. ``benchmarks/equal_works.json`` was made by

    git worktree add ../base e36f9ea
    .venv/bin/python benchmarks/equal_works.py --source ../base/src \
        --write benchmarks/equal_works.json

with numpy 2.4.6, numba 0.68.1 and torch 2.13.0 on an AMD EPYC with AVX-512. Where the same does not
come out of that commit, compare with a ``before.json`` as above.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parents[1]
GAME = "examples/game"
CACHE, RUNS = "cache", "runs"
TUNE = """X:1
T:A plain tune
M:4/4
L:1/8
K:G
G2 B2 d2 B2|c2 A2 F2 D2|G2 A2 B2 c2|d4 B4|
e2 d2 c2 B2|A2 G2 F2 A2|G2 B2 A2 F2|G8|]
"""
OTHERS = """X:2
T:A plain jig
M:6/8
L:1/8
K:D
d2 f a2 f|g2 e c2 A|d2 f a2 f|e3 A3|
d2 f a2 f|g2 b a2 g|f2 d e2 c|d6|]

X:3
T:Another
M:6/8
L:1/8
K:D
A2 d f2 d|e2 c A2 c|d2 e f2 g|a3 f3|
g2 b a2 f|g2 e f2 d|e2 d c2 A|d6|]

X:4
T:A third
M:6/8
L:1/8
K:D
f2 f e2 d|c2 d e2 A|f2 f e2 d|B2 c d3|
a2 f g2 e|f2 d e2 c|A2 d c2 e|d6|]

X:5
T:A fourth
M:6/8
L:1/8
K:D
d3 c2 B|A2 F A2 d|B2 G B2 d|c3 A3|
d3 e2 f|g2 e f2 d|A2 B c2 e|d6|]
"""
MINE = '''import numpy as np


def comes_down(works, prompts):
    """1 where the last note lies a fifth or more below the first, 0 where it does not fall."""
    tunes = works.melodies
    rows = np.arange(len(works))
    first, last = tunes.pitch[:, 0], tunes.pitch[rows, tunes.count - 1]
    return np.where(tunes.count > 1, np.clip((first - last) / 7, 0, 1), np.nan)
'''
GIVEN = {"tune.abc": TUNE, "folder/jigs.abc": OTHERS, "mine.py": MINE}
UNTITLED = ("X:", "T:", "S:", "Z:", "N:")
"""Beginnings of the lines of an ABC file that name it; ``%`` is a remark, ``%%`` is an order."""
TINY = (
    "loop.iterations=3", "loop.works=12", "loop.keep=12", "loop.explore=1.2",
    "evaluate.works=24", "evaluate.best_of=2",
)  # fmt: skip
WORK = (
    "phase", "iteration", "row", "kind", "content", "notation", "total", "prompt", "seed",
    "seed_iteration", "seed_number", "temperature", "source", "licence",
)  # fmt: skip
NO_NUMBERS = ("seconds", "events", "faults")
ALLOCATION = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1),
    "MALLOC_TOP_PAD_": str(2**26),
}
"""Freed memory is kept for the next step: a fifth of the time of learning to fill bars."""


@dataclass(frozen=True)
class Place:
    """Where works are made, and by what.

    Attributes:
        folder: Holds the runs, the cache and what is given.
        python: The interpreter.
        source: The folder that ``makar`` is in.
    """

    folder: Path
    python: str
    source: Path

    def prepare(self) -> None:
        """Write what is given."""
        for name, text in GIVEN.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        shutil.copytree(HERE / GAME, self.folder / "game")

    def run(self, *command: str) -> str:
        """What the interpreter prints; its fault ends everything."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("MAKAR_", "PYTHONPATH"))}
        mine = {
            "MAKAR_CACHE": str(self.folder / CACHE), "MAKAR_RUNS": str(self.folder / RUNS),
            "PYTHONPATH": str(self.source), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1",
        }  # fmt: skip
        done = subprocess.run(
            [self.python, *command], cwd=self.folder, env=kept | ALLOCATION | mine,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"{' '.join(command)}: ended with {done.returncode}\n{done.stderr[-3000:]}")
        return done.stdout

    def makar(self, *words: str) -> list[dict[str, Any]]:
        """What a command of makar says, as JSON."""
        return [json.loads(line) for line in self.run("-m", "makar", *words).splitlines()]


Make: TypeAlias = Callable[[Place, str], Iterator[str]]
"""Makes something under a name, and gives the lines that have to be equal."""


@dataclass(frozen=True)
class Pair:
    """A recipe or command with its seed.

    Attributes:
        name: What it is called.
        make: Makes it.
        needs: The pair whose run it works on; empty where it needs none.
    """

    name: str
    make: Make
    needs: str = ""


def trained(recipe: str, seed: int, *settings: str, words: Sequence[str] = ()) -> Make:
    """Train, and give every work, every step and the table."""
    named = [word for setting in (*TINY, *settings) for word in ("--set", setting)]

    def make(place: Place, name: str) -> Iterator[str]:
        who = ("train", recipe, "--name", name, "--seed", str(seed), "--json")
        place.makar(*who, *named, *words)
        run = place.folder / RUNS / name
        yield from works_of(run / "works.sqlite")
        yield from steps_of(run / "metrics.jsonl")
        yield from map(line, read(run / "summary.json"))

    return make


def works_of(ledger: Path) -> Iterator[str]:
    """Each work as a line, and each part of its reward as one below it."""
    with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as db:
        order = "ORDER BY phase, iteration, row"
        for number, *values in db.execute(f"SELECT number, {', '.join(WORK)} FROM works {order}"):
            work = dict(zip(WORK, values, strict=True))
            work["content"] = work["content"].decode("utf-8", "surrogateescape")
            work["prompt"] = json.loads(work["prompt"])
            yield line(work)
            part = "SELECT name, raw, value, weight, role FROM parts WHERE work = ? ORDER BY name"
            yield from map(line, db.execute(part, (number,)))


def steps_of(log: Path) -> Iterator[str]:
    """The numbers of each step, without its seconds and what was said of it in words."""
    for text in log.read_text(encoding="utf-8").splitlines():
        yield line({k: v for k, v in json.loads(text).items() if k not in NO_NUMBERS})


def continued(place: Place, name: str) -> Iterator[str]:
    """Fill bars of the tune, and go on with it."""
    for kind, how in (("filled", ("--keep", "1-4,7-8")), ("longer", ("--bars", "4"))):
        out = f"{name}-{kind}"
        [record] = place.makar(
            "continue", "tune.abc", *how, "--variations", "4", "--seed", "5", "--out", out, "--json"
        )
        for variation in record.pop("variations"):
            yield from music(place.folder / variation["path"])
            yield line({k: v for k, v in variation.items() if k not in ("id", "path")})
        yield line({k: v for k, v in record.items() if k not in ("file", "made_with", "page")})


def harmonised(place: Place, name: str) -> Iterator[str]:
    """Put three voices under the tune."""
    (place.folder / name).mkdir()
    how = ("-n", "3", "--run", "chorale-7", "--to", "abc", "--seed", "5", "--out", name)
    for one in place.makar("harmonise", "tune.abc", *how, "--json"):
        yield from music(place.folder / one["path"])
        yield line(one["score"])


def evaluated(place: Place, name: str) -> Iterator[str]:
    """Measure a run, and a folder of tunes."""
    for what in ("tune-7", "folder"):
        out = f"{name}-{what}"
        place.makar("evaluate", what, "--works", "20", "--out", out, "--json")
        yield from map(line, read(place.folder / out / "summary.json"))
        measures = read(place.folder / out / "evaluation.json")["measures"]
        yield line({measure: about["trained_on"] for measure, about in measures.items()})


def music(path: Path) -> Iterator[str]:
    """The lines of an ABC file that can be heard."""
    for text in path.read_text(encoding="utf-8").splitlines():
        remark = text.startswith("%") and not text.startswith("%%")
        if not (remark or text.startswith(UNTITLED)):
            yield text


def line(value: object) -> str:
    """A value as text: equal texts are equal values, floats to the last bit."""
    return json.dumps(value, sort_keys=True)


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


TAUGHT = ("pretrain.warmup=5", "pretrain.evaluate_every=20", "pretrain.updates=40")
LEVEL = ("ask.columns=40", "model.width=48", "model.inner=24")
EDITOR = ("model.width=8", "model.depth=2", "learn.minibatch=6")
MAPS = [f"game/{path.name}" for path in sorted((HERE / GAME).glob("*.tmj"))]
PAIRS = (
    Pair("tune-7", trained("tune", 7, *TAUGHT, "model.width=64")),
    Pair(
        "ppo-8",
        trained(
            "tune", 8, *TAUGHT, "model.width=32", "learn.epochs=2",
            words=(
                "--algorithm", "ppo", "--model", "transformer", "--metre", "4/4",
                "--mode", "minor", "--key", "A", "--reward", "mine.py:comes_down=2",
            ),
        ),
    ),
    Pair("chorale-7", trained("chorale", 7, *TAUGHT, "model.width=64")),
    Pair("blend-7", trained("blend", 7, *TAUGHT, "model.width=32")),
    Pair("mario-7", trained("mario", 7, *TAUGHT, *LEVEL, "corpus.levels=40")),
    Pair(
        "levels-7",
        trained(
            "levels", 7, *TAUGHT, *LEVEL, words=("--legend", "game/legend.toml", "--corpus", *MAPS)
        ),
    ),
    Pair("binary-7", trained("binary", 7, *EDITOR)),
    Pair("zelda-7", trained("zelda", 7, *EDITOR)),
    Pair("sokoban-7", trained("sokoban", 7, *EDITOR)),
    Pair("continue-5", continued),
    Pair("harmonise-5", harmonised, needs="chorale-7"),
    Pair("evaluate", evaluated, needs="tune-7"),
)  # fmt: skip


def hashes(place: Place, wanted: Sequence[Pair]) -> dict[str, str]:
    """Make the pairs one after the other; say for each what it took and what it comes to."""
    found: dict[str, str] = {}
    print(f"{'pair':<12} {'seconds':>8} {'of CPU':>7}  sha256")
    for pair in wanted:
        began, used = time.monotonic(), cpu_seconds()
        text = "\n".join(pair.make(place, pair.name)) + "\n"
        if str(place.folder) in text:
            sys.exit(f"{pair.name}: the folder's name is in what was made; leave it out here")
        (place.folder / f"{pair.name}.txt").write_text(text, encoding="utf-8")
        found[pair.name] = hashlib.sha256(text.encode()).hexdigest()
        took, cpu = time.monotonic() - began, cpu_seconds() - used
        print(f"{pair.name:<12} {took:8.1f} {cpu:7.1f}  {found[pair.name]}", flush=True)
    return found


def cpu_seconds() -> float:
    """Processor time of all commands until now."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def kept(here: Path | None, there: Path) -> Iterator[None]:
    """Bring what was learned before, and keep what is learned now."""
    if here is not None and here.exists():
        shutil.copytree(here, there, dirs_exist_ok=True)
    yield
    if here is not None and there.exists():
        shutil.copytree(there, here, dirs_exist_ok=True)


def source_used(place: Place) -> Path:
    """Where ``makar`` is imported from; that has to be the source that was named."""
    found = Path(place.run("-c", "import makar; print(makar.__file__)").strip()).resolve()
    if not found.is_relative_to(place.source):
        sys.exit(f"{place.python} takes makar from {found}, not from {place.source}")
    return found


def differing(found: dict[str, str], before: dict[str, str], *, only: bool) -> list[str]:
    """Pairs that do not come to the same; with ``only``, of those that were made."""
    names = found if only else {**before, **found}
    return [name for name in names if found.get(name) != before.get(name)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--python", default=sys.executable, help="interpreter with what makar needs")
    add("--source", type=Path, default=HERE / "src", help="folder that makar is in")
    add("--write", type=Path, metavar="FILE", help="write the hashes as JSON")
    add("--check", type=Path, metavar="FILE", help="compare; exit with 1 where they differ")
    add("--only", choices=[pair.name for pair in PAIRS], help="this one, and what it needs")
    add("--keep", type=Path, metavar="DIR", help="new folder for the runs and what was hashed")
    add("--infill", type=Path, metavar="DIR", help="keep the model that fills bars here")
    given = parser.parse_args()
    if given.only and given.write:
        parser.error("--write takes every pair: leave --only out")
    if given.keep and given.keep.exists():
        parser.error(f"--keep {given.keep}: already there, and nothing is overwritten")
    return given


def main() -> int:
    given = arguments()
    wanted = [p for p in PAIRS if given.only in (None, p.name)]
    wanted = [p for p in PAIRS if p in wanted or p.name in {one.needs for one in wanted}]
    before = json.loads(given.check.read_bytes()) if given.check else {}
    if given.keep:
        given.keep.mkdir(parents=True)
    with nullcontext(given.keep) if given.keep else tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder).resolve(), given.python, given.source.resolve())
        place.prepare()
        print(f"source: {source_used(place)}", flush=True)
        with kept(given.infill, place.folder / CACHE / "infill"):
            found = hashes(place, wanted)
    if given.write:
        given.write.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if not given.check:
        return 0
    differ = differing(found, before, only=bool(given.only))
    print(f"differ from {given.check}: {', '.join(differ)}" if differ else "all are equal")
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
