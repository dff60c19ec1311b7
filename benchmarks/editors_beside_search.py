"""Learned editors of levels beside greedy search, at equal tries, simulated edits and seconds.

    .venv/bin/python benchmarks/editors_beside_search.py

Teaches the editors of ``makar reproduce pcgrl`` (seeds 1, 2, 3), sets them, their untaught selves
and greedy search eight times on each of 120 random maps a seed, restarts greedy search until it
has tried as many edits, or taken as many seconds, as the learned editor did, and once more until
it has also tried the edits of the editor's training. One core; the plan is told before the start.

Every part is kept in ``--parts`` as soon as it is made: stopped and called again it goes on.
After every part that can be told, ``beside_search.json`` and ``beside_search.md`` are written
into ``--out``. Seconds are of processor time and hold for the machine they were taken on; the
rest comes out the same from the same seeds, but for rows at equal seconds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from makar.reproductions.pcgrl.beside import TAUGHT, Part, made, parts, read_cost
from makar.reproductions.pcgrl.editors import SETTINGS, Name, chosen
from makar.reproductions.pcgrl.payback import paybacks
from makar.reproductions.pcgrl.sheet import Row, differences, known, markdown, rows
from makar.runs import atomic

PROBLEMS = ("all", *SETTINGS)


def main() -> None:
    """Make what is missing, part by part, and tell what is known after each."""
    given = _arguments()
    torch.set_num_threads(1)
    names: list[Name] = chosen(given.problem)
    todo = parts(names, range(1, 1 + given.seeds))
    given.parts.mkdir(parents=True, exist_ok=True)
    total = sum(part.planned for part in todo)
    _say(f"planned: {len(todo)} parts, {total / 60:.0f} minutes of one core for 120 maps a seed")
    planned, began, behind = 0.0, time.time(), 0.0
    for number, part in enumerate(todo):
        start, words = time.time(), ""
        for stage in made(given.parts, part, given.levels):
            words = f"{stage.name}: {stage.words}"
            if sys.stderr.isatty():
                _say(f"\r{stage.done:4.0%}  {words:<60}", end="")
        behind += part.planned
        if words:  # else it was kept: that says nothing of how fast this machine is
            planned += part.planned
            left = (total - behind) * (time.time() - began) / planned / 60
            took = time.time() - start
            _say(f"{number + 1}/{len(todo)}  {took:4.0f} s  {words}  about {left:.0f} min left")
            _tell(given, names)
    _tell(given, names)
    print((given.out / "beside_search.md").read_text(encoding="utf-8"))


def _tell(given: argparse.Namespace, names: list[Name]) -> None:
    """Write all rows that can be told so far, each with its seeds."""
    found: list[Row] = []
    record: dict[str, list[Any]] = {"rows": [], "differences": [], "taught": [], "payback": []}
    for name in names:
        seeds = known(given.parts, name, range(1, 1 + given.seeds))
        if seeds:
            found += rows(given.parts, name, seeds)
            record["differences"] += differences(given.parts, name, seeds)
            record["taught"] += _taught(given.parts, name, seeds)
            record["payback"] += [one.record() for one in paybacks(given.parts, name, seeds)]
    record["rows"] = [row.record() for row in found]
    given.out.mkdir(parents=True, exist_ok=True)
    atomic.write_json(given.out / "beside_search.json", {"levels": given.levels} | record)
    atomic.write_text(given.out / "beside_search.md", markdown(found))


def _taught(folder: Path, name: Name, seeds: Sequence[int]) -> list[dict[str, object]]:
    """What teaching cost."""
    found: list[dict[str, object]] = []
    for editor in TAUGHT:
        for part in (Part(name, seed, editor) for seed in seeds):
            if part.file(folder, "npz").is_file():
                row: dict[str, object] = {"problem": name, "editor": editor, "seed": part.seed}
                found.append(row | vars(read_cost(folder, part, editor)))
    return found


def _say(words: str, end: str = "\n") -> None:
    print(words, end=end, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--problem", choices=PROBLEMS, default="all", help="kind of level")
    parser.add_argument("--seeds", type=int, default=3, help="number of runs, from seed 1")
    parser.add_argument("--levels", type=int, default=120, help="random maps a seed")
    parser.add_argument("--parts", type=Path, default=Path("build/pcgrl-search"))
    parser.add_argument("--out", type=Path, default=Path("reproductions/pcgrl"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
