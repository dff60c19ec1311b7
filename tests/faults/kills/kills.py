"""Runs killed at moments of chance, gone on with, and held against twins that nobody disturbed.

    python tests/faults/kills/kills.py 40

Not a test file. A third of the kills come while something is being saved; all fall anywhere between
the first and the last moment of a run: reading, pre-training, training, comparing, reporting.
"""

import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))

from faults.zygote import Zygote  # noqa: E402
from golden.make_runs import SETTINGS  # noqa: E402
from makar.evaluation.rows import CHOSEN  # noqa: E402

RECIPES = ("tune", "levels", "binary", "painter", "chorale")
SMALL = {
    "loop.iterations": 5, "loop.checkpoint_every": 2, "evaluate.works": 8, "evaluate.show": 1,
}  # fmt: skip
SECONDS = 120


@dataclass(frozen=True)
class Twin:
    """A run that nobody disturbed.

    Attributes:
        run: Its folder.
        seconds: How long it took.
    """

    run: Path
    seconds: float


class Kills:
    """Twins and what is killed beside them."""

    def __init__(self, place: Path, zygote: Zygote, recipes=RECIPES) -> None:
        self.place, self.zygote = place, zygote
        self.kept = place / "kept"
        self.cpu = 0.0
        self.twins = {name: self._twin(name) for name in recipes}

    def _twin(self, recipe):
        # the first fills the cache with what was read, which is no part of a run
        for number in range(2):
            folder = self.place / f"twin-{recipe}-{number}"
            done = self._begin(recipe, folder)
            assert done.code == 0, done.err
            for corpus in (folder / "cache").glob("corpus-*"):
                self.kept.mkdir(exist_ok=True)
                shutil.copy2(corpus, self.kept)
        return Twin(folder / "runs" / "run", done.seconds)

    def _begin(self, recipe, folder, kill=None, name="run"):
        if self.kept.is_dir() and not (folder / "cache").exists():
            shutil.copytree(self.kept, folder / "cache")
        settings = SETTINGS[recipe] | {"loop.works": 8} | SMALL
        words = [f"--set={name}={_toml(value)}" for name, value in settings.items()]
        return self._call(folder, kill, "train", recipe, "--name", name, *words)

    def _call(self, folder, kill, *words):
        folder.mkdir(exist_ok=True)
        names = {"MAKAR_CACHE": folder / "cache", "MAKAR_RUNS": folder / "runs", "HOME": folder}
        done = self.zygote.run(
            *words, cwd=ROOT, environment={n: str(path) for n, path in names.items()},
            seconds=SECONDS, kill=kill,
        )  # fmt: skip
        self.cpu += done.cpu
        return done

    def try_out(self, seed):
        """Kill a run once or twice; return what it was, and how it differs from its twin."""
        chance = random.Random(seed)
        recipe = list(self.twins)[seed % len(self.twins)]
        twin, folder = self.twins[recipe], self.place / f"trial-{seed}"
        told, run = [recipe], folder / "runs" / "run"
        for number in range(1 + (chance.random() < 0.3)):
            kill = self._moment(chance, folder, twin.seconds, saving=(seed + number) % 3 == 0)
            if number == 0:
                done = self._begin(recipe, folder, kill)
            else:
                done = self._go_on(recipe, folder, kill)
            when = f"{done.seconds:.2f} s" + (", saving" if done.saving else "")
            told.append(f"killed after {when}" if done.code == -9 else f"ended with {done.code}")
        done = self._go_on(recipe, folder)
        if done.code:
            return told, [f"going on ended with {done.code}: {done.err[-300:]}"]
        run = next(path for path in (folder / "runs").iterdir() if (path / "summary.json").exists())
        faults = list(differences(twin.run, run))
        if not faults:
            shutil.rmtree(folder)
        return told, faults

    def _moment(self, chance, folder, seconds, *, saving):
        if not saving:
            return {"after": chance.uniform(0, 0.9 * seconds)}
        run = folder / "runs" / "run"
        places = [run / "checkpoints", run, run / "model", folder / "cache" / "pretrained" / "*"]
        return {"saving": [[str(place) for place in places], chance.randrange(4)]}

    def _go_on(self, recipe, folder, kill=None):
        if (folder / "runs" / "run" / "run.json").exists():
            return self._call(folder, kill, "train", "--resume", "run")
        # killed before it was a run: begun once more, beside what is left of it
        left = (folder / "runs" / "run").exists()
        return self._begin(recipe, folder, kill, name="again" if left else "run")


def differences(twin: Path, run: Path):
    """What of a run is not as its twin's, timings left out."""
    for name, read in READ.items():
        one, other = read(twin), read(run)
        if one != other:
            yield f"{name} differs: {_first(one, other)}"


def _first(one, other):
    a, b = str(one), str(other)
    at = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    return f"{a[max(0, at - 60) : at + 60]!r} against {b[max(0, at - 60) : at + 60]!r}"


def _metrics(run):
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def _ledger(run):
    with closing(sqlite3.connect(run / "works.sqlite")) as db:
        works = db.execute("SELECT * FROM works ORDER BY iteration, phase, row").fetchall()
        parts = "SELECT w.id, p.name, p.raw, p.value, p.weight, p.role FROM parts p"
        found = db.execute(f"{parts} JOIN works w ON w.number = p.work ORDER BY 1, 2").fetchall()
    return [row[1:] for row in works], found


def _files(pattern):
    def read(run):
        found = sorted(path for path in run.glob(pattern) if path.is_file())
        return {path.relative_to(run).as_posix(): path.read_bytes() for path in found}

    return read


def _summary(run):
    rows = json.loads((run / "summary.json").read_text())
    rows = [row for row in rows if not row["row"].startswith(CHOSEN)]  # as many as time allows
    for row in rows:
        row["measures"] = {n: e for n, e in row["measures"].items() if "second" not in n}
    return rows


def _compared(run):
    with np.load(run / "compared.npz") as kept:
        names = [n for n in kept.files if "second" not in n and not n.startswith(CHOSEN)]
        return {name: kept[name].tobytes() for name in names}


READ = {
    "the log": _metrics, "the ledger": _ledger, "a checkpoint": _files("checkpoints/step-*/*"),
    "the pins": _files("checkpoints/pins.json"), "the model": _files("model/*"),
    "the table": _summary, "the values behind it": _compared,
    "the report": lambda run: len((run / "report.html").read_bytes()) > 10_000,
    "what is heard": lambda run: sorted(p.name for p in run.glob("samples/[ab]*")),
}  # fmt: skip


def _toml(value):
    return json.dumps(value)


def main(number: int) -> None:
    """Kill so many runs, and say how many came out as their twins did."""
    exact, saving, began = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as place, Zygote(Path(place) / "z", RECIPES) as zygote:
        kills = Kills(Path(place), zygote)
        for recipe, twin in kills.twins.items():
            print(f"twin of {recipe}: {twin.seconds:.1f} s", flush=True)  # noqa: T201
        for seed in range(number):
            told, faults = kills.try_out(seed)
            exact += not faults
            saving += any("saving" in words for words in told)
            print(seed, *told, *faults, sep="; ", flush=True)  # noqa: T201
        print(  # noqa: T201
            f"{exact} of {number} exact, {saving} of them killed while saving; "
            f"{kills.cpu:.0f} CPU-s, {time.monotonic() - began:.0f} s"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
