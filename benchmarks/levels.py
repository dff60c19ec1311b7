"""Steps per second of the level editors, beside what gym-pcgrl was measured at.

One thread, random actions, with the observation, narrow representation. Episodes are as long
as gym-pcgrl's are on average with random actions (from the recorded episodes in
``tests/golden``): a map is replaced after that many steps, or when it is over. ``natural``
lets episodes run until they are over, ``one-hot`` turns every observation into planes of
32-bit floats as well, ``pcgrl2020`` is that preset. ``gymnasium`` goes through
``gymnasium.make_vec`` with 64 maps, ``process`` does the same without it. ``CPU`` counts processor
time, for machines that do other things at the same time. gym-pcgrl has no ``maze3d``, whose
episodes run until they are over.

    python benchmarks/levels.py --seconds 5 --json levels.json
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import gymnasium
import numpy as np
import torch

from makar.core.seeds import Seeds
from makar.core.types import Prompt
from makar.domains.levels.editing.environments import register
from makar.domains.levels.editing.process import Editing
from makar.domains.levels.problems.catalogue import Preset, problem

GYM_PCGRL = {"binary": 2650, "zelda": 5170, "sokoban": 11250, "smb": 119}
"""Steps per second of the original, with its wrapper where it has one."""
BARS = {"binary": 300_000, "zelda": 200_000, "sokoban": 200_000, "smb": 3_000}
RECORDED = Path(__file__).parents[1] / "tests" / "golden" / "pcgrl2020.npz"
TITLES = {t.lower(): t for t in ("Binary", "Zelda", "Sokoban", "Smb", "Maze3D")}
VECTOR = 64
"""Maps at once in Gymnasium's vector."""
OWN_STARTS = {"binary": 1500, "zelda": 1500, "sokoban": 1500, "smb": 120}
"""Steps recorded from the original's own random starts; the others began nearly solved."""


def mean_length(name: str) -> float:
    """Steps in an episode of the original."""
    with np.load(RECORDED) as file:
        start = file[f"{name}/narrow/start"]
    steps = (~start).cumsum()
    begins = np.flatnonzero(start & (steps < OWN_STARTS[name]))
    return float(steps[begins[-1]]) / (len(begins) - 1)


def gymnasium_rate(name: str, *, rows: int, seconds: float) -> tuple[float, float]:
    """The same through Gymnasium's vector environments, where episodes run until they are over."""
    environments = gymnasium.make_vec(f"makar/{TITLES[name]}-narrow-v0", rows, flat=False)
    environments.reset(seed=0)
    actions = np.random.default_rng(0).integers(
        environments.single_action_space.n, size=(4096, rows)
    )
    done, begun, used = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds:
        environments.step(actions[done // rows % 4096])
        done += rows
    return done / (time.perf_counter() - begun), done / (time.process_time() - used)


def median_rates(measure: Callable[[], tuple[float, float]], repeats: int) -> tuple[float, float]:
    """Medians over several runs, each number by itself; a first run, not counted, compiles."""
    measure()
    wall, cpu = zip(*(measure() for _ in range(repeats)), strict=True)
    return float(np.median(wall)), float(np.median(cpu))


def rate(
    name: str, preset: Preset, *, rows: int, seconds: float, length: float, one_hot: bool = False
) -> tuple[float, float]:
    """Steps per second of the process: on the wall clock, and of processor time."""
    process = Editing(problem(name, preset), "narrow")
    rng = np.random.default_rng(0)
    prompts, tiles = [Prompt()] * rows, len(process.problem.tiles)
    actions = torch.from_numpy(rng.integers(process.actions, size=(4096, rows)))
    state = process.start(prompts, Seeds(0))
    ends = rng.geometric(1 / length, size=rows) if length else np.full(rows, 1 << 40)
    done, begun, used = 0, time.perf_counter(), time.process_time()
    for t in range(1 << 30):
        state, _ = process.step(state, actions[t % 4096])
        seen = process.observe(state)
        if one_hot:
            torch.nn.functional.one_hot(seen.long(), tiles).float()
        done += rows
        over = process.terminated(state).numpy() | process.truncated(state).numpy()
        over |= state.steps >= ends
        if over.any():
            state = process.restart(state, torch.from_numpy(over), prompts, Seeds(0, t + 1))
            if length:
                ends[over] = rng.geometric(1 / length, size=int(over.sum()))
        if time.perf_counter() - begun > seconds:
            break
    return done / (time.perf_counter() - begun), done / (time.process_time() - used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="per measurement")
    parser.add_argument("--rows", type=int, default=256, help="maps at once")
    parser.add_argument("--repeats", type=int, default=3, help="the median counts")
    parser.add_argument("--json", type=Path, help="also write the table here")
    options = parser.parse_args()
    torch.set_num_threads(1)
    register()
    table = {}
    for name in TITLES:
        peer, length = GYM_PCGRL.get(name), mean_length(name) if name in GYM_PCGRL else 0.0
        row = {"length": length, "gym-pcgrl": peer, "bar": BARS.get(name)}
        variants = {
            "makar": ("makar", options.rows, length, False),
            "natural": ("makar", options.rows, 0.0, False),
            "one-hot": ("makar", options.rows, length, True),
            "pcgrl2020": ("pcgrl2020", options.rows, length, False),
            "process": ("makar", VECTOR, 0.0, False),
        }
        measures = {
            label: partial(
                rate, name, preset, rows=rows, seconds=options.seconds, length=steps, one_hot=hot
            )
            for label, (preset, rows, steps, hot) in variants.items()
            if peer or preset == "makar"
        }
        measures["gymnasium"] = partial(gymnasium_rate, name, rows=VECTOR, seconds=options.seconds)
        for label, measure in measures.items():
            row[label], row[f"{label}, CPU"] = median_rates(measure, options.repeats)
        table[name] = row
        print(name, {k: v if v is None else round(v, 1) for k, v in row.items()})
    if options.json:
        options.json.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
