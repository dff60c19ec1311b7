r"""Does the alarm hear works that drift away from people's, and does it keep quiet otherwise?

    .venv/bin/python benchmarks/alarm.py            # five minutes on one core, with a taught prior

Works of the untrained ``tune`` model are judged once; a run is played by drawing batches of 128 of
them anew. Twenty *planted drifts*: of one watch after the other, works are drawn with weights
exp(λx) such that its mean moves by half of people's standard deviation away from people's, over
ten steps after ten quiet ones, and stays there for twenty. Heard is what rings for that watch
before the end. Twenty *harmless runs* of sixty steps have no drift; whatever rings is false.
People, the works at the start and the limits are those of any run.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from makar.core.seeds import Seeds
from makar.domains.music.tune.config import MelodyConfig
from makar.domains.music.tune.recipe import prepare
from makar.measures.alarm import FEWEST, HackingAlarm
from makar.measures.statistics import finite
from makar.recipes.creator import Creator
from makar.recipes.upkeep.watch_prices import watched

WORKS, BATCH, RUNS = 3000, 128, 20
QUIET, RAMP, DRIFTED, LONG = 10, 10, 20, 60
DRIFT = 0.5


def weights_for(values: Float[np.ndarray, " N"], shift: float) -> Float[np.ndarray, " N"]:
    """Chances of drawing each work with which the mean of ``values`` moves by ``shift``."""
    known = np.isfinite(values)
    centred = np.where(known, values - values[known].mean(), 0.0)
    low, high = -50 / centred.std(), 50 / centred.std()
    for _ in range(80):
        middle = (low + high) / 2
        enough = _tilted(centred, known, middle) @ centred >= shift
        low, high = (low, middle) if enough else (middle, high)
    return _tilted(centred, known, high)


def _tilted(centred: np.ndarray, known: np.ndarray, by: float) -> np.ndarray:
    chances = np.exp(by * centred - (by * centred).max()) * known
    return chances / chances.sum()


def creator_of() -> Creator:
    """The untrained ``tune``, by default."""
    steps = prepare(MelodyConfig())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value.creator


def drawn(
    works: Mapping[str, np.ndarray], random: np.random.Generator, chances: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """A batch of the works, with all that is watched of each."""
    rows = random.choice(WORKS, BATCH, p=chances)
    return {name: values[rows] for name, values in works.items()}


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    creator = creator_of()
    theirs = watched(creator.reward.for_sources(creator.human, creator.human_prompts))
    made = creator.prior.sample([creator.ask] * (WORKS + 256), seeds=Seeds(0, 2**42)).works
    judged = watched(creator.reward.lean(made, [creator.ask] * len(made)))
    works = {name: values[:WORKS] for name, values in judged.items()}
    start = {name: values[WORKS:] for name, values in judged.items()}
    names = [n for n in works if len(finite(theirs.get(n, np.zeros(0)))) >= FEWEST
             and finite(works[n]).std() > 0 and finite(theirs[n]).std() > 0]  # fmt: skip
    heard = 0
    for run in range(RUNS):
        name, random = names[run % len(names)], np.random.default_rng([1, run])
        unit, people = finite(theirs[name]).std(), finite(theirs[name]).mean()
        side = 1.0 if finite(works[name]).mean() >= people else -1.0
        alarm, rung = HackingAlarm(theirs, start), None
        for step in range(QUIET + RAMP + DRIFTED):
            share = np.clip((step - QUIET + 1) / RAMP, 0, 1)
            chances = weights_for(works[name], side * share * DRIFT * unit) if share else None
            ringing = [
                one for one in alarm.check(drawn(works, random, chances)) if one.watch == name
            ]
            rung = rung or (ringing and (step, ringing[0]))
        heard += bool(rung)
        print(f"{name:24} {f'heard in step {rung[0]}' if rung else 'not heard'}", flush=True)
    false = 0
    for run in range(RUNS):
        random, alarm = np.random.default_rng([2, run]), HackingAlarm(theirs, start)
        rung = [one.watch for _ in range(LONG) for one in alarm.check(drawn(works, random))]
        false += bool(rung)
        if rung:
            print(f"harmless run {run}: {', '.join(sorted(set(rung)))} rang")
    print(f"{heard} of {RUNS} planted drifts heard; {false} of {RUNS} harmless runs rang")


if __name__ == "__main__":
    main()
