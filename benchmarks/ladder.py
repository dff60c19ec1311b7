r"""Is the score a yardstick for whatever is asked? Chance < a table < the prior <= people.

    .venv/bin/python benchmarks/ladder.py              # an hour on one core; can be stopped
    .venv/bin/python benchmarks/ladder.py tune chorale # these recipes only
    .venv/bin/python benchmarks/ladder.py --print      # what there is so far

For every recipe, and every value of what can be asked of it: each varied alone from the default,
and thirty pairs drawn beforehand (seed 20261130). Each row has 500 works (levels 100, paintings
50), people's what is held out of that kind or the nearest (there 40 or more). A step goes up if it
is higher by two standard errors; the prior may be above people's mean, but not above the upper end
of their 95 % interval.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from makar.core.seeds import Seeds
from makar.evaluation.headline import headline
from makar.evaluation.rows import EVALUATION, HUMAN, MARKOV, PRIOR, RANDOM, judge_of, untaught
from makar.measures.statistics import Estimate, finite, mean_over_works
from makar.recipes.loading import load_config
from makar.recipes.registry import recipe_of

ASKS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "tune": {
        "metre": ("6/8", "9/8", "4/4", "2/4", "3/4"),
        "mode": ("major", "minor", "dorian", "mixolydian"),
        "form": ("ABAC", "AABA", "AB", "ABCD"),
        "key": ("D", "G", "Bb"),
    },
    "chorale": {"metre": ("4/4", "3/4"), "mode": ("major", "minor"), "ends": ("close", "open")},
    "blend": {"blend": (0.5, 0.25, 0.75), "metre": ("4/4", "3/4")},
    "mario": {"challenge": (0.4, 0.1, 0.8)},
    "binary": {"change": (0.3, 1.0)},
    "zelda": {"change": (0.3, 1.0)},
    "sokoban": {"change": (1.0, 0.3)},
    "painter": {"strokes": (60, 20)},
}
"""Values of each wish; the first is the default."""
WORKS = {"mario": 100, "painter": 50, "binary": 200, "zelda": 200, "sokoban": 200}
PAIRS, ERRORS = 30, 2.0
CALLED = {RANDOM: "chance", MARKOV: "table", PRIOR: "prior", HUMAN: "people"}


def asks(recipe: str) -> Iterator[dict[str, Any]]:
    """What is asked: the default, each wish alone, and pairs of them."""
    wishes = ASKS[recipe]
    yield {}
    for name, values in wishes.items():
        yield from ({name: value} for value in values[1:])
    pairs = [
        {one: a, other: b}
        for i, (one, first) in enumerate(wishes.items())
        for other, second in list(wishes.items())[i + 1 :]
        for a in first[1:]
        for b in second[1:]
    ]
    yield from random.Random(20261130).sample(pairs, min(PAIRS, len(pairs)))


def measured(recipe: str, ask: Mapping[str, Any]) -> dict[str, Any]:
    """Mean and standard error of each row."""
    config = load_config(recipe, {f"ask.{k}": v for k, v in ask.items()}, environment={})
    steps = recipe_of(config).prepare(config)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            creator = end.value.creator
            break
    prompts = [creator.ask] * WORKS.get(recipe, 500)
    made = untaught(creator.baselines, prompts, EVALUATION)
    made[PRIOR] = creator.prior.sample(prompts, seeds=Seeds(0, EVALUATION)).works
    made[HUMAN] = creator.human
    rows: dict[str, Any] = {}
    for name, works in made.items():
        asked = creator.human_prompts if name == HUMAN else prompts
        judged = judge_of(creator.reward.lean, name)(works, asked)
        total = finite(judged.total)
        error = total.std(ddof=1) / len(total) ** 0.5
        high = mean_over_works(total).high
        rows[name] = {
            "mean": float(total.mean()),
            "error": float(error),
            "high": high,
            "n": len(total),
        }
    place = headline(*(_estimate(rows[name]) for name in (PRIOR, RANDOM, HUMAN)))
    whose = [note for note in creator.notes if "stand for" in note]
    return {"rows": rows, "headline": place and place.mean, "whose": whose}


def _estimate(row: Mapping[str, float]) -> Estimate:
    half = row["high"] - row["mean"]
    return Estimate(row["mean"], row["mean"] - half, row["high"], int(row["n"]))


def faults(rows: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The steps that do not go up."""
    found: list[str] = []
    ladder = [name for name in (RANDOM, MARKOV, PRIOR) if name in rows]
    for low, high in itertools.pairwise(ladder):
        gap = rows[high]["mean"] - rows[low]["mean"]
        if gap <= ERRORS * np.hypot(rows[low]["error"], rows[high]["error"]):
            found.append(f"{CALLED[low]} < {CALLED[high]}")
    if rows[PRIOR]["mean"] > rows[HUMAN]["high"]:
        found.append("prior ≤ people")
    return found


def told(found: Mapping[str, Mapping[str, Any]]) -> str:
    """All of it as a table."""
    lines = ["| asked | chance | table | prior | people | prior's headline | out of order |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, one in found.items():
        cells = [
            f"{100 * row['mean']:.1f}" if (row := one["rows"].get(key)) else "–" for key in CALLED
        ]
        place = "–" if one["headline"] is None else f"{100 * one['headline']:.0f}"
        lines.append(f"| {name} | {' | '.join(cells)} | {place} | "
                     f"{', '.join(faults(one['rows'])) or ''} |")  # fmt: skip
    right = sum(not faults(one["rows"]) for one in found.values())
    return "\n".join([*lines, "", f"{right} of {len(found)} in order"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("recipes", nargs="*", default=[*ASKS])
    parser.add_argument("--keep", type=Path, default=Path("ladder.json"))
    parser.add_argument("--print", action="store_true", dest="only")
    chosen = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    torch.set_num_threads(1)
    found = json.loads(chosen.keep.read_text()) if chosen.keep.exists() else {}
    for recipe in [] if chosen.only else chosen.recipes:
        for ask in asks(recipe):
            name = " ".join([recipe, *(f"--{k} {v}" for k, v in ask.items())])
            if name not in found:
                found[name] = measured(recipe, ask)
                chosen.keep.write_text(json.dumps(found))
                print(name, {CALLED[n]: round(100 * row["mean"], 1)
                             for n, row in found[name]["rows"].items()}, flush=True)  # fmt: skip
    print(told({name: one for name, one in found.items() if name.split()[0] in chosen.recipes}))


if __name__ == "__main__":
    main()
