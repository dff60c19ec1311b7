"""Make the small stopped runs that ``test_runs.py`` opens: what an older makar left behind.

    python tests/golden/make_runs.py tune tests/golden/runs/tune

The run is made by the command line, stopped part-way by Ctrl-C, and made fit to be kept in a
repository; what it holds is noted in ``expected.json`` beside the folder. A folder that is there
already is refused: a run that is made anew proves nothing of older ones. Where the format of run
folders changes on purpose, make another run under another name and keep both.

What is done to the folder afterwards:

1. the lock and what was heard on the way are removed;
2. of the works from before training only the best are kept, and the ledger is one file;
3. this repository's path is written as ``@REPO@``, and of the machine only its system is told.

The ids of the works of ``levels`` depend on where the repository was, which its settings name.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = "@REPO@"
STOPPED_AFTER = 5
"""Steps after which Ctrl-C is sent; one more may be done. At its fifth update a learner has kept
its last good weights and optimiser, so these are in the checkpoint."""
SOONER = {"chorale": 2, "mario": 2, "levels": 2, "painter": 2}
"""Steps of networks of many small tensors: with those copies they would be too large."""
LEFT = 3
"""Steps that are left to do, or one less."""
KEPT_BEFORE = 4
"""Works from before training that are kept: all 64 would fill the folder."""
LARGEST = 200_000
"""Bytes that a folder may have."""
FIELDS = (
    "id", "phase", "iteration", "row", "total", "parts", "prompt", "notation", "draw",
    "temperature", "source", "licence", "kind", "bytes",
)  # fmt: skip
"""What ``makar works --json`` said of a work when these runs were made; it may say more."""

LOOP: dict[str, Any] = {
    "loop.works": 8, "evaluate.works": 4, "evaluate.best_of": 2, "evaluate.show": 1,
}  # fmt: skip
TAUGHT: dict[str, Any] = {"pretrain.updates": 20, "pretrain.batch": 8}
PLATFORM: dict[str, Any] = TAUGHT | {
    "ask.columns": 16, "model.width": 2, "model.inner": 4, "loop.works": 16,
}  # fmt: skip
EDITED: dict[str, Any] = {
    "ask.change": 0.04, "model.width": 4, "model.depth": 2, "learn.minibatch": 8,
}  # fmt: skip
MAPS = [f"examples/game/hollow-{number:02}.tmj" for number in range(1, 7)]
SETTINGS: dict[str, dict[str, Any]] = {
    "tune": TAUGHT
    | {"ask.bars": 4, "ask.form": "AB", "model.width": 4, "corpus.collections": ["miscFolk"]},
    "chorale": TAUGHT | {"ask.bars": 2, "model.width": 2},
    "blend": TAUGHT
    | {"ask.bars": 2, "model.width": 8, "model.layers": 1, "loop.works": 18}
    | {"corpus.first": "scots", "corpus.second": "american"},
    "mario": PLATFORM | {"corpus.levels": 6},
    "levels": PLATFORM | {"corpus.legend": "examples/game/legend.toml", "corpus.files": MAPS},
    "binary": EDITED,
    "zelda": EDITED,
    "sokoban": EDITED | {"ask.change": 0.2},
    "painter": {
        "ask.strokes": 3, "model.width": 1, "model.depth": 1, "learn.minibatch": 4,
        "loop.works": 4, "loop.keep": 1,
        "corpus": "tests/golden/pictures",
    },
}  # fmt: skip
"""What makes a run of each recipe tiny."""


def main() -> None:
    """Make one run, and note what is in it."""
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("recipe", choices=SETTINGS)
    parser.add_argument("folder", type=Path, help="where to; its name is the run's")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    if folder.exists():
        parser.error(f"{folder} is there already, and nothing is overwritten")
    with tempfile.TemporaryDirectory() as place:
        run = Path(place) / folder.name
        done = stopped_run(arguments.recipe, run)
        tidy(run)
        ledger(run / "works.sqlite")
        without_paths(run)
        refuse_paths(run, place)
        size = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
        if size > LARGEST:
            parser.error(f"{size} bytes are more than {LARGEST}: make its settings smaller")
        note(folder.parent / "expected.json", run, arguments.recipe, done)
        shutil.copytree(run, folder)
    sys.stdout.write(f"{folder}: {done} of {iterations(arguments.recipe)} steps, {size} bytes\n")


def makar(*words: object) -> list[str]:
    """The command line, as a command to run."""
    return [sys.executable, "-m", "makar", *map(str, words)]


def environment() -> dict[str, str]:
    """This process's, without settings of makar's own but where its cache is."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith("MAKAR_") or n == "MAKAR_CACHE"}
    return kept | {"OMP_NUM_THREADS": "1"}


def stop_after(recipe: str) -> int:
    """Steps after which Ctrl-C is sent."""
    return SOONER.get(recipe, STOPPED_AFTER)


def iterations(recipe: str) -> int:
    """How many steps the run has in all."""
    return stop_after(recipe) + LEFT


def stopped_run(recipe: str, run: Path) -> int:
    """Begin a run and stop it with Ctrl-C; return how many steps it has done."""
    length = {"loop.iterations": iterations(recipe), "loop.checkpoint_every": iterations(recipe)}
    chosen = LOOP | SETTINGS[recipe] | length
    settings = [f"--set={name}={json.dumps(value)}" for name, value in chosen.items()]
    words = makar("train", recipe, "--name", run.name, "--runs", run.parent, *settings)
    with subprocess.Popen(
        words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        done = 0
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "step" and event["iteration"] == stop_after(recipe) - 1:
                process.send_signal(signal.SIGINT)
            if event["event"] == "stopped":
                done = int(event["done"])
    if process.returncode != 128 + signal.SIGINT:
        raise SystemExit(f"it was to be stopped part-way, and ended with {process.returncode}")
    return done


def tidy(run: Path) -> None:
    """Remove what a run that is opened elsewhere does not need."""
    (run / "lock").unlink()
    for heard in (run / "samples").iterdir():
        heard.unlink()


def ledger(path: Path) -> None:
    """Keep few of the works from before training, and everything in one file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as works:
        works.execute(
            "DELETE FROM works WHERE phase = 'before' AND number NOT IN "
            "(SELECT number FROM works WHERE phase = 'before' ORDER BY total DESC, number LIMIT ?)",
            (KEPT_BEFORE,),
        )
        works.execute("DELETE FROM parts WHERE work NOT IN (SELECT number FROM works)")
        works.execute("VACUUM")
        works.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def without_paths(run: Path) -> None:
    """Write the repository's path as a placeholder, and forget the machine."""
    config = run / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(str(ROOT), PLACEHOLDER))
    path = run / "run.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    _, _, words = about["command"].partition("__main__.py")
    command = f"makar{words}".replace(f"--runs {run.parent} ", "")
    about |= {"command": command, "platform": about["platform"].partition("-")[0]}
    path.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def refuse_paths(run: Path, place: str) -> None:
    """Stop where a file still names a folder of this machine."""
    for path in filter(Path.is_file, run.rglob("*")):
        for folder in (str(ROOT), str(Path.home()), place, sys.prefix):
            if folder.encode() in path.read_bytes():
                raise SystemExit(f"{path.name} still names {folder}")


def note(path: Path, run: Path, recipe: str, done: int) -> None:
    """Note in ``expected.json`` what the run is and which works it holds."""
    expected = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    about = json.loads((run / "run.json").read_text(encoding="utf-8"))
    expected[run.name] = {
        "recipe": recipe,
        "makar": about["versions"]["makar"],
        "id": about["id"],
        "started": about["started"],
        "done": done,
        "iterations": iterations(recipe),
        "listed": summed_up(listed(run)),
        "works": works_of(run / "works.sqlite"),
    }
    path.write_text(as_text(expected), encoding="utf-8")


def works_of(path: Path) -> list[dict[str, Any]]:
    """Every work in the order it was kept in, with a digest of its packed content."""
    with closing(sqlite3.connect(path)) as works:
        rows = works.execute("SELECT id, phase, total, content FROM works ORDER BY number")
        return [
            {"id": name, "phase": phase, "total": total, "contents": digest(content)}
            for name, phase, total, content in rows
        ]


def listed(run: Path) -> list[dict[str, Any]]:
    """What ``makar works`` says of every work."""
    words = makar("works", run.name, "--runs", run.parent, "--best", 1000, "--json")
    said = subprocess.run(words, env=environment(), capture_output=True, check=True)
    return json.loads(said.stdout)


def summed_up(records: Sequence[dict[str, Any]]) -> str:
    """A digest of what ``makar works`` says, whatever the order of works and fields."""
    by_id = sorted(records, key=lambda record: record["id"])
    known = [{name: record[name] for name in FIELDS} for record in by_id]
    return digest(json.dumps(known, sort_keys=True).encode())


def digest(content: bytes) -> str:
    """Half of a SHA-256: enough to see a change."""
    return hashlib.sha256(content).hexdigest()[:32]


def as_text(expected: dict[str, Any]) -> str:
    """Readable JSON with each work on one line."""
    runs: list[str] = []
    for name, run in sorted(expected.items()):
        works = ",\n".join(f"      {json.dumps(work)}" for work in run["works"])
        fields = [
            f"    {json.dumps(key)}: {json.dumps(value)}"
            for key, value in run.items()
            if key != "works"
        ]
        inside = ",\n".join([*fields, f'    "works": [\n{works}\n    ]'])
        runs.append(f"  {json.dumps(name)}: {{\n{inside}\n  }}")
    return "{\n" + ",\n".join(runs) + "\n}\n"


if __name__ == "__main__":
    main()
