r"""Do the shipped recipes stay near people's works while they learn what is rewarded?

    .venv/bin/python benchmarks/shipped.py                 # two hours on one core; can be stopped
    .venv/bin/python benchmarks/shipped.py tune            # this recipe only
    .venv/bin/python benchmarks/shipped.py --print         # what there is so far

Each recipe as it ships, over priors 0, 1 and 2 and seeds 21, 22 and 23, fixed before the run: three
runs a prior. Told are the score and the variety, how far the watch that is farthest lies from
people's in their standard deviations, for which watches the alarm rang in the last ten steps, and
the Fréchet distance to people's works over the prior's. Intervals are over all runs, so that they
hold the chance of the prior too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from makar.evaluation.rows import HUMAN, PRIOR, TRAINED
from makar.measures.statistics import mean_over_works
from makar.recipes.loading import settings_of_run
from makar.recipes.trained_run import open_run
from makar.runs.folder import RunFolder
from makar.runs.metrics import read_metrics

RECIPES = ("tune", "chorale")
PRIORS, SEEDS, LAST, WORKS = (0, 1, 2), (21, 22, 23), 10, 300
FRECHET, BAR = "makar-FD", 0.5


def makar(*arguments: str) -> str:
    """What the command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "makar", *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def measured(recipe: str, prior: int, seed: int, runs: Path) -> dict[str, Any]:
    """Train once, and tell what came of it."""
    name = f"{recipe}-{prior}-{seed}"
    run = runs / name
    if not (run / "summary.json").is_file():
        fresh = [recipe, "--name", name, "--seed", str(seed), "--set", f"prior_seed={prior}"]
        begun = (run / "checkpoints").is_dir()
        makar("train", *(["--resume", name] if begun else fresh), "--runs", str(runs), "--json")
    out = runs / f"{name}-measured"
    shutil.rmtree(out, ignore_errors=True)  # what was stopped is measured anew
    told = makar("evaluate", name, "--runs", str(runs), "--works", str(WORKS), "--json",
                 "--out", str(out))  # fmt: skip
    rows = by_row(json.loads(told.strip().splitlines()[-1])["rows"])
    made = by_row(json.loads((run / "summary.json").read_text(encoding="utf-8")))
    return {
        "prior": made[PRIOR]["measures"]["score"]["mean"],
        "score": made[TRAINED]["measures"]["score"]["mean"],
        "distinct-4": made[TRAINED]["measures"]["distinct-4"]["mean"],
        "away": away(made, watches_of(run)),
        "rang": rang(run),
        "distance": rows[TRAINED]["measures"][FRECHET]["mean"],
        "before": rows[PRIOR]["measures"][FRECHET]["mean"],
    }


def by_row(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows of a table by their names."""
    return {row["row"]: row for row in rows}


def watches_of(run: Path) -> list[str]:
    """What is only watched in that run."""
    folder = RunFolder(run)
    reward = open_run(folder, settings_of_run(folder)).creator.reward
    return [part.name for part in reward.components if part.role == "watch"]


def away(rows: Mapping[str, Any], watches: list[str]) -> dict[str, float]:
    """People's standard deviations between the trained model's mean and theirs, by watch."""
    found: dict[str, float] = {}
    people = rows[HUMAN]
    for name in watches:
        theirs = people["measures"].get(name, {})
        if theirs.get("low") is None or theirs["high"] == theirs["low"]:
            continue
        spread = (theirs["high"] - theirs["mean"]) / 1.96 * people["n"] ** 0.5
        found[name] = (rows[TRAINED]["measures"][name]["mean"] - theirs["mean"]) / spread
    return found


def rang(run: Path) -> dict[str, int]:
    """In how many of the last steps the alarm rang, by watch."""
    steps = list(read_metrics(run / "metrics.jsonl"))[-LAST:]
    heard = (event.split() for step in steps for event in step["events"])
    return dict(Counter(words[1] for words in heard if words[0] == "alarm:"))


def told(found: Mapping[str, Mapping[str, Any]], recipe: str) -> str:
    """The runs of a recipe as a table, and what they come to."""
    lines = [
        "| prior, seed | prior | trained | distinct-4 | farthest watch | the alarm rang for | "
        "distance: prior → trained |",
        "|---|---|---|---|---|---|---|",
    ]
    runs = {name: one for name, one in found.items() if name.split()[0] == recipe}
    for name, one in runs.items():
        watch = max(one["away"], key=lambda key: abs(one["away"][key]))
        heard = ", ".join(f"{key} ({n})" for key, n in one["rang"].items()) or "–"
        lines.append(
            f"| {name.split(maxsplit=1)[1]} | {one['prior']:.3f} | {one['score']:.3f} | "
            f"{one['distinct-4']:.3f} | {watch} {one['away'][watch]:+.2f} | {heard} | "
            f"{one['before']:.2f} → {one['distance']:.2f} |"
        )
    for key in ("prior", "score", "distinct-4"):
        mean = mean_over_works(np.array([one[key] for one in runs.values()]))
        lines.append(f"{key}: {mean.mean:.3f} ({mean.low:.3f}-{mean.high:.3f})")
    within = sum(max(map(abs, one["away"].values())) <= BAR for one in runs.values())
    silent = sum(not one["rang"] for one in runs.values())
    ratio = np.mean([one["distance"] / one["before"] for one in runs.values()])
    lines.append(
        f"{within} of {len(runs)} with every watch within {BAR} of people's standard deviations; "
        f"the alarm silent in {silent}; distance {ratio:.2f} times the prior's"
    )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("recipes", nargs="*", default=[*RECIPES])
    parser.add_argument("--keep", type=Path, default=Path("shipped"))
    parser.add_argument("--print", action="store_true", dest="only")
    chosen = parser.parse_args()
    chosen.keep.mkdir(exist_ok=True)
    kept = chosen.keep / "shipped.json"
    found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for recipe in [] if chosen.only else chosen.recipes:
        for prior in PRIORS:
            for seed in SEEDS:
                name = f"{recipe} prior {prior}, seed {seed}"
                if name not in found:
                    found[name] = measured(recipe, prior, seed, chosen.keep)
                    kept.write_text(json.dumps(found), encoding="utf-8")
                    print(name, {k: found[name][k] for k in ("score", "rang")}, flush=True)
    for recipe in chosen.recipes:
        print(f"\n{recipe}\n{told(found, recipe)}")


if __name__ == "__main__":
    main()
