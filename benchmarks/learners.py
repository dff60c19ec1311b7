r"""Eight learners over the same model and reward: at equal works and at equal seconds.

    .venv/bin/python benchmarks/learners.py              # an hour on one core; can be stopped
    .venv/bin/python benchmarks/learners.py psi g        # these only
    .venv/bin/python benchmarks/learners.py --print      # what there is so far

``makar train tune`` as it ships with one setting changed, ``learn.algorithm`` (and the run's
length, 60 steps), seeds 31 to 33, fixed before the run. *Start* is the mean score of the untrained
model's works, *end* that of the trained model's, both of 500 made anew. *At equal seconds* is the
mean score of the last five steps that a learner had done in the seconds (sampling, judging and
learning) that the quickest of the eight takes for all of its steps. What a step takes is the tenth
of its runs' steps that was quickest: others may have used the machine meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from makar.evaluation.rows import HUMAN, MARKOV, PRIOR, RANDOM, TRAINED
from makar.measures.statistics import mean_over_works
from makar.runs.metrics import read_metrics

ALGORITHMS = ("reinforce", "rloo", "grpo", "a2c", "ppo", "dqn", "psi", "g")
SEEDS, STEPS, WORKS, SMOOTH = (31, 32, 33), 60, 500, 5
THEN = "trained, best of 4"


def measured(algorithm: str, seed: int, runs: Path) -> dict[str, Any]:
    """Train once, and tell what came of it."""
    name = f"{algorithm}-{seed}"
    run = runs / name
    if not (run / "summary.json").is_file():
        fresh = ["tune", "--name", name, "--seed", str(seed), "--algorithm", algorithm,
                 "--iterations", str(STEPS), "--set", f"evaluate.works={WORKS}"]  # fmt: skip
        begun = (run / "checkpoints").is_dir()
        told = ["--resume", name] if begun else fresh
        command = [sys.executable, "-m", "makar", "train", *told, "--runs", str(runs), "--json"]
        subprocess.run(command, check=True, capture_output=True)
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    rows = {row["row"]: row["measures"] for row in summary}
    steps = list(read_metrics(run / "metrics.jsonl"))
    seconds = [sum(step["seconds"][n] for n in ("sample", "score", "update")) for step in steps]
    return {
        "start": rows[PRIOR]["score"]["mean"],
        "end": rows[TRAINED]["score"]["mean"],
        "distinct-4": rows[TRAINED]["distinct-4"]["mean"],
        "rows": {name: row["score"]["mean"] for name, row in rows.items()},
        "kl": float(np.mean([step["learner"]["kl"] for step in steps[-SMOOTH:]])),
        "scores": [step["score"] for step in steps],
        "seconds": np.cumsum(seconds).tolist(),
    }


def at(one: Mapping[str, Any], steps: int) -> float:
    """Mean score of the last of so many steps."""
    return float(np.mean(one["scores"][max(steps - SMOOTH, 0) : max(steps, 1)]))


def step_seconds(runs: list[Mapping[str, Any]]) -> float:
    """What a step takes on a machine that does nothing else."""
    return min(float(np.quantile(np.diff(one["seconds"]), 0.1)) for one in runs)


def told(found: Mapping[str, Mapping[str, Any]]) -> str:
    """All runs as a table, a row a learner."""
    runs_of = {name: [one for key, one in found.items() if key.split("-")[0] == name]
               for name in ALGORITHMS}  # fmt: skip
    takes = {name: step_seconds(runs) for name, runs in runs_of.items() if runs}
    quickest = STEPS * min(takes.values())
    lines = [
        f"| learner | start | end | gain | at equal seconds ({quickest:.0f} s) | "
        "then the best of 4 | distinct-4 | nats from the prior | seconds a step |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, step in takes.items():
        runs = runs_of[name]
        gain = mean_over_works(np.array([one["end"] - one["start"] for one in runs]))
        mean = {key: np.mean([one[key] for one in runs]) for key in ("start", "end", "kl")}
        varied = np.mean([one["distinct-4"] for one in runs])
        chosen = np.mean([one["rows"][THEN] for one in runs])
        timed = np.mean([at(one, int(quickest / step)) for one in runs])
        lines.append(
            f"| {name} | {mean['start']:.3f} | {mean['end']:.3f} | {gain.mean:.3f} "
            f"({gain.low:.3f}–{gain.high:.3f}) | {timed:.3f} | {chosen:.3f} | "
            f"{varied:.3f} | {mean['kl']:.3f} | {step:.2f} |"
        )
    every = [one["rows"] for one in found.values()]
    beside = [name for name in every[0] if name.startswith("best of ") and name in every[-1]]
    for name in (RANDOM, MARKOV, *beside, HUMAN):
        scores = [rows[name] for rows in every if rows.get(name) is not None]
        lines.append(f"{name}: {np.mean(scores):.3f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("algorithms", nargs="*", default=[*ALGORITHMS])
    parser.add_argument("--keep", type=Path, default=Path("learners"))
    parser.add_argument("--print", action="store_true", dest="only")
    chosen = parser.parse_args()
    chosen.keep.mkdir(exist_ok=True)
    kept = chosen.keep / "learners.json"
    found = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for seed in () if chosen.only else SEEDS:
        for algorithm in chosen.algorithms:
            name = f"{algorithm}-{seed}"
            if name not in found:
                found[name] = measured(algorithm, seed, chosen.keep)
                kept.write_text(json.dumps(found), encoding="utf-8")
                print(f"{name}: {found[name]['end']:.3f}", flush=True)
    print(told(found))


if __name__ == "__main__":
    main()
