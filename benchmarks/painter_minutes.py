"""Does a weight on a plotter's minutes teach a hand to need fewer of them at as many strokes?

``python benchmarks/painter_minutes.py`` trains the painter twice, as ``makar train painter`` does
with and without ``--weight plotter_minutes=2``, and paints 64 held-out pictures, by turns, with 60
strokes. Fixed beforehand: the weight, 150 iterations, the seeds; nothing was tuned. Told are
minutes and decibels of likeness with 95 % intervals over the paintings, and the reward that the
weight makes of them. *Best of 32* are chosen by that reward. Seven minutes on one core.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Generator, Sequence
from typing import Any, TypeVar

import numpy as np

from makar.core.rewards import RewardTree
from makar.core.seeds import Seeds
from makar.core.train import train
from makar.core.types import Prompt, Trainable
from makar.domains.images.painter.canvas.process import PICTURE, STROKES
from makar.domains.images.painter.canvas.works import Painting, Paintings, stacked
from makar.domains.images.painter.config import PainterConfig
from makar.domains.images.painter.gallery import default_gallery
from makar.domains.images.painter.recipe import prepare
from makar.recipes.creator import Creator
from makar.recipes.loading import load_config

SEED, JUDGED, ITERATIONS, WEIGHT = 7, 20261130, 150, 2.0
PAINTINGS, COUNT, BEST = 64, 60, 32
T = TypeVar("T")


def ended(steps: Generator[Any, None, T]) -> T:
    """What a preparation comes to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def learned(weights: dict[str, float]) -> Creator[Painting]:
    """A run that has learned with these weights."""
    settings = {"seed": SEED, "ask.strokes": COUNT, "reward.weights": weights}
    config = load_config("painter", settings, environment={})
    assert isinstance(config, PainterConfig)
    creator = ended(prepare(config)).creator
    steps = train(creator.policy, creator.reward.lean, creator.learner, creator.prompts, seed=SEED)
    for _ in itertools.islice(steps, ITERATIONS):
        pass
    return creator


def best_of(hand: Trainable[Painting], reward: RewardTree, asked: Sequence[Prompt]) -> Paintings:
    """Of so many paintings of each picture the one that is rewarded most."""
    kept: list[Painting] = []
    for number, prompt in enumerate(asked):
        seeds = Seeds(JUDGED, 1).shifted(BEST * number)
        many = hand.sample([prompt] * BEST, seeds=seeds)
        total = reward.lean(many.works, many.prompts).total
        kept.append(many.works[int(np.argmax(total))])
    return stacked(kept)


def row(name: str, works: Any, reward: RewardTree, asked: Sequence[Prompt]) -> str:
    """One line of the table."""
    found = reward(works, asked)
    cells = [
        f"{values.mean():.2f} ± {1.96 * values.std(ddof=1) / len(values) ** 0.5:.2f}"
        for values in (
            found.parts["plotter_minutes"].raw, found.parts["likeness"].raw, found.total
        )
    ]  # fmt: skip
    return f"| {name} | {' | '.join(cells)} |\n"


def main() -> int:
    """Train, paint, tell."""
    names = list(default_gallery().unseen)
    asked = [
        Prompt(condition={STROKES: COUNT, PICTURE: names[number % len(names)]})
        for number in range(PAINTINGS)
    ]
    without, taught = learned({}), learned({"plotter_minutes": WEIGHT})
    reward, seeds = taught.reward, Seeds(JUDGED, 0)
    sys.stdout.write("| | minutes | decibels | reward |\n|---|---|---|---|\n")
    hands = {
        "untrained": taught.prior,
        "trained without": without.policy,
        "trained with the weight": taught.policy,
    }
    for name, hand in hands.items():
        sys.stdout.write(row(name, hand.sample(asked, seeds=seeds).works, reward, asked))
    for name in ("untrained", "trained without"):
        chosen = best_of(hands[name], reward, asked)
        sys.stdout.write(row(f"best of {BEST}: {name}", chosen, reward, asked))
    sys.stdout.write(row("greedy search", taught.human, reward, taught.human_prompts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
